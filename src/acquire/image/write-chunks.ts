/** The loop of a writer of chunks: takes the slots of the compression threads in turn. */
import type { EncodedChunk } from "../../../native-free/images/encoded-chunk.ts";
import { RingReader } from "../../../workers/ring.ts";
import { SlotUnpacker } from "./packed-slot.ts";
import type { SegmentFiles } from "./segment-files.ts";
import type { WriteData } from "./write-thread.ts";

/** Hands over every chunk in order, borrowed, and lets the system keep up. Throws what `add` and the files throw, and RingAborted. */
export async function writeChunks(
  { rings, reader: number }: WriteData,
  files: SegmentFiles,
  digestBytes: number,
  add: (chunk: EncodedChunk) => void,
): Promise<void> {
  const readers = rings.map((ring) => new RingReader(ring, number));
  const unpacker = new SlotUnpacker(digestBytes);
  for (let turn = 0; ; turn++) {
    const reader = readers[turn % readers.length];
    const slot = reader.next();
    if (slot === null) return;
    unpacker.open(slot);
    for (let chunk = unpacker.next(); chunk !== null; chunk = unpacker.next()) add(chunk);
    reader.release();
    const syncing = files.syncNow();
    if (syncing) await syncing;
  }
}
