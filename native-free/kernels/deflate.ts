/**
 * Fast deflate (RFC 1951) of chunks that stand alone. What the WebAssembly kernel in `assembly/` writes is defined here, byte
 * for byte; it is used itself where WebAssembly with SIMD is missing.
 *
 * The input is cut into segments of 32 KiB, each a block: with codes of its own, with the fixed ones, or stored, whichever
 * takes the fewest bits. Matches reach back over the segment before.
 *
 * _Pairs._ A segment becomes numbers of 31 bits with two halves each: two literals, one literal, or length and distance. The
 * first half (bits 0 to 8) is a literal or 253 + length; the second (bits 9 to 17) a distance symbol, `NOTHING`, or
 * `SECOND_LITERAL` + literal; bits 18 to 30 are the extra bits of the distance. So a pair is written with two lookups and
 * no branch.
 *
 * _Table._ By a hash of four bytes, the last two places where it came, 16 bits each; an empty bucket means place 0 twice,
 * which does no harm, since candidates are compared anyway.
 *
 * _Search._ Two neighbouring places are looked up together. The longest of the four candidates wins, judged by their first
 * 16 bytes; of equal ones the earlier place, then the nearer candidate. Of the places that a match covers, the first two and
 * the last two enter the table. Where no match was found for 64 places, only every other two are looked up and entered.
 */
import { codeLengths, codesOf } from "./huffman.ts";

/** Longest input, in bytes. */
export const MOST_INPUT = 0x40000;

const SEGMENT = 0x8000;
const SLACK = 0x200;
const TABLE_BITS = 13;
const NOTHING = 30;
const SECOND_LITERAL = 32;
const FARTHEST = 32768;
const LONGEST = 258;
const JUDGED = 16;
const CALM = 64;
const END_OF_BLOCK = 256;
/** The order of the lengths of the code of code lengths (RFC 1951, section 3.2.7). */
const ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

/** Of each match length less three: symbol less 257, and the number of extra bits (RFC 1951, section 3.2.5). */
const lengthSymbols = new Uint8Array(256);
const lengthExtras = new Uint8Array(256);
const lengthBases = new Uint8Array(256);

for (let symbol = 0, at = 0; symbol < 28; symbol++) {
  const extra = symbol < 8 ? 0 : (symbol >>> 2) - 1;
  const base = at;
  for (const end = at + (1 << extra); at < end; at++) {
    lengthSymbols[at] = symbol;
    lengthExtras[at] = extra;
    lengthBases[at] = base;
  }
}
// 258 has a symbol of its own.
lengthSymbols[255] = 28;
lengthExtras[255] = 0;
lengthBases[255] = 255;

const distanceExtra = (symbol: number): number => (symbol < 4 ? 0 : (symbol >>> 1) - 1);

/** The input, or its last two segments at the start; whatever stands behind a segment is read, but not believed. */
const bytes = new Uint8Array(MOST_INPUT + SLACK);
const table = new Uint32Array(1 << TABLE_BITS);
const pairs = new Uint32Array(SEGMENT + 1);
const firstCounts = new Uint32Array(512);
const secondCounts = new Uint32Array(288);
let pairCount = 0;

function slotAt(place: number): number {
  const word = bytes[place]! | (bytes[place + 1]! << 8) | (bytes[place + 2]! << 16) | (bytes[place + 3]! << 24);
  return Math.imul(word, 0x9e37_79b1) >>> (32 - TABLE_BITS);
}

/** Enters a place; the bucket as it was. */
function swapIn(place: number): number {
  const slot = slotAt(place);
  const bucket = table[slot]!;
  table[slot] = (bucket << 16) | place;
  return bucket;
}

function sameBytes(a: number, b: number, most: number): number {
  let same = 0;
  while (same < most && bytes[a + same] === bytes[b + same]) same++;
  return same;
}

interface Match {
  readonly length: number;
  readonly candidate: number;
}

function longer(place: number, bucket: number): Match {
  const [near, far] = [bucket & 0xffff, bucket >>> 16];
  const nearLength = sameBytes(place, near, JUDGED);
  const farLength = sameBytes(place, far, JUDGED);
  return farLength > nearLength ? { length: farLength, candidate: far } : { length: nearLength, candidate: near };
}

function addPair(first: number, second: number, extra = 0): void {
  pairs[pairCount++] = first | (second << 9) | (extra << 18);
  firstCounts[first]!++;
  if (second !== NOTHING) secondCounts[second]!++;
}

