/** A stream of a compound file: its sectors in order, as stretches of the source beneath. */
import type { Place, Run, RunKind } from "../bytes/byte-source.ts";
import type { ByteSource } from "../bytes/byte-source.ts";
import type { Beneath, OverSource } from "../bytes/over-source.ts";

/** `at` in bytes of the source beneath. */
export interface Extent {
  readonly at: number;
  readonly length: number;
}

/** What the extents do not reach up to `size` is missing: zeros, named as such. */
export class ExtentSource implements OverSource {
  readonly size: number;
  readonly #source: ByteSource;
  readonly #extents: readonly Extent[];
  /** Where each extent starts in this source. */
  readonly #starts: readonly number[];
  readonly #end: number;

  constructor(source: ByteSource, extents: readonly Extent[], size: number) {
    this.#source = source;
    this.#extents = extents;
    this.size = size;
    let at = 0;
    this.#starts = extents.map(({ length }) => (at += length) - length);
    this.#end = at;
  }

  readInto(target: Uint8Array, at: number): number {
    const count = Math.max(0, Math.min(target.length, this.size - at));
    for (const part of this.beneath(at, count)) {
      const piece = target.subarray(part.start - at, part.start - at + part.length);
      const got = part.source === null ? 0 : part.source.readInto(piece, part.offset);
      if (got < piece.length) piece.fill(0, got);
    }
    return count;
  }

  *runsIn(at: number, length: number): Iterable<Run> {
    for (const part of this.beneath(at, length)) {
      if (part.source === null) yield this.#lost(part.start, part.length, "missing");
      else {
        let done = part.offset;
        for (const run of part.source.runsIn(part.offset, part.length)) {
          yield { ...run, start: part.start + run.start - part.offset };
          done = run.start + run.length;
        }
        const left = part.offset + part.length - done;
        if (left > 0) yield this.#lost(part.start + done - part.offset, left, "missing");
      }
    }
  }

  *beneath(at: number, length: number): Iterable<Beneath> {
    const end = Math.min(this.size, at + length);
    let from = Math.max(0, at);
    for (let i = this.#extentOf(from); from < Math.min(end, this.#end); i++) {
      const extent = this.#extents[i]!;
      const inside = from - this.#starts[i]!;
      const count = Math.min(extent.length - inside, end - from);
      yield { start: from, length: count, source: this.#source, offset: extent.at + inside };
      from += count;
    }
    if (from < end) yield { start: from, length: end - from, source: null, offset: 0 };
  }

  #lost(start: number, length: number, kind: RunKind): Run {
    const place: Place = { path: "-", offset: start, exact: false };
    return { start, length, kind, place };
  }

  /** The last extent that starts at or before the byte. */
  #extentOf(at: number): number {
    let [low, high] = [0, this.#starts.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if (this.#starts[middle]! <= at) low = middle;
      else high = middle - 1;
    }
    return Math.max(0, low);
  }
}
