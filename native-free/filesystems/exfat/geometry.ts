/** Where everything lies on an exFAT volume, from a boot region (exFAT specification, sections 2 and 3). */
import { readRange, type ByteSource } from "../../bytes/byte-source.ts";
import * as layout from "./layouts.ts";

/** Offsets and lengths in bytes of the volume, where the name does not say otherwise. */
export interface Geometry {
  readonly sectorBytes: number;
  readonly clusterBytes: number;
  readonly size: number;
  readonly tableStart: number;
  readonly tableBytes: number;
  readonly tables: number;
  /** Of cluster 2. */
  readonly dataStart: number;
  /** Number of the last cluster: one more than there are. */
  readonly lastCluster: number;
  readonly rootCluster: number;
  readonly serial: number;
  /** `1.00` */
  readonly revision: string;
  /** Sectors before the volume; above 2^53 rounded. */
  readonly partitionOffset: number;
  /** Not covered by the checksum, and stale in the backup. */
  readonly flags: number;
  readonly percentInUse: number;
}

/** What the first and the second boot region must agree in. */
export const constantFields = [
  ...([
    "sectorBytes",
    "clusterBytes",
    "size",
    "tableStart",
    "tableBytes",
    "tables",
    "dataStart",
    "lastCluster",
  ] as const),
  ...(["rootCluster", "serial", "revision", "partitionOffset"] as const),
] as const;

/** The geometry, or a word for why a sector is no boot sector of exFAT. */
export function readGeometry(sector: Uint8Array): Geometry | string {
  const boot = layout.bootSector.cursor().over(sector);
  if (boot.name !== layout.bootName) return "name";
  if (boot.zero.some((byte) => byte !== 0)) return "must be zero";
  const { sectorShift, clusterShift, tables, clusters, tableOffset, tableSectors, heapOffset, rootCluster } = boot;
  if (sectorShift < 9 || sectorShift > 12) return "sector size";
  if (sectorShift + clusterShift > layout.mostClusterShift) return "cluster size";
  if (tables < 1 || tables > 2) return "number of tables";
  if (clusters < 1 || clusters > layout.mostClusters) return "number of clusters";
  const sectorBytes = 2 ** sectorShift;
  if (tableOffset < 2 * layout.region.sectors || tableSectors < 1) return "place of the table";
  if (heapOffset < tableOffset + tables * tableSectors) return "place of the clusters";
  if (rootCluster < 2 || rootCluster > clusters + 1) return "root directory";
  const heapSectors = clusters * 2 ** clusterShift;
  if (!Number.isSafeInteger(boot.volumeSectors * sectorBytes) || boot.volumeSectors < heapOffset + heapSectors) {
    return "number of sectors";
  }
  return {
    sectorBytes,
    clusterBytes: 2 ** (sectorShift + clusterShift),
    size: boot.volumeSectors * sectorBytes,
    tableStart: tableOffset * sectorBytes,
    tableBytes: tableSectors * sectorBytes,
    tables,
    dataStart: heapOffset * sectorBytes,
    lastCluster: clusters + 1,
    rootCluster,
    serial: boot.serial,
    revision: `${boot.revision >>> 8}.${String(boot.revision & 0xff).padStart(2, "0")}`,
    partitionOffset: boot.partitionOffset,
    flags: boot.flags,
    percentInUse: boot.percentInUse,
  };
}

/** Whether a sector carries the name of the file system where exFAT has it. */
export function namesExfat(sector: Uint8Array): boolean {
  return layout.bootSector.cursor().over(sector).name === layout.bootName;
}

/** At least a boot sector's bytes: zeros where the source ends before. */
export function sectorAt(source: ByteSource, start: number): Uint8Array {
  const sector = new Uint8Array(layout.bootBytes);
  sector.set(readRange(source, start, layout.bootBytes));
  return sector;
}

/** Section 3.4: whether the last sector of a region holds the checksum of the others, all over. */
export function hasChecksum(source: ByteSource, start: number, sectorBytes: number): boolean {
  const bytes = readRange(source, start, layout.region.sectors * sectorBytes);
  const checked = layout.region.checksum * sectorBytes;
  if (bytes.length < layout.region.sectors * sectorBytes) return false;
  let sum = 0;
  for (let at = 0; at < checked; at++) {
    if (at < layout.bootBytes && layout.uncheckedBytes.includes(at)) continue;
    sum = (((sum << 31) | (sum >>> 1)) + bytes[at]!) >>> 0;
  }
  const word = layout.checksumWord.cursor();
  for (let at = checked; at < bytes.length; at += layout.checksumWord.size) {
    if (word.over(bytes, at).value !== sum) return false;
  }
  return true;
}
