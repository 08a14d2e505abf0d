/**
 * Structures of NTFS 1.2 to 3.1: libyal "New Technologies File System (NTFS)" ("Boot record", "MFT entry", "MFT attribute", "The
 * attributes", "The index"). There is no specification of Microsoft; its WDK and SDK headers name the fields.
 */
import { ascii, bytes, struct, u16, u32, u8 } from "../../bytes/struct.ts";
import { wide } from "../../bytes/field-types.ts";

export const bootBytes = 512;
export const systemName = "NTFS    ";

export const bootSector = struct("ntfs.bootSector", bootBytes, {
  jump: [0, u8, "0xeb"],
  system: [3, ascii(8), "NTFS and four blanks"],
  sectorBytes: [11, u16],
  clusterSectors: [13, u8, "up to 0x80; above 0xf0 the negative power of two"],
  reserved: [14, u16, "0"],
  media: [21, u8, "0xf8"],
  trackSectors: [24, u16],
  heads: [26, u16],
  hiddenSectors: [28, u32, "before the volume"],
  sectors: [40, wide, "without the copy of the boot sector behind them"],
  tableCluster: [48, wide, "of $MFT"],
  mirrorCluster: [56, wide, "of $MFTMirr"],
  recordSize: [64, u8, "clusters, or above 0x7f the negative power of two in bytes"],
  indexSize: [68, u8, "the same, of index blocks"],
  serial: [72, bytes(8)],
  signature: [510, u16, "0xaa55"],
});

/** Every sector of this size of a record ends in the update sequence number, whatever the sectors of the medium. */
export const strideBytes = 512;
export const fileSignature = 0x454c4946;
export const indexSignature = 0x58444e49;

/** What records and index blocks begin with. */
export const multiSector = struct("ntfs.multiSectorHeader", 8, {
  signature: [0, u32, "FILE, INDX; BAAD after an error"],
  fixupsAt: [4, u16, "offset of the update sequence"],
  fixups: [6, u16, "words of it: the number and one for each stride"],
});

export const fileRecord = struct("ntfs.fileRecord", 42, {
  signature: [0, u32, "FILE"],
  fixupsAt: [4, u16],
  fixups: [6, u16],
  sequence: [16, u16, "raised when the record is freed"],
  links: [18, u16],
  firstAttribute: [20, u16],
  flags: [22, u16],
  used: [24, u32, "bytes"],
  allocated: [28, u32, "bytes"],
  baseLow: [32, u32, "record that this one continues; 0 where it is a base record"],
  baseHigh: [36, u16],
  baseSequence: [38, u16],
  nextId: [40, u16],
});
/** From NTFS 3.1 on, where the update sequence begins at 48 or behind. */
export const recordNumber = struct("ntfs.fileRecordNumber", 4, { number: [0, u32] });
export const recordNumberAt = 44;
export const longHeaderBytes = 48;

export const recordFlag = { inUse: 1, directory: 2 } as const;

export const endMark = 0xffff_ffff;
export const attribute = struct("ntfs.attribute", 16, {
  type: [0, u32],
  length: [4, u32, "bytes, a multiple of 8"],
  nonResident: [8, u8, "1 where the value lies in clusters"],
  nameLength: [9, u8, "UTF-16 units"],
  nameAt: [10, u16],
  flags: [12, u16],
  id: [14, u16],
});
export const residentValue = struct("ntfs.residentValue", 6, { length: [0, u32], from: [4, u16] });
export const valueAt = 16;
export const residentBytes = 24;
export const clusterValue = struct("ntfs.clusterValue", 48, {
  firstVcn: [0, wide, "first cluster of the value that the runs hold"],
  lastVcn: [8, wide],
  runsAt: [16, u16],
  unit: [18, u16, "power of two of clusters compressed together"],
  allocated: [24, wide, "bytes; the sizes count where the first cluster is 0"],
  size: [32, wide, "bytes"],
  initialized: [40, wide, "bytes that were written; the rest reads as zeros"],
});
export const nonResidentBytes = 64;

export const attributeFlag = { compressionMask: 0x00ff, encrypted: 0x4000, sparse: 0x8000 } as const;

export const type = {
  standardInformation: 0x10,
  attributeList: 0x20,
  fileName: 0x30,
  objectId: 0x40,
  securityDescriptor: 0x50,
  volumeName: 0x60,
  volumeInformation: 0x70,
  data: 0x80,
  indexRoot: 0x90,
  indexAllocation: 0xa0,
  bitmap: 0xb0,
  reparsePoint: 0xc0,
  extendedAttributes: 0xe0,
  loggedUtilityStream: 0x100,
} as const;

