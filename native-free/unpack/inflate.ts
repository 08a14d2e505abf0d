/**
 * Deflate (RFC 1951) and Deflate64 (APPNOTE 6.3.10, 4.4.5 method 9), decoded step by step. Used where zlib cannot be:
 * for Deflate64, and to get every byte before the place where a damaged stream breaks.
 * Deflate64 differs in a window of 64 KiB, length code 285 (3 + 16 extra bits) and distance codes 30 and 31.
 */
import type { ByteSource } from "../bytes/byte-source.ts";
import { ByteFeed, type Unpacked, UnpackStop } from "./byte-feed.ts";
import { OutputWindow } from "./output-window.ts";

const LENGTH_BASE = [
  3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258,
];
const LENGTH_EXTRA = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0];
const CODE_ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];
const MOST_CODE_BITS = 15;
/** Lengths of Deflate64 are copied in parts of at most so many bytes. */
const MOST_COPY_BYTES = 32 * 1024;

/** For each value of the next bits: symbol × 16 + length of its code; 0 where no code begins so. */
interface CodeTable {
  readonly entries: Int32Array;
  readonly bits: number;
}

/** Bits, least significant first. */
class BitFeed {
  readonly #feed: ByteFeed;
  #hold = 0;
  #held = 0;

  constructor(feed: ByteFeed) {
    this.#feed = feed;
  }

  /** First byte of which no bit was used. */
  get at(): number {
    return this.#feed.at - (this.#held >>> 3);
  }

  /** Up to 16 bits. */
  bits(count: number): number {
    while (this.#held < count) {
      this.#hold |= this.#feed.byte() << this.#held;
      this.#held += 8;
    }
    const value = this.#hold & ((1 << count) - 1);
    this.#hold >>>= count;
    this.#held -= count;
    return value;
  }

  byte(): number {
    return this.bits(8);
  }

