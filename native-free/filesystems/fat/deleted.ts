/**
 * Content of deleted files: only the first cluster is recorded (NIST CFTT "Active File Identification & Deleted File Recovery Tool
 * Specification" 1.1: a recovered file consists of blocks that no allocated file owns).
 */
import type { ContentClaim } from "../../model/item.ts";
import type { ExtentState, FileExtent } from "../file-system.ts";
import { followChain } from "./chain.ts";
import type { FatEntry } from "./entry.ts";
import type { Survey } from "./survey.ts";
import { free } from "./table.ts";
import type { FatVolume } from "./volume.ts";

/**
 * Where the first cluster is free: it and the free ones that follow. Those in use in between were so when the file was written and are
 * passed over, unless they begin with an entry that was made after the file was last written: then they are overwritten. Where the
 * first cluster is in use by nothing: its chain. Where another file owns it: the clusters in a row, of which what is in use is overwritten.
 */
export function deletedExtents(volume: FatVolume, survey: Survey, entry: FatEntry): readonly FileExtent[] {
  const { table } = volume;
  const { cluster, statedSize } = entry;
  const out = new ExtentList(volume, statedSize);
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

class ExtentList {
  readonly #volume: FatVolume;
  readonly #extents: { start: number | null; length: number; state: ExtentState }[] = [];
  #left: number;

  constructor(volume: FatVolume, size: number) {
    this.#volume = volume;
    this.#left = size;
  }

  add(cluster: number, state: ExtentState): void {
    const length = Math.min(this.#left, this.#volume.geometry.clusterBytes);
    const start = this.#volume.placeOf(cluster);
    const last = this.#extents.at(-1);
    if (last && last.state === state && last.start !== null && last.start + last.length === start)
      last.length += length;
    else if (length > 0) this.#extents.push({ start, length, state });
    this.#left -= length;
  }

  /** What has no cluster is missing. */
  finish(): readonly FileExtent[] {
    if (this.#left > 0) this.#extents.push({ start: null, length: this.#left, state: "missing" });
    return this.#extents;
  }
}

export function claimOfExtents(extents: readonly FileExtent[], inUse: boolean): ContentClaim {
  const states = new Set(extents.map(({ state }) => state));
  const gone = states.has("overwritten") || states.has("missing");
  if (!states.has("intact") && !states.has("partly overwritten")) return "overwritten";
  if (gone || states.has("partly overwritten")) return "partly-overwritten";
  return inUse ? "allocated" : "unallocated";
}
