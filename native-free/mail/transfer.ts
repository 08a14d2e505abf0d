/**
 * Content-Transfer-Encodings, window by window: base64 and quoted-printable (RFC 2045 section 6), uuencode (POSIX) and
 * yEnc 1.3. What the encoding does not allow is left out or kept as it stands, counted, and told after the last byte.
 */
import { Buffer } from "node:buffer";
import { crc32 } from "node:zlib";
import { type ByteSource, readRange } from "../bytes/byte-source.ts";
import { EvidenceError } from "../model/errors.ts";

export type TransferEncoding = "identity" | "base64" | "quoted-printable" | "uuencode" | "yenc";

const windowBytes = 1 << 18;

/** What a header field names; real writers put parameters, blanks and the wrong words there. Null: not known. */
export function transferEncodingOf(raw: string | null): TransferEncoding | null {
  const name = (raw ?? "")
    .replaceAll(/\([^()]*\)/g, "")
    .replace(/[;,][\s\S]*$/, "")
    .replaceAll(/[\s"'-]/g, "")
    .toLowerCase();
  if (name === "base64" || name === "b64") return "base64";
  if (name === "quotedprintable" || name === "qp") return "quoted-printable";
  if (/^x?(uu|uue|uuencode|uuencoded)$/.test(name)) return "uuencode";
  if (/^x?yenc(ode)?$/.test(name)) return "yenc";
  return name === "" || /^[78]bits?$|^binary$|^none$|^identity$/.test(name) ? "identity" : null;
}

interface Decoder {
  /** `last`: nothing follows. The result is valid until the next call. */
  push(bytes: Uint8Array, last: boolean): Uint8Array;
  /** Characters or lines that the encoding does not allow. */
  readonly bad: number;
}

/** Decoded bytes of a range. Throws EvidenceError `mail/transfer-damaged` behind the last of them where some were bad. */
export function* decodeTransfer(
  source: ByteSource,
  start: number,
  end: number,
  encoding: TransferEncoding,
): Generator<Uint8Array> {
  const decoder = decoderFor(encoding);
  for (let at = start; at < end; at += windowBytes) {
    const bytes = readRange(source, at, Math.min(windowBytes, end - at));
    const decoded = decoder ? decoder.push(bytes, at + windowBytes >= end) : bytes;
    if (decoded.length > 0) yield decoded;
  }
  if (decoder && decoder.bad > 0) throw new EvidenceError("mail/transfer-damaged", { encoding, count: decoder.bad });
}

function decoderFor(encoding: TransferEncoding): Decoder | null {
  switch (encoding) {
    case "base64":
      return new Base64Decoder();
    case "quoted-printable":
      return new LineDecoder(decodeQuotedPrintable);
    case "uuencode":
      return new LineDecoder(uuLines());
    case "yenc":
      return new LineDecoder(yencLines());
    case "identity":
      return null;
  }
}

const blank = 64;
const padding = 65;
const foreign = 66;
const base64Value = new Uint8Array(256).fill(foreign);
for (const [value, char] of [..."ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"].entries())
  base64Value[char.charCodeAt(0)] = value;
for (const byte of [9, 10, 11, 12, 13, 32]) base64Value[byte] = blank;
base64Value[0x3d] = padding;

class Base64Decoder implements Decoder {
  bad = 0;
  #bits = 0;
  #count = 0;

  push(bytes: Uint8Array, last: boolean): Uint8Array {
    const out = new Uint8Array(Math.ceil((bytes.length * 3) / 4) + 3);
    let [to, bits, count] = [0, this.#bits, this.#count];
    for (let at = 0; at < bytes.length; at++) {
      const value = base64Value[bytes[at]!]!;
      if (value < blank) {
        bits = (bits << 6) | value;
        if (++count < 4) continue;
        out[to++] = bits >> 16;
        out[to++] = bits >> 8;
        out[to++] = bits;
        bits = count = 0;
      } else if (value === padding) {
        // Padding ends a quantum; several encoded texts may stand behind each other.
        if (count > 1) to = flush(out, to, bits, count);
        bits = count = 0;
      } else if (value === foreign) this.bad++;
    }
    if (last && count > 1) to = flush(out, to, bits, count);
    else if (last && count === 1) this.bad++;
    [this.#bits, this.#count] = last ? [0, 0] : [bits, count];
    return out.subarray(0, to);
  }
}

function flush(out: Uint8Array, to: number, bits: number, count: number): number {
  if (count === 2) out[to++] = bits >> 4;
  else {
    out[to++] = bits >> 10;
    out[to++] = bits >> 2;
  }
  return to;
}

/** Decodes `from` up to `to`, which is behind a line end or at the end of all; returns what it wrote and what was bad. */
type LineWork = (bytes: Uint8Array, out: Uint8Array) => { written: number; bad: number };

const longestLine = 1 << 20;

/** Hands whole lines to a decoder whose output is never longer than its input. */
class LineDecoder implements Decoder {
  bad = 0;
  readonly #work: LineWork;
  #carry: Uint8Array = new Uint8Array(0);

  constructor(work: LineWork) {
    this.#work = work;
  }

  push(window: Uint8Array, last: boolean): Uint8Array {
    const bytes = this.#carry.length === 0 ? window : Buffer.concat([this.#carry, window]);
    const lineEnd = bytes.lastIndexOf(10) + 1;
    const cut = last || bytes.length - lineEnd > longestLine ? bytes.length : lineEnd;
    this.#carry = bytes.slice(cut);
    const out = new Uint8Array(cut);
    const { written, bad } = this.#work(bytes.subarray(0, cut), out);
    this.bad += bad;
    return out.subarray(0, written);
  }
}

const hexValue = new Int8Array(256).fill(-1);
for (let digit = 0; digit < 16; digit++) {
  hexValue[digit.toString(16).charCodeAt(0)] = digit;
  hexValue[digit.toString(16).toUpperCase().charCodeAt(0)] = digit;
}

function decodeQuotedPrintable(bytes: Uint8Array, out: Uint8Array): { written: number; bad: number } {
  let [to, bad, keep] = [0, 0, 0];
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at]!;
    if (byte !== 0x3d) {
      // Blanks before a line end were added on the way (RFC 2045 6.7, rule 3).
      if (byte === 10 || byte === 13) to = Math.max(keep, trimmed(out, to));
      out[to++] = byte;
      if (byte === 10) keep = to;
      continue;
    }
    const [high, low] = [hexValue[bytes[at + 1] ?? 0]!, hexValue[bytes[at + 2] ?? 0]!];
    if (high >= 0 && low >= 0) {
      out[to++] = (high << 4) | low;
      keep = to;
      at += 2;
      continue;
    }
    const next = softBreakEnd(bytes, at + 1);
    if (next > 0) {
      at = next - 1;
      keep = to;
    } else {
      out[to++] = byte;
      bad++;
    }
  }
  return { written: to, bad };
}

function trimmed(out: Uint8Array, to: number): number {
  while (to > 0 && (out[to - 1] === 32 || out[to - 1] === 9)) to--;
  return to;
}

/** Behind the line end that a `=` hides, 0 where none follows; the end of all counts as one. */
function softBreakEnd(bytes: Uint8Array, at: number): number {
  while (bytes[at] === 32 || bytes[at] === 9) at++;
  if (at >= bytes.length) return bytes.length;
  if (bytes[at] === 13) return bytes[at + 1] === 10 ? at + 2 : at + 1;
  return bytes[at] === 10 ? at + 1 : 0;
}

/** Runs a decoder of single lines over a piece. `start` to `end` is the line without its end. */
function perLine(
  step: (bytes: Uint8Array, start: number, end: number, out: Uint8Array, to: number) => number,
): LineWork {
  return (bytes, out) => {
    let [to, bad] = [0, 0];
    for (let at = 0; at < bytes.length;) {
      const feed = bytes.indexOf(10, at);
      const stop = feed < 0 ? bytes.length : feed;
      const end = stop > at && bytes[stop - 1] === 13 ? stop - 1 : stop;
      const next = step(bytes, at, end, out, to);
      if (next < 0) bad++;
      else to = next;
      at = stop + 1;
    }
    return { written: to, bad };
  };
}

/** Lines of uuencode, with or without `begin` and `end`. */
function uuLines(): LineWork {
  let isOver = false;
  return perLine((bytes, start, end, out, to) => {
    const length = (bytes[start]! - 32) & 63;
    if (isOver || end <= start || startsWith(bytes, start, "begin ")) return to;
    if (startsWith(bytes, start, "end") && end - start <= 4) {
      isOver = true;
      return to;
    }
    if (bytes[start]! < 32 || bytes[start]! > 96 || end - start - 1 > 88) return -1;
    for (let done = 0, at = start + 1; done < length; done += 3, at += 4) {
      // Blanks at the end of a line may have been cut: they stand for zeros.
      const [a, b, c, d] = [
        six(bytes, at, end),
        six(bytes, at + 1, end),
        six(bytes, at + 2, end),
        six(bytes, at + 3, end),
      ];
      const bits = (a << 18) | (b << 12) | (c << 6) | d;
      if (to < out.length) out[to++] = bits >> 16;
      if (done + 1 < length && to < out.length) out[to++] = bits >> 8;
      if (done + 2 < length && to < out.length) out[to++] = bits;
    }
    return to;
  });
}

const six = (bytes: Uint8Array, at: number, end: number): number => (at < end ? (bytes[at]! - 32) & 63 : 0);

function startsWith(bytes: Uint8Array, at: number, text: string): boolean {
  for (let i = 0; i < text.length; i++) if (bytes[at + i] !== text.charCodeAt(i)) return false;
  return true;
}

/** Lines between `=ybegin` and `=yend`; the sum at the end counts as bad where it does not fit. */
function yencLines(): LineWork {
  let sum = 0;
  return perLine((bytes, start, end, out, to) => {
    if (startsWith(bytes, start, "=ybegin ") || startsWith(bytes, start, "=ypart ")) return to;
    if (startsWith(bytes, start, "=yend ")) {
      const trailer = Buffer.from(bytes.subarray(start, end)).toString("latin1");
      const declared =
        /\bpcrc32=([0-9A-Fa-f]{1,8})/.exec(trailer)?.[1] ?? /\bcrc32=([0-9A-Fa-f]{1,8})/.exec(trailer)?.[1];
      return declared !== undefined && Number.parseInt(declared, 16) !== sum ? -1 : to;
    }
    const from = to;
    for (let at = start; at < end; at++) {
      const byte = bytes[at]!;
      if (byte === 0x3d && at + 1 < end) out[to++] = bytes[++at]! - 64 - 42;
      else out[to++] = byte - 42;
    }
    sum = crc32(out.subarray(from, to), sum);
    return to;
  });
}
