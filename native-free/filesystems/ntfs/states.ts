/** What became of the clusters of deleted files (NIST CFTT "Deleted File Recovery" 1.1: no block of an allocated file is given). */
import type { FileExtent } from "../file-system.ts";
import type { Survey } from "./survey.ts";
import { push, type NtfsVolume } from "./volume.ts";
import type { Bitmap } from "./bitmap.ts";

/**
 * The extents of a value that no allocated file has, each cut where what became of its clusters changes. `counted`: whether the survey counted
 * the value among the claims of deleted files.
 */
export function deletedExtents(
  volume: NtfsVolume,
  survey: Survey,
  bitmap: Bitmap,
  extents: readonly FileExtent[],
  counted: boolean,
): FileExtent[] {
  const { clusterBytes } = volume.geometry;
  const contested = counted ? survey.twice : survey.once;
  const out: FileExtent[] = [];
  const stateOf = (cluster: number): FileExtent["state"] => {
    if (survey.claimed.has(cluster)) return "overwritten";
    // In use by what could not be read: it may hold that.
    return contested.has(cluster) || bitmap.has(cluster) ? "partly overwritten" : "intact";
  };
  for (const { start, length, state } of extents) {
    if (start === null || state !== "intact") {
      push(out, start, length, state);
      continue;
    }
    const end = start + length;
    for (let at = start; at < end;) {
      const cluster = Math.floor(at / clusterBytes);
      const now = stateOf(cluster);
      let last = cluster;
      while ((last + 1) * clusterBytes < end && stateOf(last + 1) === now) last++;
      const to = Math.min(end, (last + 1) * clusterBytes);
      push(out, at, to - at, now);
      at = to;
    }
  }
  return out;
}
