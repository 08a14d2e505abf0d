/** Walks the containers of pictures and takes out what is not pixels. Reads headers and metadata only. */
import { inflateSync } from "node:zlib";
import { type ByteSource, readRange } from "../../bytes/byte-source.ts";
import type { FieldName } from "../../model/fields.ts";
import { type Finding, finding } from "../../model/findings.ts";
import { isoDate, tagText } from "../plausible.ts";
import type { PictureParts } from "./picture-parts.ts";

const maxSegmentsBytes = 16 << 20;
const maxChunkBytes = 8 << 20;
const maxChunks = 10_000;
const maxTailBytes = 65_536;
const pieceBytes = 1 << 20;

interface Collected {
  exif: Uint8Array | null;
  segments: Uint8Array | null;
  xmp: string[];
  fields: { name: FieldName; value: string; source: string }[];
  texts: { text: string; label: string }[];
  findings: Finding[];
  damaged: boolean;
}

function nothing(): Collected {
  return { exif: null, segments: null, xmp: [], fields: [], texts: [], findings: [], damaged: false };
}

function damage(parts: Collected, format: string, problem: string, at: number): void {
  parts.damaged = true;
  parts.findings.push(finding("picture/damaged", { format, problem }, { offset: at, length: null }));
}

function truncated(parts: Collected, format: string, at: number): void {
  parts.damaged = true;
  parts.findings.push(finding("picture/truncated", { format }, { offset: at, length: null }));
}

/**
 * Whether EOI (FF D9) stands anywhere behind the start of the scan: coded data cannot hold it (ITU-T T.81, F.1.2.3), but
 * cameras append other matter. The end is looked at first, the whole only where nothing is found there.
 */
function hasEndOfImage(source: ByteSource, scan: number): boolean {
  const tail = Math.max(scan, source.size - maxTailBytes);
  if (holdsEndOfImage(readRange(source, tail, maxTailBytes))) return true;
  for (let at = scan; at < tail; at += pieceBytes) {
    if (holdsEndOfImage(readRange(source, at, pieceBytes + 1))) return true;
  }
  return false;
}

function holdsEndOfImage(bytes: Uint8Array): boolean {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).includes("\xff\xd9", 0, "latin1");
}

/** Marker segments up to the first scan (ITU-T T.81 annex B). */
export function jpegParts(source: ByteSource): PictureParts {
  const parts = nothing();
  const kept: Uint8Array[] = [Uint8Array.of(0xff, 0xd8)];
  let total = 0;
  let at = 2;
  for (;;) {
    const head = readRange(source, at, 4);
    if (head.length < 4 || head[0] !== 0xff) {
      damage(parts, "JPEG", head.length < 4 ? "ends before the picture" : "marker expected", at);
      break;
    }
    const marker = head[1]!;
    if (marker === 0xff) {
      at++;
      continue;
    }
    if (marker === 0xda && !hasEndOfImage(source, at + 4)) truncated(parts, "JPEG", source.size);
    if (marker === 0xda || marker === 0xd9) break;
    const length = 2 + ((head[2]! << 8) | head[3]!);
    if (length < 4 || at + length > source.size) {
      damage(parts, "JPEG", "segment longer than the file", at);
      break;
    }
    const isApp = marker >= 0xe1 && marker <= 0xed;
    if (isApp && total + length <= maxSegmentsBytes) {
      kept.push(readRange(source, at, length));
      total += length;
    }
    if (marker === 0xfe) addText(parts, Buffer.from(readRange(source, at + 4, length - 4)), "comment");
    at += length;
  }
  kept.push(Uint8Array.of(0xff, 0xda, 0x00, 0x02, 0xff, 0xd9));
  if (total > 0) parts.segments = Buffer.concat(kept);
  return parts;
}

/** UTF-8 where it is that, else Latin-1; the comment as a text and a field. */
function addText(parts: Collected, bytes: Buffer, label: string): void {
  const utf8 = bytes.toString("utf8");
  const text = tagText(utf8.includes("\ufffd") ? bytes.toString("latin1") : utf8, 1 << 20);
  if (text !== null) parts.texts.push({ text, label });
}

