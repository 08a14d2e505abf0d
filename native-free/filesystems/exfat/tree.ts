/**
 * Walks the directories of a volume: the tree of allocated ones first, then deleted ones, then those that nothing leads to. Each
 * cluster is listed as a directory at most once, so that the walk ends whatever the entries say.
 */
import type { AllocationBitmap } from "./bitmap.ts";
import { BlockSet } from "../block-set.ts";
import { addCluster } from "../cluster-chain.ts";
import { orphanKey } from "../placed-entry.ts";
import { DirectoryReader, newNotes, type DirectoryNotes } from "./directory.ts";
import type { EntrySet } from "./entry-set.ts";
import * as layout from "./layouts.ts";
import type { Allocation, ByteRange, Clusters, ExfatVolume } from "./volume.ts";

/** A directory still to be read, or being read. */
export interface DirectoryRef {
  /** Of its entry; null for the root. */
  readonly key: string | null;
  readonly place: Allocation;
  readonly state: "allocated" | "deleted" | "orphan";
  /** Offset of its entry in the volume; -1 of the root, below that of directories without an entry. */
  readonly offset: number;
}

/** A directory of a walk. Whoever walks takes its sets and hands each to `TreeWalk.met`; then the notes are complete. */
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
  readonly end: Clusters["end"];
  readonly block: number;
}

export function rootOf(volume: ExfatVolume): DirectoryRef {
  const place = { cluster: volume.geometry.rootCluster, bytes: null, contiguous: false };
  return { key: null, place, state: "allocated", offset: -1 };
}

export class TreeWalk {
  readonly #volume: ExfatVolume;
  readonly #bitmap: AllocationBitmap | null;
  readonly #reader: DirectoryReader;
  /** Clusters that were listed as directories. */
  readonly listed = new BlockSet();
  readonly #children: DirectoryRef[] = [];
  readonly #deleted: DirectoryRef[] = [];
  #done = 0;

  constructor(volume: ExfatVolume, bitmap: AllocationBitmap | null) {
    this.#volume = volume;
    this.#bitmap = bitmap;
    this.#reader = new DirectoryReader(volume);
  }

  /** Allocated directories from the root, then the deleted ones that were met. */
  known(): Generator<Visit> {
    return this.#all(rootOf(this.#volume));
  }

  /** A directory that nothing leads to, unless it was listed since, and what is below. */
  *orphan(place: Allocation): Generator<Visit> {
    if (this.listed.has(place.cluster)) return;
    yield* this.#all(orphanRef(place));
  }

  sets({ notes, read }: Visit): Generator<EntrySet> {
    return this.#reader.sets(read.ranges, notes);
  }

  /** To be called for every set: directories are queued. */
  met(directory: DirectoryRef, set: EntrySet): void {
    if (set.kind !== "file" || set.stream < 0 || (set.file.attributes & layout.attribute.directory) === 0) return;
    const { firstCluster: cluster, dataBytes: bytes, flags } = set.streamEntry;
    if (!this.#volume.has(cluster) || bytes === 0) return;
    const place = { cluster, bytes, contiguous: (flags & layout.allocationFlag.contiguous) !== 0 };
    const ref = { key: String(set.offset), place, offset: set.offset };
    const isLive = directory.state === "allocated" && !set.deleted && !set.afterEnd;
    if (isLive) this.#children.push({ ...ref, state: "allocated" });
    else this.#deleted.push({ ...ref, state: directory.state === "orphan" ? "orphan" : "deleted" });
  }

  /** Deleted ones come after all allocated ones, those found meanwhile behind them: a directory comes before what is in it. */
  *#all(top: DirectoryRef): Generator<Visit> {
    const stack = [top];
    for (;;) {
      const directory = stack.pop() ?? this.#nextDeleted();
      if (directory === undefined) return;
      yield { directory, notes: newNotes(), read: directoryRead(this.#volume, this.#bitmap, directory, this.listed) };
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

export function orphanRef(place: Allocation): DirectoryRef {
  return { key: orphanKey(place.cluster), place, state: "orphan", offset: -1 - place.cluster };
}

/** Where a directory lies; clusters in `listed` are left out, the others are added. */
export function directoryRead(
  volume: ExfatVolume,
  bitmap: AllocationBitmap | null,
  directory: DirectoryRef,
  listed: BlockSet,
): DirectoryRead {
  const chain = volume.clustersOf(directory.place);
  // What a deleted directory had is its own as long as nobody has it; one without an entry was told by what stands in it.
  const isOld = directory.state !== "allocated" && directory.offset >= 0;
  const runs: number[] = [];
  let clusters = 0;
  const read = (again: number | null): DirectoryRead => {
    const { end, block } = chain;
    return { ranges: volume.rangesOf(runs), clusters, again, end, block };
  };
  for (let i = 0; i < chain.runs.length; i += 2) {
    const first = chain.runs[i]!;
    for (let cluster = first; cluster < first + chain.runs[i + 1]!; cluster++) {
      if (!volume.has(cluster) || (isOld && bitmap?.has(cluster))) return read(null);
      if (!listed.add(cluster)) return read(cluster);
      addCluster(runs, cluster);
      clusters++;
    }
  }
  return read(null);
}
