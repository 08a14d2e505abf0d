/**
 * Structures of FAT12, FAT16 and FAT32: Microsoft "FAT32 File System Specification" 1.03 ("Boot Sector and BPB", "FAT32 FSInfo
 * Sector Structure", "FAT Directory Structure", "Organization and Association of Short & Long Directory Entries"); libyal
 * "File Allocation Table (FAT) file system format".
 */
import { ascii, bytes, struct, u16, u32, u8 } from "../../bytes/struct.ts";

export const bootBytes = 512;
export const bootSignature = 0xaa55;

export const bootSector = struct("fat.bootSector", bootBytes, {
  jump: [0, u8, "0xeb or 0xe9"],
  creator: [3, ascii(8), "name of the formatting program"],
  sectorBytes: [11, u16],
  clusterSectors: [13, u8, "a power of two"],
  reservedSectors: [14, u16, "before the first table"],
  tables: [16, u8],
  rootEntries: [17, u16, "0 on FAT32"],
  sectors16: [19, u16],
  media: [21, u8, "0xf0, 0xf8 to 0xff"],
  tableSectors16: [22, u16, "0 on FAT32"],
  trackSectors: [24, u16],
  heads: [26, u16],
  hiddenSectors: [28, u32, "before the volume"],
  sectors32: [32, u32],
  signature: [510, u16, "0xaa55"],
});

export const boot32 = struct("fat.bootSector32", 90, {
  tableSectors: [36, u32],
  flags: [40, u16, "bits 0 to 3 active table, bit 7 tables not mirrored"],
  version: [42, u16, "0"],
  rootCluster: [44, u32],
  infoSector: [48, u16],
  backupSector: [50, u16, "of the boot sector; 0 or 0xffff none"],
});

/** At 36 on FAT12 and FAT16, at 64 on FAT32. */
export const extendedBoot = struct("fat.extendedBoot", 26, {
  drive: [0, u8],
  state: [1, u8, "bit 0 in use, bit 1 surface test wanted"],
  mark: [2, u8, "0x29: serial, label, type; 0x28: serial alone"],
  serial: [3, u32],
  label: [7, bytes(11)],
  type: [18, ascii(8), "FAT12, FAT16, FAT32: says nothing"],
});
export const extendedBootAt = { small: 36, large: 64 } as const;

export const infoSector = struct("fat.infoSector", 512, {
  lead: [0, u32, "0x41615252"],
  middle: [484, u32, "0x61417272"],
  free: [488, u32, "clusters; 0xffffffff unknown"],
  next: [492, u32, "cluster where free space is looked for"],
  trail: [508, u32, "0xaa550000"],
});
export const infoSignatures = { lead: 0x41615252, middle: 0x61417272, trail: 0xaa55_0000 } as const;

export const slotBytes = 32;
/** A directory entry. */
export const directorySlot = struct("fat.directoryEntry", slotBytes, {
  first: [0, u8, "0 end, 0xe5 deleted, 0x05 for 0xe5"],
  attributes: [11, u8],
  cases: [12, u8, "0x08 base, 0x10 extension in lower case"],
  createdHundredths: [13, u8, "0 to 199"],
  createdTime: [14, u16],
  createdDate: [16, u16],
  accessedDate: [18, u16],
  clusterHigh: [20, u16, "FAT32; others keep extended attributes here"],
  modifiedTime: [22, u16],
  modifiedDate: [24, u16],
  clusterLow: [26, u16],
  size: [28, u32, "bytes; 0 for directories"],
});
/** Base and extension of the short name, padded with blanks. */
export const shortNameBytes = 11;
export const shortBaseBytes = 8;

/** The short name as numbers, which an entry keeps until it is asked for it. */
export const shortNameWords = struct("fat.shortNameWords", slotBytes, { a: [0, u32], b: [4, u32], c: [8, u32] });

/** A piece of a long name, in the place of a directory entry before the one it names; the last piece comes first. */
export const longNamePiece = struct("fat.longNamePiece", slotBytes, {
  order: [0, u8, "number from 1, 0x40 on the last piece; 0xe5 deleted"],
  attributes: [11, u8, "0x0f"],
  type: [12, u8, "0"],
  checksum: [13, u8, "of the short name"],
});
/** Where the 13 UTF-16 units of a piece are. */
export const pieceUnits: readonly number[] = [1, 3, 5, 7, 9, 14, 16, 18, 20, 22, 24, 28, 30];

export const attribute = {
  readOnly: 1,
  hidden: 2,
  system: 4,
  label: 8,
  directory: 16,
  archive: 32,
  device: 64,
} as const;
export const longNameAttributes = 0x0f;
export const attributeMask = 0x3f;
export const deletedMark = 0xe5;
/** Stands for 0xe5 as the first byte of a short name. */
export const e5Escape = 0x05;
export const lowerBase = 0x08;
export const lowerExtension = 0x10;
