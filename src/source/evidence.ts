/** Opens a source for `info`, `read` and `export`: an image of any format, a device, or a file taken as a medium. */
import { closeSync, openSync, readSync, statSync } from "node:fs";
import { mediumOf, type Medium } from "../../native-free/layers/resolve.ts";
import { infoSays, mediumSays } from "../messages/en.ts";
import { OperatorError } from "../messages/operator-error.ts";
import { errorCode } from "./describe-entry.ts";
import { findImage, openFoundImage, otherMedium, type FoundImage, type OpenedDiskImage } from "./image-files.ts";
import { unwrap, wrapperOf, type Unwrapped, type UnwrapOptions } from "./unwrap.ts";

export interface OpenedEvidence {
  /** As it was given. */
  readonly path: string;
  readonly found: FoundImage;
  readonly opened: OpenedDiskImage;
  readonly medium: Medium;
  /** Where the image was compressed as a whole. */
  readonly unwrapped: Unwrapped | null;
  close(): void;
}

export interface EvidenceOptions extends UnwrapOptions {
  /** A snapshot or track instead of the medium itself, by the name that the image gives it. */
  readonly other?: string | null;
}

/** Throws OperatorError: absent, not readable, no image, damaged compression. */
export async function openEvidence(path: string, options: EvidenceOptions): Promise<OpenedEvidence> {
  const found = findSource(path);
  const kind = found.signed ? null : wrapperOf(firstBytes(path));
  if (kind === null) return openPlain(path, found, null, options);
  const unwrapped = await unwrap(path, kind, options);
  try {
    return openPlain(path, findSource(unwrapped.path), unwrapped, options);
  } catch (error) {
    unwrapped.remove();
    throw error;
  }
}

function findSource(path: string): FoundImage {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (!stat) throw new OperatorError("source/absent", infoSays.sourceAbsent(path));
  const found = findImage(path);
  if (!found) throw new OperatorError("source/folder", infoSays.sourceFolder(path));
  return found;
}

function openPlain(
  path: string,
  found: FoundImage,
  unwrapped: Unwrapped | null,
  { other = null }: EvidenceOptions,
): OpenedEvidence {
  const opened = openFoundImage(found);
  const close = () => {
    opened.close();
    unwrapped?.remove();
  };
  try {
    const image = other === null ? opened.image : otherMedium(opened, other);
    return { path, found, opened, medium: mediumOf(image), unwrapped, close };
  } catch (error) {
    opened.close();
    throw error;
  }
}

function firstBytes(path: string): Uint8Array {
  const head = Buffer.alloc(16);
  try {
    const descriptor = openSync(path, "r");
    try {
      return head.subarray(0, readSync(descriptor, head, 0, head.length, 0));
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    throw new OperatorError("source/unreadable", mediumSays.mediumUnreadable(path, errorCode(error)));
  }
}
