/** What allocated entries occupy and do not use. */
import type { FileExtent, SlackRange } from "../file-system.ts";
import { DirectoryReader, newNotes } from "./directory.ts";
import type { FatEntry } from "./entry.ts";
import type { FatVolume } from "./volume.ts";

export function slackOfFile(volume: FatVolume, { cluster, statedSize }: FatEntry): SlackRange[] {
  if (cluster === 0) return [];
  const out: SlackRange[] = [];
  const { sectorBytes } = volume.geometry;
  let left = statedSize;
  for (const { start, length } of volume.rangesOf(volume.chain(cluster).runs)) {
    const used = Math.min(left, length);
    left -= used;
    if (used === length) continue;
    const ram = (sectorBytes - (used % sectorBytes)) % sectorBytes;
    if (ram > 0) out.push({ start: start + used, length: ram, what: "ram slack" });
    const rest = used + ram;
    if (rest < length) out.push({ start: start + rest, length: length - rest, what: "drive slack" });
  }
  return out;
}

/** From the end mark on. */
export function slackOfDirectory(volume: FatVolume, extents: readonly FileExtent[], inside: boolean): SlackRange[] {
  const ranges = extents.flatMap(({ start, length }) => (start === null ? [] : [{ start, length }]));
  const notes = newNotes();
  const items = new DirectoryReader(volume).items(ranges, inside, notes);
  // Only the notes count.
  while (!items.next().done);
  let { used } = notes;
  const out: SlackRange[] = [];
  for (const { start, length } of ranges) {
    const here = Math.min(used, length);
    if (here < length) out.push({ start: start + here, length: length - here, what: "directory slack" });
    used -= here;
  }
  return out;
}
