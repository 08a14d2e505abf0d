/**
 * Extensible Storage Engine databases: header checksum, the checksum of every page, and the end from the tree of extents that the database
 * owns. libyal, "Extensible Storage Engine (ESE) Database File (EDB)". Not supported: streaming files, log files, the repair of pages
 * by their error-correcting code (such a page counts as damaged).
 */
import type { ByteSource } from "../../bytes/byte-source.ts";
import type { Carved, Carver } from "../carver.ts";
import { signature } from "../carver.ts";
import { CarveWindow } from "../carve-window.ts";
import { carvedAs, FirstBytes, isZeros } from "../first-bytes.ts";

const firstSum = 0x89ab_cdef;
const formatVersion = 0x620;
const limitBytes = 2 ** 40;
/** The header and its copy. */
const headerPages = 2;
const tagsCountAt = 34;
const flagsAt = 36;
const newChecksums = 0x2000;
const isLeaf = 0x2;
const pageHeadBytes = 40;
const largePageHeadBytes = 80;
const largePage = 16_384;
const deepestTree = 8;

const head = new FirstBytes(668);

/** XOR of the 32-bit words of a range within the page at `at`. */
function wordsXor(window: CarveWindow, at: number, from: number, to: number): number {
  const bytes = window.view(at + from, to - from);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let sum = 0;
  for (let i = 0; i + 4 <= bytes.length; i += 4) sum ^= view.getUint32(i, true);
  return sum;
}

class Pages {
  readonly window: CarveWindow;
  readonly at: number;
  readonly bytes: number;

  constructor(window: CarveWindow, at: number, bytes: number) {
    this.window = window;
    this.at = at;
    this.bytes = bytes;
  }

  /** The first page is number 1. */
  placeOf(page: number): number {
    return this.at + (page + headerPages - 1) * this.bytes;
  }

  get #headBytes(): number {
    return this.bytes < largePage ? pageHeadBytes : largePageHeadBytes;
  }

  /** `zero`: never written to. */
  state(page: number): "sound" | "zero" | "damaged" {
    const place = this.placeOf(page);
    const { window, bytes } = this;
    if (!window.has(place, bytes)) return "damaged";
    const stated = window.u32(place);
    if ((window.u32(place + flagsAt) & newChecksums) === 0) {
      if (stated === 0 && isZeros(window.view(place, bytes))) return "zero";
      const sum = wordsXor(window, place, 4, bytes) ^ firstSum;
      return sum >>> 0 === stated && window.u32(place + 4) === page ? "sound" : "damaged";
    }
    if (bytes < largePage) return (wordsXor(window, place, 8, bytes) ^ page) >>> 0 === stated ? "sound" : "damaged";
    return this.#quartersHold(place, page) ? "sound" : "damaged";
  }

  /** Large pages have a checksum for each quarter, those of the last three behind the old header. */
  #quartersHold(place: number, page: number): boolean {
    const quarter = this.bytes / 4;
    for (let i = 0; i < 4; i++) {
      const stated = this.window.u32(i === 0 ? place : place + pageHeadBytes + 8 * (i - 1));
      const sum = wordsXor(this.window, place, i === 0 ? 8 : i * quarter, (i + 1) * quarter);
      if ((sum ^ page) >>> 0 !== stated) return false;
    }
    return true;
  }

  /** Offset of the value of a tag, and its bytes; null where it is none. */
  tag(page: number, index: number): { at: number; length: number } | null {
    const place = this.placeOf(page);
    const mask = this.bytes < largePage ? 0x1fff : 0x7fff;
    const entry = place + this.bytes - 4 * (index + 1);
    const length = this.window.u16(entry) & mask;
    const offset = this.window.u16(entry + 2) & mask;
    if (this.#headBytes + offset + length > this.bytes) return null;
    return { at: place + this.#headBytes + offset, length };
  }

  tags(page: number): number {
    return this.window.u16(this.placeOf(page) + tagsCountAt);
  }

  leaf(page: number): boolean {
    return (this.window.u32(this.placeOf(page) + flagsAt) & isLeaf) !== 0;
  }
}

/** How many pages the database owns; 0 where its first pages do not say. */
function ownedPages(pages: Pages): number {
  const root = pages.state(1) === "sound" ? pages.tag(1, 0) : null;
  if (root === null || root.length < 16) return 0;
  const { window } = pages;
  const initial = window.u32(root.at);
  let page = window.u32(root.at + 12);
  if (window.u32(root.at + 8) === 0) return initial;
  for (let depth = 0; depth < deepestTree; depth++) {
    const last = pages.state(page) === "sound" ? pages.tag(page, pages.tags(page) - 1) : null;
    if (last === null || last.length < 8) return 0;
    if (pages.leaf(page)) return lastOwned(window, last.at, last.length);
    // A branch: the number of the child stands at the end.
    page = window.u32(last.at + last.length - 4);
  }
  return 0;
}

/** Of an extent: its key ends in its last page, big-endian; its value is how many pages it has. */
function lastOwned(window: CarveWindow, at: number, length: number): number {
  const page = window.u32be(at + length - 8);
  const count = window.u32(at + length - 4);
  return count > 0 && count <= page ? page : 0;
}

function headerHolds(window: CarveWindow, at: number, pageBytes: number): boolean {
  // The sum begins with the signature and runs over it, so that both fall out.
  return wordsXor(window, at, 8, pageBytes) >>> 0 === head.u32(0);
}

function carve(source: ByteSource, at: number, end: number): Carved | null {
  if (!head.read(source, at, end) || head.u32(8) !== formatVersion || head.u32(12) !== 0) return null;
  const pageBytes = head.u32(236) || 4096;
  if (![2048, 4096, 8192, 16_384, 32_768].includes(pageBytes)) return null;
  const window = new CarveWindow(source, end);
  if (!window.has(at, headerPages * pageBytes)) return null;
  const checked = Math.max(pageBytes, 4096);
  if (!headerHolds(window, at, pageBytes) && !headerHolds(window, at, checked)) return null;
  const pages = new Pages(window, at, pageBytes);
  const owned = ownedPages(pages);
  if (owned * pageBytes > limitBytes) return null;
  let sound = 0;
  let last = 0;
  let page = 1;
  // Where the extents are not known the pages themselves say how far it goes.
  for (; owned === 0 || page <= owned; page++) {
    const state = pages.state(page);
    if (state === "damaged") break;
    if (state === "sound") last = page;
    if (state === "sound") sound++;
    else if (owned === 0) break;
  }
  if (sound === 0) return null;
  if (owned > 0 && page > owned) return carvedAs("ese", "complete", (owned + headerPages) * pageBytes);
  return carvedAs("ese", "truncated", (last + headerPages) * pageBytes);
}

export const eseCarver: Carver = {
  id: "ese",
  family: "carver",
  name: "ESE database",
  spec: "libyal, Extensible Storage Engine (ESE) Database File (EDB)",
  level: "partial",
  kinds: [{ id: "ese", name: "ESE database", extension: "edb" }],
  signatures: [signature("ef cd ab 89 20 06 00 00", 4)],
  limitBytes,
  carve,
};
