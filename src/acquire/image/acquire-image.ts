/**
 * Images a medium: one read into every target, then each target is read again from what lies on its disk and hashed by the
 * same threads. The files keep their `.partial` names until all agree.
 */
import { closeSync, existsSync, openSync, renameSync } from "node:fs";
import { join } from "node:path";
import { syncFolder } from "../../case/atomic-file.ts";
import { toolIdentity } from "../../custody/tool-identity.ts";
import { imageSays } from "../../messages/en.ts";
import { exitCodes, isOperatorError, OperatorError } from "../../messages/operator-error.ts";
import { dropFromCache } from "../../platform/page-cache.ts";
import type { SourceErrors } from "../../source/acquisition-source.ts";
import type { StreamDigest } from "./hash-stage.ts";
import type { Resumption, SegmentHash, TargetCheck } from "./image-body.ts";
import { partialName, type TargetPlan } from "./image-plan.ts";
import type { SegmentPath } from "./open-image.ts";
import type { Pumped } from "./pump.ts";
import { readAndWrite, type ReadAndWritten, type ReadOptions } from "./read-and-write.ts";
import { bytesVouchedFor, dropResume } from "./resume-record.ts";
import { targetError, type WrittenSegment } from "./segment-files.ts";
import type { TriageNote } from "./triage-thread.ts";
import { removeLeft, unname } from "./standing.ts";
import { readImageAgain } from "./verify-image.ts";
import type { WrittenTarget } from "./write-thread.ts";

export interface ImagingOptions extends Omit<ReadOptions, "onRead"> {
  /** Called a few times a second; `total` is null while the size of a stream is not known. */
  readonly onProgress: (stage: "read" | "verify", bytes: number, total: number | null) => void;
  /** Hears what is to be known of a continuation, as a sentence. */
  readonly onNote?: (sentence: string) => void;
}

/** A target as it stands in the end. */
export interface ImagedTarget {
  readonly segments: readonly SegmentHash[];
  readonly truncatedAt: number | null;
  readonly unnamedBadSectors: number;
  readonly checks: readonly TargetCheck[];
}

export interface ImagingResult extends StreamDigest {
  /** Bytes of the medium. */
  readonly size: number;
  readonly paddedBytes: number;
  readonly received: Pumped["received"];
  readonly errors: SourceErrors;
  readonly notes: readonly string[];
  readonly targets: readonly ImagedTarget[];
  readonly resumptions: readonly Resumption[];
  readonly triage: TriageNote | null;
  /** Milliseconds of reading with writing and syncing, and of verification. */
  readonly readMs: number;
  readonly verifyMs: number;
}

/** Throws OperatorError: source gone, short or changed (4), disk full (4), interrupted (4), written wrongly (1). */
export async function acquireImage(options: ImagingOptions): Promise<ImagingResult> {
  const { plan } = options;
  const begun = performance.now();
  const read = await readBelieving(options);
  const written = performance.now();
  const targets: ImagedTarget[] = [];
  for (const [index, target] of plan.targets.entries()) {
    targets.push(await checkTargetAgain(options, read, target, read.targets[index], index));
  }
  for (const [index, target] of plan.targets.entries()) {
    if (target.format !== "clone") nameSegments(read.targets[index].segments);
  }
  const { digest, pumped, triage, resumedAt } = read;
  const earlier = options.resume?.resumptions ?? [];
  return {
    ...digest,
    ...pumped,
    targets,
    triage,
    resumptions: resumedAt === 0 ? earlier : [...earlier, { utc: new Date().toISOString(), at: resumedAt }],
    readMs: Math.round(written - begun),
    verifyMs: Math.round(performance.now() - written),
  };
}

/** Continues from as far as what an interrupted start left is found to be what was read then. */
async function readBelieving(options: ImagingOptions): Promise<ReadAndWritten> {
  const { plan, resume, onProgress, onNote } = options;
  const onRead = (bytes: number) => onProgress("read", bytes, plan.size);
  if (resume) plan.targets.forEach(unname);
  let limit = resume && plan.size !== null ? bytesVouchedFor(resume.leaves, plan.size) : 0;
  for (;;) {
    const read = await readOrClear({ ...options, onRead }, limit);
    if (!("changedFrom" in read)) {
      if (resume && read.resumedAt === 0) onNote?.(imageSays.begunAnew());
      return read;
    }
    limit = read.changedFrom;
    onNote?.(imageSays.changedSince(limit));
  }
}

/** A stream that brought nothing leaves nothing. */
async function readOrClear(options: ReadOptions, limit: number): ReturnType<typeof readAndWrite> {
  try {
    return await readAndWrite(options, limit);
  } catch (error) {
    if (isOperatorError(error) && error.code === "source/empty-stream") {
      options.plan.targets.forEach(removeLeft);
      dropResume(options.record.folder, options.record.stem);
    }
    throw error;
  }
}

async function checkTargetAgain(
  options: ImagingOptions,
  { digest, pumped }: ReadAndWritten,
  target: TargetPlan,
  written: WrittenTarget,
  index: number,
): Promise<ImagedTarget> {
  const { plan, workers, signal, onProgress } = options;
  const total = pumped.size * plan.targets.length;
  const files = written.segments.map((segment) => pathOf(target, segment));
  const forgotten = files.map(forget);
  const again = await readImageAgain({
    files,
    format: target.format,
    hashes: plan.hashes,
    bytes: pumped.size,
    workers,
    signal,
    onProgress: (bytes) => onProgress("verify", pumped.size * index + bytes, total),
  });
  const { hashes, root } = again.digest;
  const same =
    written.sha256 === null
      ? root === digest.root && sameHashes(hashes, digest.hashes)
      : hashes.sha256 === written.sha256;
  if (!same || again.image.findings.length > 0) {
    throw new OperatorError("acquire/written-wrongly", imageSays.writtenWrongly(target.folder), exitCodes.loss);
  }
  const { name, version } = toolIdentity();
  return {
    segments: written.segments.map(({ file, folder, size }, at) => ({
      file,
      size,
      sha256: again.files[at].sha256,
      ...(folder === target.folder || target.format === "clone" ? {} : { folder }),
    })),
    truncatedAt: written.truncatedAt,
    unnamedBadSectors: written.unnamed,
    checks: [
      {
        tool: { name, version },
        ok: true,
        readFrom: forgotten.every(Boolean) ? "disk" : "unknown",
        md5: hashes.md5,
        sha256: hashes.sha256,
      },
    ],
  };
}

/** Has the system forget what it had written of a file, so that the disk itself answers. True where it did. */
function forget({ folder, file }: SegmentPath): boolean {
  const descriptor = openSync(join(folder, file), "r");
  try {
    return dropFromCache(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

function pathOf({ format }: TargetPlan, { folder, file, size }: WrittenSegment): SegmentPath {
  return { folder, file: format === "clone" ? file : partialName(file), size };
}

export function sameHashes(a: Readonly<Record<string, string>>, b: Readonly<Record<string, string>>): boolean {
  return Object.entries(a).every(([name, value]) => b[name] === undefined || b[name] === value);
}

/** Gives the verified segments their final names, durably. Throws OperatorError. */
function nameSegments(segments: readonly WrittenSegment[]): void {
  for (const { folder, file } of segments) {
    const path = join(folder, file);
    if (existsSync(path)) throw new OperatorError("target/exists", imageSays.targetExists(path));
    try {
      renameSync(partialName(path), path);
    } catch (error) {
      throw targetError(error, folder);
    }
  }
  for (const folder of new Set(segments.map((segment) => segment.folder))) syncFolder(folder);
}
