/**
 * The members of a ZIP archive, read synchronously: APPNOTE 6.3.10, central directory (4.3.12) with its ZIP64 fields (4.5.3)
 * and end records (4.3.14 to 4.3.16); where the directory is lost, local headers (4.3.7) one after the other. For image formats
 * that keep their data in a ZIP; what an officer meets as an archive is read by the container `zip`, with far more care for
 * oddities. Not read: archives on several disks, encryption, methods other than stored and deflate.
 */
import { Buffer } from "node:buffer";
import { crc32, inflateRawSync } from "node:zlib";
import { readRange, type ByteSource } from "../../bytes/byte-source.ts";
import { struct, u16, u32 } from "../../bytes/struct.ts";

/** Numbers as the archive declares them: nothing says yet that they are true. */
export interface ZipMember {
  readonly name: string;
  readonly method: number;
  readonly flags: number;
  readonly crc32: number;
  readonly compressedSize: number;
  readonly size: number;
  /** Of the local header, in the source. */
  readonly headerAt: number;
}

export interface ZipDirectory {
  readonly members: readonly ZipMember[];
  readonly comment: Uint8Array;
  /** False where records of the directory are damaged or fewer than the archive says. */
  readonly whole: boolean;
  /** First byte of the directory. */
  readonly at: number;
}

export interface WalkedMembers {
  /** Those that are there in full, from the start of the source. */
  readonly members: readonly ZipMember[];
  /** First byte behind the last of them. */
  readonly end: number;
}

const LOCAL = 0x04034b50;
const RECORD = 0x02014b50;
const END = 0x06054b50;
const END64 = 0x06064b50;
const LOCATOR = 0x07064b50;
const DESCRIPTOR = Buffer.from([0x50, 0x4b, 0x07, 0x08]);
const ONES = 0xffff_ffff;
const ZIP64_FIELD = 1;
const STREAMED = 1 << 3;
const TWO_32 = 0x1_0000_0000;
const COMMENT_MAX = 0xffff;
/** Bytes behind the archive that do not hide its end. */
const TRAILING_BYTES = 1 << 20;
const MAX_DIRECTORY_BYTES = 1 << 29;
const MAX_MEMBERS = 1 << 22;
const SEARCH_STEP = 1 << 20;

const localHeader = struct("zip.localHeader", 30, {
  signature: [0, u32],
  flags: [6, u16],
  method: [8, u16],
  crc32: [14, u32],
  compressedSize: [18, u32],
  size: [22, u32],
  nameLength: [26, u16],
  extraLength: [28, u16],
});

const record = struct("zip.record", 46, {
  signature: [0, u32],
  flags: [8, u16],
  method: [10, u16],
  crc32: [16, u32],
  compressedSize: [20, u32],
  size: [24, u32],
  nameLength: [28, u16],
  extraLength: [30, u16],
  commentLength: [32, u16],
  headerAt: [42, u32],
});

const endRecord = struct("zip.endRecord", 22, {
  signature: [0, u32],
  entries: [10, u16],
  directorySize: [12, u32],
  directoryAt: [16, u32],
  commentLength: [20, u16],
});

/** Without the extensible part of the record, which nobody writes. */
const end64 = struct("zip.end64", 56, {
  signature: [0, u32],
  entries: [32, u32],
  entriesHigh: [36, u32],
  directorySize: [40, u32],
  directorySizeHigh: [44, u32],
  directoryAt: [48, u32],
  directoryAtHigh: [52, u32],
});

const locator = struct("zip.locator", 20, { signature: [0, u32], recordAt: [8, u32], recordAtHigh: [12, u32] });

interface End {
  readonly entries: number;
  readonly directoryAt: number;
  readonly directoryEnd: number;
  readonly comment: Uint8Array;
}

