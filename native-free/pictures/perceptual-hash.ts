/**
 * Perceptual hash of a picture: 64 bits that change little when it is scaled, compressed again or made lighter. The picture is
 * averaged to 32 × 32 shades of grey and transformed (DCT-II); of the 8 × 8 lowest frequencies, row by row, each bit says
 * whether the coefficient is above their median. The coefficient of the mean is left out of the median (Zauner, Implementation
 * and Benchmarking of Perceptual Image Hash Functions, 2010, 3.2). Two pictures whose hashes differ in at most
 * `nearDuplicateBits` are taken for near-duplicates. Not recognised: turned, mirrored and strongly cropped copies.
 */
import type { GreyPicture } from "./grey.ts";

const SIDE = 32;
const LOW = 8;

/** cos((2x + 1) u π / 2N) for the lowest frequencies u, row by row. */
const COSINES = Float64Array.from({ length: LOW * SIDE }, (_, index) => {
  const [u, x] = [Math.floor(index / SIDE), index % SIDE];
  return Math.cos(((2 * x + 1) * u * Math.PI) / (2 * SIDE));
});

/** Coefficients nearer to each other than this are taken as equal: what is left of a plain picture by rounding. */
const STEP = 1e-3;

/** 16 hexadecimal digits, the lowest frequency first; null for a picture without pixels. */
export function perceptualHash(picture: GreyPicture): string | null {
  if (picture.width < 1 || picture.height < 1) return null;
  const coefficients = lowFrequencies(averaged(picture));
  const sorted = Float64Array.from(coefficients.subarray(1)).sort();
  const median = sorted[sorted.length >>> 1] as number;
  let hash = 0n;
  for (const coefficient of coefficients) hash = (hash << 1n) | (coefficient > median + STEP ? 1n : 0n);
  return hash.toString(16).padStart(16, "0");
}

/** Bits in which two hashes differ. */
export function hammingDistance(a: string, b: string): number {
  let bits = BigInt(`0x${a}`) ^ BigInt(`0x${b}`);
  let count = 0;
  for (; bits > 0n; bits &= bits - 1n) count += 1;
  return count;
}

/** The mean of the pixels under each of 32 × 32 equal fields; pixels on a border count with their share. */
function averaged({ width, height, pixels }: GreyPicture): Float64Array {
  const across = new Float64Array(SIDE * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < SIDE; x++) across[y * SIDE + x] = meanOf(pixels, y * width, 1, width, x);
  }
  const fields = new Float64Array(SIDE * SIDE);
  for (let y = 0; y < SIDE; y++) {
    for (let x = 0; x < SIDE; x++) fields[y * SIDE + x] = meanOf(across, x, SIDE, height, y);
  }
  return fields;
}

/** Mean of field `index` of 32 over `length` values that begin at `from` and lie `step` apart. */
function meanOf(values: Uint8Array | Float64Array, from: number, step: number, length: number, index: number): number {
  const start = (index * length) / SIDE;
  const end = ((index + 1) * length) / SIDE;
  let sum = 0;
  for (let at = Math.floor(start); at < end; at++) {
    const share = Math.min(end, at + 1) - Math.max(start, at);
    sum += share * (values[from + at * step] as number);
  }
  return sum / (end - start);
}

function lowFrequencies(fields: Float64Array): Float64Array {
  const rows = new Float64Array(LOW * SIDE);
  for (let y = 0; y < SIDE; y++) {
    for (let u = 0; u < LOW; u++) {
      let sum = 0;
      for (let x = 0; x < SIDE; x++) sum += (fields[y * SIDE + x] as number) * (COSINES[u * SIDE + x] as number);
      rows[u * SIDE + y] = sum;
    }
  }
  const out = new Float64Array(LOW * LOW);
  for (let v = 0; v < LOW; v++) {
    for (let u = 0; u < LOW; u++) {
      let sum = 0;
      for (let y = 0; y < SIDE; y++) sum += (rows[u * SIDE + y] as number) * (COSINES[v * SIDE + y] as number);
      out[v * LOW + u] = sum;
    }
  }
  return out;
}
