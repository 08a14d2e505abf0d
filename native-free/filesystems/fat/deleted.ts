/**
 * Content of deleted files: only the first cluster is recorded (NIST CFTT "Active File Identification & Deleted File Recovery Tool
 * Specification" 1.1: a recovered file consists of blocks that no allocated file owns).
 */
import { ClusterExtents } from "../cluster-extents.ts";
import type { FileExtent } from "../file-system.ts";
import { followChain } from "../cluster-chain.ts";
import type { FatEntry } from "./entry.ts";
import type { Survey } from "./survey.ts";
import { free } from "../allocation-table.ts";
import type { FatVolume } from "./volume.ts";

/**
 * Where the first cluster is free: it and the free ones that follow. Those in use in between were so when the file was written and are
 * passed over, unless they begin with an entry that was made after the file was last written: then they are overwritten. Where the
 * first cluster is in use by nothing: its chain. Where another file owns it: the clusters in a row, of which what is in use is overwritten.
 */
export function deletedExtents(volume: FatVolume, survey: Survey, entry: FatEntry): readonly FileExtent[] {
  const { table } = volume;
  const { cluster, statedSize } = entry;
  const out = new ClusterExtents(volume, statedSize);
  const needed = volume.clustersFor(statedSize);
  if (!table.has(cluster)) return out.finish();
  if (table.get(cluster) === free) {
    // Those that were found in free space were not counted among the claims of the others.
    const overlaps = entry.nameClaim === "orphan" ? survey.once : survey.twice;
    let left = needed;
    for (let each = cluster; left > 0 && each <= table.lastCluster;) {
      const isFree = survey.free.has(each);
      const later = (survey.startedAt.get(each) ?? 0) > entry.modifiedStamp && entry.modifiedStamp > 0;
      // The next stretch of free clusters, or what is in use up to it.
      const next = isFree ? each + 1 : survey.free.next(each, table.lastCluster);
      const end = next < 0 ? table.lastCluster + 1 : next;
      for (; each < end && (isFree || later) && left > 0; each++, left--) {
        out.add(each, !isFree ? "overwritten" : overlaps.has(each) ? "partly overwritten" : "intact");
      }
      each = end;
    }
  } else if (!survey.claimed.has(cluster)) {
    const { runs } = followChain(table, cluster, needed);
    for (let i = 0; i < runs.length; i += 2) for (let n = 0; n < runs[i + 1]!; n++) out.add(runs[i]! + n, "intact");
  } else {
    for (let each = cluster; each < cluster + needed && table.has(each); each++) {
      out.add(
        each,
        table.get(each) !== free ? "overwritten" : survey.twice.has(each) ? "partly overwritten" : "intact",
      );
    }
  }
  return out.finish();
}
