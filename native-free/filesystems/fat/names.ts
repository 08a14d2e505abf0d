/** Names of directory entries: short ones, and long ones put together from their pieces. */
import { Buffer } from "node:buffer";
import type { EvidenceName } from "../../model/item.ts";
import * as layout from "./layouts.ts";

/** Code page 437 from 0x80 on: the commonest of the code pages, which the volume does not name. */
const highHalf =
  "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u00a0";
const blank = 0x20;
const dot = ".".charCodeAt(0);
const forbidden = '"*+,/:;<=>?[\\]|\x7f';
/** 1 for bytes that a short name may hold. */
const shortCharacters = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte >= blank && !forbidden.includes(String.fromCharCode(byte)) ? 1 : 0,
);
const pieceLength = layout.pieceUnits.length;
const mostPieces = 20;

/** Bytes of the short name as they are shown: without padding, with a dot, the first byte put right. */
function shortBytes(window: Uint8Array, at: number, first: number): number[] {
  let baseEnd = layout.shortBaseBytes;
  while (baseEnd > 0 && window[at + baseEnd - 1] === blank) baseEnd--;
  let end = layout.shortNameBytes;
  while (end > layout.shortBaseBytes && window[at + end - 1] === blank) end--;
  const out: number[] = [];
  for (let i = 0; i < baseEnd; i++) out.push(i === 0 ? first : window[at + i]!);
  if (end > layout.shortBaseBytes) out.push(dot);
  for (let i = layout.shortBaseBytes; i < end; i++) out.push(window[at + i]!);
  return out;
}

/**
 * `first` is the first byte where it is known otherwise, null for what stands there. A deleted name without it begins with an
 * underscore; `bytes` tells that apart. Bytes above ASCII are shown by code page 437 and kept.
 */
export function shortName(window: Uint8Array, at: number, cases: number, first: number | null): EvidenceName {
  const stored = window[at]!;
  const raw = shortBytes(window, at, first ?? (stored === layout.e5Escape ? layout.deletedMark : stored));
  const lost = first === null && stored === layout.deletedMark;
  let [text, plain, lower] = ["", !lost, (cases & layout.lowerBase) !== 0];
  for (const [index, byte] of raw.entries()) {
    if (byte === dot) lower = (cases & layout.lowerExtension) !== 0;
    if (byte >= 0x80) plain = false;
    if (index === 0 && lost) text += "_";
    else if (byte >= 0x80) text += highHalf[byte - 0x80];
    else text += String.fromCharCode(lower && byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : byte);
  }
  return { text, bytes: plain ? null : Buffer.from(raw).toString("base64") };
}

/** The label: eleven bytes without the blanks at the end. */
export function labelName(bytes: Uint8Array): EvidenceName {
  let end = bytes.length;
  while (end > 0 && bytes[end - 1] === blank) end--;
  const raw = bytes.subarray(0, end);
  let text = "";
  for (const byte of raw) text += byte >= 0x80 ? highHalf[byte - 0x80] : String.fromCharCode(byte);
  return { text, bytes: raw.some((byte) => byte >= 0x80) ? Buffer.from(raw).toString("base64") : null };
}

/** Whether the eleven bytes can be a short name, whatever the first is where it was deleted. */
export function isShortName(window: Uint8Array, at: number): boolean {
  const first = window[at]!;
  if (first === blank) return false;
  if (first !== layout.e5Escape && first !== layout.deletedMark && shortCharacters[first] === 0) return false;
  for (let i = 1; i < layout.shortNameBytes; i++) if (shortCharacters[window[at + i]!] === 0) return false;
  return true;
}

/** FAT specification 1.03, "Short Directory Entries": checksum of a short name. */
export function checksumOf(window: Uint8Array, at: number): number {
  let sum = 0;
  for (let i = 0; i < layout.shortNameBytes; i++) sum = (((sum & 1) << 7) + (sum >>> 1) + window[at + i]!) & 0xff;
  return sum;
}

/** The first byte that gives a short name this checksum: each step of the sum can be undone. */
export function firstByteFor(checksum: number, window: Uint8Array, at: number): number {
  let sum = checksum;
  for (let i = layout.shortNameBytes - 1; i > 0; i--) {
    const turned = (sum - window[at + i]!) & 0xff;
    sum = ((turned << 1) | (turned >>> 7)) & 0xff;
  }
  return sum;
}

/** Pieces of a long name as they come in a directory, the last one first. */
export class LongName {
  /** How many pieces there are; the rest is of no meaning where there are none. */
  pieces = 0;
  deleted = false;
  /** Offset of the first piece in the volume. */
  offset = 0;
  #checksum = 0;
  /** Number of the piece that should come next, 0 where all have come; of deleted ones not known. */
  #next = 0;
  /** Whether the piece that ends the name is there. */
  #ended = false;
  /** UTF-16LE, filled from the end. */
  readonly #units = new Uint16Array(mostPieces * pieceLength);
  readonly #bytes = Buffer.from(this.#units.buffer);

  /** Whether a piece continues what is there. */
  continues(order: number, checksum: number): boolean {
    if (this.pieces === 0 || checksum !== this.#checksum || this.pieces === mostPieces) return false;
    if (order === layout.deletedMark) return this.deleted;
    return !this.deleted && order === this.#next && order > 0;
  }

  /** Begins anew where the piece does not continue what is there; that must have been taken before. */
  add(window: Uint8Array, at: number, order: number, checksum: number, offset: number): void {
    if (!this.continues(order, checksum)) {
      this.pieces = 0;
      this.deleted = order === layout.deletedMark;
      this.#checksum = checksum;
      this.#next = order & 0x3f;
      this.#ended = (order & 0x40) !== 0;
      this.offset = offset;
    }
    const to = (mostPieces - ++this.pieces) * pieceLength;
    for (let i = 0; i < pieceLength; i++) {
      const from = at + layout.pieceUnits[i]!;
      this.#units[to + i] = window[from]! | (window[from + 1]! << 8);
    }
    this.#next--;
  }

  /** Whether the pieces belong to the short name that follows them. */
  belongsTo(window: Uint8Array, at: number): boolean {
    if (this.pieces === 0) return false;
    if (window[at] !== layout.deletedMark) {
      return !this.deleted && this.#ended && this.#next === 0 && checksumOf(window, at) === this.#checksum;
    }
    // Without its first byte every checksum can be right: the byte that makes it so must be possible.
    const first = this.firstByte(window, at);
    return this.deleted && shortCharacters[first] === 1 && first !== blank;
  }

  /** Of the deleted short name that the pieces belong to. */
  firstByte(window: Uint8Array, at: number): number {
    return firstByteFor(this.#checksum, window, at);
  }

  /** To the end mark; units that are no text are kept in `bytes` as UTF-16LE. */
  name(): EvidenceName {
    const from = (mostPieces - this.pieces) * pieceLength;
    let end = from;
    while (end < this.#units.length && this.#units[end] !== 0) end++;
    // What is all fill is no name.
    while (end > from && this.#units[end - 1] === 0xffff) end--;
    const text = this.#bytes.toString("utf16le", from * 2, end * 2);
    if (text.isWellFormed()) return { text, bytes: null };
    return { text: text.toWellFormed(), bytes: Buffer.from(text, "utf16le").toString("base64") };
  }
}
