/** The volume under the directories: geometry, table, and where clusters lie. */
import type { ByteSource } from "../../bytes/byte-source.ts";
import type { FileExtent } from "../file-system.ts";
import { followChain, type Chain } from "../cluster-chain.ts";
import type { Geometry } from "./geometry.ts";
import { AllocationTable, type TablePlaces } from "../allocation-table.ts";

export interface ByteRange {
  readonly start: number;
  readonly length: number;
}

export class FatVolume {
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

  chain(first: number, limit = Number.POSITIVE_INFINITY): Chain {
    return followChain(this.table, first, limit);
  }

  /** Null: the fixed root directory of FAT12 and FAT16. */
  get rootCluster(): number | null {
    return this.geometry.variant === "FAT32" ? this.geometry.rootCluster : null;
  }

  get fixedRoot(): ByteRange {
    return { start: this.geometry.rootStart, length: this.geometry.rootBytes };
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

const entryBits = { FAT12: 12, FAT16: 16, FAT32: 28 } as const;

export function tablePlaces({
  variant,
  reservedBytes,
  tableBytes,
  tables,
  mirrored,
  lastCluster,
}: Geometry): TablePlaces {
  return { entryBits: entryBits[variant], start: reservedBytes, tableBytes, tables, mirrored, lastCluster };
}
