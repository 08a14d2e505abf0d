/**
 * Local file headers (APPNOTE 6.3.10, 4.3.7) and the data descriptors behind their data (4.3.9): read where the
 * directory points, and searched for in every stretch that the directory does not account for.
 */
import { Buffer } from "node:buffer";
import { readRange, type ByteSource } from "../../bytes/byte-source.ts";
import { findSignature } from "./directory.ts";
import { readSafe64 } from "./end-record.ts";
import { parseExtras, type ExtraField } from "./entry-times.ts";

const SIGNATURE = Buffer.from([0x50, 0x4b, 0x03, 0x04]);
const DESCRIPTOR = Buffer.from([0x50, 0x4b, 0x07, 0x08]);
const HEADER_LENGTH = 30;
const SEARCH_ALLOWANCE_BYTES = 16 * 1024 * 1024;

export interface LocalHeader {
  readonly headerAt: number;
  readonly dataAt: number;
  readonly flags: number;
  readonly method: number;
  readonly time: number;
  readonly date: number;
  readonly crc: number;
  readonly packedSize: number;
  readonly size: number;
  readonly name: Uint8Array;
  readonly extras: readonly ExtraField[];
  readonly extrasDamaged: boolean;
}

/** The header at `at`; null where its signature is not there or it does not fit into the source. */
export function readLocalHeader(source: ByteSource, at: number): LocalHeader | null {
  if (!Number.isSafeInteger(at) || at < 0 || at + HEADER_LENGTH > source.size) return null;
  const fixed = Buffer.from(readRange(source, at, HEADER_LENGTH).buffer);
  if (!fixed.subarray(0, 4).equals(SIGNATURE)) return null;
  const nameLength = fixed.readUInt16LE(26);
  const extraLength = fixed.readUInt16LE(28);
  const dataAt = at + HEADER_LENGTH + nameLength + extraLength;
  if (dataAt > source.size) return null;
  const rest = readRange(source, at + HEADER_LENGTH, nameLength + extraLength);
  const { fields, damaged } = parseExtras(rest.subarray(nameLength));
  const sizes = { size: fixed.readUInt32LE(22), packedSize: fixed.readUInt32LE(18) };
  return {
    headerAt: at,
    dataAt,
    flags: fixed.readUInt16LE(6),
    method: fixed.readUInt16LE(8),
    time: fixed.readUInt16LE(10),
    date: fixed.readUInt16LE(12),
    crc: fixed.readUInt32LE(14),
    ...widen(sizes, fields),
    name: rest.subarray(0, nameLength),
    extras: fields,
    extrasDamaged: damaged,
  };
}

/** Sizes of the ZIP64 field (4.5.3) in place of those that are all ones. */
function widen(
  sizes: { size: number; packedSize: number },
  fields: readonly ExtraField[],
): { size: number; packedSize: number } {
  const field = fields.find(({ id }) => id === 0x0001);
  if (!field) return sizes;
  const bytes = Buffer.from(field.data);
  let at = 0;
  const next = (value: number): number => {
    if (value !== 0xffffffff || at + 8 > bytes.length) return value;
    at += 8;
    return readSafe64(bytes, at - 8);
  };
  const size = next(sizes.size);
  return { size, packedSize: next(sizes.packedSize) };
}

const KNOWN_METHODS = new Set([0, 1, 2, 3, 4, 5, 6, 8, 9, 10, 12, 14, 16, 18, 19, 20, 93, 94, 95, 96, 97, 98, 99]);

/** Four bytes are a weak signature: the other fields have to make sense as well. */
function isPlausible(header: LocalHeader): boolean {
  if (!KNOWN_METHODS.has(header.method) || header.name.length === 0 || header.name.length > 4096) return false;
  return (
    !header.name.includes(0) && (header.method !== 0 || (header.flags & 9) !== 0 || header.size === header.packedSize)
  );
}

/** A header found by searching, with the end of its data as far as that can be told. */
export interface FoundEntry {
  readonly header: LocalHeader;
  readonly packedSize: number;
  /** Null where only the decoded data can tell. */
  readonly size: number | null;
  readonly crc: number | null;
  /** False where the data run out of the source or the next structure comes first. */
  readonly complete: boolean;
  /** First byte behind data and descriptor. */
  readonly end: number;
}

/** Searches [from, to) for entries, in order; none of them overlap. Stops after `limit`. */
export function* scanEntries(source: ByteSource, from: number, to: number, limit: number): Generator<FoundEntry> {
  let at = from;
  // Headers without descriptors would otherwise each search to the end: quadratic in a file made of them.
  const work = { bytes: 4 * (to - from) + SEARCH_ALLOWANCE_BYTES };
  for (let count = 0; count < limit;) {
    const found = findSignature(source, SIGNATURE, at, to);
    if (found === null) return;
    const header = readLocalHeader(source, found);
    if (!header || !isPlausible(header)) {
      at = found + 4;
      continue;
    }
    const entry = measure(source, header, to, work);
    yield entry;
    count += 1;
    at = Math.max(entry.end, header.dataAt);
  }
}

function measure(source: ByteSource, header: LocalHeader, to: number, work: { bytes: number }): FoundEntry {
  const streamed = (header.flags & 8) !== 0 && header.packedSize === 0;
  if (streamed) return measureStreamed(source, header, to, work);
  const end = header.dataAt + header.packedSize;
  const complete = end <= to;
  const packedSize = complete ? header.packedSize : to - header.dataAt;
  return { header, packedSize, size: header.size, crc: header.crc, complete, end: Math.min(end, to) };
}

/** The data of a streamed entry end at a descriptor that states exactly their length, signed or not. */
function measureStreamed(source: ByteSource, header: LocalHeader, to: number, work: { bytes: number }): FoundEntry {
  let at = header.dataAt;
  while (work.bytes > 0) {
    const found = findSignature(source, DESCRIPTOR, at, to);
    work.bytes -= (found ?? to) - at + 64;
    if (found === null) break;
    const descriptor = readDescriptor(source, found + 4, found - header.dataAt, to);
    if (descriptor) return { header, packedSize: found - header.dataAt, ...descriptor, complete: true };
    at = found + 4;
  }
  const next = nextStructure(source, header.dataAt, to);
  for (const length of [12, 20]) {
    const packedSize = next - length - header.dataAt;
    const descriptor = packedSize >= 0 ? readDescriptor(source, next - length, packedSize, to) : null;
    if (descriptor && descriptor.end === next) return { header, packedSize, ...descriptor, complete: true };
  }
  return { header, packedSize: next - header.dataAt, size: null, crc: null, complete: next < to, end: next };
}

/** CRC and sizes at `at`, 32 or 64 bits wide, if the packed size is `expected`. */
function readDescriptor(
  source: ByteSource,
  at: number,
  expected: number,
  to: number,
): { crc: number; size: number; end: number } | null {
  const bytes = Buffer.alloc(20);
  const length = Math.max(0, Math.min(20, to - at));
  source.readInto(bytes.subarray(0, length), at);
  if (length >= 12 && bytes.readUInt32LE(4) === expected) {
    return { crc: bytes.readUInt32LE(0), size: bytes.readUInt32LE(8), end: at + 12 };
  }
  if (length >= 20 && readSafe64(bytes, 4) === expected) {
    return { crc: bytes.readUInt32LE(0), size: readSafe64(bytes, 12), end: at + 20 };
  }
  return null;
}

function nextStructure(source: ByteSource, from: number, to: number): number {
  const local = findSignature(source, SIGNATURE, from, to) ?? to;
  return findSignature(source, Buffer.from([0x50, 0x4b, 0x01, 0x02]), from, local) ?? local;
}
