/**
 * One look at every directory and every file entry of a volume: which block belongs to what, and what contradicts itself. The number of steps is
 * bounded by blocks and names.
 */
import { bitAt, endOfBitRun } from "../../bytes/bit-run.ts";
import { BlockSet } from "../block-set.ts";
import { GrowingNumbers } from "../../bytes/growing-numbers.ts";
import { allocationOf, type Allocation } from "./allocation.ts";
import { eachRun } from "./content.ts";
import { EarlierStates } from "./earlier.ts";
import * as layout from "./layouts.ts";
import type { Opened } from "./opened.ts";
import { allocation, type FileRecord } from "./record.ts";
import { isDirectoryType, TreeWalk, type DirectoryRef, type Item, type Notes } from "./tree.ts";
import type { UdfVolume } from "./volume.ts";

/** Above the bytes used of a block, which has at most 2^15. */
const TAIL = 2 ** 16;
/** Steps that claims may take for each block of the volume: many entries that claim all of it are forged. */
const claimsPerBlock = 32;
/** Entries of whose trouble is kept count. */
const mostTroubled = 200_000;

export class Survey {
  /** Blocks of volume structures. */
  readonly structures = new BlockSet();
  /** File entries. */
  readonly records = new BlockSet();
  /** Allocation descriptors, indirect entries, extended attributes. */
  readonly descriptors = new BlockSet();
  readonly directories = new BlockSet();
  readonly content = new BlockSet();
  /** Whole blocks that allocated files have and do not use. */
  readonly spare = new BlockSet();
  /** Blocks that two of the above claim. */
  readonly shared = new BlockSet();
  /** Blocks that a deleted entry claims, and those that several do. */
  readonly once = new BlockSet();
  readonly twice = new BlockSet();
  /** File entries that deleted names lead to. */
  readonly deletedRecords = new BlockSet();
  /** Names of a file entry where they are not one. */
  readonly names = new Map<number, number>();
  /** Directories listed before, by key of the name that leads there again. */
  readonly loops = new Map<string, number>();
  /** What was met in directories besides entries, by block of their entry. */
  readonly notes = new Map<number, Notes>();
  /** States in which earlier entries were found, by key. */
  readonly earlier = new Map<string, number>();
  /** Bytes used of the last block of a content, in order: block · 2^16 + bytes. */
  tails: Float64Array = new Float64Array(0);
  files = 0;
  folders = 0;
  readonly #volume: UdfVolume;
  readonly #opened: Opened;
  readonly #tails = new GrowingNumbers();
  #steps: number;

  constructor(opened: Opened) {
    const { volume } = opened;
    this.#volume = volume;
    this.#opened = opened;
    this.#steps = claimsPerBlock * volume.blocks.count + 65_536;
    for (const { block, count } of opened.structures) this.#addStructure(block, count);
    this.#walk();
    this.tails = this.#tails.toArray().toSorted();
  }

  /** Whether a block belongs to something that is allocated. */
  isClaimed(block: number): boolean {
    return (
      this.content.has(block) ||
      this.records.has(block) ||
      this.directories.has(block) ||
      this.descriptors.has(block) ||
      this.structures.has(block) ||
      this.spare.has(block)
    );
  }

  #addStructure(block: number, count: number): void {
    const end = Math.min(block + count, this.#volume.blocks.count);
    for (let at = block; at < end; at++) this.structures.add(at);
  }

