/**
 * Tells text from binary and names the character encoding. Byte order marks first, then UTF-8, UTF-16 and UTF-32 by
 * their structure, then legacy encodings: jschardet proposes, our own plausibility weighs (`legacy-charset.ts`).
 */
import { isAscii, isUtf8 as isWholeUtf8 } from "node:buffer";
import iconv from "iconv-lite";
import { type ByteSource, viewRange } from "../bytes/byte-source.ts";
import { guessLegacyCharset, loadLegacyDetector } from "./legacy-charset.ts";

export interface CharsetGuess {
  /** Lower-case label: `us-ascii`, `utf-8`, `utf-16le`, `windows-1250`, … */
  readonly charset: string;
  /** `certain` for marks and self-checking encodings, `possible` for what frequency says. */
  readonly certainty: "certain" | "possible";
  /** Length of the byte order mark. */
  readonly markBytes: number;
}

/** 0 text, 1 control that text does not hold, 2 NUL, 3 above ASCII. BEL, BS, HT, LF, VT, FF, CR, SUB, ESC are text. */
const byteClass = new Uint8Array(256);
for (let byte = 0; byte < 256; byte++) {
  if (byte === 0) byteClass[byte] = 2;
  else if (byte >= 128) byteClass[byte] = 3;
  else if ((byte < 32 && !(byte >= 7 && byte <= 13) && byte !== 26 && byte !== 27) || byte === 127) byteClass[byte] = 1;
}

/** 1 for a control that text does not hold. */
const isControl = byteClass.map((kind) => Number(kind === 1));

/** Bytes at the start of a source that its encoding is guessed from. */
export const charsetHeadBytes = 65_536;

/** Typing and reader ask the same of one source: answered once. */
const guessed = new WeakMap<ByteSource, CharsetGuess | null>();

/** The encoding of a source by its first 64 KiB, see `guessCharset`. */
export async function guessCharsetOf(source: ByteSource): Promise<CharsetGuess | null> {
  const known = guessed.get(source);
  if (known !== undefined) return known;
  const head = viewRange(source, 0, charsetHeadBytes);
  if (!isAscii(head) && !head.includes(0)) await loadLegacyDetector();
  const found = guessCharset(head, head.length === source.size);
  guessed.set(source, found);
  return found;
}

/** Null: not text. `complete` says that `bytes` is the whole file, so that nothing may be cut in the middle. */
export function guessCharset(bytes: Uint8Array, complete: boolean): CharsetGuess | null {
  const marked = byMark(bytes);
  if (marked) return controlsIn(decodeSample(bytes, marked), marked.charset) ? null : marked;
  if (bytes.includes(0)) return guessWide(bytes);
  let controls = 0;
  for (let at = 0; at < bytes.length; at++) controls += isControl[bytes[at]!]!;
  // One control in 512 bytes is a damaged log, not a program.
  const damaged = controls > 0;
  if (controls * 512 > bytes.length) return null;
  const certainty = damaged ? "possible" : "certain";
  if (isAscii(bytes)) return { charset: isIso2022Jp(bytes) ? "iso-2022-jp" : "us-ascii", certainty, markBytes: 0 };
  if (isUtf8(bytes, complete)) return { charset: "utf-8", certainty, markBytes: 0 };
  const legacy = guessLegacyCharset(bytes);
  return legacy ? { charset: legacy, certainty: "possible", markBytes: 0 } : null;
}

const marks: readonly (readonly [readonly number[], string])[] = [
  [[0xef, 0xbb, 0xbf], "utf-8"],
  [[0xff, 0xfe, 0, 0], "utf-32le"],
  [[0, 0, 0xfe, 0xff], "utf-32be"],
  [[0xff, 0xfe], "utf-16le"],
  [[0xfe, 0xff], "utf-16be"],
  [[0x84, 0x31, 0x95, 0x33], "gb18030"],
];

function byMark(bytes: Uint8Array): CharsetGuess | null {
  for (const [mark, charset] of marks) {
    if (bytes.length >= mark.length && mark.every((byte, index) => bytes[index] === byte)) {
      return { charset, certainty: "certain", markBytes: mark.length };
    }
  }
  return null;
}

function decodeSample(bytes: Uint8Array, guess: CharsetGuess): string {
  return decodeWith(bytes.subarray(guess.markBytes, guess.markBytes + 4096), guess.charset);
}

