/** Which directory holds a place of the volume: what turns the key of an entry back into the entry. Made by one walk, when first needed. */
import { readRange } from "../../bytes/byte-source.ts";
import { RangeOwners } from "../range-owners.ts";
import type { AllocationBitmap } from "./bitmap.ts";
import { DirectoryReader, newNotes } from "./directory.ts";
import { beginsSet, type EntrySet } from "./entry-set.ts";
import { mostSecondaries, slotBytes } from "./layouts.ts";
import { findOrphans } from "./lost.ts";
import type { Survey } from "./survey.ts";
import { TreeWalk, type DirectoryRef, type Visit } from "./tree.ts";
import type { Allocation, ByteRange, ExfatVolume } from "./volume.ts";

interface Known {
  readonly directory: DirectoryRef;
  readonly ranges: readonly ByteRange[];
  /** Offset of the end mark, -1 for none. */
  readonly endMark: number;
}

/** A set where its reader stands: to be used before the next look. */
export interface Located {
  readonly directory: DirectoryRef;
  readonly set: EntrySet;
}

export class DirectoryIndex {
  readonly #orphans = new Map<number, Allocation>();
  readonly #volume: ExfatVolume;
  readonly #survey: Survey;
  readonly #walk: TreeWalk;
  readonly #reader: DirectoryReader;
  readonly #known: Known[] = [];
  #owners: RangeOwners = new RangeOwners(0, () => []);
  #searched = false;

  constructor(volume: ExfatVolume, bitmap: AllocationBitmap | null, survey: Survey) {
    this.#volume = volume;
    this.#survey = survey;
    this.#walk = new TreeWalk(volume, bitmap);
    this.#reader = new DirectoryReader(volume);
    this.#take(this.#walk.known());
    for (const place of survey.lostDirectories) this.#takeOrphan(place);
    this.#order();
  }

  /** The set that has a slot at an offset of the volume; null where there is none. */
  find(offset: number): Located | null {
    const known = this.#knownAt(offset) ?? (this.#search() ? this.#knownAt(offset) : null);
    if (known === null) return null;
    const { directory, ranges, endMark } = known;
    const { before, near } = this.#near(ranges, offset);
    const ended = before.some(({ start, length }) => endMark >= start && endMark < start + length);
    for (const set of this.#reader.sets(near, newNotes(), ended)) {
      if (set.offsets.subarray(0, set.count).includes(offset)) return { directory, set };
    }
    return null;
  }

  /** The directory that nothing leads to with this first cluster. */
  orphanAt(cluster: number): Allocation | null {
    const known = this.#orphans.get(cluster);
    return known ?? (this.#search() ? (this.#orphans.get(cluster) ?? null) : null);
  }

  /** Free space is looked into where what leads from the root does not suffice; false where it was already. */
  #search(): boolean {
    if (this.#searched) return false;
    this.#searched = true;
    const found = findOrphans(this.#volume, this.#survey.free, this.#walk.listed);
    for (const place of found) this.#takeOrphan(place);
    this.#order();
    return true;
  }

  #takeOrphan(place: Allocation): void {
    if (this.#walk.listed.has(place.cluster)) return;
    this.#orphans.set(place.cluster, place);
    this.#take(this.#walk.orphan(place));
  }

  #take(visits: Iterable<Visit>): void {
    for (const visit of visits) {
      const { directory, notes, read } = visit;
      for (const set of this.#walk.sets(visit)) this.#walk.met(directory, set);
      if (read.ranges.length > 0) this.#known.push({ directory, ranges: read.ranges, endMark: notes.endMark });
    }
  }

  #order(): void {
    this.#owners = new RangeOwners(this.#known.length, (owner) => this.#known[owner]!.ranges);
  }

  #knownAt(offset: number): Known | null {
    return this.#known[this.#owners.ownerOf(offset)] ?? null;
  }

  /** The slots of a directory that tell which set one belongs to: from one that begins a set whatever stands before it. */
  #near(ranges: readonly ByteRange[], offset: number): { before: ByteRange[]; near: ByteRange[] } {
    const index = ranges.findIndex(({ start, length }) => offset >= start && offset < start + length);
    for (let range = index; range >= 0; range--) {
      const { start, length } = ranges[range]!;
      const last = range === index ? offset : start + length - slotBytes;
      const first = Math.max(start, last - mostSecondaries * slotBytes);
      const bytes = readRange(this.#volume.source, first, last - first + slotBytes);
      for (let at = bytes.length - slotBytes; at >= 0; at -= slotBytes) {
        if (beginsSet(bytes[at]!)) return cut(ranges, range, first + at);
      }
      if (first > start) break;
    }
    return { before: [], near: [...ranges] };
  }
}

/** Stretches up to a place of one of them, and as many from there on as a set can have. */
function cut(ranges: readonly ByteRange[], index: number, at: number): { before: ByteRange[]; near: ByteRange[] } {
  const { start, length } = ranges[index]!;
  const before = [...ranges.slice(0, index), { start, length: at - start }];
  const near: ByteRange[] = [];
  let left = (2 * mostSecondaries + 2) * slotBytes;
  for (const each of [{ start: at, length: start + length - at }, ...ranges.slice(index + 1)]) {
    if (left <= 0) break;
    near.push({ start: each.start, length: Math.min(left, each.length) });
    left -= each.length;
  }
  return { before, near };
}
