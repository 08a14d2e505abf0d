/** Thread entry: writes the bytes of the ring as they are, into one file or into files of a given size. */
import { RingReader } from "../../../workers/ring.ts";
import { runPart } from "../part.ts";
import { plainly, targetFilesOf, type WriteData, type WrittenTarget } from "./write-thread.ts";

await runPart<WriteData, WrittenTarget>(async (data, _, note) => {
  const { target, standing } = data;
  const files = targetFilesOf(data, note);
  const stream = new RingReader(data.rings[0], data.reader);
  const limit = target.segmentBytes ?? Infinity;
  let room = limit - (standing.segments.at(-1)?.size ?? 0);
  let skip = standing.bytes;
  try {
    if (standing.bytes === 0) files.beginSegment(1);
    for (let bytes = stream.next(); bytes !== null; bytes = stream.next()) {
      const passed = Math.min(skip, bytes.length);
      skip -= passed;
      for (let at = passed; at < bytes.length;) {
        if (room === 0) {
          files.endSegment();
          files.beginSegment(files.segments.length + 1);
          room = limit;
        }
        const count = Math.min(room, bytes.length - at);
        files.write(bytes, at, count);
        at += count;
        room -= count;
      }
      stream.release();
      const syncing = files.syncNow();
      if (syncing) await syncing;
    }
    await files.settle();
    files.endSegment();
    return plainly(files.segments);
  } finally {
    files.abandon();
  }
});
