/**
 * Reads an image that is there from its files: hashes of what it holds, block tree, SHA-256 of every file, each computed
 * anew. What differs from a recorded block tree is named by byte range and by the files that hold it.
 */
import { entryUrl } from "../../workers/entry-url.ts";
import { ringMemory } from "../../workers/ring.ts";
import { startHashing, type StreamDigest } from "./hash-stage.ts";
import type { HashFilesData } from "./hash-files-thread.ts";
import { hashGroups, slotBytes, treeBlockBytes, type ImageFormat } from "./image-plan.ts";
import { openImage, type SegmentPath } from "./open-image.ts";
import type { ImageReadData, ImageReadResult } from "./read-image-thread.ts";
import { tellProgress } from "./ring-progress.ts";
import { Stage } from "./stage.ts";

export interface SegmentHash {
  readonly file: string;
  readonly size: number;
  /** Hex; "" where the file is missing. */
  readonly sha256: string;
}

export interface ImageReadOptions {
  readonly folder: string;
  readonly files: readonly SegmentPath[];
  readonly format: ImageFormat;
  /** Bytes that the image should hold, for progress. */
  readonly bytes: number;
  readonly workers: number;
  readonly signal: AbortSignal;
  readonly onProgress: (bytes: number) => void;
}

export interface ImageRead {
  readonly digest: StreamDigest;
  readonly segments: readonly SegmentHash[];
  readonly image: ImageReadResult;
}

const ringSlots = 64;

/** Throws OperatorError: a file cannot be opened, no image in it, interrupted (4). */
export async function readImageAgain(options: ImageReadOptions): Promise<ImageRead> {
  const { folder, files, format, workers, signal, bytes, onProgress } = options;
  const ring = ringMemory(ringSlots, slotBytes, hashGroups(workers).length);
  const stage = new Stage([ring], signal);
  const stopTelling = tellProgress(ring, bytes, onProgress);
  try {
    const data: ImageReadData = { ring, folder, files, format };
    const reader = stage.start<ImageReadResult>(entryUrl(import.meta.url, "./read-image-thread"), data);
    const hashed = startHashing(stage, ring, 0, workers);
    // One raw file has the hash of what it holds.
    const same = format === "raw" && files.length === 1;
    const fileData: HashFilesData = { folder, files: files.map(({ file }) => file) };
    const filed = same
      ? null
      : stage.start<readonly SegmentHash[]>(entryUrl(import.meta.url, "./hash-files-thread"), fileData).result;
    const [image, digest] = await Promise.all([reader.result, hashed]);
    const whole = (): SegmentHash[] => [{ file: files[0].file, size: image.fileBytes, sha256: digest.hashes.sha256 }];
    return { digest, image, segments: filed === null ? whole() : await filed };
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
  options: Pick<ImageReadOptions, "folder" | "files" | "format">,
  ranges: readonly { readonly from: number; readonly to: number }[],
): DamagedRange[] {
  if (ranges.length === 0) return [];
  const opened = openImage(options.folder, options.files, options.format);
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
