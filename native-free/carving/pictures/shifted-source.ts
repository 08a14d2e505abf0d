/** A source without a stretch of it: what lies behind a gap moves up to where the gap began. */
import type { ByteSource, Run } from "../../bytes/byte-source.ts";

export class ShiftedSource implements ByteSource {
  readonly size: number;
  readonly #source: ByteSource;
  readonly #from: number;
  readonly #gap: number;

  /** `gap` bytes at `from` are left out; both lie inside of the source. */
  constructor(source: ByteSource, from: number, gap: number) {
    this.#source = source;
    this.#from = from;
    this.#gap = gap;
    this.size = source.size - gap;
  }

  readInto(target: Uint8Array, at: number): number {
    if (at >= this.#from) return this.#source.readInto(target, at + this.#gap);
    const before = this.#from - at;
    if (target.length <= before) return this.#source.readInto(target, at);
    this.#source.readInto(target.subarray(0, before), at);
    return before + this.#source.readInto(target.subarray(before), this.#from + this.#gap);
  }

  *runsIn(at: number, length: number): Iterable<Run> {
    const before = Math.max(0, Math.min(length, this.#from - at));
    if (before > 0) yield* this.#source.runsIn(at, before);
    for (const run of this.#source.runsIn(at + before + this.#gap, length - before)) {
      yield { ...run, start: run.start - this.#gap };
    }
  }
}
