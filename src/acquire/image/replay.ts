/** The first bytes of a medium as an interrupted acquisition wrote them, read again from the target that holds most of them. */
import type { ByteSource, Run } from "../../../native-free/bytes/byte-source.ts";
import { openAff4Start } from "../../../native-free/images/aff4/resume.ts";
import type { Aff4Position } from "../../../native-free/images/aff4/writer.ts";
import type { TargetFormat } from "./image-body.ts";
import { partialName } from "./image-plan.ts";
import { openImage, openSegmentFile, type SegmentPath } from "./open-image.ts";
import type { WrittenSegment } from "./segment-files.ts";

export interface ReplaySpec {
  readonly format: TargetFormat;
  /** Files as they stand. */
  readonly segments: readonly WrittenSegment[];
  /** Bytes of the medium that stand. */
  readonly bytes: number;
  readonly aff4: Aff4Position | null;
}

/** Throws OperatorError where the files cannot be read. */
export function openReplay(spec: ReplaySpec): { readonly source: ByteSource; close: () => void } {
  const files = spec.segments.map(({ folder, file, size }): SegmentPath => ({ folder, file: partialName(file), size }));
  if (spec.aff4) {
    const opened = openSegmentFile(files[0]);
    return { source: new Start(openAff4Start(opened.source, spec.aff4), spec.bytes), close: () => opened.close() };
  }
  const { source, close } = openImage(files, spec.format);
  return { source: new Start(source, spec.bytes), close };
}

/** The first bytes of a source. */
class Start implements ByteSource {
  readonly size: number;
  readonly #source: ByteSource;

  constructor(source: ByteSource, size: number) {
    this.#source = source;
    this.size = size;
  }

  readInto(target: Uint8Array, at: number): number {
    const count = Math.max(0, Math.min(target.length, this.size - at));
    return this.#source.readInto(count === target.length ? target : target.subarray(0, count), at);
  }

  runsIn(at: number, length: number): Iterable<Run> {
    return this.#source.runsIn(at, Math.max(0, Math.min(length, this.size - at)));
  }
}
