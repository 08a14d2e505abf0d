/** Where everything lies on a FAT volume, from its boot sector (FAT specification 1.03, "Boot Sector and BPB", "FAT Type Determination"). */
import * as layout from "./layouts.ts";

export type FatVariant = "FAT12" | "FAT16" | "FAT32";

/** Offsets and lengths in bytes of the volume, where the name does not say otherwise. */
export interface Geometry {
  /** One of the marks that nothing depends on, where it is wrong and the rest tells that it is FAT. */
  readonly damaged: string | null;
  readonly variant: FatVariant;
  readonly sectorBytes: number;
  readonly clusterBytes: number;
  /** Before the first table. */
  readonly reservedBytes: number;
  readonly tables: number;
  readonly tableBytes: number;
  /** Index of the table that counts, and whether the others are copies of it. */
  readonly activeTable: number;
  readonly mirrored: boolean;
  /** Of the fixed root directory; length 0 on FAT32. */
  readonly rootStart: number;
  readonly rootBytes: number;
  /** FAT32, else 0. */
  readonly rootCluster: number;
  /** Of cluster 2. */
  readonly dataStart: number;
  /** Number of the last cluster: one more than there are. */
  readonly lastCluster: number;
  readonly size: number;
  /** Null where there is none. */
  readonly infoStart: number | null;
  readonly backupStart: number | null;
  readonly creator: string;
  readonly media: number;
  /** Null without an extended boot record. */
  readonly serial: number | null;
  readonly label: Uint8Array | null;
  /** Of the boot sector: bit 0 in use, bit 1 surface test wanted. */
  readonly state: number;
  readonly heads: number;
  readonly trackSectors: number;
  readonly hiddenSectors: number;
}

const isPowerOfTwo = (n: number): boolean => n > 0 && (n & (n - 1)) === 0;
const most16 = 0xffff;
/** Of one table, all of them; formatting programs write 1 or 2. */
const mostTables = 8;

/** The geometry, or a word for why a sector is no boot sector of FAT. */
export function readGeometry(sector: Uint8Array): Geometry | string {
  const boot = layout.bootSector.cursor().over(sector);
  const { sectorBytes, clusterSectors, reservedSectors, tables } = boot;
  const weak = weakSigns(boot.jump, boot.signature, boot.media);
  if (weak.length > 1 || (weak.length === 1 && !namesFat(sector))) return weak[0]!;
  if (!isPowerOfTwo(sectorBytes) || sectorBytes < 512 || sectorBytes > 4096) return "sector size";
  if (!isPowerOfTwo(clusterSectors)) return "cluster size";
  if (reservedSectors === 0) return "reserved sectors";
  if (tables === 0 || tables > mostTables) return "number of tables";
  const wide = layout.boot32.cursor().over(sector);
  const large = boot.tableSectors16 === 0;
  const tableSectors = large ? wide.tableSectors : boot.tableSectors16;
  const sectors = boot.sectors16 || boot.sectors32;
  const rootSectors = Math.ceil((boot.rootEntries * layout.slotBytes) / sectorBytes);
  const head = reservedSectors + tables * tableSectors + rootSectors;
  const clusters = Math.floor((sectors - head) / clusterSectors);
  if (tableSectors === 0) return "table size";
  if (clusters < 1 || clusters > 0x0fff_fff4) return "number of sectors";
  if (!large && boot.rootEntries === 0) return "root directory";
  const extended = layout.extendedBoot.cursor();
  extended.over(sector, large ? layout.extendedBootAt.large : layout.extendedBootAt.small);
  const optional = (at: number): number | null => (large && at > 0 && at < most16 ? at * sectorBytes : null);
  return {
    damaged: weak[0] ?? null,
    variant: large ? "FAT32" : clusters < 4085 ? "FAT12" : "FAT16",
    sectorBytes,
    clusterBytes: clusterSectors * sectorBytes,
    reservedBytes: reservedSectors * sectorBytes,
    tables,
    tableBytes: tableSectors * sectorBytes,
    activeTable: large && (wide.flags & 0x80) !== 0 ? Math.min(wide.flags & 15, tables - 1) : 0,
    mirrored: !large || (wide.flags & 0x80) === 0,
    rootStart: (reservedSectors + tables * tableSectors) * sectorBytes,
    rootBytes: boot.rootEntries * layout.slotBytes,
    rootCluster: large ? wide.rootCluster & 0x0fff_ffff : 0,
    dataStart: head * sectorBytes,
    lastCluster: clusters + 1,
    size: sectors * sectorBytes,
    infoStart: optional(wide.infoSector),
    backupStart: optional(wide.backupSector),
    creator: boot.creator,
    media: boot.media,
    serial: extended.mark === 0x29 || extended.mark === 0x28 ? extended.serial : null,
    label: extended.mark === 0x29 ? extended.label.slice() : null,
    state: extended.state,
    heads: boot.heads,
    trackSectors: boot.trackSectors,
    hiddenSectors: boot.hiddenSectors,
  };
}

/** Sectors where FAT32 keeps its copy of the boot sector (6 since Windows 95), for every size of a sector. */
export const backupPlaces: readonly number[] = [512, 1024, 2048, 4096].map((bytes) => 6 * bytes);

function weakSigns(jump: number, signature: number, media: number): string[] {
  const wrong: string[] = [];
  if (jump !== 0xeb && jump !== 0xe9) wrong.push("jump");
  if (signature !== layout.bootSignature) wrong.push("signature");
  if (media < 0xf0) wrong.push("media");
  return wrong;
}

/** Whether a sector carries the name of the file system where FAT has it. */
export function namesFat(sector: Uint8Array): boolean {
  const extended = layout.extendedBoot.cursor();
  return Object.values(layout.extendedBootAt).some((at) =>
    /^FAT(12|16|32)? {3,5}$/.test(extended.over(sector, at).type),
  );
}
