/** The entries of one directory: first those in use, then names that are left over in it or in the journal. */
import { BlockSet } from "../block-set.ts";
import type { EvidenceName, NameClaim } from "../../model/item.ts";
import { MapReader } from "./block-map.ts";
import { DirectoryBlock, type DirectoryRules } from "./directory.ts";
import { ExtEntry, type DirectoryRef, type EntryOwner, type JournalEntry } from "./entry.ts";
import { isDirectory, piecesOf, rulesOf, type DirectoryPiece, type TreeWalk } from "./tree.ts";
import type { Inode } from "./inode.ts";

/** As key: a name and its inode. */
const identityOf = (number: number, name: EvidenceName): string => `${number}/${name.bytes ?? name.text}`;

export class DirectoryListing {
  readonly #owner: EntryOwner;
  readonly #reader: MapReader;
  readonly #block = new DirectoryBlock();
  /** Of the block at hand in its window. */
  #at = 0;

  constructor(owner: EntryOwner) {
    this.#owner = owner;
    this.#reader = new MapReader(owner.volume);
  }

  /** Entries block by block. `walk` is told of directories and of inodes that are named. */
  *batches(ref: DirectoryRef, walk: TreeWalk | null): Generator<readonly ExtEntry[]> {
    const { volume } = this.#owner;
    // Asked first: it moves the cursor over inodes.
    const journal = this.#owner.journalNames(ref);
    const inode = this.inodeOf(ref);
    if (!isDirectory(inode)) return;
    const rules = rulesOf(volume, inode);
    const suspects = new BlockSet();
    for (const { number } of journal) suspects.add(number);
    for (const piece of piecesOf(volume, inode, this.#reader)) {
      const batch: ExtEntry[] = [];
      this.parse(piece, rules);
      for (let i = 0; i < this.#block.count; i++) {
        if (this.#block.live[i] === 0) suspects.add(this.#block.inodeAt(this.#block.at[i]!));
        else batch.push(this.#entry(ref, piece, i));
      }
      if (walk !== null) for (const entry of batch) walk.named(entry);
      yield batch;
    }
    if (suspects.size > 0) yield* this.#remains(ref, rules, suspects, journal, walk);
  }

  inodeOf({ number, place }: DirectoryRef): Inode | null {
    return this.#owner.volume.inode(number, place);
  }

  parse(piece: DirectoryPiece, rules: DirectoryRules): DirectoryBlock {
    const { windows } = this.#owner.volume;
    this.#at = windows.seek(piece.place);
    this.#block.parse(windows.bytes, this.#at, piece.length, rules, piece.first);
    return this.#block;
  }

  /** The entry at an offset of a directory; null where no entry and no left-over name begins there. */
  entryAt(ref: DirectoryRef, offset: number): ExtEntry | null {
    const { volume } = this.#owner;
    const inode = this.inodeOf(ref);
    if (!isDirectory(inode)) return null;
    const rules = rulesOf(volume, inode);
    for (const piece of piecesOf(volume, inode, this.#reader)) {
      if (offset < piece.offset || offset >= piece.offset + piece.length) continue;
      const { count, at } = this.parse(piece, rules);
      for (let i = 0; i < count; i++) {
        if (piece.offset + at[i]! - this.#at === offset) return this.#entry(ref, piece, i);
      }
    }
    return null;
  }

  #entry(ref: DirectoryRef, piece: DirectoryPiece, index: number): ExtEntry {
    const block = this.#block;
    const at = block.at[index]!;
    const nameClaim: NameClaim = block.live[index] === 1 ? ref.state : "deleted";
    return new ExtEntry(
      this.#owner,
      { directory: ref, offset: piece.offset + at - this.#at, journal: null },
      { name: block.nameAt(at), nameClaim, number: block.inodeAt(at), type: block.typeAt(at) },
    );
  }

  /** Copies of names in use that moving entries left behind are passed over; so are those that stand there twice. */
  *#remains(
    ref: DirectoryRef,
    rules: DirectoryRules,
    suspects: BlockSet,
    journal: readonly JournalEntry[],
    walk: TreeWalk | null,
  ): Generator<readonly ExtEntry[]> {
    const known = new Set<string>();
    for (const piece of this.#pieces(ref)) {
      const block = this.parse(piece, rules);
      for (let i = 0; i < block.count; i++) {
        const at = block.at[i]!;
        const number = block.inodeAt(at);
        if (block.live[i] === 1 && suspects.has(number)) known.add(identityOf(number, block.nameAt(at)));
      }
    }
    const isNew = ({ number, name }: { number: number; name: EvidenceName }): boolean => {
      const identity = identityOf(number, name);
      return !known.has(identity) && known.add(identity) !== undefined;
    };
    for (const piece of this.#pieces(ref)) {
      const batch: ExtEntry[] = [];
      const block = this.parse(piece, rules);
      for (let i = 0; i < block.count; i++) if (block.live[i] === 0) batch.push(this.#entry(ref, piece, i));
      yield this.#told(batch.filter(isNew), walk);
    }
    const names = journal.filter(isNew).map((each) => this.journalEntry(ref, each));
    yield this.#told(names, walk);
  }

  journalEntry(ref: DirectoryRef | null, { place, sequence, name, number, type }: JournalEntry): ExtEntry {
    return new ExtEntry(
      this.#owner,
      { directory: ref, offset: 0, journal: { place, sequence } },
      { name, nameClaim: "deleted", number, type },
    );
  }

  #told(batch: readonly ExtEntry[], walk: TreeWalk | null): readonly ExtEntry[] {
    if (walk !== null) for (const entry of batch) walk.named(entry);
    return batch;
  }

  #pieces(ref: DirectoryRef): Iterable<DirectoryPiece> {
    const inode = this.inodeOf(ref);
    return inode === null ? [] : piecesOf(this.#owner.volume, inode, this.#reader);
  }
}
