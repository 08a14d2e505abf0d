/** Saved searches: a query under a name, with the digest of its hits, so that a later answer can be told from it. */
import { createHash } from "node:crypto";
import { escapeForTerminal } from "../../native-free/model/escape.ts";
import { reviewSays } from "../messages/en.ts";
import { OperatorError } from "../messages/operator-error.ts";
import type { AnsweredExhibit } from "../search/answer.ts";
import { compareText } from "../search/sets/sorting.ts";
import type { StoredSearch } from "./review-state.ts";

/** SHA-256 (hex) over the sorted lines `EXHIBIT/ITEM-ID` of every hit: the same hits have the same digest in any order. */
export function digestOfHits(exhibits: readonly AnsweredExhibit[]): string {
  const hash = createHash("sha256");
  const sorted = exhibits.toSorted((a, b) => compareText(`${a.label}/`, `${b.label}/`));
  for (const { label, reader, has } of sorted) {
    for (const { row, id } of reader.iterate<{ row: number; id: string }>(
      "SELECT id AS row, key AS id FROM item ORDER BY key",
    )) {
      if (has(row)) hash.update(`${label}/${id}\n`);
    }
  }
  return hash.digest("hex");
}

/** `NAME` of the officer's own search or of the only other one; `NAME@OFFICER`. Throws OperatorError for none or several. */
export function findSearch(searches: readonly StoredSearch[], wanted: string, officer: string): StoredSearch {
  const named = searches.filter(({ name, officer: by }) => name === wanted || `${name}@${by}` === wanted);
  const own = named.find((search) => search.officer === officer && search.name === wanted);
  const chosen = own ?? (named.length === 1 ? named[0] : undefined);
  if (chosen) return chosen;
  const shown = escapeForTerminal(wanted);
  if (named.length === 0) {
    const known = searches.map(({ name }) => escapeForTerminal(name));
    throw new OperatorError("review/no-search", reviewSays.noSavedSearch(shown, known));
  }
  const officers = named.map((search) => escapeForTerminal(search.officer));
  throw new OperatorError("review/several-searches", reviewSays.savedBySeveral(shown, officers));
}
