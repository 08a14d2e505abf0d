/**
 * What both levels of deflate turn their input into, and the window that they find it in. Defines, byte for byte, what the
 * WebAssembly kernel in `assembly/` does.
 *
 * The input is cut into segments of 32 KiB; matches reach back over the segment before. A segment becomes numbers of 31 bits with
 * two halves each: two literals, one literal, or length and distance. The first half (bits 0 to 8) is a literal or 253 + length;
 * the second (bits 9 to 17) a distance symbol, `NOTHING`, or `SECOND_LITERAL` + literal; bits 18 to 30 are the extra bits of the
 * distance. So a pair is written with two lookups and no branch. Specification: RFC 1951, section 3.2.5.
 */

/** Longest input, in bytes. */
export const MOST_INPUT = 0x40000;

export const SEGMENT = 0x8000;
/** Bytes behind the input that are read, but not believed. */
export const SLACK = 0x200;
/** Second halves of pairs that are no distance. */
export const NOTHING = 30;
export const SECOND_LITERAL = 32;
export const FARTHEST = 32768;
export const LONGEST = 258;

/** Of each match length less three: symbol less 257, and the number of extra bits (RFC 1951, section 3.2.5). */
export const lengthSymbols = new Uint8Array(256);
export const lengthExtras = new Uint8Array(256);
export const lengthBases = new Uint8Array(256);

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

/** Extra bits of a distance symbol. */
export const distanceExtra = (symbol: number): number => (symbol < 4 ? 0 : (symbol >>> 1) - 1);

/** The input, or its last two segments at the start; whatever stands behind a segment is read, but not believed. */
export const bytes = new Uint8Array(MOST_INPUT + SLACK);
/** Those of the segment, `pairCount` of them. */
export const pairs = new Uint32Array(SEGMENT + 1);
/** How often each first and each second half comes. */
export const firstCounts = new Uint32Array(512);
export const secondCounts = new Uint32Array(288);
let made = 0;

/** Pairs of the segment so far. */
export const pairCount = (): number => made;

export function clearCounts(): void {
  firstCounts.fill(0);
  secondCounts.fill(0);
}

export function startPairs(): void {
  clearCounts();
  made = 0;
}

/** Up to `most`. */
export function sameBytes(a: number, b: number, most: number): number {
  let same = 0;
  while (same < most && bytes[a + same] === bytes[b + same]) same++;
  return same;
}

export function addPair(first: number, second: number, extra = 0): void {
  pairs[made++] = first | (second << 9) | (extra << 18);
  firstCounts[first]!++;
  if (second !== NOTHING) secondCounts[second]!++;
}

/** `back` is the distance less one. Matches that are too long for one go on at the same distance. */
export function addMatch(length: number, back: number): void {
  const extra = 30 - Math.clz32(back | 2);
  for (let left = length; left > 0;) {
    const part = left > LONGEST ? Math.min(LONGEST, left - 3) : left;
    addPair(253 + part, (extra << 1) + (back >>> extra), back & ((1 << extra) - 1));
    left -= part;
  }
}

/** Counts the halves of the pairs [from, to) and nothing else; the bytes that they stand for. */
export function countPairs(from: number, to: number): number {
  clearCounts();
  let covered = 0;
  for (let at = from; at < to; at++) {
    const first = pairs[at]! & 511;
    const second = (pairs[at]! >>> 9) & 511;
    firstCounts[first]!++;
    if (second !== NOTHING) secondCounts[second]!++;
    covered += first < 256 ? 1 : first - 253;
    if (second >= SECOND_LITERAL) covered++;
  }
  return covered;
}
