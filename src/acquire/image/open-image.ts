/** The files of an image that is there as one source of bytes, for verification and to continue: what was written, read again. */
import { closeSync, fstatSync, openSync } from "node:fs";
import { join } from "node:path";
import type { ByteSource, Run } from "../../../native-free/bytes/byte-source.ts";
import { imageFormats, type DiskImage, type ImageSegment } from "../../../native-free/images/index.ts";
import { isEvidenceError } from "../../../native-free/model/errors.ts";
import { sentenceOf, type Finding } from "../../../native-free/model/findings.ts";
import { FileSource } from "../../../workers/file-source.ts";
import { imageSays } from "../../messages/en.ts";
import { exitCodes, OperatorError } from "../../messages/operator-error.ts";
import { openFoundImage } from "../../source/image-files.ts";
import { errorCode } from "../../source/describe-entry.ts";
import type { TargetFormat } from "./image-body.ts";

/** What we write, or the id of any other image format that can be read. */
export type ReadableFormat = TargetFormat | (string & {});

/** A file of an image; `size` as it should be, null where nothing says so. */
export interface SegmentPath {
  /** The folder, or of a clone the folder that holds the device. */
  readonly folder: string;
  readonly file: string;
  readonly size: number | null;
}

export interface OpenedImage {
  readonly source: ByteSource;
  /** Bytes of all files. */
  readonly fileBytes: number;
  /** Hashes that the image keeps of its medium, in hex by algorithm. */
  readonly stored: Readonly<Record<string, string>>;
  /** What is wrong with the image's structure, as sentences; grows while it is read. */
  findings(): readonly string[];
  close(): void;
}

/** Throws OperatorError where a file cannot be read or there is no image in it. A missing raw file is a gap of its size. */
export function openImage(files: readonly SegmentPath[], format: ReadableFormat): OpenedImage {
  const opened = files.map(openSegment);
  const close = () => opened.forEach((each) => each.close());
  const fileBytes = opened.reduce((sum, { fileBytes: bytes }) => sum + bytes, 0);
  if (format === "raw" || format === "clone") {
    return { source: new JoinedSource(opened), fileBytes, stored: {}, findings: () => [], close };
  }
  if (!writtenFormats.includes(format)) {
    close();
    return openForeign(files, format);
  }
  const present = opened.flatMap(({ file, source }) => (source ? [{ name: file, source }] : []));
  try {
    const image = diskImageOf(join(files[0].folder, files[0].file), format, present);
    const findings = () => sentences(image.findings);
    return { source: image, fileBytes, stored: image.storedHashes, findings, close };
  } catch (error) {
    close();
    throw error;
  }
}

const writtenFormats: readonly string[] = ["e01", "ewf", "aff4"];

/** An image of a format that we only read: what it refers to (extents, parents) belongs to it, too. */
function openForeign(files: readonly SegmentPath[], format: string): OpenedImage {
  const { folder } = files[0];
  const opened = openFoundImage({ format, signed: true, folder, names: files.map(({ file }) => file) });
  const { image } = opened;
  return {
    source: image,
    fileBytes: opened.files.reduce((sum, { size }) => sum + size, 0),
    stored: image.storedHashes,
    findings: () => sentences(image.findings),
    close: () => opened.close(),
  };
}

function diskImageOf(path: string, format: ReadableFormat, segments: readonly ImageSegment[]): DiskImage {
  const id = format === "e01" ? "ewf" : format;
  const reader = imageFormats.find(({ registration }) => registration.id === id);
  if (!reader) throw new Error(`no image format ${id} is registered`);
  try {
    return reader.open(segments);
  } catch (error) {
    if (!isEvidenceError(error)) throw error;
    const problem = sentenceOf({ code: error.code, params: error.params, offset: null, length: null });
    throw new OperatorError("image/damaged", imageSays.imageDamaged(path, format, problem), exitCodes.loss);
  }
}

/** What was seen when the medium was acquired is in the manifest; here counts what became of the image since. */
function sentences(findings: readonly Finding[]): string[] {
  return findings.filter(({ code }) => code !== "image/source-errors").map(placed);
}

/** With the bytes of the medium that it concerns, where it concerns some. */
function placed(found: Finding): string {
  const { offset, length } = found;
  const sentence = sentenceOf(found);
  return offset === null || !length ? sentence : imageSays.atBytes(sentence, offset, length);
}

interface OpenedSegment {
  readonly file: string;
  /** Null where the file is missing. */
  readonly source: FileSource | null;
  /** As it should be. */
  readonly size: number;
  readonly fileBytes: number;
  close(): void;
}

function openSegment({ folder, file, size }: SegmentPath): OpenedSegment {
  const path = join(folder, file);
  try {
    const descriptor = openSync(path, "r");
    const stat = fstatSync(descriptor);
    // A device states no size here; of a clone it is what was written to it.
    const found = stat.isBlockDevice() ? (size ?? 0) : stat.size;
    const source = new FileSource(descriptor, found, file);
    return { file, source, size: size ?? found, fileBytes: found, close: () => closeSync(descriptor) };
  } catch (error) {
    if (errorCode(error) === "ENOENT" && size !== null) {
      return { file, source: null, size, fileBytes: 0, close: () => undefined };
    }
    throw new OperatorError("image/unreadable", imageSays.imageUnreadable(path, errorCode(error)));
  }
}

/** One file of an image that must be there. Throws OperatorError. */
export function openSegmentFile({ folder, file }: SegmentPath): { readonly source: FileSource; close(): void } {
  const { source, close } = openSegment({ folder, file, size: null });
  if (!source) throw new Error("a file without a stated size is never missing");
  return { source, close };
}

/** The bytes of raw files one after another. What a file lacks of its size is zeros, and named as missing. */
class JoinedSource implements ByteSource {
  readonly size: number;
  readonly #parts: readonly (OpenedSegment & { readonly start: number })[];

  constructor(segments: readonly OpenedSegment[]) {
    let start = 0;
    this.#parts = segments.map((segment) => {
      const part = { ...segment, start };
      start += segment.size;
      return part;
    });
    this.size = start;
  }

  readInto(target: Uint8Array, at: number): number {
    const end = Math.min(this.size, at + target.length);
    for (const { source, start, size } of this.#partsIn(at, end)) {
      const from = Math.max(at, start);
      const piece = target.subarray(from - at, Math.min(end, start + size) - at);
      const got = source?.readInto(piece, from - start) ?? 0;
      piece.fill(0, got);
    }
    return Math.max(0, end - at);
  }

  *runsIn(at: number, length: number): Iterable<Run> {
    const end = Math.min(this.size, at + length);
    for (const { source, start, size, file } of this.#partsIn(at, end)) {
      const from = Math.max(at, start);
      const to = Math.min(end, start + size);
      const held = Math.max(from, Math.min(to, start + (source?.size ?? 0)));
      const place = (offset: number) => ({ path: file, offset: offset - start, exact: true });
      if (held > from) yield { start: from, length: held - from, kind: "data", place: place(from) };
      if (to > held) yield { start: held, length: to - held, kind: "missing", place: place(held) };
    }
  }

  #partsIn(at: number, end: number) {
    return this.#parts.filter(({ start, size }) => start < end && start + size > at);
  }
}
