/** Thread entry: takes encoded chunks from the compression threads in turn and writes the E01 set. */
import { EwfWriter } from "../../../native-free/images/ewf/writer.ts";
import { digestBytes, ewfLevels } from "./chunk-encoder.ts";
import { usualSegmentBytes } from "./image-plan.ts";
import { runPart } from "../part.ts";
import type { SegmentFiles } from "./segment-files.ts";
import { writeChunks } from "./write-chunks.ts";
import { plainly, targetFilesOf, type WriteData, type WriteEnding, type WrittenTarget } from "./write-thread.ts";

await runPart<WriteData, WrittenTarget>(async (data, told, note) => {
  const files = targetFilesOf(data, note);
  try {
    const writer = openWriter(data, files);
    await writeChunks(data, files, digestBytes.e01, (chunk) => writer.addChunk(chunk));
    const { size, hashes, errors } = (await told()) as WriteEnding;
    await files.settle();
    const { unnamedBadSectors } = writer.finish({
      md5: Buffer.from(hashes.md5, "hex"),
      sha1: Buffer.from(hashes.sha1, "hex"),
      badSectors: errors.badRanges,
      sizeBytes: size,
    });
    const unnamed = unnamedBadSectors.reduce((sum, { count }) => sum + count, 0);
    return { ...plainly(files.segments), unnamed };
  } finally {
    files.abandon();
  }
});

function openWriter({ plan, target, standing }: WriteData, files: SegmentFiles): EwfWriter {
  const { physical, removable, ...said } = plan.said;
  return new EwfWriter(
    {
      sizeBytes: plan.size,
      bytesPerSector: plan.sectorBytes,
      mediaType: removable ? 0 : 1,
      mediaFlags: physical ? 3 : 1,
      level: ewfLevels[target.compression],
      segmentBytes: target.segmentBytes ?? usualSegmentBytes,
      guid: Buffer.from(target.identity ?? "", "hex"),
      acquired: new Date(plan.acquired),
      metadata: {
        ...said,
        notes: "",
        label: "",
        // EnCase keeps no longer names of programs.
        software: plan.software.slice(0, 11),
        platform: process.platform,
      },
      ...(standing.ewf ? { resumeAt: standing.ewf } : {}),
    },
    files,
  );
}
