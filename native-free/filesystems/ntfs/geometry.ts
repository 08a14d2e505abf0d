/** Where everything lies on an NTFS volume, from its boot sector or from the record of $MFT itself. */
import * as layout from "./layouts.ts";

export interface Geometry {
  readonly sectorBytes: number;
  readonly clusterBytes: number;
  /** Whole clusters of the volume. */
  readonly clusters: number;
  /** Bytes that the boot sector counts: without the copy of it behind. */
  readonly size: number;
  /** Offsets of the volume in bytes. */
  readonly tableStart: number;
  readonly mirrorStart: number;
  readonly recordBytes: number;
  readonly indexBytes: number;
  readonly serial: string | null;
  readonly media: number;
  readonly tracks: string;
}

const isPowerOfTwo = (n: number): boolean => n > 0 && Number.isInteger(Math.log2(n));
const mostClusterBytes = 2 << 20;
const mostRecordBytes = 4096;
const mostIndexBytes = 2 << 20;
/** BlockSet and the update of the format both end there. */
const mostClusters = 2 ** 32 - 1;

/** The geometry, or a word for why a sector is no boot sector of NTFS. The name of the system is not asked for. */
export function readGeometry(sector: Uint8Array): Geometry | string {
  if (sector.length < layout.bootBytes) return "size";
  const boot = layout.bootSector.cursor().over(sector);
  const { sectorBytes, sectors, tableCluster, mirrorCluster } = boot;
  if (!isPowerOfTwo(sectorBytes) || sectorBytes < 512 || sectorBytes > 4096) return "sector size";
  const clusterBytes = sectorBytes * clusterSectors(boot.clusterSectors);
  if (!isPowerOfTwo(clusterBytes) || clusterBytes > mostClusterBytes) return "cluster size";
  const recordBytes = structureBytes(boot.recordSize, clusterBytes);
  if (!isPowerOfTwo(recordBytes) || recordBytes < 512 || recordBytes > mostRecordBytes) return "record size";
  const indexBytes = structureBytes(boot.indexSize, clusterBytes);
  if (!isPowerOfTwo(indexBytes) || indexBytes < 512 || indexBytes > mostIndexBytes) return "index size";
  const size = sectors * sectorBytes;
  const clusters = Math.floor(size / clusterBytes);
  if (!Number.isSafeInteger(size) || clusters < 1 || clusters > mostClusters) return "sectors";
  if (tableCluster < 1 || tableCluster >= clusters) return "place of the master file table";
  return {
    ...{ sectorBytes, clusterBytes, clusters, size, recordBytes, indexBytes },
    tableStart: tableCluster * clusterBytes,
    mirrorStart: mirrorCluster < clusters ? mirrorCluster * clusterBytes : 0,
    serial: Buffer.from(boot.serial).reverse().toString("hex").toUpperCase(),
    media: boot.media,
    tracks: `${boot.heads}/${boot.trackSectors}, ${boot.hiddenSectors} hidden`,
  };
}

/** Up to 128 as it stands; clusters of more sectors are the negative power of two (Windows 10 1709 and later). */
function clusterSectors(value: number): number {
  return value <= 0x80 ? value : 2 ** (256 - value);
}

function structureBytes(value: number, clusterBytes: number): number {
  return value < 0x80 ? value * clusterBytes : 2 ** (256 - value);
}

/** Whether a sector carries the name of the file system where NTFS has it. */
export function namesNtfs(sector: Uint8Array): boolean {
  return sector.length >= layout.bootBytes && layout.bootSector.cursor().over(sector).system === layout.systemName;
}
