/** The answer to one query at one moment: pages, counts, facets and all items, each made when it is asked for. */
import type { ExhibitFile } from "../case/case-folder.ts";
import type { ScopeRules } from "../case/scope.ts";
import type { WorkFileReader } from "../case/work-file-reader.ts";
import { fullPath, type StoredItem } from "../case/work-file-rows.ts";
import { readCursor, writeCursor, type Place } from "./cursor.ts";
import { explainHit, type Hit } from "./hit.ts";
import type { ListFacts } from "./list-files.ts";
import { answerKey } from "./query-sources.ts";
import { isConjunction, positiveTerms, specialTerms, type FilterTerm, type Query } from "./query.ts";
import { stretches, withItems, type Ranked } from "./ranked-items.ts";
import { Conditions, type Held } from "./sets/conditions.ts";
import type { Bounds, FileAnswer, SearchedFacts, SearchedFile } from "./searched-file.ts";
import { facetOf, type Facet, type FacetName } from "./sets/facets.ts";
import type { CodedColumn } from "./sets/item-columns.ts";
import { countDistinct } from "./sets/merge-sorted.ts";
import {
  byPath,
  compareText,
  compareValues,
  firstOf,
  isByRank,
  rankOrder,
  type Sort,
  type SortValue,
} from "./sets/sorting.ts";
import { languagesWithoutStems } from "./words/text-languages.ts";

/** Of the whole answer, exact. Every matching item counts once: as an item of the answer, or by what keeps it out. */
export interface AnswerCounts {
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

export interface NotSearched {
  /** Items that could not be read, or only in part, or that were left out by a rule. */
  readonly failed: number;
  readonly partial: number;
  readonly skipped: number;
  /** Among these: because they are encrypted. */
  readonly encrypted: number;
  /** Units that are not processed yet. */
  readonly pendingUnits: number;
  /** Exhibits that were to be acquired and have no work file. */
  readonly exhibits: readonly string[];
  /** Exhibits recorded as not to be acquired. */
  readonly notAcquired: readonly string[];
}

export interface HitId {
  readonly exhibit: string;
  readonly id: string;
  /** As it is shown. */
  readonly path: string;
}

export interface PageOptions {
  /** Hits on a page; default 50. */
  readonly limit?: number;
  /** Cursor of the hit after which to go on, of the same query and order. */
  readonly after?: string | null;
  readonly sort?: Sort;
}

export type PagedHit = Hit & { readonly cursor: string };

export interface Page {
  readonly hits: readonly PagedHit[];
  /** Cursor for the next page, null at the end. */
  readonly next: string | null;
  /** So many hits are sure before anything is counted: those of this page, and one where more follow. */
  readonly atLeast: number;
}

/** The items of an exhibit that are in the answer. */
export interface AnsweredExhibit {
  readonly label: string;
  readonly reader: WorkFileReader;
  readonly has: (itemRow: number) => boolean;
}

export const defaultLimit = 50;

interface Question {
  readonly text: string;
  readonly query: Query;
  readonly lists: readonly ListFacts[];
  /** By label. */
  readonly files: readonly SearchedFile[];
  readonly bounds: Bounds;
  readonly unprocessed: readonly ExhibitFile[];
}

export class Answer {
  readonly text: string;
  readonly query: Query;
  /** Files of words and hashes that the query names. */
  readonly lists: readonly ListFacts[];
  readonly scope: ScopeRules;
  readonly withMarked: boolean;
  /** The work files that were searched. */
  readonly searched: readonly SearchedFacts[];
  readonly #question: Question;
  readonly #sets = new Map<SearchedFile, FileAnswer>();
  readonly #conditions = new Conditions<SearchedFile>();
  #counts: AnswerCounts | null = null;

  constructor(question: Question) {
    this.text = question.text;
    this.query = question.query;
    this.lists = question.lists;
    this.scope = question.bounds.scope;
    this.withMarked = question.bounds.withMarked;
    this.searched = question.files.map(({ facts }) => facts);
    this.#question = question;
  }

  /** By label. */
  get exhibits(): AnsweredExhibit[] {
    return this.#question.files.map((file) => {
      const rows = file.columns.rowsAt(this.#of(file).shown);
      return { label: file.label, reader: file.reader, has: (row) => rows.has(row) };
    });
  }

