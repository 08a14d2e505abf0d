/**
 * Records behind those that a group descriptor says were ever used, as in a table of an earlier file system that was not cleared, or where the
 * descriptor lies. Only records that make sense count.
 */
import { readRange } from "../../bytes/byte-source.ts";
import { isKnownType } from "./entry.ts";
import { Inode } from "./inode.ts";
import * as layout from "./layouts.ts";
import type { ExtVolume } from "./volume.ts";

const { fileType, inodeFlag } = layout;
const windowBytes = 1 << 20;
const extentHeader = layout.extentHeader.cursor();
const pointer = layout.pointer.cursor();
const entriesInInode = 4;
const mapPointers = 15;

/** A record with its place in the volume. */
export interface UnusedRecord {
  readonly number: number;
  readonly place: number;
}

/** In order. Reads what is not sparse of the tables behind their use. */
export function unusedRecords(volume: ExtVolume): UnusedRecord[] {
  const found: UnusedRecord[] = [];
  const { inodesPerGroup, inodeBytes, inodes } = volume.geometry;
  const cursor = new Inode(volume.geometry);
  for (let group = 0; group < volume.groups.count; group++) {
    const reach = volume.reachOf(group);
    const { inodeTable } = volume.groups.get(group);
    if (inodeTable === 0) continue;
    const first = group * inodesPerGroup + 1;
    const start = volume.placeOf(inodeTable);
    const end = Math.min(volume.source.size, start + Math.min(inodesPerGroup, inodes - first + 1) * inodeBytes);
    let at = Math.max(start + reach * inodeBytes, start + (volume.geometry.firstInode - first) * inodeBytes);
    for (; at + inodeBytes <= end; at += windowBytes) {
      const length = Math.min(windowBytes, end - at);
      if (isHole(volume, at, length)) continue;
      const window = readRange(volume.source, at, length);
      for (let inside = 0; inside + inodeBytes <= window.length; inside += inodeBytes) {
        // The mode: of blank records, which are most, it is zero.
        if (window[inside] === 0 && window[inside + 1] === 0) continue;
        const number = first + (at + inside - start) / inodeBytes;
        if (makesSense(volume, cursor.over(number, at + inside, window, inside)))
          found.push({ number, place: at + inside });
      }
    }
  }
  return found;
}

function isHole(volume: ExtVolume, at: number, length: number): boolean {
  for (const { kind } of volume.source.runsIn(at, length)) if (kind === "data") return false;
  return true;
}

/** Whether a record is that of a file: by its checksum, or by its type, its times and its map. */
function makesSense(volume: ExtVolume, inode: Inode): boolean {
  const { accessed, changed, modified, mode } = inode.base;
  if (!isKnownType(mode) || changed === 0 || !inode.isSizePossible) return false;
  if (volume.geometry.seed !== null && inode.checksumHolds) return true;
  const { type } = inode;
  const hasContent = type === fileType.file || type === fileType.directory || type === fileType.symlink;
  if (!hasContent || accessed === 0 || modified === 0) return false;
  if (inode.isInline || inode.isFastLink) return true;
  const at = inode.at + layout.mapOffset;
  if (inode.has(inodeFlag.extents)) {
    const { magic, entries, most, depth } = extentHeader.over(inode.window, at);
    const isRoom = most === entriesInInode && entries <= most;
    return magic === layout.extentMagic && isRoom && depth <= layout.mostExtentDepth;
  }
  for (let i = 0; i < mapPointers; i++) {
    const { value } = pointer.over(inode.window, at + i * layout.pointer.size);
    if (value !== 0 && !volume.hasBlock(value)) return false;
  }
  return true;
}
