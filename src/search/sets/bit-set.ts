/** A set of small numbers, one bit for each. */

export class BitSet {
  /** Numbers from 0 to below this can be in the set. */
  readonly size: number;
  readonly #words: Uint32Array;

  constructor(size: number) {
    this.size = size;
    this.#words = new Uint32Array(Math.ceil(size / 32));
  }

  /** All numbers below `size`. */
  static full(size: number): BitSet {
    return new BitSet(size).flip();
  }

  /** Numbers beyond the size are nothing that the set could hold. */
  add(number: number): void {
    if (number < this.size) this.#words[number >>> 5]! |= 1 << (number & 31);
  }

  remove(number: number): void {
    if (number < this.size) this.#words[number >>> 5]! &= ~(1 << (number & 31));
  }

  has(number: number): boolean {
    return number < this.size && ((this.#words[number >>> 5]! >>> (number & 31)) & 1) === 1;
  }

  copy(): BitSet {
    const copied = new BitSet(this.size);
    copied.#words.set(this.#words);
    return copied;
  }

  /** Keeps what is in the other, too. Both have one size. */
  and(other: BitSet): this {
    for (let at = 0; at < this.#words.length; at += 1) this.#words[at]! &= other.#words[at]!;
    return this;
  }

  or(other: BitSet): this {
    for (let at = 0; at < this.#words.length; at += 1) this.#words[at]! |= other.#words[at]!;
    return this;
  }

  without(other: BitSet): this {
    for (let at = 0; at < this.#words.length; at += 1) this.#words[at]! &= ~other.#words[at]!;
    return this;
  }

  /** What was in the set is not, and the reverse. */
  flip(): this {
    for (let at = 0; at < this.#words.length; at += 1) this.#words[at] = ~this.#words[at]!;
    const rest = this.size & 31;
    if (rest > 0) this.#words[this.#words.length - 1]! &= 2 ** rest - 1;
    return this;
  }

  count(): number {
    let count = 0;
    for (let at = 0; at < this.#words.length; at += 1) {
      let word = this.#words[at]!;
      word -= (word >>> 1) & 0x55555555;
      word = (word & 0x33333333) + ((word >>> 2) & 0x33333333);
      count += Math.imul((word + (word >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
    }
    return count;
  }

  /** The least number of the set that is not below `from`; -1 where there is none. */
  next(from: number): number {
    if (from >= this.size) return -1;
    let at = from >>> 5;
    let word = this.#words[at]! & (-1 << (from & 31));
    while (word === 0) {
      at += 1;
      if (at >= this.#words.length) return -1;
      word = this.#words[at]!;
    }
    return at * 32 + 31 - Math.clz32(word & -word);
  }
}
