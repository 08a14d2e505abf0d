/**
 * Chunks: a zlib stream, or where that is not smaller the bytes themselves and their Adler-32.
 * Specification: libyal, "Expert Witness Compression Format (EWF)", sections "Data chunk" and "Zlib compressed data".
 */
import { Buffer } from "node:buffer";
import { deflateSync } from "node:zlib";
import { adler32 } from "../../kernels/adler32.ts";
import { deflateKernel } from "../../kernels/deflate-kernel.ts";
import { inflateInto } from "../../kernels/inflate-into.ts";

/** 0 stores, 1 is "fast", 9 is "best". */
export type EwfLevel = 0 | 1 | 9;

export interface EncodedChunk {
  /** As stored, the checksum included. Borrowed: valid until the next call on this thread; of zeros, shared. */
  readonly bytes: Uint8Array;
  readonly compressed: boolean;
}

const CHECKSUM_BYTES = 4;
const zeros = new Map<number, Buffer>();
const encodedZeros = new Map<string, EncodedChunk>();

function isZero(raw: Uint8Array): boolean {
  // Most chunks that are not empty say so in the first byte or the last.
  if (raw[0] !== 0 || raw.at(-1) !== 0) return false;
  const blank = zeros.get(raw.length) ?? Buffer.alloc(raw.length);
  zeros.set(raw.length, blank);
  return Buffer.compare(blank, raw) === 0;
}

function encodedZero(length: number, level: EwfLevel): EncodedChunk {
  const key = `${length}:${level}`;
  const known = encodedZeros.get(key);
  if (known) return known;
  const made = { bytes: deflateSync(new Uint8Array(length), { level }), compressed: true };
  encodedZeros.set(key, made);
  return made;
}

/** A buffer for `encodeChunk` that takes chunks up to `chunkBytes`; one per thread. */
export function chunkScratch(chunkBytes: number): Uint8Array {
  return new Uint8Array(chunkBytes + CHECKSUM_BYTES);
}

function stored(raw: Uint8Array, checksum: number, scratch: Uint8Array): EncodedChunk {
  scratch.set(raw);
  const end = raw.length;
  scratch[end] = checksum & 0xff;
  scratch[end + 1] = (checksum >>> 8) & 0xff;
  scratch[end + 2] = (checksum >>> 16) & 0xff;
  scratch[end + 3] = checksum >>> 24;
  return { bytes: scratch.subarray(0, end + CHECKSUM_BYTES), compressed: false };
}

/** One chunk as it is stored. `raw` holds at least one byte; chunks of zeros cost a comparison. */
export function encodeChunk(raw: Uint8Array, level: EwfLevel, scratch: Uint8Array): EncodedChunk {
  if (level === 0) return stored(raw, deflateKernel().adler32(raw), scratch);
  if (isZero(raw)) return encodedZero(raw.length, level);
  const kernel = deflateKernel();
  if (level === 1 && raw.length <= kernel.mostInput) {
    const bytes = kernel.zlib(raw, true);
    return bytes === null ? stored(raw, kernel.adler32(raw), scratch) : { bytes, compressed: true };
  }
  const packed = deflateSync(raw, { level, chunkSize: raw.length + 1024 });
  if (packed.length < raw.length) return { bytes: packed, compressed: true };
  // A zlib stream ends with the Adler-32 of what it holds.
  return stored(raw, packed.readUInt32BE(packed.length - CHECKSUM_BYTES), scratch);
}

/** Why a chunk could not be had. */
export type ChunkProblem = "truncated" | "checksum" | "zlib" | "short" | "table-entry";

/** Tableau TD3 wrote final stored blocks whose length complement is zero, which zlib refuses (RFC 1951, 3.2.4). */
function withoutComplement(packed: Uint8Array, limit: number): Uint8Array | null {
  if (packed.length < 11 || (packed[2]! & 7) !== 1 || packed[5] !== 0 || packed[6] !== 0) return null;
  const length = packed[3]! | (packed[4]! << 8);
  if (length > limit || 7 + length + CHECKSUM_BYTES > packed.length) return null;
  const sum = new DataView(packed.buffer, packed.byteOffset + 7 + length, CHECKSUM_BYTES).getUint32(0);
  return adler32(packed, 7, 7 + length) === sum ? packed.subarray(7, 7 + length) : null;
}

function inflated(packed: Uint8Array, expected: number, chunkBytes: number): Uint8Array | ChunkProblem {
  // One byte more than a chunk has shows a stream that is too long.
  const raw = Buffer.allocUnsafeSlow(chunkBytes + 1);
  const length = inflateInto(packed, raw);
  if (length < 0) return withoutComplement(packed, chunkBytes)?.subarray(0, expected) ?? "zlib";
  return length < expected ? "short" : raw.subarray(0, expected);
}

function checked(bytes: Uint8Array, length: number): boolean {
  if (bytes.length < length + CHECKSUM_BYTES) return false;
  const sum = new DataView(bytes.buffer, bytes.byteOffset + length, CHECKSUM_BYTES).getUint32(0, true);
  return adler32(bytes, 0, length) === sum;
}

/**
 * The first `expected` bytes of a chunk from its stored form; the last chunk of an image may be stored short or full.
 * `bytes` may hold more than the chunk behind it.
 */
export function decodeChunk(
  bytes: Uint8Array,
  compressed: boolean,
  expected: number,
  chunkBytes: number,
): Uint8Array | ChunkProblem {
  if (compressed) return inflated(bytes, expected, chunkBytes);
  if (bytes.length < expected + CHECKSUM_BYTES) return "truncated";
  if (checked(bytes, expected) || (expected < chunkBytes && checked(bytes, chunkBytes)))
    return bytes.subarray(0, expected);
  return "checksum";
}
