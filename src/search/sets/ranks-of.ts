/** The ranks that have a number of a column: what a word stands in is told as row numbers, and is mostly few of many. */
import type { BitSet } from "./bit-set.ts";

export class RanksOf {
  readonly #column: () => Uint32Array;
  readonly #limit: number;
  /** Where the ranks of each number begin, and all ranks by their number; made with the second question. */
  #starts: Uint32Array | null = null;
  #ranks = new Uint32Array(0);
  #isAsked = false;

  /** `column`: a number below `limit` for each rank, 0 is none; asked for where a set holds anything. */
  constructor(column: () => Uint32Array, limit: number) {
    this.#column = column;
    this.#limit = limit;
  }

  /** Adds the ranks of all numbers of a set. */
  addTo(ranks: BitSet, numbers: BitSet): void {
    if (numbers.next(0) < 0) return;
    // One question is answered faster than the way back is made; it is what a command asks.
    if (!this.#isAsked) {
      this.#isAsked = true;
      const column = this.#column();
      for (let rank = 0; rank < column.length; rank += 1) if (numbers.has(column[rank]!)) ranks.add(rank);
      return;
    }
    this.#starts ??= this.#sorted();
    const starts = this.#starts;
    for (let number = numbers.next(0); number >= 0; number = numbers.next(number + 1)) {
      const end = starts[number + 1]!;
      for (let at = starts[number]!; at < end; at += 1) ranks.add(this.#ranks[at]!);
    }
  }

  #sorted(): Uint32Array {
    const column = this.#column();
    const starts = new Uint32Array(this.#limit + 2);
    for (let rank = 0; rank < column.length; rank += 1) starts[column[rank]! + 2]! += 1;
    for (let number = 2; number < starts.length; number += 1) starts[number]! += starts[number - 1]!;
    this.#ranks = new Uint32Array(column.length);
    // Each start is one place behind, and is brought forward by the ranks that are put there.
    for (let rank = 0; rank < column.length; rank += 1) this.#ranks[starts[column[rank]! + 1]!++] = rank;
    return starts;
  }
}
