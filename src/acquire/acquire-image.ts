/**
 * Images a medium: one read feeds hash threads, compression threads and one writer; then what was written is read again
 * and hashed by the same threads. The image keeps its `.partial` names until both agree.
 */
import { entryUrl } from "../../workers/entry-url.ts";
import { ringMemory } from "../../workers/ring.ts";
import { imageSays } from "../messages/en.ts";
import { exitCodes, OperatorError } from "../messages/operator-error.ts";
import type { BadRange } from "../source/block-source.ts";
import { startCompression, type EwfEnding } from "./compress-stage.ts";
import { startHashing, type StreamDigest } from "./hash-stage.ts";
import { hashGroups, slotBytes, type ImagePlan } from "./image-plan.ts";
import type { Pumped } from "./pump.ts";
import { tellProgress } from "./ring-progress.ts";
import { nameSegments, partialName, type WrittenSegment } from "./segment-files.ts";
import { Stage, type Part } from "./stage.ts";
import { readImageAgain, type SegmentHash } from "./verify-image.ts";
import type { WriteRawData } from "./write-raw-thread.ts";

export interface ImagingOptions {
  readonly source: string;
  readonly plan: ImagePlan;
  /** Threads for compression; also decides how hashing is shared out. */
  readonly workers: number;
  readonly signal: AbortSignal;
  /** Called a few times a second. */
  readonly onProgress: (stage: "read" | "verify", bytes: number, total: number) => void;
  /** The thread that reads, for tests with media that fail; its data has `ring` and `source`. */
  readonly readThread?: URL;
}

export interface ImagingResult extends StreamDigest {
  readonly badRanges: readonly BadRange[];
  /** Reads of single sectors that were repeated. */
  readonly retried: number;
  readonly segments: readonly SegmentHash[];
  /** Milliseconds of reading with writing and syncing, and of verification. */
  readonly readMs: number;
  readonly verifyMs: number;
}

const ringSlots = 64;

/** Throws OperatorError: source gone, short or changed (4), disk full (4), interrupted (4), written wrongly (1). */
export async function acquireImage(options: ImagingOptions): Promise<ImagingResult> {
  const { plan, workers, signal, onProgress } = options;
  const begun = performance.now();
  const read = await readAndWrite(options);
  const written = performance.now();
  const files = read.segments.map(({ file, size }) => ({ file: partialName(file), size }));
  const again = await readImageAgain({
    folder: plan.folder,
    files,
    format: plan.format,
    bytes: plan.size,
    workers,
    signal,
    onProgress: (bytes) => onProgress("verify", bytes, plan.size),
  });
  if (again.digest.root !== read.digest.root || !sameHashes(again.digest, read.digest)) {
    throw new OperatorError("acquire/written-wrongly", imageSays.writtenWrongly(plan.folder), exitCodes.loss);
  }
  nameSegments(plan.folder, read.segments);
  const segments = again.segments.map((segment, index) => ({ ...segment, file: read.segments[index].file }));
  const verifyMs = Math.round(performance.now() - written);
  return { ...read.digest, ...read.pumped, segments, readMs: Math.round(written - begun), verifyMs };
}

export function sameHashes(a: StreamDigest, b: Pick<StreamDigest, "hashes">): boolean {
  return a.hashes.md5 === b.hashes.md5 && a.hashes.sha1 === b.hashes.sha1 && a.hashes.sha256 === b.hashes.sha256;
}

interface ReadAndWritten {
  readonly digest: StreamDigest;
  readonly pumped: Pumped;
  readonly segments: readonly WrittenSegment[];
}

async function readAndWrite(options: ImagingOptions): Promise<ReadAndWritten> {
  const { plan, workers, signal } = options;
  const hashing = hashGroups(workers).length;
  const writers = plan.format === "raw" ? 1 : workers;
  const ring = ringMemory(ringSlots, slotBytes, hashing + writers);
  const compression = plan.format === "raw" ? null : startCompression(ring, hashing, workers, plan);
  const stage = new Stage([ring, ...(compression?.rings ?? [])], signal);
  const stopTelling = tellProgress(ring, plan.size, (bytes) => options.onProgress("read", bytes, plan.size));
  try {
    const writer = compression ? compression.start(stage) : startRaw(stage, { ring, reader: hashing, plan });
    const hashed = startHashing(stage, ring, 0, workers);
    const entry = options.readThread ?? entryUrl(import.meta.url, "./read-thread");
    const reader = stage.start<Pumped>(entry, { ring, source: options.source });
    const [pumped, digest] = await Promise.all([reader.result, hashed]);
    const { md5, sha1 } = digest.hashes;
    if (compression) writer.tell({ md5, sha1, badRanges: pumped.badRanges } satisfies EwfEnding);
    return { digest, pumped, segments: await writer.result };
  } finally {
    stopTelling();
    await stage.end();
  }
}

function startRaw(stage: Stage, data: WriteRawData): Part<readonly WrittenSegment[]> {
  return stage.start(entryUrl(import.meta.url, "./write-raw-thread"), data);
}
