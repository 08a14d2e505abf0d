/** Compares the targets of an acquisition with what was recorded of them; each is read in full. */
import type { DamagedRange, FileHash, ImageRead } from "./verify-image.ts";
import { damagedRanges, locate, readImageAgain } from "./verify-image.ts";
import { hashNames, pathsOf, type ImageBody, type SegmentHash, type TargetRecord } from "./image-body.ts";

export interface ImageCheck {
  readonly ok: boolean;
  readonly read: ImageRead;
  /** Bytes of the medium that changed, with the files that hold them. */
  readonly damaged: readonly DamagedRange[];
  readonly files: readonly { readonly file: string; readonly problem: "missing" | "size" | "sha256" }[];
}

export interface ImageCheckOptions {
  /** Where the manifest lies. */
  readonly folder: string;
  readonly body: ImageBody;
  readonly target: TargetRecord;
  /** Recorded leaves, 32 bytes each, known to give the recorded root. */
  readonly leaves: Uint8Array;
  readonly workers: number;
  readonly signal: AbortSignal;
  readonly onProgress: (bytes: number, total: number) => void;
}

/** Throws OperatorError: interrupted (4), a file that cannot be read (2), no image in it at all (1). */
export async function checkImage(options: ImageCheckOptions): Promise<ImageCheck> {
  const { folder, body, target, leaves, workers, signal, onProgress } = options;
  const { format, segments } = target;
  const files = pathsOf(target, folder);
  const held = target.clone?.truncatedAt ?? body.bytes;
  const hashes = hashNames.filter((name) => body.hashes[name] !== undefined);
  const read = await readImageAgain({
    ...{ files, format, hashes, bytes: held, workers, signal },
    onProgress: (bytes) => onProgress(bytes, held),
  });
  const changed = segments.flatMap((segment, index) => fileProblem(segment, read.files[index]));
  // A copy that ends within a block has a last leaf of its own; its SHA-256 says whether it stands.
  const whole = held === body.bytes;
  const compared = whole ? leaves : leaves.subarray(0, Math.floor(held / body.blocks.blockBytes) * 32);
  const found = whole ? read.digest.leaves : read.digest.leaves.subarray(0, compared.length);
  const damaged = locate({ files, format }, damagedRanges(compared, found, held));
  const same = !whole || hashes.every((name) => read.digest.hashes[name] === body.hashes[name]);
  return { ok: same && damaged.length === 0 && changed.length === 0, read, damaged, files: changed };
}

function fileProblem(recorded: SegmentHash, found: FileHash | undefined): ImageCheck["files"] {
  const { file } = recorded;
  if (!found || (found.sha256 === "" && found.size === 0)) return [{ file, problem: "missing" }];
  if (found.size !== recorded.size) return [{ file, problem: "size" }];
  return found.sha256 === recorded.sha256 ? [] : [{ file, problem: "sha256" }];
}
