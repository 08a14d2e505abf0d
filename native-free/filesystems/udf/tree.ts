/**
 * Walks the directories of a volume: the allocated ones from the root, then deleted ones, then those of earlier states of the disc and those
 * that nothing leads to. Each directory is listed once in each state, so that the walk ends whatever the entries say.
 */
import { BlockSet } from "../block-set.ts";
import { DirectoryReader, type Identifier } from "./directory.ts";
import * as layout from "./layouts.ts";
import type { Address, FileRecord } from "./record.ts";
import type { UdfVolume } from "./volume.ts";

export type NameState = "allocated" | "deleted" | "orphan";

/** A directory still to be read, or being read. */
export interface DirectoryRef {
  /** Of its entry; of named streams that of their file; null for the root. */
  readonly key: string | null;
  readonly record: FileRecord;
  /** Block of the entry of the directory it is in; its own for the root; -1 where it is not known. */
  readonly parentBlock: number;
  readonly state: NameState;
  /** What its entries are: named streams of a file, or those of the file system. */
  readonly streams: "none" | "file" | "system";
}

/** A name in a directory with the entry that it leads to. */
export interface Item {
  readonly key: string;
  readonly directory: DirectoryRef;
  readonly identifier: Identifier;
  /** Null where there is none, or where it belongs to another file by now. */
  readonly record: FileRecord | null;
  readonly state: NameState;
  readonly isReused: boolean;
  /** An earlier version or state, of which the directory has a later one. */
  readonly isEarlier: boolean;
}

/** What was met in a directory besides its entries. */
export interface Notes {
  damaged: number;
  /** Block that was listed before; -1 for none. */
  again: number;
  /** Block of the entry that the directory names as its parent; -1 where it names none. */
  parent: number;
}

const { characteristic, fileType } = layout;
const two32 = 0x1_0000_0000;

export const isDirectoryType = (type: number): boolean => type === fileType.directory || type === fileType.streams;

/** Key of a name: block of the entry of its directory, with the partition where that is not the one of the root, and offset in the directory. */
export function keyOf(record: FileRecord, offset: number, rootPartition: number): string {
  const partition = record.partition === rootPartition ? "" : `.${record.partition}`;
  return `${record.block}${partition}:${offset}`;
}

/** Names of one directory, each file's streams behind it. */
export class ItemReader {
  readonly #volume: UdfVolume;
  readonly #rootPartition: number;
  /** Blocks of directories that were listed. */
  readonly #taken = new BlockSet();
  /** Of entries of directories that were listed. */
  readonly #listed: BlockSet;

  constructor(volume: UdfVolume, rootPartition: number, listed: BlockSet = new BlockSet()) {
    this.#volume = volume;
    this.#rootPartition = rootPartition;
    this.#listed = listed;
  }

