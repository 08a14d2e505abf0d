/**
 * The chunks of a `sectors` section whose tables are lost: they stand one behind the other, and each ends where its zlib stream
 * or its Adler-32 does. What is found this way is right: every chunk has proved itself by its checksum.
 * Specification: libyal, "Expert Witness Compression Format (EWF)", sections "Sectors section", "Data chunk", "Corruption scenarios".
 */
import type { Buffer } from "node:buffer";
import { inflateSync } from "node:zlib";
import { readRange, type ByteSource } from "../../bytes/byte-source.ts";
import { adler32 } from "../../kernels/adler32.ts";
import { sectionDescriptor } from "./layouts.ts";
import type { EwfSection, EwfSegment } from "./sections.ts";
import type { ChunkEntries, ChunkGroup } from "./tables.ts";

const CHECKSUM = 4;
/** zlib adds so much at most to what it cannot pack, and little more. */
const mostPacked = (chunkBytes: number): number => chunkBytes + (chunkBytes >>> 3) + 1024;

interface Walked {
  readonly group: ChunkGroup;
  /** All of the section was understood: no chunk is missing. */
  readonly complete: boolean;
}

/** Null where the section does not begin with a chunk. Reads and unpacks the section once. */
export function walkSectors(segment: EwfSegment, section: EwfSection, chunkBytes: number): Walked | null {
  const { source } = segment.file;
  const dataEnd = Math.min(section.end, source.size);
  const offsets: number[] = [];
  const packed: number[] = [];
  let at = section.at + sectionDescriptor.size;
  while (at < dataEnd) {
    const found = chunkAt(source, at, dataEnd, chunkBytes);
    if (!found) break;
    offsets.push(at);
    packed.push(found.compressed ? 1 : 0);
    at += found.length;
  }
  if (offsets.length === 0) return null;
  const entries: ChunkEntries = {
    offsets: Float64Array.from([...offsets, at]),
    compressed: Uint8Array.from(packed),
  };
  const group = {
    segment,
    count: offsets.length,
    table: section,
    base: 0,
    dataEnd: at,
    verified: true,
    walked: entries,
  };
  return { group, complete: at === dataEnd };
}

function chunkAt(
  source: ByteSource,
  at: number,
  end: number,
  chunkBytes: number,
): { readonly length: number; readonly compressed: boolean } | null {
  const bytes = readRange(source, at, Math.min(end - at, mostPacked(chunkBytes)));
  const length = packedLength(bytes, chunkBytes, end - at);
  if (length !== null) return { length, compressed: true };
  // Stored; only the last chunk of a medium may be short, and ends the section then.
  for (const raw of [chunkBytes, end - at - CHECKSUM]) {
    if (raw > 0 && raw <= chunkBytes && holds(bytes, raw)) return { length: raw + CHECKSUM, compressed: false };
  }
  return null;
}

/** Bytes of the zlib stream at the start; null where there is none of a chunk. */
function packedLength(bytes: Uint8Array, chunkBytes: number, left: number): number | null {
  // RFC 1950, 2.2: method 8, and a header that is divisible by 31.
  if (bytes.length < 8 || (bytes[0]! & 15) !== 8 || ((bytes[0]! << 8) | bytes[1]!) % 31 !== 0) return null;
  try {
    const told = inflateSync(bytes, {
      info: true,
      maxOutputLength: chunkBytes,
      chunkSize: chunkBytes + 64,
    }) as unknown as {
      readonly buffer: Buffer;
      readonly engine: { readonly bytesWritten: number };
    };
    const length = told.engine.bytesWritten;
    return told.buffer.length === chunkBytes || (told.buffer.length > 0 && length === left) ? length : null;
  } catch {
    // Whatever zlib finds wrong, no chunk stands here.
    return null;
  }
}

function holds(bytes: Uint8Array, length: number): boolean {
  if (bytes.length < length + CHECKSUM) return false;
  const sum = new DataView(bytes.buffer, bytes.byteOffset + length, CHECKSUM).getUint32(0, true);
  return adler32(bytes, 0, length) === sum;
}
