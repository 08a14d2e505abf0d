/**
 * Pairs to blocks of a deflate stream: with codes of their own, with the fixed ones, or stored, whichever takes the fewest bits.
 * Defines, byte for byte, what `assembly/block.ts` does. Specification: RFC 1951, section 3.2.
 */
import {
  bytes,
  distanceExtra,
  firstCounts,
  lengthBases,
  lengthExtras,
  lengthSymbols,
  MOST_INPUT,
  NOTHING,
  pairs,
  SECOND_LITERAL,
  secondCounts,
  SLACK,
} from "./deflate-pairs.ts";
import { codeLengths, codesOf } from "./huffman.ts";

const END_OF_BLOCK = 256;
/** The order of the lengths of the code of code lengths (RFC 1951, section 3.2.7). */
const ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

const output = new Uint8Array(MOST_INPUT + SLACK);
let outputLength = 0;
let bits = 0;
let bitCount = 0;

/** At most 24 bits. */
function put(value: number, count: number): void {
  bits |= value << bitCount;
  bitCount += count;
  while (bitCount >= 8) {
    output[outputLength++] = bits & 0xff;
    bits >>>= 8;
    bitCount -= 8;
  }
}

function padToByte(): void {
  if (bitCount > 0) put(0, 8 - bitCount);
}

/** How often each literal and length symbol comes. */
function countSymbols(): Uint32Array {
  const counts = new Uint32Array(286);
  for (let literal = 0; literal < 256; literal++) {
    counts[literal] = firstCounts[literal]! + secondCounts[SECOND_LITERAL + literal]!;
  }
  counts[END_OF_BLOCK] = 1;
  for (let at = 0; at < 256; at++) counts[257 + lengthSymbols[at]!]! += firstCounts[256 + at]!;
  return counts;
}

/** Bits of all lengths and distances that are not part of a code. */
function extraBits(): number {
  let sum = 0;
  for (let at = 0; at < 256; at++) sum += firstCounts[256 + at]! * lengthExtras[at]!;
  for (let symbol = 0; symbol < 30; symbol++) sum += secondCounts[symbol]! * distanceExtra(symbol);
  return sum;
}

interface Codes {
  /** Of 288 symbols; as many of distances as 32. */
  readonly lengths: Uint8Array;
  readonly distances: Uint8Array;
}

const fixedCodes: Codes = {
  lengths: Uint8Array.from({ length: 288 }, (_, at) => (at < 144 ? 8 : at < 256 ? 9 : at < 280 ? 7 : 8)),
  distances: new Uint8Array(32).fill(5),
};

function dataBits(codes: Codes, counts: Uint32Array): number {
  let sum = 0;
  for (let symbol = 0; symbol < 286; symbol++) sum += counts[symbol]! * codes.lengths[symbol]!;
  for (let symbol = 0; symbol < 30; symbol++) sum += secondCounts[symbol]! * codes.distances[symbol]!;
  return sum;
}

interface Header {
  readonly literals: number;
  readonly distances: number;
  readonly order: number;
  /** Code lengths of the code lengths, and the runs: symbol and value of its extra bits. */
  readonly lengths: Uint8Array;
  readonly runs: readonly (readonly [symbol: number, value: number])[];
  readonly bits: number;
}

const runExtra = (symbol: number): number => (symbol < 16 ? 0 : symbol === 18 ? 7 : symbol - 14);

function addRuns(runs: [number, number][], length: number, count: number): void {
  let left = count;
  if (length === 0) {
    for (; left >= 11; left -= Math.min(left, 138)) runs.push([18, Math.min(left, 138) - 11]);
    if (left >= 3) {
      runs.push([17, left - 3]);
      left = 0;
    }
  } else {
    runs.push([length, 0]);
    for (left--; left >= 3; left -= Math.min(left, 6)) runs.push([16, Math.min(left, 6) - 3]);
  }
  for (; left > 0; left--) runs.push([length, 0]);
}

function usedCodes(lengths: Uint8Array, least: number): number {
  let used = lengths.length;
  while (used > least && lengths[used - 1] === 0) used--;
  return used;
}

