/**
 * Structures of UDF, little-endian: ECMA-167 3rd edition (volume structures part 3, file structures part 4) and OSTA UDF 2.60. Offsets
 * are those of the standards ("BP").
 */
import { wide } from "../../bytes/field-types.ts";
import { ascii, bytes, struct, u16, u32, u8 } from "../../bytes/struct.ts";

/** 3/7.2 and 4/7.2. */
export const tag = struct("udf.tag", 16, {
  id: [0, u16],
  version: [2, u16, "2: NSR02, 3: NSR03"],
  checksum: [4, u8, "sum of the other bytes"],
  serial: [6, u16],
  crc: [8, u16],
  crcLength: [10, u16, "bytes behind the tag"],
  location: [12, u32, "block of the volume or of the partition"],
});

export const tagId = {
  primary: 1,
  anchor: 2,
  pointer: 3,
  implementation: 4,
  partition: 5,
  logical: 6,
  unallocated: 7,
  terminator: 8,
  integrity: 9,
  fileSet: 256,
  fileIdentifier: 257,
  allocationExtent: 258,
  indirect: 259,
  terminal: 260,
  fileEntry: 261,
  attributesHeader: 262,
  unallocatedSpace: 263,
  bitmap: 264,
  integrityEntry: 265,
  extendedFileEntry: 266,
} as const;

/** Volume structure descriptor (2/9.1), in the volume recognition sequence. */
export const recognition = struct("udf.recognition", 7, {
  type: [0, u8],
  identifier: [1, ascii(5)],
  version: [6, u8],
});
export const recognitionAt = 32768;

/** 4/14.14.1 */
export const shortAd = struct("udf.shortAd", 8, { length: [0, u32, "type in the two upper bits"], block: [4, u32] });
/** 4/14.14.2 */
export const longAd = struct("udf.longAd", 16, {
  length: [0, u32],
  block: [4, u32],
  partition: [8, u16],
  flags: [10, u16],
  uniqueId: [12, u32],
});
/** 4/14.14.3 */
export const extendedAd = struct("udf.extendedAd", 20, {
  length: [0, u32],
  recorded: [4, u32],
  information: [8, u32],
  block: [12, u32],
  partition: [16, u16],
});

/** 3/10.2 */
export const anchor = struct("udf.anchor", 32, {
  mainLength: [16, u32],
  mainBlock: [20, u32],
  reserveLength: [24, u32],
  reserveBlock: [28, u32],
});

/** 3/10.3 */
export const pointer = struct("udf.pointer", 28, {
  sequence: [16, u32],
  nextLength: [20, u32],
  nextBlock: [24, u32],
});

/** 3/10.1 */
export const primary = struct("udf.primary", 490, {
  sequence: [16, u32],
  number: [20, u32],
  identifier: [24, bytes(32)],
  setIdentifier: [72, bytes(128)],
  application: [344, bytes(32)],
  recorded: [376, bytes(12)],
  implementation: [388, bytes(32)],
});

/** 3/10.5; the partition header (4/14.3) lies in its "contents use". */
export const partition = struct("udf.partition", 356, {
  sequence: [16, u32],
  flags: [20, u16],
  number: [22, u16],
  contents: [24, bytes(32)],
  spaceTable: [56, bytes(8)],
  spaceBitmap: [64, bytes(8)],
  freedTable: [80, bytes(8)],
  freedBitmap: [88, bytes(8)],
  access: [184, u32, "1 read-only, 2 write-once, 3 rewritable, 4 overwritable"],
  start: [188, u32, "block"],
  blocks: [192, u32],
});

/** 3/10.6 */
export const logical = struct("udf.logical", 440, {
  sequence: [16, u32],
  identifier: [84, bytes(128)],
  blockBytes: [212, u32],
  domain: [216, bytes(32)],
  fileSet: [248, bytes(16)],
  mapBytes: [264, u32],
  maps: [268, u32],
  implementation: [272, bytes(32)],
  integrityLength: [432, u32],
  integrityBlock: [436, u32],
});

