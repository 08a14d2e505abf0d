/**
 * One look at every directory and every chain of a volume: which cluster belongs to what, and what contradicts itself. Chains of allocated
 * entries claim their clusters in the order of the walk, so that all of it takes as many steps as there are clusters and entries.
 */
import { BlockSet } from "../block-set.ts";
import { followChain, type Chain } from "../cluster-chain.ts";
import { clusterOf, isDirectory, type DirectoryItem } from "./directory.ts";
import { GrowingNumbers } from "../../bytes/growing-numbers.ts";
import { bad, chainEnd, free } from "../allocation-table.ts";
import { dotsOf, TreeWalk, type DirectoryRef, type Visit } from "./tree.ts";
import { viewRange } from "../../bytes/byte-source.ts";
import type { FatVolume } from "./volume.ts";

/** What is wrong with the clusters of an entry. */
export interface Trouble {
  readonly end: Chain["end"] | "directory-loop" | "parent" | "short" | "long";
  /** A cluster; of `short` and `long` bytes that are there, and that are too many. */
  readonly block: number;
}

/** Entries whose trouble is kept; further ones are counted. */
const mostTroubled = 200_000;
/** Steps that deleted entries may take for each cluster of the volume before their overlaps are no longer looked for. */
const claimsPerCluster = 16;

/** Above the bytes used of a cluster, which has at most 2^19 (128 sectors of 4 KiB). */
const TAIL = 2 ** 20;
/** Above a number of clusters, which is at most 2^23 (4 GiB in clusters of 512 bytes). */
const CLAIM = 2 ** 24;

export class Survey {
  /** Of contents and directories of allocated entries. */
  readonly claimed = new BlockSet();
  readonly directories = new BlockSet();
  /** Whole clusters that allocated files have and do not use. */
  readonly spare = new BlockSet();
  /** Clusters that two allocated entries claim. */
  readonly shared = new BlockSet();
  /** When allocated entries were made whose first cluster follows a free one: date · 2^16 + time of MS-DOS. */
  readonly startedAt = new Map<number, number>();
  /** Free clusters that a deleted entry claims, and those that several do. */
  readonly once = new BlockSet();
  readonly twice = new BlockSet();
  /** Clusters in use by no allocated entry that a deleted or orphan one still has a chain of. */
  readonly adopted = new BlockSet();
  /** First clusters of directories in use that no entry leads to. */
  readonly lostDirectories: number[] = [];
  /** First clusters of other chains that nothing claims, and how many clusters they have. */
  readonly lostChains: number[] = [];
  lostClusters = 0;
  readonly free = new BlockSet();
  badClusters = 0;
  /** By offset of the entry; -1 the root. */
  readonly troubles = new Map<number, Trouble[]>();
  /** Slots of directories that hold no entry, by the same. */
  readonly damaged = new Map<number, number>();
  /** Bytes used of the last cluster of a file or directory, in order: cluster · 2^20 + bytes. */
  tails: Float64Array = new Float64Array(0);
  /** Of the fixed root directory. */
  rootUsed = 0;
  readonly #volume: FatVolume;
  readonly #tails = new GrowingNumbers();
  /** Of deleted files: first cluster · 2^24 + number of clusters. */
  readonly #deleted = new GrowingNumbers();

  constructor(volume: FatVolume) {
    this.#volume = volume;
    const walk = new TreeWalk(volume, false);
    for (const visit of walk.known()) this.#visit(walk, visit);
    this.#findLost(walk);
    this.#claimDeleted();
    if (this.shared.size > 0) this.#nameFirstClaims();
    this.tails = this.#tails.toArray().sort();
  }

