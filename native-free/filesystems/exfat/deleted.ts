/**
 * Content of deleted files (NIST CFTT "Active File Identification & Deleted File Recovery Tool Specification" 1.1: a recovered file
 * consists of blocks that no allocated file owns). exFAT clears the bits of the bitmap alone: entries and chains stay as they were.
 */
import { free } from "../allocation-table.ts";
import { BlockSet } from "../block-set.ts";
import { ClusterExtents } from "../cluster-extents.ts";
import type { FileExtent } from "../file-system.ts";
import type { ExfatEntry } from "./entry.ts";
import type { Survey } from "./survey.ts";
import type { ExfatVolume } from "./volume.ts";

/** What of a survey tells where a deleted file can have been. */
interface Owners {
  readonly claimed: BlockSet;
  readonly free: BlockSet;
}

/**
 * The clusters that a deleted file had, `count` at most, in the order of its content; ends where that is not known. In a row where the
 * entry says so; else by the table, as long as no allocated entry has the cluster: then its link is the one of the other. A link that
 * was cleared is taken to lead to the next free cluster. Gives how many clusters in use such steps passed over, -1 without any.
 */
export function walkDeleted(
  volume: ExfatVolume,
  { claimed, free: freeClusters }: Owners,
  place: { readonly cluster: number; readonly contiguous: boolean },
  count: number,
  visit: (cluster: number) => void,
): number {
  const { table, geometry } = volume;
  let guessed = -1;
  const seen = place.contiguous ? null : new BlockSet();
  for (let [cluster, done] = [place.cluster, 0]; done < count && volume.has(cluster); done++) {
    if (seen?.add(cluster) === false) break;
    visit(cluster);
    if (place.contiguous) {
      cluster++;
      continue;
    }
    if (claimed.has(cluster) || !table.has(cluster)) break;
    const next = table.get(cluster);
    if (next !== free) {
      cluster = next;
      continue;
    }
    const after = freeClusters.next(cluster + 1, geometry.lastCluster);
    if (after < 0) break;
    if (done + 1 < count) guessed = Math.max(0, guessed) + after - cluster - 1;
    cluster = after;
  }
  return guessed;
}

/** Extents of a content that is no longer allocated. What is behind the valid data length reads as zeros, as it always did. */
export function deletedExtents(volume: ExfatVolume, survey: Survey, entry: ExfatEntry): readonly FileExtent[] {
  const { validSize, statedSize } = entry;
  const out = new ClusterExtents(volume, validSize);
  // Those that were found in free space were not counted among the claims of the others.
  const overlaps = entry.nameClaim === "orphan" ? survey.once : survey.twice;
  walkDeleted(volume, survey, entry, volume.clustersFor(validSize), (cluster) => {
    out.add(
      cluster,
      survey.claimed.has(cluster) ? "overwritten" : overlaps.has(cluster) ? "partly overwritten" : "intact",
    );
  });
  return withUnwritten(out.finish(), statedSize - validSize);
}

/** Appends the bytes behind the valid length. */
export function withUnwritten(extents: readonly FileExtent[], bytes: number): readonly FileExtent[] {
  return bytes > 0 ? [...extents, { start: null, length: bytes, state: "intact" }] : extents;
}

/** Clusters in use that had to be passed over where the table does not say how the file went on; -1 where it says so. */
export function guessesOf(volume: ExfatVolume, survey: Survey, entry: ExfatEntry): number {
  return walkDeleted(volume, survey, entry, volume.clustersFor(entry.validSize), () => {});
}