/** 3/10.7.2: type 1. */
export const plainMap = struct("udf.plainMap", 6, {
  type: [0, u8],
  length: [1, u8],
  volume: [2, u16],
  number: [4, u16],
});

/** OSTA 2.2.8 to 2.2.10: type 2. */
export const typedMap = struct("udf.typedMap", 64, {
  type: [0, u8],
  length: [1, u8],
  identifier: [4, bytes(32)],
  volume: [36, u16],
  number: [38, u16],
  packetOrMain: [
    40,
    u32,
    "sparable: blocks of a packet in the lower 16 bits, tables in the next 8; metadata: main file",
  ],
  tableBytesOrMirror: [44, u32],
  tableOrBitmap: [48, u32, "sparable: up to four blocks of tables follow"],
  unit: [52, u32, "metadata: blocks of an allocation unit"],
  alignment: [56, u16],
  flags: [58, u8, "metadata: 1, the mirror has its own content"],
});
export const sparingTablesAt = 48;

/** 3/10.10 */
export const integrity = struct("udf.integrity", 80, {
  recorded: [16, bytes(12)],
  type: [28, u32, "0 open, 1 closed"],
  nextLength: [32, u32],
  nextBlock: [36, u32],
  nextUniqueId: [40, wide],
  partitions: [72, u32],
  useBytes: [76, u32],
});
/** Behind the tables of free space and size. OSTA 2.2.6.4. */
export const integrityUse = struct("udf.integrityUse", 46, {
  implementation: [0, bytes(32)],
  files: [32, u32],
  directories: [36, u32],
  minimumRead: [40, u16],
  minimumWrite: [42, u16],
  maximumWrite: [44, u16],
});

/** 4/14.1 */
export const fileSet = struct("udf.fileSet", 512, {
  recorded: [16, bytes(12)],
  number: [40, u32],
  descriptorNumber: [44, u32],
  logicalIdentifier: [112, bytes(128)],
  identifier: [304, bytes(32)],
  rootLength: [400, u32],
  rootBlock: [404, u32],
  rootPartition: [408, u16],
  nextLength: [448, u32],
  nextBlock: [452, u32],
  nextPartition: [456, u16],
  streamsLength: [464, u32],
  streamsBlock: [468, u32],
  streamsPartition: [472, u16],
});

/** 4/14.4; the implementation use, the name and padding to 4 bytes follow. */
export const fileIdentifier = struct("udf.fileIdentifier", 38, {
  version: [16, u16],
  characteristics: [18, u8],
  nameBytes: [19, u8],
  icbLength: [20, u32],
  icbBlock: [24, u32],
  icbPartition: [28, u16],
  icbFlags: [30, u16],
  uniqueId: [32, u32],
  useBytes: [36, u16],
});
export const characteristic = { hidden: 1, directory: 2, deleted: 4, parent: 8, metadata: 16 } as const;

/** 4/14.5 */
export const allocationExtent = struct("udf.allocationExtent", 24, {
  previous: [16, u32],
  descriptorBytes: [20, u32],
});

/** ICB tag (4/14.6), 16 bytes into each entry. */
export const icb = struct("udf.icb", 36, {
  priorEntries: [16, u32],
  strategy: [20, u16],
  strategyParameter: [22, u16],
  maximumEntries: [24, u16],
  fileType: [27, u8],
  parentBlock: [28, u32],
  parentPartition: [32, u16],
  flags: [34, u16, "0-2 kind of allocation descriptors"],
});

export const fileType = {
  unspecified: 0,
  unallocatedSpace: 1,
  directory: 4,
  regular: 5,
  blockDevice: 6,
  characterDevice: 7,
  attributes: 8,
  fifo: 9,
  socket: 10,
  terminal: 11,
  symlink: 12,
  streams: 13,
  vat: 248,
  realTime: 249,
  metadata: 250,
  metadataMirror: 251,
  metadataBitmap: 252,
} as const;

/** 4/14.7 */
export const indirect = struct("udf.indirect", 52, { length: [36, u32], block: [40, u32], partition: [44, u16] });

