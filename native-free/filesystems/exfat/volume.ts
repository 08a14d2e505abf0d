/** The volume under the directories: geometry, table, bitmap of allocation, and where clusters lie. */
import type { ByteSource } from "../../bytes/byte-source.ts";
import { AllocationTable, type TablePlaces } from "../allocation-table.ts";
import { followChain } from "../cluster-chain.ts";
import type { ClusteredVolume } from "../cluster-extents.ts";
import type { FileExtent } from "../file-system.ts";
import type { Geometry } from "./geometry.ts";

export interface ByteRange {
  readonly start: number;
  readonly length: number;
}

/** Where a content lies: from a cluster on in the order of the table, or in a row. */
export interface Allocation {
  readonly cluster: number;
  /** Bytes; of the root directory null: as many as its chain has. */
  readonly bytes: number | null;
  readonly contiguous: boolean;
}

/** Clusters of an allocation and how it ends; `block` as in `Chain`. */
export interface Clusters {
  /** Pairs of first cluster and number of clusters. */
  readonly runs: readonly number[];
  readonly clusters: number;
  readonly end: ReturnType<typeof followChain>["end"];
  readonly block: number;
}

export class ExfatVolume implements ClusteredVolume {
  readonly source: ByteSource;
  readonly geometry: Geometry;
  readonly table: AllocationTable;

  constructor(source: ByteSource, geometry: Geometry, usedTable: number) {
    this.source = source;
    this.geometry = geometry;
    this.table = new AllocationTable(source, tablePlaces(geometry), usedTable);
  }

  /** First byte of a cluster. */
  placeOf(cluster: number): number {
    return this.geometry.dataStart + (cluster - 2) * this.geometry.clusterBytes;
  }

  clusterAt(offset: number): number {
    return Math.floor((offset - this.geometry.dataStart) / this.geometry.clusterBytes) + 2;
  }

  /** Whether the volume has the cluster and its source begins to hold it. */
  has(cluster: number): boolean {
    return cluster >= 2 && cluster <= this.geometry.lastCluster && this.placeOf(cluster) < this.source.size;
  }

  clustersFor(bytes: number): number {
    return Math.ceil(bytes / this.geometry.clusterBytes);
  }

  /** Runs of clusters (pairs) as stretches of the volume. */
  rangesOf(runs: readonly number[]): ByteRange[] {
    const ranges: ByteRange[] = [];
    for (let i = 0; i < runs.length; i += 2) {
      ranges.push({ start: this.placeOf(runs[i]!), length: runs[i + 1]! * this.geometry.clusterBytes });
    }
    return ranges;
  }

  /** The clusters of an allocation, `limit` at most; by default as many as its bytes need. */
  clustersOf({ cluster, bytes, contiguous }: Allocation, limit?: number): Clusters {
    const needed = limit ?? (bytes === null ? Number.POSITIVE_INFINITY : this.clustersFor(bytes));
    if (!contiguous) return followChain(this.table, cluster, needed);
    const { lastCluster } = this.geometry;
    if (cluster < 2 || cluster > lastCluster) return { runs: [], clusters: 0, end: "outside", block: cluster };
    const count = Math.min(needed, lastCluster - cluster + 1);
    const runs = count > 0 ? [cluster, count] : [];
    if (count < needed) return { runs, clusters: count, end: "outside", block: lastCluster + 1 };
    return { runs, clusters: count, end: "limit", block: cluster + count - 1 };
  }

  /** Extents of a content of `size` bytes in these stretches; what they do not hold is missing. */
  extentsOver(ranges: readonly ByteRange[], size: number): FileExtent[] {
    const extents: FileExtent[] = [];
    let left = size;
    for (const { start, length } of ranges) {
      if (left === 0) break;
      extents.push({ start, length: Math.min(left, length), state: "intact" });
      left -= Math.min(left, length);
    }
    if (left > 0) extents.push({ start: null, length: left, state: "missing" });
    return extents;
  }
}

export function tablePlaces({ tableStart, tableBytes, tables, lastCluster }: Geometry): TablePlaces {
  // TexFAT keeps the tables alternately: the other is the one of the last transaction but one.
  return { entryBits: 32, start: tableStart, tableBytes, tables, mirrored: tables === 2, lastCluster };
}
