/** How contents are packed: deflated where that pays, else stored. The same bytes always give the same result. */
import { crc32, deflateRawSync } from "node:zlib";
import { addToHistogram, entropyOf } from "../../typing/entropy.ts";

export interface PackedContent {
  readonly method: 0 | 8;
  readonly crc32: number;
  readonly size: number;
  /** Borrowed from `bytes` where they are stored. */
  readonly packed: Uint8Array;
}

/** Smaller than this, headers outweigh what deflating saves. */
const leastBytes = 128;
/** Pictures, films and archives are told by the entropy of this many bytes from the middle, far cheaper than by deflating. */
const entropyBytes = 4096;
/** Bits per byte; 4096 random bytes have 7.95, the text of any language less than 6. */
const packedEntropy = 7.8;
const sampleBytes = 32 * 1024;
/** Fast: what is kept here is hashed at the same time, and evidence is mostly packed already. */
const level = 1;

/** Bytes up to `packLimitBytes`. */
export function packContent(bytes: Uint8Array): PackedContent {
  const facts = { crc32: crc32(bytes), size: bytes.length };
  const stored: PackedContent = { ...facts, method: 0, packed: bytes };
  if (bytes.length < leastBytes || looksPacked(bytes)) return stored;
  if (bytes.length > 4 * sampleBytes && !pays(bytes)) return stored;
  const packed = deflateRawSync(bytes, { level });
  return isWorth(packed.length, bytes.length) ? { ...facts, method: 8, packed } : stored;
}

function looksPacked(bytes: Uint8Array): boolean {
  if (bytes.length < entropyBytes) return false;
  const histogram = new Uint32Array(256);
  addToHistogram(histogram, middle(bytes, entropyBytes));
  return entropyOf(histogram, entropyBytes) > packedEntropy;
}

/** A sample decides on what is large. */
function pays(bytes: Uint8Array): boolean {
  return isWorth(deflateRawSync(middle(bytes, sampleBytes), { level }).length, sampleBytes);
}

function middle(bytes: Uint8Array, length: number): Uint8Array {
  const from = (bytes.length - length) >> 1;
  return bytes.subarray(from, from + length);
}

function isWorth(packed: number, plain: number): boolean {
  return packed < plain - (plain >> 5);
}
