/** `vestige search --save`, `--saved` and `--forget`: saved searches, and whether the hits are still the same. */
import type { Case } from "../case/case-folder.ts";
import type { Journal } from "../custody/journal.ts";
import type { Signer } from "../custody/signer.ts";
import { querySays, reviewSays } from "../messages/en.ts";
import { exitCodes, OperatorError, type ExitCode } from "../messages/operator-error.ts";
import { appendReview } from "../review/review-append.ts";
import { readReview, type StoredSearch } from "../review/review-state.ts";
import { digestOfHits, findSearch } from "../review/saved-searches.ts";
import type { Answer } from "../search/answer.ts";
import { replayable } from "../search/query-sources.ts";
import { flagText, type CommandContext } from "./command.ts";
import type { Output } from "./output.ts";
import { checkedName } from "./review-acts.ts";

export interface Asked {
  readonly query: string;
  readonly withMarked: boolean;
  /** The saved search that is repeated. */
  readonly saved: StoredSearch | null;
}

export interface Desk {
  readonly theCase: Case;
  readonly journal: Journal;
  readonly signer: Signer;
}

/** The query of the command line or of a saved search. Throws OperatorError. */
export function askedOf({ args, flags }: CommandContext, { theCase, signer }: Desk): Asked {
  const typed = args.slice(1).join(" ");
  const exactOnly = flags["exact"] === true;
  const withMarked = flags["with-marked"] === true;
  const name = flagText(flags, "saved");
  // What is recorded and saved means the same on any day.
  if (name === null) return { query: replayable(typed, { now: Date.now(), exactOnly }), withMarked, saved: null };
  if (exactOnly) throw new OperatorError("usage/saved", querySays.savedExact());
  if (typed !== "") throw new OperatorError("usage/saved", reviewSays.savedAndQuery());
  const saved = findSearch(readReview(theCase).searches(), name.normalize("NFC").trim(), signer.officer);
  return { query: saved.query, withMarked: saved.withMarked, saved };
}

/** Removes a saved search of the officer's own where that is asked for, else null. Throws OperatorError. */
export function forgetSearch({ flags, output }: CommandContext, desk: Desk): ExitCode | null {
  const given = flagText(flags, "forget");
  if (given === null) return null;
  const name = given.normalize("NFC").trim();
  const own = readReview(desk.theCase)
    .searches()
    .filter(({ officer }) => officer === desk.signer.officer);
  const found = findSearch(own, name, desk.signer.officer);
  const line = { act: "remove-search", exhibit: null, item: null, value: { name: found.name } } as const;
  const { findings } = appendReview(desk, () => [line]);
  for (const finding of findings) output.warn(finding);
  output.line(reviewSays.searchRemoved(output.safe(found.name)));
  output.summary(exitCodes.done, { removed: 1 });
  return exitCodes.done;
}

/**
 * Saves what was asked where `--save` is given; says of a saved search whether its hits, those of the answer, are the same.
 * Throws OperatorError.
 */
export function settleSaved({ flags, output }: CommandContext, desk: Desk, asked: Asked, answer: Answer): void {
  const name = flagText(flags, "save");
  if (name === null && asked.saved === null) return;
  const { query, withMarked } = asked;
  const { items } = answer.counts();
  const digest = digestOfHits(answer.exhibits);
  if (asked.saved) tellReplay(asked.saved, digest, items, output);
  if (name === null) return;
  const value = {
    name: checkedName("name", name),
    query: query.toWellFormed(),
    withMarked,
    items,
    digest,
  };
  const { findings } = appendReview(desk, () => [{ act: "save-search", exhibit: null, item: null, value }]);
  for (const finding of findings) output.warn(finding);
  output.line(reviewSays.searchSaved(output.safe(value.name), items));
  output.event("vestige.review/1", "saved", value);
}

function tellReplay(saved: StoredSearch, digest: string, items: number, output: Output): void {
  const isSame = digest === saved.digest;
  const officer = output.safe(saved.officer);
  if (isSame) output.line(reviewSays.sameHits(items, saved.at, officer));
  else output.line(reviewSays.otherHits(saved.items, items, saved.at, officer));
  const { name, at } = saved;
  const then = { digest: saved.digest, items: saved.items };
  output.event("vestige.review/1", "replayed", {
    name,
    officer: saved.officer,
    at,
    same: isSame,
    saved: then,
    now: { digest, items },
  });
}