/** Matches that are too long for one go on at the same distance. */
function addMatch(length: number, back: number): void {
  const extra = 30 - Math.clz32(back | 2);
  for (let left = length; left > 0;) {
    const part = left > LONGEST ? Math.min(LONGEST, left - 3) : left;
    addPair(253 + part, (extra << 1) + (back >>> extra), back & ((1 << extra) - 1));
    left -= part;
  }
}

/** Of the bytes [from, end) makes pairs. */
function findPairs(from: number, end: number): void {
  firstCounts.fill(0);
  secondCounts.fill(0);
  pairCount = 0;
  let place = from;
  let calm = from + CALM;
  if (place === 0 && end > 0) addPair(bytes[place++]!, NOTHING);
  while (place + 1 < end) {
    const match0 = longer(place, swapIn(place));
    const match1 = longer(place + 1, swapIn(place + 1));
    const later = match1.length > match0.length;
    const { length: judged, candidate } = later ? match1 : match0;
    if (judged < 4) {
      const count = place + 2 >= calm && place + 4 <= end ? 4 : 2;
      for (const after = place + count; place < after; place += 2)
        addPair(bytes[place]!, SECOND_LITERAL + bytes[place + 1]!);
      continue;
    }
    const start = later ? place + 1 : place;
    const length = Math.min(judged < JUDGED ? judged : sameBytes(start, candidate, end - start), end - start);
    const back = start - candidate - 1;
    if (length < 3 || back >= FARTHEST) {
      addPair(bytes[place]!, SECOND_LITERAL + bytes[place + 1]!);
      place += 2;
      continue;
    }
    if (later) addPair(bytes[place]!, NOTHING);
    addMatch(length, back);
    place = start + length;
    calm = place + CALM;
    swapIn(place - 2);
    swapIn(place - 1);
  }
  if (place < end) addPair(bytes[place]!, NOTHING);
}

/** Moves all places down with the window; those that fall out become place 0. */
function slidePlaces(): void {
  for (let slot = 0; slot < table.length; slot++) {
    const bucket = table[slot]!;
    table[slot] = Math.max((bucket & 0xffff) - SEGMENT, 0) | (Math.max((bucket >>> 16) - SEGMENT, 0) << 16);
  }
}

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

function putPairs({ lengths, distances }: Codes): void {
  const codes = codesOf(lengths);
  const distanceCodes = codesOf(distances);
  const putSymbol = (symbol: number): void => put(codes[symbol]!, lengths[symbol]!);
  for (const pair of pairs.subarray(0, pairCount)) {
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

/** The bytes [from, end), of which there are pairs, as a block, unless more than `limit` bits would then be written. */
function putBlock(from: number, end: number, last: number, limit: number): boolean {
  const counts = countSymbols();
  const own: Codes = { lengths: codeLengths(counts, 286, 15), distances: codeLengths(secondCounts, 30, 15) };
  const header = planHeader(own);
  const ownBits = 3 + header.bits + extraBits() + dataBits(own, counts);
  const fixedBits = 3 + extraBits() + dataBits(fixedCodes, counts);
  const storedBits = 3 + (-(bitCount + 3) & 7) + 32 + 8 * (end - from);
  const best = Math.min(ownBits, fixedBits, storedBits);
  if (8 * outputLength + bitCount + best > limit) return false;
  if (best === storedBits) {
    putStored(from, end, last);
  } else if (best === fixedBits) {
    put(last | 2, 3);
    putPairs(fixedCodes);
  } else {
    put(last | 4, 3);
    putHeader(header);
    putPairs(own);
  }
  return true;
}

/**
 * `raw`, at most `MOST_INPUT` bytes, as a deflate stream, or null where that would be more than `limit` bytes. Borrowed:
 * valid until the next call.
 */
export function deflate(raw: Uint8Array, limit: number): Uint8Array | null {
  bytes.set(raw);
  bytes.fill(0, raw.length, raw.length + SLACK);
  table.fill(0);
  [outputLength, bits, bitCount] = [0, 0, 0];
  let start = 0;
  do {
    const size = Math.min(SEGMENT, raw.length - start);
    let from = start;
    if (start > SEGMENT) {
      bytes.copyWithin(0, SEGMENT, 2 * SEGMENT);
      bytes.copyWithin(SEGMENT, start, start + size);
      slidePlaces();
      from = SEGMENT;
    }
    findPairs(from, from + size);
    if (!putBlock(from, from + size, start + size === raw.length ? 1 : 0, 8 * limit)) return null;
    start += size;
  } while (start < raw.length);
  padToByte();
  return output.subarray(0, outputLength);
}
