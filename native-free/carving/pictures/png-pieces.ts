/**
 * Where a PNG goes on behind a gap. The gap lies in the chunk whose CRC fails: for each gap behind which the next chunk stands where it
 * must, the CRC says which block boundary of that chunk the first piece ends at. Sums of all boundaries come from one pass over the data.
 */
import { crc32 } from "node:zlib";
import type { ByteSource } from "../../bytes/byte-source.ts";
import { CarveWindow } from "../carve-window.ts";
import { ShiftedSource } from "./shifted-source.ts";

const gapLimit = 1024;
const tryLimit = 16;
const chunkLimit = 1 << 26;
const headerBytes = 8;
const crcBytes = 4;

interface Stretch {
  readonly at: number;
  readonly end: number;
  readonly blockBytes: number;
}

interface PngJoin {
  readonly boundary: number;
  readonly gap: number;
  /** Exclusive, as if the gap were not there. */
  readonly fileEnd: number;
}

/** `walk`: the end of the file in a source without the gap; -1 where it does not hold. `chunk`: the first one that does not. */
export function joinPng(
  source: ByteSource,
  stretch: Stretch,
  chunk: number,
  walk: (joined: ByteSource, end: number) => number,
): PngJoin | null {
  const { end, blockBytes } = stretch;
  const window = new CarveWindow(source, end);
  let tried = 0;
  for (let blocks = 1; blocks <= gapLimit && chunk + blocks * blockBytes < end; blocks++) {
    const gap = blocks * blockBytes;
    for (const boundary of boundariesFor(source, window, stretch, chunk, gap)) {
      const fileEnd = walk(new ShiftedSource(source, boundary, gap), end - gap);
      if (fileEnd > boundary) return { boundary, gap, fileEnd };
      if (++tried >= tryLimit) return null;
    }
  }
  return null;
}

/** Block boundaries in the chunk with which its CRC holds. */
function boundariesFor(
  source: ByteSource,
  window: CarveWindow,
  { at, end, blockBytes }: Stretch,
  chunk: number,
  gap: number,
): number[] {
  const first = at + Math.ceil((chunk - at) / blockBytes) * blockBytes;
  // In front of the chunk's body: its header is in two, or all of it is behind the gap.
  if (first < chunk + headerBytes) {
    const joined = new CarveWindow(new ShiftedSource(source, first, gap), end - gap);
    if (isHeader(joined, chunk)) return [first];
  }
  const length = window.u32be(chunk);
  const to = chunk + headerBytes + length;
  if (length > chunkLimit || to + gap + crcBytes + headerBytes > end || !isHeader(window, chunk)) return [];
  if (!isHeader(window, to + crcBytes + gap) && !window.isText(chunk + 4, "IEND")) return [];
  return boundariesOf(window, chunk, to, gap, first, blockBytes);
}

/** A length that can be, and four letters. */
function isHeader(window: CarveWindow, at: number): boolean {
  if (!window.has(at, headerBytes) || window.u32be(at) > 0x7fffffff) return false;
  for (let i = 4; i < headerBytes; i++) {
    const letter = window.u8(at + i) | 0x20;
    if (letter < 0x61 || letter > 0x7a) return false;
  }
  return true;
}

/**
 * With A the chunk as it stands and B the same stretch moved by the gap, the sum of A up to b followed by B from b on is
 * crc(B) ^ shift(crc(A to b) ^ crc(B to b), length - b): CRCs are linear.
 */
function boundariesOf(
  window: CarveWindow,
  chunk: number,
  to: number,
  gap: number,
  first: number,
  blockBytes: number,
): number[] {
  const wanted = window.u32be(to + gap);
  const differences: { boundary: number; difference: number }[] = [];
  let from = chunk + 4;
  let plain = 0;
  let moved = 0;
  for (let boundary = first; boundary <= to + crcBytes; boundary += blockBytes) {
    if (boundary <= from) continue;
    const stop = Math.min(boundary, to);
    plain = sumOf(window, from, stop, plain);
    moved = sumOf(window, from + gap, stop + gap, moved);
    from = stop;
    differences.push({ boundary, difference: (plain ^ moved) >>> 0 });
  }
  moved = sumOf(window, from + gap, to + gap, moved);
  const found: number[] = [];
  for (const { boundary, difference } of differences) {
    // The stored sum itself may be cut in two; the walk decides.
    const torn = boundary > to;
    if (torn || (moved ^ shift(difference, to - boundary)) >>> 0 === wanted) found.push(boundary);
  }
  return found;
}

function sumOf(window: CarveWindow, from: number, to: number, start: number): number {
  let sum = start;
  for (let at = from; at < to; at += 1 << 16) sum = crc32(window.view(at, Math.min(1 << 16, to - at)), sum);
  return sum;
}

/** What a sum becomes with `bytes` zero bytes behind it, without what the sum begins and ends with. */
function shift(sum: number, bytes: number): number {
  let matrix = zeroByteMatrix;
  let result = sum;
  for (let left = bytes; left > 0; left = Math.floor(left / 2)) {
    if (left % 2 === 1) result = apply(matrix, result);
    matrix = squareOf(matrix);
  }
  return result >>> 0;
}

/** Squares of the matrix of one zero byte, each made once. */
const squares = new Map<Uint32Array<ArrayBuffer>, Uint32Array<ArrayBuffer>>();

function squareOf(matrix: Uint32Array<ArrayBuffer>): Uint32Array<ArrayBuffer> {
  let square = squares.get(matrix);
  if (square === undefined) {
    square = Uint32Array.from(matrix, (column) => apply(matrix, column));
    squares.set(matrix, square);
  }
  return square;
}

function apply(matrix: Uint32Array, vector: number): number {
  let sum = 0;
  for (let bit = 0, rest = vector >>> 0; rest !== 0; bit++, rest >>>= 1) if (rest & 1) sum ^= matrix[bit] as number;
  return sum >>> 0;
}

const polynomial = 0xedb88320;

/** Columns: what each bit of a sum becomes when a zero byte is put behind. */
const zeroByteMatrix: Uint32Array<ArrayBuffer> = Uint32Array.from({ length: 32 }, (_, bit) => {
  let value = (1 << bit) >>> 0;
  for (let i = 0; i < 8; i++) value = value & 1 ? (value >>> 1) ^ polynomial : value >>> 1;
  return value >>> 0;
});