function planHeader(codes: Codes): Header {
  const literals = usedCodes(codes.lengths, 257);
  const distances = usedCodes(codes.distances, 1);
  const all = [...codes.lengths.subarray(0, literals), ...codes.distances.subarray(0, distances)];
  const runs: [number, number][] = [];
  for (let at = 0, start = 0; at < all.length; at++) {
    if (all[at + 1] === all[start]) continue;
    addRuns(runs, all[start]!, at + 1 - start);
    start = at + 1;
  }
  const counts = new Uint32Array(19);
  for (const [symbol] of runs) counts[symbol]!++;
  const lengths = codeLengths(counts, 19, 7);
  let order = ORDER.length;
  while (order > 4 && lengths[ORDER[order - 1]!] === 0) order--;
  let sum = 14 + 3 * order;
  for (const [symbol] of runs) sum += lengths[symbol]! + runExtra(symbol);
  return { literals, distances, order, lengths, runs, bits: sum };
}

function putHeader(header: Header): void {
  put(header.literals - 257, 5);
  put(header.distances - 1, 5);
  put(header.order - 4, 4);
  for (const symbol of ORDER.slice(0, header.order)) put(header.lengths[symbol]!, 3);
  const codes = codesOf(header.lengths);
  for (const [symbol, value] of header.runs) {
    put(codes[symbol]!, header.lengths[symbol]!);
    put(value, runExtra(symbol));
  }
}

function putPairs({ from, to }: PairRange, { lengths, distances }: Codes): void {
  const codes = codesOf(lengths);
  const distanceCodes = codesOf(distances);
  const putSymbol = (symbol: number): void => put(codes[symbol]!, lengths[symbol]!);
  for (const pair of pairs.subarray(from, to)) {
    const [first, second] = [pair & 511, (pair >>> 9) & 511];
    if (first < 256) {
      putSymbol(first);
    } else {
      putSymbol(257 + lengthSymbols[first - 256]!);
      put(first - 256 - lengthBases[first - 256]!, lengthExtras[first - 256]!);
    }
    if (second >= SECOND_LITERAL) {
      putSymbol(second - SECOND_LITERAL);
    } else if (second !== NOTHING) {
      put(distanceCodes[second]!, distances[second]!);
      put(pair >>> 18, distanceExtra(second));
    }
  }
  putSymbol(END_OF_BLOCK);
}

function putStored(from: number, end: number, last: number): void {
  put(last, 3);
  padToByte();
  put(end - from, 16);
  put(~(end - from) & 0xffff, 16);
  output.set(bytes.subarray(from, end), outputLength);
  outputLength += end - from;
}

/** Some of the pairs of the segment, and the bytes of the window that they stand for. */
export interface PairRange {
  readonly from: number;
  readonly to: number;
  readonly start: number;
  readonly end: number;
}

interface Plan {
  readonly own: Codes;
  readonly header: Header;
  /** Bits of the block with its own codes, and with the fixed ones. */
  readonly ownBits: number;
  readonly fixedBits: number;
}

function planBlock(): Plan {
  const counts = countSymbols();
  const own: Codes = { lengths: codeLengths(counts, 286, 15), distances: codeLengths(secondCounts, 30, 15) };
  const header = planHeader(own);
  const extra = extraBits();
  return {
    own,
    header,
    ownBits: 3 + header.bits + extra + dataBits(own, counts),
    fixedBits: 3 + extra + dataBits(fixedCodes, counts),
  };
}

/** Bits that the pairs which are counted would take as a block for `size` bytes, wherever it begins. */
export function blockBits(size: number): number {
  const { ownBits, fixedBits } = planBlock();
  return Math.min(ownBits, fixedBits, 35 + 8 * size);
}

/** Pairs that are counted, as a block, unless more than `limit` bits would then be written. */
export function putBlock(range: PairRange, last: number, limit: number): boolean {
  const { start, end } = range;
  const { own, header, ownBits, fixedBits } = planBlock();
  const storedBits = 3 + (-(bitCount + 3) & 7) + 32 + 8 * (end - start);
  const best = Math.min(ownBits, fixedBits, storedBits);
  if (8 * outputLength + bitCount + best > limit) return false;
  if (best === storedBits) {
    putStored(start, end, last);
  } else if (best === fixedBits) {
    put(last | 2, 3);
    putPairs(range, fixedCodes);
  } else {
    put(last | 4, 3);
    putHeader(header);
    putPairs(range, own);
  }
  return true;
}

export function startOutput(): void {
  [outputLength, bits, bitCount] = [0, 0, 0];
}

/** Borrowed: valid until the next stream is begun. */
export function finishOutput(): Uint8Array {
  padToByte();
  return output.subarray(0, outputLength);
}
