/** Thread entry: encodes its share of the slots of the ring as chunks of an image. */
import { RingReader, RingWriter, type RingMemory } from "../../../workers/ring.ts";
import { SlotEncoder, type ChunkFormat } from "./chunk-encoder.ts";
import type { Compression } from "./image-body.ts";
import { runPart } from "../part.ts";

export interface CompressData {
  readonly ring: RingMemory;
  readonly reader: number;
  /** Slots whose index modulo `of` is `share`. */
  readonly share: number;
  readonly of: number;
  readonly out: RingMemory;
  readonly format: ChunkFormat;
  readonly compression: Compression;
  readonly chunkBytes: number;
  /** Chunks that stand already: they are passed over. */
  readonly skipChunks: number;
}

await runPart<CompressData, null>((data) => {
  const { ring, share, of, chunkBytes, skipChunks } = data;
  const stream = new RingReader(ring, data.reader);
  const packed = new RingWriter(data.out);
  const encoder = new SlotEncoder(data.format, data.compression, chunkBytes);
  const chunksPerSlot = ring.slotBytes / chunkBytes;
  for (let bytes = stream.next(); bytes !== null; bytes = stream.next()) {
    if (stream.position % of === share) {
      const skip = Math.max(0, skipChunks - stream.position * chunksPerSlot);
      packed.publish(encoder.encode(bytes, skip, packed.acquire()));
    }
    stream.release();
  }
  packed.end();
  return null;
});
