/**
 * One look at every directory and every allocation of a volume: which cluster belongs to what, and what contradicts itself. Allocated
 * entries claim their clusters in the order of the walk, so that all of it takes as many steps as there are clusters and entries.
 */
import { bad } from "../allocation-table.ts";
import { BlockSet } from "../block-set.ts";
import { GrowingNumbers } from "../../bytes/growing-numbers.ts";
import { walkDeleted } from "./deleted.ts";
import { structureOfSet, furtherPlace } from "./entry.ts";
import type { EntrySet } from "./entry-set.ts";
import * as layout from "./layouts.ts";
import { findLost } from "./lost.ts";
import { structurePlace, type Structures } from "./structures.ts";
import { TreeWalk, type DirectoryRef, type Visit } from "./tree.ts";
import type { Allocation, Clusters, ExfatVolume } from "./volume.ts";

/** What is wrong with the clusters of an entry. */
export interface Trouble {
  readonly end: Clusters["end"] | "directory-loop" | "short" | "long" | "unmarked";
  /** A cluster; of `short` and `long` bytes that are there, and that are too many; of `unmarked` clusters. */
  readonly block: number;
}

/** Entries whose trouble is kept; further ones are counted. */
const mostTroubled = 200_000;
/** Steps that deleted entries may take for each cluster of the volume before their overlaps are no longer looked for. */
const claimsPerCluster = 16;

export class Survey {
  /** Of contents, structures and directories of allocated entries. */
  readonly claimed = new BlockSet();
  readonly directories = new BlockSet();
  /** Of bitmaps, up-case table and the like. */
  readonly structures = new BlockSet();
  /** Whole clusters that allocated files have and do not use. */
  readonly spare = new BlockSet();
  /** Clusters that two allocated entries claim. */
  readonly shared = new BlockSet();
  /** Free clusters that a deleted entry claims, and those that several do. */
  readonly once = new BlockSet();
  readonly twice = new BlockSet();
  /** Clusters in use by no allocated entry that a deleted or orphan one speaks of. */
  readonly adopted = new BlockSet();
  /** Directories in use that no entry leads to. */
  lostDirectories: readonly Allocation[] = [];
  /** Other clusters in use that nothing claims: chains, or rows. */
  lostChains: readonly Allocation[] = [];
  lostClusters = 0;
  readonly free = new BlockSet();
  badClusters = 0;
  /** Clusters of allocated entries that the bitmap says are free. */
  unmarkedClusters = 0;
  /** By offset of the entry; -1 the root. */
  readonly troubles = new Map<number, Trouble[]>();
  /** Slots of directories that hold no entry, by the same. */
  readonly damaged = new Map<number, number>();
  /** Bytes used of the last cluster of a file or directory, in order: cluster · bytes of a cluster + bytes used. */
  tails: Float64Array = new Float64Array(0);
  readonly #volume: ExfatVolume;
  readonly #known: Structures;
  readonly #tails = new GrowingNumbers();
  /** Of deleted files: first cluster · 2 + contiguous, and number of clusters. */
  readonly #deletedFirst = new GrowingNumbers();
  readonly #deletedCount = new GrowingNumbers();

  constructor(volume: ExfatVolume, known: Structures) {
    this.#volume = volume;
    this.#known = known;
    const walk = new TreeWalk(volume, known.bitmap);
    for (const visit of walk.known()) this.#visit(walk, visit);
    this.#countClusters();
    const lost = findLost(volume, this, (cluster) => this.#isLost(cluster));
    this.lostDirectories = lost.directories;
    for (const place of this.lostDirectories) for (const visit of walk.orphan(place)) this.#visit(walk, visit);
    this.#claimDeleted();
    const rest = findLost(volume, this, (cluster) => this.#isLost(cluster));
    this.lostClusters = rest.clusters;
    this.lostChains = [...rest.directories, ...rest.chains];
    if (this.shared.size > 0) this.#nameFirstClaims();
    this.tails = this.#tails.toArray().sort();
  }

  /** Whether a cluster is marked as in use; without a bitmap, whether something claims it. */
  isInUse(cluster: number): boolean {
    const { bitmap } = this.#known;
    return bitmap === null ? this.claimed.has(cluster) : bitmap.has(cluster);
  }

  #isLost(cluster: number): boolean {
    if (this.claimed.has(cluster) || this.adopted.has(cluster)) return false;
    const { bitmap } = this.#known;
    return bitmap !== null && bitmap.has(cluster) && !this.#isBad(cluster);
  }

  #isBad(cluster: number): boolean {
    return this.#volume.table.has(cluster) && this.#volume.table.get(cluster) === bad;
  }

