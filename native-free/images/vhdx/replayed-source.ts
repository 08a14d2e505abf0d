/** A file as it is after changes that are known but were not carried out: nothing is written, and nothing is kept in memory. */
import { readRange, type ByteSource, type Run } from "../../bytes/byte-source.ts";

/** Bytes `[start, end)` of the file are those at `from` of the same file as it is; null for zeros. */
export interface Change {
  readonly start: number;
  readonly end: number;
  readonly from: number | null;
}

export class ReplayedSource implements ByteSource {
  readonly size: number;
  readonly #source: ByteSource;
  /** In order, none touching what another changes. */
  readonly #pieces: readonly Change[];

  /** Later changes override earlier ones. */
  constructor(source: ByteSource, changes: readonly Change[]) {
    this.#source = source;
    this.#pieces = overlaid(changes);
    this.size = Math.max(source.size, this.#pieces.at(-1)?.end ?? 0);
  }

  readInto(target: Uint8Array, at: number): number {
    const count = Math.max(0, Math.min(target.length, this.size - at));
    const held = Math.max(0, Math.min(count, this.#source.size - at));
    if (held > 0) this.#source.readInto(held === target.length ? target : target.subarray(0, held), at);
    target.fill(0, held, count);
    for (const { start, end, from } of this.#piecesWithin(at, at + count)) {
      const [first, last] = [Math.max(start, at), Math.min(end, at + count)];
      if (from === null) target.fill(0, first - at, last - at);
      else target.set(readRange(this.#source, from + first - start, last - first), first - at);
    }
    return count;
  }

  *runsIn(at: number, length: number): Iterable<Run> {
    const end = Math.min(this.size, at + length);
    let done = at;
    for (const piece of this.#piecesWithin(at, end)) {
      const [first, last] = [Math.max(piece.start, at), Math.min(piece.end, end)];
      yield* this.#unchanged(done, first);
      if (piece.from === null) {
        yield { start: first, length: last - first, kind: "sparse", place: { path: "-", offset: first, exact: false } };
      } else {
        const from = piece.from + first - piece.start;
        for (const run of this.#source.runsIn(from, last - first)) yield { ...run, start: run.start - from + first };
      }
      done = last;
    }
    yield* this.#unchanged(done, end);
  }

  *#unchanged(start: number, end: number): Iterable<Run> {
    const held = Math.max(start, Math.min(end, this.#source.size));
    if (start < held) yield* this.#source.runsIn(start, held - start);
    if (held < end) {
      yield { start: held, length: end - held, kind: "missing", place: { path: "-", offset: held, exact: false } };
    }
  }

  *#piecesWithin(start: number, end: number): Iterable<Change> {
    let [low, high] = [0, this.#pieces.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#pieces[middle]!.end > start) high = middle;
      else low = middle + 1;
    }
    for (; low < this.#pieces.length && this.#pieces[low]!.start < end; low++) yield this.#pieces[low]!;
  }
}

/** The stretches that remain of changes when the last one wins, in order. */
export function overlaid(changes: readonly Change[]): Change[] {
  const edges = new Float64Array(changes.length * 2);
  changes.forEach(({ start, end }, index) => edges.set([start, end], index * 2));
  const bounds = edges.sort().filter((edge, index) => index === 0 || edge !== edges[index - 1]);
  const owner = new Int32Array(bounds.length).fill(-1);
  // From every interval between bounds a way to the next one that nobody owns, shortened as it is gone.
  const next = new Int32Array(bounds.length).map((_, index) => index);
  const free = (index: number): number => {
    let found = index;
    while (next[found] !== found) found = next[found] = next[next[found]!]!;
    return found;
  };
  for (let change = changes.length - 1; change >= 0; change--) {
    const { start, end } = changes[change]!;
    const last = indexOf(bounds, end);
    for (let at = free(indexOf(bounds, start)); at < last; at = free(at)) {
      owner[at] = change;
      next[at] = at + 1;
    }
  }
  return piecesOf(changes, bounds, owner);
}

function piecesOf(changes: readonly Change[], bounds: Float64Array, owner: Int32Array): Change[] {
  const pieces: Change[] = [];
  for (let at = 0; at + 1 < bounds.length; at++) {
    const change = changes[owner[at]!];
    if (!change) continue;
    let last = at;
    while (owner[last + 1] === owner[at]) last++;
    const [start, end] = [bounds[at]!, bounds[last + 1]!];
    pieces.push({ start, end, from: change.from === null ? null : change.from + start - change.start });
    at = last;
  }
  return pieces;
}

function indexOf(bounds: Float64Array, value: number): number {
  let [low, high] = [0, bounds.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (bounds[middle]! >= value) high = middle;
    else low = middle + 1;
  }
  return low;
}
