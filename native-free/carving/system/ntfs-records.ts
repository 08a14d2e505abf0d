/**
 * Records of NTFS without their volume: runs of file records, of index records, of pages of the log file, and of the change journal.
 * libyal, "New Technologies File System (NTFS)"; [MS-FSCC] USN_RECORD_V2. Not supported: records of NTFS 1.x, USN records V3 and V4,
 * sectors other than 512 bytes.
 */
import type { ByteSource } from "../../bytes/byte-source.ts";
import type { Carved, Carver } from "../carver.ts";
import { signature, textSignature } from "../carver.ts";
import { CarveWindow } from "../carve-window.ts";
import { carvedAs, FirstBytes } from "../first-bytes.ts";

const sectorBytes = 512;
const indexRecordBytes = 4096;
const longestRun = 2 ** 33;
const attributeEnd = 0xffff_ffff;

const head = new FirstBytes(48);

/** Whether every sector of the record ends in the number of its update sequence, which begins where its header says. */
function isWhole(window: CarveWindow, at: number, length: number): boolean {
  const fixupsAt = window.u16(at + 4);
  const sectors = length / sectorBytes;
  if (fixupsAt % 2 !== 0 || fixupsAt < 0x1e || window.u16(at + 6) !== sectors + 1) return false;
  if (fixupsAt + 2 * (sectors + 1) > sectorBytes - 2) return false;
  const mark = window.u16(at + fixupsAt);
  // Neither is written; both are what empty media hold.
  if (mark === 0 || mark === 0xffff) return false;
  for (let i = 1; i <= sectors; i++) if (window.u16(at + i * sectorBytes - 2) !== mark) return false;
  return true;
}

/** Attributes follow each other in the order of their types up to the end that the record states. */
function attributesFollow(window: CarveWindow, at: number, size: number): boolean {
  const used = window.u32(at + 24);
  let place = window.u16(at + 20);
  if (used > size || place < 0x2a || place % 8 !== 0) return false;
  let last = 0;
  while (place + 4 <= used) {
    const type = window.u32(at + place);
    if (type === attributeEnd) return true;
    const length = window.u32(at + place + 4);
    if (type < last || type > 0x1000 || type % 16 !== 0 || length < 24 || length % 8 !== 0) return false;
    last = type;
    place += length;
  }
  return false;
}

function fileRecordLength(window: CarveWindow, at: number): number {
  if (!window.isText(at, "FILE")) return 0;
  const size = window.u32(at + 28);
  if (size !== 1024 && size !== 4096) return 0;
  return window.has(at, size) && isWhole(window, at, size) && attributesFollow(window, at, size) ? size : 0;
}

/** The header's sizes fit, and the index entries fill the space that it says. */
function indexRecordLength(window: CarveWindow, at: number): number {
  const size = indexRecordBytes;
  if (!window.isText(at, "INDX") || !window.has(at, size) || !isWhole(window, at, size)) return 0;
  const used = window.u32(at + 28) + 24;
  if (used > size || window.u32(at + 32) + 24 > size) return 0;
  let place = window.u32(at + 24) + 24;
  while (place + 16 <= used) {
    const length = window.u16(at + place + 8);
    if (length < 16 || length % 8 !== 0) return 0;
    if (window.u32(at + place + 12) & 2) return place + length === used ? size : 0;
    place += length;
  }
  return 0;
}

function logPageLength(window: CarveWindow, at: number): number {
  if (!window.isText(at, "RCRD") && !window.isText(at, "RSTR")) return 0;
  return window.has(at, 4096) && isWhole(window, at, 4096) ? 4096 : 0;
}

type LengthOf = (window: CarveWindow, at: number) => number;

/** One record after the other, of which `lengthOf` knows the length; all of the first one's size. */
function carveRun(kind: string, lengthOf: LengthOf) {
  return (source: ByteSource, at: number, end: number): Carved | null => {
    if (!head.read(source, at, end)) return null;
    const fixupsAt = head.u16(4);
    const fixups = head.u16(6);
    if (fixupsAt < 0x1e || fixupsAt > 0x60 || (fixups !== 3 && fixups !== 9)) return null;
    const window = new CarveWindow(source, end);
    const size = lengthOf(window, at);
    if (size === 0) return null;
    let length = size;
    while (length < longestRun && lengthOf(window, at + length) === size) length += size;
    return carvedAs(kind, "fragment", length);
  };
}