const pngKeywords: Readonly<Record<string, FieldName>> = {
  Title: "title",
  Author: "author",
  Description: "description",
  Copyright: "copyright",
  "Creation Time": "created",
  Software: "software",
  Source: "camera",
  Comment: "comment",
};

/** Chunks (PNG 3 section 11): tEXt, zTXt, iTXt, eXIf, tIME, iCCP. */
export function pngParts(source: ByteSource): PictureParts {
  const parts = nothing();
  let at = 8;
  for (let count = 0; count < maxChunks; count++) {
    const head = Buffer.from(readRange(source, at, 8));
    if (head.length < 8) {
      truncated(parts, "PNG", at);
      break;
    }
    const length = head.readUInt32BE(0);
    const kind = head.toString("latin1", 4, 8);
    if (!/^[A-Za-z]{4}$/.test(kind) || at + 12 + length > source.size) {
      damage(parts, "PNG", /^[A-Za-z]{4}$/.test(kind) ? "chunk longer than the file" : "chunk type expected", at);
      break;
    }
    if (kind === "IEND") break;
    if (pngReaders[kind] && length <= maxChunkBytes)
      pngReaders[kind](parts, Buffer.from(readRange(source, at + 8, length)), at);
    at += 12 + length;
  }
  return parts;
}

const pngReaders: Readonly<Record<string, (parts: Collected, data: Buffer, at: number) => void>> = {
  tEXt: (parts, data) =>
    pngText(parts, data.toString("latin1", 0, keywordEnd(data)), data.toString("latin1", keywordEnd(data) + 1)),
  zTXt: (parts, data, at) => {
    const end = keywordEnd(data);
    const text = inflated(parts, data.subarray(end + 2), at);
    if (text) pngText(parts, data.toString("latin1", 0, end), text.toString("latin1"));
  },
  iTXt: (parts, data, at) => {
    const end = keywordEnd(data);
    const language = data.indexOf(0, end + 3);
    const translated = language < 0 ? -1 : data.indexOf(0, language + 1);
    if (translated < 0) return;
    const body = data.subarray(translated + 1);
    const text = data[end + 1] === 1 ? inflated(parts, body, at) : body;
    if (text) pngText(parts, data.toString("latin1", 0, end), text.toString("utf8"));
  },
  eXIf: (parts, data) => {
    parts.exif = data;
  },
  tIME: (parts, data) => {
    if (data.length !== 7) return;
    const two = (value: number): string => String(value).padStart(2, "0");
    const date = isoDate(
      `${String(data.readUInt16BE(0)).padStart(4, "0")}-${two(data[2]!)}-${two(data[3]!)}T${two(data[4]!)}:${two(data[5]!)}:${two(data[6]!)}Z`,
    );
    if (date) parts.fields.push({ name: "modified", value: date, source: "png tIME" });
    else parts.findings.push(finding("picture/implausible", { what: "date" }));
  },
  iCCP: (parts, data) => {
    const name = tagText(data.toString("latin1", 0, keywordEnd(data)), 80);
    if (name) parts.fields.push({ name: "colorProfile", value: name, source: "png iCCP" });
  },
};

function keywordEnd(data: Buffer): number {
  const end = data.indexOf(0);
  return end < 0 || end > 79 ? Math.min(79, data.length) : end;
}

function inflated(parts: Collected, data: Buffer, at: number): Buffer | null {
  try {
    return inflateSync(data, { maxOutputLength: maxChunkBytes, finishFlush: 2 });
  } catch {
    // zlib throws only for what it was given: the chunk is damaged or a bomb.
    damage(parts, "PNG", "compressed text", at);
    return null;
  }
}

function pngText(parts: Collected, keyword: string, text: string): void {
  if (keyword === "XML:com.adobe.xmp") {
    parts.xmp.push(text);
    return;
  }
  const value = tagText(text, 1 << 20);
  if (value === null) return;
  const field = pngKeywords[keyword];
  const checked = field === "created" ? isoDate(value) : field ? tagText(value) : null;
  if (field && checked) parts.fields.push({ name: field, value: checked, source: `png ${keyword}` });
  const name = tagText(keyword, 80);
  parts.texts.push({ text: name ? `${name}: ${value}` : value, label: "png text" });
}

