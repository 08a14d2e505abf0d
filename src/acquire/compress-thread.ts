/** Thread entry: encodes its share of the slots of the ring as E01 chunks. */
import { chunkScratch, encodeChunk, type EwfLevel } from "../../native-free/images/ewf/chunk-codec.ts";
import { RingReader, RingWriter, type RingMemory } from "../../workers/ring.ts";
import { SlotPacker } from "./packed-slot.ts";
import { runPart } from "./part.ts";

export interface CompressData {
  readonly ring: RingMemory;
  readonly reader: number;
  /** Slots whose index modulo `of` is `share`. */
  readonly share: number;
  readonly of: number;
  readonly out: RingMemory;
  readonly chunkBytes: number;
  readonly level: EwfLevel;
}

await runPart<CompressData, null>(({ ring, reader, share, of, out, chunkBytes, level }) => {
  const stream = new RingReader(ring, reader);
  const packed = new RingWriter(out);
  const scratch = chunkScratch(chunkBytes);
  for (let bytes = stream.next(); bytes !== null; bytes = stream.next()) {
    if (stream.position % of === share) {
      const packer = new SlotPacker(packed.acquire(), Math.ceil(bytes.length / chunkBytes));
      for (let at = 0; at < bytes.length; at += chunkBytes) {
        packer.add(encodeChunk(bytes.subarray(at, at + chunkBytes), level, scratch));
      }
      packed.publish(packer.bytes);
    }
    stream.release();
  }
  packed.end();
  return null;
});
