/**
 * A readable image as a source, to be written in another format: the medium that it holds, with its unreadable sectors, and
 * what its reader found wrong with it.
 */
import { basename, dirname } from "node:path";
import { isLost, type ByteSource } from "../../native-free/bytes/byte-source.ts";
import { mediumOf } from "../../native-free/layers/resolve.ts";
import { sentenceOf } from "../../native-free/model/findings.ts";
import { Slice } from "../../native-free/volumes/slice.ts";
import type { AcquisitionSource, SourceErrors, SourcePart, SourceSpec } from "./acquisition-source.ts";
import { ErrorList } from "./error-list.ts";
import { resolveIn } from "./evidence-path.ts";
import { openFoundImage, otherMedium, type OpenedDiskImage } from "./image-files.ts";

export class ImageSource implements AcquisitionSource {
  readonly size: number;
  readonly sectorBytes: number;
  readonly #bytes: ByteSource;
  readonly #opened: OpenedDiskImage;
  readonly #list: ErrorList;

  /** Owns the files until `close`. `bytes`: the image or a part of it. `from` and `before` as in `openSource`. */
  constructor(opened: OpenedDiskImage, bytes: ByteSource, from = 0, before?: SourceErrors) {
    this.#opened = opened;
    this.#bytes = bytes;
    this.size = bytes.size;
    this.sectorBytes = opened.image.bytesPerSector;
    this.#list = new ErrorList(before, Math.floor(from / this.sectorBytes));
  }

  get errors(): SourceErrors {
    return this.#list.snapshot;
  }

  get notes(): readonly string[] {
    return this.#opened.image.findings.map((found) => sentenceOf(found));
  }

  get storedHashes(): Readonly<Record<string, string>> {
    return this.#bytes === this.#opened.image ? this.#opened.image.storedHashes : {};
  }

  /** A sector that the image holds in part is listed; the part is kept. */
  readInto(target: Uint8Array, at: number): number {
    const count = this.#bytes.readInto(target, at);
    for (const { start, length, kind } of this.#bytes.runsIn(at, count)) {
      if (!isLost(kind)) continue;
      // Some formats put a mark in place of what they lack.
      target.fill(0, start - at, start - at + length);
      this.#addBad(start, length);
    }
    return count;
  }

  checkUnchanged(): void {
    this.#opened.files.forEach((file) => file.checkUnchanged());
  }

  close(): void {
    this.#opened.close();
  }

  #addBad(start: number, length: number): void {
    const first = Math.floor(start / this.sectorBytes);
    const end = Math.ceil((start + length) / this.sectorBytes);
    this.#list.addBad(first, end - first);
  }
}

/** Opens the files of an image, all in one folder. Throws OperatorError where one cannot be read or they are no image of this format. */
export function openImageSource(
  { format, files, part }: Extract<SourceSpec, { kind: "image" }>,
  from?: number,
  before?: SourceErrors,
): AcquisitionSource {
  const folder = dirname(files[0] ?? "");
  const opened = openFoundImage({ format, signed: true, folder, names: files.map((path) => basename(path)) });
  try {
    return new ImageSource(opened, part ? partOf(opened, part) : opened.image, from, before);
  } catch (error) {
    opened.close();
    throw error;
  }
}

function partOf(opened: OpenedDiskImage, { at, other, from, length }: SourcePart): ByteSource {
  const image = other === null ? opened.image : otherMedium(opened, other);
  const whole = at === null ? image : resolveIn(mediumOf(image), at, opened.files[0]?.path ?? "-").source;
  return new Slice(whole, from, length);
}
