/** Which items meet the conditions of a query, kept while hits are explained: in few bytes, however many conditions it has. */
import type { FilterTerm } from "../query.ts";
import type { BitSet } from "./bit-set.ts";

/** Ranks of items. */
export interface Held {
  has(rank: number): boolean;
}

/** Sets with one bit for each item that are kept. A query of thousands of conditions has few that many items meet. */
const mostBitSets = 64;

export class Conditions {
  readonly #small = new Map<FilterTerm, Held>();
  /** The one used last stands last. */
  readonly #large = new Map<FilterTerm, BitSet>();

  /** `make` is called where the set of a condition is not kept. */
  of(term: FilterTerm, make: () => BitSet): Held {
    const small = this.#small.get(term);
    if (small) return small;
    let large = this.#large.get(term);
    if (large) this.#large.delete(term);
    else {
      large = make();
      const count = large.count();
      if (count * 32 <= large.size) {
        const ranks = new Ranks(large, count);
        this.#small.set(term, ranks);
        return ranks;
      }
    }
    this.#large.set(term, large);
    if (this.#large.size > mostBitSets) this.#large.delete(this.#large.keys().next().value!);
    return large;
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
