/** Which threads compute which hashes: each sequential hash stays in one thread, the work is shared out evenly. */
import type { HashName } from "./image-body.ts";

export interface HashGroup {
  readonly algorithms: readonly HashName[];
  /** Whether it also computes the leaves of the block tree. */
  readonly tree: boolean;
}

/** Nanoseconds a byte on a core with SHA instructions; only their proportions matter. */
const costs: Readonly<Record<HashName | "tree", number>> = {
  md5: 1.4,
  sha1: 0.6,
  sha256: 0.65,
  sha512: 1.4,
  "sha3-256": 2.3,
  blake3: 1.7,
  tree: 0.65,
};

/** As many groups as there are cores, none of them empty; the dearest hash first, each to the thread with the least to do. */
export function hashGroups(hashes: readonly HashName[], cores: number): readonly HashGroup[] {
  const work = [...hashes, "tree" as const].sort((a, b) => costs[b] - costs[a]);
  const groups = Array.from({ length: Math.max(1, Math.min(cores, work.length)) }, () => ({
    algorithms: [] as HashName[],
    tree: false,
    cost: 0,
  }));
  for (const each of work) {
    const group = groups.reduce((least, other) => (other.cost < least.cost ? other : least));
    if (each === "tree") group.tree = true;
    else group.algorithms.push(each);
    group.cost += costs[each];
  }
  return groups.map(({ algorithms, tree }) => ({ algorithms, tree }));
}
