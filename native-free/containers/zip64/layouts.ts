/** Records of a ZIP archive in their ZIP64 form, as they are written (APPNOTE 6.3.10). */
import { struct, u16, u32, u64 } from "../../bytes/struct.ts";

export const utf8Flag = 0x0800;
export const zip64Version = 45;
/** "Version made by": Unix, so that the mode below counts and extracted members can be read. */
export const madeBy = (3 << 8) | zip64Version;

/** APPNOTE 4.3.7; the name lies between it and its extra field. */
export const localHeader = struct("zip64.localHeader", 30, {
  signature: [0, u32],
  versionNeeded: [4, u16],
  flags: [6, u16],
  method: [8, u16],
  time: [10, u16],
  date: [12, u16],
  crc32: [14, u32],
  compressedSize32: [18, u32, "all ones: in the extra field"],
  size32: [22, u32, "all ones: in the extra field"],
  nameLength: [26, u16],
  extraLength: [28, u16],
});

/** APPNOTE 4.5.3, as it follows the name of a local header. */
export const localExtra = struct("zip64.localExtra", 20, {
  id: [0, u16],
  length: [2, u16, "bytes behind this field"],
  size: [4, u64],
  compressedSize: [12, u64],
});

/** APPNOTE 4.3.12. */
export const directoryRecord = struct("zip64.directoryRecord", 46, {
  signature: [0, u32],
  versionMadeBy: [4, u16],
  versionNeeded: [6, u16],
  flags: [8, u16],
  method: [10, u16],
  time: [12, u16],
  date: [14, u16],
  crc32: [16, u32],
  compressedSize32: [20, u32, "all ones"],
  size32: [24, u32, "all ones"],
  nameLength: [28, u16],
  extraLength: [30, u16],
  commentLength: [32, u16],
  disk: [34, u16],
  internalAttributes: [36, u16],
  externalAttributes: [38, u32, "Unix mode in the high half, DOS attributes in the low byte"],
  headerAt32: [42, u32, "all ones"],
});

/** APPNOTE 4.5.3, as it follows the name of a directory record. */
export const directoryExtra = struct("zip64.directoryExtra", 28, {
  id: [0, u16],
  length: [2, u16, "bytes behind this field"],
  size: [4, u64],
  compressedSize: [12, u64],
  headerAt: [20, u64],
});

/** APPNOTE 4.3.14 and 4.3.15: the ZIP64 end record and its locator, always together. */
export const endRecords = struct("zip64.endRecords", 76, {
  signature: [0, u32],
  recordLength: [4, u64, "bytes of the record behind this field"],
  versionMadeBy: [12, u16],
  versionNeeded: [14, u16],
  disk: [16, u32],
  directoryDisk: [20, u32],
  diskEntries: [24, u64],
  entries: [32, u64],
  directorySize: [40, u64],
  directoryAt: [48, u64],
  locatorSignature: [56, u32],
  recordDisk: [60, u32],
  recordAt: [64, u64],
  disks: [72, u32],
});

/** APPNOTE 4.3.16. */
export const endRecord = struct("zip64.endRecord", 22, {
  signature: [0, u32],
  disk: [4, u16, "all ones"],
  directoryDisk: [6, u16, "all ones"],
  diskEntries: [8, u16, "all ones"],
  entries: [10, u16, "all ones"],
  directorySize: [12, u32, "all ones"],
  directoryAt: [16, u32, "all ones"],
  commentLength: [20, u16],
});

export const ones16 = 0xffff;
export const ones32 = 0xffff_ffff;
