/** The structures of VHDX, all little-endian. Specification: Microsoft, MS-VHDX, sections 2.2 to 2.6. */
import { utf16, wide } from "../../bytes/field-types.ts";
import { ascii, bytes, struct, u16, u32 } from "../../bytes/struct.ts";

export const megabyte = 1 << 20;
export const headerOffsets = [64 << 10, 128 << 10] as const;
export const regionTableOffsets = [192 << 10, 256 << 10] as const;
export const headerBytes = 4096;
/** Of a region table, and of the table of the metadata region. */
export const tableBytes = 64 << 10;
export const mostRegions = 2047;
export const mostItems = 2047;
export const logSectorBytes = 4096;
/** Of every structure that has a checksum. */
export const checksumOffset = 4;
/** Sectors that a bitmap block tells of. */
export const chunkSectors = 1 << 23;

export const fileIdentifier = struct("vhdx.fileIdentifier", 520, {
  signature: [0, ascii(8), "vhdxfile"],
  creator: [8, utf16(512)],
});

export const headerLayout = struct("vhdx.header", 80, {
  signature: [0, ascii(4), "head"],
  checksum: [4, u32, "CRC-32C of 4096 bytes"],
  sequence: [8, wide],
  fileWriteGuid: [16, bytes(16)],
  dataWriteGuid: [32, bytes(16)],
  logGuid: [48, bytes(16), "zero for an empty log"],
  logVersion: [64, u16, "0"],
  version: [66, u16, "1"],
  logLength: [68, u32, "bytes"],
  logOffset: [72, wide, "bytes"],
});

export const regionTableLayout = struct("vhdx.regionTable", 16, {
  signature: [0, ascii(4), "regi"],
  checksum: [4, u32, "CRC-32C of 64 KiB"],
  count: [8, u32],
});

export const regionLayout = struct("vhdx.regionTableEntry", 32, {
  guid: [0, bytes(16)],
  offset: [16, wide, "bytes"],
  length: [24, u32, "bytes"],
  required: [28, u32, "1 where a reader must know it"],
});

export const logEntryLayout = struct("vhdx.logEntry", 64, {
  signature: [0, ascii(4), "loge"],
  checksum: [4, u32, "CRC-32C of the entry"],
  length: [8, u32, "bytes"],
  tail: [12, u32, "offset in the log of the first entry of the sequence"],
  sequence: [16, wide],
  descriptors: [24, u32],
  logGuid: [32, bytes(16)],
  flushedFileOffset: [48, wide, "bytes that the file has at least"],
  lastFileOffset: [56, wide, "bytes that everything fits into"],
});

/** Of zeros (`zero`) and of data (`desc`), which differ in what precedes the offset. */
export const descriptorLayout = struct("vhdx.logDescriptor", 32, {
  signature: [0, ascii(4), "zero or desc"],
  trailing: [4, bytes(4), "last bytes of the data"],
  zeroLength: [8, wide, "bytes; in data the first 8 of them"],
  fileOffset: [16, wide, "bytes"],
  sequence: [24, wide],
});

/** Where in a descriptor the bytes are that its data sector gave up, and how many. */
export const leadingBytes = { at: 8, count: 8 } as const;
export const trailingBytes = { at: 4, count: 4 } as const;

export const dataSectorLayout = struct("vhdx.logDataSector", logSectorBytes, {
  signature: [0, ascii(4), "data"],
  sequenceHigh: [4, u32],
  data: [8, bytes(4084)],
  sequenceLow: [4092, u32],
});

export const metadataTableLayout = struct("vhdx.metadataTable", 32, {
  signature: [0, ascii(8), "metadata"],
  count: [10, u16],
});

export const metadataItemLayout = struct("vhdx.metadataTableEntry", 32, {
  guid: [0, bytes(16)],
  offset: [16, u32, "bytes in the region"],
  length: [20, u32, "bytes"],
  flags: [24, u32, "1 user, 2 virtual disk, 4 required"],
});

export const fileParametersLayout = struct("vhdx.fileParameters", 8, {
  blockBytes: [0, u32],
  flags: [4, u32, "1 leave blocks allocated, 2 has a parent"],
});

export const diskSizeLayout = struct("vhdx.virtualDiskSize", 8, { size: [0, wide, "bytes"] });
export const sectorSizeLayout = struct("vhdx.sectorSize", 4, { size: [0, u32, "bytes"] });

export const locatorLayout = struct("vhdx.parentLocator", 20, { type: [0, bytes(16)], count: [18, u16] });

export const locatorEntryLayout = struct("vhdx.parentLocatorEntry", 12, {
  keyOffset: [0, u32, "bytes in the item"],
  valueOffset: [4, u32, "bytes in the item"],
  keyLength: [8, u16, "bytes"],
  valueLength: [10, u16, "bytes"],
});

export const regionGuids = {
  table: "2dc27766-f623-4200-9d64-115e9bfd4a08",
  metadata: "8b7ca206-4790-4b9a-b8fe-575f050f886e",
} as const;

export const itemGuids = {
  fileParameters: "caa16737-fa36-4d43-b3b6-33f0aa44e76b",
  diskSize: "2fa54224-cd1b-4876-b211-5dbed83bf4b8",
  diskId: "beca12ab-b2e6-4523-93ef-c309e000c746",
  logicalSector: "8141bf1d-a96f-4709-ba47-f233a8faab5f",
  physicalSector: "cda348c7-445d-4471-9cc9-e9885251c556",
  parentLocator: "a8d35f2d-b30b-454d-abf7-d3d84834ab0c",
} as const;

/** The only type of parent that the specification has (2.6.2.6.3). */
export const vhdxParentType = "b04aefb7-d19e-4a81-b789-25b8e9445913";

/** States of a payload block (2.5.1.1); `present` is that of a bitmap block, too (2.5.1.2). */
export const blockStates = {
  notPresent: 0,
  undefined: 1,
  zero: 2,
  unmapped: 3,
  present: 6,
  partlyPresent: 7,
} as const;
