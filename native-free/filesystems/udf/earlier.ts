/**
 * Earlier states of a disc that is written once: each virtual allocation table leads to the directories as they were (OSTA 2.2.11). What a
 * later state shows, too, is left out; a directory that goes on is the same one.
 */
import * as layout from "./layouts.ts";
import type { FileRecord } from "./record.ts";
import { earlierItem, TreeWalk, type DirectoryRef, type Item, type Roots } from "./tree.ts";
import type { UdfVolume } from "./volume.ts";

/** Names of all states that are looked at; a disc of many states repeats itself. */
const mostNames = 4_000_000;

export class EarlierStates {
  readonly #volume: UdfVolume;
  readonly #roots: Roots;
  readonly #states: number;
  readonly #rootPartition: number;
  /** Key of what was shown, by what tells it. */
  readonly #shown = new Map<string, string>();
  #names = 0;
  /** Called for each directory of an earlier state, whether it is given or goes on. */
  onDirectory: (record: FileRecord) => void = () => undefined;

  constructor(volume: UdfVolume, roots: Roots, states: number, rootPartition: number) {
    this.#volume = volume;
    this.#roots = roots;
    this.#states = states;
    this.#rootPartition = rootPartition;
  }

  /** To be called for each item of the last state. */
  show(item: Item): void {
    if (this.#states > 1) this.#shown.set(identityOf(item), item.key);
  }

  /** What earlier states show, newest first, with the state. */
  *items(): Generator<{ item: Item; view: number }> {
    for (let view = 1; view < this.#states && this.#names < mostNames; view++) {
      const record = this.#roots.address === null ? null : this.#volume.recordAt(this.#roots.address, view);
      if (record === null || record.fileType !== layout.fileType.directory) continue;
      // Keys of items as they are to be given, by what the directory says of them.
      const walk = new TreeWalk(this.#volume, this.#rootPartition);
      const top: DirectoryRef = { key: null, record, parentBlock: record.block, state: "deleted", streams: "none" };
      for (const { directory, notes } of walk.below(top)) {
        this.onDirectory(directory.record);
        for (const item of walk.items(directory, notes, (each) => this.#kept(each))) {
          if (item.isEarlier) yield { item, view };
        }
      }
    }
  }

  /** An item that is new, under a key of its own; else the one that was shown, for what is below. */
  #kept(item: Item): Item {
    this.#names++;
    const identity = identityOf(item);
    const shown = this.#shown.get(identity);
    if (shown !== undefined) return { ...item, key: shown };
    const earlier = earlierItem(item, item.record);
    this.#shown.set(identity, earlier.key);
    return earlier;
  }
}

/** A directory is told by its number, since its entry is written anew with each change below; a file by its entry. */
function identityOf({ record, identifier: { name }, directory }: Item): string {
  const text = Buffer.from(name.buffer, name.byteOffset, name.length).toString("latin1");
  if (record === null) return `-/${directory.record.block}/${text}`;
  const isDirectory = record.fileType === layout.fileType.directory && record.uniqueId !== 0;
  return `${isDirectory ? `d${record.uniqueId}` : record.block}/${text}`;
}
