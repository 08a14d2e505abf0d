/** Adler-32 (RFC 1950, section 8.2) of 16 bytes at a time. Defined by `../adler32.ts`. */
import { INPUT } from "./layout";

const MODULUS: u32 = 65521;
/** As many bytes as the sums take without leaving 32 bits. */
const STEP: u32 = 4096;
/** In memory, not in the code, so that they are held in registers: the compiler would make constants anew at every turn. */
const WEIGHTS: usize = memory.data<u16>([16, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1]);

function sumOfLanes(lanes: v128): u32 {
  return (
    i32x4.extract_lane(lanes, 0) +
    i32x4.extract_lane(lanes, 1) +
    i32x4.extract_lane(lanes, 2) +
    i32x4.extract_lane(lanes, 3)
  );
}

/** Of the first `length` bytes of the input, continued from `start`. */
export function adler32(length: u32, start: u32): u32 {
  const weightsOfLow = v128.load(WEIGHTS);
  const weightsOfHigh = v128.load(WEIGHTS, 16);
  let low = start & 0xffff;
  let high = start >>> 16;
  let at: u32 = 0;
  while (at + 16 <= length) {
    const from = at;
    const end = at + min<u32>(STEP, (length - at) & ~15);
    let sums = i32x4.splat(0);
    let sumsBefore = i32x4.splat(0);
    let weighted = i32x4.splat(0);
    for (; at < end; at += 16) {
      const bytes = v128.load(at, INPUT);
      sumsBefore = i32x4.add(sumsBefore, sums);
      sums = i32x4.add(sums, i32x4.extadd_pairwise_i16x8_u(i16x8.extadd_pairwise_i8x16_u(bytes)));
      weighted = i32x4.add(weighted, i32x4.dot_i16x8_s(i16x8.extend_low_i8x16_u(bytes), weightsOfLow));
      weighted = i32x4.add(weighted, i32x4.dot_i16x8_s(i16x8.extend_high_i8x16_u(bytes), weightsOfHigh));
    }
    high = (high + low * (end - from) + (sumOfLanes(sumsBefore) << 4) + sumOfLanes(weighted)) % MODULUS;
    low = (low + sumOfLanes(sums)) % MODULUS;
  }
  for (; at < length; at++) {
    low += <u32>load<u8>(at, INPUT);
    high += low;
  }
  return ((high % MODULUS) << 16) | (low % MODULUS);
}
