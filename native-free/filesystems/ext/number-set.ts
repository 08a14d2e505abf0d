/** A set of numbers up to 2^53, one bit each where they are near each other. */
import { BlockSet } from "../block-set.ts";

const partSize = 2 ** 32;

export class NumberSet {
  readonly #parts = new Map<number, BlockSet>();

  has(value: number): boolean {
    return this.#parts.get(Math.floor(value / partSize))?.has(value % partSize) ?? false;
  }

  /** False where it was in it already. */
  add(value: number): boolean {
    const index = Math.floor(value / partSize);
    let part = this.#parts.get(index);
    if (part === undefined) this.#parts.set(index, (part = new BlockSet()));
    return part.add(value % partSize);
  }
}
