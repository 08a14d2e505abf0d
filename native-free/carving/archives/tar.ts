/**
 * tar archives with the mark `ustar`: POSIX ustar and pax (POSIX.1-2017), and GNU with its own fields. Walks the headers, each with its checksum, to
 * the two blocks of zeros, and takes in the zeros that fill the last record of 20 blocks, as tar writes it.
 *
 * Contents have no checksum. Not carved: archives of before 1988, without a mark. A header in the middle of an archive begins one as well.
 */
import type { ByteSource } from "../../bytes/byte-source.ts";
import { CarveWindow } from "../carve-window.ts";
import { type Carver, textSignature } from "../carver.ts";
import { complete, truncated, typedKind } from "./verdict.ts";

const blockBytes = 512;
const recordBytes = 20 * blockBytes;
/** pax, "ustar Interchange Format". */
const field = { size: 124, checksum: 148, type: 156, mark: 257, version: 263, isExtended: 482, chained: 504 } as const;
const gnuSparse = 0x53;
/** Links, devices, directories and pipes have no data, whatever their size says. */
const dataless = new Set([0x31, 0x32, 0x33, 0x34, 0x35, 0x36]);
const mostMembers = 1 << 24;
const soundMembers = 2;

export const tarCarver: Carver = {
  id: "tar",
  family: "carver",
  name: "tar archive",
  spec: "POSIX.1-2017 pax; GNU tar manual",
  level: "complete",
  kinds: [typedKind("tar")],
  signatures: [textSignature("ustar\0", { offset: field.mark }), textSignature("ustar  \0", { offset: field.mark })],
  limitBytes: 2 ** 40,
  carve(source, at, end) {
    if (!hasRoom(source, at, end)) return null;
    const window = new CarveWindow(source, end);
    let next = at;
    let members = 0;
    for (; members < mostMembers; members++) {
      const size = readHeader(window, next);
      if (size === null) break;
      const behind = afterSparse(window, next) + Math.ceil(size / blockBytes) * blockBytes;
      if (!window.has(next, behind - next)) {
        return members >= soundMembers ? truncated("tar", next - at) : null;
      }
      next = behind;
    }
    if (members === 0) return null;
    if (isZero(window, next, 2 * blockBytes)) return complete("tar", filled(window, at, next + 2 * blockBytes) - at);
    return members >= soundMembers ? truncated("tar", next - at) : null;
  },
};

const hasRoom = (source: ByteSource, at: number, end: number): boolean =>
  at >= 0 && at + blockBytes <= Math.min(end, source.size);

/** Bytes of the member's data; null where its header's checksum does not agree. */
function readHeader(window: CarveWindow, at: number): number | null {
  if (!window.has(at, blockBytes) || !window.isText(at + field.mark, "ustar")) return null;
  const header = window.view(at, blockBytes);
  let unsigned = 8 * 32;
  let signed = unsigned;
  for (let i = 0; i < blockBytes; i++) {
    if (i >= field.checksum && i < field.checksum + 8) continue;
    const byte = header[i]!;
    unsigned += byte;
    signed += byte > 127 ? byte - 256 : byte;
  }
  const stored = octal(header, field.checksum, 8);
  if (stored === null || (stored !== unsigned && stored !== signed)) return null;
  const size = (header[field.size]! & 0x80) === 0 ? octal(header, field.size, 12) : binary(header, field.size, 12);
  return dataless.has(header[field.type]!) ? 0 : size;
}

/** Digits between blanks and NULs; an empty field is 0. */
function octal(bytes: Uint8Array, from: number, length: number): number | null {
  let value = 0;
  let at = from;
  while (at < from + length && bytes[at] === 32) at++;
  for (; at < from + length && bytes[at] !== 32 && bytes[at] !== 0; at++) {
    const digit = bytes[at]! - 48;
    if (digit < 0 || digit > 7) return null;
    value = value * 8 + digit;
  }
  return value;
}

/** GNU: above 8 GiB, big-endian behind a first bit that is set. */
function binary(bytes: Uint8Array, from: number, length: number): number {
  let value = bytes[from]! & 0x7f;
  for (let i = 1; i < length; i++) value = value * 256 + bytes[from + i]!;
  return value;
}

/** Behind the header, and behind the blocks that go on with the map of an old GNU sparse file. */
function afterSparse(window: CarveWindow, at: number): number {
  if (window.u8(at + field.type) !== gnuSparse || window.u8(at + field.isExtended) === 0) return at + blockBytes;
  let next = at + blockBytes;
  for (let more = true; more && window.has(next, blockBytes); next += blockBytes)
    more = window.u8(next + field.chained) !== 0;
  return next;
}

function isZero(window: CarveWindow, at: number, length: number): boolean {
  if (!window.has(at, length)) return false;
  const bytes = window.view(at, length);
  for (let i = 0; i < length; i++) if (bytes[i] !== 0) return false;
  return true;
}

/** The end of the record of 20 blocks, where only zeros are before it; else the place. */
function filled(window: CarveWindow, start: number, at: number): number {
  const to = start + Math.ceil((at - start) / recordBytes) * recordBytes;
  return to === at || isZero(window, at, to - at) ? to : at;
}
