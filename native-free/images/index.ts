/** Every image format, in the order in which it is tried. One line per format; raw, which has no signature, is last. */
import type { ImageFormat, ImageProbe } from "./image-format.ts";
import { aff4Format } from "./aff4/format.ts";
import { ewfFormat } from "./ewf/format.ts";
import { ewf2Format } from "./ewf2/format.ts";
import { qcowFormat } from "./qcow/format.ts";
import { dmgFormat } from "./dmg/format.ts";
import { sparseimageFormat } from "./sparseimage/format.ts";
import { sparsebundleFormat } from "./sparsebundle/format.ts";
import { cueFormat } from "./cue/format.ts";
import { nrgFormat } from "./nrg/format.ts";
import { isoFormat } from "./iso/format.ts";
import { rawFormat } from "./raw/format.ts";
import { parallelsFormat } from "./parallels/format.ts";
import { cloopFormat } from "./cloop/format.ts";
import { bochsFormat } from "./bochs/format.ts";
import { vdiFormat } from "./vdi/format.ts";
import { vhdFormat } from "./vhd/format.ts";
import { vmdkFormat } from "./vmdk/format.ts";
import { vhdxFormat } from "./vhdx/format.ts";

export type { DiskImage, ImageFormat, ImageProbe, ImageSegment, ImageSurroundings, SetMember } from "./image-format.ts";
export { probeOf } from "./image-format.ts";

export const imageFormats: readonly ImageFormat[] = [
  ewfFormat,
  ewf2Format,
  aff4Format,
  vhdFormat,
  vhdxFormat,
  qcowFormat,
  vdiFormat,
  bochsFormat,
  cloopFormat,
  parallelsFormat,
  dmgFormat,
  vmdkFormat,
  sparseimageFormat,
  sparsebundleFormat,
  cueFormat,
  nrgFormat,
  isoFormat,
  rawFormat,
];

/** The format of a file: the most certain, the first among equals; raw where no other knows it. */
export function imageFormatOf(probe: ImageProbe): ImageFormat {
  const certain = imageFormats.find((format) => format.detect(probe) === "certain");
  return certain ?? imageFormats.find((format) => format.detect(probe) === "possible") ?? rawFormat;
}
