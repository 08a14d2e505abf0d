/** gzip members (RFC 1952) and zlib streams of PDF objects (ISO 32000-1, 7.3.8 and 7.4.4). */
import { readRange, type ByteSource } from "../../bytes/byte-source.ts";
import { signature, textSignature } from "../../carving/carver.ts";
import type { StreamDecoder } from "../stream-decoder.ts";
import { inflateAt } from "./deflated.ts";

const headerBytes = 10;
const [flagHeaderCrc, flagExtra, flagName, flagComment, reservedFlags] = [2, 4, 8, 16, 0xe0];
const longestHeader = 4096;

export const gzipStreams: StreamDecoder = {
  id: "gzip",
  signatures: [signature("1f 8b 08")],
  decode(source, at, end, limitBytes) {
    const header = gzipHeader(readRange(source, at, Math.min(longestHeader, end - at)));
    if (!header) return null;
    const inflated = inflateAt(source, at + header.length, end, limitBytes, "raw");
    if (!inflated) return null;
    const { bytes, consumed, isCut } = inflated;
    return { bytes, name: header.name, end: at + header.length + consumed, isCut };
  },
};

function gzipHeader(bytes: Uint8Array): { readonly length: number; readonly name: string | null } | null {
  if (bytes.length < headerBytes) return null;
  const flags = bytes[3]!;
  if ((flags & reservedFlags) !== 0) return null;
  let length = headerBytes;
  if ((flags & flagExtra) !== 0) length += 2 + (bytes[length] ?? 0) + 256 * (bytes[length + 1] ?? 0);
  let name: string | null = null;
  for (const flag of [flagName, flagComment]) {
    if ((flags & flag) === 0) continue;
    const zero = bytes.indexOf(0, length);
    if (zero < 0) return null;
    if (flag === flagName) name = Buffer.from(bytes.subarray(length, zero)).toString("latin1");
    length = zero + 1;
  }
  if ((flags & flagHeaderCrc) !== 0) length += 2;
  return length < bytes.length ? { length, name } : null;
}

const streamWord = "stream";

export const pdfStreams: StreamDecoder = {
  id: "pdf",
  // `stream`, a line end, and the first byte of a zlib stream with a window of 32 KiB.
  signatures: ["\r\nx", "\nx", "\rx"].map((between) => textSignature(`${streamWord}${between}`)),
  decode(source, at, end, limitBytes) {
    const start = zlibStart(source, at + streamWord.length);
    if (start === null) return null;
    const inflated = inflateAt(source, start, end, limitBytes, "zlib");
    return inflated && { bytes: inflated.bytes, name: null, end: start + inflated.consumed, isCut: inflated.isCut };
  },
};

function zlibStart(source: ByteSource, at: number): number | null {
  const head = readRange(source, at, 4);
  for (let i = 0; i < 3; i++) {
    if (head[i] === 0x78 && (0x7800 + (head[i + 1] ?? 0)) % 31 === 0) return at + i;
  }
  return null;
}
