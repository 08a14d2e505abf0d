/** `vestige search`: one query over the case, on record in the journal before its answer is shown. */
import { resolve } from "node:path";
import { openCase } from "../../case/case-folder.ts";
import { searchSays } from "../../messages/en.ts";
import { exitCodes, OperatorError, type ExitCode } from "../../messages/operator-error.ts";
import { defaultLimit, type Answer } from "../../search/answer.ts";
import { csvOfAnswer } from "../../search/csv.ts";
import {
  exportFormats,
  exportHits,
  formatOfName,
  type ExportedHits,
  type ExportFormat,
} from "../../search/export/export-hits.ts";
import { checkKnownValues } from "../../search/known-values.ts";
import { nearestWord } from "../../search/nearest-word.ts";
import { documentField } from "../../search/query-fields.ts";
import { parseQuery } from "../../search/query-parser.ts";
import { maxLimit, toldAnswer } from "../../search/search-case.ts";
import { recordSearch, type SearchParameters } from "../../search/search-entry.ts";
import { SearchSession } from "../../search/session.ts";
import { facetNames, type FacetName } from "../../search/sets/facets.ts";
import { byPath, sortNames, type DocumentField, type Sort } from "../../search/sets/sorting.ts";
import { flagText, type Command, type CommandContext, type FlagValues } from "../command.ts";
import { ProgressLine } from "../progress.ts";
import { openForSigning } from "../open-for-signing.ts";
import { askedOf, forgetSearch, settleSaved, type Asked, type Desk } from "../saved-search.ts";
import { searchHelp } from "../search-help.ts";
import { showExported, showJson, showTable } from "../search-shown.ts";

export const searchCommand: Command = {
  name: "search",
  summary: "search text, names and properties of everything processed",
  group: "search",
  args: [
    { name: "CASE", summary: "case folder" },
    { name: "QUERY", summary: "what to look for, in single quotes for the shell", optional: true, rest: true },
  ],
  flags: [
    { name: "limit", value: "N", summary: `hits to show (default ${defaultLimit})` },
    { name: "after", value: "CURSOR", summary: "go on after this hit of an earlier answer" },
    {
      name: "sort",
      value: "NAME",
      summary: "order of the hits: path (default), size, -modified, name, author … (see below)",
    },
    { name: "facets", value: "NAMES", summary: "how the whole answer spreads: type,year,author … (see below)" },
    { name: "count", summary: "numbers alone, no hits" },
    { name: "csv", summary: "hits as CSV (RFC 4180)" },
    {
      name: "export",
      value: "FILE",
      summary: "write all hits to a new file: CSV, JSON lines or body file, by its ending",
    },
    { name: "format", value: "NAME", summary: "of --export, where the ending does not say", choices: exportFormats },
    { name: "exact", summary: "accents and case count in the whole query" },
    { name: "with-marked", summary: "show items that officers marked as hidden, privileged or out of scope, too" },
    { name: "save", value: "NAME", summary: "keep the query under a name of yours" },
    { name: "saved", value: "NAME", summary: "repeat a saved search and say whether its hits are the same" },
    { name: "forget", value: "NAME", summary: "remove a saved search of yours" },
  ],
  help: searchHelp,
  run: runSearch,
};

async function runSearch(context: CommandContext): Promise<ExitCode> {
  const { args, flags } = context;
  const theCase = openCase(args[0] as string);
  const wish = wishOf(context);
  const isTyped = flags["saved"] === undefined && flags["forget"] === undefined;
  const parsing = { now: Date.now(), exactOnly: flags["exact"] === true };
  if (isTyped) await checkKnownValues(parseQuery(args.slice(1).join(" "), parsing));
  const { journal, signer } = await openForSigning(theCase, context);
  try {
    const desk = { theCase, journal, signer };
    return forgetSearch(context, desk) ?? ask(context, desk, askedOf(context, desk), wish);
  } finally {
    journal.close();
  }
}

function ask(context: CommandContext, desk: Desk, asked: Asked, wish: Wish): ExitCode {
  const session = SearchSession.open(desk.theCase);
  try {
    const { query, withMarked } = asked;
    const use = (answer: Answer) => {
      const figures = tellAnswer(context, desk, answer, wish);
      settleSaved(context, desk, asked, answer);
      return figures;
    };
    context.output.summary(exitCodes.done, session.ask(query, use, { withMarked }));
    return exitCodes.done;
  } finally {
    session.close();
  }
}

/** What is wanted of an answer beside the query. */
interface Wish {
  readonly limit: number;
  readonly after: string | null;
  readonly sort: Sort;
  readonly facets: readonly FacetName[];
  readonly count: boolean;
  readonly csv: boolean;
  readonly exported: { readonly file: string; readonly format: ExportFormat } | null;
}

