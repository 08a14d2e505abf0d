/** Blocks of RAR 1.5 to 4 archives (technote.txt of RAR 4.20), each header with 16 bits of its CRC-32. */
import { crc32 } from "node:zlib";
import { struct, u16, u32, u8 } from "../../../bytes/struct.ts";
import type { CarveWindow } from "../../carve-window.ts";
import { crcOf, type RarWalk } from "./walk.ts";

const markerBytes = 7;

const block = struct("carve.rar4.block", 11, {
  crc: [0, u16, "low half, of the header behind this field"],
  type: [2, u8],
  flags: [3, u16],
  size: [5, u16, "bytes of the header"],
  added: [7, u32, "bytes of data behind it, where the flags say so"],
});

/** Fields of a file's header behind those of every block; names follow. */
const file = struct("carve.rar4.file", 40, {
  packed: [7, u32],
  unpacked: [11, u32],
  system: [15, u8],
  crc: [16, u32],
  time: [20, u32],
  version: [24, u8],
  method: [25, u8],
  nameLength: [26, u16],
  attributes: [28, u32],
  packedHigh: [32, u32, "where the flags say so"],
  unpackedHigh: [36, u32],
});

const type = { main: 0x73, file: 0x74, service: 0x7a, recovery: 0x78, end: 0x7b, first: 0x72, last: 0x7b } as const;
const flag = {
  added: 0x8000,
  high: 0x100,
  split: 3,
  password: 4,
  encryptedHeaders: 0x80,
  comment: 2,
  fileComment: 8,
} as const;
const shortestBlock = 7;
const shortestFile = 32;
/** Header of the main block without a comment in it. */
const plainMainBytes = 13;
const longestOldData = 1 << 15;
const stored = 0x30;
/** RAR 2 and before wrote no end block; later ones put their own version, 29, on all but stored files. */
const lastVersionWithoutEnd = 20;

export function walkRar4(window: CarveWindow, start: number): RarWalk | null {
  let at = start + markerBytes;
  let files = 0;
  let isOld = false;
  let damagedAt: number | null = null;
  if (!isSoundHeader(window, at) || window.u8(at + block.offsets.type) !== type.main) return null;
  if ((window.u16(at + block.offsets.flags) & flag.encryptedHeaders) !== 0) return null;
  at += window.u16(at + block.offsets.size);
  for (;;) {
    const walked = { files, end: at, damagedAt };
    // Where no header stands behind the last data, an old archive ends.
    if (!isSoundHeader(window, at)) return { ...walked, isWhole: isOld };
    const kind = window.u8(at + block.offsets.type);
    const end = at + window.u16(at + block.offsets.size) + dataBytes(window, at, kind);
    if (!window.has(at, end - at)) return { ...walked, isWhole: false };
    if (kind === type.end) return { ...walked, end, isWhole: files > 0 };
    if (kind === type.file) {
      files++;
      const version = window.u8(at + file.offsets.version);
      const isStored = window.u8(at + file.offsets.method) === stored;
      if (version < lastVersionWithoutEnd || (version === lastVersionWithoutEnd && !isStored)) isOld = true;
      if (!isSoundData(window, at)) damagedAt ??= at;
    }
    at = end;
  }
}

function isSoundHeader(window: CarveWindow, at: number): boolean {
  if (!window.has(at, shortestBlock)) return false;
  const kind = window.u8(at + block.offsets.type);
  const flags = window.u16(at + block.offsets.flags);
  const size = window.u16(at + block.offsets.size);
  if (kind <= type.first || kind > type.last || size < shortestBlock || !window.has(at, size)) return false;
  if ((kind === type.file || kind === type.service) && size < shortestFile) return false;
  // A comment inside the header is not covered.
  const covered =
    kind === type.main && (flags & flag.comment) !== 0
      ? plainMainBytes
      : kind === type.file && (flags & flag.fileComment) !== 0
        ? fileHeaderBytes(window, at, flags)
        : size;
  const agrees = (bytes: number): boolean =>
    window.has(at, bytes) && (crc32(window.view(at + 2, bytes - 2)) & 0xffff) === window.u16(at);
  // Some old blocks have their data covered as well.
  return agrees(covered) || (isOldBlock(kind) && agrees(size + Math.min(longestOldData, dataBytes(window, at, kind))));
}

/** Comment, authenticity and sub-blocks of RAR 2. */
const isOldBlock = (kind: number): boolean => kind > type.file && kind < type.recovery;

function fileHeaderBytes(window: CarveWindow, at: number, flags: number): number {
  const fixed = (flags & flag.high) !== 0 ? file.size : shortestFile;
  return Math.min(window.u16(at + block.offsets.size), fixed + window.u16(at + file.offsets.nameLength));
}

function dataBytes(window: CarveWindow, at: number, kind: number): number {
  const flags = window.u16(at + block.offsets.flags);
  if (kind !== type.file && kind !== type.service)
    return (flags & flag.added) !== 0 ? window.u32(at + block.offsets.added) : 0;
  const high = (flags & flag.high) !== 0 ? window.u32(at + file.offsets.packedHigh) : 0;
  return high * 2 ** 32 + window.u32(at + file.offsets.packed);
}

/** Only what is stored in one piece without a password can be compared with its CRC-32. */
function isSoundData(window: CarveWindow, at: number): boolean {
  const flags = window.u16(at + block.offsets.flags);
  if (window.u8(at + file.offsets.method) !== stored || (flags & (flag.split | flag.password)) !== 0) return true;
  const length = dataBytes(window, at, type.file);
  return crcOf(window, at + window.u16(at + block.offsets.size), length) === window.u32(at + file.offsets.crc);
}
