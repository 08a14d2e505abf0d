/**
 * The compressing half of a stage: every n-th slot of the ring goes to one of n threads, each of which has a ring of its
 * own to the one writer, which takes from them in turn. So the order of chunks does not depend on who is faster.
 */
import { entryUrl } from "../../../workers/entry-url.ts";
import { ringMemory, type RingMemory } from "../../../workers/ring.ts";
import { chunkBytesOf, digestBytes, type ChunkFormat } from "./chunk-encoder.ts";
import type { CompressData } from "./compress-thread.ts";
import type { Compression } from "./image-body.ts";
import { packedSlotBytes } from "./packed-slot.ts";
import { slotBytes } from "./image-plan.ts";
import type { Stage } from "../stage.ts";

export interface CompressionOptions {
  readonly ring: RingMemory;
  /** The readers of `ring` from there on are the threads'. */
  readonly firstReader: number;
  readonly threads: number;
  readonly format: ChunkFormat;
  readonly compression: Compression;
  readonly sectorBytes: number;
  /** Bytes of the medium that stand already, whole chunks or all of it. */
  readonly standingBytes: number;
}

const outSlots = 16;

/** Rings from the threads to the writer, and what starts the threads. */
export function prepareCompression(options: CompressionOptions): {
  readonly rings: readonly RingMemory[];
  start(stage: Stage): void;
} {
  const { ring, firstReader, threads, format, compression, sectorBytes, standingBytes } = options;
  const chunkBytes = chunkBytesOf(format, sectorBytes);
  if (slotBytes % chunkBytes !== 0) throw new RangeError(`no chunks of ${sectorBytes}-byte sectors`);
  const outBytes = packedSlotBytes(slotBytes, chunkBytes, digestBytes[format]);
  const rings = Array.from({ length: threads }, () => ringMemory(outSlots, Math.ceil(outBytes / 4) * 4, 1));
  const skipChunks = Math.ceil(standingBytes / chunkBytes);
  return {
    rings,
    start(stage) {
      for (const [share, out] of rings.entries()) {
        const reader = firstReader + share;
        const data: CompressData = {
          ring,
          reader,
          share,
          of: threads,
          out,
          format,
          compression,
          chunkBytes,
          skipChunks,
        };
        stage.start<null>(entryUrl(import.meta.url, "./compress-thread"), data);
      }
    },
  };
}
