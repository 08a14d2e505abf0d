/**
 * Flash films (SWF): tags to the one that ends them, at the length that the header names; in version 6 and later behind zlib, whose own
 * checksum and length say where the file ends. Spec: SWF File Format Specification 19, chapters 2 and 3. LZMA (`ZWS`) is not supported.
 */
import { inflateSync } from "node:zlib";
import type { ByteSource } from "../../bytes/byte-source.ts";
import { CarveWindow } from "../carve-window.ts";
import { signature } from "../carver.ts";
import type { Carved, Carver, Signature } from "../carver.ts";
import { carvedAs } from "../first-bytes.ts";
import { peek } from "../peek.ts";

const headerBytes = 8;
const longestFilm = 1 << 26;
const newestVersion = 50;

/** Whether tags fill the film, whose bytes are asked for one by one, from its rectangle on to the end tag (chapters 1 and 2). */
function areTags(byteAt: (at: number) => number, length: number): boolean {
  const rectangleBytes = Math.ceil((5 + 4 * (byteAt(headerBytes) >> 3)) / 8);
  let at = headerBytes + rectangleBytes + 4;
  while (at + 2 <= length) {
    const word = byteAt(at) | (byteAt(at + 1) << 8);
    at += 2;
    let size = word & 63;
    if (size === 63) {
      size = byteAt(at) + byteAt(at + 1) * 256 + byteAt(at + 2) * 65_536 + byteAt(at + 3) * 2 ** 24;
      at += 4;
    }
    if (word === 0) return at === length;
    at += size;
  }
  return false;
}

/** The film behind zlib: its body unpacked, and how many bytes it took; null where the stream is damaged or of another length. */
function unpack(window: CarveWindow, at: number, length: number): { body: Uint8Array; taken: number } | null {
  // Incompressible data grow by five bytes in 16 KiB.
  const packed = window.bytes(at, length + (length >> 11) + 64);
  try {
    const result = inflateSync(packed, { info: true, maxOutputLength: length }) as unknown as {
      buffer: Uint8Array;
      engine: { bytesWritten: number };
    };
    return result.buffer.length === length ? { body: result.buffer, taken: result.engine.bytesWritten } : null;
  } catch {
    return null;
  }
}

function carve(source: ByteSource, at: number, end: number): Carved | null {
  const head = peek(source, at, end);
  const length = head[4]! + head[5]! * 256 + head[6]! * 65_536 + head[7]! * 2 ** 24;
  if (head[3] === 0 || head[3]! > newestVersion || length < headerBytes + 13 || length > longestFilm) return null;
  const isPacked = head[0] === 0x43;
  // A zlib header is a multiple of 31; a rectangle of a film has at least one bit a side.
  if (isPacked ? (head[8]! * 256 + head[9]!) % 31 !== 0 || (head[8]! & 15) !== 8 : head[8]! < 8) return null;
  const window = new CarveWindow(source, end);
  if (!isPacked) {
    if (!window.has(at, length)) return null;
    return areTags((place) => window.u8(at + place), length) ? carvedAs("swf", "complete", length) : null;
  }
  const film = unpack(window, at + headerBytes, length - headerBytes);
  if (film === null || !areTags((place) => film.body[place - headerBytes] ?? 0, length)) return null;
  return carvedAs("swf", "complete", headerBytes + film.taken);
}

/** Versions in use, each with its own number: three letters alone would be met too often. */
const signatures: readonly Signature[] = Array.from({ length: 42 }, (_, i) =>
  (i + 3).toString(16).padStart(2, "0"),
).flatMap((version) =>
  (Number.parseInt(version, 16) < 6 ? ["46"] : ["46", "43"]).map((kind) => signature(`${kind} 57 53 ${version}`)),
);

export const flashCarver: Carver = {
  id: "swf",
  family: "carver",
  name: "Flash film",
  spec: "SWF File Format Specification 19",
  level: "partial",
  kinds: [{ id: "swf", name: "Flash film", extension: "swf" }],
  signatures,
  limitBytes: longestFilm,
  carve,
};
