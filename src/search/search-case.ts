/**
 * One query over the work files of a case, also while they are being written: each is read at one moment. Scope rules act
 * before anything is counted. The order of hits is (exhibit, path, item id), so that a page begins where another ended.
 */
import { tokenizerVersion } from "../../native-free/model/fold.ts";
import { exhibitLabels, readExhibit, type Case, type ExhibitFile } from "../case/case-folder.ts";
import { readScopeRules } from "../case/operation.ts";
import type { ScopeRules } from "../case/scope.ts";
import type { SqlParams } from "../case/sqlite.ts";
import { hasWorkFile, WorkFileReader } from "../case/work-file-reader.ts";
import { hex, itemColumns, itemTables, storedItem, type StoredItem } from "../case/work-file-rows.ts";
import { searchSays } from "../messages/en.ts";
import { OperatorError } from "../messages/operator-error.ts";
import { compileQuery, type CompiledQuery } from "./compile.ts";
import { readCursor, writeCursor, type SortKey } from "./cursor.ts";
import { explainHit, type Hit } from "./hit.ts";
import { parseQuery } from "./query-parser.ts";
import { positiveTerms, type Query } from "./query.ts";
import { isUnder, likePath, likeValue } from "./wildcard.ts";

export interface SearchOptions {
  /** Hits on a page; default 50. */
  readonly limit?: number;
  /** Cursor of the hit after which to go on. */
  readonly after?: string | null;
  /** For tests; by default the rules of the case's operation form. */
  readonly scope?: ScopeRules;
}

export interface SearchedFile {
  readonly exhibit: string;
  readonly profile: string;
  readonly tokenizer: string;
}

export interface NotSearched {
  /** Items that could not be read, or only in part, or that were left out by a rule. */
  readonly failed: number;
  readonly partial: number;
  readonly skipped: number;
  /** Units that are not processed yet. */
  readonly pendingUnits: number;
  /** Exhibits that were to be acquired and have no work file. */
  readonly exhibits: readonly string[];
  /** Exhibits recorded as not to be acquired. */
  readonly notAcquired: readonly string[];
}

export interface SearchAnswer {
  readonly query: string;
  readonly hits: readonly (Hit & { readonly cursor: string })[];
  /** Cursor for the next page, null at the end. */
  readonly next: string | null;
  /** Of the whole answer, exact: items in scope, their distinct contents, matching items that the scope rules exclude. */
  readonly counts: { readonly items: number; readonly contents: number; readonly outOfScope: number };
  readonly notSearched: NotSearched;
  readonly files: readonly SearchedFile[];
  readonly scope: ScopeRules;
}

export const defaultLimit = 50;
export const maxLimit = 10_000;

/** Throws OperatorError for a query, cursor or work file that is not in order. Writes nothing. */
export function searchCase(theCase: Case, text: string, options: SearchOptions = {}): SearchAnswer {
  const query = parseQuery(text);
  const after = options.after ? readCursor(options.after) : null;
  const scope = options.scope ?? readScopeRules(theCase);
  const labels = exhibitLabels(theCase).sort();
  const searched = labels.filter((label) => hasWorkFile(theCase.paths.items(label)));
  const opened: Searched[] = [];
  try {
    for (const label of searched) opened.push(new Searched(theCase, label, query, scope));
    const unprocessed = labels.filter((label) => !searched.includes(label)).map((label) => readExhibit(theCase, label));
    return answer({ text, query, opened, after, limit: options.limit ?? defaultLimit, scope, unprocessed });
  } finally {
    for (const file of opened) file.reader.close();
  }
}

interface Question {
  readonly text: string;
  readonly query: Query;
  readonly opened: readonly Searched[];
  readonly after: SortKey | null;
  readonly limit: number;
  readonly scope: ScopeRules;
  readonly unprocessed: readonly ExhibitFile[];
}

function answer(question: Question): SearchAnswer {
  const { opened, text, query, limit } = question;
  const terms = positiveTerms(query);
  const hits: (Hit & { cursor: string })[] = [];
  const within = (index: number, work: () => void): void => {
    const file = opened[index];
    if (file) file.reader.snapshot(() => within(index + 1, work));
    else work();
  };
  let result: SearchAnswer | null = null;
  // All work files stay at their moment until everything is read.
  within(0, () => {
    let more = false;
    for (const file of opened) {
      const left = limit - hits.length;
      const items: StoredItem[] = more ? [] : file.page(question.after, left + 1).map(storedItem);
      more ||= items.length > left;
      for (const item of items.slice(0, left)) {
        const cursor = writeCursor({ exhibit: file.label, path: item.path, id: item.id });
        hits.push({ ...explainHit(file.reader, file.label, item, terms, query, text), cursor });
      }
    }
    result = {
      query: text,
      hits,
      next: more ? (hits.at(-1)?.cursor ?? null) : null,
      counts: countAll(opened),
      notSearched: notSearchedIn(opened, question.unprocessed),
      files: opened.map((file) => file.facts),
      scope: question.scope,
    };
  });
  return result as unknown as SearchAnswer;
}