export const typeNames: Readonly<Record<number, string>> = {
  0x10: "$STANDARD_INFORMATION",
  0x20: "$ATTRIBUTE_LIST",
  0x30: "$FILE_NAME",
  0x40: "$OBJECT_ID",
  0x50: "$SECURITY_DESCRIPTOR",
  0x60: "$VOLUME_NAME",
  0x70: "$VOLUME_INFORMATION",
  0x80: "$DATA",
  0x90: "$INDEX_ROOT",
  0xa0: "$INDEX_ALLOCATION",
  0xb0: "$BITMAP",
  0xc0: "$REPARSE_POINT",
  0xd0: "$EA_INFORMATION",
  0xe0: "$EA",
  0x100: "$LOGGED_UTILITY_STREAM",
};

/** FILETIME: steps of 100 ns since 1601-01-01 UTC. */
export const fileTime = struct("ntfs.time", 8, { low: [0, u32], high: [4, u32] });

export const standardInformation = struct("ntfs.standardInformation", 48, { flags: [32, u32] });
/** NTFS 3.0 and later. */
export const standardInformation3 = struct("ntfs.standardInformation3", 72, { securityId: [52, u32] });
/** Where the four times are, in $STANDARD_INFORMATION; in $FILE_NAME they stand 8 bytes further. */
export const timeKinds = ["b", "m", "c", "a"] as const;
export const timeBytes = 8;
export const nameTimesAt = 8;

export const fileName = struct("ntfs.fileName", 66, {
  parentLow: [0, u32],
  parentHigh: [4, u16],
  parentSequence: [6, u16],
  allocated: [40, wide],
  size: [48, wide],
  flags: [56, u32],
  reparse: [60, u32],
  nameLength: [64, u8, "UTF-16 units"],
  namespace: [65, u8],
});
export const nameSpace = { posix: 0, windows: 1, dos: 2, both: 3 } as const;

export const fileFlags: Readonly<Record<string, number>> = {
  "read-only": 0x1,
  hidden: 0x2,
  system: 0x4,
  archive: 0x20,
  device: 0x40,
  temporary: 0x100,
  sparse: 0x200,
  "reparse-point": 0x400,
  compressed: 0x800,
  offline: 0x1000,
  "not-indexed": 0x2000,
  encrypted: 0x4000,
  integrity: 0x8000,
  "no-scrub": 0x2_0000,
  pinned: 0x8_0000,
  unpinned: 0x10_0000,
  "recall-on-access": 0x40_0000,
};
export const fileFlag = { reparse: 0x400, encrypted: 0x4000 } as const;

export const listEntry = struct("ntfs.attributeListEntry", 26, {
  type: [0, u32],
  length: [4, u16],
  nameLength: [6, u8],
  nameAt: [7, u8],
  firstVcn: [8, wide],
  recordLow: [16, u32],
  recordHigh: [20, u16],
  sequence: [22, u16],
  id: [24, u16],
});

/** Head of the entries of an index root, 16 bytes into it, and of a block, 24 bytes into it. Offsets count from its begin. */
export const indexNode = struct("ntfs.indexNode", 16, {
  entriesAt: [0, u32],
  used: [4, u32],
  allocated: [8, u32],
  flags: [12, u8, "1: has blocks below it"],
});
export const indexRoot = struct("ntfs.indexRoot", 16, { type: [0, u32], collation: [4, u32], blockBytes: [8, u32] });
export const rootNodeAt = 16;
export const indexBlock = struct("ntfs.indexBlock", 24, { signature: [0, u32], vcn: [16, wide] });
export const blockNodeAt = 24;
export const indexEntry = struct("ntfs.indexEntry", 16, {
  recordLow: [0, u32],
  recordHigh: [4, u16],
  sequence: [6, u16],
  length: [8, u16],
  keyLength: [10, u16],
  flags: [12, u16, "1: leads to a block, 2: the last of its node, without key"],
});
export const indexEntryFlag = { below: 1, last: 2 } as const;
export const directoryIndex = "$I30";

export const volumeInformation = struct("ntfs.volumeInformation", 12, {
  major: [8, u8],
  minor: [9, u8],
  flags: [10, u16, "bit 0: not closed properly"],
});

export const reparsePoint = struct("ntfs.reparsePoint", 8, {
  tag: [0, u32],
  length: [4, u16, "bytes behind this head"],
});
/** Names of a mount point and of a symbolic link, in bytes of the buffer behind. */
export const reparseNames = struct("ntfs.reparseNames", 8, {
  substituteAt: [0, u16],
  substituteLength: [2, u16],
  printAt: [4, u16],
  printLength: [6, u16],
});

export const extendedAttribute = struct("ntfs.extendedAttribute", 8, {
  next: [0, u32, "offset of the next one; 0 in the last"],
  flags: [4, u8],
  nameLength: [5, u8],
  valueLength: [6, u16],
});

/** Records with a fixed meaning. */
export const known = {
  table: 0,
  mirror: 1,
  log: 2,
  volume: 3,
  root: 5,
  bitmap: 6,
  boot: 7,
  badClusters: 8,
  secure: 9,
  extend: 11,
  firstFree: 24,
} as const;
