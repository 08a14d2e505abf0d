/**
 * The LZMA coder (Igor Pavlov, "LZMA specification", draft 2015): range coder, probability models, matches. Used by LZMA alone,
 * lzip, ZIP method 14 and LZMA2.
 */
import { type ByteFeed, UnpackStop } from "./byte-feed.ts";
import type { OutputWindow } from "./output-window.ts";

const HALF = 1024;
const SIGN = 0x8000_0000 | 0;
const STATES = 12;
const POSITION_STATES = 16;
/** First state after something that was no literal. */
const AFTER_MATCH = 7;
const LOW_LENGTHS = 8;
const END_POSITION_MODEL = 14;
const FULL_DISTANCES = 128;
const ALIGN_BITS = 4;
const MIN_MATCH = 2;

/** Numbers are 32 bits, kept signed so that they stay small integers; comparisons turn the sign. */
class RangeDecoder {
  #range = -1;
  #code = 0;
  readonly #feed: ByteFeed;

  constructor(feed: ByteFeed) {
    this.#feed = feed;
    if (feed.byte() !== 0) throw new UnpackStop("range-coder");
    for (let count = 0; count < 4; count++) this.#code = (this.#code << 8) | feed.byte();
  }

  get isFinished(): boolean {
    return this.#code === 0;
  }

