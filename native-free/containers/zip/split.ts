/**
 * ZIP archives in several files (APPNOTE 6.3.10, section 8): segments `name.z01`, `name.z02` … `name.zip`, and files that were cut by size,
 * `name.zip.001`, `name.zip.002` … Segments are found beside the content by their names alone.
 */
import type { ByteSource, Run } from "../../bytes/byte-source.ts";
import type { Beside } from "../../model/extraction.ts";

export interface ZipSet {
  readonly source: ByteSource;
  /** Where each segment starts; null where offsets count from the first byte of all. */
  readonly disks: readonly number[] | null;
  readonly parts: number;
}

export type SetSearch =
  /** `another`: the content is a segment whose entries another file of the set lists. */
  { readonly set: ZipSet } | { readonly missing: number } | { readonly another: true } | null;

const MOST_PARTS = 10_000;

/** Sources one behind the other. */
class Joined implements ByteSource {
  readonly size: number;
  readonly #parts: readonly ByteSource[];
  readonly #starts: readonly number[];

  constructor(parts: readonly ByteSource[], starts: readonly number[], size: number) {
    this.#parts = parts;
    this.#starts = starts;
    this.size = size;
  }

  #indexOf(at: number): number {
    let [low, high] = [0, this.#starts.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if (this.#starts[middle]! <= at) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  readInto(target: Uint8Array, at: number): number {
    const count = Math.max(0, Math.min(target.length, this.size - at));
    for (let done = 0, index = this.#indexOf(at); done < count; index++) {
      done += this.#parts[index]!.readInto(target.subarray(done, count), at + done - this.#starts[index]!);
    }
    return count;
  }

  *runsIn(at: number, length: number): Iterable<Run> {
    const end = Math.min(this.size, at + length);
    for (let index = this.#indexOf(at); index < this.#parts.length && this.#starts[index]! < end; index++) {
      const start = this.#starts[index]!;
      const from = Math.max(at, start);
      for (const run of this.#parts[index]!.runsIn(from - start, end - from)) {
        yield { ...run, start: run.start + start };
      }
    }
  }
}

/** The set that the content belongs to; null where its name says that it is none. `disk`: segments before the content, as it says itself. */
export function findSet(source: ByteSource, beside: Beside, disk: number): SetSearch {
  const { self } = beside;
  const cut = /^(.+\.[0-9a-z]{2,5})\.(\d{3,4})$/i.exec(self);
  if (cut) return joinCut(source, beside, cut[1]!, cut[2]!);
  const names = new Map(beside.names().map((name) => [name.toLowerCase(), name]));
  const segment = /^(.+)\.z(\d{2,4})$/i.exec(self);
  if (segment) return names.has(`${segment[1]!.toLowerCase()}.zip`) ? { another: true } : null;
  const last = /^(.+)\.(zip|zipx)$/i.exec(self);
  return disk > 0 && last
    ? joinSegments(source, beside, { stem: last[1]!, count: Math.min(disk, MOST_PARTS) }, names)
    : null;
}

function joinCut(source: ByteSource, beside: Beside, stem: string, number: string): SetSearch {
  const nameOf = (index: number): string => `${stem}.${String(index).padStart(number.length, "0")}`;
  const present = new Set(beside.names());
  if (Number(number) !== 1) return present.has(nameOf(1)) ? { another: true } : null;
  const parts: ByteSource[] = [source];
  for (let index = 2; index < MOST_PARTS && present.has(nameOf(index)); index++) {
    const part = beside.open(nameOf(index));
    if (!part) return { missing: index };
    parts.push(part);
  }
  return parts.length > 1 ? { set: join(parts, false) } : { missing: 2 };
}

function joinSegments(
  source: ByteSource,
  beside: Beside,
  { stem, count }: { stem: string; count: number },
  names: ReadonlyMap<string, string>,
): SetSearch {
  const parts: ByteSource[] = [];
  for (let index = 1; index <= count; index++) {
    const name = names.get(`${stem}.z${String(index).padStart(2, "0")}`.toLowerCase());
    const part = name === undefined ? null : beside.open(name);
    if (!part) return { missing: index };
    parts.push(part);
  }
  return { set: join([...parts, source], true) };
}

function join(parts: readonly ByteSource[], isSegmented: boolean): ZipSet {
  const starts: number[] = [];
  let size = 0;
  for (const part of parts) {
    starts.push(size);
    size += part.size;
  }
  return { source: new Joined(parts, starts, size), disks: isSegmented ? starts : null, parts: parts.length };
}
