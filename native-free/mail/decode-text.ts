/**
 * Characters of mail: bodies by the label that the part gives (RFC 2046 4.1.2), headers by encoded words (RFC 2047), as
 * UTF-8 (RFC 6532), or by a guess where neither holds. A label that is unknown or wrong costs nothing: the bytes decide.
 */
import { Buffer, isAscii, isUtf8 } from "node:buffer";
import iconv from "iconv-lite";
import { MemorySource } from "../bytes/byte-source.ts";
import { charsetOfSource, decodeSource, isWebCharset } from "../extractors/text-parts.ts";
import { guessLegacyCharset, loadLegacyDetector } from "../typing/legacy-charset.ts";

const fallbackCharset = "windows-1252";
/** Labels that say nothing. */
const vague = /^(|us-ascii|ascii|unknown|unknown-8bit|x-unknown|default|none|default_charset|_?iso-8859-x)$/;
const aliases: Readonly<Record<string, string>> = {
  utf8: "utf-8",
  "unicode-1-1-utf-7": "utf-7",
  "x-mac-roman": "macintosh",
  mac: "macintosh",
  "cp-850": "cp850",
  "x-user-defined": fallbackCharset,
};

/** A name that a decoder knows, or null. */
export function knownCharset(label: string): string | null {
  const bare = label
    .slice(0, 100)
    .trim()
    .toLowerCase()
    .replaceAll(/^["']+|["';]+$/g, "");
  if (vague.test(bare)) return null;
  const name =
    aliases[bare] ?? bare.replace(/^charset=/, "").replace(/^(?:x-)?(?:cp|windows|win)[-_]?(125\d)$/, "windows-$1");
  if (isWebCharset(name)) return new TextDecoder(name).encoding;
  return iconv.encodingExists(name) ? name : null;
}

export interface DecodedText {
  readonly text: string;
  readonly charset: string;
  /** Bytes or characters that the encoding does not allow. */
  readonly invalid: number;
}

/** The text of a body part; `label` is what its content type says, or null. */
export async function decodeBody(bytes: Uint8Array, label: string | null): Promise<DecodedText> {
  const source = new MemorySource(bytes);
  const declared = label === null ? null : knownCharset(label);
  const guessed = await charsetOfSource(source, fallbackCharset);
  // A mark and valid UTF-8 beyond ASCII are believed before any label of one byte a character.
  const isMarked =
    guessed.markBytes > 0 ||
    (guessed.charset === "utf-8" && !/^(utf-|gb|big5|euc|shift|iso-2022)/.test(declared ?? "utf-"));
  const charset = isMarked ? guessed.charset : (declared ?? guessed.charset);
  let [text, invalid, named] = ["", 0, charset];
  for await (const window of decodeSource(source, charset, isMarked ? guessed.markBytes : 0)) {
    text += window.text;
    invalid += window.invalid;
    named = window.charset;
  }
  return { text, charset: named, invalid };
}

/** Decodes values of one header: what is not UTF-8 beyond ASCII is read in the one encoding that fits the whole of it. */
export interface HeaderDecoder {
  /** Raw bytes as text, encoded words left alone. */
  plain(raw: string): string;
  /** With encoded words decoded. */
  words(raw: string): string;
}

export async function headerDecoder(values: readonly string[]): Promise<HeaderDecoder> {
  const bytes = Buffer.from(values.join("\n"), "latin1");
  let charset = "utf-8";
  if (!isAscii(bytes) && !isUtf8(bytes)) {
    // What the body is written in is the best guess for the header.
    const named = /\bcharset\s*=\s*"?([\w.:-]{2,40})/i.exec(bytes.toString("latin1"))?.[1];
    const declared = named === undefined ? null : knownCharset(named);
    await loadLegacyDetector();
    charset = (declared === "utf-8" ? null : declared) ?? guessLegacyCharset(bytes) ?? fallbackCharset;
  }
  const plain = (raw: string): string => decodeRaw(raw, charset);
  return { plain, words: (raw) => decodeWords(raw, plain) };
}

function decodeRaw(raw: string, charset: string): string {
  const bytes = Buffer.from(raw, "latin1");
  if (isAscii(bytes)) return clean(raw);
  return clean(decodeBytes(bytes, isUtf8(bytes) ? "utf-8" : charset));
}

/** Bytes in a known encoding; unknown ones as UTF-8 where they are valid, else as Windows-1252. */
export function decodeBytes(bytes: Uint8Array, label: string): string {
  const name = knownCharset(label) ?? (isUtf8(bytes) ? "utf-8" : fallbackCharset);
  return isWebCharset(name) ? new TextDecoder(name).decode(bytes) : iconv.decode(Buffer.from(bytes), name);
}

/** Controls mean nothing in a header. */
const clean = (text: string): string => text.replaceAll(/[\u0000-\u0008\u000b-\u001f\u007f]/g, "");

// The text may hold spaces and question marks: real writers do not encode them.
const word = /=\?([^?\s]{1,80}?)(?:\*[^?\s]*)?\?([BbQq])\?(.{0,4000}?)\?=/g;

/** RFC 2047: blanks between two encoded words vanish, and a character may be split over two of them. */
function decodeWords(raw: string, plain: (raw: string) => string): string {
  if (!raw.includes("=?")) return plain(raw);
  let out = "";
  let [at, charset] = [0, ""];
  let pending: Uint8Array[] = [];
  const flush = (): void => {
    if (pending.length > 0) out += clean(decodeBytes(Buffer.concat(pending), charset));
    pending = [];
  };
  for (const match of raw.matchAll(word)) {
    const between = raw.slice(at, match.index);
    const isAdjacent = pending.length > 0 && /^[ \t\r\n]*$/.test(between);
    if (!isAdjacent || charset !== match[1]!.toLowerCase()) flush();
    if (!isAdjacent) out += plain(between);
    charset = match[1]!.toLowerCase();
    pending.push(match[2]!.toUpperCase() === "B" ? Buffer.from(match[3]!, "base64") : decodeQ(match[3]!));
    at = match.index + match[0].length;
  }
  flush();
  return out + plain(raw.slice(at));
}

/** The Q encoding (RFC 2047 4.2). */
function decodeQ(text: string): Uint8Array {
  const bytes = text
    .replaceAll("_", " ")
    .replaceAll(/=([0-9A-Fa-f]{2})/g, (_all, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, "latin1");
}