/** The central directory; null where no end record leads to one. */
export function readZipDirectory(source: ByteSource): ZipDirectory | null {
  const end = findEnd(source);
  if (!end) return null;
  const size = Math.min(end.directoryEnd - end.directoryAt, MAX_DIRECTORY_BYTES);
  const bytes = readRange(source, end.directoryAt, size);
  const members: ZipMember[] = [];
  const cursor = record.cursor();
  let at = 0;
  while (at + record.size <= bytes.length && members.length < MAX_MEMBERS) {
    cursor.over(bytes, at);
    const { nameLength, extraLength, commentLength } = cursor;
    const nameAt = at + record.size;
    const next = nameAt + nameLength + extraLength + commentLength;
    if (cursor.signature !== RECORD || next > bytes.length) break;
    const extra = bytes.subarray(nameAt + nameLength, nameAt + nameLength + extraLength);
    const [fullSize, compressedSize, headerAt] = widened([cursor.size, cursor.compressedSize, cursor.headerAt], extra);
    const name = nameOf(bytes.subarray(nameAt, nameAt + nameLength));
    const { method, flags, crc32: sum } = cursor;
    members.push({ name, method, flags, crc32: sum, compressedSize, size: fullSize, headerAt });
    at = next;
  }
  const whole = at === end.directoryEnd - end.directoryAt && members.length === end.entries;
  return { members, comment: end.comment, whole, at: end.directoryAt };
}

/** The last end record whose directory begins with a record, or is empty. */
function findEnd(source: ByteSource): End | null {
  const windowAt = Math.max(0, source.size - TRAILING_BYTES - COMMENT_MAX - endRecord.size);
  const window = readRange(source, windowAt, source.size - windowAt);
  const signature = Buffer.from([0x50, 0x4b, 0x05, 0x06]);
  const searched = Buffer.from(window.buffer, window.byteOffset, window.length);
  const cursor = endRecord.cursor();
  for (
    let at = searched.lastIndexOf(signature);
    at >= 0;
    at = at === 0 ? -1 : searched.lastIndexOf(signature, at - 1)
  ) {
    if (at + endRecord.size > window.length) continue;
    const { signature: found, entries, directoryAt, directorySize, commentLength } = cursor.over(window, at);
    if (found !== END) continue;
    const commentAt = at + endRecord.size;
    const comment = window.slice(commentAt, commentAt + commentLength);
    const plain = { entries, directoryAt, directoryEnd: directoryAt + directorySize, comment };
    const wide = readEnd64(source, windowAt + at);
    for (const end of wide ? [{ ...wide, comment }, plain] : [plain]) {
      if (end.directoryEnd <= windowAt + at && beginsDirectory(source, end)) return end;
    }
  }
  return null;
}

function beginsDirectory(source: ByteSource, { directoryAt, directoryEnd }: End): boolean {
  if (directoryAt === directoryEnd) return true;
  if (directoryEnd - directoryAt < record.size || directoryEnd > source.size) return false;
  return record.cursor().over(readRange(source, directoryAt, record.size)).signature === RECORD;
}

function readEnd64(source: ByteSource, endAt: number): Omit<End, "comment"> | null {
  if (endAt < locator.size) return null;
  const found = locator.cursor().over(readRange(source, endAt - locator.size, locator.size));
  if (found.signature !== LOCATOR) return null;
  const at = found.recordAtHigh * TWO_32 + found.recordAt;
  if (at + end64.size > source.size) return null;
  const wide = end64.cursor().over(readRange(source, at, end64.size));
  if (wide.signature !== END64) return null;
  const directoryAt = wide.directoryAtHigh * TWO_32 + wide.directoryAt;
  const directoryEnd = directoryAt + wide.directorySizeHigh * TWO_32 + wide.directorySize;
  return { entries: wide.entriesHigh * TWO_32 + wide.entries, directoryAt, directoryEnd };
}

/** Values of all ones stand in the ZIP64 field, in this order. */
function widened<T extends number[]>(values: readonly [...T], extra: Uint8Array): T {
  const view = new DataView(extra.buffer, extra.byteOffset, extra.length);
  for (let at = 0; at + 4 <= extra.length;) {
    const [id, length] = [view.getUint16(at, true), view.getUint16(at + 2, true)];
    const end = at + 4 + length;
    if (end > extra.length) break;
    if (id !== ZIP64_FIELD) {
      at = end;
      continue;
    }
    let next = at + 4;
    return values.map((value) => {
      if (value !== ONES || next + 8 > end) return value;
      next += 8;
      return view.getUint32(next - 4, true) * TWO_32 + view.getUint32(next - 8, true);
    }) as T;
  }
  return [...values] as unknown as T;
}

function nameOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("utf8");
}

interface Local extends ZipMember {
  readonly dataAt: number;
}

