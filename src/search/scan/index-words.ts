/** Rows of the index of texts in which a word has one of some runs of letters and digits, from the pages of the index. */
import {
  IndexPages,
  mainIndex,
  mostWordBytes,
  termsAt,
  UnknownIndex,
  Varints,
  type Segment,
} from "../../case/posting-pages.ts";
import { Postings } from "../../case/postings.ts";
import type { WorkFileReader } from "../../case/work-file-reader.ts";
import { mostPlaces, type WordRun } from "./word-runs.ts";

/** Bytes of a word that was cut off by which it is looked for. */
const beginning = 256;

/** Null where more than `most` words have one. Throws UnknownIndex for an index of another form. */
export function rowsWithRuns(reader: WorkFileReader, runs: readonly WordRun[], most: number): Set<number> | null {
  const pages = new IndexPages(reader, "fts_text");
  const finder = new RunFinder(runs);
  for (const segment of pages.segments) {
    finder.begin(segment);
    for (const page of pages.allLeaves(segment)) {
      finder.look(page);
      if (finder.words > most) return null;
    }
  }
  const { rows } = finder;
  const postings = new Postings(reader, "fts_text");
  for (const [word, isCut] of finder.openWords) postings.rowsWith(word, isCut, (row) => void rows.add(row));
  return rows;
}

/**
 * Bits for the places of all runs that the bytes so far have led to, one for each byte of a word: words come in order, so most share their
 * beginning with the one before, and its bits.
 */
class RunFinder {
  readonly rows = new Set<number>();
  /** Words whose rows go on beyond their page, or that were cut off. */
  readonly openWords = new Map<string, boolean>();
  words = 0;
  #removed: ReadonlySet<number> | null = null;
  readonly #masks = new Int32Array(256);
  #starts = 0;
  #ends = 0;
  /** State after each byte of the word; the prefix byte of the index is the first. */
  readonly #states = new Int32Array(mostWordBytes + 2);
  readonly #word = Buffer.alloc(mostWordBytes + 2);
  /** Bytes of the word after which a run was there; 0: there was none. */
  #foundAt = 0;

  constructor(runs: readonly WordRun[]) {
    let bit = 0;
    for (const run of runs) {
      this.#starts |= 1 << bit;
      for (const place of run) {
        for (const byte of place) this.#masks[byte] = (this.#masks[byte] as number) | (1 << bit);
        bit += 1;
      }
      this.#ends |= 1 << (bit - 1);
    }
    if (bit > mostPlaces) throw new RangeError("the runs have too many places");
  }

  begin({ removed }: Segment): void {
    this.#removed = removed;
  }

  /**
   * Looks at the words of a leaf page. The first of a page stands whole, the others without what they share with the one before. Rows follow
   * their word; those of the last word may go on over the next pages.
   */
  look(page: Uint8Array): void {
    const size = termsAt(page);
    const numbers = new Varints(page, size);
    let next = size < page.length ? numbers.next() : 0;
    let offsetsAt = numbers.at;
    for (let term = next, isFirst = true; term > 0; term = next, isFirst = false) {
      // Most numbers are of one byte.
      const step = page[offsetsAt] ?? 0;
      if (step < 0x80) offsetsAt += 1;
      else numbers.at = offsetsAt;
      const difference = step < 0x80 ? step : numbers.next();
      if (step >= 0x80) offsetsAt = numbers.at;
      next = difference === 0 ? 0 : term + difference;
      if (isFirst) this.#take(page, term, 0, size, next, numbers);
      else this.#takeNext(page, term, size, next, numbers);
    }
  }

  /** A word that shares its beginning with the one before. */
  #takeNext(page: Uint8Array, term: number, size: number, next: number, numbers: Varints): void {
    const kept = page[term] as number;
    if (kept < 0x80) return this.#take(page, term + 1, kept, size, next, numbers);
    numbers.at = term;
    const long = numbers.next();
    this.#take(page, numbers.at, long, size, next, numbers);
  }

  #take(page: Uint8Array, at: number, kept: number, size: number, next: number, numbers: Varints): void {
    let added = page[at] as number;
    let from = at + 1;
    if (added >= 0x80) {
      numbers.at = at;
      added = numbers.next();
      from = numbers.at;
    }
    const end = from + added;
    if (kept + added > this.#word.length || end > size) throw new UnknownIndex("a term beyond its page");
    this.#read(page, from, end, kept);
    // What a longer word goes on with is not known, so its rows are among those told.
    const isCut = kept + added > mostWordBytes;
    if ((this.#foundAt === 0 && !isCut) || this.#word[0] !== mainIndex) return;
    this.words += 1;
    if (next > 0 && !isCut) return this.#rows(numbers, end, next);
    const cutAt = isCut ? beginningOf(this.#word) : kept + added;
    this.openWords.set(this.#word.toString("utf8", 1, cutAt), isCut);
  }

  #read(page: Uint8Array, from: number, end: number, kept: number): void {
    const [masks, states, word, starts, ends] = [this.#masks, this.#states, this.#word, this.#starts, this.#ends];
    let found = this.#foundAt <= kept ? this.#foundAt : 0;
    let state = kept === 0 ? 0 : (states[kept - 1] as number);
    let to = kept;
    for (let at = from; at < end; at += 1) {
      const byte = page[at] as number;
      word[to] = byte;
      // The prefix byte belongs to no word.
      state = to === 0 ? 0 : ((state << 1) | starts) & (masks[byte] as number);
      states[to] = state;
      to += 1;
      if ((state & ends) !== 0 && found === 0) found = to;
    }
    this.#foundAt = found;
  }

  /** The first row, then differences; behind each the length of its positions × 2 (+ 1: a removed row) and those. */
  #rows(numbers: Varints, from: number, end: number): void {
    numbers.at = from;
    let row = 0;
    while (numbers.at < end) {
      row += numbers.next();
      const head = numbers.next();
      if (head % 2 === 1) throw new UnknownIndex("a removed row");
      numbers.at += head / 2;
      if (!this.#removed?.has(row)) this.rows.add(row);
    }
  }
}

/** Where the beginning of a word ends: not within a character. */
function beginningOf(word: Buffer): number {
  let end = beginning;
  while (((word[end] as number) & 0xc0) === 0x80) end -= 1;
  return end;
}
