/** Thread entry: takes encoded chunks from the compression threads in turn and writes the E01 set. */
import { randomBytes } from "node:crypto";
import { EwfWriter } from "../../native-free/images/ewf/writer.ts";
import { RingReader, type RingMemory } from "../../workers/ring.ts";
import { toolIdentity } from "../custody/tool-identity.ts";
import type { EwfEnding } from "./compress-stage.ts";
import { segmentName, usualSegmentBytes, type ImagePlan } from "./image-plan.ts";
import { unpackSlot } from "./packed-slot.ts";
import { runPart } from "./part.ts";
import { SegmentFiles, type WrittenSegment } from "./segment-files.ts";

export interface WriteEwfData {
  readonly rings: readonly RingMemory[];
  readonly plan: ImagePlan;
}

await runPart<WriteEwfData, readonly WrittenSegment[]>(async ({ rings, plan }, told) => {
  const files = new SegmentFiles(plan.folder, (number) => segmentName(plan, number));
  try {
    const writer = openWriter(plan, files);
    const readers = rings.map((ring) => new RingReader(ring, 0));
    for (let turn = 0; ; turn++) {
      const reader = readers[turn % readers.length];
      const slot = reader.next();
      if (slot === null) break;
      for (const chunk of unpackSlot(slot)) writer.addChunk(chunk);
      reader.release();
    }
    const { md5, sha1, badRanges } = (await told()) as EwfEnding;
    writer.finish({ md5: Buffer.from(md5, "hex"), sha1: Buffer.from(sha1, "hex"), badSectors: badRanges });
    return files.segments;
  } finally {
    files.abandon();
  }
});

function openWriter(plan: ImagePlan, files: SegmentFiles): EwfWriter {
  const { caseNumber, evidenceNumber, examiner, description, model, serial, physical, removable } = plan.said;
  return new EwfWriter(
    {
      sizeBytes: plan.size,
      bytesPerSector: plan.sectorBytes,
      mediaType: removable ? 0 : 1,
      mediaFlags: physical ? 3 : 1,
      level: ({ none: 0, fast: 1, best: 9 } as const)[plan.compression],
      segmentBytes: plan.segmentBytes ?? usualSegmentBytes,
      guid: randomBytes(16),
      acquired: new Date(),
      metadata: {
        caseNumber,
        evidenceNumber,
        examiner,
        description,
        model,
        serial,
        notes: "",
        label: "",
        software: `vestige ${toolIdentity().version}`.slice(0, 11),
        platform: process.platform,
      },
    },
    files,
  );
}
