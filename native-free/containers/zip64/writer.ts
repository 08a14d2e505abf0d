/**
 * A ZIP archive written front to back: APPNOTE 6.3.10, every header in its ZIP64 form (4.5.3, 4.3.14, 4.3.15) whatever the
 * sizes, so that one layout serves all of them; names in UTF-8 with the flag of 4.4.4 bit 11. The bytes depend on the calls and
 * on `dosTime` alone. Methods 0 (stored) and 8 (deflate). Not written: encryption, data descriptors, several disks.
 * Read by: unzip, Python's zipfile, this project's own ZIP reader.
 */
import { Buffer } from "node:buffer";
import { constants, crc32, deflateRawSync } from "node:zlib";
import {
  directoryExtra,
  directoryRecord,
  endRecord,
  endRecords,
  localExtra,
  localHeader,
  madeBy,
  ones16,
  ones32,
  utf8Flag,
  zip64Version,
} from "./layouts.ts";

/** Where the archive goes. Both calls must be done with `bytes` when they return. */
export interface ByteSink {
  /** Adds bytes at the end. */
  write(bytes: Uint8Array): void;
  /** Replaces bytes that were written before, at `at` from the start of the archive. */
  patch(at: number, bytes: Uint8Array): void;
}

/** A finished member. Sizes and offsets in bytes. */
export interface Zip64Entry {
  readonly name: string;
  readonly method: 0 | 8;
  readonly crc32: number;
  readonly compressedSize: number;
  readonly size: number;
  /** Offset of the local header; the member ends at `headerAt + localHeaderBytes(name) + compressedSize`. */
  readonly headerAt: number;
}

export interface Zip64Options {
  /** The time of every member; its UTC fields are written, years outside 1980–2107 as the nearest that the format holds. */
  readonly dosTime: Date;
  /** Goes on behind the members of an archive that was cut back to `at`; the sink stands there. */
  readonly resume?: { readonly at: number; readonly entries: readonly Zip64Entry[] };
}

const fileMode = 0o100644;
const folderMode = 0o040755;
const dosFolder = 0x10;
const nameLimitBytes = 0xffff;
const flushAtBytes = 1 << 16;

/** Bytes of the local header of a member, with its name and extra field. */
export function localHeaderBytes(name: string): number {
  return localHeader.size + Buffer.byteLength(name, "utf8") + localExtra.size;
}

interface DosTime {
  readonly date: number;
  readonly time: number;
}

/** One of each: a header is complete before the next is begun. */
const local = localHeader.cursor();
const localSizes = localExtra.cursor();
const central = directoryRecord.cursor();
const centralSizes = directoryExtra.cursor();

/** The local header of a finished member, with its name and extra field. */
export function localHeaderOf(entry: Zip64Entry, dos: DosTime): Uint8Array {
  const name = nameBytes(entry.name);
  const bytes = new Uint8Array(localHeader.size + name.length + localExtra.size);
  local.over(bytes);
  local.signature = 0x04034b50;
  local.versionNeeded = zip64Version;
  local.flags = utf8Flag;
  local.method = entry.method;
  local.time = dos.time;
  local.date = dos.date;
  local.crc32 = entry.crc32;
  local.compressedSize32 = ones32;
  local.size32 = ones32;
  local.nameLength = name.length;
  local.extraLength = localExtra.size;
  bytes.set(name, localHeader.size);
  localSizes.over(bytes, localHeader.size + name.length);
  localSizes.id = 1;
  localSizes.length = localExtra.size - 4;
  localSizes.size = entry.size;
  localSizes.compressedSize = entry.compressedSize;
  return bytes;
}

/** MS-DOS date and time (APPNOTE 4.4.6), two-second steps. */
export function dosTimeOf(when: Date): DosTime {
  const year = when.getUTCFullYear();
  if (!(year >= 1980)) return { date: (1 << 5) | 1, time: 0 };
  if (year > 2107) return { date: (127 << 9) | (12 << 5) | 31, time: (23 << 11) | (59 << 5) | 29 };
  return {
    date: ((year - 1980) << 9) | ((when.getUTCMonth() + 1) << 5) | when.getUTCDate(),
    time: (when.getUTCHours() << 11) | (when.getUTCMinutes() << 5) | (when.getUTCSeconds() >> 1),
  };
}

interface OpenMember {
  readonly name: string;
  readonly method: 0 | 8;
  readonly headerAt: number;
  compressedSize: number;
  size: number;
  crc: number;
  /** Bytes that wait for being deflated. */
  held: Uint8Array[];
  heldBytes: number;
}

