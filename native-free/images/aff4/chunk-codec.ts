/**
 * Chunks of an ImageStream: stored where their length is that of a chunk, else compressed. The last is padded with zeros.
 * Specification: AFF4 Standard 1.0a, section 3.2; RFC 1951; lz4 block format; Snappy.
 */
import { Buffer } from "node:buffer";
import { inflateRawSync, inflateSync } from "node:zlib";
import { blake2b } from "../../kernels/blake2b.ts";
import { deflateKernel } from "../../kernels/deflate-kernel.ts";
import { decodeLz4Block, encodeLz4Block, lz4Bound } from "../../kernels/lz4-block.ts";
import { EncodedChunk, isZero } from "../encoded-chunk.ts";
import { CHUNK_BYTES } from "./layouts.ts";
import { decodeSnappyBlock } from "./snappy.ts";
import { WRITTEN_BLOCK_HASH, type Codec } from "./vocabulary.ts";

export type Aff4Compression = "none" | "deflate" | "lz4";

/** Section 3.2: what compression saves must be more than this, or the chunk is stored. */
const LEAST_SAVED = 16;
const MOST_PACKED = CHUNK_BYTES - LEAST_SAVED - 1;
export const DIGEST_BYTES = WRITTEN_BLOCK_HASH.bytes;
const zeros = Buffer.alloc(CHUNK_BYTES);

/** Encodes the chunks of one image, on one thread. Nothing is allocated for a chunk. */
export class Aff4ChunkEncoder {
  readonly #compression: Aff4Compression;
  readonly #kernel = deflateKernel();
  readonly #blake2b = blake2b();
  readonly #chunk = new EncodedChunk();
  readonly #padded = new Uint8Array(CHUNK_BYTES);
  readonly #packed = new Uint8Array(lz4Bound(CHUNK_BYTES));
  readonly #digest = new Uint8Array(DIGEST_BYTES);
  /** What a chunk of zeros becomes, once there was one. */
  #zero: EncodedChunk | null = null;

  constructor(compression: Aff4Compression) {
    this.#compression = compression;
  }

  /**
   * One chunk as it is stored, with its BLAKE2b before compression, its padding included; valid until the next call. It may
   * point into `raw`, which holds 1 to 32,768 bytes. Chunks of zeros cost a comparison.
   */
  encode(raw: Uint8Array): EncodedChunk {
    if (raw.length === 0 || raw.length > CHUNK_BYTES) throw new RangeError(`a chunk of ${raw.length} bytes`);
    if (isZero(raw, zeros)) {
      this.#zero ??= this.#encodedZero();
      return this.#zero;
    }
    if (raw.length === CHUNK_BYTES) return this.#encode(raw);
    this.#padded.set(raw);
    this.#padded.fill(0, raw.length);
    return this.#encode(this.#padded);
  }

  #encodedZero(): EncodedChunk {
    const { bytes, from, length, compressed, digests } = this.#encode(zeros);
    // Not `slice`, which of a Buffer is a view of what the next chunk overwrites.
    const kept = new EncodedChunk().over(Uint8Array.from(bytes.subarray(from, from + length)), 0, length, compressed);
    kept.digests = Uint8Array.from(digests);
    return kept;
  }

  #encode(raw: Uint8Array): EncodedChunk {
    this.#blake2b.digest(raw, this.#digest, 0);
    const chunk = this.#chunk;
    chunk.digests = this.#digest;
    const kernel = this.#kernel;
    chunk.over(raw, 0, CHUNK_BYTES, false);
    if (this.#compression === "none" || kernel.looksIncompressible(raw)) return chunk;
    if (this.#compression === "lz4") {
      const length = encodeLz4Block(raw, this.#packed, MOST_PACKED);
      return length === 0 ? chunk : chunk.over(this.#packed, 0, length, true);
    }
    const length = kernel.raw(raw);
    if (length === 0 || length > MOST_PACKED) return chunk;
    return chunk.over(kernel.output, kernel.rawFrom, length, true);
  }
}

/** Why a chunk could not be had. */
export type Aff4ChunkProblem = "index-entry" | "truncated" | "not-unpacked" | "block-hash" | "short";

function inflated(bytes: Uint8Array, target: Uint8Array, chunkBytes: number): number {
  const options = { maxOutputLength: chunkBytes };
  for (const inflate of [inflateRawSync, inflateSync]) {
    try {
      const raw = inflate(bytes, options);
      target.set(raw);
      return raw.length;
    } catch {
      // Not this form: the address of the method does not always say which of the two it is.
    }
  }
  return -1;
}

/** Some writers put the length in front of the block, as a 32-bit number. */
function unpackedLz4(bytes: Uint8Array, target: Uint8Array, chunkBytes: number): number {
  const plain = decodeLz4Block(bytes, target);
  if (plain !== -1 || bytes.length < 5) return plain;
  const declared = new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0, true);
  return declared > chunkBytes ? -1 : decodeLz4Block(bytes.subarray(4), target);
}

/**
 * Unpacks a chunk shorter than `target`, which has the size of a chunk; returns the bytes that it holds, -1 where it cannot be
 * unpacked. Bytes behind them are zero.
 */
export function unpackChunk(bytes: Uint8Array, codec: Codec, target: Uint8Array): number {
  const length = unpackedLength(bytes, codec, target);
  target.fill(0, Math.max(0, length));
  return length;
}

function unpackedLength(bytes: Uint8Array, codec: Codec, target: Uint8Array): number {
  if (codec === "deflate") return inflated(bytes, target, target.length);
  if (codec === "lz4") return unpackedLz4(bytes, target, target.length);
  if (codec === "snappy") return decodeSnappyBlock(bytes, target);
  target.set(bytes);
  return bytes.length;
}
