/** Records of the compound file binary format (MS-CFB 2.2 and 2.6). */
import { bytes, struct, u16, u32, u8 } from "../bytes/struct.ts";

/** MS-CFB 2.2 */
export const header = struct("compound.header", 512, {
  signature: [0, bytes(8)],
  classId: [8, bytes(16), "zeros"],
  minorVersion: [24, u16],
  majorVersion: [26, u16, "3 or 4"],
  byteOrder: [28, u16],
  sectorShift: [30, u16, "9 or 12"],
  miniShift: [32, u16, "6"],
  reserved: [34, bytes(6)],
  directorySectors: [40, u32, "0 in version 3"],
  fatSectors: [44, u32],
  firstDirectory: [48, u32, "sector"],
  transaction: [52, u32],
  miniCutoff: [56, u32, "4 096"],
  firstMiniFat: [60, u32, "sector"],
  miniFatSectors: [64, u32],
  firstDifat: [68, u32, "sector"],
  difatSectors: [72, u32],
  difat: [76, bytes(436), "109 sector numbers"],
});

/** MS-CFB 2.6.1 */
export const record = struct("compound.entry", 128, {
  name: [0, bytes(64), "UTF-16LE"],
  nameLength: [64, u16, "bytes, with the terminator"],
  type: [66, u8, "0 none, 1 storage, 2 stream, 5 root"],
  colour: [67, u8, "0 or 1"],
  left: [68, u32],
  right: [72, u32],
  child: [76, u32],
  classId: [80, bytes(16)],
  state: [96, u32],
  createdLow: [100, u32],
  createdHigh: [104, u32],
  modifiedLow: [108, u32],
  modifiedHigh: [112, u32],
  start: [116, u32, "sector"],
  size: [120, u32, "bytes"],
  sizeHigh: [124, u32, "may hold anything in version 3"],
});

/** MS-CFB 2.1: numbers from here on are no sectors. */
export const firstReserved = 0xffff_fffa;
export const chainEnd = 0xffff_fffe;
export const noEntry = 0xffff_ffff;
export const headerDifats = 109;
