/**
 * Chunks of an ImageStream: stored where their length is that of a chunk, else compressed. The last is padded with zeros.
 * Specification: AFF4 Standard 1.0a, section 3.2; RFC 1951; lz4 block format; Snappy.
 */
import { Buffer } from "node:buffer";
import { hash } from "node:crypto";
import { inflateRawSync, inflateSync } from "node:zlib";
import { deflateKernel } from "../../kernels/deflate-kernel.ts";
import { decodeLz4Block, encodeLz4Block, lz4Bound } from "../../kernels/lz4-block.ts";
import { CHUNK_BYTES } from "./layouts.ts";
import { decodeSnappyBlock } from "./snappy.ts";
import type { Codec } from "./vocabulary.ts";

export type Aff4Compression = "none" | "deflate" | "lz4";

export interface EncodedAff4Chunk {
  /** As stored. Borrowed from `raw`, the scratch or the thread: valid until the next call; of zeros, shared. */
  readonly bytes: Uint8Array;
  readonly compressed: boolean;
  /** SHA-256 of the chunk before compression, its padding included. */
  readonly digest: Uint8Array;
}

/** Section 3.2: what compression saves must be more than this, or the chunk is stored. */
const LEAST_SAVED = 16;
const zeros = Buffer.alloc(CHUNK_BYTES);
const encodedZeros = new Map<Aff4Compression, EncodedAff4Chunk>();

/** Buffers for `encodeAff4Chunk`; one per thread. */
export interface Aff4Scratch {
  readonly raw: Uint8Array;
  readonly packed: Uint8Array;
}

export function aff4Scratch(): Aff4Scratch {
  return { raw: new Uint8Array(CHUNK_BYTES), packed: new Uint8Array(lz4Bound(CHUNK_BYTES)) };
}

const sha256 = (bytes: Uint8Array): Uint8Array => hash("sha256", bytes, "buffer");

/** One chunk as it is stored. `raw` holds 1 to 32,768 bytes; chunks of zeros cost a comparison. */
export function encodeAff4Chunk(raw: Uint8Array, compression: Aff4Compression, scratch: Aff4Scratch): EncodedAff4Chunk {
  if (raw.length === 0 || raw.length > CHUNK_BYTES) throw new RangeError(`a chunk of ${raw.length} bytes`);
  // Most chunks that are not empty say so in the first byte or the last.
  if (raw[0] === 0 && raw.at(-1) === 0 && zeros.compare(raw, 0, raw.length, 0, raw.length) === 0) {
    const known = encodedZeros.get(compression);
    if (known) return known;
    const { bytes, compressed, digest } = packed(zeros, compression, scratch);
    const made = { bytes: bytes.slice(), compressed, digest };
    encodedZeros.set(compression, made);
    return made;
  }
  if (raw.length === CHUNK_BYTES) return packed(raw, compression, scratch);
  scratch.raw.set(raw);
  scratch.raw.fill(0, raw.length);
  return packed(scratch.raw, compression, scratch);
}

function packed(raw: Uint8Array, compression: Aff4Compression, scratch: Aff4Scratch): EncodedAff4Chunk {
  const digest = sha256(raw);
  const stored = { bytes: raw, compressed: false, digest };
  if (compression === "none" || deflateKernel().looksIncompressible(raw)) return stored;
  const limit = CHUNK_BYTES - LEAST_SAVED - 1;
  if (compression === "lz4") {
    const length = encodeLz4Block(raw, scratch.packed, limit);
    return length === 0 ? stored : { bytes: scratch.packed.subarray(0, length), compressed: true, digest };
  }
  const bytes = deflateKernel().raw(raw);
  return bytes === null || bytes.length > limit ? stored : { bytes, compressed: true, digest };
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