  #walk(): void {
    const { roots, tables, rootPartition } = this.#opened;
    const walk = new TreeWalk(this.#volume, rootPartition);
    walk.onLoop = ({ key }, block) => {
      if (this.loops.size < mostTroubled) this.loops.set(key, block);
    };
    const earlier = new EarlierStates(this.#volume, roots, tables.length, rootPartition);
    const gone: FileRecord[] = [];
    for (const top of topsOf(this.#opened)) {
      this.#claim(top.record);
      for (const { directory, notes } of walk.below(top)) {
        for (const item of walk.items(directory, notes)) {
          earlier.show(item);
          this.#item(item, gone);
        }
        this.#note(directory, notes);
      }
    }
    earlier.onDirectory = (record) => this.deletedRecords.add(record.block);
    for (const { item, view } of earlier.items()) {
      this.earlier.set(item.key, view);
      this.#item(item, gone);
    }
    // Only now is it known what allocated files own.
    for (const record of gone) this.#claimDeleted(record);
  }

  #note({ record }: DirectoryRef, notes: Notes): void {
    if (this.notes.size < mostTroubled && (notes.damaged > 0 || notes.again >= 0)) this.notes.set(record.block, notes);
  }

  #item({ record, state, directory, identifier }: Item, gone: FileRecord[]): void {
    if (record === null) return;
    if (state !== "allocated") {
      if (record.strategy !== 4 && directory.state === "allocated") this.#claimIndirect(record);
      if (this.deletedRecords.add(record.block)) gone.push(record);
      const streams = record.streams === null ? null : this.#volume.recordAt(record.streams, record.view);
      if (streams !== null) this.deletedRecords.add(streams.block);
      return;
    }
    if (directory.streams === "none" && (identifier.characteristics & layout.characteristic.metadata) === 0) {
      if (isDirectoryType(record.fileType)) this.folders++;
      else this.files++;
    }
    if (!this.#claim(record)) this.names.set(record.block, (this.names.get(record.block) ?? 1) + 1);
  }

  /** False where the entry was met before, under another name. */
  #claim(record: FileRecord): boolean {
    const { block } = record;
    if (this.records.has(block)) return false;
    if (this.isClaimed(block)) this.shared.add(block);
    this.records.add(block);
    this.#claimParts(record);
    if (record.allocation === allocation.embedded) return true;
    const isDirectory = isDirectoryType(record.fileType);
    const owners = isDirectory ? this.directories : this.content;
    const held = allocationOf(this.#volume, record);
    this.#claimDescriptors(held);
    const { blockBytes, blocks } = this.#volume;
    eachRun(held, record.size, blockBytes, (first, count, used) => {
      const whole = Math.ceil(used / blockBytes);
      const end = Math.min(count, blocks.count - first);
      for (let i = 0; i < end && this.#steps > 0; i++, this.#steps--) {
        if (this.isClaimed(first + i)) this.shared.add(first + i);
        (i < whole ? owners : this.spare).add(first + i);
      }
      if (used % blockBytes !== 0 && whole <= end) this.#tails.push((first + whole - 1) * TAIL + (used % blockBytes));
    });
    return true;
  }

  #claimDescriptors({ descriptorBlocks }: Allocation): void {
    for (let i = 0; i < descriptorBlocks.length; i += 2) {
      const end = Math.min(descriptorBlocks[i + 1]!, this.#volume.blocks.count - descriptorBlocks[i]!);
      for (let n = 0; n < end && this.#steps > 0; n++, this.#steps--) this.#addDescriptor(descriptorBlocks[i]! + n);
    }
  }

  #addDescriptor(block: number): void {
    if (this.isClaimed(block)) this.shared.add(block);
    this.descriptors.add(block);
  }

  /** Its extended attributes, its directory of streams, and what stands before it in its ICB. */
  #claimParts(record: FileRecord): void {
    const { attributesFile, streams, view } = record;
    if (attributesFile !== null) {
      const file = this.#volume.recordAt(attributesFile, view);
      if (file !== null && file.block !== record.block && !this.records.has(file.block)) {
        this.#addDescriptor(file.block);
        if (file.allocation !== allocation.embedded) {
          const held = allocationOf(this.#volume, file);
          eachRun(held, file.size, this.#volume.blockBytes, (first, count) => {
            for (let i = 0; i < count && this.#steps > 0; i++, this.#steps--) this.#addDescriptor(first + i);
          });
        }
      }
    }
    if (streams !== null) {
      const found = this.#volume.recordAt(streams, view);
      if (found !== null && found.block !== record.block) this.#claim(found);
    }
    if (record.strategy !== 4) this.#claimIndirect(record);
  }

  /** An entry of strategy 4096 is followed by the place of one that leads on, recorded or not. */
  #claimIndirect({ block }: FileRecord): void {
    if (block + 1 < this.#volume.blocks.count && !this.isClaimed(block + 1)) this.descriptors.add(block + 1);
  }

  #claimDeleted(record: FileRecord): void {
    if (this.records.has(record.block)) return;
    this.#claimFree(record.block, 1);
    if (record.allocation === allocation.embedded) return;
    const { blockBytes } = this.#volume;
    eachRun(allocationOf(this.#volume, record), record.size, blockBytes, (first, _count, used) =>
      this.#claimFree(first, Math.ceil(used / blockBytes)),
    );
  }

  #claimFree(first: number, count: number): void {
    const end = Math.min(count, this.#volume.blocks.count - first);
    for (let i = 0; i < end && this.#steps > 0; i++, this.#steps--) {
      const block = first + i;
      if (!this.isClaimed(block) && !this.once.add(block)) this.twice.add(block);
    }
  }

  /** The first block from `block` on that belongs to something; the number of blocks where there is none. */
  nextClaimed(block: number): number {
    const last = this.#volume.blocks.count - 1;
    let nearest = last + 1;
    for (const set of [this.structures, this.records, this.descriptors, this.directories, this.content, this.spare]) {
      const next = nearest > block ? set.next(block, nearest - 1) : -1;
      if (next >= 0) nearest = next;
    }
    return nearest;
  }

  /** Blocks of allocated entries that are marked as free, and blocks in use that belong to nothing. */
  compareSpace(): { freeInUse: number; lost: number } {
    let [freeInUse, lost] = [0, 0];
    for (const { bits, count, partition } of this.#opened.spaces) {
      for (let at = 0; at < count;) {
        const end = endOfBitRun(bits, at, count, "least");
        const isFree = bitAt(bits, at, "least");
        for (let block = partition.start + at; block < partition.start + end; block++) {
          const next = isFree ? this.nextClaimed(block) : block;
          if (next >= partition.start + end) break;
          block = next;
          if (isFree) freeInUse++;
          else if (this.#isLost(block) && !(partition.kind === "sparable" && partition.isDefective(block))) lost++;
        }
        at = end;
      }
    }
    return { freeInUse, lost };
  }

  /** In use, and belonging neither to an allocated entry nor to a deleted one that could still be read. */
  #isLost(block: number): boolean {
    return !this.isClaimed(block) && !this.once.has(block) && !isIn(this.#opened.metadataRuns, block);
  }

  /** Bytes used of a block that `tails` has an entry for. */
  static tailOf(entry: number): { block: number; used: number } {
    const block = Math.floor(entry / TAIL);
    return { block, used: entry - block * TAIL };
  }
}

export function isIn(runs: readonly number[], block: number): boolean {
  for (let i = 0; i < runs.length; i += 2) if (block >= runs[i]! && block < runs[i]! + runs[i + 1]!) return true;
  return false;
}

/** Where walks of the last state begin. */
export function topsOf({ roots }: Opened): DirectoryRef[] {
  const out: DirectoryRef[] = [];
  const { root, system } = roots;
  if (root !== null)
    out.push({ key: null, record: root, parentBlock: root.block, state: "allocated", streams: "none" });
  if (system !== null) {
    out.push({ key: null, record: system, parentBlock: -1, state: "allocated", streams: "system" });
  }
  return out;
}
