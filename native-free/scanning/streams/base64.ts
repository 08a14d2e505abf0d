/**
 * Base64 (RFC 4648, section 4) as mail and data URIs carry it: lines of at least 60 characters. Found by looking at one byte in 32: a line
 * of 60 holds one of them and 28 more characters of the alphabet behind it or in front of it.
 */
import { Buffer } from "node:buffer";
import { readRange, type ByteSource } from "../../bytes/byte-source.ts";

/** 1 for characters of the alphabet, 2 for line ends and padding. */
const alphabet = Uint8Array.from({ length: 256 }, (_, code) => {
  const character = String.fromCharCode(code);
  if (/[A-Za-z0-9+/]/.test(character)) return 1;
  return character === "\r" || character === "\n" ? 2 : 0;
});
export const base64LineChars = 60;
const step = 32;

/**
 * Calls with the first place of each run of base64 in `bytes` that begins between `from` and `to`; a run that began before `from` is not
 * told again where `bytes` shows it.
 */
export function forEachBase64(bytes: Uint8Array, from: number, to: number, found: (at: number) => void): void {
  let told = -1;
  for (let at = from - (from % step); at < Math.min(bytes.length, to + base64LineChars); at += step) {
    if (at <= told || alphabet[bytes[at]!] !== 1) continue;
    let start = at;
    while (start > 0 && alphabet[bytes[start - 1]!] === 1) start--;
    let end = at;
    while (end < bytes.length && alphabet[bytes[end]!] === 1) end++;
    told = end;
    if (end - start < base64LineChars || !looksMixed(bytes, start, end)) continue;
    told = endOfRun(bytes, end);
    const first = startOfRun(bytes, start);
    if (first >= from && first < to) found(first);
  }
}

/** Further lines of the run behind. */
function endOfRun(bytes: Uint8Array, from: number): number {
  let at = from;
  while (at < bytes.length && alphabet[bytes[at]!] !== 0) at++;
  return at;
}

/** Further lines of the run in front; the first line is at least as long as any. */
function startOfRun(bytes: Uint8Array, line: number): number {
  let start = line;
  for (;;) {
    let at = start;
    while (at > 0 && alphabet[bytes[at - 1]!] === 2 && start - at < 2) at--;
    if (at === start) return start;
    let before = at;
    while (before > 0 && alphabet[bytes[before - 1]!] === 1) before--;
    if (at - before < base64LineChars) return start;
    start = before;
  }
}

/** Upper case, lower case or digits alone are names, hashes in hexadecimal, padding. */
function looksMixed(bytes: Uint8Array, from: number, to: number): boolean {
  let [upper, lower] = [false, false];
  for (let at = from; at < to && !(upper && lower); at++) {
    const byte = bytes[at]!;
    if (byte >= 0x47 && byte <= 0x5a) upper = true;
    else if (byte >= 0x67 && byte <= 0x7a) lower = true;
  }
  return upper && lower;
}

export interface DecodedBase64 {
  readonly bytes: Uint8Array;
  readonly end: number;
  readonly isCut: boolean;
}

const chunkChars = 1 << 16;

/** The run at `at`, decoded; `limitBytes` of what comes out. */
export function decodeBase64(source: ByteSource, at: number, end: number, limitBytes: number): DecodedBase64 {
  const parts: Buffer[] = [];
  let [length, place, isCut] = [0, at, false];
  let rest = "";
  for (let ended = false; !ended && place < end;) {
    const chunk = readRange(source, place, Math.min(chunkChars, end - place));
    let stop = 0;
    while (stop < chunk.length && alphabet[chunk[stop]!] !== 0) stop++;
    ended = stop < chunk.length;
    place += stop;
    const text =
      rest +
      Buffer.from(chunk.buffer, chunk.byteOffset, stop)
        .toString("latin1")
        .replaceAll(/[\r\n]+/g, "");
    const whole = ended || place >= end ? text.length : text.length - (text.length % 4);
    rest = text.slice(whole);
    const bytes = Buffer.from(text.slice(0, whole), "base64");
    isCut = length + bytes.length > limitBytes;
    parts.push(bytes.subarray(0, limitBytes - length));
    length = Math.min(limitBytes, length + bytes.length);
    if (isCut) break;
  }
  return { bytes: Buffer.concat(parts), end: place, isCut };
}