  /** Throws OperatorError `search/cursor` for a cursor that is none, or of another order. */
  page({ limit = defaultLimit, after = null, sort = byPath }: PageOptions = {}): Page {
    const start = after === null ? null : readCursor(after, sort);
    const ranked = [...this.#after(start, limit + 1, sort)];
    const terms = positiveTerms(this.query);
    const hits = [...withItems(ranked.slice(0, limit))].map(({ file, rank, item }) => {
      const value = isByRank(sort) ? null : file.order(sort.by).valueOf(rank);
      const cursor = writeCursor({ exhibit: file.label, path: item.path, id: item.id, value }, sort);
      return { ...this.#explained(file, rank, item, terms), cursor };
    });
    return { hits, next: ranked.length > limit ? (hits.at(-1)?.cursor ?? null) : null, atLeast: ranked.length };
  }

  /** Every hit without its explanation, in order. */
  *ids(sort: Sort = byPath): Generator<HitId> {
    for (const { file, ranks } of stretches(this.#all(sort))) {
      for (const { id, path } of file.places(ranks)) {
        yield { exhibit: file.label, id, path: fullPath(file.label, path) };
      }
    }
  }

  /** Every item of the answer, in order; few are held at a time. */
  *items(sort: Sort = byPath): Generator<{ exhibit: string; reader: WorkFileReader; item: StoredItem }> {
    for (const { file, item } of withItems(this.#all(sort))) {
      yield { exhibit: file.label, reader: file.reader, item };
    }
  }

  /** Every hit with its explanation, in order; few are held at a time. */
  *hits(sort: Sort = byPath): Generator<Hit> {
    const terms = positiveTerms(this.query);
    for (const { file, rank, item } of withItems(this.#all(sort))) yield this.#explained(file, rank, item, terms);
  }

  #explained(file: SearchedFile, rank: number, item: StoredItem, terms: ReturnType<typeof positiveTerms>): Hit {
    const place = { reader: file.reader, exhibit: file.label, item };
    // Where all conditions must hold, the first one is as good as any.
    const holds = (term: FilterTerm) => isConjunction(this.query) || this.#meeting(file, term).has(rank);
    return explainHit(place, terms, this.query, this.text, holds);
  }

  /** Items that meet a condition of the query. */
  #meeting(file: SearchedFile, term: FilterTerm): Held {
    return this.#conditions.of(file, term, () => file.matching(term, this.#question.bounds));
  }

  counts(): AnswerCounts {
    return (this.#counts ??= this.#counted());
  }

  #counted(): AnswerCounts {
    const sets = this.#question.files.map((file) => ({ file, set: this.#of(file) }));
    const sum = (count: (set: FileAnswer) => number) => sets.reduce((total, { set }) => total + count(set), 0);
    return {
      items: sum(({ shown }) => shown.count()),
      contents: differentContents(sets),
      outOfScope: sum(({ outOfRules }) => outOfRules.count()),
      privileged: sum(({ keptOut }) => keptOut.privileged.count()),
      hidden: sum(({ keptOut }) => keptOut.hidden.count()),
      markedOutOfScope: sum(({ keptOut }) => keptOut["out-of-scope"].count()),
    };
  }

  /** `most`: values told of each; default 20. */
  facets(names: readonly FacetName[], most = 20): Facet[] {
    const counted = this.#question.files.map((file) => ({ file, shown: this.#of(file).shown }));
    return names.map((name) => facetOf(name, counted, this.#question.bounds.review, most));
  }

  notSearched(): NotSearched {
    const sums = { failed: 0, partial: 0, skipped: 0, encrypted: 0, pendingUnits: 0 };
    for (const { reader, columns } of this.#question.files) {
      for (const { value, items } of [
        ...itemsByCode(columns.codes("status")),
        ...itemsByCode(columns.codes("reason")),
      ]) {
        if (value === "failed" || value === "partial" || value === "skipped" || value === "encrypted") {
          sums[value] += items;
        }
      }
      const [row] = reader.select<{ pending: number }>("SELECT count(*) AS pending FROM unit WHERE done = 0");
      sums.pendingUnits += row?.pending ?? 0;
    }
    const labels = (decision: ExhibitFile["decision"]) =>
      this.#question.unprocessed.filter((exhibit) => exhibit.decision === decision).map(({ label }) => label);
    return { ...sums, exhibits: labels("acquire"), notAcquired: labels("none") };
  }

  /** Languages of texts that a `stem:` term of the query knows no stems of, sorted; null where it has no such term. */
  withoutStems(): string[] | null {
    if (!specialTerms(this.query).some((term) => term.kind === "words" && term.how === "stem")) return null;
    const languages = this.#question.files.flatMap(({ reader }) => languagesWithoutStems(reader));
    return [...new Set(languages)].sort();
  }

  #of(file: SearchedFile): FileAnswer {
    let set = this.#sets.get(file);
    if (!set) {
      set = file.answer(this.query, answerKey(this.query), this.#question.bounds);
      this.#sets.set(file, set);
    }
    return set;
  }

  /** At most `limit` items after a place of that order. */
  *#after(start: Place | null, limit: number, sort: Sort): Generator<Ranked> {
    if (!isByRank(sort)) return yield* this.#firstByValue(start, limit, sort);
    let left = limit;
    for (const file of this.#question.files) {
      if (start && compareText(start.exhibit, file.label) > 0) continue;
      const from = start?.exhibit === file.label ? file.ranksUpTo(start.path, start.id) : 0;
      const { shown } = this.#of(file);
      for (let rank = shown.next(from); rank >= 0; rank = shown.next(rank + 1)) {
        yield { file, rank };
        if ((left -= 1) === 0) return;
      }
    }
  }

  *#firstByValue(start: Place | null, limit: number, sort: Sort): Generator<Ranked> {
    const firsts = this.#question.files.flatMap((file) => {
      const { keys } = file.order(sort.by);
      const order = rankOrder(keys, sort.descending);
      return firstOf(this.#of(file).shown, limit, order, isAfter(file, keys, start, sort)).map((rank) => ({
        file,
        rank,
      }));
    });
    yield* firsts.sort(valueOrder(sort)).slice(0, limit);
  }

