/**
 * The end of a ZIP archive: end of central directory record, ZIP64 locator and record (APPNOTE 6.3.10, 4.3.14 to
 * 4.3.16). Finds them with bytes before and after the archive. The segments of a split archive come joined, with where each starts.
 */
import { Buffer } from "node:buffer";
import { readRange, type ByteSource } from "../../bytes/byte-source.ts";

const END = 0x06054b50;
const END_LENGTH = 22;
const LOCATOR = 0x07064b50;
const LOCATOR_LENGTH = 20;
const END64 = 0x06064b50;
const COMMENT_MAX = 0xffff;
/** How far back from the end of the source an end record is looked for when bytes follow the archive. */
const SEARCH_BYTES = 1024 * 1024;

/** Offsets are absolute in the source; `prefix` is what the offsets written in the archive have to be raised by. */
export interface ZipEnd {
  readonly prefix: number;
  readonly directoryAt: number;
  readonly directoryEnd: number;
  /** First byte after the archive, its comment included. */
  readonly end: number;
  readonly entryCount: number;
  readonly comment: Uint8Array;
  readonly zip64: boolean;
  /** Number of the segment that holds the end, counted from 0: how many come before. */
  readonly disk: number;
  /** Where each segment starts; null where offsets count from `prefix`. */
  readonly disks: readonly number[] | null;
}

/**
 * The end record that fits best: one whose directory starts with a directory record (or is empty), the last of those.
 * Null where none does.
 */
export function findEnd(source: ByteSource, disks: readonly number[] | null = null): ZipEnd | null {
  const windowAt = Math.max(0, source.size - SEARCH_BYTES - END_LENGTH - COMMENT_MAX);
  const window = Buffer.from(readRange(source, windowAt, source.size - windowAt).buffer);
  const signature = Buffer.from([0x50, 0x4b, 0x05, 0x06]);
  let at = window.lastIndexOf(signature);
  while (at >= 0) {
    if (at + END_LENGTH <= window.length) {
      const found = readEnd(source, window, windowAt, at, disks);
      if (found) return found;
    }
    at = at === 0 ? -1 : window.lastIndexOf(signature, at - 1);
  }
  return null;
}

function readEnd(
  source: ByteSource,
  window: Buffer,
  windowAt: number,
  at: number,
  disks: readonly number[] | null,
): ZipEnd | null {
  if (window.readUInt32LE(at) !== END) return null;
  const commentAt = at + END_LENGTH;
  const comment = window.subarray(commentAt, commentAt + window.readUInt16LE(at + 20));
  const plain = {
    disk: window.readUInt16LE(at + 4),
    entryCount: window.readUInt16LE(at + 10),
    size: window.readUInt32LE(at + 12),
    offset: window.readUInt32LE(at + 16),
    recordAt: windowAt + at,
  };
  const wide = readEnd64(source, windowAt + at);
  const facts = wide ?? plain;
  // What lies between the declared and the real end of the directory was put in front of the archive.
  const directoryAt = facts.recordAt - facts.size;
  const prefix = directoryAt - facts.offset;
  const shared = { end: windowAt + commentAt + comment.length, entryCount: facts.entryCount, comment };
  const base = { ...shared, zip64: wide !== null, disk: facts.disk === 0xffff ? 0 : facts.disk, disks };
  const candidates = disks
    ? [{ prefix: 0, directoryAt, directoryEnd: facts.recordAt }]
    : [
        { prefix, directoryAt, directoryEnd: facts.recordAt },
        { prefix: 0, directoryAt: facts.offset, directoryEnd: facts.recordAt },
      ];
  for (const candidate of candidates) {
    if (candidate.prefix < 0 || candidate.directoryAt < 0) continue;
    if (isDirectoryAt(source, candidate.directoryAt, facts.recordAt)) return { ...base, ...candidate };
  }
  return null;
}

function isDirectoryAt(source: ByteSource, at: number, end: number): boolean {
  if (at === end) return true;
  if (at + 46 > end) return false;
  return Buffer.from(readRange(source, at, 4)).readUInt32LE(0) === 0x02014b50;
}

interface EndFacts {
  readonly disk: number;
  readonly entryCount: number;
  readonly size: number;
  readonly offset: number;
  readonly recordAt: number;
}

/** The ZIP64 record, by the locator before the end record; also where bytes put in front have moved it. */
function readEnd64(source: ByteSource, endAt: number): EndFacts | null {
  if (endAt < LOCATOR_LENGTH) return null;
  const locator = Buffer.from(readRange(source, endAt - LOCATOR_LENGTH, LOCATOR_LENGTH));
  if (locator.readUInt32LE(0) !== LOCATOR) return null;
  const declared = readSafe64(locator, 8);
  for (const recordAt of [declared, endAt - LOCATOR_LENGTH - 56]) {
    if (recordAt < 0 || recordAt + 56 > endAt) continue;
    const record = Buffer.from(readRange(source, recordAt, 56));
    if (record.readUInt32LE(0) !== END64) continue;
    return {
      disk: record.readUInt32LE(16),
      entryCount: readSafe64(record, 32),
      size: readSafe64(record, 40),
      offset: readSafe64(record, 48),
      recordAt,
    };
  }
  return null;
}

/** A 64-bit number as a double: exact below 2^53, and above it too large for any source, which the callers check. */
export function readSafe64(bytes: Buffer, at: number): number {
  return bytes.readUInt32LE(at + 4) * 0x1_0000_0000 + bytes.readUInt32LE(at);
}
