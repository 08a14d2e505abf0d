/**
 * Checksums that blocks of metadata carry: of directories and their indexes, of extents, of extended attributes, of the orphan file and of
 * the multiple mount protection (chapter "Checksums"). Looked at when findings are asked for.
 */
import { MapReader } from "./block-map.ts";
import { checksumFrom, checksumNumber, checksumWithHole } from "./checksums.ts";
import { mapOf } from "./extents.ts";
import type { Inode } from "./inode.ts";
import * as layout from "./layouts.ts";
import type { ExtVolume } from "./volume.ts";

/** Blocks whose checksum is wrong: how many, and the first. */
export interface WrongBlocks {
  count: number;
  first: number;
}

export function noteWrong(wrong: WrongBlocks, block: number): void {
  if (wrong.count++ === 0) wrong.first = block;
}

const zeros = new Uint8Array(4);
const tailBytes = 4;
const indexRootAt = 0x20;
const indexNodeAt = 8;

/** What the checksums of blocks of an inode begin with; null without checksums. */
export function seedOfInode({ geometry }: ExtVolume, { number, base }: Inode): number | null {
  return geometry.seed === null ? null : checksumNumber(checksumNumber(geometry.seed, number), base.generation);
}

const record = layout.directoryRecord.cursor();
const directoryTail = layout.directoryTail.cursor();
const rootIndex = layout.indexRoot.cursor();
const nodeIndex = layout.indexNode.cursor();
const indexTail = layout.indexTail.cursor();

/** Of a block of a directory in a window. `first`: it is the first of an indexed directory. */
export function directoryBlockHolds(
  window: Uint8Array,
  at: number,
  length: number,
  seed: number,
  kind: { indexed: boolean; first: boolean },
): boolean {
  const head = record.over(window, at);
  const isNode = kind.indexed && !kind.first && head.inode === 0 && head.nameLength === 0;
  if (kind.indexed && kind.first) {
    const { limit, count } = rootIndex.over(window, at);
    return indexHolds(window, at, length, seed, [indexRootAt, limit, count]);
  }
  // The only record of a node fills its block.
  if (isNode && (head.length === length || (length === 0x1_0000 && (head.length === 0 || head.length === 0xffff)))) {
    const { limit, count } = nodeIndex.over(window, at);
    return indexHolds(window, at, length, seed, [indexNodeAt, limit, count]);
  }
  const place = at + length - layout.tailRecordBytes;
  const tail = directoryTail.over(window, place);
  if (tail.inode !== 0 || tail.length !== layout.tailRecordBytes || tail.type !== layout.tailRecordType) return false;
  return checksumFrom(seed, window, at, place) === tail.checksum;
}

function indexHolds(
  window: Uint8Array,
  at: number,
  length: number,
  seed: number,
  [start, limit, count]: readonly [number, number, number],
): boolean {
  const end = start + limit * layout.indexEntryBytes;
  if (count > limit || end + layout.indexTail.size > length) return false;
  const entries = checksumFrom(seed, window, at, at + start + count * layout.indexEntryBytes);
  const reserved = checksumFrom(entries, window, at + end, at + end + 4);
  return checksumFrom(reserved, zeros) === indexTail.over(window, at + end).checksum;
}

const extentHeader = layout.extentHeader.cursor();
const blockTail = layout.blockTail.cursor();

/** Of the nodes of the tree of extents of an inode. The inode may be another afterwards. */
export function wrongExtentNodes(volume: ExtVolume, inode: Inode): WrongBlocks {
  const wrong = { count: 0, first: 0 };
  const seed = seedOfInode(volume, inode);
  if (seed === null || !inode.hasBlocks || !inode.has(layout.inodeFlag.extents)) return wrong;
  if (extentHeader.over(inode.window, inode.at + layout.mapOffset).depth === 0) return wrong;
  const { blockBytes } = volume.geometry;
  for (const block of mapOf(volume, inode, new MapReader(volume)).nodes) {
    const place = volume.placeOf(block);
    if (place + blockBytes > volume.source.size) continue;
    const at = volume.windows.seek(place);
    const { bytes } = volume.windows;
    const end = (extentHeader.over(bytes, at).most + 1) * layout.extentEntryBytes;
    const holds =
      end + tailBytes <= blockBytes &&
      checksumFrom(seed, bytes, at, at + end) === blockTail.over(bytes, at + end).checksum;
    if (!holds) noteWrong(wrong, block);
  }
  return wrong;
}

const attributeHeader = layout.attributeHeader.cursor();

/** Of a block of extended attributes; true without checksums, and where there is none. */
export function attributeBlockHolds(volume: ExtVolume, block: number): boolean {
  const { seed, blockBytes } = volume.geometry;
  const place = volume.placeOf(block);
  if (seed === null || block === 0 || !volume.hasBlock(block) || place + blockBytes > volume.source.size) return true;
  const at = volume.windows.seek(place);
  const { bytes } = volume.windows;
  const start = checksumBlockNumber(seed, block);
  const sum = checksumWithHole(start, bytes, at, blockBytes, layout.attributeChecksumOffset, 4);
  return sum === attributeHeader.over(bytes, at).checksum;
}

/** Continues with the number of a block, 64 bits. */
function checksumBlockNumber(before: number, block: number): number {
  return checksumNumber(checksumNumber(before, block % 2 ** 32), Math.floor(block / 2 ** 32));
}

const mmp = layout.mmp.cursor();

/** Whether the block of the multiple mount protection is what it should be; true without one. */
export function mmpHolds(volume: ExtVolume): boolean {
  const { seed, mmpBlock } = volume.geometry;
  const place = volume.placeOf(mmpBlock);
  if (mmpBlock === 0 || !volume.hasBlock(mmpBlock) || place + layout.mmp.size > volume.source.size) return true;
  const at = volume.windows.seek(place);
  const { bytes } = volume.windows;
  const { magic, checksum } = mmp.over(bytes, at);
  const end = at + layout.mmp.size - tailBytes;
  return magic === layout.mmpMagic && (seed === null || checksumFrom(seed, bytes, at, end) === checksum);
}

const orphanTail = layout.orphanTail.cursor();

/** Of a block of the orphan file. `seed` as of its inode. */
export function orphanBlockHolds(volume: ExtVolume, block: number, seed: number | null): boolean {
  const { blockBytes } = volume.geometry;
  const at = volume.windows.seek(volume.placeOf(block));
  const { bytes } = volume.windows;
  const end = at + blockBytes - layout.orphanTail.size;
  const { magic, checksum } = orphanTail.over(bytes, end);
  if (magic !== layout.orphanMagic) return false;
  return seed === null || checksumFrom(checksumBlockNumber(seed, block), bytes, at, end) === checksum;
}
