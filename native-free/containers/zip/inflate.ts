/**
 * Deflate (RFC 1951) and Deflate64 (APPNOTE 6.3.10, 4.4.5 method 9), decoded step by step. Used where zlib cannot be:
 * for Deflate64, and to get every byte before the place where a damaged stream breaks.
 * Deflate64 differs in a window of 64 KiB, length code 285 (3 + 16 extra bits) and distance codes 30 and 31.
 */
import { readRange, type ByteSource } from "../../bytes/byte-source.ts";

const WINDOW_BYTES = 65536;
const INPUT_STEP_BYTES = 65536;

const LENGTH_BASE = [
  3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258,
];
const LENGTH_EXTRA = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0];
const CODE_ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

/** Why a stream ended early. */
export type InflateProblem = "truncated" | "block-type" | "stored-length" | "code-lengths" | "symbol" | "distance";

class InflateStop extends Error {
  readonly problem: InflateProblem;
  constructor(problem: InflateProblem) {
    super(problem);
    this.problem = problem;
  }
}

/** Canonical Huffman code: how many codes of each length, and the symbols in code order (RFC 1951, 3.2.2). */
interface HuffmanCode {
  readonly counts: Uint16Array;
  readonly symbols: Uint16Array;
}

class BitReader {
  readonly #source: ByteSource;
  readonly #end: number;
  #next: number;
  #input: Uint8Array = new Uint8Array(0);
  #position = 0;
  #hold = 0;
  #held = 0;

  constructor(source: ByteSource, at: number, length: number) {
    this.#source = source;
    this.#next = at;
    this.#end = Math.min(at + length, source.size);
  }

  byte(): number {
    if (this.#position >= this.#input.length) {
      if (this.#next >= this.#end) throw new InflateStop("truncated");
      this.#input = readRange(this.#source, this.#next, Math.min(INPUT_STEP_BYTES, this.#end - this.#next));
      this.#next += this.#input.length;
      this.#position = 0;
    }
    return this.#input[this.#position++] ?? 0;
  }

  /** Up to 16 bits, least significant first. */
  bits(count: number): number {
    while (this.#held < count) {
      this.#hold |= this.byte() << this.#held;
      this.#held += 8;
    }
    const value = this.#hold & ((1 << count) - 1);
    this.#hold >>>= count;
    this.#held -= count;
    return value;
  }

  dropToByte(): void {
    this.#hold = 0;
    this.#held = 0;
  }

  symbol(code: HuffmanCode): number {
    let [value, first, index] = [0, 0, 0];
    for (let length = 1; length <= 15; length++) {
      value |= this.bits(1);
      const count = code.counts[length] ?? 0;
      if (value - count < first) return code.symbols[index + value - first] ?? 0;
      index += count;
      first = (first + count) << 1;
      value <<= 1;
    }
    throw new InflateStop("symbol");
  }
}

function makeCode(lengths: readonly number[]): HuffmanCode {
  const counts = new Uint16Array(16);
  for (const length of lengths) counts[length] = (counts[length] ?? 0) + 1;
  counts[0] = 0;
  let left = 1;
  for (let length = 1; length <= 15; length++) {
    left = left * 2 - (counts[length] ?? 0);
    if (left < 0) throw new InflateStop("code-lengths");
  }
  const offsets = new Uint16Array(17);
  for (let length = 1; length <= 15; length++) offsets[length + 1] = (offsets[length] ?? 0) + (counts[length] ?? 0);
  const symbols = new Uint16Array(lengths.length);
  for (const [symbol, length] of lengths.entries()) {
    if (length === 0) continue;
    const at = offsets[length] ?? 0;
    symbols[at] = symbol;
    offsets[length] = at + 1;
  }
  return { counts, symbols };
}

/**
 * Decodes `length` bytes at `at` in pieces of at most 64 KiB; each piece is the caller's. Returns null at the end of
 * the stream, else why it ended early: all that could be decoded has been yielded by then.
 */
export function* inflateSteps(
  source: ByteSource,
  at: number,
  length: number,
  wide: boolean,
): Generator<Uint8Array, InflateProblem | null> {
  const output = new Output(wide ? 65536 : 32768);
  const blocks = readBlocks(new BitReader(source, at, length), output, wide);
  for (;;) {
    try {
      if (blocks.next().done) break;
    } catch (error) {
      if (!(error instanceof InflateStop)) throw error;
      yield output.take();
      return error.problem;
    }
    yield output.take();
  }
  yield output.take();
  return null;
}

/** A ring of the last 64 KiB and a mark of what has been taken from it. */
class Output {
  readonly #ring = new Uint8Array(WINDOW_BYTES);
  readonly #reach: number;
  #total = 0;
  #taken = 0;

  constructor(reach: number) {
    this.#reach = reach;
  }