/** One work file with the query compiled for it. */
class Searched {
  readonly label: string;
  readonly reader: WorkFileReader;
  readonly facts: SearchedFile;
  readonly #compiled: CompiledQuery;

  constructor(theCase: Case, label: string, query: Query, scope: ScopeRules) {
    this.label = label;
    this.#compiled = compileQuery(query, scope, { label, custodian: readExhibit(theCase, label).custodian });
    this.reader = WorkFileReader.open(theCase.paths.items(label));
    const { profile, tokenizer } = this.reader.meta();
    if (tokenizer !== tokenizerVersion) {
      this.reader.close();
      throw new OperatorError("search/tokenizer", searchSays.otherTokenizer(label, tokenizer, tokenizerVersion));
    }
    this.facts = { exhibit: label, profile, tokenizer };
    this.reader.define("vestige_like", likeValue);
    this.reader.define("vestige_path", likePath);
    this.reader.define("vestige_under", isUnder);
  }

  /** At most `limit` rows after a sort key. */
  page(after: SortKey | null, limit: number) {
    const { matches, inScope, params } = this.#compiled;
    if (after && after.exhibit > this.label) return [];
    const start = after?.exhibit === this.label ? after : { path: "", id: "" };
    return this.reader.select(
      `SELECT ${itemColumns} FROM ${itemTables}
       WHERE (i.path, i.key) > (:afterPath, :afterId) AND ${matches} AND ${inScope}
       ORDER BY i.path, i.key LIMIT :limit`,
      { ...params, afterPath: start.path, afterId: start.id, limit },
    );
  }

  counts(): { matching: number; items: number; contents: number } {
    const { matches, inScope, params } = this.#compiled;
    const [row] = this.reader.select<{ matching: number; items: number | null; contents: number }>(
      `SELECT count(*) AS matching, sum(${inScope}) AS items, count(DISTINCT CASE WHEN ${inScope} THEN i.content END) AS contents
       FROM ${itemTables} WHERE ${matches}`,
      params as SqlParams,
    );
    return { matching: row?.matching ?? 0, items: row?.items ?? 0, contents: row?.contents ?? 0 };
  }

  /** SHA-256 (hex) of the contents of the answer, sorted. */
  *hashes(): Generator<string> {
    const { matches, inScope, params } = this.#compiled;
    const rows = this.reader.iterate(
      `SELECT DISTINCT sha256 FROM content WHERE id IN (SELECT i.content FROM ${itemTables} WHERE ${matches} AND ${inScope})
       ORDER BY sha256`,
      params as SqlParams,
    );
    for (const row of rows) yield hex(row["sha256"]) as string;
  }
}

function countAll(files: readonly Searched[]): SearchAnswer["counts"] {
  const each = files.map((file) => file.counts());
  const items = each.reduce((sum, { items: n }) => sum + n, 0);
  const matching = each.reduce((sum, { matching: n }) => sum + n, 0);
  const filled = files.filter((_, at) => (each[at]?.contents ?? 0) > 0);
  const contents =
    filled.length > 1
      ? countDistinct(filled.map((file) => file.hashes()))
      : Math.max(0, ...each.map((one) => one.contents));
  return { items, contents, outOfScope: matching - items };
}

/** How many different values several sorted sequences hold, reading each once. */
export function countDistinct(sequences: readonly Iterator<string>[]): number {
  const heads = sequences.map((sequence) => sequence.next());
  let count = 0;
  for (;;) {
    let least: string | null = null;
    for (const head of heads) if (!head.done && (least === null || head.value < least)) least = head.value;
    if (least === null) return count;
    count += 1;
    heads.forEach((head, at) => {
      if (!head.done && head.value === least) heads[at] = (sequences[at] as Iterator<string>).next();
    });
  }
}

function notSearchedIn(files: readonly Searched[], unprocessed: readonly ExhibitFile[]): NotSearched {
  const sums = { failed: 0, partial: 0, skipped: 0, pendingUnits: 0 };
  for (const { reader } of files) {
    for (const { value, items } of reader.tally("status")) {
      if (value === "failed" || value === "partial" || value === "skipped") sums[value] += items;
    }
    const { units, unitsDone } = reader.totals();
    sums.pendingUnits += units - unitsDone;
  }
  const labels = (decision: ExhibitFile["decision"]) =>
    unprocessed.filter((exhibit) => exhibit.decision === decision).map(({ label }) => label);
  return { ...sums, exhibits: labels("acquire"), notAcquired: labels("none") };
}
