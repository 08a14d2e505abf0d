/** Hashes of contents, small ones at once, and what of them is not there. */
import { createHash, hash as hashOf } from "node:crypto";
import type { FileSystem, FileSystemEntry } from "../../../native-free/filesystems/file-system.ts";
import { recoveryOf } from "../../../native-free/filesystems/recovery.ts";
import { isLost, type ByteSource, type RunKind } from "../../../native-free/bytes/byte-source.ts";
import { browseSays } from "../../messages/en.ts";
import { OperatorError } from "../../messages/operator-error.ts";
import { flagText, type FlagValues } from "../command.ts";

export const algorithms: readonly string[] = ["md5", "sha1", "sha256"];

/** `--algorithms md5,sha256`. Throws OperatorError. */
export function algorithmsOf(flags: FlagValues, fallback: readonly string[]): readonly string[] {
  const text = flagText(flags, "algorithms");
  if (text === null) return fallback;
  const wanted = text
    .toLowerCase()
    .split(",")
    .filter((name) => name !== "");
  if (wanted.length === 0 || wanted.some((name) => !algorithms.includes(name))) {
    throw new OperatorError("usage/algorithms", browseSays.badHashes(text));
  }
  return algorithms.filter((name) => wanted.includes(name));
}

export interface LostRun {
  readonly start: number;
  readonly length: number;
  readonly kind: RunKind;
}

/** Bytes of a source that are not there as they were. Right after they were read: reading shows what is damaged. */
export function lostIn(source: ByteSource, at = 0, length = source.size): LostRun[] {
  const lost: LostRun[] = [];
  for (const run of source.runsIn(at, length)) {
    const last = lost.at(-1);
    if (!isLost(run.kind)) continue;
    if (last && last.kind === run.kind && last.start + last.length === run.start) {
      lost[lost.length - 1] = { ...last, length: last.length + run.length };
    } else lost.push({ start: run.start, length: run.length, kind: run.kind });
  }
  return lost;
}

export interface ContentHashes {
  /** Hex, in the order of the algorithms; of the bytes with zeros for what is lost. */
  readonly digests: readonly string[];
  readonly lost: readonly LostRun[];
}

/** A size that is no more than a claim: a content may be sparse, but not to more than this. */
export function isTooLarge(size: number, volume: ByteSource): boolean {
  return size > Math.max(2 ** 30, 2 * volume.size);
}

/** False for what has no content, and where nothing is recorded of one: no bytes are not the same as an empty file. */
function hasContent({ kind, nameClaim, contentClaim, size }: FileSystemEntry): boolean {
  if (kind === "directory" || kind === "special" || kind === "symlink") return false;
  if (contentClaim === "allocated") return true;
  const isThere = nameClaim === "allocated" && kind !== "metadata";
  return isThere || (contentClaim !== "none" && size > 0);
}

/** Null where there is nothing to hash. Throws EvidenceError. */
export async function hashEntry(
  fileSystem: FileSystem,
  entry: FileSystemEntry,
  names: readonly string[],
  onBytes: (count: number) => Promise<void> | void,
): Promise<ContentHashes | null> {
  if (!hasContent(entry)) return null;
  const hashed = await hashContent(fileSystem.open(entry), names, onBytes);
  if (hashed.lost.length > 0) return hashed;
  // A content that is worked out of its blocks, as a compressed one, may not show which of them are gone.
  const { lost } = recoveryOf(entry, fileSystem.extentsOf(entry));
  return lost === 0 ? hashed : { ...hashed, lost: [{ start: 0, length: lost, kind: "missing" }] };
}

const stepBytes = 1 << 20;
const step = Buffer.alloc(stepBytes);

/** `onBytes` is called after each MiB and may wait. */
export async function hashContent(
  source: ByteSource,
  names: readonly string[],
  onBytes: (count: number) => Promise<void> | void,
): Promise<ContentHashes> {
  if (source.size <= stepBytes) {
    const bytes = step.subarray(0, source.readInto(step.subarray(0, source.size), 0));
    const lost = lostIn(source);
    for (const { start, length } of lost) bytes.fill(0, start, start + length);
    const digests = names.map((name) => hashOf(name, bytes, "hex"));
    await onBytes(bytes.length);
    return { digests, lost };
  }
  const hashes = names.map((name) => createHash(name));
  const lost: LostRun[] = [];
  for (let at = 0; at < source.size;) {
    const bytes = readStep(source, at, step, lost);
    for (const each of hashes) each.update(bytes);
    at += bytes.length;
    await onBytes(bytes.length);
  }
  return { digests: hashes.map((each) => each.digest("hex")), lost };
}

/** The next bytes of a source with zeros for what is lost, in `target`; adds to `lost`. */
export function readStep(source: ByteSource, at: number, target: Buffer, lost: LostRun[]): Buffer {
  const bytes = target.subarray(0, source.readInto(target.subarray(0, Math.min(target.length, source.size - at)), at));
  for (const run of lostIn(source, at, bytes.length)) {
    bytes.fill(0, run.start - at, run.start - at + run.length);
    const last = lost.at(-1);
    if (last && last.kind === run.kind && last.start + last.length === run.start) {
      lost[lost.length - 1] = { ...last, length: last.length + run.length };
    } else lost.push(run);
  }
  return bytes;
}
