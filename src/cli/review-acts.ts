/** What `tag`, `mark`, `bookmark` and `comment` have in common: the items that are meant, the append, what is told. */
import type { JsonObject } from "../../native-free/model/canonical-json.ts";
import { openCase, type Case } from "../case/case-folder.ts";
import { reviewSays } from "../messages/en.ts";
import { exitCodes, OperatorError, type ExitCode } from "../messages/operator-error.ts";
import { itemsNamed } from "../review/chosen-items.ts";
import { readReview } from "../review/review-state.ts";
import { actOf, holdersOf, setOnItems, type Setting } from "../review/set-on-items.ts";
import { checkKnownValues } from "../search/known-values.ts";
import { parseQuery } from "../search/query-parser.ts";
import type { HitId } from "../search/answer.ts";
import { replayable } from "../search/query-sources.ts";
import { hitIds } from "../search/search-case.ts";
import { flagText, type CommandContext, type Flag } from "./command.ts";
import { openForSigning } from "./open-for-signing.ts";

const nameLimit = 100;

/** How items are chosen. */
export const choosingFlags: readonly Flag[] = [
  { name: "query", value: "Q", summary: "all hits of a query instead of named items" },
  { name: "with-marked", summary: "with --query: hits that are hidden, privileged or out of scope, too" },
  { name: "remove", summary: "take back what you set; what other officers set stays" },
];

/** A name on one line, trimmed. Throws OperatorError. */
export function checkedName(what: string, given: string): string {
  const name = given.normalize("NFC").trim();
  if (name === "" || name.length > nameLimit || !name.isWellFormed() || /\p{Cc}/u.test(name)) {
    throw new OperatorError("review/name", reviewSays.badName(what, nameLimit));
  }
  return name;
}

/** Sets on the items of the command line what is to be set, and tells what came of it. Throws OperatorError. */
export async function setOnChosen(
  context: CommandContext,
  names: readonly string[],
  setting: Setting,
): Promise<ExitCode> {
  const { args, flags, output } = context;
  const theCase = openCase(args[0] as string);
  const query = flagText(flags, "query");
  const isTakenBack = setting.what !== "comment" && setting.remove;
  // A mark can only be taken back from what it keeps out.
  const withMarked = flags["with-marked"] === true || (setting.what === "mark" && isTakenBack);
  const items = await chosenItems(theCase, names, query, withMarked);
  const { journal, signer } = await openForSigning(theCase, context);
  try {
    const how: JsonObject = query === null ? {} : { query: query.toWellFormed(), chosen: items.length, withMarked };
    const { acts, entry, findings } = setOnItems({ theCase, journal, signer }, items, setting, how);
    for (const finding of findings) output.warn(finding);
    output.line(reviewSays.acted(actOf(setting), acts, items.length));
    if (isTakenBack) tellStillHeld(theCase, items, setting, context);
    const facts = { act: actOf(setting), chosen: items.length, changed: acts, entry: entry?.seq ?? null };
    output.event("vestige.review/1", "acted", { ...facts, officer: signer.officer, findings });
    output.summary(exitCodes.done, { chosen: items.length, changed: acts });
    return exitCodes.done;
  } finally {
    journal.close();
  }
}

async function chosenItems(
  theCase: Case,
  names: readonly string[],
  query: string | null,
  withMarked: boolean,
): Promise<HitId[]> {
  if (query !== null && names.length > 0) throw new OperatorError("usage/items", reviewSays.bothChosen());
  if (query === null && names.length === 0) throw new OperatorError("usage/items", reviewSays.nothingChosen());
  if (query === null) return itemsNamed(theCase, names);
  const parsing = { now: Date.now() };
  await checkKnownValues(parseQuery(query, parsing));
  return hitIds(theCase, replayable(query, parsing), { withMarked });
}

function tellStillHeld(theCase: Case, items: readonly HitId[], setting: Setting, { output }: CommandContext): void {
  const review = readReview(theCase);
  const holders = items
    .map(({ exhibit, id }) => holdersOf(review.item(exhibit, id), setting))
    .filter(({ size }) => size > 0);
  if (holders.length === 0) return;
  const officers = [...new Set(holders.flatMap((each) => [...each]))].sort();
  output.line(reviewSays.stillHeld(holders.length, output.safe(officers.join(", "))));
}
