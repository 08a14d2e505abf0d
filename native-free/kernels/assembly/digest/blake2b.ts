/**
 * BLAKE2b with 64 bytes and without key, defined by `../../blake2b.ts`. Specification: RFC 7693, sections 2.7, 3.1 and 3.2.
 *
 * The sixteen words of the work vector are eight registers of two; the four mixtures of a column or diagonal step go side by side.
 */

/** Of each round, where its words of the message begin in the block. */
const SIGMA: usize = memory.data<u8>([
  0, 8, 16, 24, 32, 40, 48, 56, 64, 72, 80, 88, 96, 104, 112, 120, 112, 80, 32, 64, 72, 120, 104, 48, 8, 96, 0, 16, 88,
  56, 40, 24, 88, 64, 96, 0, 40, 16, 120, 104, 80, 112, 24, 48, 56, 8, 72, 32, 56, 72, 24, 8, 104, 96, 88, 112, 16, 48,
  40, 80, 32, 0, 120, 64, 72, 0, 40, 56, 16, 32, 80, 120, 112, 8, 88, 96, 48, 64, 24, 104, 16, 96, 48, 80, 0, 88, 64,
  24, 32, 104, 56, 40, 120, 112, 8, 72, 96, 40, 8, 120, 112, 104, 32, 80, 0, 56, 48, 24, 72, 16, 64, 88, 104, 88, 56,
  112, 96, 8, 24, 72, 40, 0, 120, 32, 64, 48, 16, 80, 48, 120, 112, 72, 88, 24, 0, 64, 96, 16, 104, 56, 8, 32, 80, 40,
  80, 16, 64, 32, 56, 48, 8, 40, 120, 88, 72, 112, 24, 96, 104, 0, 0, 8, 16, 24, 32, 40, 48, 56, 64, 72, 80, 88, 96,
  104, 112, 120, 112, 80, 32, 64, 72, 120, 104, 48, 8, 96, 0, 16, 88, 56, 40, 24,
]);
const SIGMA_BYTES: usize = 192;

const STATE: usize = 0x800;
const INPUT: usize = 0x1000;
const MOST_INPUT: u32 = 0x8000;
const BLOCK: u32 = 128;

/** The digest is the state of the hash. */
export const digestAt: u32 = <u32>STATE;
export const inputAt: u32 = <u32>INPUT;
export const mostInput: u32 = MOST_INPUT;

/** Bytes hashed so far. */
let hashed: u64 = 0;
/** Of the last block, in bytes. */
let lastBytes: u32 = 0;

// @inline
function words(block: usize, low: usize, high: usize): v128 {
  return v128.load_lane<u64>(block + <usize>load<u8>(high), v128.load64_zero(block + <usize>load<u8>(low)), 1);
}

// @inline
function right32(x: v128): v128 {
  return v128.shuffle<u32>(x, x, 1, 0, 3, 2);
}

// @inline
function right24(x: v128): v128 {
  return v128.shuffle<u8>(x, x, 3, 4, 5, 6, 7, 0, 1, 2, 11, 12, 13, 14, 15, 8, 9, 10);
}

// @inline
function right16(x: v128): v128 {
  return v128.shuffle<u8>(x, x, 2, 3, 4, 5, 6, 7, 0, 1, 10, 11, 12, 13, 14, 15, 8, 9);
}

// @inline
function right63(x: v128): v128 {
  return v128.or(i64x2.add(x, x), i64x2.shr_u(x, 63));
}

/** The last word of one pair and the first of the next. */
// @inline
function between(low: v128, high: v128): v128 {
  return v128.shuffle<u64>(low, high, 1, 2);
}

