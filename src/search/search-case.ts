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
import { fullPath, hex, itemColumns, itemTables, storedItem, type StoredItem } from "../case/work-file-rows.ts";
import { searchSays } from "../messages/en.ts";
import { OperatorError } from "../messages/operator-error.ts";
import { readReview, type ReviewState } from "../review/review-state.ts";
import { compileQuery, type CompiledQuery } from "./compile.ts";
import { readCursor, writeCursor, type SortKey } from "./cursor.ts";
import { explainHit, type Hit } from "./hit.ts";
import { holdsWords, liesWithin } from "./field-values.ts";
import { parseQuery } from "./query-parser.ts";
import { resolveSpecial } from "./words/resolve.ts";
import { positiveTerms, type Query } from "./query.ts";
import { isUnder, likePath, likeValue } from "./wildcard.ts";

export interface SearchOptions {
  /** Hits on a page; default 50. */
  readonly limit?: number;
  /** Cursor of the hit after which to go on. */
  readonly after?: string | null;
  /** For tests; by default the rules of the case's operation form. */
  readonly scope?: ScopeRules;
  /** Items that officers marked as hidden, privileged or out of scope are in the answer too. */
  readonly withMarked?: boolean;
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

/** Of the whole answer, exact. Every matching item counts once: as an item of the answer, or by what keeps it out. */
interface AnswerCounts {
  /** In scope and not marked. */
  readonly items: number;
  /** Their different contents. */
  readonly contents: number;
  /** Excluded by the scope rules. */
  readonly outOfScope: number;
  /** Inside the scope rules and kept out by officers' marks, by the first of these that applies. */
  readonly privileged: number;
  readonly hidden: number;
  readonly markedOutOfScope: number;
}

export interface SearchAnswer {
  readonly query: string;
  readonly hits: readonly (Hit & { readonly cursor: string })[];
  /** Cursor for the next page, null at the end. */
  readonly next: string | null;
  readonly counts: AnswerCounts;
  readonly withMarked: boolean;
  readonly notSearched: NotSearched;
  readonly files: readonly SearchedFile[];
  readonly scope: ScopeRules;
}

export const defaultLimit = 50;
export const maxLimit = 10_000;

/** Throws OperatorError for a query, cursor or work file that is not in order. Writes nothing. */
export function searchCase(theCase: Case, text: string, options: SearchOptions = {}): SearchAnswer {
  const query = parseQuery(text);
  const withMarked = options.withMarked ?? false;
  const after = options.after ? readCursor(options.after) : null;
  const scope = options.scope ?? readScopeRules(theCase);
  const review = readReview(theCase);
  const labels = exhibitLabels(theCase).sort();
  const searched = labels.filter((label) => hasWorkFile(theCase.paths.items(label)));
  const opened: Searched[] = [];
  try {
    for (const label of searched) opened.push(new Searched(theCase, label, query, { scope, review, withMarked }));
    const unprocessed = labels.filter((label) => !searched.includes(label)).map((label) => readExhibit(theCase, label));
    return answer({
      ...{ text, query, opened, after, scope, withMarked, unprocessed },
      limit: options.limit ?? defaultLimit,
    });
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
  readonly withMarked: boolean;
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
      withMarked: question.withMarked,
    };
  });
  return result as unknown as SearchAnswer;
}

export interface HitId {
  readonly exhibit: string;
  readonly id: string;
  /** As it is shown. */
  readonly path: string;
}

/** Every hit of a query without its explanation, in the order of the answer. Throws OperatorError as `searchCase` does. */
export function hitIds(theCase: Case, text: string, options: Pick<SearchOptions, "withMarked"> = {}): HitId[] {
  const query = parseQuery(text);
  const what = { scope: readScopeRules(theCase), review: readReview(theCase), withMarked: options.withMarked ?? false };
  const labels = exhibitLabels(theCase).filter((label) => hasWorkFile(theCase.paths.items(label)));
  return labels.sort().flatMap((label) => {
    const file = new Searched(theCase, label, query, what);
    try {
      return [...file.ids()];
    } finally {
      file.reader.close();
    }
  });
}

/** What bounds an answer. */
interface Bounds {
  readonly scope: ScopeRules;
  readonly review: ReviewState;
  readonly withMarked: boolean;
}

/** One work file with the query compiled for it. */
class Searched {
  readonly label: string;
  readonly reader: WorkFileReader;
  readonly facts: SearchedFile;
  readonly #compiled: CompiledQuery;

  constructor(theCase: Case, label: string, query: Query, { scope, review, withMarked }: Bounds) {
    this.label = label;
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
    this.reader.define("vestige_words", holdsWords);
    this.reader.define("vestige_range", liesWithin);
    const resolved = resolveSpecial(this.reader, query);
    const work = {
      tagged: (pattern: string) => review.tagged(label, pattern),
      marked: (pattern: string) => review.marked(label, pattern),
      keptOut: withMarked ? null : review.keptOut(label),
    };
    const facts = { label, custodian: readExhibit(theCase, label).custodian, review: work };
    this.#compiled = compileQuery(query, scope, facts, resolved);
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

  counts(): AnswerCounts {
    const { matches, inScope, inRules, keptOut, countParams } = this.#compiled;
    const sum = (condition: string) => `coalesce(sum(${condition}), 0)`;
    const [row] = this.reader.select<{ [name in keyof AnswerCounts]: number }>(
      `SELECT ${sum(inScope)} AS items, count(DISTINCT CASE WHEN ${inScope} THEN i.content END) AS contents,
         count(*) - ${sum(inRules)} AS outOfScope, ${sum(keptOut.privileged)} AS privileged,
         ${sum(keptOut.hidden)} AS hidden, ${sum(keptOut["out-of-scope"])} AS markedOutOfScope
       FROM ${itemTables} WHERE ${matches}`,
      countParams as SqlParams,
    );
    return { ...(row as AnswerCounts) };
  }

  /** Every hit, in order. */
  *ids(): Generator<HitId> {
    const { matches, inScope, params } = this.#compiled;
    const rows = this.reader.iterate<{ id: string; path: string }>(
      `SELECT i.key AS id, i.path AS path FROM ${itemTables} WHERE ${matches} AND ${inScope} ORDER BY i.path, i.key`,
      params as SqlParams,
    );
    for (const { id, path } of rows) yield { exhibit: this.label, id, path: fullPath(this.label, path) };
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
  const sum = (name: keyof AnswerCounts) => each.reduce((total, counts) => total + counts[name], 0);
  const filled = files.filter((_, at) => (each[at]?.contents ?? 0) > 0);
  const contents =
    filled.length > 1
      ? countDistinct(filled.map((file) => file.hashes()))
      : Math.max(0, ...each.map((one) => one.contents));
  const [items, outOfScope] = [sum("items"), sum("outOfScope")];
  const [privileged, hidden, markedOutOfScope] = [sum("privileged"), sum("hidden"), sum("markedOutOfScope")];
  return { items, contents, outOfScope, privileged, hidden, markedOutOfScope };
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
