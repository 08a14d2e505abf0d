/**
 * Encodings in which watch-list terms are looked for in raw bytes, and the way back: a window of bytes as text with the place of each
 * UTF-16 unit. Single bytes from 0x80 on are tables made by iconv-lite.
 *
 * Not looked for: UTF-7, UTF-32, EBCDIC, East Asian multi-byte encodings, Base64 and quoted-printable (decoded streams are scanned as
 * such).
 */
import iconv from "iconv-lite";

/** Per script the code pages that texts and files of it were written in. */
export const codePages = {
  latin: ["windows-1252", "windows-1250", "windows-1254", "windows-1257", "iso-8859-2", "ibm850", "ibm852"],
  cyrillic: ["windows-1251", "koi8-r", "ibm866", "iso-8859-5"],
  greek: ["windows-1253", "iso-8859-7", "ibm737"],
} as const;

export type CodePage = (typeof codePages)[keyof typeof codePages][number];

/** `ascii` stands for UTF-8 and for every code page: the bytes are the same. */
export type RawEncoding = "ascii" | "utf-8" | "utf-16le" | "utf-16be" | CodePage;

export interface Decoded {
  readonly text: string;
  /** For each UTF-16 unit of the text the place of its first byte, and at the end the place behind the last. */
  readonly places: Uint32Array;
}

/** A separator in the fold; stands for bytes that are no text. */
const noText = 0xfffd;
/** A letter in the fold; stands for a byte of a code page within a word. */
const someLetter = 0xe000;

/** Null where the code page lacks a character. */
export function encodeIn(text: string, encoding: RawEncoding): Uint8Array | null {
  if (encoding === "utf-8" || encoding === "ascii") return Buffer.from(text, "utf8");
  if (encoding === "utf-16le") return Buffer.from(text, "utf16le");
  if (encoding === "utf-16be") return Buffer.from(text, "utf16le").swap16();
  const bytes = iconv.encode(text, encoding);
  return iconv.decode(bytes, encoding) === text ? bytes : null;
}

const tables = new Map<CodePage, Uint16Array>();

function tableOf(page: CodePage): Uint16Array {
  let table = tables.get(page);
  if (table === undefined) {
    const text = iconv.decode(Buffer.from(Array.from({ length: 256 }, (_, byte) => byte)), page);
    table = Uint16Array.from({ length: 256 }, (_, byte) => text.charCodeAt(byte));
    tables.set(page, table);
  }
  return table;
}

/** The bytes between two places as text. A character of the encoding begins at `at`, which lies between them. */
export function decodeAround(
  bytes: Uint8Array,
  from: number,
  at: number,
  to: number,
  encoding: Exclude<RawEncoding, "ascii">,
): Decoded {
  if (encoding === "utf-8") return decodeUtf8(bytes, from, at, to);
  if (encoding === "utf-16le" || encoding === "utf-16be") return decodeUtf16(bytes, from, at, to, encoding);
  const table = tableOf(encoding);
  const units = new Uint16Array(to - from);
  const places = new Uint32Array(to - from + 1);
  for (let place = from; place < to; place++) {
    units[place - from] = table[bytes[place]!]!;
    places[place - from] = place;
  }
  places[to - from] = to;
  return { text: textOf(units, units.length), places };
}

function decodeUtf16(
  bytes: Uint8Array,
  from: number,
  at: number,
  to: number,
  encoding: "utf-16le" | "utf-16be",
): Decoded {
  const first = from + ((at - from) & 1);
  const count = (to - first) >> 1;
  const units = new Uint16Array(count);
  const places = new Uint32Array(count + 1);
  const low = encoding === "utf-16le" ? 0 : 1;
  for (let index = 0; index < count; index++) {
    const place = first + 2 * index;
    units[index] = bytes[place + low]! | (bytes[place + 1 - low]! << 8);
    places[index] = place;
  }
  places[count] = first + 2 * count;
  return { text: textOf(units, count), places };
}

