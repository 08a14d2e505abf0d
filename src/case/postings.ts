/** The rows in which words and phrases stand, from the pages of an index. */
import { GrowingNumbers } from "../../native-free/bytes/growing-numbers.ts";
import { columnMark, PositionsByRow, standsInRow, type Positions } from "./phrase-positions.ts";
import {
  IndexPages,
  leafHead,
  mainIndex,
  mostWordBytes,
  termsAt,
  UnknownIndex,
  Varints,
  type IndexTable,
  type Segment,
} from "./posting-pages.ts";
import type { WorkFileReader } from "./work-file-reader.ts";

/** Called with a row number; rows of different segments come in no order. */
export type Visit = (row: number) => void;

/** Called with a row and its list of positions: `bytes` from `start` to `end`, valid during the call. */
type VisitPositions = (row: number, bytes: Uint8Array, start: number, end: number) => void;

/** Places of the words of a phrase that are held: 64 MiB, three times that while those of a prefix are put in order. */
const mostPositions = 2 ** 23;

/** A phrase that is to be asked through SQLite, which holds little and takes longer. */
export class TooManyPositions extends Error {}

export class Postings {
  readonly #pages: IndexPages;
  readonly #most: number;

  /** Of the moment at which the reader stands. `most`: positions held. Throws UnknownIndex for an index of another form. */
  constructor(reader: WorkFileReader, table: IndexTable, most = mostPositions) {
    this.#pages = new IndexPages(reader, table);
    this.#most = most;
  }

  /**
   * Rows with a word (or, with `prefix`, with a word that begins so). `firstColumn`: only where it stands in the first column.
   * A row may come several times with `prefix`.
   */
  rowsWith(word: string, prefix: boolean, visit: Visit, firstColumn = false): void {
    const key = keyOf(word);
    const take: VisitPositions = firstColumn
      ? (row, bytes, start) => void (bytes[start] !== columnMark && visit(row))
      : visit;
    for (const segment of this.#pages.segments) this.#each(segment, key, prefix, firstColumn, take);
  }

  /**
   * Rows in which the words stand one after the other in one column (the first alone with `firstColumn`). Throws TooManyPositions,
   * before any row is told, where the words are so frequent that their places should not be held.
   */
  rowsWithPhrase(words: readonly string[], prefix: boolean, visit: Visit, firstColumn = false): void {
    if (words.length === 1) return this.rowsWith(words[0] as string, prefix, visit, firstColumn);
    const keys = words.map(keyOf);
    const isPrefix = (index: number) => prefix && index === keys.length - 1;
    let rows = this.#rowsOf(keys[0] as Uint8Array);
    for (let index = 1; index < keys.length && rows.length > 0; index += 1) {
      rows = this.#among(keys[index] as Uint8Array, isPrefix(index), rows);
    }
    if (rows.length === 0) return;
    const lists: Positions[] = [];
    let left = this.#most;
    for (const [index, key] of keys.entries()) {
      const list = this.#positions(key, isPrefix(index), rows, left);
      left -= list.values.length;
      lists.push(list);
    }
    rows.forEach((row, at) => {
      if (standsInRow(lists, at, firstColumn)) visit(row);
    });
  }

  /** Rows with a word, sorted, each once. */
  #rowsOf(key: Uint8Array): Float64Array {
    const found = new GrowingNumbers();
    let isSorted = true;
    let last = -1;
    this.#everywhere(key, false, false, (row) => {
      if (row <= last) isSorted = false;
      last = row;
      found.push(row);
    });
    const rows = found.toArray();
    return isSorted ? rows : distinct(rows.sort());
  }

  /** Those of `rows` (sorted) that have a word. Places are marked, since a row comes once for every word that begins so. */
  #among(key: Uint8Array, prefix: boolean, rows: Float64Array): Float64Array {
    const marks = new Uint8Array(rows.length);
    let at = 0;
    this.#everywhere(key, prefix, false, (row) => {
      at = placeFrom(rows, row, at);
      if (rows[at] === row) marks[at] = 1;
    });
    return rows.filter((_, place) => marks[place] === 1);
  }

  /** For each of `rows` (sorted) the positions of a word, at most `most` in all. */
  #positions(key: Uint8Array, prefix: boolean, rows: Float64Array, most: number): Positions {
    const found = new PositionsByRow(rows.length);
    let at = 0;
    this.#everywhere(key, prefix, true, (row, bytes, start, end) => {
      at = placeFrom(rows, row, at);
      if (rows[at] !== row) return;
      found.add(at, bytes, start, end);
      if (found.length > most) throw new TooManyPositions("a phrase of frequent words");
    });
    return found.positions();
  }

  /** Of all segments: while a merge is under way, words of one row stand in several of them. */
  #everywhere(key: Uint8Array, prefix: boolean, positions: boolean, visit: VisitPositions): void {
    for (const segment of this.#pages.segments) this.#each(segment, key, prefix, positions, visit);
  }

  /** Every row of the word with its positions, or (not `positions`) with nothing. */
  #each(segment: Segment, key: Uint8Array, prefix: boolean, positions: boolean, visit: VisitPositions): void {
    const { removed } = segment;
    const kept: VisitPositions = removed
      ? (row, bytes, start, end) => void (!removed.has(row) && visit(row, bytes, start, end))
      : visit;
    const walk = new SegmentWalk(this.#pages.leaves(segment, this.#pages.pageOf(segment, key)), positions, kept);
    try {
      walk.run(key, prefix);
    } finally {
      walk.end();
    }
  }
}

