/**
 * Walks the directories of a volume: the tree of allocated ones first, then deleted ones, then those that nothing leads to. Each
 * cluster is listed as a directory at most once, so that the walk ends whatever the entries say.
 */
import { viewRange } from "../../bytes/byte-source.ts";
import { BlockSet } from "../block-set.ts";
import { orphanKey } from "../placed-entry.ts";
import { addCluster } from "../cluster-chain.ts";
import {
  clusterOf,
  DirectoryReader,
  hasEndMark,
  isDirectory,
  isDots,
  looksLikeDirectory,
  newNotes,
  type DirectoryItem,
  type DirectoryNotes,
} from "./directory.ts";
import * as layout from "./layouts.ts";
import { free } from "../allocation-table.ts";
import type { ByteRange, FatVolume } from "./volume.ts";

/** A directory still to be read, or being read. */
export interface DirectoryRef {
  /** Of its entry; null for the root. */
  readonly key: string | null;
  /** 0: the fixed root. */
  readonly cluster: number;
  /** Cluster that its `..` should name: 0 where that is the root; null where it is not known. */
  readonly parent: number | null;
  readonly state: "allocated" | "deleted" | "orphan";
  /** Offset of its entry in the volume; -1 of the root, below that of directories without an entry. */
  readonly offset: number;
}

/** A directory of a walk. Whoever walks takes its items and hands each to `TreeWalk.met`; then the notes are complete. */
export interface Visit {
  readonly directory: DirectoryRef;
  readonly notes: DirectoryNotes;
  readonly read: DirectoryRead;
}

/** The stretches of a directory, and why not all of it was read. */
export interface DirectoryRead {
  readonly ranges: readonly ByteRange[];
  readonly clusters: number;
  /** A cluster that was listed before: the directory leads to itself, to a parent, or shares clusters. */
  readonly again: number | null;
}

const fixedRootCluster = 0;
/** How far behind a cluster of a deleted directory its next one is looked for. */
const mostSkipped = 4096;

export function rootOf(volume: FatVolume): DirectoryRef {
  return { key: null, cluster: volume.rootCluster ?? fixedRootCluster, parent: null, state: "allocated", offset: -1 };
}

export class TreeWalk {
  readonly #volume: FatVolume;
  readonly #reader: DirectoryReader;
  /** Clusters that were listed as directories. */
  readonly listed = new BlockSet();
  readonly #children: DirectoryRef[] = [];
  readonly #deleted: DirectoryRef[] = [];
  #done = 0;

  /** `names` as in `DirectoryReader`. */
  constructor(volume: FatVolume, names = true) {
    this.#volume = volume;
    this.#reader = new DirectoryReader(volume, names);
  }

  /** Allocated directories from the root, then the deleted ones that were met. */
  known(): Generator<Visit> {
    return this.#all(rootOf(this.#volume));
  }

  /** A directory that nothing leads to, unless it was listed since, and what is below. */
  *orphan(cluster: number): Generator<Visit> {
    if (this.listed.has(cluster)) return;
    yield* this.#all({ key: orphanKey(cluster), cluster, parent: null, state: "orphan", offset: -1 - cluster });
  }

  items({ directory, notes, read }: Visit): Generator<DirectoryItem> {
    return this.#reader.items(read.ranges, directory.key !== null, notes);
  }

