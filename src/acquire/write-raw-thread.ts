/** Thread entry: writes the bytes of the ring as they are, into one file or into files of a given size. */
import { RingReader, type RingMemory } from "../../workers/ring.ts";
import { segmentName, type ImagePlan } from "./image-plan.ts";
import { runPart } from "./part.ts";
import { SegmentFiles, type WrittenSegment } from "./segment-files.ts";

export interface WriteRawData {
  readonly ring: RingMemory;
  readonly reader: number;
  readonly plan: ImagePlan;
}

await runPart<WriteRawData, readonly WrittenSegment[]>(({ ring, reader, plan }) => {
  const files = new SegmentFiles(plan.folder, (number) => segmentName(plan, number));
  const stream = new RingReader(ring, reader);
  const limit = plan.segmentBytes ?? Infinity;
  let room = limit;
  try {
    files.beginSegment(1);
    for (let bytes = stream.next(); bytes !== null; bytes = stream.next()) {
      for (let at = 0; at < bytes.length;) {
        if (room === 0) {
          files.endSegment();
          files.beginSegment(files.segments.length + 1);
          room = limit;
        }
        const count = Math.min(room, bytes.length - at);
        files.write(count === bytes.length ? bytes : bytes.subarray(at, at + count));
        at += count;
        room -= count;
      }
      stream.release();
    }
    files.endSegment();
    return files.segments;
  } finally {
    files.abandon();
  }
});
