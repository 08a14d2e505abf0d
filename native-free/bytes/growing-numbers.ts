/** A list of numbers below 2^53 that grows, eight bytes each. */
export class GrowingNumbers {
  #values = new Float64Array(256);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  push(value: number): void {
    if (this.#length === this.#values.length) {
      const grown = new Float64Array(this.#values.length * 2);
      grown.set(this.#values);
      this.#values = grown;
    }
    this.#values[this.#length++] = value;
  }

  at(index: number): number {
    return this.#values[index]!;
  }

  /** The numbers where they are; not to be used together with further pushes. */
  toArray(): Float64Array {
    return this.#values.subarray(0, this.#length);
  }

  /** A sorted copy. */
  sorted(): Float64Array {
    return this.toArray().slice().sort();
  }
}

/** Whether a sorted list holds a value between two places, `to` excluded. */
export function holds(sorted: Float64Array, value: number, from = 0, to = sorted.length): boolean {
  let [low, high] = [from, to];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low < to && sorted[low] === value;
}
