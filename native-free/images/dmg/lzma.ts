/**
 * LZMA as LZMA2 chunks hold it (Igor Pavlov, LZMA specification; xz file format 1.2.0, section 5.3.1): a range coder with
 * adaptive probabilities. The output is its own dictionary.
 */

const probabilityBits = 11;
const half = 1 << (probabilityBits - 1);
const shortestMatch = 2;
const states = 12;

/** Lengths of matches: which of three groups, then a tree of bits. */
class LengthCoder {
  readonly choice = new Uint16Array(2);
  readonly low = new Uint16Array(16 << 3);
  readonly middle = new Uint16Array(16 << 3);
  readonly high = new Uint16Array(256);

  reset(): void {
    for (const probabilities of [this.choice, this.low, this.middle, this.high]) probabilities.fill(half);
  }
}

export class LzmaDecoder {
  /** Where the next byte goes. */
  at: number;
  readonly #target: Uint8Array;
  #dictionaryStart: number;
  #source: Uint8Array = new Uint8Array(0);
  #from = 0;
  #range = 0;
  #code = 0;
  #lc = 0;
  #lp = 0;
  #pb = 0;
  #state = 0;
  readonly #distances = new Uint32Array(4);
  #literal = new Uint16Array(0);
  readonly #isMatch = new Uint16Array(states << 4);
  readonly #isRepeat = new Uint16Array(states);
  readonly #isRepeat0 = new Uint16Array(states);
  readonly #isRepeat1 = new Uint16Array(states);
  readonly #isRepeat2 = new Uint16Array(states);
  readonly #isRepeat0Long = new Uint16Array(states << 4);
  readonly #slot = new Uint16Array(4 << 6);
  readonly #special = new Uint16Array(128);
  readonly #align = new Uint16Array(16);
  readonly #matchLength = new LengthCoder();
  readonly #repeatLength = new LengthCoder();

  /** Writes to `target` from `start` on. */
  constructor(target: Uint8Array, start: number) {
    this.#target = target;
    this.at = start;
    this.#dictionaryStart = start;
  }

  resetDictionary(): void {
    this.#dictionaryStart = this.at;
  }

