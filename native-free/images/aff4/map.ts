/** A Map as a ByteSource: stretches of other streams in an order of its own. Specification: AFF4 Standard 1.0a, section 4. */
import type { ByteSource, Run, RunKind } from "../../bytes/byte-source.ts";
import { mapEntry } from "./layouts.ts";
import type { SymbolicStream } from "./symbolic.ts";

export type MapTarget = ByteSource | SymbolicStream | null;

/** Entries in order, neither touching each other nor leaving the map; neighbours that continue each other are one. */
export interface MapEntries {
  readonly count: number;
  readonly starts: Float64Array;
  readonly ends: Float64Array;
  /** What lies at `starts` in the target. */
  readonly offsets: Float64Array;
  readonly targets: Uint32Array;
  /** Entries outside the map or without a target. */
  readonly damaged: number;
  readonly overlapping: number;
}

/** `bytes` of a map member; entries are clipped to `size`, and `targets` is the number of lines of the index. */
export function readMapEntries(bytes: Uint8Array, size: number, targets: number): MapEntries {
  const count = Math.floor(bytes.length / mapEntry.size);
  const laid = {
    starts: new Float64Array(count),
    ends: new Float64Array(count),
    offsets: new Float64Array(count),
    targets: new Uint32Array(count),
  };
  let [damaged, overlapping, kept, end] = [bytes.length % mapEntry.size === 0 ? 0 : 1, 0, 0, 0];
  const cursor = mapEntry.cursor();
  for (const place of inOrder(bytes, count)) {
    const { mappedOffset, length, targetOffset, target } = cursor.over(bytes, place * mapEntry.size);
    const start = Math.max(mappedOffset, end);
    const stop = Math.min(mappedOffset + length, size);
    if (target >= targets || mappedOffset + length > size || !Number.isSafeInteger(targetOffset + length)) damaged++;
    if (start > mappedOffset && length > 0) overlapping++;
    if (stop <= start || target >= targets || !Number.isSafeInteger(targetOffset + length)) continue;
    const offset = targetOffset + start - mappedOffset;
    end = stop;
    const last = kept - 1;
    const continues =
      last >= 0 &&
      laid.ends[last] === start &&
      laid.targets[last] === target &&
      laid.offsets[last]! + start - laid.starts[last]! === offset;
    if (continues) {
      laid.ends[last] = stop;
      continue;
    }
    laid.starts[kept] = start;
    laid.ends[kept] = stop;
    laid.offsets[kept] = offset;
    laid.targets[kept] = target;
    kept++;
  }
  return { ...laid, count: kept, damaged, overlapping };
}

/** Places of the entries by mapped offset; writers need not sort them. */
function inOrder(bytes: Uint8Array, count: number): Iterable<number> {
  const cursor = mapEntry.cursor();
  const starts = new Float64Array(count);
  let sorted = true;
  for (let place = 0; place < count; place++) {
    starts[place] = cursor.over(bytes, place * mapEntry.size).mappedOffset;
    sorted &&= place === 0 || starts[place - 1]! <= starts[place]!;
  }
  const places = new Uint32Array(count).map((_, place) => place);
  return sorted ? places : places.sort((a, b) => starts[a]! - starts[b]! || a - b);
}

export interface MapContent {
  readonly size: number;
  readonly entries: MapEntries;
  /** By line of the index; null where the stream is in none of the volumes. */
  readonly targets: readonly MapTarget[];
  readonly gaps: MapTarget;
}

interface Stretch {
  readonly start: number;
  readonly end: number;
  readonly target: MapTarget;
  /** Of `start`, in the target. */
  readonly offset: number;
}

const isSource = (target: ByteSource | SymbolicStream): target is ByteSource => "readInto" in target;

export class Aff4Map implements ByteSource {
  readonly size: number;
  readonly #content: MapContent;

  constructor(content: MapContent) {
    this.size = content.size;
    this.#content = content;
  }

  /** The only stream of data behind the map, where each of its bytes keeps its offset; else null. */
  get identity(): ByteSource | null {
    const { entries, targets } = this.#content;
    let found: ByteSource | null = null;
    for (let place = 0; place < entries.count; place++) {
      const target = targets[entries.targets[place]!]!;
      if (target === null || !isSource(target)) continue;
      if (entries.offsets[place] !== entries.starts[place] || (found !== null && found !== target)) return null;
      found = target;
    }
    return found;
  }

  /** The stream that the map hands through from the first byte to the last, else null. */
  get whole(): ByteSource | null {
    const { entries, size } = this.#content;
    const all = entries.count === 1 && entries.starts[0] === 0 && entries.ends[0] === size;
    return (all || size === 0) && this.identity?.size === size ? this.identity : null;
  }

  /** Bytes that the map itself says were not read. */
  get notRead(): { readonly unreadable: number; readonly unknown: number } {
    const { entries, targets, gaps, size } = this.#content;
    const sums = { unreadable: 0, unknown: 0 };
    const count = (target: MapTarget, bytes: number): void => {
      if (!target || isSource(target)) return;
      if (target.kind === "unreadable" || target.kind === "unknown") sums[target.kind] += bytes;
    };
    let mapped = 0;
    for (let place = 0; place < entries.count; place++) {
      const bytes = entries.ends[place]! - entries.starts[place]!;
      mapped += bytes;
      count(targets[entries.targets[place]!]!, bytes);
    }
    count(gaps, size - mapped);
    return sums;
  }

  readInto(target: Uint8Array, at: number): number {
    const count = Math.max(0, Math.min(target.length, this.size - at));
    for (const { start, end, target: from, offset } of this.#within(at, at + count)) {
      const part = target.subarray(start - at, end - at);
      if (from === null) part.fill(0);
      else if (isSource(from)) part.fill(0, from.readInto(part, offset));
      else from.fill(part, offset);
    }
    return count;
  }

  *runsIn(at: number, length: number): Iterable<Run> {
    const end = Math.max(at, Math.min(this.size, at + length));
    for (const { start, end: stop, target, offset } of this.#within(at, end)) {
      if (target === null) yield run(start, stop, "missing");
      else if (!isSource(target)) yield run(start, stop, target.kind);
      else {
        let next = start;
        for (const inner of target.runsIn(offset, stop - start)) {
          yield { ...inner, start: inner.start - offset + start };
          next = inner.start + inner.length - offset + start;
        }
        if (next < stop) yield run(next, stop, "missing");
      }
    }
  }

  *#within(from: number, to: number): Iterable<Stretch> {
    const { entries, targets, gaps } = this.#content;
    let place = firstEndingBehind(entries, from);
    for (let at = from; at < to;) {
      const start = place < entries.count ? entries.starts[place]! : Infinity;
      if (at < start) {
        const end = Math.min(start, to);
        yield { start: at, end, target: gaps, offset: at };
        at = end;
        continue;
      }
      const end = Math.min(entries.ends[place]!, to);
      yield { start: at, end, target: targets[entries.targets[place]!]!, offset: entries.offsets[place]! + at - start };
      at = end;
      place++;
    }
  }
}

function run(start: number, end: number, kind: RunKind): Run {
  return { start, length: end - start, kind, place: { path: "-", offset: start, exact: false } };
}

function firstEndingBehind({ ends, count }: MapEntries, at: number): number {
  let [low, high] = [0, count];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (ends[middle]! > at) high = middle;
    else low = middle + 1;
  }
  return low;
}
