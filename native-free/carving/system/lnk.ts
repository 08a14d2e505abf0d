/**
 * Shell link: [MS-SHLLINK] 2 (header, target list, link information, strings, extra data), walked to the terminal block. It has no
 * checksum, so that every part must be as the specification says. Not supported: links whose parts were cut off by a program.
 */
import type { ByteSource } from "../../bytes/byte-source.ts";
import type { Carved, Carver } from "../carver.ts";
import { signature } from "../carver.ts";
import { carvedAs, FirstBytes } from "../first-bytes.ts";
import { CarveWindow } from "../carve-window.ts";

const headerBytes = 0x4c;
const flagsAt = 20;
const showCommandAt = 60;
const reservedAt = 66;
const hasTargets = 0x1;
const hasLinkInfo = 0x2;
/** Name, relative path, working folder, arguments, icon: one bit each. */
const firstString = 0x4;
const lastString = 0x40;
const isUnicode = 0x80;
const noLinkInfo = 0x100;
const knownFlags = 0x07ff_ffff;
/** The signature of an extra block: "A00000" and a number. */
const extraSignature = 0xa000_0000;
const extraKinds = 0x20;
const longestExtra = 0x10_0000;
const smallestLinkInfo = 0x1c;

const head = new FirstBytes(headerBytes);

/** Offset behind the list of items, -1 where it is none. */
function afterTargets(window: CarveWindow, at: number): number {
  const length = window.u16(at);
  const end = at + 2 + length;
  if (length < 2 || !window.has(at, length + 2)) return -1;
  let item = at + 2;
  while (item + 2 <= end) {
    const size = window.u16(item);
    if (size === 0) return item + 2 === end ? end : -1;
    if (size < 3) return -1;
    item += size;
  }
  return -1;
}

/** [MS-SHLLINK] 2.3: offsets of its parts lie inside of it. */
function afterLinkInfo(window: CarveWindow, at: number): number {
  const size = window.u32(at);
  const header = window.u32(at + 4);
  if (!window.has(at, size) || size < smallestLinkInfo || header < smallestLinkInfo || header > size) return -1;
  if (window.u32(at + 8) > 3) return -1;
  for (let field = 12; field < smallestLinkInfo; field += 4) if (window.u32(at + field) >= size) return -1;
  return at + size;
}

function afterStrings(window: CarveWindow, at: number, flags: number): number {
  const width = flags & isUnicode ? 2 : 1;
  let place = at;
  for (let bit = firstString; bit <= lastString; bit <<= 1) {
    if ((flags & bit) === 0) continue;
    const length = 2 + window.u16(place) * width;
    if (!window.has(place, length)) return -1;
    place += length;
  }
  return place;
}

interface Extras {
  readonly end: number;
  readonly blocks: number;
  readonly whole: boolean;
}

function walkExtras(window: CarveWindow, at: number): Extras {
  let place = at;
  let blocks = 0;
  for (; window.has(place, 4); blocks++) {
    const size = window.u32(place);
    // Any size below four ends it.
    if (size < 4) return { end: place + 4, blocks, whole: true };
    const kind = window.u32(place + 4) - extraSignature;
    if (size < 8 || size > longestExtra || kind < 0 || kind > extraKinds || !window.has(place, size)) break;
    place += size;
  }
  return { end: place, blocks, whole: false };
}

/** A name made of printable units, from the last part of the link's strings; for people only. */
function titleOf(window: CarveWindow, at: number, flags: number): string | null {
  if ((flags & firstString) === 0) return null;
  const units = Math.min(window.u16(at), 260);
  const bytes = window.bytes(at + 2, flags & isUnicode ? units * 2 : units);
  const text = Buffer.from(bytes.buffer).toString(flags & isUnicode ? "utf16le" : "latin1");
  return text === "" ? null : text.toWellFormed();
}

function carve(source: ByteSource, at: number, end: number): Carved | null {
  if (!head.read(source, at, end)) return null;
  const flags = head.u32(flagsAt);
  const show = head.u32(showCommandAt);
  if (flags > knownFlags || show > 11 || head.u16(reservedAt) !== 0 || head.u32(68) !== 0 || head.u32(72) !== 0)
    return null;
  const window = new CarveWindow(source, end);
  let place = at + headerBytes;
  if (flags & hasTargets) place = afterTargets(window, place);
  if (place > 0 && flags & hasLinkInfo && !(flags & noLinkInfo)) place = afterLinkInfo(window, place);
  if (place < 0) return null;
  const strings = place;
  place = afterStrings(window, place, flags);
  if (place < 0) return null;
  const extras = walkExtras(window, place);
  // A header that announces nothing and has nothing behind it is a header only.
  if (place === at + headerBytes && extras.blocks === 0) return null;
  return carvedAs("lnk", extras.whole ? "complete" : "truncated", extras.end - at, titleOf(window, strings, flags));
}

export const lnkCarver: Carver = {
  id: "lnk",
  family: "carver",
  name: "Windows shortcut",
  spec: "[MS-SHLLINK] 7.0, section 2",
  level: "complete",
  kinds: [{ id: "lnk", name: "Windows shortcut", extension: "lnk" }],
  signatures: [signature("4c 00 00 00 01 14 02 00 00 00 00 00 c0 00 00 00 00 00 00 46")],
  limitBytes: 1 << 24,
  carve,
};