  *items(directory: DirectoryRef, notes: Notes): Generator<Item> {
    const reader = new DirectoryReader(this.#volume, directory.record, this.#taken);
    for (let each = reader.next(); each !== null; each = reader.next()) {
      if ((each.characteristics & characteristic.parent) !== 0) {
        if (each.offset === 0) notes.parent = this.#volume.recordAt(each, directory.record.view)?.block ?? -1;
        continue;
      }
      const item = this.item(directory, each);
      yield item;
      yield* this.#versions(item);
      const streams = this.streamsOf(item);
      if (streams !== null && this.#listed.add(streams.record.block))
        yield* this.items(streams, { damaged: 0, again: -1, parent: -1 });
    }
    notes.damaged = reader.damaged;
    notes.again = reader.again;
  }

  item(directory: DirectoryRef, identifier: Identifier): Item {
    const { record: from, state: above } = directory;
    const isGone = identifier.isSlack || (identifier.characteristics & characteristic.deleted) !== 0;
    const state = above === "allocated" && isGone ? "deleted" : above;
    const found = identifier.icbLength === 0 ? null : this.#volume.recordAt(identifier, from.view);
    const isReused = isGone && found !== null && isOther(identifier, found);
    const key = keyOf(from, identifier.offset, this.#rootPartition);
    return { key, directory, identifier, record: isReused ? null : found, state, isReused, isEarlier: false };
  }

  /** Versions that media written once keep of a file (strategy 4096). */
  *#versions(item: Item): Generator<Item> {
    if (item.record === null || item.record.strategy === 4) return;
    for (const record of this.#volume.versionsAt(item.identifier, item.record.view).slice(0, -1)) {
      yield earlierItem(item, record);
    }
  }

  /** The directory of the named streams of a file; null for none. Streams have none. */
  streamsOf({ directory, record, state, key, isEarlier }: Item): DirectoryRef | null {
    const address = directory.streams === "none" && !isEarlier ? (record?.streams ?? null) : null;
    if (record === null || address === null) return null;
    const found = this.#volume.recordAt(address, record.view);
    if (found === null || !isDirectoryType(found.fileType)) return null;
    return { key, record: found, parentBlock: record.block, state, streams: "file" };
  }
}

/** Deleted names whose entry has another number than they have. */
function isOther({ uniqueId }: Identifier, record: FileRecord): boolean {
  const recorded = record.uniqueId % two32;
  return uniqueId !== 0 && recorded !== 0 && recorded !== uniqueId;
}

export function earlierItem(item: Item, record: FileRecord | null): Item {
  const key = `${item.key}@${record?.block ?? "none"}`;
  return { ...item, key, record, state: item.state === "orphan" ? "orphan" : "deleted", isEarlier: true };
}

export interface Roots {
  readonly root: FileRecord | null;
  /** Directory of the streams of the file system. */
  readonly system: FileRecord | null;
  /** Address of the root, which earlier states may lead elsewhere. */
  readonly address: Address | null;
}

export class TreeWalk {
  readonly #reader: ItemReader;
  /** Blocks of entries of directories that were listed. */
  readonly listed = new BlockSet();
  readonly #children: DirectoryRef[] = [];
  readonly #deleted: DirectoryRef[] = [];
  #done = 0;
  /** Called where a directory leads to one that was listed. */
  onLoop: (item: Item, block: number) => void = () => undefined;

  constructor(volume: UdfVolume, rootPartition: number) {
    this.#reader = new ItemReader(volume, rootPartition, this.listed);
  }

  /** A directory and all that is below; deleted ones behind the others. */
  *below(top: DirectoryRef): Generator<{ directory: DirectoryRef; notes: Notes }> {
    if (!this.listed.add(top.record.block)) return;
    const stack = [top];
    for (;;) {
      const directory = stack.pop() ?? this.#nextDeleted();
      if (directory === undefined) return;
      yield { directory, notes: { damaged: 0, again: -1, parent: -1 } };
      for (const child of this.#children.splice(0).toReversed()) stack.push(child);
    }
  }

  /** Of a directory that `below` gave; `keep` turns an item into what is given, or leaves it out: its directories are walked all the same. */
  *items(directory: DirectoryRef, notes: Notes, keep: (item: Item) => Item | null = same): Generator<Item> {
    for (const item of this.#reader.items(directory, notes)) {
      const kept = keep(item);
      if (kept !== null) yield kept;
      this.#met(item, kept ?? item);
    }
  }

  #met(item: Item, { key }: Item): void {
    const { record, directory, state } = item;
    if (record === null || item.isEarlier || record.fileType !== fileType.directory || directory.streams !== "none")
      return;
    const child: DirectoryRef = { key, record, parentBlock: directory.record.block, state, streams: "none" };
    // Where a directory was moved, its old name may stand before the new one.
    if (state !== "allocated") this.#deleted.push(child);
    else if (this.listed.add(record.block)) this.#children.push(child);
    else this.onLoop(item, record.block);
  }

  #nextDeleted(): DirectoryRef | undefined {
    while (this.#done < this.#deleted.length) {
      const next = this.#deleted[this.#done++]!;
      if (this.listed.add(next.record.block)) return next;
    }
    this.#deleted.length = 0;
    this.#done = 0;
    return undefined;
  }
}

const same = (item: Item): Item => item;
