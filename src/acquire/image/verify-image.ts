/**
 * Reads an image that is there from its files: hashes of what it holds, block tree, SHA-256 of every file, each computed
 * anew. What differs from a recorded block tree is named by byte range and by the files that hold it.
 */
import { entryUrl } from "../../../workers/entry-url.ts";
import { ringMemory } from "../../../workers/ring.ts";
import { hashGroups } from "./hash-groups.ts";
import { startHashing, type StreamDigest } from "./hash-stage.ts";
import type { HashFilesData } from "./hash-files-thread.ts";
import type { HashName } from "./image-body.ts";
import { slotBytes, treeBlockBytes } from "./image-plan.ts";
import { openImage, type ReadableFormat, type SegmentPath } from "./open-image.ts";
import type { ImageReadData, ImageReadResult } from "./read-image-thread.ts";
import { tellProgress } from "../ring-progress.ts";
import { Stage } from "../stage.ts";

/** Of a file as it lies on disk; hex, "" where it is missing. */
export interface FileHash {
  readonly size: number;
  readonly sha256: string;
}

export interface ImageReadOptions {
  readonly files: readonly SegmentPath[];
  readonly format: ReadableFormat;
  readonly hashes: readonly HashName[];
  /** Bytes that the image should hold, for progress. */
  readonly bytes: number;
  readonly workers: number;
  readonly signal: AbortSignal;
  readonly onProgress: (bytes: number) => void;
}

export interface ImageRead {
  readonly digest: StreamDigest;
  /** In the order of the files. */
  readonly files: readonly FileHash[];
  readonly image: ImageReadResult;
}

const ringSlots = 64;

/** Throws OperatorError: a file cannot be opened, no image in it, interrupted (4). */
export async function readImageAgain(options: ImageReadOptions): Promise<ImageRead> {
  const { files, format, hashes, workers, signal, bytes, onProgress } = options;
  const ring = ringMemory(ringSlots, slotBytes, hashGroups(hashes, workers).length);
  const stage = new Stage([ring], signal);
  const stopTelling = tellProgress(ring, bytes, onProgress);
  try {
    const data: ImageReadData = { ring, files, format };
    const reader = stage.start<ImageReadResult>(entryUrl(import.meta.url, "./read-image-thread"), data);
    const hashed = startHashing(stage, { ring, firstReader: 0, hashes, cores: workers });
    // One file that holds the bytes as they are has the hash of what it holds.
    const same = format === "clone" || (format === "raw" && files.length === 1);
    const fileData: HashFilesData = { files };
    const filed = same
      ? null
      : stage.start<readonly FileHash[]>(entryUrl(import.meta.url, "./hash-files-thread"), fileData).result;
    const [image, digest] = await Promise.all([reader.result, hashed]);
    // Behind a clone its medium may go on.
    const held = format === "clone" ? Math.min(image.fileBytes, image.size) : image.fileBytes;
    const whole = (): FileHash[] => [{ size: held, sha256: held === image.size ? digest.hashes.sha256 : "" }];
    return { digest, image, files: filed === null ? whole() : await filed };
  } finally {
    stopTelling();
    await stage.end();
  }
}

/** Bytes of the medium that are not what the block tree says. */
export interface DamagedRange {
  readonly from: number;
  /** Not part of it. */
  readonly to: number;
  /** Files of the image that hold it. */
  readonly files: readonly string[];
}

/** Blocks whose leaf differs, neighbours joined. Leaves are 32 bytes each; `size` is that of the medium. */
export function damagedRanges(expected: Uint8Array, found: Uint8Array, size: number): { from: number; to: number }[] {
  const ranges: { from: number; to: number }[] = [];
  for (let at = 0; at < Math.max(expected.length, found.length); at += 32) {
    if (Buffer.compare(expected.subarray(at, at + 32), found.subarray(at, at + 32)) === 0) continue;
    const from = (at / 32) * treeBlockBytes;
    const to = Math.max(from, Math.min(size, from + treeBlockBytes));
    const last = ranges.at(-1);
    if (last?.to === from) last.to = to;
    else ranges.push({ from, to });
  }
  return ranges;
}

/** Names the files behind damaged ranges. */
export function locate(
  options: Pick<ImageReadOptions, "files" | "format">,
  ranges: readonly { readonly from: number; readonly to: number }[],
): DamagedRange[] {
  if (ranges.length === 0) return [];
  const opened = openImage(options.files, options.format);
  try {
    return ranges.map(({ from, to }) => {
      const names = new Set<string>();
      for (const { place } of opened.source.runsIn(from, to - from)) names.add(place.path);
      return { from, to, files: [...names] };
    });
  } finally {
    opened.close();
  }
}