/** Throws OperatorError. */
function wishOf({ flags }: CommandContext): Wish {
  const count = flags["count"] === true;
  const csv = flags["csv"] === true;
  const exported = exportOf(flags);
  const ways = [count && "--count", csv && "--csv", exported && "--export"].filter(
    (way) => way !== false && way !== null,
  );
  if (ways.length > 1) throw new OperatorError("usage/search", searchSays.oneWay(ways));
  const facets = parseFacets(flagText(flags, "facets"));
  if (csv && facets.length > 0) throw new OperatorError("usage/search", searchSays.facetsInCsv());
  return {
    limit: parseLimit(flagText(flags, "limit")),
    after: flagText(flags, "after"),
    sort: parseSort(flagText(flags, "sort")),
    ...{ facets, count, csv, exported },
  };
}

function exportOf(flags: FlagValues): Wish["exported"] {
  const file = flagText(flags, "export");
  const named = flagText(flags, "format") as ExportFormat | null;
  if (file === null) {
    if (named !== null) throw new OperatorError("usage/format", searchSays.formatAlone());
    return null;
  }
  const format = named ?? formatOfName(file);
  if (format === null) throw new OperatorError("usage/format", searchSays.formatUnknown(file, exportFormats));
  return { file: resolve(file), format };
}

/** Records the search, then shows what was wanted of it. Returns the figures of the summary. */
function tellAnswer(context: CommandContext, desk: Desk, answer: Answer, wish: Wish): Record<string, number> {
  const { output } = context;
  const { limit, after, sort, count, csv } = wish;
  const isPaged = !count && !wish.exported;
  const progress = new ProgressLine(output);
  const page = isPaged ? answer.page({ limit, after, sort }) : undefined;
  if (page) progress.counting(page.atLeast);
  const told = toldAnswer(answer, page);
  const facets = answer.facets(wish.facets);
  progress.end();
  const record = (how: string, exported?: SearchParameters["exported"]) =>
    recordSearch(desk.journal, desk.signer, told, {
      ...{ limit, after, sort, facets: wish.facets, output: how, shown: exported?.hits ?? told.hits.length },
      ...(exported ? { exported } : {}),
    });
  const exported = wish.exported && writeExport(context, answer, wish.exported, sort, record);
  if (!exported) record(count ? "count" : output.json ? "json" : csv ? "csv" : "table");
  if (output.json) showJson(output, told, facets);
  else if (csv) output.raw(csvOfAnswer(told));
  else showTable(output, told, facets, isPaged);
  if (exported) showExported(output, exported);
  return { ...told.counts, shown: exported?.hits ?? told.hits.length };
}

function writeExport(
  { output }: CommandContext,
  answer: Answer,
  { file, format }: NonNullable<Wish["exported"]>,
  sort: Sort,
  record: (how: string, exported: SearchParameters["exported"]) => void,
) {
  const beforeShown = (written: ExportedHits) => record("export", { file, format, ...written });
  const every = 100_000;
  const onHit = (hits: number) => void (hits % every === 0 && output.note(searchSays.exporting(hits)));
  return { file, ...exportHits(answer, file, format, { sort, onHit, beforeShown }) };
}

function parseLimit(text: string | null): number {
  if (text === null) return defaultLimit;
  const limit = /^\d{1,6}$/.test(text) ? Number(text) : 0;
  if (limit < 1 || limit > maxLimit) throw new OperatorError("search/limit", searchSays.badLimit(text, maxLimit));
  return limit;
}

/** `size`, `-modified`, any field of documents in any case. */
function parseSort(text: string | null): Sort {
  if (text === null) return byPath;
  const descending = text.startsWith("-");
  const by = knownName(descending ? text.slice(1) : text, sortNames);
  if (by === null)
    throw new OperatorError("search/sort", searchSays.sortUnknown(text, nearestWord(text, sortNames), sortNames));
  return by === "path" && !descending ? byPath : { by, descending };
}

function parseFacets(text: string | null): FacetName[] {
  return (text ?? "")
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "")
    .map((name) => {
      const known = knownName(name, facetNames);
      if (known !== null) return known;
      throw new OperatorError("search/facet", searchSays.facetUnknown(name, nearestWord(name, facetNames), facetNames));
    });
}

function knownName<Name extends string>(text: string, names: readonly Name[]): Name | DocumentField | null {
  const known = names.find((name) => name.toLowerCase() === text.toLowerCase());
  const field = documentField(text);
  return known ?? (field !== null && /^doc-/i.test(text) ? `doc-${field}` : field);
}