  /** All items of the answer, in order. */
  *#all(sort: Sort): Generator<Ranked> {
    if (isByRank(sort)) return yield* this.#after(null, Infinity, sort);
    const streams = this.#question.files.map((file) => {
      const { shown } = this.#of(file);
      const ranks = new Uint32Array(shown.count());
      let at = 0;
      for (let rank = shown.next(0); rank >= 0; rank = shown.next(rank + 1)) ranks[at++] = rank;
      ranks.sort(rankOrder(file.order(sort.by).keys, sort.descending));
      return { file, ranks, at: 0 };
    });
    const compare = valueOrder(sort);
    for (;;) {
      let least: (typeof streams)[number] | null = null;
      for (const stream of streams) {
        if (stream.at >= stream.ranks.length) continue;
        const head = { file: stream.file, rank: stream.ranks[stream.at]! };
        const best = least && { file: least.file, rank: least.ranks[least.at]! };
        if (!best || compare(head, best) < 0) least = stream;
      }
      if (!least) return;
      yield { file: least.file, rank: least.ranks[least.at]! };
      least.at += 1;
    }
  }
}

/** Of all items of a work file. */
function itemsByCode({ codes, values }: CodedColumn): { value: string | null; items: number }[] {
  const counts = new Float64Array(values.length);
  for (let rank = 0; rank < codes.length; rank += 1) counts[codes[rank]!]! += 1;
  return values.map((value, code) => ({ value, items: counts[code] as number }));
}

/** Says which items of a work file are after a place. */
function isAfter(
  file: SearchedFile,
  keys: Float64Array,
  start: Place | null,
  { by, descending }: Sort,
): (rank: number) => boolean {
  if (!start) return () => true;
  const key = start.value === null ? Number.NaN : file.order(by).keyOf(start.value);
  // Of equal values: by exhibit, then by rank.
  const exhibit = compareText(file.label, start.exhibit);
  const from = exhibit > 0 ? 0 : exhibit < 0 ? file.columns.count : file.ranksUpTo(start.path, start.id);
  return (rank) => {
    const own = keys[rank]!;
    if (Number.isNaN(key)) return Number.isNaN(own) && rank >= from;
    if (Number.isNaN(own)) return true;
    return own === key ? rank >= from : descending ? own < key : own > key;
  };
}

/** Compares items of any work files. */
function valueOrder({ by, descending }: Sort): (a: Ranked, b: Ranked) => number {
  const sign = descending ? -1 : 1;
  const known = new Map<SearchedFile, Map<number, SortValue>>();
  const valueOf = ({ file, rank }: Ranked): SortValue => {
    const values = known.get(file) ?? new Map<number, SortValue>();
    known.set(file, values);
    // Names are read from the work file: of the two heads that are compared again and again, once.
    if (values.size > 1000) values.clear();
    let value = values.get(rank);
    if (value === undefined) values.set(rank, (value = file.order(by).valueOf(rank)));
    return value;
  };
  return (a, b) => {
    if (a.file === b.file) return rankOrder(a.file.order(by).keys, descending)(a.rank, b.rank);
    return compareValues(valueOf(a), valueOf(b), sign) || compareText(a.file.label, b.file.label);
  };
}

function differentContents(sets: readonly { file: SearchedFile; set: FileAnswer }[]): number {
  const contents = sets.map(({ file, set: { shown } }) => {
    return { file, held: file.columns.rowsAt(shown, "content") };
  });
  const filled = contents.filter(({ held }) => held.next(0) >= 0);
  const [only] = filled;
  if (filled.length < 2) return only ? only.held.count() : 0;
  return countDistinct(filled.map(({ file, held }) => file.hashes(held)));
}
