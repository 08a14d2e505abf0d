/**
 * Records of VMDK extents. Hosted sparse and ESX Server sparse (COWD): VMware, "Virtual Disk Format 5.0", and libyal, "VMware
 * Virtual Disk (VMDK) format specification". COWD of VMware 2 and 3: the fields of the same name that Virtual Disk Driver
 * lists. seSparse: the description that came with its support in QEMU 4.1 (qemu-devel, April 2019).
 */
import { ascii, bytes, struct, u16, u32, u8 } from "../../bytes/struct.ts";
import { wide } from "../../bytes/field-types.ts";

export const sectorBytes = 512;

/** "KDMV": the number is kept little-endian. */
export const sparseSignature = 0x564d_444b;

export const sparseHeaderLayout = struct("vmdk.SparseExtentHeader", 512, {
  signature: [0, u32],
  version: [4, u32, "1 to 3"],
  flags: [8, u32, "see sparseFlags"],
  capacity: [12, wide, "sectors"],
  grainSectors: [20, wide, "sectors"],
  descriptorOffset: [28, wide, "sector, 0: none"],
  descriptorSectors: [36, wide, "sectors"],
  tableEntries: [44, u32, "grains of a table"],
  copyOffset: [48, wide, "sector of the redundant grain directory"],
  directoryOffset: [56, wide, "sector, all ones: in the footer"],
  overhead: [64, wide, "sectors in front of the first grain"],
  unclean: [72, u8],
  singleEndLine: [73, u8],
  nonEndLine: [74, u8],
  doubleEndLine1: [75, u8],
  doubleEndLine2: [76, u8],
  compression: [77, u16, "0: none, 1: deflate"],
  padding: [79, bytes(433)],
});

export const sparseFlags = {
  endLineTest: 1 << 0,
  redundantDirectory: 1 << 1,
  zeroGrains: 1 << 2,
  compressed: 1 << 16,
  markers: 1 << 17,
} as const;

/** In front of packed grains and of metadata in streams; the data of a grain begins behind `size`. */
export const markerLayout = struct("vmdk.Marker", 16, {
  value: [0, wide, "sector of the medium; of metadata its sectors"],
  size: [8, u32, "bytes of the packed grain, 0: metadata"],
  type: [12, u32, "of metadata, see markerTypes"],
});

export const packedHeaderBytes = 12;

export const markerTypes = { endOfStream: 0, grainTable: 1, grainDirectory: 2, footer: 3 } as const;

/** "COWD" */
export const cowdSignature = 0x4457_4f43;

export const cowdHeaderLayout = struct("vmdk.CowdHeader", 2048, {
  signature: [0, u32],
  version: [4, u32, "1, of VMware 3: 3"],
  flags: [8, u32, "see cowdFlags"],
  capacity: [12, u32, "sectors"],
  grainSectors: [16, u32, "sectors"],
  directoryOffset: [20, u32, "sector"],
  directoryEntries: [24, u32],
  freeSector: [28, u32, "sectors of the file"],
  parentName: [32, ascii(1024), "of a root: cylinders, heads, sectors"],
  parentGeneration: [1056, u32],
  generation: [1060, u32],
  name: [1064, ascii(60)],
  description: [1124, ascii(512)],
  savedGeneration: [1636, u32],
  reserved: [1640, bytes(8)],
  unclean: [1648, u32, "of VMware 3: number of the file, from 0"],
  files: [1652, u32, "VMware 3: files of the disk"],
  cylinders: [1656, u32],
  heads: [1660, u32],
  sectorsPerTrack: [1664, u32],
  diskCapacity: [1668, u32, "VMware 3: sectors of the disk"],
  sequence: [1672, u32],
  fileCapacity: [1676, u32, "VMware 3: sectors of this file"],
});

export const cowdFlags = { root: 1, multi: 8 } as const;

export const seSignature = 0xcafe_babe;
export const seVolatileSignature = 0xcafe_cafe;
export const seVersionHigh = 2;
export const seVersionLow = 1;

export const seHeaderLayout = struct("vmdk.SeSparseConstHeader", 512, {
  signature: [0, wide],
  versionLow: [8, u32],
  versionHigh: [12, u32],
  capacity: [16, wide, "sectors"],
  grainSectors: [24, wide, "sectors"],
  tableSectors: [32, wide, "sectors"],
  flags: [40, wide],
  reserved: [48, bytes(32)],
  volatileOffset: [80, wide, "sector"],
  volatileSectors: [88, wide],
  journalHeaderOffset: [96, wide, "sector"],
  journalHeaderSectors: [104, wide],
  journalOffset: [112, wide, "sector"],
  journalSectors: [120, wide],
  directoryOffset: [128, wide, "sector"],
  directorySectors: [136, wide],
  tablesOffset: [144, wide, "sector"],
  tablesSectors: [152, wide],
  bitmapOffset: [160, wide, "sector"],
  bitmapSectors: [168, wide],
  backmapOffset: [176, wide, "sector"],
  backmapSectors: [184, wide],
  grainsOffset: [192, wide, "sector"],
  grainsSectors: [200, wide],
});

export const seVolatileLayout = struct("vmdk.SeSparseVolatileHeader", 32, {
  signature: [0, wide],
  freeTable: [8, wide],
  nextTransaction: [16, wide],
  replayJournal: [24, wide],
});
