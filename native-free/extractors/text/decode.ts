/**
 * Bytes of any charset → text, window by window, so that memory stays flat whatever the size. Characters that lie across
 * two windows are put together; what the encoding does not allow is kept and counted.
 */
import { isAscii } from "node:buffer";
import iconv from "iconv-lite";
import { type ByteSource, readRange, viewRange } from "../../bytes/byte-source.ts";
import { guessCharset, guessCharsetOf } from "../../typing/charset.ts";
import { loadLegacyDetector } from "../../typing/legacy-charset.ts";

export const defaultWindowBytes = 1 << 18;

export interface DecodedWindow {
  readonly text: string;
  /** Encoding in use from this window on; changes at most once, from `us-ascii` to what the first other byte shows. */
  readonly charset: string;
  /** Bytes (UTF-8) or characters (others) of this window that the encoding does not allow. */
  readonly invalid: number;
}

interface Decoder {
  decode(bytes: Uint8Array, last: boolean): { text: string; invalid: number };
}

/**
 * Decodes a source from `start`. `charset` as `guessCharset` names it. Where the head was plain ASCII, the encoding of the
 * rest is settled at the first byte above it, from the bytes around, independent of windows.
 */
export async function* decodeSource(
  source: ByteSource,
  charset: string,
  start: number,
  windowBytes = defaultWindowBytes,
): AsyncGenerator<DecodedWindow> {
  let current = charset;
  let decoder = decoderFor(charset);
  for (let at = start; at < source.size; at += windowBytes) {
    const bytes = viewRange(source, at, windowBytes);
    if (current === "us-ascii" && !isAscii(bytes)) {
      const high = bytes.findIndex((byte) => byte >= 128);
      current = await charsetAround(source, at + high);
      decoder = decoderFor(current);
    }
    yield { charset: current, ...decoder.decode(bytes, at + windowBytes >= source.size) };
  }
}

/** The encoding of a source: mark, structure, frequency; `fallback` where the bytes decide nothing. */
export async function charsetOfSource(
  source: ByteSource,
  fallback: string,
): Promise<{ charset: string; markBytes: number }> {
  return (await guessCharsetOf(source)) ?? { charset: fallback, markBytes: 0 };
}

async function charsetAround(source: ByteSource, at: number): Promise<string> {
  const start = Math.max(0, at - 64);
  const sample = readRange(source, start, 65_536);
  await loadLegacyDetector();
  const found = guessCharset(sample, start + sample.length === source.size);
  // Not text from here on: UTF-8 keeps the ASCII and hands every other byte through.
  return found && !found.charset.startsWith("utf-16") && !found.charset.startsWith("utf-32") ? found.charset : "utf-8";
}

function decoderFor(charset: string): Decoder {
  if (charset === "us-ascii" || charset === "utf-8") return new Utf8Decoder();
  if (charset === "utf-32le" || charset === "utf-32be" || !isWebCharset(charset)) return new IconvDecoder(charset);
  return new WebDecoder(charset);
}

/** True for an encoding that TextDecoder knows. */
export function isWebCharset(label: string): boolean {
  try {
    new TextDecoder(label);
    return true;
  } catch {
    return false; // RangeError is how TextDecoder says that it does not know a label.
  }
}

class WebDecoder implements Decoder {
  readonly #decoder: InstanceType<typeof TextDecoder>;

  constructor(charset: string) {
    this.#decoder = new TextDecoder(charset, { ignoreBOM: true });
  }

  decode(bytes: Uint8Array, last: boolean): { text: string; invalid: number } {
    const text = this.#decoder.decode(bytes, { stream: !last });
    return { text, invalid: countReplacements(text) };
  }
}

class IconvDecoder implements Decoder {
  readonly #decoder: ReturnType<typeof iconv.getDecoder>;

  constructor(charset: string) {
    const name = charset.replace(/^ibm(\d+)$/, "cp$1");
    this.#decoder = iconv.getDecoder(iconv.encodingExists(name) ? name : "windows-1252", { stripBOM: false });
  }

  decode(bytes: Uint8Array, last: boolean): { text: string; invalid: number } {
    const text = this.#decoder.write(Buffer.from(bytes)) + (last ? (this.#decoder.end() ?? "") : "");
    return { text, invalid: countReplacements(text) };
  }
}

/** UTF-8 in which every byte that breaks a sequence is read as Windows-1252: mixed logs stay searchable. */
class Utf8Decoder implements Decoder {
  readonly #strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  #carry: Uint8Array = new Uint8Array(0);

  decode(window: Uint8Array, last: boolean): { text: string; invalid: number } {
    const bytes = this.#carry.length === 0 ? window : Buffer.concat([this.#carry, window]);
    const cut = last ? bytes.length : completeLength(bytes);
    this.#carry = bytes.slice(cut);
    const whole = bytes.subarray(0, cut);
    try {
      return { text: this.#strict.decode(whole), invalid: 0 };
    } catch {
      return salvageUtf8(whole); // A fatal decoder throws only on bytes that are not UTF-8.
    }
  }
}

/** Length without a sequence that the end cuts. */
function completeLength(bytes: Uint8Array): number {
  for (let back = 1; back <= 3 && back <= bytes.length; back++) {
    const byte = bytes[bytes.length - back]!;
    if (byte < 0x80) break;
    if (byte >= 0xc0) return sequenceLength(byte) > back ? bytes.length - back : bytes.length;
  }
  return bytes.length;
}

/** Bytes that a lead byte announces (RFC 3629 section 4), 0 for a byte that leads nothing. */
function sequenceLength(lead: number): number {
  if (lead < 0x80) return 1;
  if (lead >= 0xc2 && lead < 0xe0) return 2;
  if (lead >= 0xe0 && lead < 0xf0) return 3;
  return lead >= 0xf0 && lead < 0xf5 ? 4 : 0;
}

const windows1252 = new TextDecoder("windows-1252");

function salvageUtf8(bytes: Uint8Array): { text: string; invalid: number } {
  const utf8 = new TextDecoder("utf-8", { ignoreBOM: true });
  const pieces: string[] = [];
  let invalid = 0;
  let start = 0;
  let at = 0;
  while (at < bytes.length) {
    const length = validAt(bytes, at);
    if (length > 0) {
      at += length;
      continue;
    }
    if (at > start) pieces.push(utf8.decode(bytes.subarray(start, at)));
    pieces.push(windows1252.decode(bytes.subarray(at, at + 1)));
    invalid++;
    start = ++at;
  }
  if (at > start) pieces.push(utf8.decode(bytes.subarray(start, at)));
  return { text: pieces.join(""), invalid };
}

/** Length of the valid sequence at a place, or 0. */
function validAt(bytes: Uint8Array, at: number): number {
  const lead = bytes[at]!;
  const length = sequenceLength(lead);
  if (length <= 1) return length;
  if (at + length > bytes.length) return 0;
  const second = bytes[at + 1]!;
  const low = lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80;
  const high = lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf;
  if (second < low || second > high) return 0;
  for (let index = 2; index < length; index++) if ((bytes[at + index]! & 0xc0) !== 0x80) return 0;
  return length;
}

function countReplacements(text: string): number {
  let count = 0;
  for (let at = text.indexOf("\ufffd"); at >= 0; at = text.indexOf("\ufffd", at + 1)) count++;
  return count;
}
