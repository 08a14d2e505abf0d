/** Walks directories: each inode is listed as a directory at most once, so that the walk ends whatever the entries say. */
import { BlockSet } from "../block-set.ts";
import type { MapReader } from "./block-map.ts";
import type { DirectoryRules } from "./directory.ts";
import type { DirectoryRef, ExtEntry } from "./entry.ts";
import { inlineRanges, MapRuns } from "./extents.ts";
import { incompatible } from "./features.ts";
import type { Inode } from "./inode.ts";
import * as layout from "./layouts.ts";
import { NumberSet } from "./number-set.ts";
import { rootInode, type ExtVolume } from "./volume.ts";

const { fileType, inodeFlag } = layout;
/** Bytes of the hash behind names that are encrypted and looked up without regard to case. */
const hashBytes = 8;

/** A block of a directory, or the part of an inode that stands for one. */
export interface DirectoryPiece {
  /** Byte of the volume. */
  readonly place: number;
  readonly length: number;
  /** Where it begins in the directory. */
  readonly offset: number;
  /** Whether `.` and `..` stand at its begin. */
  readonly first: boolean;
}

export const rootRef: DirectoryRef = {
  number: rootInode,
  place: -1,
  key: null,
  state: "allocated",
  parent: rootInode,
};

export function isDirectory(inode: Inode | null): inode is Inode {
  return inode !== null && inode.type === fileType.directory;
}

export function rulesOf({ geometry }: ExtVolume, inode: Inode): DirectoryRules {
  const { incompatible: set } = geometry.features;
  const both = inodeFlag.encrypted | inodeFlag.casefold;
  return {
    typed: (set & incompatible.fileType) !== 0,
    hashBytes: (inode.flags & both) === both ? hashBytes : 0,
    indexed: inode.has(inodeFlag.indexed),
    encrypted: inode.has(inodeFlag.encrypted),
    inodes: geometry.inodes,
  };
}

/** The blocks of a directory that its size reaches; those that the volume has. The inode may be another afterwards. */
export function* piecesOf(volume: ExtVolume, inode: Inode, reader: MapReader): Generator<DirectoryPiece> {
  if (inode.isInline) {
    for (const [index, { start, length }] of inlineRanges(volume, inode).entries()) {
      const head = index === 0 ? layout.inlineParent.size : 0;
      yield { place: start + head, length: length - head, offset: index === 0 ? head : layout.mapBytes, first: false };
    }
    return;
  }
  const { blockBytes } = volume.geometry;
  const size = inode.statedSize;
  const map = new MapRuns();
  reader.read(inode, map);
  for (let i = 0; i < map.runs.length; i += 4) {
    const logical = map.runs[i]!;
    for (let n = 0; n < map.runs[i + 2]!; n++) {
      const offset = (logical + n) * blockBytes;
      const place = (map.runs[i + 1]! + n) * blockBytes;
      if (offset >= size || place >= volume.source.size) break;
      yield { place, length: blockBytes, offset, first: offset === 0 };
    }
  }
}

/** What an inline directory says of its parent; 0 of others. */
export function inlineParentOf(inode: Inode): number {
  return inode.isInline ? layout.inlineParent.cursor().over(inode.window, inode.at + layout.mapOffset).inode : 0;
}

/** What is to be listed below an entry. */
export function refOf(entry: ExtEntry): DirectoryRef {
  const { nameClaim, number, directory, key, inodePlace } = entry;
  const parent = directory?.number ?? 0;
  if (nameClaim === "allocated") return { number, place: -1, key, state: "allocated", parent };
  const inUse = entry.isInUse;
  return { number, place: inodePlace, key, state: inUse ? "orphan" : "deleted", parent };
}

/** Directories still to be listed. */
export class TreeWalk {
  /** Inodes that were listed as directories in use. */
  readonly listed = new BlockSet();
  /** Inodes that an entry in use names. */
  readonly inUse = new BlockSet();
  /** Places of records of inodes out of use that a name leads to. */
  readonly #gone = new NumberSet();
  readonly #goneListed = new NumberSet();
  readonly #unit: number;
  readonly #stack: DirectoryRef[] = [];
  readonly #children: DirectoryRef[] = [];
  readonly #deleted: DirectoryRef[] = [];
  #done = 0;

  constructor(volume: ExtVolume) {
    this.#unit = volume.geometry.inodeBytes;
  }

  /** Begins with a directory; false where it was listed. */
  start(ref: DirectoryRef): boolean {
    const isNew = this.#isNew(ref);
    if (isNew) this.#stack.push(ref);
    return isNew;
  }

  /** Those below the one listed last come first, deleted ones after all in use. */
  next(): DirectoryRef | undefined {
    for (let child = this.#children.pop(); child !== undefined; child = this.#children.pop()) this.#stack.push(child);
    const next = this.#stack.pop();
    if (next !== undefined) return next;
    if (this.#done < this.#deleted.length) return this.#deleted[this.#done++];
    this.#deleted.length = 0;
    this.#done = 0;
    return undefined;
  }

  /** An entry was met: its inode has a name, and if it is a directory, it is to be listed unless it was. */
  named(entry: ExtEntry): void {
    const inode = entry.inode();
    if (inode === null) return;
    if (entry.nameClaim !== "deleted") this.inUse.add(entry.number);
    else this.#gone.add(Math.floor(entry.inodePlace / this.#unit));
    if (!isDirectory(inode)) return;
    const ref = refOf(entry);
    if (!this.#isNew(ref)) return;
    if (ref.state === "allocated") this.#children.push(ref);
    else this.#deleted.push(ref);
  }

  /** Whether a name leads to a record that is out of use. */
  isNamed(place: number): boolean {
    return this.#gone.has(Math.floor(place / this.#unit));
  }

  #isNew({ number, place, state }: DirectoryRef): boolean {
    return state === "deleted" ? this.#goneListed.add(Math.floor(place / this.#unit)) : this.listed.add(number);
  }
}
