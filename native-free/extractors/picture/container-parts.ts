/** PNG, GIF and WebP: walks their chunks and takes out what is not pixels. Reads headers and metadata only. */
import { inflateSync } from "node:zlib";
import { type ByteSource, readRange } from "../../bytes/byte-source.ts";
import type { FieldName } from "../../model/fields.ts";
import { finding } from "../../model/findings.ts";
import { isoDate, tagText } from "../plausible.ts";
import { addText, damage, truncated } from "./part-damage.ts";
import { type Collected, nothing, type PictureParts } from "./picture-parts.ts";

const maxChunkBytes = 8 << 20;
const maxChunks = 10_000;

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
export function pngParts(source: ByteSource, limitBytes: number): PictureParts {
  const parts = nothing(limitBytes);
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
  eXIf: (parts, _data, at) => {
    parts.exif.push(at + 8);
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
  iCCP: (parts, data, at) => {
    const name = tagText(data.toString("latin1", 0, keywordEnd(data)), 80);
    if (name) parts.fields.push({ name: "colorProfile", value: name, source: "png iCCP" });
    const profile = inflated(parts, data.subarray(keywordEnd(data) + 2), at);
    if (profile) parts.packets.icc.push(profile);
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
    parts.packets.xmp.push(Buffer.from(text));
    return;
  }
  const raw = /^Raw profile type (exif|APP1|iptc|8bim|icc|xmp)$/.exec(keyword);
  if (raw) {
    rawProfile(parts, raw[1]!, text);
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

/** ImageMagick's form of packets that PNG had no chunk for: name, length, hexadecimal digits. */
function rawProfile(parts: Collected, kind: string, text: string): void {
  const digits = /^\s*\S+\s+\d+\s+([0-9a-fA-F\s]*)$/.exec(text)?.[1] ?? "";
  const bytes = Buffer.from(digits.replaceAll(/\s/g, ""), "hex");
  const isExif = bytes.toString("latin1", 0, 6) === "Exif\0\0";
  if (isExif) parts.decodedExif.push(bytes.subarray(6));
  else if (kind === "exif") parts.decodedExif.push(bytes);
  else if (kind === "APP1" || kind === "xmp") parts.packets.xmp.push(bytes.subarray(Math.max(0, bytes.indexOf("<"))));
  else if (kind === "icc") parts.packets.icc.push(bytes);
  else parts.packets[bytes.toString("latin1", 0, 4) === "8BIM" ? "photoshop" : "iptc"].push(bytes);
}

/** Comment and XMP application extensions (GIF89a sections 24 and 26). */
export function gifParts(source: ByteSource, limitBytes: number): PictureParts {
  const parts = nothing(limitBytes);
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
  if (end >= 0) parts.packets.xmp.push(packet.subarray(0, end));
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
export function webpParts(source: ByteSource, limitBytes: number): PictureParts {
  const parts = nothing(limitBytes);
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
    if (kind === "EXIF") {
      const isMarked = Buffer.from(readRange(source, at + 8, 6)).toString("latin1") === "Exif\0\0";
      parts.exif.push(at + 8 + (isMarked ? 6 : 0));
    }
    const packets = kind === "XMP " ? parts.packets.xmp : kind === "ICCP" ? parts.packets.icc : null;
    packets?.push(Buffer.from(readRange(source, at + 8, parts.packets.take(length))));
    at += 8 + length + (length & 1);
  }
  return parts;
}