  get isFull(): boolean {
    return this.#total - this.#taken >= WINDOW_BYTES / 2;
  }

  push(byte: number): void {
    this.#ring[this.#total++ % WINDOW_BYTES] = byte;
  }

  copyByte(distance: number): void {
    this.push(this.#ring[(this.#total - distance) % WINDOW_BYTES] ?? 0);
  }

  check(distance: number): void {
    if (distance > this.#total || distance > this.#reach) throw new InflateStop("distance");
  }

  take(): Uint8Array {
    const length = this.#total - this.#taken;
    const piece = new Uint8Array(length);
    const from = this.#taken % WINDOW_BYTES;
    const first = Math.min(length, WINDOW_BYTES - from);
    piece.set(this.#ring.subarray(from, from + first));
    piece.set(this.#ring.subarray(0, length - first), first);
    this.#taken = this.#total;
    return piece;
  }
}

/** Pauses whenever the output is half full. */
function* readBlocks(input: BitReader, output: Output, wide: boolean): Generator<void> {
  let last = false;
  while (!last) {
    last = input.bits(1) === 1;
    const type = input.bits(2);
    if (type === 0) yield* readStored(input, output);
    else if (type === 1) yield* readCoded(input, output, fixedCodes(), wide);
    else if (type === 2) yield* readCoded(input, output, readCodes(input), wide);
    else throw new InflateStop("block-type");
  }
}

function* readStored(input: BitReader, output: Output): Generator<void> {
  input.dropToByte();
  const length = input.byte() | (input.byte() << 8);
  const complement = input.byte() | (input.byte() << 8);
  if ((length ^ complement) !== 0xffff) throw new InflateStop("stored-length");
  for (let done = 0; done < length; done++) {
    output.push(input.byte());
    if (output.isFull) yield;
  }
}

interface BlockCodes {
  readonly literals: HuffmanCode;
  readonly distances: HuffmanCode;
}

function fixedCodes(): BlockCodes {
  const lengths = Array.from({ length: 288 }, (_, symbol) =>
    symbol < 144 ? 8 : symbol < 256 ? 9 : symbol < 280 ? 7 : 8,
  );
  return { literals: makeCode(lengths), distances: makeCode(Array.from({ length: 32 }, () => 5)) };
}

function readCodes(input: BitReader): BlockCodes {
  const literalCount = input.bits(5) + 257;
  const distanceCount = input.bits(5) + 1;
  const codeCount = input.bits(4) + 4;
  const codeLengths = Array.from({ length: 19 }, () => 0);
  for (const symbol of CODE_ORDER.slice(0, codeCount)) codeLengths[symbol] = input.bits(3);
  const code = makeCode(codeLengths);
  const lengths: number[] = [];
  while (lengths.length < literalCount + distanceCount) {
    const symbol = input.symbol(code);
    if (symbol < 16) lengths.push(symbol);
    else if (symbol === 16 && lengths.length === 0) throw new InflateStop("code-lengths");
    else {
      const value = symbol === 16 ? (lengths.at(-1) ?? 0) : 0;
      const times = symbol === 16 ? 3 + input.bits(2) : symbol === 17 ? 3 + input.bits(3) : 11 + input.bits(7);
      for (let time = 0; time < times; time++) lengths.push(value);
    }
  }
  if (lengths.length > literalCount + distanceCount) throw new InflateStop("code-lengths");
  return { literals: makeCode(lengths.slice(0, literalCount)), distances: makeCode(lengths.slice(literalCount)) };
}

function* readCoded(input: BitReader, output: Output, codes: BlockCodes, wide: boolean): Generator<void> {
  for (;;) {
    const symbol = input.symbol(codes.literals);
    if (symbol === 256) return;
    if (symbol < 256) output.push(symbol);
    else {
      const length = readLength(input, symbol - 257, wide);
      const distance = readDistance(input, input.symbol(codes.distances), wide);
      output.check(distance);
      for (let done = 0; done < length; done++) {
        output.copyByte(distance);
        if (output.isFull) yield;
      }
    }
    if (output.isFull) yield;
  }
}

function readLength(input: BitReader, index: number, wide: boolean): number {
  if (wide && index === 28) return 3 + input.bits(16);
  const base = LENGTH_BASE[index];
  if (base === undefined) throw new InflateStop("symbol");
  return base + input.bits(LENGTH_EXTRA[index] ?? 0);
}

/** Codes 0 to 3 stand for themselves; from there on each pair of codes has one more extra bit (3.2.5). */
function readDistance(input: BitReader, symbol: number, wide: boolean): number {
  if (symbol > (wide ? 31 : 29)) throw new InflateStop("distance");
  if (symbol < 4) return symbol + 1;
  const extra = (symbol >> 1) - 1;
  return ((2 + (symbol & 1)) << extra) + 1 + input.bits(extra);
}
