/** How the chunks of each format are encoded. */
import { Aff4ChunkEncoder, DIGEST_BYTES } from "../../../native-free/images/aff4/chunk-codec.ts";
import { CHUNK_BYTES } from "../../../native-free/images/aff4/layouts.ts";
import type { EncodedChunk } from "../../../native-free/images/encoded-chunk.ts";
import { EwfChunkEncoder } from "../../../native-free/images/ewf/chunk-codec.ts";
import { SECTORS_PER_CHUNK } from "../../../native-free/images/ewf/layouts.ts";
import type { Compression } from "./image-body.ts";
import { SlotPacker } from "./packed-slot.ts";

export type ChunkFormat = "e01" | "aff4";

/** Bytes of a chunk's own hash in formats that keep them. */
export const digestBytes: Readonly<Record<ChunkFormat, number>> = { e01: 0, aff4: DIGEST_BYTES };

export const ewfLevels = { none: 0, fast: 1, best: 9 } as const;
export const aff4Methods = { none: "none", fast: "lz4", best: "deflate" } as const;

export function chunkBytesOf(format: ChunkFormat, sectorBytes: number): number {
  return format === "e01" ? SECTORS_PER_CHUNK * sectorBytes : CHUNK_BYTES;
}

/** What `encode` returns is valid until its next call. */
export interface ChunkEncoder {
  encode(raw: Uint8Array): EncodedChunk;
}

/** An encoder for one thread. */
export function chunkEncoder(format: ChunkFormat, compression: Compression, chunkBytes: number): ChunkEncoder {
  if (format === "aff4") return new Aff4ChunkEncoder(aff4Methods[compression]);
  return new EwfChunkEncoder(ewfLevels[compression], chunkBytes);
}

/** Encodes slots of the medium into packed slots, on one thread. */
export class SlotEncoder {
  readonly #encoder: ChunkEncoder;
  readonly #chunkBytes: number;
  readonly #digestBytes: number;
  /** The slots of a ring come round again, and their chunks with them: each has one view for good. */
  readonly #views = new Map<Uint8Array, readonly Uint8Array[]>();

  constructor(format: ChunkFormat, compression: Compression, chunkBytes: number) {
    this.#encoder = chunkEncoder(format, compression, chunkBytes);
    this.#chunkBytes = chunkBytes;
    this.#digestBytes = digestBytes[format];
  }

  /** Packs the chunks of `slot` behind the first `skip`, if there are any, into `out`; returns the bytes that they take. */
  encode(slot: Uint8Array, skip: number, out: Uint8Array): number {
    const chunks = this.#chunksOf(slot);
    const packer = new SlotPacker(out, Math.max(0, chunks.length - skip), this.#digestBytes);
    for (let chunk = skip; chunk < chunks.length; chunk++) packer.add(this.#encoder.encode(chunks[chunk]));
    return packer.bytes;
  }

  #chunksOf(slot: Uint8Array): readonly Uint8Array[] {
    const known = this.#views.get(slot);
    if (known) return known;
    const size = this.#chunkBytes;
    const count = Math.ceil(slot.length / size);
    const made = Array.from({ length: count }, (_, chunk) => slot.subarray(chunk * size, (chunk + 1) * size));
    this.#views.set(slot, made);
    return made;
  }
}
