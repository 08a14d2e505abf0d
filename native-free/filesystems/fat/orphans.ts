/** Directories in free clusters that nothing leads to, told by their `.` and `..`. */
import { viewRange } from "../../bytes/byte-source.ts";
import type { BlockSet } from "../block-set.ts";
import { dotsOf } from "./tree.ts";
import type { FatVolume } from "./volume.ts";

const windowBytes = 1 << 20;
const headBytes = 512;

/** First clusters of such directories, those before which a parent of theirs stands behind it. Reads all free clusters that are stored. */
export function findOrphans(volume: FatVolume, free: BlockSet, listed: BlockSet): number[] {
  const parents = new Map<number, number>();
  for (const cluster of freeHeads(volume, free, parents)) if (listed.has(cluster)) parents.delete(cluster);
  const found = [...parents.keys()];
  const isBelow = (cluster: number): boolean => parents.has(parents.get(cluster)!);
  return [...found.filter((cluster) => !isBelow(cluster)), ...found.filter(isBelow)];
}

function* freeHeads(volume: FatVolume, free: BlockSet, parents: Map<number, number>): Generator<number> {
  const { clusterBytes } = volume.geometry;
  const last = volume.table.lastCluster;
  const most = Math.max(1, Math.floor(windowBytes / clusterBytes));
  for (let cluster = free.next(2, last); cluster >= 0;) {
    let end = cluster + 1;
    while (end - cluster < most && end <= last && free.has(end)) end++;
    for (const { kind, start, length } of volume.source.runsIn(
      volume.placeOf(cluster),
      (end - cluster) * clusterBytes,
    )) {
      if (kind !== "data") continue;
      yield* headsIn(volume, start, length, parents);
    }
    cluster = free.next(end, last);
  }
}

function* headsIn(volume: FatVolume, start: number, length: number, parents: Map<number, number>): Generator<number> {
  const { clusterBytes, dataStart } = volume.geometry;
  const window = viewRange(volume.source, start, length);
  const first = Math.ceil((start - dataStart) / clusterBytes);
  for (let index = first; ; index++) {
    const at = dataStart + index * clusterBytes - start;
    if (at + 2 > window.length) return;
    // Only a dot can begin a directory: nearly every cluster is passed over by this byte.
    if (window[at] !== 0x2e) continue;
    const dots = dotsOf(volume, window.subarray(at, at + Math.min(clusterBytes, headBytes)));
    if (dots === null || dots.self !== index + 2) continue;
    parents.set(dots.self, dots.parent);
    yield dots.self;
  }
}
