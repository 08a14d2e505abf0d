/** Bits and prefix codes of lossless WebP. Spec: RFC 9649 sections 3.3 and 3.7.2. */
import type { CarveWindow } from "../carve-window.ts";

/** Bits of a stretch, the lowest of each byte first. Behind the end they are zeros, and `over` says so. */
export class Vp8lBits {
  readonly #window: CarveWindow;
  readonly #end: number;
  #at: number;
  #held = 0;
  #count = 0;
  over = false;

  constructor(window: CarveWindow, at: number, end: number) {
    this.#window = window;
    this.#at = at;
    this.#end = Math.min(end, window.end);
  }

  /** Up to 24 bits. */
  read(count: number): number {
    while (this.#count < count) {
      if (this.#at < this.#end) this.#held |= this.#window.u8(this.#at) << this.#count;
      else this.over = true;
      this.#at++;
      this.#count += 8;
    }
    const value = this.#held & ((1 << count) - 1);
    this.#held >>>= count;
    this.#count -= count;
    return value;
  }

  /** Where the next byte would be read. */
  get place(): number {
    return this.#at;
  }
}

const mostBits = 15;
/** Section 3.7.2.1.2: the order of the lengths of the codes for code lengths. */
const lengthOrder = [17, 18, 0, 1, 2, 3, 4, 5, 16, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];

/** A canonical code; of a single symbol without any bits. */
export class Vp8lCode {
  readonly #counts = new Uint16Array(mostBits + 1);
  readonly #symbols: Uint16Array;
  readonly #single: boolean;

  private constructor(lengths: Uint8Array, used: number) {
    this.#symbols = new Uint16Array(used);
    this.#single = used === 1;
    let to = 0;
    for (let bits = 1; bits <= mostBits; bits++) {
      for (let symbol = 0; symbol < lengths.length; symbol++) {
        if (lengths[symbol] !== bits) continue;
        this.#symbols[to++] = symbol;
        this.#counts[bits]!++;
      }
    }
  }

  /** Null where the lengths are not those of a complete code. */
  static of(lengths: Uint8Array): Vp8lCode | null {
    let used = 0;
    let share = 0;
    for (const bits of lengths) {
      if (bits === 0) continue;
      used++;
      share += 1 << (mostBits - bits);
    }
    return used === 1 || (used > 1 && share === 1 << mostBits) ? new Vp8lCode(lengths, used) : null;
  }

  /** Section 3.7.2.1: a code written as one or two symbols, or by its lengths. */
  static read(bits: Vp8lBits, alphabet: number): Vp8lCode | null {
    const lengths = new Uint8Array(alphabet);
    if (bits.read(1) === 0) return readLengths(bits, lengths) ? Vp8lCode.of(lengths) : null;
    const two = bits.read(1) === 1;
    const first = bits.read(bits.read(1) === 1 ? 8 : 1);
    const second = two ? bits.read(8) : first;
    if (first >= alphabet || second >= alphabet) return null;
    lengths[first] = 1;
    lengths[second] = 1;
    return Vp8lCode.of(lengths);
  }

  symbol(bits: Vp8lBits): number {
    if (this.#single) return this.#symbols[0]!;
    let code = 0;
    let first = 0;
    let index = 0;
    for (let length = 1; length <= mostBits; length++) {
      code |= bits.read(1);
      const count = this.#counts[length]!;
      if (code - first < count) return this.#symbols[index + code - first]!;
      index += count;
      first = (first + count) << 1;
      code <<= 1;
    }
    // A complete code has one for all bits.
    return 0;
  }
}

function readLengths(bits: Vp8lBits, lengths: Uint8Array): boolean {
  const ofLengths = new Uint8Array(lengthOrder.length);
  const count = 4 + bits.read(4);
  for (let i = 0; i < count; i++) ofLengths[lengthOrder[i]!] = bits.read(3);
  const code = Vp8lCode.of(ofLengths);
  if (code === null) return false;
  let left = bits.read(1) === 0 ? lengths.length : 2 + bits.read(2 + 2 * bits.read(3));
  if (left > lengths.length) return false;
  let previous = 8;
  for (let at = 0; at < lengths.length && left > 0; left--) {
    const length = code.symbol(bits);
    if (length < 16) {
      lengths[at++] = length;
      if (length > 0) previous = length;
      continue;
    }
    const times = length === 16 ? 3 + bits.read(2) : length === 17 ? 3 + bits.read(3) : 11 + bits.read(7);
    if (at + times > lengths.length || bits.over) return false;
    lengths.fill(length === 16 ? previous : 0, at, at + times);
    at += times;
  }
  return true;
}
