/**
 * Expert Witness Compression Format, version 1: EnCase E01, also as FTK Imager, libewf and SMART write it. Not read: logical
 * evidence (L01), sets encrypted by AccessData, sections of optical sessions and the extensions of EWF-X.
 */
import { Buffer } from "node:buffer";
import type { ImageFormat } from "../image-format.ts";
import { SEGMENT_SIGNATURE } from "./layouts.ts";
import { openEwf } from "./open.ts";
import { segmentNumberOf } from "./sections.ts";
import { ewfSegmentNumber } from "./segment-name.ts";

/** .TXT and .PDF are segment numbers, too: a name this far behind the one before it belongs to something else. */
const MAX_GAP = 100;

interface NameParts {
  readonly stem: string;
  readonly number: number | null;
  /** E for lettered extensions, which follow .E99. */
  readonly family: string;
}

function partsOf(name: string): NameParts {
  const dot = name.lastIndexOf(".");
  const extension = name.slice(dot + 1).toUpperCase();
  const number = dot === -1 ? null : ewfSegmentNumber(extension);
  return {
    stem: name.slice(0, Math.max(0, dot)).toLowerCase(),
    number,
    family: /\d/.test(extension) ? extension[0]! : "E",
  };
}

export const ewfFormat: ImageFormat = {
  registration: {
    id: "ewf",
    family: "image",
    name: "EnCase evidence file (E01)",
    spec: "libyal, Expert Witness Compression Format (EWF)",
    level: "partial",
  },
  detect(head) {
    if (Buffer.compare(head.subarray(0, SEGMENT_SIGNATURE.length), SEGMENT_SIGNATURE) !== 0) return "no";
    return segmentNumberOf(head) === null ? "possible" : "certain";
  },
  segmentsOf(name, namesInFolder) {
    const { stem, number, family } = partsOf(name);
    if (number === null) return [name];
    const set = namesInFolder
      .map((other) => ({ other, parts: partsOf(other) }))
      .filter(({ parts }) => parts.number !== null && parts.stem === stem && parts.family === family)
      .sort((a, b) => a.parts.number! - b.parts.number!);
    const end = set.findIndex(
      ({ parts }, index) => index > 0 && parts.number! - set[index - 1]!.parts.number! > MAX_GAP,
    );
    const names = set.slice(0, end === -1 ? set.length : end).map(({ other }) => other);
    return names.includes(name) ? names : [name];
  },
  open: openEwf,
};