function readLocal(source: ByteSource, at: number): Local | null {
  if (!Number.isSafeInteger(at) || at < 0 || at + localHeader.size > source.size) return null;
  const cursor = localHeader.cursor().over(readRange(source, at, localHeader.size));
  if (cursor.signature !== LOCAL) return null;
  const { nameLength, extraLength, method, flags, crc32: sum } = cursor;
  const dataAt = at + localHeader.size + nameLength + extraLength;
  if (dataAt > source.size) return null;
  const rest = readRange(source, at + localHeader.size, nameLength + extraLength);
  const [size, compressedSize] = widened([cursor.size, cursor.compressedSize], rest.subarray(nameLength));
  const name = nameOf(rest.subarray(0, nameLength));
  return { name, method, flags, crc32: sum, compressedSize, size, headerAt: at, dataAt };
}

/** Where the data of a member begin; null where its local header is not there or the data leave the source. */
export function memberDataAt(source: ByteSource, member: ZipMember): number | null {
  const local = readLocal(source, member.headerAt);
  return local && local.dataAt + member.compressedSize <= source.size ? local.dataAt : null;
}

/** Members one behind the other from the start, as far as they are there in full. Needs no directory. */
export function walkMembers(source: ByteSource): WalkedMembers {
  const members: ZipMember[] = [];
  let end = 0;
  while (members.length < MAX_MEMBERS) {
    const local = readLocal(source, end);
    if (!local) break;
    const { dataAt, ...member } = local;
    const streamed = (member.flags & STREAMED) !== 0 ? endOfStreamed(source, dataAt) : null;
    if ((member.flags & STREAMED) !== 0 && !streamed) break;
    const next = streamed ? streamed.end : dataAt + member.compressedSize;
    if (next > source.size) break;
    members.push(streamed ? { ...member, ...streamed.facts } : member);
    end = next;
  }
  return { members, end };
}

interface Streamed {
  readonly facts: Pick<ZipMember, "crc32" | "compressedSize" | "size">;
  readonly end: number;
}

/** A signed ZIP64 descriptor (4.3.9) that states exactly the length in front of it. */
const descriptor = struct("zip.descriptor", 24, {
  signature: [0, u32],
  crc32: [4, u32],
  compressedSize: [8, u32],
  compressedSizeHigh: [12, u32],
  size: [16, u32],
  sizeHigh: [20, u32],
});

function endOfStreamed(source: ByteSource, dataAt: number): Streamed | null {
  const cursor = descriptor.cursor();
  for (let from = dataAt; from + descriptor.size <= source.size; from += SEARCH_STEP) {
    const bytes = readRange(source, from, SEARCH_STEP + descriptor.size - 1);
    const window = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    for (let at = window.indexOf(DESCRIPTOR); at >= 0; at = window.indexOf(DESCRIPTOR, at + 1)) {
      if (at + descriptor.size > window.length) break;
      cursor.over(window, at);
      const compressedSize = cursor.compressedSizeHigh * TWO_32 + cursor.compressedSize;
      if (compressedSize !== from + at - dataAt) continue;
      const size = cursor.sizeHigh * TWO_32 + cursor.size;
      return { facts: { crc32: cursor.crc32, compressedSize, size }, end: from + at + descriptor.size };
    }
  }
  return null;
}

/** The bytes of a small member, and whether they have the length and CRC that the archive says. */
export interface MemberBytes {
  readonly bytes: Uint8Array;
  readonly sound: boolean;
}

/** Null where the member cannot be read: no local header, unknown method, encrypted, larger than `limitBytes`, not inflatable. */
export function readMember(source: ByteSource, member: ZipMember, limitBytes: number): MemberBytes | null {
  const dataAt = memberDataAt(source, member);
  const { method, flags, size, compressedSize } = member;
  if (dataAt === null || (flags & 1) !== 0 || size > limitBytes || compressedSize > limitBytes) return null;
  const packed = readRange(source, dataAt, compressedSize);
  const bytes = method === 0 ? packed : method === 8 ? inflated(packed, limitBytes) : null;
  return bytes && { bytes, sound: bytes.length === size && crc32(bytes) === member.crc32 };
}

function inflated(packed: Uint8Array, limitBytes: number): Uint8Array | null {
  try {
    const { buffer, byteOffset, length } = inflateRawSync(packed, { maxOutputLength: Math.max(1, limitBytes) });
    return new Uint8Array(buffer, byteOffset, length);
  } catch {
    // Damaged, or more than it may be: the caller reports the member as unreadable.
    return null;
  }
}
