/** Answers, for one work file, the terms of a query that the index alone does not. */
import type { WorkFileReader } from "../../case/work-file-reader.ts";
import type { Resolved } from "../compile.ts";
import { specialTerms, type Query } from "../query.ts";
import { contentsWith } from "./candidates.ts";
import { placeFinder } from "./places.ts";

/** Contents for each special term; the connection can then ask `vestige_special(number, name)`. */
export function resolveSpecial(reader: WorkFileReader, query: Query): Resolved {
  const terms = specialTerms(query);
  if (terms.length === 0) return new Map();
  const finders = terms.map((term) => placeFinder(term, null));
  reader.define("vestige_special", (number, name) => {
    const find = finders[Number(number)];
    if (!find || typeof name !== "string") return false;
    for (const _place of find(name)) return true;
    return false;
  });
  return new Map(terms.map((term, number) => [term, { contents: contentsWith(reader, term), number }]));
}
