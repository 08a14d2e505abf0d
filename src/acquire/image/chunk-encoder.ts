/** How the chunks of each format are encoded. */
import { aff4Scratch, encodeAff4Chunk } from "../../../native-free/images/aff4/chunk-codec.ts";
import { CHUNK_BYTES } from "../../../native-free/images/aff4/layouts.ts";
import { chunkScratch, encodeChunk } from "../../../native-free/images/ewf/chunk-codec.ts";
import { SECTORS_PER_CHUNK } from "../../../native-free/images/ewf/layouts.ts";
import type { Compression } from "./image-body.ts";
import type { StoredChunk } from "./packed-slot.ts";

export type ChunkFormat = "e01" | "aff4";

/** Bytes of a chunk's own hash in formats that keep them. */
export const digestBytes: Readonly<Record<ChunkFormat, number>> = { e01: 0, aff4: 32 };

export const ewfLevels = { none: 0, fast: 1, best: 9 } as const;
export const aff4Methods = { none: "none", fast: "lz4", best: "deflate" } as const;

export function chunkBytesOf(format: ChunkFormat, sectorBytes: number): number {
  return format === "e01" ? SECTORS_PER_CHUNK * sectorBytes : CHUNK_BYTES;
}

/** An encoder for one thread; what it returns is valid until its next call. */
export function chunkEncoder(
  format: ChunkFormat,
  compression: Compression,
  chunkBytes: number,
): (raw: Uint8Array) => StoredChunk {
  if (format === "aff4") {
    const [method, buffers] = [aff4Methods[compression], aff4Scratch()];
    return (raw) => encodeAff4Chunk(raw, method, buffers);
  }
  const [level, scratch] = [ewfLevels[compression], chunkScratch(chunkBytes)];
  return (raw) => encodeChunk(raw, level, scratch);
}
