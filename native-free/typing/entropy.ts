/** Shannon entropy over a histogram of byte values, and whether bytes show any pattern at all. */
import type { Probe } from "./probe.ts";

/**
 * Adds bytes to a histogram of 256 counters. Four interleaved loads a turn: counters of neighbouring bytes are often the
 * same, and reading four values first lets the additions overlap.
 */
export function addToHistogram(histogram: Uint32Array | Float64Array, bytes: Uint8Array): void {
  const lanes = scratch;
  lanes.fill(0);
  const end = bytes.length & ~3;
  for (let at = 0; at < end; at += 4) {
    lanes[bytes[at]!]!++;
    lanes[256 + bytes[at + 1]!]!++;
    lanes[512 + bytes[at + 2]!]!++;
    lanes[768 + bytes[at + 3]!]!++;
  }
  for (let at = end; at < bytes.length; at++) lanes[bytes[at]!]!++;
  for (let value = 0; value < 256; value++) {
    histogram[value]! += lanes[value]! + lanes[256 + value]! + lanes[512 + value]! + lanes[768 + value]!;
  }
}

/** One lane per byte of a turn; 32-bit lanes hold every array that can exist (at most 2^32 bytes a call). */
const scratch = new Uint32Array(1024);

/** Bits per byte, 0 to 8, rounded to three digits; 0 for no bytes. `total` is the sum of the histogram. */
export function entropyOf(histogram: Uint32Array | Float64Array, total: number): number {
  if (total <= 0) return 0;
  let bits = 0;
  for (let value = 0; value < 256; value++) {
    const count = histogram[value]!;
    if (count > 0) bits -= (count / total) * Math.log2(count / total);
  }
  return Math.round(Math.max(0, bits) * 1000) / 1000;
}

/** The least that VeraCrypt makes is 292 KB; containers of ciphertext are whole sectors. */
const leastVolumeBytes = 256 * 1024;
const sampleBytes = 65_536;
/** Chi-square over 255 degrees of freedom: 255 on average, above 340 in three of 10,000 random samples. */
const mostChiSquare = 340;

/**
 * True for whole sectors whose start, middle and end are as even as random bytes: an encrypted volume without a header is
 * so, and next to nothing else; compressed data shows a bias that this test sees. It proves nothing: `possible` only.
 */
export function lacksPattern(probe: Probe): boolean {
  if (probe.size < leastVolumeBytes || probe.size % 512 !== 0) return false;
  return [0, Math.floor(probe.size / 1024) * 512, probe.size - sampleBytes].every(
    (at) => chiSquareOf(probe.bytes(at, sampleBytes)) <= mostChiSquare,
  );
}

function chiSquareOf(bytes: Uint8Array): number {
  const histogram = new Uint32Array(256);
  addToHistogram(histogram, bytes);
  const expected = bytes.length / 256;
  return histogram.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
}