/** Streamed members are deflated in blocks of so many bytes, each complete in itself. */
const deflateAtBytes = 1 << 18;
/** An empty last block with the fixed code (RFC 1951, 3.2.6): ends what blocks flushed to a byte boundary began. */
const lastBlock = Uint8Array.of(0x03, 0x00);

/**
 * One member at a time. RangeError where a name is no well-formed text or too long, or a call comes out of turn; errors of the
 * sink pass through. Names are written as given: making them safe and unique is the caller's part.
 */
export class Zip64Writer {
  readonly #sink: ByteSink;
  readonly #dos: DosTime;
  readonly #entries: Zip64Entry[];
  #at: number;
  #open: OpenMember | null = null;
  #finished = false;

  constructor(sink: ByteSink, options: Zip64Options) {
    this.#sink = sink;
    this.#dos = dosTimeOf(options.dosTime);
    this.#at = options.resume?.at ?? 0;
    this.#entries = [...(options.resume?.entries ?? [])];
  }

  /** Bytes of the archive so far: where the next member begins, or where the open one has come to. */
  get at(): number {
    return this.#at;
  }

  /** Finished members in the order of writing. */
  get entries(): readonly Zip64Entry[] {
    return this.#entries;
  }

  addStored(name: string, bytes: Uint8Array): Zip64Entry {
    return this.addPacked(name, { method: 0, crc32: crc32(bytes), size: bytes.length, packed: bytes });
  }

  /** Deflated; stored where that is not smaller. */
  addDeflated(name: string, bytes: Uint8Array): Zip64Entry {
    const packed = deflateRawSync(bytes);
    if (packed.length >= bytes.length) return this.addStored(name, bytes);
    return this.addPacked(name, { method: 8, crc32: crc32(bytes), size: bytes.length, packed });
  }

  /** A member whose bytes somebody else compressed (raw deflate for method 8) and counted. */
  addPacked(
    name: string,
    content: { readonly method: 0 | 8; readonly crc32: number; readonly size: number; readonly packed: Uint8Array },
  ): Zip64Entry {
    this.#mustBeReady();
    const { method, size, packed } = content;
    const headerAt = this.#at;
    const entry = { name, method, crc32: content.crc32, compressedSize: packed.length, size, headerAt };
    this.#write(this.#localHeader(entry));
    this.#write(packed);
    this.#entries.push(entry);
    return entry;
  }

  /** Begins a member of unknown size; `append` brings its bytes, `endStored` patches its header. */
  beginStored(name: string): void {
    this.#begin(name, 0);
  }

  /** The same, deflated; `append` keeps up to 256 KiB in memory, `endDeflated` patches the header. */
  beginDeflated(name: string): void {
    this.#begin(name, 8);
  }

  append(bytes: Uint8Array): void {
    const open = this.#mustBeOpen();
    open.crc = crc32(bytes, open.crc);
    open.size += bytes.length;
    if (open.method === 0) return this.#writeContent(open, bytes);
    open.held.push(Uint8Array.from(bytes));
    open.heldBytes += bytes.length;
    if (open.heldBytes >= deflateAtBytes) this.#deflateHeld(open);
  }

  endStored(): Zip64Entry {
    return this.#end();
  }

  endDeflated(): Zip64Entry {
    const open = this.#mustBeOpen();
    this.#deflateHeld(open);
    this.#writeContent(open, lastBlock);
    return this.#end();
  }

  /** Gives the open member up and goes back to its beginning, which is returned: the caller cuts the sink there. */
  abandon(): number {
    this.#at = this.#mustBeOpen().headerAt;
    this.#open = null;
    return this.#at;
  }

  /** The central directory and the end records. `comment` up to 65,535 bytes. Nothing can be added afterwards. */
  finish(comment: Uint8Array): void {
    this.#mustBeReady();
    if (comment.length > ones16) throw new RangeError(`a comment of ${comment.length} bytes`);
    this.#finished = true;
    const directoryAt = this.#at;
    let held: Uint8Array[] = [];
    let heldBytes = 0;
    for (const entry of this.#entries) {
      const record = this.#directoryRecord(entry);
      held.push(record);
      heldBytes += record.length;
      if (heldBytes < flushAtBytes) continue;
      this.#write(Buffer.concat(held));
      held = [];
      heldBytes = 0;
    }
    if (heldBytes > 0) this.#write(Buffer.concat(held));
    this.#writeEnd(directoryAt, comment);
  }

