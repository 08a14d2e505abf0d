/**
 * cpio archives: the portable ASCII format of POSIX.1 (magic 070707) and the SVR4 formats without and with checksums (070701, 070702; "newc", "crc"
 * of cpio(5)). Walks the headers to the member `TRAILER!!!` and takes in the zeros that fill its block of 512.
 *
 * Not carved: the binary formats, whose signature is two bytes. A header in the middle of an archive begins one as well.
 */
import { CarveWindow } from "../carve-window.ts";
import { type Carver, textSignature } from "../carver.ts";
import { complete, firstBytes, truncated, typedKind } from "./verdict.ts";

/** Numbers as text of one base in fixed places. */
interface Layout {
  readonly base: 8 | 16;
  readonly headerBytes: number;
  readonly mode: readonly [at: number, length: number];
  readonly nameSize: readonly [at: number, length: number];
  readonly fileSize: readonly [at: number, length: number];
  /** Headers with names, and data, are filled up to this. */
  readonly unit: number;
  readonly check: number | null;
}

const newc: Layout = {
  base: 16,
  headerBytes: 110,
  mode: [14, 8],
  fileSize: [54, 8],
  nameSize: [94, 8],
  unit: 4,
  check: null,
};
const layouts: Readonly<Record<string, Layout>> = {
  "070701": newc,
  "070702": { ...newc, check: 102 },
  "070707": { base: 8, headerBytes: 76, mode: [18, 6], nameSize: [59, 6], fileSize: [65, 11], unit: 1, check: null },
};
const trailer = "TRAILER!!!\0";
const blockBytes = 512;
const longestName = 4096;
const mostMembers = 1 << 24;
const soundMembers = 3;
const chunkBytes = 1 << 16;

export const cpioCarver: Carver = {
  id: "cpio",
  family: "carver",
  name: "cpio archive",
  spec: "POSIX.1-2001 pax, cpio interchange format; cpio(5)",
  level: "partial",
  kinds: [typedKind("cpio")],
  signatures: Object.keys(layouts).map((magic) => textSignature(magic)),
  limitBytes: 2 ** 40,
  carve(source, at, end) {
    const head = firstBytes(source, at, end, 64);
    if (head === null) return null;
    for (let i = 6; i < 64; i++) if (!isHexDigit(head.getUint8(i))) return null;
    const window = new CarveWindow(source, end);
    let next = at;
    for (let members = 0; members < mostMembers; members++) {
      const member = readMember(window, at, next);
      if (member === null) return members >= soundMembers ? truncated("cpio", next - at) : null;
      if (member.isTrailer) return members > 0 ? complete("cpio", filled(window, at, member.end) - at) : null;
      next = member.end;
    }
    return null;
  },
};

function isHexDigit(byte: number): boolean {
  const low = byte | 0x20;
  return (byte >= 0x30 && byte <= 0x39) || (low >= 0x61 && low <= 0x66);
}

interface Member {
  readonly isTrailer: boolean;
  readonly end: number;
}

function readMember(window: CarveWindow, start: number, at: number): Member | null {
  if (!window.has(at, 76)) return null;
  const layout = layouts[Buffer.from(window.view(at, 6)).toString("latin1")];
  if (layout === undefined || !window.has(at, layout.headerBytes)) return null;
  const nameSize = digits(window, at, layout.nameSize, layout.base);
  const fileSize = digits(window, at, layout.fileSize, layout.base);
  const mode = digits(window, at, layout.mode, layout.base);
  if (nameSize < 2 || nameSize > longestName || fileSize < 0 || mode < 0) return null;
  const nameAt = at + layout.headerBytes;
  if (!window.has(nameAt, nameSize) || window.u8(nameAt + nameSize - 1) !== 0 || window.u8(nameAt) === 0) return null;
  const align = (place: number): number => start + Math.ceil((place - start) / layout.unit) * layout.unit;
  const dataAt = align(nameAt + nameSize);
  if (window.isText(nameAt, trailer)) return { isTrailer: true, end: Math.min(dataAt, window.end) };
  if (!window.has(dataAt, fileSize)) return null;
  if (layout.check !== null && !sumsUp(window, dataAt, fileSize, digits(window, at, [layout.check, 8], 16)))
    return null;
  return { isTrailer: false, end: align(dataAt + fileSize) };
}

function digits(window: CarveWindow, at: number, [from, length]: readonly [number, number], base: number): number {
  let value = 0;
  for (let i = 0; i < length; i++) {
    const byte = window.u8(at + from + i);
    const digit = byte <= 0x39 ? byte - 0x30 : (byte | 0x20) - 0x57;
    if (!isHexDigit(byte) || digit >= base) return -1;
    value = value * base + digit;
  }
  return value;
}

/** The sum of all bytes, modulo 2^32; links without data have 0. */
function sumsUp(window: CarveWindow, at: number, length: number, expected: number): boolean {
  let sum = 0;
  for (let done = 0; done < length; done += chunkBytes) {
    for (const byte of window.view(at + done, Math.min(chunkBytes, length - done))) sum = (sum + byte) >>> 0;
  }
  return sum === expected || expected === 0;
}

function filled(window: CarveWindow, start: number, at: number): number {
  const to = start + Math.ceil((at - start) / blockBytes) * blockBytes;
  if (!window.has(at, to - at)) return at;
  for (let next = at; next < to; next++) if (window.u8(next) !== 0) return at;
  return to;
}
