/** Which items meet the conditions of a query, kept while hits are explained, within a bound for all work files together. */
import type { FilterTerm } from "../query.ts";
import type { BitSet } from "./bit-set.ts";

/** Ranks of items. */
export interface Held {
  has(rank: number): boolean;
}

/**
 * What is kept at most: two thousand conditions of a million items that many of them meet, or many more that few do. Each hit asks them in
 * one order, so that the first ones stay: to give one up for another would make all of them anew for each hit.
 */
const mostBytes = 256 << 20;

export class Conditions<File extends object> {
  readonly #kept = new Map<File, Map<FilterTerm, Held>>();
  #left: number;

  constructor(most = mostBytes) {
    this.#left = most;
  }

  /** `make` is called where the set of a condition is not kept. */
  of(file: File, term: FilterTerm, make: () => BitSet): Held {
    const kept = this.#kept.get(file) ?? new Map<FilterTerm, Held>();
    this.#kept.set(file, kept);
    const known = kept.get(term);
    if (known) return known;
    const set = make();
    const count = set.count();
    const isSmall = count * 32 <= set.size;
    const bytes = isSmall ? count * 4 : set.size / 8;
    if (bytes > this.#left) return set;
    const held = isSmall ? new Ranks(set, count) : set;
    this.#left -= bytes;
    kept.set(term, held);
    return held;
  }
}

/** A set of few ranks, sorted. */
class Ranks implements Held {
  readonly #ranks: Uint32Array;

  constructor(set: BitSet, count: number) {
    this.#ranks = new Uint32Array(count);
    let at = 0;
    for (let rank = set.next(0); rank >= 0; rank = set.next(rank + 1)) this.#ranks[at++] = rank;
  }

  has(rank: number): boolean {
    let low = 0;
    let high = this.#ranks.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#ranks[middle]! < rank) low = middle + 1;
      else high = middle;
    }
    return this.#ranks[low] === rank;
  }
}
