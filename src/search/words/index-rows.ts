/** Rows of an index in which any of many words and phrases stands. */
import { contentOfRow } from "../../case/text-rows.ts";
import type { IndexTable } from "../../case/posting-pages.ts";
import type { WorkFileReader } from "../../case/work-file-reader.ts";

/** Words and phrases of one expression. Each row that is found costs a look at all of them. */
const together = 200;
/** Beyond so many rows there is a common word among them, which is better asked for alone. */
const fewRows = 10_000;

/** Numbers of contents, or of items for `fts_name`. `expressions`: of FTS5, a phrase or a NEAR each. `isNameOnly` leaves folders out. */
export function rowsWithAny(
  reader: WorkFileReader,
  index: IndexTable,
  isNameOnly: boolean,
  expressions: readonly string[],
): Set<number> {
  const found = new Set<number>();
  const take = (some: readonly string[]): void => {
    const any = some.join(" OR ");
    const limit = some.length === 1 ? Number.POSITIVE_INFINITY : fewRows;
    if (addMatches(reader, index, isNameOnly ? `name : (${any})` : any, limit, found)) return;
    const half = some.length >> 1;
    take(some.slice(0, half));
    take(some.slice(half));
  };
  for (let at = 0; at < expressions.length; at += together) take(expressions.slice(at, at + together));
  return found;
}

/** False where it was given up beyond the limit. */
function addMatches(
  reader: WorkFileReader,
  index: IndexTable,
  expression: string,
  limit: number,
  found: Set<number>,
): boolean {
  const rows = reader.iterate<{ row: number }>(`SELECT rowid AS row FROM ${index} WHERE ${index} MATCH ?`, [
    expression,
  ]);
  let count = 0;
  for (const { row } of rows) {
    if ((count += 1) > limit) return false;
    found.add(index === "fts_text" ? contentOfRow(row) : row);
  }
  return true;
}