/** Comment and XMP application extensions (GIF89a sections 24 and 26). */
export function gifParts(source: ByteSource): PictureParts {
  const parts = nothing();
  const flags = readRange(source, 10, 1)[0] ?? 0;
  let at = 13 + tableBytes(flags);
  for (let count = 0; count < maxChunks; count++) {
    const head = readRange(source, at, 10);
    if (head[0] === 0x3b) return parts;
    if (head[0] === 0x2c && head.length === 10) at = skipBlocks(source, at + 11 + tableBytes(head[9]!));
    else if (head[0] === 0x21 && head.length >= 3) at = gifExtension(parts, source, at, head[1]!);
    else {
      if (head.length === 0) truncated(parts, "GIF", at);
      else damage(parts, "GIF", "block expected", at);
      return parts;
    }
  }
  return parts;
}

function tableBytes(flags: number): number {
  return (flags & 0x80) !== 0 ? 3 * (1 << ((flags & 7) + 1)) : 0;
}

function gifExtension(parts: Collected, source: ByteSource, at: number, kind: number): number {
  if (kind === 0xfe) {
    const pieces: Uint8Array[] = [];
    let total = 0;
    const end = skipBlocks(source, at + 2, (piece) => {
      total += piece.length;
      if (total <= maxChunkBytes) pieces.push(piece);
    });
    addText(parts, Buffer.concat(pieces), "comment");
    return end;
  }
  const isXmp = Buffer.from(readRange(source, at + 2, 12)).toString("latin1") === "\x0bXMP DataXMP";
  if (!isXmp) return skipBlocks(source, at + 2);
  // The packet is stored plain, followed by a trailer that makes readers of blocks land on the terminator.
  const packet = Buffer.from(readRange(source, at + 14, maxChunkBytes));
  const end = packet.indexOf("<?xpacket end=");
  if (end >= 0) parts.xmp.push(packet.toString("utf8", 0, end));
  return skipBlocks(source, at + 14);
}

function skipBlocks(source: ByteSource, at: number, each?: (piece: Uint8Array) => void): number {
  const window = { start: 0, bytes: new Uint8Array(0) };
  for (;;) {
    const length = windowByte(source, window, at);
    if (length <= 0) return at + 1;
    each?.(readRange(source, at + 1, length));
    at += 1 + length;
  }
}

/** One byte through a window of 64 KiB, 0 at the end. */
function windowByte(source: ByteSource, window: { start: number; bytes: Uint8Array }, at: number): number {
  if (at < window.start || at >= window.start + window.bytes.length) {
    window.start = at;
    window.bytes = readRange(source, at, 65_536);
  }
  return window.bytes[at - window.start] ?? 0;
}

/** RIFF chunks EXIF, XMP (RFC 9649 section 2.7.1.5). */
export function webpParts(source: ByteSource): PictureParts {
  const parts = nothing();
  const declared = 8 + Buffer.from(readRange(source, 4, 4)).readUInt32LE(0);
  let at = 12;
  // The padding byte of the last chunk is left out by some writers.
  if (declared > source.size + 1) truncated(parts, "WebP", source.size);
  for (let count = 0; count < maxChunks && at + 8 <= source.size; count++) {
    const head = Buffer.from(readRange(source, at, 8));
    const length = head.readUInt32LE(4);
    const kind = head.toString("latin1", 0, 4);
    if (at + 8 + length > source.size) {
      damage(parts, "WebP", "chunk longer than the file", at);
      break;
    }
    if (kind === "EXIF" && length <= maxChunkBytes) {
      const data = readRange(source, at + 8, length);
      parts.exif = Buffer.from(data.subarray(0, 6)).toString("latin1") === "Exif\0\0" ? data.subarray(6) : data;
    }
    if (kind === "XMP " && length <= maxChunkBytes)
      parts.xmp.push(Buffer.from(readRange(source, at + 8, length)).toString("utf8"));
    at += 8 + length + (length & 1);
  }
  return parts;
}
