/** Thread entry: reads a container that was written, member by member and as a whole. */
import { createHash, hash } from "node:crypto";
import { closeSync, openSync, readSync } from "node:fs";
import { inflateRawSync } from "node:zlib";
import { memberDataAt, type ZipMember } from "../../../native-free/containers/zip64/read.ts";
import { packLimitBytes } from "../../../native-free/images/aff4l/entry.ts";
import { FileSource } from "../../../workers/file-source.ts";
import { serveTasks } from "../../../workers/thread-port.ts";

export interface CheckThreadData {
  readonly container: string;
  readonly size: number;
}

export type HashName = "md5" | "sha1" | "sha256";

/** A member and what it must hold. */
export interface ExpectedContent {
  readonly member: ZipMember;
  readonly size: number;
  readonly algorithm: HashName;
  /** Hex. */
  readonly digest: string;
}

export type ContentProblem = "missing" | "size" | "hash" | "packed";

export type CheckTask = { readonly whole: true } | { readonly contents: readonly ExpectedContent[] };
/** SHA-256 (hex) of the whole file; or for each content null where it is right. */
export type CheckResult = { readonly sha256: string } | { readonly problems: readonly (ContentProblem | null)[] };

const chunkBytes = 1 << 20;

await serveTasks<CheckThreadData, CheckTask, CheckResult>(({ container, size }, heartbeat) => {
  const descriptor = openSync(container, "r");
  process.on("exit", () => closeSync(descriptor));
  const source = new FileSource(descriptor, size, "-");
  const chunk = Buffer.allocUnsafeSlow(chunkBytes);

  const digest = (algorithm: HashName, at: number, length: number): string => {
    const running = createHash(algorithm);
    for (let done = 0; done < length;) {
      const count = readSync(descriptor, chunk, 0, Math.min(chunkBytes, length - done), at + done);
      if (count === 0) break;
      running.update(chunk.subarray(0, count));
      done += count;
      heartbeat.beat();
    }
    return running.digest("hex");
  };

  const check = ({ member, size: expected, algorithm, digest: wanted }: ExpectedContent): ContentProblem | null => {
    const at = memberDataAt(source, member);
    if (at === null) return "missing";
    if (member.size !== expected) return "size";
    if (member.method === 0) {
      if (member.compressedSize !== expected) return "size";
      return digest(algorithm, at, expected) === wanted ? null : "hash";
    }
    const bytes = unpacked(source, member, at);
    heartbeat.beat();
    if (bytes === null) return "packed";
    return bytes.length !== expected ? "size" : hash(algorithm, bytes) === wanted ? null : "hash";
  };

  return async (task) =>
    "whole" in task ? { sha256: digest("sha256", 0, size) } : { problems: task.contents.map(check) };
});

/** Null where the bytes are no deflated content. Packed members of other programs may be larger than ours. */
function unpacked(source: FileSource, member: ZipMember, at: number): Uint8Array | null {
  if (member.method !== 8) return null;
  const packed = new Uint8Array(member.compressedSize);
  source.readInto(packed, at);
  try {
    return inflateRawSync(packed, { maxOutputLength: Math.max(packLimitBytes, member.size) });
  } catch {
    return null;
  }
}