  /** Of the byte that LZMA2 keeps them in; false where they cannot be. */
  setProperties(byte: number): boolean {
    if (byte >= 225) return false;
    this.#lc = byte % 9;
    this.#lp = Math.floor(byte / 9) % 5;
    this.#pb = Math.floor(byte / 45);
    if (this.#lc + this.#lp > 4) return false;
    this.#literal = new Uint16Array(0x300 << (this.#lc + this.#lp));
    return true;
  }

  resetState(): void {
    this.#state = 0;
    this.#distances.fill(0);
    const all = [this.#literal, this.#isMatch, this.#isRepeat, this.#isRepeat0, this.#isRepeat1, this.#isRepeat2];
    for (const each of [...all, this.#isRepeat0Long, this.#slot, this.#special, this.#align]) each.fill(half);
    this.#matchLength.reset();
    this.#repeatLength.reset();
  }

  /** Decodes a chunk of `length` bytes from `packed`; false where it is damaged. */
  chunk(packed: Uint8Array, length: number): boolean {
    const end = this.at + length;
    if (end > this.#target.length || packed.length < 5 || packed[0] !== 0 || this.#literal.length === 0) return false;
    this.#source = packed;
    this.#from = 5;
    this.#range = 0xffffffff;
    this.#code = ((packed[1]! << 24) | (packed[2]! << 16) | (packed[3]! << 8) | packed[4]!) >>> 0;
    while (this.at < end) {
      if (!this.#symbol(end) || this.#from > packed.length) return false;
    }
    if (this.#range >>> 0 < 0x1000000) this.#normalize();
    return this.#code === 0 && this.#from === packed.length;
  }

  /** A literal or a match. */
  #symbol(end: number): boolean {
    const place = (this.at - this.#dictionaryStart) & ((1 << this.#pb) - 1);
    const context = (this.#state << 4) + place;
    if (this.#bit(this.#isMatch, context) === 0) {
      this.#writeLiteral();
      return true;
    }
    const length = this.#bit(this.#isRepeat, this.#state) === 0 ? this.#newMatch(place) : this.#repeat(context, place);
    const distance = this.#distances[0]! + 1;
    if (distance > this.at - this.#dictionaryStart || this.at + length > end) return false;
    const target = this.#target;
    for (let left = length, at = this.at; left > 0; left--, at++) target[at] = target[at - distance]!;
    this.at += length;
    return true;
  }

  #writeLiteral(): void {
    const target = this.#target;
    const before = this.at > this.#dictionaryStart ? target[this.at - 1]! : 0;
    const place = (this.at - this.#dictionaryStart) & ((1 << this.#lp) - 1);
    const base = 0x300 * ((place << this.#lc) + (before >> (8 - this.#lc)));
    let symbol = 1;
    const distance = this.#distances[0]! + 1;
    // A state after a match always has a byte at that distance.
    if (this.#state >= 7 && distance <= this.at - this.#dictionaryStart) {
      let matched = target[this.at - distance]!;
      while (symbol < 0x100) {
        const expected = (matched >> 7) & 1;
        matched <<= 1;
        const bit = this.#bit(this.#literal, base + ((1 + expected) << 8) + symbol);
        symbol = (symbol << 1) | bit;
        if (bit !== expected) break;
      }
    }
    while (symbol < 0x100) symbol = (symbol << 1) | this.#bit(this.#literal, base + symbol);
    target[this.at++] = symbol & 0xff;
    this.#state = this.#state < 4 ? 0 : this.#state < 10 ? this.#state - 3 : this.#state - 6;
  }

  #newMatch(place: number): number {
    this.#distances.copyWithin(1, 0, 3);
    const length = this.#length(this.#matchLength, place);
    this.#state = this.#state < 7 ? 7 : 10;
    const slot = this.#tree(this.#slot, Math.min(length - shortestMatch, 3) << 6, 6);
    this.#distances[0] = slot < 4 ? slot : this.#farDistance(slot);
    return length;
  }

  #farDistance(slot: number): number {
    const direct = (slot >> 1) - 1;
    const high = ((2 | (slot & 1)) << direct) >>> 0;
    if (slot < 14) return high + this.#reverseTree(this.#special, high - slot, direct);
    return high + this.#directBits(direct - 4) * 16 + this.#reverseTree(this.#align, 0, 4);
  }

  #repeat(context: number, place: number): number {
    const state = this.#state;
    if (this.#bit(this.#isRepeat0, state) === 0) {
      if (this.#bit(this.#isRepeat0Long, context) === 0) {
        this.#state = state < 7 ? 9 : 11;
        return 1;
      }
    } else {
      const which = this.#bit(this.#isRepeat1, state) === 0 ? 1 : this.#bit(this.#isRepeat2, state) === 0 ? 2 : 3;
      const distance = this.#distances[which]!;
      this.#distances.copyWithin(1, 0, which);
      this.#distances[0] = distance;
    }
    this.#state = state < 7 ? 8 : 11;
    return this.#length(this.#repeatLength, place);
  }

  #length(coder: LengthCoder, place: number): number {
    if (this.#bit(coder.choice, 0) === 0) return shortestMatch + this.#tree(coder.low, place << 3, 3);
    if (this.#bit(coder.choice, 1) === 0) return shortestMatch + 8 + this.#tree(coder.middle, place << 3, 3);
    return shortestMatch + 16 + this.#tree(coder.high, 0, 8);
  }

  #tree(probabilities: Uint16Array, base: number, bits: number): number {
    let symbol = 1;
    for (let i = 0; i < bits; i++) symbol = (symbol << 1) | this.#bit(probabilities, base + symbol);
    return symbol - (1 << bits);
  }

  #reverseTree(probabilities: Uint16Array, base: number, bits: number): number {
    let symbol = 1;
    let value = 0;
    for (let i = 0; i < bits; i++) {
      const bit = this.#bit(probabilities, base + symbol);
      symbol = (symbol << 1) | bit;
      value |= bit << i;
    }
    return value;
  }

  #directBits(count: number): number {
    let value = 0;
    for (let i = 0; i < count; i++) {
      this.#normalize();
      this.#range >>>= 1;
      const bit = this.#code >= this.#range ? 1 : 0;
      if (bit === 1) this.#code = (this.#code - this.#range) >>> 0;
      value = value * 2 + bit;
    }
    return value;
  }

  #bit(probabilities: Uint16Array, index: number): number {
    this.#normalize();
    const probability = probabilities[index]!;
    const bound = (this.#range >>> probabilityBits) * probability;
    if (this.#code < bound) {
      this.#range = bound;
      probabilities[index] = probability + (((1 << probabilityBits) - probability) >> 5);
      return 0;
    }
    this.#range = (this.#range - bound) >>> 0;
    this.#code = (this.#code - bound) >>> 0;
    probabilities[index] = probability - (probability >> 5);
    return 1;
  }

  /** Bytes behind the end read as zero: `chunk` sees that they were asked for. */
  #normalize(): void {
    if (this.#range >= 0x1000000) return;
    this.#range = (this.#range << 8) >>> 0;
    this.#code = ((this.#code << 8) | (this.#source[this.#from++] ?? 0)) >>> 0;
  }
}
