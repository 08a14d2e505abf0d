/** gzip members (RFC 1952): their headers, and their data with checksum and length verified. */
import { crc32 } from "node:zlib";
import { type ByteSource, readRange } from "../bytes/byte-source.ts";
import type { UnpackedLater } from "./byte-feed.ts";
import { inflateStream } from "./inflate-stream.ts";

const HEADER_BYTES = 10;
const TRAILER_BYTES = 8;
/** Names and comments longer than this are cut. */
const MOST_TEXT_BYTES = 4096;

export interface GzipHeader {
  readonly at: number;
  readonly dataAt: number;
  /** Seconds since 1970; 0 for none. */
  readonly time: number;
  /** Operating system, 255 for unknown. */
  readonly system: number;
  readonly name: Uint8Array | null;
  readonly comment: Uint8Array | null;
}

/** The header at `at`; null where there is none. */
export function readGzipHeader(source: ByteSource, at: number): GzipHeader | null {
  const fixed = readRange(source, at, HEADER_BYTES);
  if (fixed.length < HEADER_BYTES || fixed[0] !== 0x1f || fixed[1] !== 0x8b || fixed[2] !== 8) return null;
  const flags = fixed[3]!;
  if ((flags & 0xe0) !== 0) return null;
  let next = at + HEADER_BYTES;
  if ((flags & 4) !== 0) {
    const length = readRange(source, next, 2);
    next += 2 + (length[0] ?? 0) + (length[1] ?? 0) * 256;
  }
  const name = (flags & 8) === 0 ? null : textAt(source, next);
  next += name ? name.length + 1 : 0;
  const comment = (flags & 16) === 0 ? null : textAt(source, next);
  next += comment ? comment.length + 1 : 0;
  if ((flags & 2) !== 0) next += 2;
  if (next > source.size) return null;
  const time = new DataView(fixed.buffer).getUint32(4, true);
  const cut = (text: Uint8Array | null): Uint8Array | null =>
    text && text.length > 0 ? text.subarray(0, MOST_TEXT_BYTES) : null;
  return { at, dataAt: next, time, system: fixed[9]!, name: cut(name), comment: cut(comment) };
}

/** Up to the NUL; up to the end of the source where there is none within a mebibyte. */
function textAt(source: ByteSource, at: number): Uint8Array {
  for (const length of [256, MOST_TEXT_BYTES, 1 << 20]) {
    const bytes = readRange(source, at, length);
    const end = bytes.indexOf(0);
    if (end >= 0) return bytes.subarray(0, end);
  }
  return readRange(source, at, source.size - at > 1 << 20 ? 1 << 20 : source.size - at);
}

/** The member of a header; the ending is behind its trailer. */
export async function* gunzipMember(source: ByteSource, header: GzipHeader): UnpackedLater {
  let [crc, size] = [0, 0];
  const pieces = inflateStream(source, header.dataAt, source.size - header.dataAt);
  let step = await pieces.next();
  try {
    for (; !step.done; step = await pieces.next()) {
      crc = crc32(step.value, crc);
      size += step.value.length;
      if (step.value.length > 0) yield step.value;
    }
  } finally {
    await pieces.return({ problem: null, end: header.dataAt });
  }
  if (step.value.problem !== null) return step.value;
  const trailer = readRange(source, step.value.end, TRAILER_BYTES);
  if (trailer.length < TRAILER_BYTES) return { problem: "truncated", end: source.size };
  const view = new DataView(trailer.buffer);
  const end = step.value.end + TRAILER_BYTES;
  if (view.getUint32(0, true) !== crc) return { problem: "checksum", end };
  return { problem: view.getUint32(4, true) === size % 0x1_0000_0000 ? null : "size", end };
}
