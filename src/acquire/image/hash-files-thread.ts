/** Thread entry: SHA-256 of the files of an image, as they lie on disk. */
import { createHash } from "node:crypto";
import { closeSync, openSync, readSync } from "node:fs";
import { join } from "node:path";
import { imageSays } from "../../messages/en.ts";
import { OperatorError } from "../../messages/operator-error.ts";
import { errorCode } from "../../source/describe-entry.ts";
import type { FileHash } from "./verify-image.ts";
import type { SegmentPath } from "./open-image.ts";
import { runPart } from "../part.ts";

export interface HashFilesData {
  readonly files: readonly SegmentPath[];
}

const buffer = Buffer.allocUnsafeSlow(256 * 1024);

await runPart<HashFilesData, readonly FileHash[]>(({ files }) => files.map(hashFile));

/** A missing file has no hash; what else is refused is an OperatorError. */
function hashFile({ folder, file }: SegmentPath): FileHash {
  const path = join(folder, file);
  const hash = createHash("sha256");
  let size = 0;
  try {
    const descriptor = openSync(path, "r");
    try {
      for (let count = 1; count > 0; size += count) {
        count = readSync(descriptor, buffer, 0, buffer.length, null);
        hash.update(buffer.subarray(0, count));
      }
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    if (errorCode(error) === "ENOENT") return { size: 0, sha256: "" };
    throw new OperatorError("image/unreadable", imageSays.imageUnreadable(path, errorCode(error)));
  }
  return { size, sha256: hash.digest("hex") };
}
