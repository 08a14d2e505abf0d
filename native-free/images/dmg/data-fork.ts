/** The data fork of a UDIF image: a stretch of its file, or of all files of a set that was cut into segments. */
import type { ByteSource, Run } from "../../bytes/byte-source.ts";
import type { ImageSegment } from "../image-format.ts";

interface Piece {
  /** In the fork. */
  readonly start: number;
  readonly end: number;
  readonly segment: ImageSegment;
  /** Of its first byte in the file. */
  readonly offset: number;
}

/** Pieces in any order; what none of them holds reads as zeros and is missing. */
export class DataFork implements ByteSource {
  readonly size: number;
  readonly #pieces: readonly Piece[];

  constructor(pieces: readonly Piece[]) {
    this.#pieces = [...pieces].sort((a, b) => a.start - b.start);
    this.size = pieces.reduce((end, piece) => Math.max(end, piece.end), 0);
  }

  /** Whether every byte of the stretch is in one of the files. */
  holds(at: number, length: number): boolean {
    let next = at;
    for (const { start, end, segment, offset } of this.#pieces) {
      const held = Math.min(end, start + segment.source.size - offset);
      if (start <= next && held > next) next = held;
    }
    return next >= at + length;
  }

  readInto(target: Uint8Array, at: number): number {
    const count = Math.max(0, Math.min(target.length, this.size - at));
    target.fill(0, 0, count);
    for (const { start, end, segment, offset } of this.#pieces) {
      const from = Math.max(at, start);
      const to = Math.min(at + count, end, start + segment.source.size - offset);
      if (from < to) segment.source.readInto(target.subarray(from - at, to - at), from - start + offset);
    }
    return count;
  }

  *runsIn(at: number, length: number): Iterable<Run> {
    const last = Math.min(this.size, at + length);
    let next = at;
    for (const { start, end, segment, offset } of this.#pieces) {
      const from = Math.max(next, start);
      const to = Math.min(last, end, start + segment.source.size - offset);
      if (from >= to) continue;
      if (next < from) yield missing(next, from);
      for (const run of segment.source.runsIn(from - start + offset, to - from)) {
        yield { ...run, start: run.start - offset + start };
      }
      next = to;
    }
    if (next < last) yield missing(next, last);
  }
}

function missing(start: number, end: number): Run {
  return { start, length: end - start, kind: "missing", place: { path: "-", offset: start, exact: false } };
}