  /** To be called for every item: directories are queued. */
  met(directory: DirectoryRef, item: DirectoryItem): void {
    if (item.what !== "entry" || !isDirectory(item.record.attributes)) return;
    const cluster = clusterOf(this.#volume, item.record);
    const isLive = directory.state === "allocated" && !item.deleted && !item.afterEnd;
    if (!this.#volume.table.has(cluster)) return;
    // A damaged entry leads on only where there is a directory indeed.
    if (isLive && !item.plausible && !beginsDirectory(this.#volume, cluster)) return;
    const parent = parentClusterFor(this.#volume, directory);
    const ref = { key: String(item.offset), cluster, parent, offset: item.offset };
    if (isLive) this.#children.push({ ...ref, state: "allocated" });
    else this.#deleted.push({ ...ref, state: directory.state === "orphan" ? "orphan" : "deleted" });
  }

  /** Deleted ones come after all allocated ones, those found meanwhile behind them: a directory comes before what is in it. */
  *#all(top: DirectoryRef): Generator<Visit> {
    const stack = [top];
    for (;;) {
      const directory = stack.pop() ?? this.#nextDeleted();
      if (directory === undefined) return;
      yield { directory, notes: newNotes(), read: directoryRead(this.#volume, directory, this.listed) };
      // In the order in which they stand in the directory.
      for (const child of this.#children.splice(0).toReversed()) stack.push(child);
    }
  }

  #nextDeleted(): DirectoryRef | undefined {
    if (this.#done < this.#deleted.length) return this.#deleted[this.#done++];
    this.#deleted.length = 0;
    this.#done = 0;
    return undefined;
  }
}

/** What `..` of a directory in this one says: 0 for the root, whatever its cluster. */
export function parentClusterFor(volume: FatVolume, { key, cluster }: DirectoryRef): number {
  return key === null || cluster === volume.rootCluster ? 0 : cluster;
}

/** Where a directory lies; clusters in `listed` are left out, the others are added. */
export function directoryRead(volume: FatVolume, directory: DirectoryRef, listed: BlockSet): DirectoryRead {
  if (directory.key === null && volume.rootCluster === null) {
    return { ranges: [volume.fixedRoot], clusters: 0, again: null };
  }
  if (directory.state !== "allocated") return deletedRead(volume, directory, listed);
  const runs: number[] = [];
  let [cluster, clusters] = [directory.cluster, 0];
  for (; volume.table.has(cluster); cluster = volume.table.get(cluster)) {
    if (!listed.add(cluster)) return { ranges: volume.rangesOf(runs), clusters, again: cluster };
    addCluster(runs, cluster);
    clusters++;
  }
  return { ranges: volume.rangesOf(runs), clusters, again: null };
}

/** A deleted directory: its first cluster as long as it still is that one, then what reads as its continuation. */
function deletedRead(volume: FatVolume, directory: DirectoryRef, listed: BlockSet): DirectoryRead {
  const runs: number[] = [];
  let clusters = 0;
  for (const cluster of deletedClusters(volume, directory.cluster, directory.parent)) {
    if (!listed.add(cluster)) return { ranges: volume.rangesOf(runs), clusters, again: cluster };
    addCluster(runs, cluster);
    clusters++;
  }
  return { ranges: volume.rangesOf(runs), clusters, again: null };
}

/**
 * Clusters of a directory that no allocated entry leads to; none where something else is there now. By the table where it still has
 * a chain, else forward over free clusters as long as they read as a directory. `parent` null: whatever `..` names.
 */
export function* deletedClusters(volume: FatVolume, first: number, parent: number | null): Generator<number> {
  const { table } = volume;
  if (!table.has(first)) return;
  let window = clusterBytes(volume, first);
  const dots = dotsOf(volume, window);
  if (dots === null || dots.self !== first || (parent !== null && dots.parent !== parent)) return;
  if (table.get(first) !== free) {
    for (let cluster = first; table.has(cluster); cluster = table.get(cluster)) yield cluster;
    return;
  }
  yield first;
  for (let cluster = first + 1, skipped = 0; !hasEndMark(window) && table.has(cluster); cluster++) {
    if (table.get(cluster) !== free) {
      if (++skipped > mostSkipped) return;
      continue;
    }
    window = clusterBytes(volume, cluster);
    if (isDots(window, 0, 0) || !looksLikeDirectory(volume, window)) return;
    yield cluster;
  }
}

function clusterBytes(volume: FatVolume, cluster: number): Uint8Array {
  return viewRange(volume.source, volume.placeOf(cluster), volume.geometry.clusterBytes);
}

const dotCursor = layout.directorySlot.cursor();

/** Clusters that `.` and `..` at the begin of a cluster name; null where it is no directory. */
export function dotsOf(volume: FatVolume, window: Uint8Array): { self: number; parent: number } | null {
  const second = layout.slotBytes;
  if (window.length < 2 * second || !isDots(window, 0, 0) || !isDots(window, second, 1)) return null;
  const self = clusterOf(volume, dotCursor.over(window, 0));
  return { self, parent: clusterOf(volume, dotCursor.over(window, second)) };
}

function beginsDirectory(volume: FatVolume, cluster: number): boolean {
  return dotsOf(volume, clusterBytes(volume, cluster)) !== null;
}
