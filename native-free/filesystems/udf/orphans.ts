/** File entries in space that belongs to nothing: what is left of files whose names are gone. */
import { BlockSet } from "../block-set.ts";
import { GrowingNumbers } from "../../bytes/growing-numbers.ts";
import { allocationOf } from "./allocation.ts";
import { eachRun } from "./content.ts";
import * as layout from "./layouts.ts";
import type { Opened } from "./opened.ts";
import { MetadataPartition, PhysicalPartition, VirtualPartition } from "./partitions.ts";
import { allocation, recordIn, type FileRecord } from "./record.ts";
import type { Survey } from "./survey.ts";
import { tagProblem } from "./tag.ts";
import { isDirectoryType, ItemReader, type DirectoryRef } from "./tree.ts";
import type { UdfVolume } from "./volume.ts";

const { tagId, fileType } = layout;

export interface Orphans {
  /** Blocks of entries that no directory leads to, those of orphan directories included; in order. */
  readonly tops: Float64Array;
  /** Blocks that several orphans claim. */
  readonly twice: BlockSet;
}

/** Index of the partition map that an entry was most likely reached by. */
export function partitionOf({ partitions }: UdfVolume, block: number): number {
  const virtual = partitions.findIndex((map) => map instanceof VirtualPartition);
  for (const [index, map] of partitions.entries()) {
    // Those behind are of earlier sessions.
    if (virtual >= 0 && index > virtual && map instanceof PhysicalPartition && map.contains(block)) return index;
    if (map instanceof MetadataPartition && map.holds(block)) return index;
  }
  return Math.max(0, virtual);
}

export function orphanKey(block: number): string {
  return `entry@${block}`;
}

/** An entry that stands alone; null where the block holds none that can be trusted. */
export function orphanAt(volume: UdfVolume, block: number): FileRecord | null {
  if (block < 0 || block >= volume.blocks.count) return null;
  const id = volume.blocks.tagOf(block);
  if (id !== tagId.fileEntry && id !== tagId.extendedFileEntry) return null;
  const record = recordIn(block, partitionOf(volume, block), 0, volume.blocks.read(block));
  if (record === null || tagProblem(record.bytes, 0, null) !== null) return null;
  const { fileType: type } = record;
  const isOfFileSystem = type === fileType.vat || type === fileType.terminal || type >= fileType.metadata;
  return isOfFileSystem ? null : record;
}

export function findOrphans(opened: Opened, survey: Survey): Orphans {
  const { volume, rootPartition } = opened;
  const found = new GrowingNumbers();
  const once = new BlockSet();
  const twice = new BlockSet();
  for (let block = 0; block < volume.blocks.count;) {
    const next = survey.nextClaimed(block);
    for (; block < next; block++) {
      if (survey.deletedRecords.has(block)) continue;
      const record = orphanAt(volume, block);
      if (record === null) continue;
      found.push(block);
      claim(volume, survey, record, once, twice);
    }
    while (block < volume.blocks.count && survey.isClaimed(block)) block++;
  }
  const all = found.toArray();
  const below = reached(volume, rootPartition, all);
  const tops = all.filter((block) => !below.has(block));
  return { tops: withCircles(volume, rootPartition, all, tops), twice };
}

function claim(volume: UdfVolume, survey: Survey, record: FileRecord, once: BlockSet, twice: BlockSet): void {
  if (record.allocation === allocation.embedded) return;
  const { blockBytes, blocks } = volume;
  let budget = blocks.count;
  eachRun(allocationOf(volume, record), record.size, blockBytes, (first, _count, used) => {
    const end = Math.min(Math.ceil(used / blockBytes), blocks.count - first);
    for (let i = 0; i < end && budget > 0; i++, budget--) {
      if (!survey.isClaimed(first + i) && !once.add(first + i)) twice.add(first + i);
    }
  });
}

/** Entries that directories among `all` lead to. */
function reached(volume: UdfVolume, rootPartition: number, all: Float64Array): BlockSet {
  const out = new BlockSet();
  const reader = new ItemReader(volume, rootPartition);
  for (const block of all) {
    const record = orphanAt(volume, block);
    if (record === null || !isDirectoryType(record.fileType)) continue;
    for (const { record: child } of reader.items(refOf(record), { damaged: 0, again: -1, parent: -1 })) {
      if (child !== null && child.block !== block) out.add(child.block);
    }
  }
  return out;
}

export function refOf(record: FileRecord): DirectoryRef {
  return { key: orphanKey(record.block), record, parentBlock: -1, state: "orphan", streams: "none" };
}

/** Directories that lead to each other alone: the first of a circle stands for it. */
function withCircles(volume: UdfVolume, rootPartition: number, all: Float64Array, tops: Float64Array): Float64Array {
  const seen = new BlockSet();
  const reader = new ItemReader(volume, rootPartition);
  const out = new GrowingNumbers();
  const visit = (top: number): void => {
    const stack = [top];
    for (let block = stack.pop(); block !== undefined; block = stack.pop()) {
      if (!seen.add(block)) continue;
      const record = orphanAt(volume, block);
      if (record === null || !isDirectoryType(record.fileType)) continue;
      for (const { record: child } of reader.items(refOf(record), { damaged: 0, again: -1, parent: -1 })) {
        if (child !== null) stack.push(child.block);
      }
    }
  };
  for (const top of tops) {
    out.push(top);
    visit(top);
  }
  for (const block of all) {
    if (seen.has(block)) continue;
    out.push(block);
    visit(block);
  }
  return out.toArray().toSorted();
}
