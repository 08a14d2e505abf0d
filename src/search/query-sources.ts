/** What a query names beside its words: files of words and hashes, and items. Read once, before it is asked of any work file. */
import type { Case } from "../case/case-folder.ts";
import { listFile, readHashList, readTermList, type HashList, type ListFacts, type TermList } from "./list-files.ts";
import { parseQuery, type ParseOptions } from "./query-parser.ts";
import { printQuery } from "./query-print.ts";
import { specialTerms, type Query } from "./query.ts";
import { featuresOf, type Features } from "./similar.ts";

/** Throws OperatorError for what is absent or not in order. */
interface QuerySources {
  readonly terms: (name: string) => TermList;
  readonly hashes: (name: string) => HashList;
  readonly item: (wanted: string) => Features;
}

export interface ReadQuery {
  readonly query: Query;
  /** Of every list that is used, each once, for the journal. */
  readonly lists: readonly ListFacts[];
}

/** Parses a query and reads what it names in a case. Throws OperatorError. */
export function readQuery(theCase: Case, text: string, options: ParseOptions = {}): ReadQuery {
  const folder = theCase.paths.searchLists;
  const query = withSources(parseQuery(text, options), {
    terms: once((name) => readTermList(listFile(folder, name), name)),
    hashes: once((name) => readHashList(listFile(folder, name), name)),
    item: once((wanted) => featuresOf(theCase, wanted)),
  });
  return { query, lists: listsOf(query) };
}

/** The same query on any day and without options: dates that were told from today are written out, and `exact:` is. */
export function replayable(text: string, options: ParseOptions): string {
  const asked = printQuery(parseQuery(text, options));
  try {
    if (printQuery(parseQuery(text)) === asked) return text;
  } catch {
    // Dates that need a clock.
  }
  return asked;
}

/**
 * The same for queries that have the same answer over a work file that nothing was written to; null where the answer depends on more: on
 * what officers did, or on items of other work files.
 */
export function answerKey(query: Query): string | null {
  if (dependsOnOthers(query)) return null;
  return [printQuery(query), ...listsOf(query).map(({ sha256 }) => sha256)].join("\n");
}

function dependsOnOthers(query: Query): boolean {
  if (query.kind === "and" || query.kind === "or") return query.parts.some(dependsOnOthers);
  if (query.kind === "not") return dependsOnOthers(query.part);
  return query.kind === "like" || (query.kind === "filter" && ["tag", "mark"].includes(query.condition.on));
}

function once<T>(read: (name: string) => T): (name: string) => T {
  const known = new Map<string, T>();
  return (name) => {
    const value = known.get(name) ?? read(name);
    known.set(name, value);
    return value;
  };
}

/** The same tree with what it names. */
function withSources(query: Query, sources: QuerySources): Query {
  switch (query.kind) {
    case "and":
    case "or":
      return { ...query, parts: query.parts.map((part) => withSources(part, sources)) };
    case "not":
      return { ...query, part: withSources(query.part, sources) };
    case "list":
      return { ...query, list: sources.terms(query.name) };
    case "hashes":
      return { ...query, list: sources.hashes(query.name) };
    case "like":
      return { ...query, target: sources.item(query.item) };
    default:
      return query;
  }
}

function listsOf(query: Query): ListFacts[] {
  const facts = new Map<string, ListFacts>();
  for (const term of specialTerms(query)) {
    if ((term.kind === "list" || term.kind === "hashes") && term.list) {
      facts.set(`${term.kind} ${term.name}`, term.list.facts);
    }
  }
  return [...facts.values()];
}
