/** Which files an image exhibit is examined from: plain data, so that the engine gets it from its supervisor. */
import { existsSync, realpathSync, statSync } from "node:fs";
import { join } from "node:path";
import { pathsOf, type ImageBody, type TargetRecord } from "../../acquire/image/image-body.ts";
import type { SegmentPath } from "../../acquire/image/open-image.ts";
import { imageSays } from "../../messages/en.ts";
import { exitCodes, OperatorError } from "../../messages/operator-error.ts";

export interface ImageFile {
  /** Absolute, real. */
  readonly path: string;
  /** As it was signed; of a device what was written to it. */
  readonly size: number;
}

export interface ImageJob {
  /** Id of the registration of the image format. */
  readonly format: string;
  readonly files: readonly ImageFile[];
  /** Hash of the signed manifest: what was listed of one image is never taken for another's. */
  readonly identity: string;
  readonly listing: string;
  readonly account: string;
}

const registered: Readonly<Record<string, string>> = { e01: "ewf", clone: "raw" };

/**
 * The files of the first target of an acquisition that is here as a whole, by presence and size; `folder` is that of the exhibit.
 * Throws OperatorError where there is none (4), or where a file has another size than was signed.
 */
export function examinedImage(folder: string, label: string, body: ImageBody): Pick<ImageJob, "format" | "files"> {
  const targets = [body.image, ...(body.further ?? [])];
  const target = targets.find((each) => pathsOf(each, folder).every((file) => existsSync(pathOf(file))));
  if (!target) {
    const missing = pathsOf(body.image, folder).find((file) => !existsSync(pathOf(file)));
    throw new OperatorError(
      "source/gone",
      imageSays.examinedFileAbsent(label, missing ? pathOf(missing) : ""),
      exitCodes.stopped,
    );
  }
  return { format: registered[target.format] ?? target.format, files: filesOf(target, folder, label) };
}

function filesOf(target: TargetRecord, folder: string, label: string): ImageFile[] {
  return pathsOf(target, folder).map((file, index) => {
    const path = realpathSync(pathOf(file));
    const size = target.segments[index]?.size ?? 0;
    const stat = statSync(path);
    if (stat.isFile() && stat.size !== size) {
      throw new OperatorError("case/image-changed", imageSays.examinedFileChanged(label, path, size, stat.size));
    }
    return { path, size };
  });
}

const pathOf = ({ folder, file }: SegmentPath): string => join(folder, file);
