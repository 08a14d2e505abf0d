/** Compares an image with what was recorded of it when it was made; the image is read in full. */
import type { DamagedRange, ImageRead, SegmentHash } from "./verify-image.ts";
import { damagedRanges, locate, readImageAgain } from "./verify-image.ts";
import type { ImageBody } from "./acquire-image-exhibit.ts";

export interface ImageCheck {
  readonly ok: boolean;
  readonly read: ImageRead;
  /** Bytes of the medium that changed, with the files that hold them. */
  readonly damaged: readonly DamagedRange[];
  readonly files: readonly { readonly file: string; readonly problem: "missing" | "size" | "sha256" }[];
}

export interface ImageCheckOptions {
  readonly folder: string;
  readonly body: ImageBody;
  /** Recorded leaves, 32 bytes each, known to give the recorded root. */
  readonly leaves: Uint8Array;
  readonly workers: number;
  readonly signal: AbortSignal;
  readonly onProgress: (bytes: number, total: number) => void;
}

/** Throws OperatorError: interrupted (4), a file that cannot be read (2), no image in it at all (1). */
export async function checkImage(options: ImageCheckOptions): Promise<ImageCheck> {
  const { folder, body, leaves, workers, signal, onProgress } = options;
  const { format, segments } = body.image;
  const files = segments.map(({ file, size }) => ({ file, size }));
  const place = { folder, files, format };
  const read = await readImageAgain({
    ...place,
    bytes: body.bytes,
    workers,
    signal,
    onProgress: (bytes) => onProgress(bytes, body.bytes),
  });
  const damaged = locate(place, damagedRanges(leaves, read.digest.leaves, body.bytes));
  const changed = segments.flatMap((segment, index) => fileProblem(segment, read.segments[index]));
  const { md5, sha1, sha256 } = read.digest.hashes;
  const same = md5 === body.hashes.md5 && sha1 === body.hashes.sha1 && sha256 === body.hashes.sha256;
  return { ok: same && damaged.length === 0 && changed.length === 0, read, damaged, files: changed };
}

function fileProblem(recorded: SegmentHash, found: SegmentHash | undefined): ImageCheck["files"] {
  const { file } = recorded;
  if (!found || (found.sha256 === "" && found.size === 0)) return [{ file, problem: "missing" }];
  if (found.size !== recorded.size) return [{ file, problem: "size" }];
  return found.sha256 === recorded.sha256 ? [] : [{ file, problem: "sha256" }];
}
