/** The image below an image (its backing file). */
import type { ByteSource } from "../../bytes/byte-source.ts";
import { isEvidenceError } from "../../model/errors.ts";
import { finding, type Finding } from "../../model/findings.ts";
import { fileNameOf } from "./backing-name.ts";
import type { DiskImage, ImageSurroundings } from "../image-format.ts";
import type { QcowHeader } from "./header.ts";

export interface Backing {
  /** As `MappedImageOptions.below`. */
  readonly below: ByteSource | null | undefined;
  readonly findings: readonly Finding[];
}

/** Registered formats by the names of the program that writes these images, where they can be told apart. */
const formatIds: Readonly<Record<string, string>> = {
  qcow: "qcow",
  qcow2: "qcow",
  vdi: "vdi",
  parallels: "parallels",
  bochs: "bochs",
  cloop: "cloop",
};

const missing: Backing = { below: null, findings: [finding("image/parent-missing")] };

/** Opens what the header names, within the folder of the image. Never throws for what the evidence holds. */
export function openBacking(header: QcowHeader, beside: ImageSurroundings): Backing {
  if (header.backingName === null) return { below: undefined, findings: [] };
  const name = fileNameOf(header.backingName);
  if (name === null) return missing;
  const format = header.extensions.backingFormat?.toLowerCase() ?? null;
  // Declared raw: what a guest wrote to the start of that medium must not be taken for a format.
  if (format === "raw") {
    const segment = beside.segment(name);
    return segment ? { below: segment.source, findings: [] } : missing;
  }
  try {
    const image = beside.image(name);
    return image ? { below: image, findings: mismatchOf(image, format) } : missing;
  } catch (error) {
    if (!isEvidenceError(error)) throw error;
    return { below: null, findings: [finding(error.code, error.params)] };
  }
}

function mismatchOf(image: DiskImage, format: string | null): Finding[] {
  const expected = format === null ? undefined : formatIds[format];
  if (expected === undefined || image.format === expected) return [];
  return [finding("image/parent-mismatch", { field: "format" })];
}