/** 4/14.9 */
export const fileEntry = struct("udf.fileEntry", 176, {
  uid: [36, u32],
  gid: [40, u32],
  permissions: [44, u32],
  links: [48, u16],
  size: [56, wide, "bytes"],
  recordedBlocks: [64, wide],
  accessed: [72, bytes(12)],
  modified: [84, bytes(12)],
  changed: [96, bytes(12)],
  checkpoint: [108, u32],
  attributesLength: [112, u32],
  attributesBlock: [116, u32],
  attributesPartition: [120, u16],
  implementation: [128, bytes(32)],
  uniqueId: [160, wide],
  attributeBytes: [168, u32],
  allocationBytes: [172, u32],
});

/** 4/14.17 */
export const extendedFileEntry = struct("udf.extendedFileEntry", 216, {
  uid: [36, u32],
  gid: [40, u32],
  permissions: [44, u32],
  links: [48, u16],
  size: [56, wide],
  objectSize: [64, wide, "with all streams"],
  recordedBlocks: [72, wide],
  accessed: [80, bytes(12)],
  modified: [92, bytes(12)],
  born: [104, bytes(12)],
  changed: [116, bytes(12)],
  checkpoint: [128, u32],
  attributesLength: [136, u32],
  attributesBlock: [140, u32],
  attributesPartition: [144, u16],
  streamsLength: [152, u32],
  streamsBlock: [156, u32],
  streamsPartition: [160, u16],
  implementation: [168, bytes(32)],
  uniqueId: [200, wide],
  attributeBytes: [208, u32],
  allocationBytes: [212, u32],
});

/** 4/14.11 */
export const spaceEntry = struct("udf.spaceEntry", 40, { allocationBytes: [36, u32] });
/** 4/14.12 */
export const bitmap = struct("udf.bitmap", 24, { bits: [16, u32], bitmapBytes: [20, u32] });

/** 4/14.10.1 and 14.10.2.1 */
export const attributesHeader = struct("udf.attributesHeader", 24, {
  implementationAt: [16, u32],
  applicationAt: [20, u32],
});
export const attribute = struct("udf.attribute", 12, { type: [0, u32], subtype: [4, u8], length: [8, u32] });
/** 4/14.10.5 */
export const fileTimes = struct("udf.fileTimes", 20, { dataBytes: [12, u32], existing: [16, u32] });
/** 4/14.10.7 */
export const deviceSpecification = struct("udf.deviceSpecification", 24, {
  useBytes: [12, u32],
  major: [16, u32],
  minor: [20, u32],
});
/** 4/14.10.8 */
export const implementationUse = struct("udf.implementationUse", 48, {
  useBytes: [12, u32],
  identifier: [16, bytes(32)],
});

/** 1/7.3 */
export const timestamp = struct("udf.timestamp", 12, {
  zone: [0, u16, "kind in the upper four bits, minutes in the others, signed"],
  year: [2, u16],
  month: [4, u8],
  day: [5, u8],
  hour: [6, u8],
  minute: [7, u8],
  second: [8, u8],
  centiseconds: [9, u8],
  hundredMicroseconds: [10, u8],
  microseconds: [11, u8],
});

/** 1/7.4 */
export const entityId = struct("udf.entityId", 32, { flags: [0, u8], identifier: [1, ascii(23)], suffix: [24, u16] });

/** 4/14.16.1 */
export const pathComponent = struct("udf.pathComponent", 4, { type: [0, u8], nameBytes: [1, u8], version: [2, u16] });

/** OSTA 2.2.11 */
export const sparingTable = struct("udf.sparingTable", 56, {
  identifier: [16, bytes(32)],
  count: [48, u16],
  sequence: [52, u32],
});

/** Virtual allocation table of UDF 2.00 and later (OSTA 2.2.11), and what ends that of UDF 1.50. */
export const vatHeader = struct("udf.vatHeader", 152, {
  headerBytes: [0, u16],
  useBytes: [2, u16],
  identifier: [4, bytes(128)],
  previous: [132, u32, "block of the entry of the table before"],
  files: [136, u32],
  directories: [140, u32],
  minimumRead: [144, u16],
});
export const vatTrailer = struct("udf.vatTrailer", 36, { identifier: [0, bytes(32)], previous: [32, u32] });
