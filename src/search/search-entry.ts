/** What a search leaves in the journal: who asked what of which work files, under which rules, and what came of it. */
import type { JsonObject } from "../../native-free/model/canonical-json.ts";
import type { Appended, Journal } from "../custody/journal.ts";
import type { Signer } from "../custody/signer.ts";
import type { ExportedHits } from "./export/export-hits.ts";
import type { SearchAnswer } from "./search-case.ts";

export interface SearchParameters {
  readonly limit: number;
  readonly after: string | null;
  /** `table`, `json`, `csv`, `count` or `export`. */
  readonly output: string;
  /** `size`, `-modified` …; null for the order of paths. */
  readonly sort?: string | null;
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
  const { exported } = parameters;
  const details: JsonObject = {
    query: answer.query.toWellFormed(),
    lists: answer.lists.map(({ kind, name, sha256, lines, entries }) => ({
      kind,
      name: name.toWellFormed(),
      sha256,
      lines,
      entries,
    })),
    limit: parameters.limit,
    after: parameters.after,
    output: parameters.output,
    sort: parameters.sort ?? null,
    facets: [...(parameters.facets ?? [])],
    exported: exported ? { ...exported, file: exported.file.toWellFormed() } : null,
    workFiles: answer.files.map(({ exhibit, profile, tokenizer }) => ({ exhibit, profile, tokenizer })),
    scope: {
      custodians: answer.scope.custodians,
      dates: answer.scope.dates,
      folders: answer.scope.folders,
      types: answer.scope.types,
      terms: answer.scope.terms,
    },
    items: answer.counts.items,
    contents: answer.counts.contents,
    outOfScope: answer.counts.outOfScope,
    marked: {
      privileged: answer.counts.privileged,
      hidden: answer.counts.hidden,
      outOfScope: answer.counts.markedOutOfScope,
      shown: answer.withMarked,
    },
    shown: exported?.hits ?? answer.hits.length,
    notSearched: { ...answer.notSearched },
  };
  return journal.append("search", details, signer);
}