  #visit(walk: TreeWalk, visit: Visit): void {
    const { directory, notes, read } = visit;
    for (const set of walk.sets(visit)) {
      walk.met(directory, set);
      this.#set(directory, set, null);
    }
    const { offset, state } = directory;
    if (notes.damaged > 0) this.damaged.set(offset, notes.damaged);
    this.#claimDirectory(visit);
    if (state !== "allocated") return;
    if (read.again !== null) this.#trouble(offset, { end: "directory-loop", block: read.again });
    else this.#endOf(offset, directory.place, read);
  }

  #claimDirectory({ directory, notes, read }: Visit): void {
    const { clusterBytes } = this.#volume.geometry;
    let left = notes.used;
    for (const { start, length } of read.ranges) {
      const first = this.#volume.clusterAt(start);
      for (let block = first; block < first + length / clusterBytes; block++) {
        const mine = this.#ownDirectoryCluster(directory.state, block);
        if (mine) this.directories.add(block);
        if (mine && left < clusterBytes) this.#tails.push(block * clusterBytes + Math.max(0, left));
        left -= clusterBytes;
      }
    }
  }

  /** What no allocated entry leads to keeps the clusters that are in use by nothing else. */
  #ownDirectoryCluster(state: DirectoryRef["state"], block: number): boolean {
    if (state === "allocated") {
      if (!this.claimed.add(block)) this.shared.add(block);
      return true;
    }
    if (!this.isInUse(block) || this.claimed.has(block)) return false;
    this.adopted.add(block);
    return true;
  }

  /** `replay`: claims of a second walk, in which only what is shared is named. */
  #set(directory: DirectoryRef, set: EntrySet, replay: BlockSet | null): void {
    const live = directory.state === "allocated" && !set.deleted && !set.afterEnd;
    const isFolder = set.kind === "file" && (set.file.attributes & layout.attribute.directory) !== 0;
    if (set.kind === "other") {
      const place = live ? structureOfSet(set) : null;
      if (place) this.#claim(set.offset, structurePlace(this.#volume, place), place.bytes ?? 0, replay, true);
      return;
    }
    if (set.stream >= 0 && !isFolder) this.#stream(set, live, replay);
    if (!live || set.count <= set.names + 2) return;
    for (const slot of set.further()) {
      const place = furtherPlace(this.#volume, set, slot);
      if (place) this.#claim(set.offsets[slot]!, place, place.bytes ?? 0, replay, false);
    }
  }

  #stream({ streamEntry, offset }: EntrySet, live: boolean, replay: BlockSet | null): void {
    const { firstCluster: cluster, dataBytes: bytes, validBytes, flags } = streamEntry;
    if (cluster === 0 || bytes === 0 || !Number.isSafeInteger(bytes)) return;
    const contiguous = (flags & layout.allocationFlag.contiguous) !== 0;
    if (live) {
      this.#claim(offset, { cluster, bytes, contiguous }, Math.min(validBytes, bytes), replay, false);
      return;
    }
    const count = Math.min(this.#volume.clustersFor(Math.min(validBytes, bytes)), this.#volume.geometry.lastCluster);
    if (replay !== null || count === 0 || !this.#volume.has(cluster)) return;
    this.#deletedFirst.push(cluster * 2 + Number(contiguous));
    this.#deletedCount.push(count);
  }

  /** All that an allocated entry has, which may be more than its size asks for; `used` bytes of it hold content. */
  #claim(offset: number, place: Allocation, used: number, replay: BlockSet | null, structure: boolean): void {
    const all = this.#volume.clustersOf(place, place.contiguous ? undefined : Number.POSITIVE_INFINITY);
    if (replay) return this.#nameShared(offset, all.runs, replay);
    let unmarked = 0;
    const { bitmap } = this.#known;
    for (let i = 0; i < all.runs.length; i += 2) {
      const end = all.runs[i]! + all.runs[i + 1]!;
      for (let block = all.runs[i]!; block < end; block++) {
        if (!this.#volume.has(block)) break;
        if (!this.claimed.add(block)) this.shared.add(block);
        if (structure) this.structures.add(block);
        if (bitmap !== null && !bitmap.has(block)) unmarked++;
      }
    }
    this.unmarkedClusters += unmarked;
    if (unmarked > 0) this.#trouble(offset, { end: "unmarked", block: unmarked });
    this.#endOf(offset, place, all);
    this.#spare(all.runs, used);
  }

  #endOf(offset: number, { bytes, contiguous }: Allocation, { end, block, clusters }: Omit<Clusters, "runs">): void {
    const { clusterBytes } = this.#volume.geometry;
    const held = clusters * clusterBytes;
    if (end !== "end" && end !== "limit") {
      // The chain of a file may end anyhow where all of it is there.
      if (bytes === null || held < bytes || end === "loop") this.#trouble(offset, { end, block });
      return;
    }
    if (bytes === null || contiguous) return;
    if (end === "end" && held < bytes) this.#trouble(offset, { end: "short", block: held });
    const spare = held - this.#volume.clustersFor(bytes) * clusterBytes;
    if (spare > 0) this.#trouble(offset, { end: "long", block: spare });
  }

  /** What of the clusters is not used by the content. */
  #spare(runs: readonly number[], used: number): void {
    const { clusterBytes } = this.#volume.geometry;
    let left = used;
    for (let i = 0; i < runs.length; i += 2) {
      const [first, count] = [runs[i]!, runs[i + 1]!];
      const bytes = count * clusterBytes;
      if (left < bytes) {
        const whole = Math.ceil(left / clusterBytes);
        if (left % clusterBytes !== 0) this.#tails.push((first + whole - 1) * clusterBytes + (left % clusterBytes));
        for (let n = whole; n < count && this.#volume.has(first + n); n++) this.spare.add(first + n);
      }
      left = Math.max(0, left - bytes);
    }
  }

  #trouble(offset: number, trouble: Trouble): void {
    const known = this.troubles.get(offset);
    if (known) known.push(trouble);
    else if (this.troubles.size < mostTroubled) this.troubles.set(offset, [trouble]);
  }

  /** A second walk: every entry is told the first cluster that it shares. */
  #nameFirstClaims(): void {
    const walk = new TreeWalk(this.#volume, this.#known.bitmap);
    for (const visit of walk.known()) {
      const { directory } = visit;
      for (const set of walk.sets(visit)) {
        walk.met(directory, set);
        this.#set(directory, set, this.shared);
      }
      if (directory.state !== "allocated") continue;
      this.#nameShared(directory.offset, this.#volume.clustersOf(directory.place).runs, this.shared);
    }
  }

  #nameShared(offset: number, runs: readonly number[], shared: BlockSet): void {
    for (let i = 0; i < runs.length; i += 2) {
      const block = shared.next(runs[i]!, runs[i]! + runs[i + 1]! - 1);
      if (block >= 0) return this.#trouble(offset, { end: "claimed", block });
    }
  }

  #countClusters(): void {
    for (let cluster = 2; cluster <= this.#volume.geometry.lastCluster && this.#volume.has(cluster); cluster++) {
      if (this.#isBad(cluster)) this.badClusters++;
      else if (!this.isInUse(cluster) && !this.claimed.has(cluster)) this.free.add(cluster);
    }
  }

  /** Deleted files take up free clusters, or those in use that nothing else has; what is left in use then is lost. */
  #claimDeleted(): void {
    const [firsts, counts] = [this.#deletedFirst.toArray(), this.#deletedCount.toArray()];
    const order = Uint32Array.from(firsts, (_, index) => index);
    order.sort((a, b) => firsts[a]! - firsts[b]! || counts[a]! - counts[b]!);
    let steps = claimsPerCluster * this.#volume.geometry.lastCluster;
    let before = -1;
    for (const index of order) {
      // Entries with the same clusters are one file that was moved or renamed: they do not contradict each other.
      const same = before >= 0 && firsts[before] === firsts[index] && counts[before] === counts[index];
      before = index;
      if (same || steps <= 0) continue;
      const place = { cluster: Math.floor(firsts[index]! / 2), contiguous: firsts[index]! % 2 === 1 };
      walkDeleted(this.#volume, this, place, counts[index]!, (cluster) => {
        steps--;
        if (this.claimed.has(cluster)) return;
        if (!this.once.add(cluster)) this.twice.add(cluster);
        if (this.isInUse(cluster)) this.adopted.add(cluster);
      });
    }
  }

  /** What an entry of `tails` says. */
  tailAt(index: number): { cluster: number; used: number } {
    const { clusterBytes } = this.#volume.geometry;
    const entry = this.tails[index]!;
    return { cluster: Math.floor(entry / clusterBytes), used: entry % clusterBytes };
  }
}
