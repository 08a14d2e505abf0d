/** The content of a file of logical evidence: stretches of the data of the set, or one byte repeated. */
import type { ByteSource, Run } from "../../bytes/byte-source.ts";

export interface Stretch {
  /** In the data of the set. */
  readonly offset: number;
  readonly length: number;
}

/** Stretches one behind the other; what they lack of `size`, or what lies behind the data of the set, is missing. */
export class StretchSource implements ByteSource {
  readonly size: number;
  readonly #medium: ByteSource;
  readonly #stretches: readonly Stretch[];

  constructor(medium: ByteSource, stretches: readonly Stretch[], size: number) {
    this.#medium = medium;
    this.#stretches = stretches;
    this.size = size;
  }

  readInto(target: Uint8Array, at: number): number {
    const count = Math.max(0, Math.min(target.length, this.size - at));
    target.fill(0, 0, count);
    for (const { start, offset, length } of this.#within(at, count)) {
      const to = start - at;
      if (offset < this.#medium.size) this.#medium.readInto(target.subarray(to, to + length), offset);
    }
    return count;
  }

  *runsIn(at: number, length: number): Iterable<Run> {
    const end = Math.min(this.size, at + length);
    let next = at;
    for (const { start, offset, length: held } of this.#within(at, end - at)) {
      const there = Math.max(0, Math.min(held, this.#medium.size - offset));
      for (const run of this.#medium.runsIn(offset, there)) yield { ...run, start: run.start - offset + start };
      next = start + there;
      if (there < held) break;
    }
    if (next < end) {
      const place = { path: "-", offset: next, exact: false };
      yield { start: next, length: end - next, kind: "missing", place };
    }
  }

  *#within(at: number, count: number): Iterable<{ start: number; offset: number; length: number }> {
    let base = 0;
    for (const { offset, length } of this.#stretches) {
      const from = Math.max(at, base);
      const to = Math.min(at + count, base + length);
      if (from < to) yield { start: from, offset: offset + from - base, length: to - from };
      base += length;
    }
  }
}

/** One byte of the set, repeated. */
export class RepeatedSource implements ByteSource {
  readonly size: number;
  readonly #medium: ByteSource;
  readonly #offset: number;

  constructor(medium: ByteSource, offset: number, size: number) {
    this.#medium = medium;
    this.#offset = offset;
    this.size = size;
  }

  readInto(target: Uint8Array, at: number): number {
    const count = Math.max(0, Math.min(target.length, this.size - at));
    target.fill(this.#byte(), 0, count);
    return count;
  }

  *runsIn(at: number, length: number): Iterable<Run> {
    const count = Math.max(0, Math.min(length, this.size - at));
    if (count === 0) return;
    const [run] = this.#medium.runsIn(this.#offset, 1);
    if (!run) yield { start: at, length: count, kind: "missing", place: { path: "-", offset: at, exact: false } };
    else {
      const kind = run.kind === "data" && this.#byte() === 0 ? "sparse" : run.kind;
      yield { start: at, length: count, kind, place: { ...run.place, exact: false } };
    }
  }

  #byte(): number {
    const one = new Uint8Array(1);
    this.#medium.readInto(one, this.#offset);
    return one[0]!;
  }
}
