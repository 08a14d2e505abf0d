/** Thread entry: reads an image from its files into the ring. */
import type { ByteSource } from "../../../native-free/bytes/byte-source.ts";
import { RingWriter, type RingMemory } from "../../../workers/ring.ts";
import { openImage, type ReadableFormat, type SegmentPath } from "./open-image.ts";
import { runPart } from "../part.ts";

export interface ImageReadData {
  readonly ring: RingMemory;
  readonly files: readonly SegmentPath[];
  readonly format: ReadableFormat;
}

export interface ImageReadResult {
  /** Bytes of the medium that the image says it holds. */
  readonly size: number;
  readonly fileBytes: number;
  /** Hashes kept in the image itself, in hex by algorithm. */
  readonly stored: Readonly<Record<string, string>>;
  /** What the reader of the format found wrong, as sentences. */
  readonly findings: readonly string[];
}

await runPart<ImageReadData, ImageReadResult>(({ ring, files, format }) => {
  const opened = openImage(files, format);
  try {
    pumpAll(opened.source, ring);
    const { source, fileBytes, stored } = opened;
    return { size: source.size, fileBytes, stored, findings: opened.findings() };
  } finally {
    opened.close();
  }
});

function pumpAll(source: ByteSource, memory: RingMemory): void {
  const ring = new RingWriter(memory);
  for (let at = 0; at < source.size;) {
    const slot = ring.acquire();
    const count = Math.min(slot.length, source.size - at);
    source.readInto(count === slot.length ? slot : slot.subarray(0, count), at);
    ring.publish(count);
    at += count;
  }
  ring.end();
}
