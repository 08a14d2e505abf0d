/**
 * Cabinets (MS-CAB 2.1): header, folders, files, and every data block of every folder with its checksum, to the length that the header says.
 * A signature stands behind what `cbCabinet` counts, at a place that the header's reserved bytes name; it belongs to the file.
 *
 * Data are not decoded. A set of several cabinets: each is a file of its own.
 */
import { struct, u16, u32, u8 } from "../../bytes/struct.ts";
import { CarveWindow } from "../carve-window.ts";
import { type Carver, signature } from "../carver.ts";
import { complete, firstBytes, truncated, typedKind } from "./verdict.ts";

/** MS-CAB 2.1, CFHEADER */
const header = struct("carve.cab.header", 36, {
  signature: [0, u32],
  reserved1: [4, u32, "0"],
  length: [8, u32, "bytes of the cabinet"],
  reserved2: [12, u32, "0"],
  filesAt: [16, u32],
  reserved3: [20, u32, "0"],
  minor: [24, u8, "3"],
  major: [25, u8, "1"],
  folders: [26, u16],
  files: [28, u16],
  flags: [30, u16],
  set: [32, u16],
  number: [34, u16],
});
/** CFFOLDER */
const folder = struct("carve.cab.folder", 8, { dataAt: [0, u32], blocks: [4, u16], type: [6, u16] });
/** CFFILE; the name follows. */
const fileBytes = 16;
/** CFDATA; reserved bytes and data follow. */
const data = struct("carve.cab.data", 8, { checksum: [0, u32], packed: [4, u16], size: [6, u16] });

const flag = { previous: 1, next: 2, reserve: 4 } as const;
const signedReserveBytes = 20;
const signedMark = 0x0010_0000;
const derSequence = 0x3082;
const longestName = 256;
const mostUnpacked = 0x8000;

export const cabCarver: Carver = {
  id: "cab",
  family: "carver",
  name: "Cabinet archive",
  spec: "MS-CAB 2.1",
  level: "partial",
  kinds: [typedKind("cab")],
  signatures: [signature("4d 53 43 46 00 00 00 00")],
  limitBytes: 2 ** 32,
  carve(source, at, end) {
    const head = firstBytes(source, at, end, header.size);
    if (head === null || !isHeader(head)) return null;
    const window = new CarveWindow(source, end);
    const parts = readParts(window, at);
    if (parts === null) return null;
    const walked = walkData(window, at, parts);
    if (!walked.isWhole) return walked.proved > 0 ? truncated("cab", walked.end - at) : null;
    const length = window.u32(at + header.offsets.length);
    if (walked.blocks === 0 || walked.end > at + length || !window.has(at, length)) return null;
    return complete("cab", Math.max(length, parts.signedEnd - at));
  },
};

function isHeader(head: DataView): boolean {
  const { offsets } = header;
  const zeros = head.getUint32(offsets.reserved2, true) + head.getUint32(offsets.reserved3, true);
  const bytes = head.getUint32(offsets.length, true);
  const filesAt = head.getUint32(offsets.filesAt, true);
  const isCount = head.getUint16(offsets.folders, true) > 0 && head.getUint16(offsets.files, true) > 0;
  return zeros === 0 && head.getUint8(offsets.major) === 1 && isCount && filesAt >= header.size && filesAt < bytes;
}

interface Parts {
  readonly foldersAt: number;
  readonly folderBytes: number;
  readonly folders: number;
  /** Reserved in each data block. */
  readonly blockReserve: number;
  /** Behind the signature, the beginning where there is none. */
  readonly signedEnd: number;
}

/** Folders and files, as far as their places make sense; null where they do not. */
function readParts(window: CarveWindow, at: number): Parts | null {
  const flags = window.u16(at + header.offsets.flags);
  let next = at + header.size;
  let folderReserve = 0;
  let blockReserve = 0;
  let signedEnd = at;
  if ((flags & flag.reserve) !== 0) {
    folderReserve = window.u8(next + 2);
    blockReserve = window.u8(next + 3);
    signedEnd = behindSignature(window, at, next + 4, window.u16(next));
    next += 4 + window.u16(next);
  }
  const names = ((flags & flag.previous) !== 0 ? 2 : 0) + ((flags & flag.next) !== 0 ? 2 : 0);
  for (let i = 0; i < names; i++) {
    next = behindName(window, next);
    if (next < 0) return null;
  }
  const folderBytes = folder.size + folderReserve;
  const folders = window.u16(at + header.offsets.folders);
  if (next + folders * folderBytes > at + window.u32(at + header.offsets.filesAt)) return null;
  let file = at + window.u32(at + header.offsets.filesAt);
  for (let i = window.u16(at + header.offsets.files); i > 0; i--) {
    file = window.has(file, fileBytes) ? behindName(window, file + fileBytes) : -1;
    if (file < 0) return null;
  }
  return { foldersAt: next, folderBytes, folders, blockReserve, signedEnd };
}

/** Reserved bytes of a signed cabinet say where behind it the PKCS #7 signature stands, a sequence in DER. */
function behindSignature(window: CarveWindow, at: number, reserveAt: number, reserveBytes: number): number {
  if (reserveBytes !== signedReserveBytes || window.u32(reserveAt) !== signedMark) return at;
  const from = at + window.u32(reserveAt + 4);
  const length = window.u32(reserveAt + 8);
  return window.has(from, length) && window.u16be(from) === derSequence ? from + length : at;
}

function behindName(window: CarveWindow, at: number): number {
  for (let next = at; next < at + longestName && window.has(next, 1); next++)
    if (window.u8(next) === 0) return next + 1;
  return -1;
}

interface Walked {
  readonly isWhole: boolean;
  readonly blocks: number;
  /** Of those the ones with a checksum, which agrees. */
  readonly proved: number;
  readonly end: number;
}

function walkData(window: CarveWindow, at: number, parts: Parts): Walked {
  let blocks = 0;
  let proved = 0;
  let end = at;
  for (let i = 0; i < parts.folders; i++) {
    const folderAt = parts.foldersAt + i * parts.folderBytes;
    let next = at + window.u32(folderAt + folder.offsets.dataAt);
    for (let left = window.u16(folderAt + folder.offsets.blocks); left > 0; left--, blocks++) {
      const behind = behindBlock(window, next, parts.blockReserve);
      if (behind < 0) return { isWhole: false, blocks, proved, end: Math.max(end, next) };
      if (window.u32(next) !== 0) proved++;
      next = behind;
    }
    end = Math.max(end, next);
  }
  return { isWhole: true, blocks, proved, end };
}

function behindBlock(window: CarveWindow, at: number, reserve: number): number {
  const packed = window.u16(at + data.offsets.packed);
  const behind = at + data.size + reserve + packed;
  if (!window.has(at, data.size) || !window.has(at, behind - at)) return -1;
  if (packed === 0 || window.u16(at + data.offsets.size) > mostUnpacked) return -1;
  const stored = window.u32(at + data.offsets.checksum);
  return stored === 0 || stored === checksum(window, at, reserve + packed) ? behind : -1;
}

/** Exclusive or of words, the rest of them big-endian, over the data and then over the two sizes (MS-CAB 3.1). */
function checksum(window: CarveWindow, at: number, length: number): number {
  const dataAt = at + data.size;
  let sum = window.u32(at + data.offsets.packed);
  let i = 0;
  for (; i + 4 <= length; i += 4) sum ^= window.u32(dataAt + i);
  let rest = 0;
  for (; i < length; i++) rest = (rest << 8) | window.u8(dataAt + i);
  return (sum ^ rest) >>> 0;
}
