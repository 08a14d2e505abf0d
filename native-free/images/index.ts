/** Every image format, in the order in which it is tried. One line per format; raw, which has no signature, is last. */
import type { ImageFormat } from "./image-format.ts";
import { aff4Format } from "./aff4/format.ts";
import { ewfFormat } from "./ewf/format.ts";
import { rawFormat } from "./raw/format.ts";

export type { DiskImage, ImageFormat, ImageSegment } from "./image-format.ts";

export const imageFormats: readonly ImageFormat[] = [ewfFormat, aff4Format, rawFormat];

/** The format of a file from its first 512 bytes and its size: the most certain, the first among equals. */
export function imageFormatOf(head: Uint8Array, size: number): ImageFormat {
  const certain = imageFormats.find((format) => format.detect(head, size) === "certain");
  return certain ?? imageFormats.find((format) => format.detect(head, size) === "possible") ?? rawFormat;
}
