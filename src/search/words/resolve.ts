/** Answers, for one work file, the terms of a query that the index alone does not. */
import type { WorkFileReader } from "../../case/work-file-reader.ts";
import type { SpecialTerm } from "../query.ts";
import { contentsWith, itemsWith } from "./candidates.ts";

/** Contents that a term finds by their text and fields, and row numbers of items that it finds by their names and folders. */
export type SpecialAnswers = (term: SpecialTerm) => {
  readonly contents: Iterable<number>;
  readonly items: Iterable<number>;
};

/** Answers each special term of one work file, when it is asked for it. Throws OperatorError where too many words are accepted. */
export function specialAnswers(reader: WorkFileReader): SpecialAnswers {
  return (term) => ({ contents: contentsWith(reader, term), items: itemsWith(reader, term) });
}