  #visit(walk: TreeWalk, visit: Visit): void {
    for (const item of walk.items(visit)) {
      walk.met(visit.directory, item);
      this.#entry(visit.directory, item, null);
    }
    this.#directory(visit);
  }

  #directory({ directory, notes, read }: Visit): void {
    const { offset, state, cluster } = directory;
    if (notes.damaged > 0) this.damaged.set(offset, notes.damaged);
    if (state === "allocated" && directory.key !== null) {
      const wrongSelf = notes.self !== null && notes.self !== cluster;
      if (wrongSelf || (notes.parent !== null && notes.parent !== directory.parent)) {
        this.#trouble(offset, { end: "parent", block: wrongSelf ? notes.self! : notes.parent! });
      }
    }
    if (read.again !== null && state === "allocated")
      this.#trouble(offset, { end: "directory-loop", block: read.again });
    if (read.clusters === 0) {
      if (directory.key === null && this.#volume.rootCluster === null) this.rootUsed = notes.used;
      return;
    }
    this.#claimDirectory(directory, notes.used, read.ranges);
  }

  /** Clusters were told apart by the walk; the chain is looked at for how it ends. */
  #claimDirectory(
    { offset, cluster, state }: DirectoryRef,
    used: number,
    ranges: readonly { start: number; length: number }[],
  ): void {
    const { clusterBytes, dataStart } = this.#volume.geometry;
    let [left, last] = [used, cluster];
    for (const { start, length } of ranges) {
      const first = (start - dataStart) / clusterBytes + 2;
      for (let block = first; block < first + length / clusterBytes; block++) {
        const mine = this.#ownDirectoryCluster(state, block);
        if (mine) this.directories.add(block);
        if (mine && left < clusterBytes) this.#tails.push(block * TAIL + Math.max(0, left));
        left -= clusterBytes;
        last = block;
      }
    }
    const next = this.#volume.table.get(last);
    if (state === "allocated" && next < chainEnd && !this.#volume.table.has(next)) {
      this.#trouble(offset, {
        end: next === free ? "free" : next === bad ? "bad" : "outside",
        block: next === free || next === bad ? last : next,
      });
    }
  }

  /** What no allocated entry leads to keeps the clusters that are in use by nothing else. */
  #ownDirectoryCluster(state: DirectoryRef["state"], block: number): boolean {
    if (state === "allocated") {
      if (!this.claimed.add(block)) this.shared.add(block);
      return true;
    }
    if (this.#volume.table.get(block) === free || this.claimed.has(block)) return false;
    this.adopted.add(block);
    return true;
  }

  /** `replay`: claims of a second walk, in which only what is shared is named. */
  #entry(directory: DirectoryRef, item: DirectoryItem, replay: BlockSet | null): void {
    const { record } = item;
    const first = clusterOf(this.#volume, record);
    const live = directory.state === "allocated" && !item.deleted && !item.afterEnd;
    if (live && replay === null && this.#followsFree(first)) {
      this.startedAt.set(first, record.createdDate * 0x1_0000 + record.createdTime);
    }
    if (first === 0 || isDirectory(record.attributes)) return;
    const needed = this.#volume.clustersFor(record.size);
    if (!live) {
      if (replay === null && this.#volume.table.has(first) && needed > 0) this.#deleted.push(first * CLAIM + needed);
      return;
    }
    const claims = replay ?? this.claimed;
    const chain = followChain(this.#volume.table, first, Number.POSITIVE_INFINITY, claims);
    if (replay) this.#nameShared(item.offset, chain);
    else this.#claimFile(item.offset, first, record.size, chain);
  }

  #followsFree(first: number): boolean {
    const { table } = this.#volume;
    return table.has(first - 1) && table.has(first) && table.get(first - 1) === free;
  }

  #claimFile(offset: number, first: number, size: number, chain: Chain): void {
    const { clusterBytes } = this.#volume.geometry;
    if (chain.end === "claimed") {
      const own = isIn(chain.runs, chain.block);
      if (!own) this.shared.add(chain.block);
      this.#trouble(offset, { end: own ? "loop" : "claimed", block: chain.block });
    } else if (chain.end !== "end") {
      this.#trouble(offset, { end: chain.end, block: chain.clusters === 0 ? first : chain.block });
    }
    const held = chain.clusters * clusterBytes;
    if (chain.end === "end" && held < size) this.#trouble(offset, { end: "short", block: held });
    const spare = held - this.#volume.clustersFor(size) * clusterBytes;
    if (spare > 0) this.#trouble(offset, { end: "long", block: spare });
    let left = size;
    for (let i = 0; i < chain.runs.length; i += 2) {
      const bytes = chain.runs[i + 1]! * clusterBytes;
      if (left < bytes) this.#unused(chain.runs[i]!, chain.runs[i + 1]!, left);
      left = Math.max(0, left - bytes);
    }
  }

  /** The run holds `used` bytes of the content, less than all. */
  #unused(first: number, count: number, used: number): void {
    const { clusterBytes } = this.#volume.geometry;
    const whole = Math.ceil(used / clusterBytes);
    if (used % clusterBytes !== 0) this.#tails.push((first + whole - 1) * TAIL + (used % clusterBytes));
    for (let i = whole; i < count; i++) this.spare.add(first + i);
  }

  #trouble(offset: number, trouble: Trouble): void {
    const known = this.troubles.get(offset);
    if (known) known.push(trouble);
    else if (this.troubles.size < mostTroubled) this.troubles.set(offset, [trouble]);
  }

  /** Replays the claims: the first to claim a cluster is told, too, that another does. */
  #nameFirstClaims(): void {
    const walk = new TreeWalk(this.#volume, false);
    const claims = new BlockSet();
    for (const visit of walk.known()) {
      const { directory } = visit;
      for (const item of walk.items(visit)) {
        walk.met(directory, item);
        this.#entry(directory, item, claims);
      }
      if (directory.state !== "allocated") continue;
      const chain = directoryChain(this.#volume, visit);
      for (let i = 0; i < chain.length; i += 2) for (let n = 0; n < chain[i + 1]!; n++) claims.add(chain[i]! + n);
      this.#nameShared(directory.offset, { runs: chain });
    }
  }

  #nameShared(offset: number, { runs }: { readonly runs: readonly number[] }): void {
    for (let i = 0; i < runs.length; i += 2) {
      for (let n = 0; n < runs[i + 1]!; n++) {
        const block = runs[i]! + n;
        if (!this.shared.has(block)) continue;
        if (!this.troubles.get(offset)?.some(({ end }) => end === "claimed"))
          this.#trouble(offset, { end: "claimed", block });
        return;
      }
    }
  }

  /** Counts the table, and finds what is in use by nothing: directories first, since they claim chains. */
  #findLost(walk: TreeWalk): void {
    const { table, source } = this.#volume;
    const candidates: number[] = [];
    for (let cluster = 2; cluster <= table.lastCluster; cluster++) {
      const value = table.get(cluster);
      if (value === free) this.free.add(cluster);
      else if (value === bad) this.badClusters++;
      else if (!this.claimed.has(cluster) && !this.adopted.has(cluster)) candidates.push(cluster);
    }
    for (const cluster of candidates) {
      const dots = dotsOf(this.#volume, viewRange(source, this.#volume.placeOf(cluster), 512));
      if (dots?.self === cluster) this.lostDirectories.push(cluster);
    }
    for (const cluster of this.lostDirectories) {
      for (const visit of walk.orphan(cluster)) this.#visit(walk, visit);
    }
  }

  /** Deleted files take up free clusters or chains that nothing else has; what is left in use then is lost. */
  #claimDeleted(): void {
    const { table } = this.#volume;
    let steps = claimsPerCluster * table.lastCluster;
    let before = -1;
    for (const claim of this.#deleted.toArray().sort()) {
      // Entries with the same clusters are one file that was moved or renamed: they do not contradict each other.
      if (claim === before || steps <= 0) continue;
      before = claim;
      const first = Math.floor(claim / CLAIM);
      const needed = claim - first * CLAIM;
      if (table.get(first) === free) {
        for (const cluster of forward(this.free, first, needed, table.lastCluster)) {
          if (!this.once.add(cluster)) this.twice.add(cluster);
          steps--;
        }
      } else if (!this.claimed.has(first)) {
        followChain(table, first, needed, {
          add: (cluster) => !this.claimed.has(cluster) && this.adopted.add(cluster),
        });
      }
    }
    this.#findLostChains();
  }

  #findLostChains(): void {
    const { table } = this.#volume;
    const isLost = (cluster: number): boolean => {
      const value = table.get(cluster);
      return value !== free && value !== bad && !this.claimed.has(cluster) && !this.adopted.has(cluster);
    };
    const pointed = new BlockSet();
    const lost: number[] = [];
    for (let cluster = 2; cluster <= table.lastCluster; cluster++) {
      if (!isLost(cluster)) continue;
      lost.push(cluster);
      const next = table.get(cluster);
      if (table.has(next)) pointed.add(next);
    }
    this.lostClusters = lost.length;
    const taken = new BlockSet();
    const take = { add: (cluster: number): boolean => isLost(cluster) && taken.add(cluster) };
    // Those that nothing points to begin a chain; what is left then are circles.
    for (const heads of [true, false]) {
      for (const cluster of lost) {
        if ((heads && pointed.has(cluster)) || taken.has(cluster)) continue;
        const { clusters } = followChain(table, cluster, Number.POSITIVE_INFINITY, take);
        this.lostChains.push(cluster, clusters);
      }
    }
  }

  /** Bytes used of a cluster that `tails` has an entry for. */
  static tailOf(entry: number): { cluster: number; used: number } {
    const cluster = Math.floor(entry / TAIL);
    return { cluster, used: entry - cluster * TAIL };
  }
}

/** Free clusters from the first on: where a deleted file went on, as far as can be told. */
function* forward(free: BlockSet, first: number, count: number, last: number): Generator<number> {
  for (let cluster = first, taken = 0; taken < count; cluster++, taken++) {
    cluster = free.next(cluster, last);
    if (cluster < 0) return;
    yield cluster;
  }
}

function directoryChain(volume: FatVolume, { read }: Visit): number[] {
  const { clusterBytes, dataStart } = volume.geometry;
  if (read.clusters === 0) return [];
  return read.ranges.flatMap(({ start, length }) => [(start - dataStart) / clusterBytes + 2, length / clusterBytes]);
}

function isIn(runs: readonly number[], cluster: number): boolean {
  for (let i = 0; i < runs.length; i += 2) if (cluster >= runs[i]! && cluster < runs[i]! + runs[i + 1]!) return true;
  return false;
}
