/** Which stored texts a regular expression may hold for, told by the words of the index. */
import { UnknownIndex } from "../../case/posting-pages.ts";
import type { WorkFileReader } from "../../case/work-file-reader.ts";
import { patternOf } from "../regex.ts";
import { rowsWithRuns } from "./index-words.ts";
import { wordRuns } from "./word-runs.ts";

/** With more words (counted once for each part of the index) all texts are scanned. */
const mostWords = 100_000;

/** Rows of the index of texts: every text with a match is among them. Null where all may have one. */
export function rowsForRegex(reader: WorkFileReader, source: string): ReadonlySet<number> | null {
  const runs = wordRuns(patternOf(source));
  if (runs === null) return null;
  try {
    return rowsWithRuns(reader, runs, mostWords);
  } catch (error) {
    if (error instanceof UnknownIndex) return null;
    throw error;
  }
}
