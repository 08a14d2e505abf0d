/**
 * The structures of VHD, all big-endian. Specification: Microsoft, "Virtual Hard Disk Image Format Specification" 1.0, sections
 * "Hard Disk Footer Format" and "Dynamic Disk Header Format"; libyal, "Virtual Hard Disk (VHD) image format".
 */
import { u16be, u32be, wideBe } from "../../bytes/field-types.ts";
import { ascii, bytes, struct, u8 } from "../../bytes/struct.ts";

export const sectorBytes = 512;
export const footerBytes = 512;
/** Of versions before Virtual PC 2004, which left out the last reserved byte. */
export const oldFooterBytes = 511;
export const footerCookie = "conectix";
export const headerCookie = "cxsparse";
/** Entry of the block table: nothing is stored. */
export const noBlock = 0xffff_ffff;
/** 2000-01-01 00:00:00 UTC in milliseconds, where the clock of the format begins. */
const epoch = Date.UTC(2000, 0, 1);

export const footerLayout = struct("vhd.footer", footerBytes, {
  cookie: [0, ascii(8)],
  features: [8, u32be, "1 temporary, 2 always"],
  version: [12, u32be, "major and minor, 16 bits each"],
  dataOffset: [16, wideBe, "of the dynamic disk header; all ones in a fixed disk"],
  timeStamp: [24, u32be, "seconds since 2000-01-01 UTC"],
  creator: [28, ascii(4)],
  creatorVersion: [32, u32be, "major and minor, 16 bits each"],
  creatorHost: [36, ascii(4)],
  originalSize: [40, wideBe, "bytes of the medium when it was made"],
  currentSize: [48, wideBe, "bytes of the medium"],
  cylinders: [56, u16be],
  heads: [58, u8],
  sectorsPerTrack: [59, u8],
  diskType: [60, u32be, "2 fixed, 3 dynamic, 4 differencing"],
  checksum: [64, u32be, "complement of the sum of all other bytes"],
  uuid: [68, bytes(16), "in the order of its text"],
  savedState: [84, u8],
});

export const headerLayout = struct("vhd.dynamicHeader", 1024, {
  cookie: [0, ascii(8)],
  nextOffset: [8, wideBe, "all ones"],
  tableOffset: [16, wideBe, "bytes"],
  version: [24, u32be, "major and minor, 16 bits each"],
  tableEntries: [28, u32be],
  blockBytes: [32, u32be, "without its bitmap"],
  checksum: [36, u32be, "complement of the sum of all other bytes"],
  parentUuid: [40, bytes(16), "in the order of its text"],
  parentTime: [56, u32be, "seconds since 2000-01-01 UTC"],
  parentName: [64, bytes(512), "UTF-16BE"],
  locators: [576, bytes(192), "8 entries"],
});

export const locatorLayout = struct("vhd.parentLocator", 24, {
  platform: [0, ascii(4)],
  dataSpace: [4, u32be, "sectors; bytes in images of some programs"],
  dataLength: [8, u32be, "bytes"],
  dataOffset: [16, wideBe, "bytes"],
});

/** The complement of the sum of the bytes, the four at `checksumAt` taken as zero. */
export function complementSum(structure: Uint8Array, checksumAt: number): number {
  let sum = 0;
  for (let at = 0; at < structure.length; at++) {
    if (at < checksumAt || at >= checksumAt + 4) sum += structure[at]!;
  }
  return ~sum >>> 0;
}

/** ISO 8601; null for zero, which stands for none. */
export function timeText(seconds: number): string | null {
  return seconds === 0 ? null : new Date(epoch + seconds * 1000).toISOString().replace(".000Z", "Z");
}

/** "5.3", of a field that holds two numbers of 16 bits. */
export function versionText(version: number): string {
  return `${version >>> 16}.${version & 0xffff}`;
}
