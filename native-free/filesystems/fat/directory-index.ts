/** Which directory holds a place of the volume: what turns the key of an entry back into the entry. Made by one walk, when first needed. */
import { viewRange } from "../../bytes/byte-source.ts";
import { DirectoryReader, endsInPiece, newNotes, type DirectoryItem, WINDOW_BYTES } from "./directory.ts";
import { slotBytes } from "./layouts.ts";
import { RangeOwners } from "../range-owners.ts";
import { findOrphans } from "./orphans.ts";
import type { Survey } from "./survey.ts";
import { TreeWalk, type DirectoryRef, type Visit } from "./tree.ts";
import type { ByteRange, FatVolume } from "./volume.ts";

interface Known {
  readonly directory: DirectoryRef;
  readonly ranges: readonly ByteRange[];
  /** Offset of the end mark, -1 for none. */
  readonly endMark: number;
}

/** An item where its reader stands: to be used before the next look. */
export interface Located {
  readonly directory: DirectoryRef;
  readonly item: DirectoryItem;
}

export class DirectoryIndex {
  /** First clusters of directories that nothing leads to, as the walk of the entries names them. */
  readonly orphans = new Set<number>();
  readonly #volume: FatVolume;
  readonly #survey: Survey;
  readonly #walk: TreeWalk;
  readonly #reader: DirectoryReader;
  readonly #known: Known[] = [];
  #owners: RangeOwners = new RangeOwners(0, () => []);
  #searched = false;

  constructor(volume: FatVolume, survey: Survey) {
    this.#volume = volume;
    this.#survey = survey;
    this.#walk = new TreeWalk(volume, false);
    this.#reader = new DirectoryReader(volume);
    this.#take(this.#walk.known());
    for (const cluster of survey.lostDirectories) this.#takeOrphan(cluster);
    this.#order();
  }

  /** The entry at an offset of the volume, or with `pieces` the remains of a long name that begin there; null where there is none. */
  find(offset: number, pieces: boolean): Located | null {
    const known = this.#knownAt(offset) ?? (this.#search() ? this.#knownAt(offset) : null);
    if (known === null) return null;
    const { directory, ranges, endMark } = known;
    const { first, near } = this.#near(ranges, offset);
    const before = windowsOf(ranges).slice(0, first);
    const ended = before.some(({ start, length }) => endMark >= start && endMark < start + length);
    for (const item of this.#reader.items(near, directory.key !== null && first === 0, newNotes(), ended)) {
      if (item.offset === offset && (item.what === "pieces") === pieces) return { directory, item };
    }
    return null;
  }

  /** Whether the walk names a directory that nothing leads to by this cluster. */
  isOrphan(cluster: number): boolean {
    return this.orphans.has(cluster) || (this.#search() && this.orphans.has(cluster));
  }

  /** Free space is looked into where what leads from the root does not suffice; false where it was already. */
  #search(): boolean {
    if (this.#searched) return false;
    this.#searched = true;
    const found = findOrphans(this.#volume, this.#survey.free, this.#walk.listed);
    for (const cluster of found) this.#takeOrphan(cluster);
    this.#order();
    return true;
  }

  #takeOrphan(cluster: number): void {
    if (this.#walk.listed.has(cluster)) return;
    this.orphans.add(cluster);
    this.#take(this.#walk.orphan(cluster));
  }

  #take(visits: Iterable<Visit>): void {
    for (const visit of visits) {
      const { directory, notes, read } = visit;
      for (const item of this.#walk.items(visit)) this.#walk.met(directory, item);
      if (read.ranges.length > 0) this.#known.push({ directory, ranges: read.ranges, endMark: notes.endMark });
    }
  }

  #order(): void {
    this.#owners = new RangeOwners(this.#known.length, (owner) => this.#known[owner]!.ranges);
  }

  #knownAt(offset: number): Known | null {
    return this.#known[this.#owners.ownerOf(offset)] ?? null;
  }

  /** The windows of a directory that tell what stands at an offset: none before them ends in a long name that goes on. */
  #near(ranges: readonly ByteRange[], offset: number): { first: number; near: ByteRange[] } {
    const windows = windowsOf(ranges);
    const at = windows.findIndex(({ start, length }) => offset >= start && offset < start + length);
    let first = at;
    while (first > 0 && endsInPiece(this.#tailOf(windows[first - 1]!))) first--;
    return { first, near: windows.slice(first, at + 2) };
  }

  #tailOf({ start, length }: ByteRange): Uint8Array {
    return viewRange(this.#volume.source, start + length - slotBytes, slotBytes);
  }
}

/** As the reader of directories takes them. */
function windowsOf(ranges: readonly ByteRange[]): ByteRange[] {
  const windows: ByteRange[] = [];
  for (const { start, length } of ranges) {
    for (let from = 0; from < length; from += WINDOW_BYTES) {
      windows.push({ start: start + from, length: Math.min(WINDOW_BYTES, length - from) });
    }
  }
  return windows;
}
