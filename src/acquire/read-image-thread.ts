/** Thread entry: reads an image from its files into the ring. */
import type { RingMemory } from "../../workers/ring.ts";
import type { ImageFormat } from "./image-plan.ts";
import { openImage, type SegmentPath, type StoredHashes } from "./open-image.ts";
import { runPart } from "./part.ts";
import { pump } from "./pump.ts";

export interface ImageReadData {
  readonly ring: RingMemory;
  readonly folder: string;
  readonly files: readonly SegmentPath[];
  readonly format: ImageFormat;
}

export interface ImageReadResult {
  /** Bytes of the medium that the image says it holds. */
  readonly size: number;
  readonly fileBytes: number;
  /** Hashes kept in the image itself. */
  readonly stored: StoredHashes;
  /** What the reader of the format found wrong, as sentences. */
  readonly findings: readonly string[];
}

await runPart<ImageReadData, ImageReadResult>(({ ring, folder, files, format }) => {
  const opened = openImage(folder, files, format);
  try {
    pump(opened.source, ring);
    const { source, fileBytes, stored } = opened;
    return { size: source.size, fileBytes, stored, findings: opened.findings() };
  } finally {
    opened.close();
  }
});
