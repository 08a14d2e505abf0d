/**
 * A readable image as a source, to be written in another format: the medium that it holds, with its unreadable sectors, and
 * what its reader found wrong with it.
 */
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { basename } from "node:path";
import type { ByteSource, Run, RunKind } from "../../native-free/bytes/byte-source.ts";
import { imageFormats, type DiskImage } from "../../native-free/images/index.ts";
import { isEvidenceError } from "../../native-free/model/errors.ts";
import { sentenceOf } from "../../native-free/model/findings.ts";
import { mediumSays } from "../messages/en.ts";
import { exitCodes, OperatorError } from "../messages/operator-error.ts";
import type { AcquisitionSource, SourceErrors } from "./acquisition-source.ts";
import { errorCode } from "./describe-entry.ts";
import { ErrorList } from "./error-list.ts";

/** What is in an image at these places is not what was on the medium. */
const lostKinds: readonly RunKind[] = ["unreadable", "missing", "unknown"];

export class ImageSource implements AcquisitionSource {
  readonly size: number;
  readonly sectorBytes: number;
  readonly #image: DiskImage;
  readonly #files: readonly SegmentSource[];
  readonly #list: ErrorList;

  /** Owns the files until `close`. `from` and `before` as in `openSource`. */
  constructor(image: DiskImage, files: readonly SegmentSource[], from = 0, before?: SourceErrors) {
    this.#image = image;
    this.#files = files;
    this.size = image.size;
    this.sectorBytes = image.bytesPerSector;
    this.#list = new ErrorList(before, Math.floor(from / image.bytesPerSector));
  }

  get errors(): SourceErrors {
    return this.#list.snapshot;
  }

  get notes(): readonly string[] {
    return this.#image.findings.map((found) => sentenceOf(found));
  }

  /** A sector that the image holds in part is listed; the part is kept. */
  readInto(target: Uint8Array, at: number): number {
    const count = this.#image.readInto(target, at);
    for (const { start, length, kind } of this.#image.runsIn(at, count)) {
      if (!lostKinds.includes(kind)) continue;
      // Some formats put a mark in place of what they lack.
      target.fill(0, start - at, start - at + length);
      this.#addBad(start, length);
    }
    return count;
  }

  checkUnchanged(): void {
    this.#files.forEach((file) => file.checkUnchanged());
  }

  close(): void {
    this.#files.forEach((file) => file.close());
  }

  #addBad(start: number, length: number): void {
    const first = Math.floor(start / this.sectorBytes);
    const end = Math.ceil((start + length) / this.sectorBytes);
    this.#list.addBad(first, end - first);
  }
}

/** Opens the files of an image. Throws OperatorError where one cannot be read or they are no image of this format. */
export function openImageSource(
  format: string,
  paths: readonly string[],
  from?: number,
  before?: SourceErrors,
): AcquisitionSource {
  const found = imageFormats.find(({ registration }) => registration.id === format);
  if (!found) throw new Error(`no image format ${format} is registered`);
  const files: SegmentSource[] = [];
  try {
    for (const path of paths) files.push(new SegmentSource(path));
    const image = found.open(files.map((source) => ({ name: basename(source.path), source })));
    return new ImageSource(image, files, from, before);
  } catch (error) {
    files.forEach((file) => file.close());
    if (!isEvidenceError(error)) throw error;
    const problem = sentenceOf({ code: error.code, params: error.params, offset: null, length: null });
    throw new OperatorError("source/no-image", mediumSays.notAnImage(paths[0] ?? "-", problem));
  }
}

/** A file of an image. Its own disk may fail, which is no damage of the image: an OperatorError, not a gap. */
export class SegmentSource implements ByteSource {
  readonly path: string;
  readonly size: number;
  readonly #descriptor: number;

  constructor(path: string) {
    this.path = path;
    try {
      this.#descriptor = openSync(path, "r");
    } catch (error) {
      throw new OperatorError("image/unreadable", mediumSays.segmentUnreadable(path, errorCode(error)));
    }
    this.size = fstatSync(this.#descriptor).size;
  }

  readInto(target: Uint8Array, at: number): number {
    const wanted = Math.max(0, Math.min(target.length, this.size - at));
    for (let filled = 0; filled < wanted;) {
      const got = this.#read(target, filled, wanted - filled, at + filled);
      if (got === 0) throw this.#changed();
      filled += got;
    }
    return wanted;
  }

  *runsIn(at: number, length: number): Iterable<Run> {
    const count = Math.max(0, Math.min(length, this.size - at));
    const place = { path: basename(this.path), offset: at, exact: true };
    if (count > 0) yield { start: at, length: count, kind: "data", place };
  }

  checkUnchanged(): void {
    if (fstatSync(this.#descriptor).size !== this.size) throw this.#changed();
  }

  close(): void {
    closeSync(this.#descriptor);
  }

  #read(target: Uint8Array, offset: number, length: number, at: number): number {
    try {
      return readSync(this.#descriptor, target, offset, length, at);
    } catch (error) {
      const sentence = mediumSays.segmentGone(this.path, at, errorCode(error));
      throw new OperatorError("source/gone", sentence, exitCodes.stopped);
    }
  }

  #changed(): OperatorError {
    return new OperatorError("source/size-changed", mediumSays.segmentChanged(this.path), exitCodes.stopped);
  }
}
