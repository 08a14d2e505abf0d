/**
 * Deflate (RFC 1951) decoded only to find its true end: nothing is kept but a window of 64 KiB, the count and the CRC-32 of the output.
 * Stricter than a decoder for reading: codes that are incomplete, which noise has nearly always, end it. Deflate64 is not decoded.
 */
import { crc32 } from "node:zlib";
import type { ByteSource } from "../../bytes/byte-source.ts";

const inputBytes = 1 << 16;
const historyBytes = 1 << 15;
const ringBytes = 1 << 16;
const longestMatch = 258;
const fastBits = 10;
const fastMask = (1 << fastBits) - 1;

const lengthBase = Uint16Array.of(
  3,
  4,
  5,
  6,
  7,
  8,
  9,
  10,
  11,
  13,
  15,
  17,
  19,
  23,
  27,
  31,
  35,
  43,
  51,
  59,
  67,
  83,
  99,
  115,
  131,
  163,
  195,
  227,
  258,
);
const lengthExtra = Uint8Array.of(
  0,
  0,
  0,
  0,
  0,
  0,
  0,
  0,
  1,
  1,
  1,
  1,
  2,
  2,
  2,
  2,
  3,
  3,
  3,
  3,
  4,
  4,
  4,
  4,
  5,
  5,
  5,
  5,
  0,
);
const codeOrder = Uint8Array.of(16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15);

/** `cut`: the input ends first. `limit`: more output than was allowed. */
export type InflateStop = "end" | "cut" | "damaged" | "limit";

export interface Inflated {
  readonly stop: InflateStop;
  /** Behind the last byte of the stream; where it is damaged, near the place. */
  readonly end: number;
  /** Behind the last block that ended and was followed by a sound header of another. */
  readonly soundEnd: number;
  /** Blocks that ended and were followed by one whose header proves itself: dynamic codes, or a stored length with its complement. */
  readonly soundBlocks: number;
  readonly outputBytes: number;
  readonly crc: number;
}

/** A canonical Huffman code: short codes by a table, the others length by length. */
class Code {
  readonly #fast = new Uint16Array(1 << fastBits);
  readonly #counts = new Uint16Array(16);
  readonly #symbols = new Uint16Array(320);
  readonly #offsets = new Uint16Array(17);

  /** False where the lengths make no complete code; `single` allows one code of one bit, or none, as distances may have. */
  build(lengths: Uint8Array, from: number, count: number, single: boolean): boolean {
    const counts = this.#counts.fill(0);
    for (let i = 0; i < count; i++) counts[lengths[from + i]!]!++;
    const used = count - counts[0]!;
    counts[0] = 0;
    let left = 1;
    for (let length = 1; length <= 15; length++) {
      left = left * 2 - counts[length]!;
      if (left < 0) return false;
    }
    if (left > 0 && !(single && (used === 0 || (used === 1 && counts[1] === 1)))) return false;
    this.#fill(lengths, from, count);
    return true;
  }

  #fill(lengths: Uint8Array, from: number, count: number): void {
    const offsets = this.#offsets;
    offsets[1] = 0;
    for (let length = 1; length <= 15; length++) offsets[length + 1] = offsets[length]! + this.#counts[length]!;
    for (let i = 0; i < count; i++) {
      const length = lengths[from + i]!;
      if (length > 0) this.#symbols[offsets[length]!++] = i;
    }
    const fast = this.#fast.fill(0);
    let code = 0;
    let index = 0;
    for (let length = 1; length <= fastBits; length++) {
      for (let i = 0; i < this.#counts[length]!; i++, code++, index++) {
        const entry = (this.#symbols[index]! << 4) | length;
        for (let at = reversed(code, length); at <= fastMask; at += 1 << length) fast[at] = entry;
      }
      code <<= 1;
    }
  }

  /** Symbol · 16 + length of the code that the bits begin with; 0 where there is none. */
  lookUp(hold: number): number {
    const entry = this.#fast[hold & fastMask]!;
    return entry !== 0 ? entry : this.#slow(hold);
  }

  #slow(hold: number): number {
    let code = 0;
    let first = 0;
    let index = 0;
    for (let length = 1; length <= 15; length++) {
      code |= (hold >>> (length - 1)) & 1;
      const count = this.#counts[length]!;
      if (code - count < first) return (this.#symbols[index + code - first]! << 4) | length;
      index += count;
      first = (first + count) << 1;
      code <<= 1;
    }
    return 0;
  }
}

