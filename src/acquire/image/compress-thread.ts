/** Thread entry: encodes its share of the slots of the ring as chunks of an image. */
import { RingReader, RingWriter, type RingMemory } from "../../../workers/ring.ts";
import { chunkEncoder } from "./chunk-encoder.ts";
import type { Compression } from "./image-body.ts";
import { SlotPacker } from "./packed-slot.ts";
import { runPart } from "../part.ts";

export interface CompressData {
  readonly ring: RingMemory;
  readonly reader: number;
  /** Slots whose index modulo `of` is `share`. */
  readonly share: number;
  readonly of: number;
  readonly out: RingMemory;
  readonly format: "e01" | "aff4";
  readonly compression: Compression;
  readonly chunkBytes: number;
  /** Chunks that stand already: they are passed over. */
  readonly skipChunks: number;
}

await runPart<CompressData, null>((data) => {
  const { ring, share, of, chunkBytes, skipChunks } = data;
  const stream = new RingReader(ring, data.reader);
  const packed = new RingWriter(data.out);
  const encode = chunkEncoder(data.format, data.compression, chunkBytes);
  const chunksPerSlot = ring.slotBytes / chunkBytes;
  for (let bytes = stream.next(); bytes !== null; bytes = stream.next()) {
    if (stream.position % of === share) {
      const skip = Math.max(0, skipChunks - stream.position * chunksPerSlot);
      const chunks = Math.ceil(bytes.length / chunkBytes);
      const packer = new SlotPacker(packed.acquire(), Math.max(0, chunks - skip));
      for (let at = skip * chunkBytes; at < bytes.length; at += chunkBytes) {
        packer.add(encode(bytes.subarray(at, at + chunkBytes)));
      }
      packed.publish(packer.bytes);
    }
    stream.release();
  }
  packed.end();
  return null;
});
