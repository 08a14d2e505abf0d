/** Adler-32 (RFC 1950, section 8.2 and appendix 9). The kernel computes the same, 16 bytes at a time. */

const MODULUS = 65521;
/** As many bytes as both sums take without leaving 31 bits, where integer arithmetic is fast; a multiple of eight. */
const STEP_BYTES = 3800;

/** The checksum of `bytes[from, to)`, continued from `start`: 1 for a new one. */
export function adler32(bytes: Uint8Array, from = 0, to = bytes.length, start = 1): number {
  let low = start & 0xffff;
  let high = start >>> 16;
  let at = from;
  while (at < to) {
    const end = Math.min(at + STEP_BYTES, to);
    for (; at + 8 <= end; at += 8) {
      // Eight steps of low += x, high += low at once.
      const a = bytes[at]!;
      const b = bytes[at + 1]!;
      const c = bytes[at + 2]!;
      const d = bytes[at + 3]!;
      const e = bytes[at + 4]!;
      const f = bytes[at + 5]!;
      const g = bytes[at + 6]!;
      const h = bytes[at + 7]!;
      high = (high + (low << 3) + (a << 3) + 7 * b + 6 * c + 5 * d + (e << 2) + 3 * f + (g << 1) + h) | 0;
      low = (low + a + b + c + d + e + f + g + h) | 0;
    }
    for (; at < end; at++) {
      low = (low + bytes[at]!) | 0;
      high = (high + low) | 0;
    }
    low %= MODULUS;
    high %= MODULUS;
  }
  return ((high << 16) | low) >>> 0;
}