function reversed(code: number, length: number): number {
  let value = 0;
  for (let bit = 0; bit < length; bit++) value |= ((code >> bit) & 1) << (length - 1 - bit);
  return value;
}

const fixedLengths = new Uint8Array(320)
  .fill(8, 0, 144)
  .fill(9, 144, 256)
  .fill(7, 256, 280)
  .fill(8, 280, 288)
  .fill(5, 288);

/** One stream at a time; its buffers are used again. */
class Inflater {
  readonly #input = new Uint8Array(inputBytes);
  readonly #ring = new Uint8Array(ringBytes);
  readonly #lengths = new Uint8Array(320);
  readonly #literals = new Code();
  readonly #distances = new Code();
  #source!: ByteSource;
  #end = 0;
  /** Of `#input`, in the source. */
  #inputAt = 0;
  #inputLength = 0;
  #position = 0;
  /** Zeros handed out behind the end. */
  #beyond = 0;
  #hold = 0;
  #held = 0;
  #write = 0;
  #flushed = 0;
  #total = 0;
  #limit = 0;
  #crc = 0;

  run(source: ByteSource, at: number, end: number, outputLimit: number): Inflated {
    this.#source = source;
    this.#end = Math.min(end, source.size);
    this.#inputAt = at;
    this.#inputLength = this.#position = this.#beyond = this.#hold = this.#held = 0;
    this.#write = this.#flushed = this.#total = this.#crc = 0;
    this.#limit = outputLimit;
    let soundEnd = at;
    let soundBlocks = 0;
    let stop: InflateStop | null = null;
    for (let last = 0, ended = at; stop === null;) {
      if (last === 1) {
        stop = "end";
        break;
      }
      last = this.#bits(1);
      const type = this.#bits(2);
      stop = type === 0 ? this.#storedHeader() : type === 1 ? this.#fixed() : type === 2 ? this.#dynamic() : "damaged";
      if (stop !== null) break;
      if (ended > at && type !== 1) {
        soundEnd = ended;
        soundBlocks++;
      }
      stop = type === 0 ? this.#stored() : this.#coded();
      ended = this.#place();
    }
    this.#flush();
    const cut = stop !== "limit" && this.#beyond * 8 > this.#held;
    return {
      stop: cut ? "cut" : stop,
      end: Math.min(this.#place(), this.#end),
      soundEnd,
      soundBlocks,
      outputBytes: this.#total,
      crc: this.#crc,
    };
  }

  #place(): number {
    return this.#inputAt + this.#position + this.#beyond - (this.#held >> 3);
  }

  /** Holds at least 25 bits. */
  #refill(): void {
    while (this.#held <= 24) {
      if (this.#position >= this.#inputLength) this.#load();
      const byte = this.#position < this.#inputLength ? this.#input[this.#position++]! : 0;
      this.#hold |= byte << this.#held;
      this.#held += 8;
    }
  }

  #load(): void {
    const at = this.#inputAt + this.#inputLength;
    const count = Math.max(0, Math.min(inputBytes, this.#end - at));
    if (count === 0) {
      this.#beyond++;
      return;
    }
    this.#source.readInto(count === inputBytes ? this.#input : this.#input.subarray(0, count), at);
    this.#inputAt = at;
    this.#inputLength = count;
    this.#position = 0;
  }

  #bits(count: number): number {
    this.#refill();
    const value = this.#hold & ((1 << count) - 1);
    this.#hold >>>= count;
    this.#held -= count;
    return value;
  }

