/**
 * Walks directories, each block of them at most once, so that the walk ends whatever the records say.
 */
import { BlockSet } from "../block-set.ts";
import { directoryAt } from "./descriptors.ts";
import { IsoEntry, type EntryOwner } from "./entry.ts";
import { newNotes, readRecords, type ByteRange, type DirectoryNotes, type DirectoryRef } from "./records.ts";
import type { IsoVolume, Tree } from "./volume.ts";

/** A directory being read: whoever walks takes its entries; then the notes are complete. */
export interface Visit {
  readonly directory: DirectoryRef;
  readonly ranges: readonly ByteRange[];
  readonly notes: DirectoryNotes;
  /** A block that was listed before; -1 where there is none. */
  readonly again: number;
  readonly entries: Iterable<IsoEntry>;
}

export function rootOf(volume: IsoVolume, tree: Tree): DirectoryRef {
  const state = tree.session === volume.current ? "allocated" : "deleted";
  const parentBlock = tree.rootStart / volume.blockBytes;
  const { rootStart: start, rootBytes: bytes } = tree;
  return { key: null, start, bytes, tree, state, offset: -1, parentBlock, mirrors: tree.rank > 0 };
}

/** The directory that an entry leads to; null where it leads to none. */
export function childOf(volume: IsoVolume, entry: IsoEntry): DirectoryRef | null {
  const { blockBytes, source } = volume;
  const { tree, state, start: parentStart } = entry.directory;
  const section = entry.sections[0]!;
  const moved = entry.use.childBlock >= 0;
  const block = moved ? entry.use.childBlock : section.block + section.attributeBlocks;
  // Sizes that are not said twice alike are taken from the directory itself.
  const own = moved || !section.agree || section.bytes === 0 ? directoryAt(source, block, blockBytes) : null;
  const bytes = own ?? section.bytes;
  if (block >= volume.blocks || bytes === 0) return null;
  const place = { start: block * blockBytes, bytes, parentBlock: moved ? -1 : parentStart / blockBytes };
  return { key: entry.key, ...place, tree, state, offset: entry.offset, mirrors: false };
}

export class TreeWalk {
  /** Blocks that were listed as directories. */
  readonly listed = new BlockSet();
  /** Directories that stand elsewhere in the tree, and were passed over where they are kept. */
  readonly relocated: IsoEntry[] = [];
  readonly #owner: EntryOwner;
  readonly #children: DirectoryRef[] = [];

  constructor(owner: EntryOwner) {
    this.#owner = owner;
  }

  /** A directory and all below it that is handed to `push`. */
  *from(top: DirectoryRef): Generator<Visit> {
    const stack = [top];
    for (let directory = stack.pop(); directory !== undefined; directory = stack.pop()) {
      yield this.visit(directory);
      // In the order in which they stand in the directory.
      for (const child of this.#children.splice(0).toReversed()) stack.push(child);
    }
  }

  push(child: DirectoryRef): void {
    this.#children.push(child);
  }

  visit(directory: DirectoryRef): Visit {
    const { ranges, again } = this.#rangesOf(directory);
    const notes = newNotes();
    return { directory, ranges, notes, again, entries: this.#entries(directory, ranges, notes) };
  }

  *#entries(directory: DirectoryRef, ranges: readonly ByteRange[], notes: DirectoryNotes): Generator<IsoEntry> {
    const { volume } = this.#owner;
    for (const item of readRecords(volume, ranges, notes)) {
      const entry = new IsoEntry(this.#owner, directory, item);
      if (entry.use.relocated && entry.isDirectory) this.relocated.push(entry);
      else yield entry;
    }
  }

  /** The blocks of a directory that were not listed yet, within the volume. */
  #rangesOf({ start, bytes }: DirectoryRef): { ranges: ByteRange[]; again: number } {
    const { blockBytes, source } = this.#owner.volume;
    const end = Math.min(source.size, start + bytes);
    const ranges: ByteRange[] = [];
    let [from, again] = [-1, -1];
    for (let at = start; at < end; at += blockBytes) {
      const block = at / blockBytes;
      if (this.listed.add(block)) {
        if (from < 0) from = at;
        continue;
      }
      if (again < 0) again = block;
      if (from >= 0) ranges.push({ start: from, length: at - from });
      from = -1;
    }
    if (from >= 0) ranges.push({ start: from, length: end - from });
    return { ranges, again };
  }
}
