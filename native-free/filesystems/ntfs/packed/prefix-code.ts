/** Prefix codes of XPRESS Huffman and LZX: canonical, read from 16-bit little-endian words, highest bit first. */

/** The longest code of either format in bits. */
const LONGEST = 16;

/** Decodes the symbols of one code. `build` lays it over other code lengths; nothing is allocated after the constructor. */
export class PrefixCode {
  /** By the first `#fastBits` bits: symbol << 5 | length; 0 for longer codes and for those that no symbol has. */
  readonly fast: Uint16Array;
  readonly #fastBits: number;
  /** Symbols in the order of their codes. */
  readonly #sorted: Uint16Array;
  /** By length: how many codes, the first code, and where its symbol stands in `#sorted`. */
  readonly #counts = new Int32Array(LONGEST + 1);
  readonly #firsts = new Int32Array(LONGEST + 1);
  readonly #places = new Int32Array(LONGEST + 1);

  /** For up to `symbols` symbols; codes of up to `fastBits` bits take one look. */
  constructor(symbols: number, fastBits: number) {
    this.#sorted = new Uint16Array(symbols);
    this.fast = new Uint16Array(1 << fastBits);
    this.#fastBits = fastBits;
  }

  /**
   * `lengths` of the codes of all symbols in bits (0: none). False where they are too many for their lengths. A code with room
   * left is taken: of what it leaves out `look` says so.
   */
  build(lengths: Uint8Array): boolean {
    const counts = this.#counts.fill(0);
    for (let symbol = 0; symbol < lengths.length; symbol++) counts[lengths[symbol]!]!++;
    counts[0] = 0;
    for (let length = 1, code = 0, place = 0; length <= LONGEST; length++) {
      this.#firsts[length] = code;
      this.#places[length] = place;
      code += counts[length]!;
      if (code > 1 << length) return false;
      place += counts[length]!;
      code <<= 1;
    }
    this.#sort(lengths);
    this.#fill();
    return true;
  }

  #sort(lengths: Uint8Array): void {
    const places = this.#places;
    for (let symbol = 0; symbol < lengths.length; symbol++) {
      const length = lengths[symbol]!;
      if (length > 0) this.#sorted[places[length]!++] = symbol;
    }
    for (let length = 1; length <= LONGEST; length++) places[length]! -= this.#counts[length]!;
  }

  #fill(): void {
    const fast = this.fast;
    let at = 0;
    for (let length = 1; length <= this.#fastBits; length++) {
      const width = 1 << (this.#fastBits - length);
      const place = this.#places[length]!;
      for (let index = 0; index < this.#counts[length]!; index++) {
        fast.fill((this.#sorted[place + index]! << 5) | length, at, at + width);
        at += width;
      }
    }
    fast.fill(0, at);
  }

  /** Of the next 16 bits: symbol << 5 | length of its code; 0 where they begin no code. */
  look(next: number): number {
    const entry = this.fast[next >>> (LONGEST - this.#fastBits)]!;
    return entry !== 0 ? entry : this.lookLong(next);
  }

  /** The same for codes longer than `fast` holds. */
  lookLong(next: number): number {
    for (let length = this.#fastBits + 1; length <= LONGEST; length++) {
      const index = (next >>> (LONGEST - length)) - this.#firsts[length]!;
      if (index >= 0 && index < this.#counts[length]!)
        return (this.#sorted[this.#places[length]! + index]! << 5) | length;
    }
    return 0;
  }
}

/** Bits from 16-bit little-endian words, highest first. At least 16 are at hand always; behind the end they are zeros. */
export class WordBits {
  #bytes: Uint8Array = new Uint8Array(0);
  #at = 0;
  #bits = 0;
  #count = 0;
  /** How many of `#count` lie behind the end. */
  #beyond = 0;

  over(bytes: Uint8Array, at: number): this {
    this.#bytes = bytes;
    this.#at = at;
    this.#bits = this.#count = this.#beyond = 0;
    this.#refill();
    this.#refill();
    return this;
  }

  /** The next 16 bits. */
  get next(): number {
    return this.#bits >>> 16;
  }

  /** Whether bits were used that are not there. */
  get spent(): boolean {
    return this.#count < this.#beyond;
  }

  /** Where whole bytes begin after an LZX block header: behind the word in use, or behind the next if none is. */
  get afterWord(): number {
    const held = this.#count - this.#beyond;
    return this.#at - (held >>> 4) * 2 + ((held & 15) === 0 ? 2 : 0);
  }

  drop(count: number): void {
    this.#bits <<= count;
    this.#count -= count;
    if (this.#count < 16) this.#refill();
  }

  /** Up to 16 bits. */
  take(count: number): number {
    if (count === 0) return 0;
    const value = this.#bits >>> (32 - count);
    this.drop(count);
    return value;
  }

  #refill(): void {
    const at = this.#at;
    if (at + 1 < this.#bytes.length) {
      this.#bits |= (this.#bytes[at]! | (this.#bytes[at + 1]! << 8)) << (16 - this.#count);
      this.#at = at + 2;
    } else {
      this.#beyond += 16;
    }
    this.#count += 16;
  }
}

/**
 * Copies `length` bytes from `distance` back to `at`, over each other where they overlap. False, and nothing copied, where it
 * reaches before the beginning or behind `end`.
 */
export function copyMatch(target: Uint8Array, at: number, distance: number, length: number, end: number): boolean {
  if (distance > at || distance < 1 || at + length > end) return false;
  if (length > 32 && distance >= length) target.copyWithin(at, at - distance, at - distance + length);
  else for (let to = at; to < at + length; to++) target[to] = target[to - distance]!;
  return true;
}
