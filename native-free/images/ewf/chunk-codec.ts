/**
 * Chunks: a zlib stream, or where that is not smaller the bytes themselves and their Adler-32.
 * Specification: libyal, "Expert Witness Compression Format (EWF)", sections "Data chunk" and "Zlib compressed data".
 */
import { Buffer } from "node:buffer";
import { deflateSync } from "node:zlib";
import { copyBytes } from "../../bytes/copy-bytes.ts";
import { adler32 } from "../../kernels/adler32.ts";
import { deflateKernel } from "../../kernels/deflate-kernel.ts";
import { inflateInto } from "../../kernels/inflate-into.ts";
import { EncodedChunk, isZero } from "../encoded-chunk.ts";

/** 0 stores, 1 is "fast", 9 is "best". */
export type EwfLevel = 0 | 1 | 9;

const CHECKSUM_BYTES = 4;

/** Encodes the chunks of one image, on one thread. Nothing is allocated for a chunk. */
export class EwfChunkEncoder {
  readonly #level: EwfLevel;
  readonly #kernel = deflateKernel();
  readonly #chunk = new EncodedChunk();
  readonly #stored: Uint8Array;
  readonly #zeros: Buffer;
  /** What chunks of zeros become, by their length. */
  readonly #encodedZeros = new Map<number, Uint8Array>();

  /** For chunks up to `chunkBytes`. */
  constructor(level: EwfLevel, chunkBytes: number) {
    this.#level = level;
    this.#stored = new Uint8Array(chunkBytes + CHECKSUM_BYTES);
    this.#zeros = Buffer.alloc(chunkBytes);
  }

  /** One chunk as it is stored, valid until the next call. `raw` holds at least one byte; chunks of zeros cost a comparison. */
  encode(raw: Uint8Array): EncodedChunk {
    if (raw.length === 0 || raw.length > this.#zeros.length) throw new RangeError(`a chunk of ${raw.length} bytes`);
    const kernel = this.#kernel;
    const level = this.#level;
    if (level === 0) return this.#store(raw, kernel.adler32(raw));
    if (isZero(raw, this.#zeros)) return this.#zero(raw.length);
    if (raw.length <= kernel.mostInput) {
      const length = kernel.zlib(raw, true, level);
      return length === 0 ? this.#store(raw, kernel.adler32(raw)) : this.#chunk.over(kernel.output, 0, length, true);
    }
    return this.#deflated(raw);
  }

  #zero(length: number): EncodedChunk {
    let bytes = this.#encodedZeros.get(length);
    if (!bytes) {
      bytes = deflateSync(new Uint8Array(length), { level: this.#level });
      this.#encodedZeros.set(length, bytes);
    }
    return this.#chunk.over(bytes, 0, bytes.length, true);
  }

  /** A chunk longer than any of an acquisition: node:zlib makes a stream and a buffer for it. */
  #deflated(raw: Uint8Array): EncodedChunk {
    const packed = deflateSync(raw, { level: this.#level, chunkSize: raw.length + 1024 });
    if (packed.length < raw.length) return this.#chunk.over(packed, 0, packed.length, true);
    // A zlib stream ends with the Adler-32 of what it holds.
    return this.#store(raw, packed.readUInt32BE(packed.length - CHECKSUM_BYTES));
  }

  #store(raw: Uint8Array, checksum: number): EncodedChunk {
    const stored = this.#stored;
    const end = raw.length;
    copyBytes(raw, 0, end, stored, 0);
    stored[end] = checksum & 0xff;
    stored[end + 1] = (checksum >>> 8) & 0xff;
    stored[end + 2] = (checksum >>> 16) & 0xff;
    stored[end + 3] = checksum >>> 24;
    return this.#chunk.over(stored, 0, end + CHECKSUM_BYTES, false);
  }
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
