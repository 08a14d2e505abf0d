/** Where words stand in rows, held for phrases: the positions of each word, row by row. */
import { GrowingNumbers, holds } from "../../native-free/bytes/growing-numbers.ts";
import { Varints } from "./posting-pages.ts";

/** In a list of positions: a column number follows. Positions are stored as difference + 2. */
export const columnMark = 1;
const positionBias = 2;

/** A position is held as column × 2^32 + position. */
const columnStep = 2 ** 32;

/** By row, its positions: part of `values`, sorted. */
export interface Positions {
  readonly values: Float64Array;
  readonly starts: Float64Array;
  readonly ends: Float64Array;
}

/** Gathers the positions of one word, or of all words with one beginning. */
export class PositionsByRow {
  readonly #starts: Float64Array;
  readonly #ends: Float64Array;
  readonly #first = new GrowingNumbers();
  /** Those of a further word in a row that has some, and the row of each. */
  readonly #later = new GrowingNumbers();
  readonly #laterRows = new GrowingNumbers();

  /** Rows are numbered from 0. */
  constructor(rows: number) {
    this.#starts = new Float64Array(rows);
    this.#ends = new Float64Array(rows);
  }

  get length(): number {
    return this.#first.length + this.#later.length;
  }

  /** A list of positions as the index has it: `bytes` from `start` to `end`. */
  add(row: number, bytes: Uint8Array, start: number, end: number): void {
    if (this.#starts[row] === this.#ends[row]) {
      this.#starts[row] = this.#first.length;
      readPositions(bytes, start, end, this.#first);
      this.#ends[row] = this.#first.length;
      return;
    }
    readPositions(bytes, start, end, this.#later);
    while (this.#laterRows.length < this.#later.length) this.#laterRows.push(row);
  }

  /** All of them; nothing is added afterwards. */
  positions(): Positions {
    const first = { values: this.#first.toArray(), starts: this.#starts, ends: this.#ends };
    return this.#later.length === 0 ? first : withLater(first, this.#later.toArray(), this.#laterRows.toArray());
  }
}

function readPositions(bytes: Uint8Array, start: number, end: number, into: GrowingNumbers): void {
  const numbers = new Varints(bytes, start);
  let column = 0;
  let position = 0;
  while (numbers.at < end) {
    const number = numbers.next();
    if (number === columnMark) {
      column = numbers.next();
      position = 0;
    } else {
      position += number - positionBias;
      into.push(column * columnStep + position);
    }
  }
}

/** With further positions, each of the row in `laterRows`. */
function withLater({ values, starts, ends }: Positions, later: Float64Array, laterRows: Float64Array): Positions {
  const rows = starts.length;
  const added = new Float64Array(rows);
  for (const row of laterRows) added[row]! += 1;
  const all = new Float64Array(values.length + later.length);
  const allStarts = new Float64Array(rows);
  const allEnds = new Float64Array(rows);
  let next = 0;
  for (let row = 0; row < rows; row += 1) {
    allStarts[row] = next;
    const end = ends[row]!;
    for (let at = starts[row]!; at < end; at += 1) all[next++] = values[at]!;
    allEnds[row] = next;
    next += added[row]!;
  }
  for (let at = 0; at < later.length; at += 1) all[allEnds[laterRows[at]!]!++] = later[at]!;
  for (let row = 0; row < rows; row += 1) {
    if (added[row]! > 0) all.subarray(allStarts[row], allEnds[row]).sort();
  }
  return { values: all, starts: allStarts, ends: allEnds };
}

/** True where some position of the first word is followed by the others. `firstColumn`: in that column alone. */
export function standsInRow(words: readonly Positions[], row: number, firstColumn: boolean): boolean {
  const { values, starts, ends } = words[0] as Positions;
  const end = ends[row]!;
  for (let at = starts[row]!; at < end; at += 1) {
    const position = values[at]!;
    if (firstColumn && position >= columnStep) return false;
    if (isFollowed(words, row, position)) return true;
  }
  return false;
}

function isFollowed(words: readonly Positions[], row: number, position: number): boolean {
  for (let index = 1; index < words.length; index += 1) {
    const { values, starts, ends } = words[index] as Positions;
    if (!holds(values, position + index, starts[row], ends[row])) return false;
  }
  return true;
}
