/** Structures of a volume that no inode has: superblocks, group descriptors, bitmaps, inode tables (chapter "Layout"). */
import { claimKind, type ClaimList } from "./claims.ts";
import { hasSuper, superBlockOf } from "./geometry.ts";
import { descriptorBlocks, metaDescriptorBlock, tableBlocksOf } from "./groups.ts";
import type { ExtVolume } from "./volume.ts";
import { incompatible } from "./features.ts";

/** What a fixed structure is; stands in the place of the owner. */
export const fixedKind = {
  boot: 0,
  superblock: 1,
  descriptors: 2,
  reservedDescriptors: 3,
  blockBitmap: 4,
  inodeBitmap: 5,
  inodeTable: 6,
  multipleMount: 7,
} as const;

export const fixedNames = [
  "boot area",
  "superblock",
  "group descriptors",
  "reserved group descriptors",
  "block bitmap",
  "inode bitmap",
  "inode table",
  "multiple mount protection",
] as const;

/** Claims all of them; only what lies in the volume. */
export function claimFixed(volume: ExtVolume, claims: ClaimList): void {
  const { geometry, groups } = volume;
  const last = geometry.blocks;
  const claim = (block: number, count: number, what: number): void => {
    if (block < last && count > 0) claims.push(block, Math.min(count, last - block), what, claimKind.fixed);
  };
  if (geometry.firstData > 0) claim(0, geometry.firstData, fixedKind.boot);
  else if (superBlockOf(geometry, 0) > 0) claim(0, 1, fixedKind.boot);
  const tableBlocks = tableBlocksOf(geometry);
  for (let group = 0; group < groups.count; group++) {
    claimHead(volume, group, claim);
    const { blockBitmap, inodeBitmap, inodeTable } = groups.get(group);
    if (inodeTable === 0) continue;
    claim(blockBitmap, 1, fixedKind.blockBitmap);
    claim(inodeBitmap, 1, fixedKind.inodeBitmap);
    claim(inodeTable, tableBlocks, fixedKind.inodeTable);
  }
  if (geometry.mmpBlock > 0 && volume.hasBlock(geometry.mmpBlock)) claim(geometry.mmpBlock, 1, fixedKind.multipleMount);
}

/** Superblock and descriptors at the begin of a group. */
function claimHead(
  { geometry }: ExtVolume,
  group: number,
  claim: (block: number, count: number, what: number) => void,
): void {
  const meta = metaDescriptorBlock(geometry, group);
  if (hasSuper(geometry, group)) {
    const start = superBlockOf(geometry, group);
    claim(start, 1, fixedKind.superblock);
    const table = group < firstOfMeta(geometry) || !isMeta(geometry) ? descriptorBlocks(geometry) : 0;
    claim(start + 1, table, fixedKind.descriptors);
    if (table > 0) claim(start + 1 + table, geometry.reservedDescriptors, fixedKind.reservedDescriptors);
  }
  if (meta !== null) claim(meta, 1, fixedKind.descriptors);
}

function isMeta({ features }: ExtVolume["geometry"]): boolean {
  return (features.incompatible & incompatible.metaGroups) !== 0;
}

/** First group whose descriptors stand in its meta group. */
function firstOfMeta({ firstMetaGroup, blockBytes, descriptorBytes }: ExtVolume["geometry"]): number {
  return firstMetaGroup * Math.floor(blockBytes / descriptorBytes);
}
