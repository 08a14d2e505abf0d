/** How a chunk goes from the one who encodes it to the one who writes it. */

import { Buffer } from "node:buffer";

const nothing = new Uint8Array(0);

/**
 * A chunk of an image as it is stored. Whoever hands chunks over owns one such cursor and fills it anew for each of them, so that
 * no chunk costs an object or a view; it and what it points to are borrowed until the owner's next chunk.
 */
export class EncodedChunk {
  /** Holds the stored bytes, a checksum included, from `from` on. */
  bytes: Uint8Array = nothing;
  from = 0;
  length = 0;
  compressed = false;
  /** Holds the digest of the chunk's own bytes from `digestFrom` on, where the format keeps one. */
  digests: Uint8Array = nothing;
  digestFrom = 0;

  /** Points to stored bytes; the digest stays as it is. Returns the cursor. */
  over(bytes: Uint8Array, from: number, length: number, compressed: boolean): this {
    this.bytes = bytes;
    this.from = from;
    this.length = length;
    this.compressed = compressed;
    return this;
  }
}

/** Whether a chunk holds nothing but zeros; `zeros` are as many as a full chunk has. */
export function isZero(raw: Uint8Array, zeros: Buffer): boolean {
  // Most chunks that are not empty say so in the first byte or the last.
  if (raw[0] !== 0 || raw[raw.length - 1] !== 0) return false;
  // Comparing a part of an array costs more than comparing all of it.
  if (raw.length === zeros.length) return Buffer.compare(zeros, raw) === 0;
  return zeros.compare(raw, 0, raw.length, 0, raw.length) === 0;
}
