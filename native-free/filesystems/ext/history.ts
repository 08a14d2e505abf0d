/** Older states: copies of blocks in the journal, by block, and the inodes and names in them. */
import { DirectoryBlock, type DirectoryRules } from "./directory.ts";
import type { JournalEntry } from "./entry.ts";
import { claimKind, type OwnedBlocks } from "./claims.ts";
import type { BlockCopy } from "./journal.ts";
import * as layout from "./layouts.ts";
import { tableBlocksOf } from "./groups.ts";
import { mapOf } from "./extents.ts";
import { isDirectory, rulesOf } from "./tree.ts";
import type { ExtVolume } from "./volume.ts";

const record = layout.directoryRecord.cursor();

/** An older record of an inode. */
interface InodeCopy {
  readonly number: number;
  readonly place: number;
  readonly sequence: number;
}

/** Older copies of one block of an inode table. */
export interface TableCopies {
  /** Inodes that it holds. */
  readonly first: number;
  readonly last: number;
  readonly blocks: readonly BlockCopy[];
}

export class History {
  readonly #volume: ExtVolume;
  /** By block, the newest first. */
  readonly #byBlock = new Map<number, BlockCopy[]>();
  /** First blocks of inode tables in order, and their groups. */
  readonly #tables: Float64Array;
  readonly #groups: Uint32Array;
  #names: Map<number, JournalEntry[]> | null = null;

  constructor(volume: ExtVolume, copies: readonly BlockCopy[]) {
    this.#volume = volume;
    for (const copy of copies.toReversed()) {
      const known = this.#byBlock.get(copy.block);
      if (known === undefined) this.#byBlock.set(copy.block, [copy]);
      else known.push(copy);
    }
    const count = this.#byBlock.size === 0 ? 0 : volume.groups.count;
    const starts = Float64Array.from({ length: count }, (_, group) => volume.groups.get(group).inodeTable);
    this.#groups = Uint32Array.from({ length: count }, (_, group) => group).sort((a, b) => starts[a]! - starts[b]!);
    this.#tables = Float64Array.from(this.#groups, (group) => starts[group]!);
  }

  get isEmpty(): boolean {
    return this.#byBlock.size === 0;
  }

  copiesOf(block: number): readonly BlockCopy[] {
    return this.#byBlock.get(block) ?? [];
  }

  /** Older records of an inode, the newest first. */
  inodeCopies(number: number): InodeCopy[] {
    if (this.isEmpty) return [];
    const place = this.#volume.inodePlace(number);
    if (place < 0) return [];
    const { blockBytes } = this.#volume.geometry;
    const block = Math.floor(place / blockBytes);
    const inside = place - block * blockBytes;
    return this.copiesOf(block)
      .filter(({ escaped }) => !escaped || inside > 0)
      .map((copy) => ({ number, place: copy.place + inside, sequence: copy.sequence }));
  }

