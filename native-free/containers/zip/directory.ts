/**
 * The central directory of a ZIP archive (APPNOTE 6.3.10, 4.3.12), read with yauzl over a `ByteSource`. One bad record
 * costs that record: reading goes on at the next record's signature.
 */
import { Buffer } from "node:buffer";
import yauzl from "yauzl";
import { readRange, type ByteSource } from "../../bytes/byte-source.ts";
import type { ZipEnd } from "./end-record.ts";

/** A record of the directory. Numbers as declared; `headerAt` is absolute in the source. */
export interface DirectoryRecord {
  readonly headerAt: number;
  readonly madeBy: number;
  readonly flags: number;
  readonly method: number;
  readonly time: number;
  readonly date: number;
  readonly crc: number;
  readonly packedSize: number;
  readonly size: number;
  readonly attributes: number;
  readonly name: Uint8Array;
  readonly extra: Uint8Array;
  readonly comment: Uint8Array;
}

export interface Directory {
  readonly records: readonly DirectoryRecord[];
  /** Offsets of records that could not be read. */
  readonly badAt: readonly number[];
  /** True where the limit stopped the reading. */
  readonly truncated: boolean;
}

/** yauzl's reader over a source; offsets count from `base`. */
class SourceReader extends yauzl.RandomAccessReader {
  readonly #source: ByteSource;
  readonly #base: number;

  constructor(source: ByteSource, base: number) {
    super();
    this.#source = source;
    this.#base = base;
  }

  override read(
    buffer: Buffer,
    offset: number,
    length: number,
    position: number,
    callback: (error: Error | null, bytesRead?: number) => void,
  ): void {
    callback(null, this.#source.readInto(buffer.subarray(offset, offset + length), this.#base + position));
  }
}

/** What the declarations of yauzl leave out or give another type: its cursor is a number, its reader any object. */
interface OpenZip {
  readEntryCursor: number;
  readEntry(): void;
  on(event: "entry", listener: (entry: yauzl.Entry) => void): void;
  on(event: "error", listener: (error: Error) => void): void;
}

/**
 * Reads every record between `end.directoryAt` and `end.directoryEnd`, whatever number of them the archive declares,
 * up to `limit`.
 */
export async function readDirectory(source: ByteSource, end: ZipEnd, limit: number): Promise<Directory> {
  const records: DirectoryRecord[] = [];
  const badAt: number[] = [];
  let at = end.directoryAt;
  while (at < end.directoryEnd && records.length < limit) {
    at = await readRun(source, end, at, limit, records);
    if (at >= end.directoryEnd || records.length >= limit) break;
    badAt.push(at);
    at = nextRecord(source, at + 1, end.directoryEnd);
  }
  return { records, badAt, truncated: records.length >= limit && at < end.directoryEnd };
}

/** Reads records until one is bad; gives the offset of that one, or of the directory's end. */
async function readRun(
  source: ByteSource,
  end: ZipEnd,
  at: number,
  limit: number,
  records: DirectoryRecord[],
): Promise<number> {
  const zip = openAt(source, end.prefix, at);
  let next = at;
  let [failed, seen] = [false, false];
  let wake = (): void => undefined;
  zip.on("error", () => {
    failed = true;
    wake();
  });
  zip.on("entry", (entry) => {
    records.push(recordOf(entry, end.disks ? startOfDisk(source, next, end.disks) : end.prefix));
    seen = true;
    wake();
  });
  while (next < end.directoryEnd && records.length < limit) {
    seen = false;
    zip.readEntry();
    // The reader answers at once, and yauzl calls back at once except for records without name, extra and comment.
    if (!seen && !failed) await new Promise<void>((resolve) => (wake = resolve));
    if (failed) return next;
    next = zip.readEntryCursor + end.prefix;
  }
  return next;
}

/** Offset that a record's place counts from (4.4.13): the start of its segment, past the end of all where there is none such. */
function startOfDisk(source: ByteSource, recordAt: number, disks: readonly number[]): number {
  const number = readRange(source, recordAt + 34, 2);
  return disks[(number[0] ?? 0) | ((number[1] ?? 0) << 8)] ?? source.size;
}

function openAt(source: ByteSource, prefix: number, at: number): OpenZip {
  const reader = new SourceReader(source, prefix);
  const size = source.size - prefix;
  const opened: unknown = new yauzl.ZipFile(
    reader,
    at - prefix,
    size,
    Number.MAX_SAFE_INTEGER,
    "",
    false,
    true,
    false,
    false,
  );
  return opened as OpenZip;
}

function recordOf(entry: yauzl.Entry, prefix: number): DirectoryRecord {
  return {
    headerAt: entry.relativeOffsetOfLocalHeader + prefix,
    madeBy: entry.versionMadeBy,
    flags: entry.generalPurposeBitFlag,
    method: entry.compressionMethod,
    time: entry.lastModFileTime,
    date: entry.lastModFileDate,
    crc: entry.crc32,
    packedSize: entry.compressedSize,
    size: entry.uncompressedSize,
    attributes: entry.externalFileAttributes,
    name: entry.fileNameRaw,
    extra: entry.extraFieldRaw,
    comment: entry.fileCommentRaw,
  };
}

function nextRecord(source: ByteSource, from: number, to: number): number {
  return findSignature(source, Buffer.from([0x50, 0x4b, 0x01, 0x02]), from, to) ?? to;
}

const FIRST_STEP_BYTES = 4096;
const LAST_STEP_BYTES = 256 * 1024;

/** Offset of the first `signature` that lies wholly in [from, to), null where there is none. */
export function findSignature(source: ByteSource, signature: Buffer, from: number, to: number): number | null {
  let step = FIRST_STEP_BYTES;
  for (let at = from; at + signature.length <= to;) {
    const length = Math.min(step + signature.length - 1, to - at);
    const found = Buffer.from(readRange(source, at, length).buffer).indexOf(signature);
    if (found >= 0) return at + found;
    at += step;
    step = Math.min(step * 2, LAST_STEP_BYTES);
  }
  return null;
}