function decodeUtf8(bytes: Uint8Array, from: number, at: number, to: number): Decoded {
  let place = from;
  while (place < at && (bytes[place]! & 0xc0) === 0x80) place++;
  const units = new Uint16Array(to - place);
  const places = new Uint32Array(to - place + 1);
  let count = 0;
  while (place < to) {
    const byte = bytes[place]!;
    const length = byte < 0x80 ? 1 : sequenceLength(bytes, place, to);
    places[count] = place;
    if (byte < 0x80) units[count++] = byte;
    else if (length === 0) units[count++] = strayByte(bytes, place, from, to);
    else {
      const code = codePointAt(bytes, place, length);
      if (code > 0xffff) {
        units[count++] = 0xd800 + ((code - 0x10000) >> 10);
        places[count] = place;
        units[count++] = 0xdc00 + ((code - 0x10000) & 0x3ff);
      } else units[count++] = code;
    }
    place += Math.max(1, length);
  }
  places[count] = place;
  return { text: textOf(units, count), places: places.subarray(0, count + 1) };
}

/** A byte of a code page between two letters belongs to a word; any other is no text. */
function strayByte(bytes: Uint8Array, place: number, from: number, to: number): number {
  const letters = place > from && place + 1 < to && isLetter(bytes[place - 1]!) && isLetter(bytes[place + 1]!);
  return letters ? someLetter : noText;
}

function isLetter(byte: number): boolean {
  return (byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7a;
}

/** Length of the UTF-8 sequence at a place (RFC 3629: no longer than needed, no surrogates); 0 where there is none. */
function sequenceLength(bytes: Uint8Array, place: number, to: number): number {
  const lead = bytes[place]!;
  const length =
    lead >= 0xf0 && lead <= 0xf4 ? 4 : lead >= 0xe0 && lead < 0xf0 ? 3 : lead >= 0xc2 && lead < 0xe0 ? 2 : 0;
  if (length === 0 || place + length > to) return 0;
  for (let index = 1; index < length; index++) if ((bytes[place + index]! & 0xc0) !== 0x80) return 0;
  const code = codePointAt(bytes, place, length);
  const least = length === 2 ? 0x80 : length === 3 ? 0x800 : 0x10000;
  return code < least || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff) ? 0 : length;
}

function codePointAt(bytes: Uint8Array, place: number, length: number): number {
  let code = bytes[place]! & (0xff >> (length + 1));
  for (let index = 1; index < length; index++) code = (code << 6) | (bytes[place + index]! & 0x3f);
  return code;
}

/** Most units of a run that are looked at for its byte order, to either side. */
const mostUnits = 2048;

/**
 * ASCII in UTF-16 reads the same in both byte orders, one byte apart. True where the run around speaks for big-endian: a byte order mark
 * in front, or a last letter without a zero behind it; a first letter without a zero in front speaks for little-endian. Little-endian
 * where nothing speaks. `zero` is the place of a zero with a letter behind it.
 */
export function isBigEndian(bytes: Uint8Array, zero: number): boolean {
  let first = zero;
  for (let steps = 0; steps < mostUnits && first >= 2; steps++) {
    if (bytes[first - 2] !== 0 || !isWideText(bytes[first - 1]!)) break;
    first -= 2;
  }
  if (first >= 2 && bytes[first - 2] === 0xfe && bytes[first - 1] === 0xff) return true;
  // What stands beside a high byte of another script may be a low byte: it says nothing.
  const fromLetter = first >= 1 && isWideText(bytes[first - 1]!);
  if (fromLetter && !(first >= 2 && isHighByte(bytes[first - 2]!))) return false;
  let last = zero + 1;
  for (let steps = 0; steps < mostUnits && last + 2 < bytes.length; steps++) {
    if (bytes[last + 1] !== 0 || !isWideText(bytes[last + 2]!)) break;
    last += 2;
  }
  return last + 1 >= bytes.length || (bytes[last + 1] !== 0 && !isHighByte(bytes[last + 1]!));
}

/** The high byte of a letter of Latin Extended, Greek or Cyrillic: what looks like an ASCII letter beside it is its low byte. */
function isHighByte(byte: number): boolean {
  return byte >= 1 && byte <= 5;
}

/** The low byte of a Latin-1 character that stands in text. */
function isWideText(byte: number): boolean {
  return (byte >= 0x20 && byte < 0x7f) || (byte >= 0xa0 && byte < 0xfe) || byte === 9 || byte === 10 || byte === 13;
}

function textOf(units: Uint16Array, length: number): string {
  return Buffer.from(units.buffer, 0, length * 2).toString("utf16le");
}
