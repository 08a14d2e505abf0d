/** Thread entry: takes encoded chunks from the compression threads in turn and writes the AFF4 image. */
import { Aff4Writer } from "../../../native-free/images/aff4/writer.ts";
import { aff4Methods, digestBytes } from "./chunk-encoder.ts";
import { writeChunks } from "./write-chunks.ts";
import { runPart } from "../part.ts";
import type { SegmentFiles } from "./segment-files.ts";
import { plainly, targetFilesOf, type WriteData, type WriteEnding, type WrittenTarget } from "./write-thread.ts";

await runPart<WriteData, WrittenTarget>(async (data, told, note) => {
  const files = targetFilesOf(data, note);
  try {
    if (!data.standing.aff4) files.beginSegment(1);
    const writer = openWriter(data, files);
    await writeChunks(data, files, digestBytes.aff4, (chunk) => writer.addChunk(chunk));
    const { size, hashes, errors } = (await told()) as WriteEnding;
    await files.settle();
    writer.finish({ hashes, badSectors: errors.badRanges, size });
    files.endSegment();
    return plainly(files.segments);
  } finally {
    files.abandon();
  }
});

function openWriter({ plan, target, standing }: WriteData, files: SegmentFiles): Aff4Writer {
  const { caseNumber, evidenceNumber, examiner, description, model, serial } = plan.said;
  const [volumeUrn, streamUrn, mapUrn, imageUrn] = (target.identity ?? "").split(" ").map((uuid) => `aff4://${uuid}`);
  return new Aff4Writer(
    {
      sizeBytes: plan.size,
      bytesPerSector: plan.sectorBytes,
      compression: aff4Methods[target.compression],
      ...{ volumeUrn, streamUrn, mapUrn, imageUrn },
      acquired: new Date(plan.acquired),
      metadata: {
        ...{ caseNumber, evidenceNumber, examiner, description, model, serial },
        software: plan.software,
      },
      ...(standing.aff4 ? { resumeAt: standing.aff4 } : {}),
    },
    files,
  );
}