/** Decodes a whole sample in one of the encodings named here; what does not decode becomes U+FFFD. */
export function decodeWith(bytes: Uint8Array, charset: string): string {
  if (charset === "utf-32le" || charset === "utf-32be") return decodeUtf32(bytes, charset === "utf-32le");
  const page = /^ibm(?!866)(\d+)$/.exec(charset)?.[1];
  // Code pages of DOS other than 866 are not among those that TextDecoder knows.
  if (page !== undefined) return iconv.decode(Buffer.from(bytes), `cp${page}`);
  return new TextDecoder(charset === "us-ascii" ? "utf-8" : charset).decode(bytes);
}

function decodeUtf32(bytes: Uint8Array, little: boolean): string {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length & ~3);
  let out = "";
  for (let at = 0; at < view.byteLength; at += 4) {
    const point = view.getUint32(at, little);
    out += point < 0x110000 && (point & 0xfff800) !== 0xd800 ? String.fromCodePoint(point) : "\ufffd";
  }
  return out;
}

/** More than one character in 64 that is no text: NUL, C0, C1, U+FFFD, unassigned planes. */
function controlsIn(text: string, charset: string): boolean {
  let bad = 0;
  for (const char of text) {
    const point = char.codePointAt(0)!;
    if (
      (point < 128 ? byteClass[point]! !== 0 : point < 160) ||
      (point === 0xfffd && charset !== "utf-8") ||
      point >= 0x32000
    )
      bad++;
  }
  return bad * 64 > text.length;
}

/** Text with NULs in it and no mark: UTF-32 or UTF-16 of a script whose characters share a high byte. */
function guessWide(bytes: Uint8Array): CharsetGuess | null {
  const sample = bytes.subarray(0, 8192);
  for (const charset of ["utf-32le", "utf-32be"]) {
    if (sample.length >= 8 && sample.length % 4 === 0 && looksWide(decodeUtf32(sample, charset === "utf-32le"), 4))
      return { charset, certainty: "possible", markBytes: 0 };
  }
  const even = sample.subarray(0, sample.length & ~1);
  if (even.length < 8) return null;
  const fitting = ["utf-16le", "utf-16be"]
    .map((charset) => ({ charset, text: decodeWith(even, charset) }))
    .filter(({ text }) => looksWide(text, 6));
  const [first, second] = fitting;
  if (!first) return null;
  // Greek or Cyrillic with digits is Hangul or Han in the other byte order; blanks and line ends are in the right one.
  const { charset } = second && blanksIn(second.text) > blanksIn(first.text) ? second : first;
  return { charset, certainty: "possible", markBytes: 0 };
}

function blanksIn(text: string): number {
  return text.match(/[\n\r \u3000-\u3002\uff0c]/g)?.length ?? 0;
}

/** No control, no lone surrogate, blanks or line ends among the characters, and few blocks of 256 characters. */
function looksWide(text: string, minimum: number): boolean {
  if (text.length < minimum || controlsIn(text, "utf-16")) return false;
  const blocks = new Map<number, number>();
  let bad = 0;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    if (unit === 0 || unit === 0xfffd || unit === 0xffff || (unit >= 0xe000 && unit < 0xf900)) bad++;
    blocks.set(unit >> 8, (blocks.get(unit >> 8) ?? 0) + 1);
  }
  const ranked = [...blocks.values()].sort((a, b) => b - a);
  const topTwo = (ranked[0] ?? 0) + (ranked[1] ?? 0);
  const ideographic =
    /[\u3000-\u30ff\u4e00-\u9fff\uac00-\ud7a3]{2}/.test(text) && /[\u3000-\u3002\uff0c\u0020\n]/.test(text);
  return bad === 0 && (topTwo >= 0.9 * text.length || ideographic) && (blocks.has(0) || ideographic);
}

function isIso2022Jp(bytes: Uint8Array): boolean {
  const at = bytes.indexOf(27);
  return at >= 0 && /\x1b\$[@B][!-~]{2,}\x1b\([BJ]/.test(Buffer.from(bytes.subarray(at)).toString("latin1"));
}

/** Strict UTF-8 (RFC 3629); a sequence cut by the end of the sample is no error unless the sample is the whole file. */
export function isUtf8(bytes: Uint8Array, complete: boolean): boolean {
  let end = bytes.length;
  if (!complete) {
    let back = 0;
    while (back < 3 && back < end && (bytes[end - 1 - back]! & 0xc0) === 0x80) back++;
    if (back < end && bytes[end - 1 - back]! >= 0xc0) end -= back + 1;
  }
  return isWholeUtf8(bytes.subarray(0, end));
}
