/** What is to be read and written in one acquisition, and how the files are called: plain data, kept to continue from. */
import { ewfSegmentName, ewfSegmentNumber } from "../../../native-free/images/ewf/segment-name.ts";
import type { Compression, HashName, TargetFormat } from "./image-body.ts";

/** Something that is written while the medium is read. */
export interface TargetPlan {
  readonly format: TargetFormat;
  /** Absolute folder of its files; of a clone, the path of the device or file that is overwritten. */
  readonly folder: string;
  /** Folders that are gone on to, in order, when one is full. */
  readonly spare: readonly string[];
  /** Name of the files without their ending; "" for a clone. */
  readonly stem: string;
  /** Raw images and clones hold the bytes as they are. */
  readonly compression: Compression;
  /** No file is larger; null for one file whatever its size. */
  readonly segmentBytes: number | null;
  /** Of an E01 its GUID (32 hex digits), of an AFF4 the UUIDs of volume, stream, map and image joined by blanks, else null. */
  readonly identity: string | null;
  /** Of a clone onto something larger. */
  readonly zeroExcess: boolean;
}

/** All that decides the bytes of the image: the same plan over the same medium gives the same files, however often continued. */
export interface ImagePlan {
  /** Of the medium; null for a stream. */
  readonly size: number | null;
  readonly sectorBytes: number;
  readonly hashes: readonly HashName[];
  /** The first is what the officer asked for. */
  readonly targets: readonly TargetPlan[];
  /** ISO 8601, written into the images. */
  readonly acquired: string;
  /** Name and version of the program that began it, written into the images. */
  readonly software: string;
  /** What the headers of the images say; "" where it is not known. */
  readonly said: {
    readonly caseNumber: string;
    readonly evidenceNumber: string;
    readonly examiner: string;
    readonly description: string;
    readonly model: string;
    readonly serial: string;
    /** True for a whole physical medium, false for a file or a partition. */
    readonly physical: boolean;
    readonly removable: boolean;
  };
}

/** Bytes of a slot of the rings: small enough to stay in a core's cache, and whole chunks of every format. */
export const slotBytes = 256 * 1024;
export const treeBlockBytes = 1024 * 1024;
/** EnCase and FTK read segments up to this size; a multiple of every sector size. */
export const usualSegmentBytes = 2000 * 1024 * 1024;
export const leastSegmentBytes = 1024 * 1024;

/** The plain name of segment `number`, from 1. */
export function segmentName(target: Pick<TargetPlan, "stem" | "format" | "segmentBytes">, number: number): string {
  const { stem, format, segmentBytes } = target;
  if (format === "e01") return `${stem}.${ewfSegmentName(number)}`;
  if (format === "aff4") return `${stem}.aff4`;
  return segmentBytes === null ? `${stem}.raw` : `${stem}.${String(number).padStart(3, "0")}`;
}

/** Number of the segment that a file of a target is, under its own name or the one it has until it is verified; else null. */
export function segmentNumber(
  target: Pick<TargetPlan, "stem" | "format" | "segmentBytes">,
  file: string,
): number | null {
  const name = file.endsWith(partialEnding) ? file.slice(0, -partialEnding.length) : file;
  if (!name.startsWith(`${target.stem}.`)) return null;
  const ending = name.slice(target.stem.length + 1);
  const number = numberOfEnding(target.format, ending);
  return number !== null && segmentName(target, number) === name ? number : null;
}

function numberOfEnding(format: TargetFormat, ending: string): number | null {
  if (format === "e01") return ewfSegmentNumber(ending);
  return /^\d{3,}$/.test(ending) ? Number(ending) : 1;
}

const partialEnding = ".partial";

/** What a file is called until everything was read again and found right. */
export function partialName(file: string): string {
  return `${file}${partialEnding}`;
}

/** The record that an interrupted acquisition is continued from, and the leaves of its block tree: beside the first target. */
export function resumeName(stem: string): string {
  return `${stem}.resume.jsonl`;
}
export function resumeLeavesName(stem: string): string {
  return `${stem}.resume.leaves`;
}