  dropToByte(): void {
    this.bits(this.#held & 7);
  }

  symbol({ entries, bits }: CodeTable): number {
    while (this.#held < bits && this.#feed.left > 0) {
      this.#hold |= this.#feed.byte() << this.#held;
      this.#held += 8;
    }
    const entry = entries[this.#hold & ((1 << bits) - 1)]!;
    const length = entry & 15;
    if (length > this.#held) throw new UnpackStop("truncated");
    if (length === 0) throw new UnpackStop(this.#held < bits ? "truncated" : "symbol");
    this.#hold >>>= length;
    this.#held -= length;
    return entry >>> 4;
  }
}

function makeTable(lengths: readonly number[]): CodeTable {
  const counts = new Uint16Array(MOST_CODE_BITS + 1);
  for (const length of lengths) counts[length] = counts[length]! + 1;
  counts[0] = 0;
  const next = new Uint16Array(MOST_CODE_BITS + 2);
  let [left, bits] = [1, 1];
  for (let length = 1; length <= MOST_CODE_BITS; length++) {
    left = left * 2 - counts[length]!;
    if (left < 0) throw new UnpackStop("code-lengths");
    if (counts[length]! > 0) bits = length;
    next[length + 1] = (next[length]! + counts[length]!) << 1;
  }
  const entries = new Int32Array(1 << bits);
  for (const [symbol, length] of lengths.entries()) {
    if (length === 0) continue;
    let code = next[length]!;
    next[length] = code + 1;
    let reversed = 0;
    for (let bit = 0; bit < length; bit++, code >>>= 1) reversed = (reversed << 1) | (code & 1);
    for (let at = reversed; at < entries.length; at += 1 << length) entries[at] = (symbol << 4) | length;
  }
  return { entries, bits };
}

/**
 * Decodes `length` bytes at `at` in pieces of about 64 KiB; each piece is the caller's. The ending's place is the first byte behind
 * the stream.
 */
export function* inflateSteps(source: ByteSource, at: number, length: number, wide: boolean): Unpacked {
  const window = new OutputWindow(wide ? 65536 : 32768);
  const bits = new BitFeed(new ByteFeed(source, at, at + length));
  const blocks = readBlocks(bits, window, wide);
  for (;;) {
    try {
      if (blocks.next().done) break;
    } catch (error) {
      if (!(error instanceof UnpackStop)) throw error;
      yield window.take();
      return { problem: error.problem, end: bits.at };
    }
    yield window.take();
  }
  yield window.take();
  return { problem: null, end: bits.at };
}

/** Pauses whenever the window is full. */
function* readBlocks(input: BitFeed, window: OutputWindow, wide: boolean): Generator<void> {
  for (let last = false; !last;) {
    last = input.bits(1) === 1;
    const type = input.bits(2);
    if (type === 0) yield* readStored(input, window);
    else if (type === 1) yield* readCoded(input, window, fixedCodes(), wide);
    else if (type === 2) yield* readCoded(input, window, readCodes(input), wide);
    else throw new UnpackStop("block-type");
  }
}

function* readStored(input: BitFeed, window: OutputWindow): Generator<void> {
  input.dropToByte();
  const length = input.bits(16);
  const complement = input.bits(16);
  if ((length ^ complement) !== 0xffff) throw new UnpackStop("stored-length");
  for (let done = 0; done < length; done++) window.put(input.byte());
  if (window.isFull) yield;
}

interface BlockCodes {
  readonly literals: CodeTable;
  readonly distances: CodeTable;
}

let fixed: BlockCodes | null = null;

function fixedCodes(): BlockCodes {
  const lengthOf = (symbol: number): number => (symbol < 144 ? 8 : symbol < 256 ? 9 : symbol < 280 ? 7 : 8);
  return (fixed ??= {
    literals: makeTable(Array.from({ length: 288 }, (_, symbol) => lengthOf(symbol))),
    distances: makeTable(Array.from({ length: 32 }, () => 5)),
  });
}

function readCodes(input: BitFeed): BlockCodes {
  const literalCount = input.bits(5) + 257;
  const distanceCount = input.bits(5) + 1;
  const codeCount = input.bits(4) + 4;
  const codeLengths = Array.from({ length: 19 }, () => 0);
  for (const symbol of CODE_ORDER.slice(0, codeCount)) codeLengths[symbol] = input.bits(3);
  const code = makeTable(codeLengths);
  const lengths: number[] = [];
  while (lengths.length < literalCount + distanceCount) {
    const symbol = input.symbol(code);
    if (symbol < 16) lengths.push(symbol);
    else if (symbol === 16 && lengths.length === 0) throw new UnpackStop("code-lengths");
    else {
      const value = symbol === 16 ? (lengths.at(-1) ?? 0) : 0;
      const times = symbol === 16 ? 3 + input.bits(2) : symbol === 17 ? 3 + input.bits(3) : 11 + input.bits(7);
      for (let time = 0; time < times; time++) lengths.push(value);
    }
  }
  if (lengths.length > literalCount + distanceCount) throw new UnpackStop("code-lengths");
  return { literals: makeTable(lengths.slice(0, literalCount)), distances: makeTable(lengths.slice(literalCount)) };
}

function* readCoded(input: BitFeed, window: OutputWindow, codes: BlockCodes, wide: boolean): Generator<void> {
  for (;;) {
    const symbol = input.symbol(codes.literals);
    if (symbol < 256) window.put(symbol);
    else if (symbol === 256) return;
    else {
      const length = readLength(input, symbol - 257, wide);
      const distance = readDistance(input, input.symbol(codes.distances), wide);
      for (let left = length; left > 0; left -= MOST_COPY_BYTES) {
        window.copy(distance, Math.min(left, MOST_COPY_BYTES));
        if (window.isFull) yield;
      }
    }
    if (window.isFull) yield;
  }
}

function readLength(input: BitFeed, index: number, wide: boolean): number {
  if (wide && index === 28) return 3 + input.bits(16);
  const base = LENGTH_BASE[index];
  if (base === undefined) throw new UnpackStop("symbol");
  return base + input.bits(LENGTH_EXTRA[index]!);
}

/** Codes 0 to 3 stand for themselves; from there on each pair of codes has one more extra bit (3.2.5). */
function readDistance(input: BitFeed, symbol: number, wide: boolean): number {
  if (symbol > (wide ? 31 : 29)) throw new UnpackStop("distance");
  if (symbol < 4) return symbol + 1;
  const extra = (symbol >> 1) - 1;
  return ((2 + (symbol & 1)) << extra) + 1 + input.bits(extra);
}