/** Mixes `blocks` whole blocks of the input into the state; the last of them is the end of all where `isLast`. */
function compress(blocks: u32, isLast: bool): void {
  let h0 = v128.load(STATE);
  let h1 = v128.load(STATE, 16);
  let h2 = v128.load(STATE, 32);
  let h3 = v128.load(STATE, 48);
  for (let block: usize = INPUT; blocks > 0; blocks--, block += BLOCK) {
    const isEnd = isLast && blocks === 1;
    const ending: u64 = isEnd ? u64.MAX_VALUE : 0;
    hashed += isEnd ? lastBytes : BLOCK;
    let a0 = h0;
    let a1 = h1;
    let b0 = h2;
    let b1 = h3;
    let c0 = i64x2(0x6a09e667f3bcc908, 0xbb67ae8584caa73b);
    let c1 = i64x2(0x3c6ef372fe94f82b, 0xa54ff53a5f1d36f1);
    let d0 = v128.xor(i64x2(0x510e527fade682d1, 0x9b05688c2b3e6c1f), i64x2.replace_lane(i64x2.splat(0), 0, hashed));
    let d1 = v128.xor(i64x2(0x1f83d9abfb41bd6b, 0x5be0cd19137e2179), i64x2.replace_lane(i64x2.splat(0), 0, ending));
    for (let s: usize = SIGMA; s < SIGMA + SIGMA_BYTES; s += 16) {
      a0 = i64x2.add(i64x2.add(a0, b0), words(block, s, s + 2));
      a1 = i64x2.add(i64x2.add(a1, b1), words(block, s + 4, s + 6));
      d0 = right32(v128.xor(d0, a0));
      d1 = right32(v128.xor(d1, a1));
      c0 = i64x2.add(c0, d0);
      c1 = i64x2.add(c1, d1);
      b0 = right24(v128.xor(b0, c0));
      b1 = right24(v128.xor(b1, c1));
      a0 = i64x2.add(i64x2.add(a0, b0), words(block, s + 1, s + 3));
      a1 = i64x2.add(i64x2.add(a1, b1), words(block, s + 5, s + 7));
      d0 = right16(v128.xor(d0, a0));
      d1 = right16(v128.xor(d1, a1));
      c0 = i64x2.add(c0, d0);
      c1 = i64x2.add(c1, d1);
      b0 = right63(v128.xor(b0, c0));
      b1 = right63(v128.xor(b1, c1));
      // Rows are turned so that diagonals stand one above the other.
      const b = between(b0, b1);
      b1 = between(b1, b0);
      const d = between(d1, d0);
      d1 = between(d0, d1);
      a0 = i64x2.add(i64x2.add(a0, b), words(block, s + 8, s + 10));
      a1 = i64x2.add(i64x2.add(a1, b1), words(block, s + 12, s + 14));
      d0 = right32(v128.xor(d, a0));
      d1 = right32(v128.xor(d1, a1));
      c1 = i64x2.add(c1, d0);
      c0 = i64x2.add(c0, d1);
      b0 = right24(v128.xor(b, c1));
      b1 = right24(v128.xor(b1, c0));
      a0 = i64x2.add(i64x2.add(a0, b0), words(block, s + 9, s + 11));
      a1 = i64x2.add(i64x2.add(a1, b1), words(block, s + 13, s + 15));
      d0 = right16(v128.xor(d0, a0));
      d1 = right16(v128.xor(d1, a1));
      c1 = i64x2.add(c1, d0);
      c0 = i64x2.add(c0, d1);
      b0 = right63(v128.xor(b0, c1));
      b1 = right63(v128.xor(b1, c0));
      const back = between(b1, b0);
      b1 = between(b0, b1);
      b0 = back;
      const down = between(d0, d1);
      d1 = between(d1, d0);
      d0 = down;
    }
    h0 = v128.xor(h0, v128.xor(a0, c0));
    h1 = v128.xor(h1, v128.xor(a1, c1));
    h2 = v128.xor(h2, v128.xor(b0, d0));
    h3 = v128.xor(h3, v128.xor(b1, d1));
  }
  v128.store(STATE, h0);
  v128.store(STATE, h1, 16);
  v128.store(STATE, h2, 32);
  v128.store(STATE, h3, 48);
}

/** Begins a hash. */
export function start(): void {
  hashed = 0;
  // The parameter block: a digest of 64 bytes, no key, one leaf.
  v128.store(STATE, i64x2(0x6a09e667f3bcc908 ^ 0x01010040, 0xbb67ae8584caa73b));
  v128.store(STATE, i64x2(0x3c6ef372fe94f82b, 0xa54ff53a5f1d36f1), 16);
  v128.store(STATE, i64x2(0x510e527fade682d1, 0x9b05688c2b3e6c1f), 32);
  v128.store(STATE, i64x2(0x1f83d9abfb41bd6b, 0x5be0cd19137e2179), 48);
}

/** Takes all bytes of the input, behind which more come. */
export function addAll(): void {
  compress(MOST_INPUT / BLOCK, false);
}

/** Takes the last `length` bytes, none only where there are none at all; the digest stands. */
export function end(length: u32): void {
  const blocks = max<u32>(1, (length + BLOCK - 1) / BLOCK);
  memory.fill(INPUT + length, 0, blocks * BLOCK - length);
  lastBytes = length - (blocks - 1) * BLOCK;
  compress(blocks, true);
}