function keyOf(word: string): Uint8Array {
  const bytes = Buffer.from(word, "utf8").subarray(0, mostWordBytes);
  const key = new Uint8Array(bytes.length + 1);
  key[0] = mainIndex;
  key.set(bytes, 1);
  return key;
}

/** Goes through the terms of a segment from a page on. */
class SegmentWalk {
  readonly #leaves: Generator<Uint8Array>;
  readonly #withPositions: boolean;
  readonly #visit: VisitPositions;
  #page: Uint8Array = new Uint8Array(0);
  #numbers = new Varints(this.#page, 0);
  /** Where the bytes of rows end, and the offsets of the terms. */
  #size = 0;
  #terms: number[] = [];
  #long = Buffer.alloc(1024);
  /** The term at hand, which the next one may begin like. */
  #term = new Uint8Array(256);
  #termLength = 0;

  constructor(leaves: Generator<Uint8Array>, withPositions: boolean, visit: VisitPositions) {
    this.#leaves = leaves;
    this.#withPositions = withPositions;
    this.#visit = visit;
  }

  end(): void {
    this.#leaves.return(undefined);
  }

  run(key: Uint8Array, prefix: boolean): void {
    let hasPage = this.#turn();
    while (hasPage) {
      const here = this.#page;
      for (let index = 0; index < this.#terms.length; index += 1) {
        this.#readTerm(index);
        const order = this.#compared(key);
        if (order === 0 || (order > 0 && prefix && this.#beginsWith(key))) {
          const isLast = index === this.#terms.length - 1;
          this.#rows(this.#numbers.at, isLast ? this.#size : (this.#terms[index + 1] as number), isLast);
          if (!prefix) return;
          // The rows went on beyond the page: its terms are over.
          if (this.#page !== here) break;
        } else if (order > 0) return;
      }
      if (this.#page === here) {
        // A word that exists stands on the page that the table names.
        if (!prefix && this.#terms.length > 0) return;
        hasPage = this.#turn();
      } else hasPage = this.#page.length > 0;
    }
  }

  /** To the next page; false, with an empty page, at the end. */
  #turn(): boolean {
    const next = this.#leaves.next();
    this.#page = next.done ? new Uint8Array(0) : next.value;
    this.#terms = [];
    this.#size = 0;
    if (next.done) return false;
    const page = this.#page;
    this.#size = termsAt(page);
    this.#numbers = new Varints(page, this.#size);
    for (let at = 0; this.#numbers.at < page.length;) {
      at += this.#numbers.next();
      this.#terms.push(at);
    }
    return true;
  }

  /** The first term of a page stands whole, others share a beginning with the one before. */
  #readTerm(index: number): void {
    const numbers = this.#numbers;
    numbers.at = this.#terms[index] as number;
    const keep = index === 0 ? 0 : numbers.next();
    const added = numbers.next();
    const length = keep + added;
    if (numbers.at + added > this.#page.length || keep > this.#termLength)
      throw new UnknownIndex("a term beyond its page");
    if (length > this.#term.length) {
      const larger = new Uint8Array(length * 2);
      larger.set(this.#term);
      this.#term = larger;
    }
    for (let at = 0; at < added; at += 1) this.#term[keep + at] = this.#page[numbers.at + at]!;
    this.#termLength = length;
    numbers.at += added;
  }

  #compared(key: Uint8Array): number {
    const length = Math.min(this.#termLength, key.length);
    for (let at = 0; at < length; at += 1) {
      const difference = this.#term[at]! - key[at]!;
      if (difference !== 0) return difference;
    }
    return this.#termLength - key.length;
  }

  #beginsWith(key: Uint8Array): boolean {
    if (this.#termLength < key.length) return false;
    for (let at = 0; at < key.length; at += 1) if (this.#term[at] !== key[at]) return false;
    return true;
  }

  /** The rows of a term, which may go on over further pages; the first row on each page is stored whole. */
  #rows(from: number, to: number, goesOn: boolean): void {
    let at = from;
    let end = to;
    let row = 0;
    let isWhole = true;
    for (;;) {
      this.#numbers.at = at;
      while (this.#numbers.at < end) {
        const number = this.#numbers.next();
        row = isWhole ? number : row + number;
        isWhole = false;
        const head = this.#numbers.next();
        if (head % 2 === 1) throw new UnknownIndex("a removed row");
        const length = Math.floor(head / 2);
        const start = this.#numbers.at;
        if (start + length <= end) {
          this.#visit(row, this.#page, start, start + length);
          this.#numbers.at = start + length;
          continue;
        }
        const next = this.#across(row, length, start, end, goesOn);
        if (next === null) return;
        ({ at, end, goesOn } = next);
        this.#numbers.at = at;
        isWhole = true;
      }
      if (!goesOn || !this.#turn()) return;
      at = leafHead;
      end = this.#terms[0] ?? this.#size;
      goesOn = this.#terms.length === 0;
      isWhole = true;
    }
  }

  /** Positions that go on over further pages. Returns where the rows of the page reached go on; null where none follow. */
  #across(row: number, length: number, start: number, end: number, goesOn: boolean) {
    if (this.#withPositions && this.#long.length < length) this.#long = Buffer.alloc(length * 2);
    let have = 0;
    const take = (from: number, to: number) => {
      if (this.#withPositions) this.#long.set(this.#page.subarray(from, to), have);
      have += to - from;
    };
    take(start, end);
    let at = end;
    while (have < length) {
      if (!goesOn || !this.#turn()) throw new UnknownIndex("positions beyond the end");
      end = this.#terms[0] ?? this.#size;
      goesOn = this.#terms.length === 0;
      at = Math.min(end, leafHead + length - have);
      take(leafHead, at);
    }
    this.#visit(row, this.#long, 0, length);
    return at < end || goesOn ? { at, end, goesOn } : null;
  }
}

/** Drops equal neighbours, in place. */
function distinct(sorted: Float64Array): Float64Array {
  let kept = 0;
  for (const value of sorted) if (kept === 0 || sorted[kept - 1] !== value) sorted[kept++] = value;
  return sorted.subarray(0, kept);
}

/** Where a row stands among sorted ones, or would stand; the search begins at `near`, where neighbours mostly are. */
function placeFrom(rows: Float64Array, row: number, near: number): number {
  let low = 0;
  let high = rows.length;
  if (near < high && (rows[near] as number) < row) low = near + 1;
  else high = near;
  for (let step = 1; low < high && low > near; step *= 2) {
    // Forwards in steps that double: rows of one word come in their order.
    if (low + step >= high || (rows[low + step] as number) >= row) {
      high = Math.min(high, low + step);
      break;
    }
    low += step;
  }
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((rows[middle] as number) < row) low = middle + 1;
    else high = middle;
  }
  return low;
}