const usnHeadBytes = 60;
const usnHead = new FirstBytes(usnHeadBytes);
const longestUsnRecord = 60 + 510;
/** FILETIME of 1993 and of 2110, in units of 2^32 · 100 ns. */
const earliest = 0x01b5_0000;
const latest = 0x02a0_0000;
const usnPageBytes = 4096;

/** Length of a record of version 2.0; 0 where it is none. */
function usnRecordLength(window: CarveWindow, at: number): number {
  if (!window.has(at, usnHeadBytes)) return 0;
  const length = window.u32(at);
  const name = window.u16(at + 56);
  if (length % 8 !== 0 || length > longestUsnRecord || length < usnHeadBytes + name || name === 0 || name % 2 !== 0)
    return 0;
  if (length - usnHeadBytes - name >= 8 || window.u32(at + 4) !== 2 || window.u16(at + 58) !== usnHeadBytes) return 0;
  const time = window.u32(at + 36);
  if (time < earliest || time > latest || window.u32(at + 40) === 0) return 0;
  return window.has(at, length) && isName(window, at + usnHeadBytes, name) ? length : 0;
}

/** No file's name on Windows has control characters. */
function isName(window: CarveWindow, at: number, length: number): boolean {
  for (let i = 0; i < length; i += 2) if (window.u16(at + i) < 0x20) return false;
  return true;
}

/** Where the record behind one of `size` bytes is, -1 for nowhere. What does not fit in a page of the journal is left as zeros. */
function nextUsnRecord(window: CarveWindow, place: number, size: number): number {
  const usn = window.u64(place + 24);
  const behind = place + size;
  if (usnRecordLength(window, behind) > 0 && window.u64(behind + 24) > usn) return behind;
  const gap = usnPageBytes - ((usn + size) % usnPageBytes);
  if (gap > longestUsnRecord) return -1;
  for (let i = 0; i < gap; i++) if (window.u8(behind + i) !== 0) return -1;
  const next = behind + gap;
  return usnRecordLength(window, next) > 0 && window.u64(next + 24) > usn ? next : -1;
}

function carveUsn(source: ByteSource, at: number, end: number): Carved | null {
  if (!usnHead.read(source, at, end)) return null;
  const length = usnHead.u32(0);
  if (length % 8 !== 0 || length > longestUsnRecord || usnHead.u16(58) !== usnHeadBytes) return null;
  const window = new CarveWindow(source, end);
  let place = at;
  let behind = at;
  let records = 0;
  while (place >= 0 && behind - at < longestRun) {
    const size = usnRecordLength(window, place);
    if (size === 0) break;
    records++;
    behind = place + size;
    place = nextUsnRecord(window, place, size);
  }
  // One record alone is a pattern of a few bytes.
  return records < 2 ? null : carvedAs("usn-records", "fragment", behind - at);
}

const shared = {
  family: "carver",
  spec: "libyal, New Technologies File System (NTFS)",
  level: "complete",
  limitBytes: longestRun,
} as const;

export const mftRecordCarver: Carver = {
  ...shared,
  id: "mft-records",
  name: "NTFS file records",
  kinds: [{ id: "mft-records", name: "NTFS file records", extension: "mft" }],
  signatures: [signature("46 49 4c 45 30 00"), signature("46 49 4c 45 2a 00")],
  carve: carveRun("mft-records", fileRecordLength),
};

export const indexRecordCarver: Carver = {
  ...shared,
  id: "indx-records",
  name: "NTFS index records",
  kinds: [{ id: "indx-records", name: "NTFS index records", extension: "indx" }],
  signatures: [signature("49 4e 44 58 28 00"), signature("49 4e 44 58 2a 00")],
  carve: carveRun("indx-records", indexRecordLength),
};

export const logPageCarver: Carver = {
  ...shared,
  id: "logfile-pages",
  name: "NTFS log pages",
  kinds: [{ id: "logfile-pages", name: "NTFS log pages", extension: "logfile" }],
  signatures: [textSignature("RCRD"), textSignature("RSTR")],
  carve: carveRun("logfile-pages", logPageLength),
};

export const usnRecordCarver: Carver = {
  ...shared,
  id: "usn-records",
  name: "NTFS change journal records",
  spec: "[MS-FSCC] 2.3.70, USN_RECORD_V2",
  level: "partial",
  kinds: [{ id: "usn-records", name: "NTFS change journal records", extension: "usn" }],
  signatures: [signature(`02 00 00 00 ${"?? ".repeat(50)}3c 00`, 4)],
  carve: carveUsn,
};
