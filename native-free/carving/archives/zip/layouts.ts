/** Records of a ZIP archive (APPNOTE 6.3.10, 4.3), as offsets for a walk. */
import { struct, u16, u32, u64 } from "../../../bytes/struct.ts";

/** Little-endian. */
export const mark = {
  local: 0x04034b50,
  descriptor: 0x08074b50,
  extraData: 0x08064b50,
  central: 0x02014b50,
  digital: 0x05054b50,
  end64: 0x06064b50,
  locator64: 0x07064b50,
  end: 0x06054b50,
} as const;

/** 4.3.7; name and extra field follow. */
export const local = struct("carve.zip.local", 30, {
  signature: [0, u32],
  versionNeeded: [4, u16],
  flags: [6, u16],
  method: [8, u16],
  time: [10, u16],
  date: [12, u16],
  crc: [14, u32],
  packed: [18, u32, "bytes"],
  size: [22, u32, "bytes"],
  nameLength: [26, u16, "bytes"],
  extraLength: [28, u16, "bytes"],
});

/** 4.3.12; name, extra field and comment follow. */
export const central = struct("carve.zip.central", 46, {
  signature: [0, u32],
  versionMade: [4, u16],
  versionNeeded: [6, u16],
  flags: [8, u16],
  method: [10, u16],
  time: [12, u16],
  date: [14, u16],
  crc: [16, u32],
  packed: [20, u32, "bytes"],
  size: [24, u32, "bytes"],
  nameLength: [28, u16, "bytes"],
  extraLength: [30, u16, "bytes"],
  commentLength: [32, u16, "bytes"],
  disk: [34, u16],
  internal: [36, u16],
  external: [38, u32],
  headerAt: [42, u32, "bytes from the beginning; all ones: in the ZIP64 field"],
});

/** 4.3.14; an extensible part follows. */
export const end64 = struct("carve.zip.end64", 56, {
  signature: [0, u32],
  recordLength: [4, u64, "bytes behind this field"],
  versionMade: [12, u16],
  versionNeeded: [14, u16],
  disk: [16, u32],
  directoryDisk: [20, u32],
  diskEntries: [24, u64],
  entries: [32, u64],
  directorySize: [40, u64, "bytes"],
  directoryAt: [48, u64, "bytes from the beginning"],
});

/** 4.3.15 */
export const locator64Bytes = 20;

/** 4.3.16; a comment follows. */
export const endRecord = struct("carve.zip.end", 22, {
  signature: [0, u32],
  disk: [4, u16],
  directoryDisk: [6, u16],
  diskEntries: [8, u16],
  entries: [10, u16, "modulo 65 536"],
  directorySize: [12, u32, "bytes"],
  directoryAt: [16, u32, "bytes from the beginning"],
  commentLength: [20, u16, "bytes"],
});

export const encryptedFlag = 1;
export const descriptorFlag = 8;
export const ones32 = 0xffff_ffff;
export const zip64Field = 1;
