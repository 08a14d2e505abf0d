/** What allocated entries occupy and do not use. */
import type { FileExtent, SlackRange } from "../file-system.ts";
import { DirectoryReader, newNotes } from "./directory.ts";
import type { ExfatEntry } from "./entry.ts";
import type { ExfatVolume } from "./volume.ts";

export function slackOfFile(volume: ExfatVolume, entry: ExfatEntry): SlackRange[] {
  const { allocation, validSize, statedSize, contiguous } = entry;
  if (allocation.cluster === 0) return [];
  const out: SlackRange[] = [];
  const { sectorBytes } = volume.geometry;
  let at = 0;
  const ramEnd = Math.ceil(statedSize / sectorBytes) * sectorBytes;
  const { runs } = volume.clustersOf(allocation, contiguous ? undefined : Number.POSITIVE_INFINITY);
  for (const { start, length } of volume.rangesOf(runs)) {
    // In the order of the content: up to these bytes of it, what is unused has a name.
    const parts = [
      [validSize, statedSize, "behind the valid data length"],
      [statedSize, ramEnd, "ram slack"],
      [ramEnd, at + length, "drive slack"],
    ] as const;
    for (const [begin, end, what] of parts) {
      const [from, to] = [Math.max(begin, at), Math.min(end, at + length)];
      if (from < to) out.push({ start: start + from - at, length: to - from, what });
    }
    at += length;
  }
  return out;
}

/** From the end mark on. */
export function slackOfDirectory(volume: ExfatVolume, extents: readonly FileExtent[]): SlackRange[] {
  const ranges = extents.flatMap(({ start, length }) => (start === null ? [] : [{ start, length }]));
  const notes = newNotes();
  const sets = new DirectoryReader(volume).sets(ranges, notes);
  // Only the notes count.
  while (!sets.next().done);
  let { used } = notes;
  const out: SlackRange[] = [];
  for (const { start, length } of ranges) {
    const here = Math.min(used, length);
    if (here < length) out.push({ start: start + here, length: length - here, what: "directory slack" });
    used -= here;
  }
  return out;
}
