/** Pieces of a source, one behind the other, as a source: what a carver tries out where a file lies in two parts. */
import type { ByteSource, Run } from "../../bytes/byte-source.ts";
import type { CarvedPiece } from "../carver.ts";

export class JoinedSource implements ByteSource {
  readonly size: number;
  readonly #source: ByteSource;
  readonly #pieces: readonly CarvedPiece[];

  constructor(source: ByteSource, pieces: readonly CarvedPiece[]) {
    this.#source = source;
    this.#pieces = pieces;
    this.size = pieces.reduce((sum, piece) => sum + piece.length, 0);
  }

  readInto(target: Uint8Array, at: number): number {
    const count = Math.max(0, Math.min(target.length, this.size - at));
    let from = 0;
    for (const piece of this.#pieces) {
      const start = Math.max(at, from);
      const stop = Math.min(at + count, from + piece.length);
      if (start < stop) this.#source.readInto(target.subarray(start - at, stop - at), piece.start + start - from);
      from += piece.length;
    }
    return count;
  }

  *runsIn(at: number, length: number): Iterable<Run> {
    let from = 0;
    for (const piece of this.#pieces) {
      const start = Math.max(at, from);
      const stop = Math.min(at + length, from + piece.length);
      const shift = from - piece.start;
      if (start < stop) {
        for (const run of this.#source.runsIn(start - shift, stop - start)) yield { ...run, start: run.start + shift };
      }
      from += piece.length;
    }
  }
}
