/** What entries in use occupy and do not use. */
import type { SlackRange } from "../file-system.ts";
import { gapsOf } from "./account.ts";
import { MapReader } from "./block-map.ts";
import { DirectoryBlock } from "./directory.ts";
import { mapOf } from "./extents.ts";
import type { Inode } from "./inode.ts";
import * as layout from "./layouts.ts";
import { piecesOf } from "./tree.ts";
import type { ExtVolume } from "./volume.ts";

const sectorBytes = 512;

export function slackOfInode(volume: ExtVolume, inode: Inode): SlackRange[] {
  if (inode.type === layout.fileType.directory) return slackOfDirectory(volume, inode);
  if (!inode.hasBlocks || !inode.isSizePossible) return [];
  const size = inode.statedSize;
  const { blockBytes } = volume.geometry;
  const out: SlackRange[] = [];
  const { runs } = mapOf(volume, inode);
  for (let i = 0; i < runs.length; i += 4) {
    const at = runs[i]! * blockBytes;
    const start = runs[i + 1]! * blockBytes;
    const length = runs[i + 2]! * blockBytes;
    const used = Math.max(0, Math.min(length, size - at));
    if (runs[i + 3] === 1 && used > 0) out.push({ start, length: used, what: "unwritten" });
    if (used === length) continue;
    const ram = (sectorBytes - (used % sectorBytes)) % sectorBytes;
    if (ram > 0) out.push({ start: start + used, length: ram, what: "ram slack" });
    if (used + ram < length) out.push({ start: start + used + ram, length: length - used - ram, what: "drive slack" });
  }
  return out;
}

function slackOfDirectory(volume: ExtVolume, inode: Inode): SlackRange[] {
  if (inode.isInline) return [];
  const { number } = inode;
  const block = new DirectoryBlock();
  const out: SlackRange[] = [];
  for (const { place } of piecesOf(volume, inode, new MapReader(volume))) {
    for (const [from, to] of gapsOf(volume, block, place, number)) {
      out.push({ start: from, length: to - from, what: "directory slack" });
    }
  }
  return out;
}