  bit(probabilities: Uint16Array, index: number): number {
    const probability = probabilities[index]!;
    const bound = Math.imul(this.#range >>> 11, probability);
    let bit: number;
    if ((this.#code ^ SIGN) < (bound ^ SIGN)) {
      this.#range = bound;
      probabilities[index] = probability + ((2048 - probability) >>> 5);
      bit = 0;
    } else {
      this.#range = (this.#range - bound) | 0;
      this.#code = (this.#code - bound) | 0;
      probabilities[index] = probability - (probability >>> 5);
      bit = 1;
    }
    if (this.#range >>> 24 === 0) {
      this.#range <<= 8;
      this.#code = (this.#code << 8) | this.#feed.byte();
    }
    return bit;
  }

  direct(count: number): number {
    let value = 0;
    for (; count > 0; count--) {
      this.#range >>>= 1;
      const bit = (this.#code ^ SIGN) < (this.#range ^ SIGN) ? 0 : 1;
      if (bit === 1) this.#code = (this.#code - this.#range) | 0;
      value = (value << 1) | bit;
      if (this.#range >>> 24 !== 0) continue;
      this.#range <<= 8;
      this.#code = (this.#code << 8) | this.#feed.byte();
    }
    return value;
  }

  tree(probabilities: Uint16Array, base: number, bits: number): number {
    let node = 1;
    for (let count = 0; count < bits; count++) node = (node << 1) | this.bit(probabilities, base + node);
    return node - (1 << bits);
  }

  reverse(probabilities: Uint16Array, base: number, bits: number): number {
    let [node, value] = [1, 0];
    for (let count = 0; count < bits; count++) {
      const bit = this.bit(probabilities, base + node);
      node = (node << 1) | bit;
      value |= bit << count;
    }
    return value;
  }
}

class LengthModel {
  readonly #choice = new Uint16Array(2);
  readonly #low = new Uint16Array(POSITION_STATES * LOW_LENGTHS);
  readonly #middle = new Uint16Array(POSITION_STATES * LOW_LENGTHS);
  readonly #high = new Uint16Array(256);

  reset(): void {
    for (const model of [this.#choice, this.#low, this.#middle, this.#high]) model.fill(HALF);
  }

  decode(range: RangeDecoder, position: number): number {
    if (range.bit(this.#choice, 0) === 0) return MIN_MATCH + range.tree(this.#low, position * LOW_LENGTHS, 3);
    if (range.bit(this.#choice, 1) === 0) return MIN_MATCH + 8 + range.tree(this.#middle, position * LOW_LENGTHS, 3);
    return MIN_MATCH + 16 + range.tree(this.#high, 0, 8);
  }
}

export class LzmaDecoder {
  readonly #window: OutputWindow;
  #range: RangeDecoder | null = null;
  #lc = 0;
  #literalMask = 0;
  #positionMask = 0;
  #state = 0;
  #rep0 = 0;
  #rep1 = 0;
  #rep2 = 0;
  #rep3 = 0;
  /** What is left of a match that reached the limit. */
  #pendingLength = 0;
  /** Bytes in the window before this stream, which do not count for literal and match positions. */
  #origin = 0;
  #literal = new Uint16Array(0);
  readonly #isMatch = new Uint16Array(STATES * POSITION_STATES);
  readonly #isRep = new Uint16Array(STATES);
  readonly #isRep0 = new Uint16Array(STATES);
  readonly #isRep1 = new Uint16Array(STATES);
  readonly #isRep2 = new Uint16Array(STATES);
  readonly #isRep0Long = new Uint16Array(STATES * POSITION_STATES);
  readonly #slots = new Uint16Array(4 * 64);
  readonly #special = new Uint16Array(1 + FULL_DISTANCES - END_POSITION_MODEL);
  readonly #align = new Uint16Array(1 << ALIGN_BITS);
  readonly #matchLength = new LengthModel();
  readonly #repLength = new LengthModel();

  constructor(window: OutputWindow) {
    this.#window = window;
  }

  /** The byte (pb × 5 + lp) × 9 + lc. False where it is none. Resets the state. */
  setProperties(value: number): boolean {
    if (value >= 9 * 5 * 5) return false;
    const lc = value % 9;
    const lp = Math.floor(value / 9) % 5;
    this.#lc = lc;
    this.#literalMask = (1 << lp) - 1;
    this.#positionMask = (1 << Math.floor(value / 45)) - 1;
    if (this.#literal.length !== 0x300 << (lc + lp)) this.#literal = new Uint16Array(0x300 << (lc + lp));
    this.resetState();
    return true;
  }

  resetState(): void {
    this.#state = 0;
    this.#rep0 = this.#rep1 = this.#rep2 = this.#rep3 = 0;
    this.#pendingLength = 0;
    for (const model of [
      this.#literal,
      this.#isMatch,
      this.#isRep,
      this.#isRep0,
      this.#isRep1,
      this.#isRep2,
      this.#isRep0Long,
      this.#slots,
      this.#special,
      this.#align,
    ])
      model.fill(HALF);
    this.#matchLength.reset();
    this.#repLength.reset();
  }

  /** Positions count from here: at the start of a stream or where a dictionary is reset. */
  startPositions(): void {
    this.#origin = this.#window.total;
  }

  startRange(feed: ByteFeed): void {
    this.#range = new RangeDecoder(feed);
  }

  /** True where the range coder ended as it must at the end of a stream. */
  get isFinished(): boolean {
    return this.#range?.isFinished ?? false;
  }

  /** Decodes until the window's total is `limit`, or it is full; true at an end marker. */
  decode(limit: number): boolean {
    const window = this.#window;
    const range = this.#range!;
    if (this.#pendingLength > 0) this.#repeat(this.#pendingLength, limit);
    while (window.total < limit && !window.isFull) {
      const position = (window.total - this.#origin) & this.#positionMask;
      const state = this.#state;
      if (range.bit(this.#isMatch, state * POSITION_STATES + position) === 0) {
        this.#decodeLiteral(range);
        continue;
      }
      let length: number;
      if (range.bit(this.#isRep, state) === 1) {
        length = this.#decodeRepeated(range, state, position);
        if (length === 1) continue;
      } else {
        length = this.#matchLength.decode(range, position);
        this.#rep3 = this.#rep2;
        this.#rep2 = this.#rep1;
        this.#rep1 = this.#rep0;
        this.#rep0 = this.#decodeDistance(range, length);
        if (this.#rep0 === -1) return true;
        this.#state = state < AFTER_MATCH ? 7 : 10;
      }
      this.#repeat(length, limit);
    }
    return false;
  }

  #repeat(length: number, limit: number): void {
    const count = Math.min(length, limit - this.#window.total);
    // Distances are counted from 0 in the format, and use all 32 bits.
    this.#window.copy((this.#rep0 >>> 0) + 1, count);
    this.#pendingLength = length - count;
  }

  #decodeLiteral(range: RangeDecoder): void {
    const window = this.#window;
    const place = window.total - this.#origin;
    const before = place === 0 ? 0 : window.back(1);
    const base = 0x300 * (((place & this.#literalMask) << this.#lc) + (before >>> (8 - this.#lc)));
    const literal = this.#literal;
    const state = this.#state;
    let symbol = 1;
    if (state >= AFTER_MATCH) {
      const distance = (this.#rep0 >>> 0) + 1;
      if (distance > window.canReach) throw new UnpackStop("distance");
      let matched = window.back(distance);
      do {
        const matchBit = (matched >>> 7) & 1;
        matched <<= 1;
        const bit = range.bit(literal, base + ((1 + matchBit) << 8) + symbol);
        symbol = (symbol << 1) | bit;
        if (matchBit !== bit) break;
      } while (symbol < 0x100);
    }
    while (symbol < 0x100) symbol = (symbol << 1) | range.bit(literal, base + symbol);
    window.put(symbol & 0xff);
    this.#state = state < 4 ? 0 : state < 10 ? state - 3 : state - 6;
  }

  /** The length of a match at one of the last distances; 1 where a single byte was repeated, which is done then. */
  #decodeRepeated(range: RangeDecoder, state: number, position: number): number {
    const window = this.#window;
    if (range.bit(this.#isRep0, state) === 0) {
      if (range.bit(this.#isRep0Long, state * POSITION_STATES + position) === 0) {
        this.#state = state < AFTER_MATCH ? 9 : 11;
        window.copy((this.#rep0 >>> 0) + 1, 1);
        return 1;
      }
    } else {
      let distance = this.#rep1;
      if (range.bit(this.#isRep1, state) === 1) {
        distance = this.#rep2;
        if (range.bit(this.#isRep2, state) === 1) {
          distance = this.#rep3;
          this.#rep3 = this.#rep2;
        }
        this.#rep2 = this.#rep1;
      }
      this.#rep1 = this.#rep0;
      this.#rep0 = distance;
    }
    this.#state = state < AFTER_MATCH ? 8 : 11;
    return this.#repLength.decode(range, position);
  }

  /** Distance less 1 as 32 signed bits; -1 is the end marker. */
  #decodeDistance(range: RangeDecoder, length: number): number {
    const slot = range.tree(this.#slots, Math.min(length - MIN_MATCH, 3) * 64, 6);
    if (slot < 4) return slot;
    const directBits = (slot >> 1) - 1;
    const distance = (2 | (slot & 1)) << directBits;
    if (slot < END_POSITION_MODEL) return distance + range.reverse(this.#special, distance - slot, directBits);
    const high = range.direct(directBits - ALIGN_BITS) << ALIGN_BITS;
    return (distance + high + range.reverse(this.#align, 0, ALIGN_BITS)) | 0;
  }
}