  #storedHeader(): InflateStop | null {
    this.#bits(this.#held & 7);
    const length = this.#bits(16);
    const complement = this.#bits(16);
    this.#storedLength = length;
    return (length ^ complement) === 0xffff ? null : "damaged";
  }

  #storedLength = 0;

  #stored(): InflateStop | null {
    for (let left = this.#storedLength; left > 0; left--) {
      const full = this.#write >= ringBytes - longestMatch ? this.#wrap() : null;
      if (full !== null) return full;
      this.#ring[this.#write++] = this.#bits(8);
      if (this.#beyond > 4) return "cut";
    }
    return null;
  }

  #fixed(): InflateStop | null {
    this.#literals.build(fixedLengths, 0, 288, false);
    this.#distances.build(fixedLengths, 288, 32, false);
    return null;
  }

  #dynamic(): InflateStop | null {
    const literalCount = this.#bits(5) + 257;
    const distanceCount = this.#bits(5) + 1;
    const orderCount = this.#bits(4) + 4;
    if (literalCount > 286 || distanceCount > 30) return "damaged";
    const lengths = this.#lengths.fill(0);
    for (let i = 0; i < orderCount; i++) lengths[codeOrder[i]!] = this.#bits(3);
    if (!this.#literals.build(lengths, 0, 19, false)) return "damaged";
    lengths.fill(0);
    if (!this.#codeLengths(lengths, literalCount + distanceCount) || lengths[256] === 0) return "damaged";
    const sound =
      this.#literals.build(lengths, 0, literalCount, true) &&
      this.#distances.build(lengths, literalCount, distanceCount, true);
    return sound ? null : "damaged";
  }

  #codeLengths(lengths: Uint8Array, count: number): boolean {
    for (let at = 0; at < count;) {
      this.#refill();
      const entry = this.#literals.lookUp(this.#hold);
      if (entry === 0) return false;
      this.#bits(entry & 15);
      const symbol = entry >> 4;
      if (symbol < 16) {
        lengths[at++] = symbol;
        continue;
      }
      if (symbol === 16 && at === 0) return false;
      const value = symbol === 16 ? lengths[at - 1]! : 0;
      const times = symbol === 16 ? 3 + this.#bits(2) : symbol === 17 ? 3 + this.#bits(3) : 11 + this.#bits(7);
      if (at + times > count) return false;
      lengths.fill(value, at, at + times);
      at += times;
    }
    return true;
  }

  /** Literals and matches up to the end of the block. */
  #coded(): InflateStop | null {
    const ring = this.#ring;
    for (;;) {
      const full = this.#write >= ringBytes - longestMatch ? this.#wrap() : null;
      if (full !== null) return full;
      this.#refill();
      const entry = this.#literals.lookUp(this.#hold);
      if (entry === 0) return "damaged";
      this.#hold >>>= entry & 15;
      this.#held -= entry & 15;
      const symbol = entry >> 4;
      if (symbol < 256) {
        ring[this.#write++] = symbol;
        continue;
      }
      if (this.#beyond > 4) return "cut";
      if (symbol === 256) return null;
      if (!this.#match(symbol - 257)) return "damaged";
    }
  }

  #match(index: number): boolean {
    if (index > 28) return false;
    const length = lengthBase[index]! + this.#bits(lengthExtra[index]!);
    this.#refill();
    const entry = this.#distances.lookUp(this.#hold);
    if (entry === 0) return false;
    this.#bits(entry & 15);
    const symbol = entry >> 4;
    if (symbol > 29) return false;
    const extra = symbol < 4 ? 0 : (symbol >> 1) - 1;
    const distance = symbol < 4 ? symbol + 1 : ((2 + (symbol & 1)) << extra) + 1 + this.#bits(extra);
    const ring = this.#ring;
    let to = this.#write;
    if (distance > to || distance > historyBytes) return false;
    for (let from = to - distance, stop = to + length; to < stop;) ring[to++] = ring[from++]!;
    this.#write = to;
    return true;
  }

  /** Keeps the history and makes room, unless the input is spent or the limit passed. */
  #wrap(): InflateStop | null {
    if (this.#beyond > 4) return "cut";
    this.#flush();
    this.#ring.copyWithin(0, this.#write - historyBytes, this.#write);
    this.#write = this.#flushed = historyBytes;
    return this.#total > this.#limit ? "limit" : null;
  }

  #flush(): void {
    const part = this.#ring.subarray(this.#flushed, this.#write);
    this.#crc = crc32(part, this.#crc);
    this.#total += part.length;
    this.#flushed = this.#write;
  }
}

let inflater: Inflater | null = null;

/** Decodes the stream at `at` as far as it goes, reading nothing at or behind `end`. */
export function inflateAt(source: ByteSource, at: number, end: number, outputLimit: number): Inflated {
  inflater ??= new Inflater();
  return inflater.run(source, at, end, outputLimit);
}
