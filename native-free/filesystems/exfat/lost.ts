/** Clusters that belong to nothing: those in use, as directories and chains, and directories in free ones. */
import { viewRange } from "../../bytes/byte-source.ts";
import { BlockSet } from "../block-set.ts";
import { followChain } from "../cluster-chain.ts";
import { hasEndMark, looksLikeDirectory } from "./directory.ts";
import * as layout from "./layouts.ts";
import type { Allocation, ExfatVolume } from "./volume.ts";

const windowBytes = 1 << 20;
/** Slots of a cluster that are looked at to tell a directory. */
const headBytes = 24 * layout.slotBytes;

interface Lost {
  /** Each in a row of clusters. */
  readonly directories: readonly Allocation[];
  readonly chains: readonly Allocation[];
  readonly clusters: number;
}

/** All clusters that `isLost` is true for. Chains are those of the table where it has one, else rows. */
export function findLost(
  volume: ExfatVolume,
  { free }: { free: BlockSet },
  isLost: (cluster: number) => boolean,
): Lost {
  const lost = new BlockSet();
  const { lastCluster, clusterBytes } = volume.geometry;
  for (let cluster = 2; cluster <= lastCluster && volume.has(cluster); cluster++) {
    if (!free.has(cluster) && isLost(cluster)) lost.add(cluster);
  }
  const heads: number[] = [];
  const pointed = new BlockSet();
  for (let cluster = lost.next(2, lastCluster); cluster >= 0; cluster = lost.next(cluster + 1, lastCluster)) {
    const head = viewRange(volume.source, volume.placeOf(cluster), Math.min(clusterBytes, headBytes));
    if (looksLikeDirectory(volume, head)) heads.push(cluster);
    if (volume.table.has(cluster) && lost.has(volume.table.get(cluster))) pointed.add(volume.table.get(cluster));
  }
  const directories = grouped(volume, heads);
  const taken = new BlockSet();
  for (const { cluster, bytes } of directories) {
    for (let n = 0; n < (bytes ?? 0) / clusterBytes; n++) taken.add(cluster + n);
  }
  return { directories, chains: chainsOf(volume, lost, pointed, taken), clusters: lost.size };
}

function chainsOf(volume: ExfatVolume, lost: BlockSet, pointed: BlockSet, taken: BlockSet): Allocation[] {
  const { lastCluster, clusterBytes } = volume.geometry;
  const chains: Allocation[] = [];
  const take = { add: (cluster: number): boolean => lost.has(cluster) && taken.add(cluster) };
  // Those that nothing points to begin a chain; what is left then are circles.
  for (const isHead of [true, false]) {
    for (let cluster = lost.next(2, lastCluster); cluster >= 0; cluster = lost.next(cluster + 1, lastCluster)) {
      if (taken.has(cluster) || (isHead && pointed.has(cluster))) continue;
      const chained = volume.table.has(cluster) && volume.table.get(cluster) !== 0;
      let clusters = 0;
      if (chained) ({ clusters } = followChain(volume.table, cluster, Number.POSITIVE_INFINITY, take));
      else
        while (lost.has(cluster + clusters) && !pointed.has(cluster + clusters) && taken.add(cluster + clusters))
          clusters++;
      if (clusters === 0) ({ clusters } = followChain(volume.table, cluster, 1, take));
      if (clusters > 0) chains.push({ cluster, bytes: clusters * clusterBytes, contiguous: !chained });
    }
  }
  return chains;
}

/** Clusters that read as directories, in a row as long as none of them ends one. */
function grouped(volume: ExfatVolume, clusters: readonly number[]): Allocation[] {
  const { clusterBytes } = volume.geometry;
  const out: { cluster: number; bytes: number; contiguous: boolean }[] = [];
  let open = -1;
  for (const cluster of clusters) {
    if (cluster === open) out.at(-1)!.bytes += clusterBytes;
    else out.push({ cluster, bytes: clusterBytes, contiguous: true });
    open = hasEndMark(viewRange(volume.source, volume.placeOf(cluster), clusterBytes)) ? -1 : cluster + 1;
  }
  return out;
}

/** Directories in free clusters that nothing leads to. Reads all free clusters that are stored. */
export function findOrphans(volume: ExfatVolume, free: BlockSet, listed: BlockSet): Allocation[] {
  const found: number[] = [];
  const { clusterBytes, lastCluster } = volume.geometry;
  const most = Math.max(1, Math.floor(windowBytes / clusterBytes));
  for (let cluster = free.next(2, lastCluster); cluster >= 0;) {
    let end = cluster + 1;
    while (end - cluster < most && end <= lastCluster && free.has(end)) end++;
    const [from, length] = [volume.placeOf(cluster), (end - cluster) * clusterBytes];
    for (const run of volume.source.runsIn(from, length)) {
      if (run.kind === "data") headsIn(volume, run.start, run.length, found);
    }
    cluster = free.next(end, lastCluster);
  }
  return grouped(
    volume,
    found.filter((cluster) => !listed.has(cluster)),
  );
}

function headsIn(volume: ExfatVolume, start: number, length: number, found: number[]): void {
  const { clusterBytes, dataStart } = volume.geometry;
  const window = viewRange(volume.source, start, length);
  const first = Math.ceil((start - dataStart) / clusterBytes);
  for (let index = first; ; index++) {
    const at = dataStart + index * clusterBytes - start;
    if (at + Math.min(clusterBytes, headBytes) > window.length) return;
    // Nearly every cluster is passed over by its first byte.
    const each = window[at]! | layout.typeBits.inUse;
    if (each !== layout.type.file && each !== layout.type.stream && each !== layout.type.name) continue;
    if (looksLikeDirectory(volume, window.subarray(at, at + headBytes))) found.push(index + 2);
  }
}