  #writeEnd(directoryAt: number, comment: Uint8Array): void {
    const recordAt = this.#at;
    const bytes = new Uint8Array(endRecords.size + endRecord.size + comment.length);
    Object.assign(endRecords.cursor().over(bytes), {
      signature: 0x06064b50,
      recordLength: 44,
      versionMadeBy: madeBy,
      versionNeeded: zip64Version,
      diskEntries: this.#entries.length,
      entries: this.#entries.length,
      directorySize: recordAt - directoryAt,
      directoryAt,
      locatorSignature: 0x07064b50,
      recordAt,
      disks: 1,
    });
    Object.assign(endRecord.cursor().over(bytes, endRecords.size), {
      signature: 0x06054b50,
      disk: ones16,
      directoryDisk: ones16,
      diskEntries: ones16,
      entries: ones16,
      directorySize: ones32,
      directoryAt: ones32,
      commentLength: comment.length,
    });
    bytes.set(comment, endRecords.size + endRecord.size);
    this.#write(bytes);
  }

  #begin(name: string, method: 0 | 8): void {
    this.#mustBeReady();
    const headerAt = this.#at;
    this.#write(this.#localHeader({ name, method, crc32: 0, compressedSize: 0, size: 0, headerAt }));
    this.#open = { name, method, headerAt, compressedSize: 0, size: 0, crc: 0, held: [], heldBytes: 0 };
  }

  #end(): Zip64Entry {
    const { name, method, headerAt, compressedSize, size, crc } = this.#mustBeOpen();
    const entry: Zip64Entry = { name, method, crc32: crc, compressedSize, size, headerAt };
    this.#sink.patch(headerAt, this.#localHeader(entry));
    this.#entries.push(entry);
    this.#open = null;
    return entry;
  }

  #deflateHeld(open: OpenMember): void {
    if (open.heldBytes === 0) return;
    const options = { finishFlush: constants.Z_SYNC_FLUSH };
    this.#writeContent(open, deflateRawSync(Buffer.concat(open.held), options));
    open.held = [];
    open.heldBytes = 0;
  }

  #writeContent(open: OpenMember, bytes: Uint8Array): void {
    open.compressedSize += bytes.length;
    this.#write(bytes);
  }

  #localHeader(entry: Zip64Entry): Uint8Array {
    return localHeaderOf(entry, this.#dos);
  }

  #directoryRecord(entry: Zip64Entry): Uint8Array {
    const name = nameBytes(entry.name);
    const bytes = new Uint8Array(directoryRecord.size + name.length + directoryExtra.size);
    central.over(bytes);
    central.signature = 0x02014b50;
    central.versionMadeBy = madeBy;
    central.versionNeeded = zip64Version;
    central.flags = utf8Flag;
    central.method = entry.method;
    central.time = this.#dos.time;
    central.date = this.#dos.date;
    central.crc32 = entry.crc32;
    central.compressedSize32 = ones32;
    central.size32 = ones32;
    central.nameLength = name.length;
    central.extraLength = directoryExtra.size;
    central.externalAttributes = entry.name.endsWith("/") ? folderMode * 0x1_0000 + dosFolder : fileMode * 0x1_0000;
    central.headerAt32 = ones32;
    bytes.set(name, directoryRecord.size);
    centralSizes.over(bytes, directoryRecord.size + name.length);
    centralSizes.id = 1;
    centralSizes.length = directoryExtra.size - 4;
    centralSizes.size = entry.size;
    centralSizes.compressedSize = entry.compressedSize;
    centralSizes.headerAt = entry.headerAt;
    return bytes;
  }

  #write(bytes: Uint8Array): void {
    this.#sink.write(bytes);
    this.#at += bytes.length;
  }

  #mustBeReady(): void {
    if (this.#finished) throw new RangeError("the archive is finished");
    if (this.#open) throw new RangeError("a member is open");
  }

  #mustBeOpen(): OpenMember {
    if (!this.#open) throw new RangeError("no member is open");
    return this.#open;
  }
}

function nameBytes(name: string): Buffer {
  if (name === "" || !name.isWellFormed()) throw new RangeError("not a name of a member");
  const bytes = Buffer.from(name, "utf8");
  if (bytes.length > nameLimitBytes) throw new RangeError(`a name of ${bytes.length} bytes`);
  return bytes;
}
