/**
 * Opens the files of an image exhibit for reading, as a medium. Every read is a sign of life. A file that cannot be read any more is
 * no damage of the evidence: the run stops and is continued when it is back.
 */
import { openSync } from "node:fs";
import { basename } from "node:path";
import type { ByteSource, Run } from "../../../native-free/bytes/byte-source.ts";
import { imageFormats, type DiskImage, type ImageSegment } from "../../../native-free/images/index.ts";
import { logicalFormats } from "../../../native-free/images/logical-index.ts";
import { LogicalMedium } from "../../../native-free/layers/logical-medium.ts";
import { mediumOf, type Medium } from "../../../native-free/layers/resolve.ts";
import { isEvidenceError } from "../../../native-free/model/errors.ts";
import { sentenceOf } from "../../../native-free/model/findings.ts";
import { FileSource } from "../../../workers/file-source.ts";
import { mediumSays } from "../../messages/en.ts";
import { OperatorError } from "../../messages/operator-error.ts";
import { sourceGone } from "../folder-unit.ts";
import type { ImageFile, ImageJob } from "./image-job.ts";

/** Throws OperatorError where nothing of the medium can be had, `sourceGoneCode` where a file is not there. */
export function openExhibitImage({ format: id, files }: Pick<ImageJob, "format" | "files">, beat: () => void): Medium {
  const segments = files.map((file) => openSegment(file, beat));
  const logical = logicalFormats.find(({ registration }) => registration.id === id);
  const format = imageFormats.find(({ registration }) => registration.id === id);
  try {
    if (logical) return mediumOf(new LogicalMedium(logical.open(segments)));
    if (!format) throw new Error(`no image format ${id} is registered`);
    const image: DiskImage = format.open(segments);
    return mediumOf(image);
  } catch (error) {
    if (!isEvidenceError(error)) throw error;
    const problem = sentenceOf({ code: error.code, params: error.params, offset: null, length: null });
    throw new OperatorError("source/no-image", mediumSays.notAnImage(files[0]?.path ?? "-", problem));
  }
}

function openSegment({ path, size }: ImageFile, beat: () => void): ImageSegment {
  try {
    const descriptor = openSync(path, "r");
    return { name: basename(path), source: new SegmentFile(descriptor, size, basename(path), beat) };
  } catch {
    throw sourceGone();
  }
}

/** Stays open as long as its thread lives. */
class SegmentFile implements ByteSource {
  readonly size: number;
  readonly #file: FileSource;
  readonly #beat: () => void;

  constructor(descriptor: number, size: number, name: string, beat: () => void) {
    this.size = size;
    this.#file = new FileSource(descriptor, size, name);
    this.#beat = beat;
  }

  readInto(target: Uint8Array, at: number): number {
    this.#beat();
    let count: number;
    try {
      count = this.#file.readInto(target, at);
    } catch {
      throw sourceGone();
    }
    if (!this.#file.isCut) return count;
    // It had its size when the run began.
    throw sourceGone();
  }

  runsIn(at: number, length: number): Iterable<Run> {
    return this.#file.runsIn(at, length);
  }
}
