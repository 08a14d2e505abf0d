/** Which of many structures holds a place of the volume: stretches that do not overlap, each with the number of its owner. */
import { GrowingNumbers } from "../bytes/growing-numbers.ts";

export class RangeOwners {
  readonly #starts: Float64Array;
  readonly #ends: Float64Array;
  readonly #owners: Float64Array;

  /** `of` is called once for each owner, from 0 on. */
  constructor(owners: number, of: (owner: number) => readonly { readonly start: number; readonly length: number }[]) {
    const all: (readonly [start: number, end: number, owner: number])[] = [];
    for (let owner = 0; owner < owners; owner++) {
      for (const { start, length } of of(owner)) all.push([start, start + length, owner]);
    }
    all.sort(([a], [b]) => a - b);
    const lists = [new GrowingNumbers(), new GrowingNumbers(), new GrowingNumbers()] as const;
    for (const each of all) for (const [index, list] of lists.entries()) list.push(each[index]!);
    [this.#starts, this.#ends, this.#owners] = lists.map((list) => list.toArray()) as [
      Float64Array,
      Float64Array,
      Float64Array,
    ];
  }

  /** -1 where none holds the place. */
  ownerOf(place: number): number {
    let [low, high] = [0, this.#starts.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#starts[middle]! <= place) low = middle + 1;
      else high = middle;
    }
    return low > 0 && place < this.#ends[low - 1]! ? this.#owners[low - 1]! : -1;
  }
}