  /** Older copies of blocks of inode tables, in the order of the volume. */
  *tableCopies(): Generator<TableCopies> {
    const { blockBytes, inodeBytes, inodesPerGroup, inodes } = this.#volume.geometry;
    const perBlock = blockBytes / inodeBytes;
    for (const block of [...this.#byBlock.keys()].toSorted((a, b) => a - b)) {
      const index = this.#tableOf(block);
      if (index < 0) continue;
      const before = (block - this.#tables[index]!) * perBlock;
      const first = this.#groups[index]! * inodesPerGroup + before + 1;
      const last = Math.min(inodes, first + Math.min(inodesPerGroup - before, perBlock) - 1);
      yield { first, last, blocks: this.copiesOf(block) };
    }
  }

  /** Index of the inode table with a block; −1 for none. */
  #tableOf(block: number): number {
    let [low, high] = [0, this.#tables.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#tables[middle]! <= block) low = middle + 1;
      else high = middle;
    }
    const isInside =
      low > 0 && this.#tables[low - 1]! > 0 && block < this.#tables[low - 1]! + tableBlocksOf(this.#volume.geometry);
    return isInside ? low - 1 : -1;
  }

  /**
   * Names in older states of directories that the state now has not, by inode of the directory; 0: it is not known. `gone`: places of
   * records of inodes that are not in use.
   */
  names(
    owned: OwnedBlocks,
    gone: Iterable<{ number: number; place: number }>,
  ): ReadonlyMap<number, readonly JournalEntry[]> {
    return (this.#names ??= this.#findNames(owned, gone));
  }

  #findNames(owned: OwnedBlocks, gone: Iterable<{ number: number; place: number }>): Map<number, JournalEntry[]> {
    const out = new Map<number, JournalEntry[]>();
    if (this.isEmpty) return out;
    const lost = this.#goneDirectories(gone);
    const known = new Set<string>();
    const [block, now] = [new DirectoryBlock(), new DirectoryBlock()];
    for (const [number, copies] of this.#byBlock) {
      const index = owned.find(number);
      const isOwned = index < owned.count && owned.startOf(index) <= number;
      if (isOwned && owned.kindOf(index) === claimKind.fixed) continue;
      const owner = isOwned && owned.kindOf(index) === claimKind.directory ? owned.ownerOf(index) : 0;
      for (const copy of copies) {
        if (copy.escaped || !this.#parse(block, copy.place, owner)) continue;
        const directory = block.self > 0 ? block.self : owner > 0 ? owner : (lost.get(number) ?? 0);
        const same =
          owner !== 0 && directory === owner && this.#parse(now, this.#volume.placeOf(number), owner) ? now : null;
        for (const entry of namesIn(block, same, copy)) {
          const identity = `${directory}/${entry.number}/${entry.name.bytes ?? entry.name.text}`;
          if (known.has(identity)) continue;
          known.add(identity);
          const list = out.get(directory);
          if (list === undefined) out.set(directory, [{ ...entry, directory }]);
          else list.push({ ...entry, directory });
        }
      }
    }
    return out;
  }

  /** Blocks of directories that are no more, with their inodes. */
  #goneDirectories(gone: Iterable<{ number: number; place: number }>): Map<number, number> {
    const out = new Map<number, number>();
    for (const { number, place } of gone) {
      const inode = this.#volume.inode(number, place);
      if (!isDirectory(inode)) continue;
      const { runs } = mapOf(this.#volume, inode);
      for (let i = 0; i < runs.length; i += 4) {
        for (let n = 0; n < Math.min(runs[i + 2]!, mostDirectoryRun); n++) out.set(runs[i + 1]! + n, number);
      }
    }
    return out;
  }

  /** False where it is no block of a directory: then its records do not fill it. */
  #parse(block: DirectoryBlock, place: number, owner: number): boolean {
    const { windows, geometry } = this.#volume;
    const inode = owner === 0 ? null : this.#volume.inode(owner);
    const rules: DirectoryRules = isDirectory(inode)
      ? rulesOf(this.#volume, inode)
      : { ...plain, inodes: geometry.inodes };
    const at = windows.seek(place);
    const { bytes } = windows;
    const first = bytes[at + layout.recordHeadBytes] === 0x2e && record.over(bytes, at).nameLength === 1;
    block.parse(bytes, at, geometry.blockBytes, rules, first, false);
    if (block.damaged > 0 || (block.count === 0 && block.self === 0)) return false;
    for (let i = 0; i < block.count; i++) if (block.inodeAt(block.at[i]!) > geometry.inodes) return false;
    return true;
  }
}

const plain = { typed: true, hashBytes: 0, indexed: false, encrypted: false };
/** Blocks of one run of a directory out of use that are looked at. */
const mostDirectoryRun = 4096;

/** Entries of an older state of a block that the state now does not have in the same place. */
function* namesIn(block: DirectoryBlock, now: DirectoryBlock | null, copy: BlockCopy): Generator<JournalEntry> {
  let other = 0;
  for (let i = 0; i < block.count; i++) {
    const at = block.at[i]!;
    const offset = at - block.start;
    if (now !== null) {
      while (other < now.count && now.at[other]! - now.start < offset) other++;
      if (other < now.count && now.at[other]! - now.start === offset && isSame(block, at, now, now.at[other]!))
        continue;
    }
    const { place, sequence } = copy;
    const what = { number: block.inodeAt(at), type: block.typeAt(at), name: block.nameAt(at) };
    yield { ...what, directory: 0, place: place + offset, sequence };
  }
}

function isSame(one: DirectoryBlock, at: number, other: DirectoryBlock, otherAt: number): boolean {
  if (one.inodeAt(at) !== other.inodeAt(otherAt)) return false;
  const [a, b] = [one.nameBytesAt(at), other.nameBytesAt(otherAt)];
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
