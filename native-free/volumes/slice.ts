/** A stretch of a source as a source: a partition of a medium, a gap. */
import type { ByteSource, Run } from "../bytes/byte-source.ts";
import type { Beneath, OverSource } from "../bytes/over-source.ts";

export class Slice implements OverSource {
  readonly size: number;
  readonly start: number;
  readonly #source: ByteSource;
  /** Bytes that the source has. */
  readonly #held: number;

  /** `start` and `length` in bytes of the source; what lies behind its end is `missing`. */
  constructor(source: ByteSource, start: number, length: number) {
    this.#source = source;
    this.start = start;
    this.size = length;
    this.#held = Math.max(0, Math.min(length, source.size - start));
  }

  readInto(target: Uint8Array, at: number): number {
    const count = Math.max(0, Math.min(target.length, this.size - at));
    const held = Math.max(0, Math.min(count, this.#held - at));
    if (held > 0) this.#source.readInto(held === target.length ? target : target.subarray(0, held), this.start + at);
    if (held < count) target.fill(0, held, count);
    return count;
  }

  *runsIn(at: number, length: number): Iterable<Run> {
    const end = Math.min(this.size, at + length);
    const held = Math.min(end, this.#held);
    if (at < held) {
      for (const run of this.#source.runsIn(this.start + at, held - at))
        yield { ...run, start: run.start - this.start };
    }
    const from = Math.max(at, held);
    if (from < end) {
      const place = { path: "-", offset: this.start + from, exact: false };
      yield { start: from, length: end - from, kind: "missing", place };
    }
  }

  *beneath(at: number, length: number): Iterable<Beneath> {
    const end = Math.min(this.size, at + length);
    const held = Math.min(end, this.#held);
    if (at < held) yield { start: at, length: held - at, source: this.#source, offset: this.start + at };
    const from = Math.max(at, held);
    if (from < end) yield { start: from, length: end - from, source: null, offset: from };
  }
}
