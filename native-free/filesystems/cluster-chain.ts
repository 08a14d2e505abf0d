/** Follows chains of clusters. Whatever the table holds, it ends. */
import { bad, chainEnd, free, type AllocationTable } from "./allocation-table.ts";

/** Why a chain ends: as it should, after as many clusters as were asked for, or in a way that is damage. */
export type ChainEnd = "end" | "limit" | "free" | "bad" | "outside" | "loop" | "claimed";

export interface Chain {
  /** Pairs of first cluster and number of clusters, in the order of the content. */
  readonly runs: readonly number[];
  readonly clusters: number;
  readonly end: ChainEnd;
  /** What the last entry says, where that is the damage: the cluster outside, claimed or met again; else the last cluster. */
  readonly block: number;
}

/** Who may have a cluster: false where it cannot be had (any more). */
export interface Claims {
  add(cluster: number): boolean;
}

/** Appends a cluster to pairs of first cluster and number. */
export function addCluster(runs: number[], cluster: number): void {
  const at = runs.length;
  if (at > 0 && runs[at - 2]! + runs[at - 1]! === cluster) runs[at - 1]!++;
  else runs.push(cluster, 1);
}

/**
 * The chain from `first` on, at most `limit` clusters of it. `claim` is asked for every cluster and ends the chain where it says
 * false (`claimed`). Without it a circle ends where it closes (`loop`), by Brent's method.
 */
export function followChain(table: AllocationTable, first: number, limit: number, claim: Claims | null = null): Chain {
  const runs: number[] = [];
  let [count, cluster, last] = [0, first, first];
  let [anchor, power, steps] = [first, 1, 0];
  const ended = (end: ChainEnd, block: number): Chain => ({ runs, clusters: count, end, block });
  for (;;) {
    if (count === limit) {
      // What goes on behind the content may be its own begin: then it comes to less than was asked for.
      const circle = claim ? 0 : circleOf(table, first, 4 * limit);
      return circle > 0 ? cutLoop(table, first, circle) : ended("limit", last);
    }
    if (!table.has(cluster)) return ended("outside", cluster);
    if (claim && !claim.add(cluster)) return ended("claimed", cluster);
    addCluster(runs, cluster);
    count++;
    last = cluster;
    cluster = table.get(cluster);
    if (cluster >= chainEnd) return ended("end", last);
    if (cluster === free || cluster === bad) return ended(cluster === free ? "free" : "bad", last);
    if (claim) continue;
    if (++steps === power) [anchor, power, steps] = [cluster, power * 2, 0];
    else if (cluster === anchor) return cutLoop(table, first, steps);
  }
}

/** Length of a circle that is closed within so many steps, 0 for none. */
function circleOf(table: AllocationTable, first: number, most: number): number {
  let [cluster, anchor, power, steps] = [first, first, 1, 0];
  for (let done = 0; done < most && table.has(cluster); done++) {
    cluster = table.get(cluster);
    if (++steps === power) [anchor, power, steps] = [cluster, power * 2, 0];
    else if (cluster === anchor) return steps;
  }
  return 0;
}

/** The part of a chain with a circle in which no cluster comes twice. */
function cutLoop(table: AllocationTable, first: number, circle: number): Chain {
  let ahead = first;
  for (let i = 0; i < circle; i++) ahead = table.get(ahead);
  let [behind, before] = [first, 0];
  for (; behind !== ahead; before++) [behind, ahead] = [table.get(behind), table.get(ahead)];
  const runs: number[] = [];
  for (let [cluster, count] = [first, 0]; count < before + circle; cluster = table.get(cluster), count++) {
    addCluster(runs, cluster);
  }
  return { runs, clusters: before + circle, end: "loop", block: behind };
}
