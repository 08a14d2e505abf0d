/** What a search leaves in the journal: who asked what of which work files, under which rules, and what came of it. */
import type { JsonObject } from "../../native-free/model/canonical-json.ts";
import type { Appended, Journal } from "../custody/journal.ts";
import type { Signer } from "../custody/signer.ts";
import type { ExportedHits } from "./export/export-hits.ts";
import type { SearchAnswer } from "./search-case.ts";
import { byPath, nameOfSort, type Sort } from "./sets/sorting.ts";

export interface SearchParameters {
  readonly limit: number;
  readonly after: string | null;
  /** `table`, `json`, `csv`, `count`, `export` or `library`. */
  readonly output: string;
  readonly sort?: Sort;
  /** Hits that are given out at most. */
  readonly shown: number;
  readonly facets?: readonly string[];
  /** The file that all hits are written to. */
  readonly exported?: { readonly file: string; readonly format: string } & ExportedHits;
}

/** Appends the custody entry of a search (act `search`). Throws OperatorError, and then nothing may be shown. */
export function recordSearch(
  journal: Journal,
  signer: Signer,
  answer: SearchAnswer,
  parameters: SearchParameters,
): Appended {
  const { exported, sort = byPath } = parameters;
  const details: JsonObject = {
    limit: parameters.limit,
    after: parameters.after,
    output: parameters.output,
    sort: sort === byPath ? null : nameOfSort(sort),
    facets: [...(parameters.facets ?? [])],
    exported: exported ? { ...exported, file: exported.file.toWellFormed() } : null,
    ...answerDetails(answer),
    items: answer.counts.items,
    contents: answer.counts.contents,
    shown: parameters.shown,
  };
  return journal.append("search", details, signer);
}

/** What every question leaves: the query, its lists, the work files, the rules and marks that acted, and what was not searched. */
export function answerDetails({
  query,
  lists,
  files,
  scope,
  counts,
  withMarked,
  notSearched,
}: SearchAnswer): JsonObject {
  const { custodians, dates, folders, types, terms } = scope;
  return {
    query: query.toWellFormed(),
    lists: lists.map(({ kind, name, sha256, lines, entries }) => ({
      ...{ kind, name: name.toWellFormed(), sha256, lines, entries },
    })),
    workFiles: files.map(({ exhibit, profile, tokenizer }) => ({ exhibit, profile, tokenizer })),
    scope: { custodians, dates, folders, types, terms },
    outOfScope: counts.outOfScope,
    marked: {
      privileged: counts.privileged,
      hidden: counts.hidden,
      outOfScope: counts.markedOutOfScope,
      shown: withMarked,
    },
    notSearched: { ...notSearched },
  };
}
