/** What allocated entries occupy and do not use. */
import type { SlackRange } from "../file-system.ts";
import { allocationOf } from "./allocation.ts";
import { eachRun } from "./content.ts";
import { allocation, type FileRecord } from "./record.ts";
import { isDirectoryType } from "./tree.ts";
import type { UdfVolume } from "./volume.ts";

export function slackOfRecord(volume: UdfVolume, record: FileRecord): SlackRange[] {
  const out: SlackRange[] = [];
  const { blockBytes } = volume;
  const isDirectory = isDirectoryType(record.fileType);
  const add = (start: number, length: number, what: string): void => {
    const last = out.at(-1);
    if (length <= 0) return;
    if (last && last.what === what && last.start + last.length === start) {
      out[out.length - 1] = { ...last, length: last.length + length };
    } else out.push({ start, length, what });
  };
  const isEmbedded = record.allocation === allocation.embedded;
  const { start, length } = record.allocationArea;
  const used = start + (isEmbedded ? Math.min(length, record.size) : length);
  add(record.block * blockBytes + used, blockBytes - used, "file entry slack");
  if (isEmbedded) return out;
  eachRun(allocationOf(volume, record), record.size, blockBytes, (first, count, usedBytes) => {
    const held = Math.min(count, volume.blocks.count - first) * blockBytes;
    const ram = (blockBytes - (usedBytes % blockBytes)) % blockBytes;
    const at = first * blockBytes;
    if (usedBytes >= held) return;
    add(at + usedBytes, ram, isDirectory ? "directory slack" : "ram slack");
    add(at + usedBytes + ram, held - usedBytes - ram, isDirectory ? "directory slack" : "drive slack");
  });
  return out;
}
