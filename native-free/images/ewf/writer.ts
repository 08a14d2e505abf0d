/**
 * Writes an E01 set as EnCase 6 and libewf do: header2 twice, header, volume; then groups of sectors, table and table2;
 * next or done at the end of a segment; data in front of every later segment; error2, digest and hash in the last.
 * The order of chunks alone decides every byte, so that a set continued at `resumeAt` equals one written in one go.
 * Specification: libyal, "Expert Witness Compression Format (EWF)", section "The sections".
 */
import { adler32 } from "../../kernels/adler32.ts";
import type { EncodedChunk } from "../encoded-chunk.ts";
import type { EwfLevel } from "./chunk-codec.ts";
import { encodeHeader, encodeHeader2, type EwfMetadata } from "./header-text.ts";
import {
  COMPRESSED_BIT,
  MAX_TABLE_ENTRIES,
  SECTORS_PER_CHUNK,
  sectionDescriptor,
  SEGMENT_SIGNATURE,
  segmentHeader,
  tableHeader,
} from "./layouts.ts";
import {
  digestPayload,
  errorPayload,
  hashPayload,
  MAX_ERROR_SECTOR,
  volumePayload,
  type SectorRange,
} from "./payloads.ts";
import { MAX_SEGMENTS } from "./segment-name.ts";

export const DEFAULT_SEGMENT_BYTES = 2000 * 1024 * 1024;
/**
 * Chunks of a group: the format's readers take up to 16,375; an interrupted set is continued behind its last whole group,
 * so smaller ones lose less (128 MiB of a medium with 512-byte sectors).
 */
export const USUAL_GROUP_CHUNKS = 4096;

/** Receives the segments in order. Bytes handed over are borrowed until the call returns. */
export interface EwfSink {
  beginSegment(number: number): void;
  /** Appends `length` bytes of `bytes` from `from` on. */
  write(bytes: Uint8Array, from: number, length: number): void;
  /** Overwrites bytes already written to the segment that is open. */
  patch(at: number, bytes: Uint8Array): void;
  endSegment(): void;
  /** Overwrites bytes of a segment that has ended: only needed where the size is not known before the end. */
  patchEnded?(number: number, at: number, bytes: Uint8Array): void;
}

/** Between two groups: all that a later writer needs to continue. */
export interface EwfPosition {
  readonly segment: number;
  /** Bytes of that segment that stand. */
  readonly at: number;
  /** Chunks of the image that stand. */
  readonly chunks: number;
}

export interface EwfWriterOptions {
  /** Of the source: a whole number of sectors; null where it is known at the end only (`EwfEnding.sizeBytes`). */
  readonly sizeBytes: number | null;
  readonly bytesPerSector: number;
  /** 0 removable, 1 fixed, 3 optical, 16 memory. */
  readonly mediaType: number;
  /** 1 image, 2 physical, 4 Fastbloc, 8 Tableau, added up. */
  readonly mediaFlags: number;
  readonly level: EwfLevel;
  readonly segmentBytes?: number;
  /** 16 bytes, the same in every segment. */
  readonly guid: Uint8Array;
  readonly metadata: EwfMetadata;
  readonly acquired: Date;
  /** Sectors retried together; 64 by default. */
  readonly errorGranularity?: number;
  /** At most 16,375. */
  readonly groupChunks?: number;
  /** Continues a set that was cut off there; the segment is open and cut to `at` in the sink. */
  readonly resumeAt?: EwfPosition;
}

export interface EwfEnding {
  /** Of the source, 16 bytes; null leaves the section out. */
  readonly md5: Uint8Array | null;
  /** Of the source, 20 bytes; null leaves the section out. */
  readonly sha1: Uint8Array | null;
  readonly badSectors: readonly SectorRange[];
  /** Of the source, where the writer was not told at the start. */
  readonly sizeBytes?: number;
}

/** What the format had no room for. */
export interface EwfFinished {
  readonly segments: number;
  /** Bad ranges past sector 2^32, which error2 cannot name. */
  readonly unnamedBadSectors: readonly SectorRange[];
}

const DESCRIPTOR = sectionDescriptor.size;
const CHECKSUM = 4;

const tableBytes = (entries: number): number => DESCRIPTOR + tableHeader.size + 4 * entries + CHECKSUM;

/** Throws RangeError on sizes that the format or its readers do not take; an Error on calls out of order. */
export class EwfWriter {
  readonly chunkBytes: number;
  /** Chunks that the whole image has; null while its size is not known. */
  readonly chunkCount: number | null;
  readonly #options: EwfWriterOptions;
  readonly #segmentBytes: number;
  readonly #groupLimit: number;
  readonly #sink: EwfSink;
  readonly #volume: Uint8Array;
  /** Signed, since a number above 2^31 may cost an object. */
  readonly #entries = new Int32Array(MAX_TABLE_ENTRIES);
  readonly #descriptor = new Uint8Array(DESCRIPTOR);
  readonly #cursor = sectionDescriptor.cursor();
  #segment = 0;
  #at = 0;
  #chunks = 0;
  /** Of the `sectors` descriptor of the open group; -1 between groups. */
  #group = -1;
  #groupChunks = 0;
  #finished = false;

  constructor(options: EwfWriterOptions, sink: EwfSink) {
    const { sizeBytes, bytesPerSector, guid } = options;
    if (guid.length !== 16) throw new RangeError("a GUID has 16 bytes");
    this.chunkBytes = SECTORS_PER_CHUNK * bytesPerSector;
    this.chunkCount = sizeBytes === null ? null : this.#chunksOf(sizeBytes, bytesPerSector);
    this.#options = options;
    this.#segmentBytes = options.segmentBytes ?? DEFAULT_SEGMENT_BYTES;
    this.#groupLimit = Math.min(MAX_TABLE_ENTRIES, options.groupChunks ?? USUAL_GROUP_CHUNKS);
    this.#sink = sink;
    this.#volume = volumePayload({ ...options, sizeBytes: sizeBytes ?? 0 }, this.chunkCount ?? 0);
    const smallest = smallestSegmentBytes(options);
    if (this.#segmentBytes < smallest) throw new RangeError(`a segment of this image takes at least ${smallest} bytes`);
    if (options.resumeAt) {
      ({ segment: this.#segment, at: this.#at, chunks: this.#chunks } = options.resumeAt);
    } else {
      this.#beginSegment();
    }
  }

  #chunksOf(sizeBytes: number, bytesPerSector: number): number {
    if (!Number.isSafeInteger(sizeBytes / bytesPerSector) || sizeBytes < 0 || !Number.isInteger(bytesPerSector)) {
      throw new RangeError(`${sizeBytes} bytes are no whole number of sectors of ${bytesPerSector}`);
    }
    const chunks = Math.ceil(sizeBytes / this.chunkBytes);
    if (chunks > 0xffff_ffff) throw new RangeError(`an E01 image has no more than 2^32 − 1 chunks`);
    return chunks;
  }

  /** Where a later writer could continue; null inside a group. */
  get position(): EwfPosition | null {
    return this.#group === -1 ? { segment: this.#segment, at: this.#at, chunks: this.#chunks } : null;
  }

  /** Chunks taken so far. */
  get chunks(): number {
    return this.#chunks;
  }

  /** The next chunk of the source; it is borrowed until the call returns. */
  addChunk({ bytes, from, length, compressed }: EncodedChunk): void {
    if (this.#finished || this.#chunks === (this.chunkCount ?? 0xffff_ffff))
      throw new Error("the image has all its chunks");
    if (this.#groupChunks === this.#groupLimit) this.#closeGroup();
    if (!this.#fits(length)) {
      this.#closeGroup();
      // The closed group may have made room for nothing: the chunk opens the next segment.
      if (!this.#fits(length)) this.#nextSegment();
    }
    if (this.#group === -1) this.#openGroup();
    const offset = this.#at - this.#group;
    this.#entries[this.#groupChunks++] = compressed ? offset + COMPRESSED_BIT : offset;
    this.#write(bytes, from, length);
    this.#chunks++;
  }

  /** Ends the set; throws Error while chunks are missing. */
  finish(ending: EwfEnding): EwfFinished {
    const { bytesPerSector } = this.#options;
    const expected = this.chunkCount ?? this.#chunksOf(ending.sizeBytes ?? -1, bytesPerSector);
    if (this.#finished || this.#chunks !== expected) {
      throw new Error(`the image has ${expected} chunks, not ${this.#chunks}`);
    }
    this.#closeGroup();
    this.#finished = true;
    if (this.chunkCount === null) this.#stateSize(ending.sizeBytes!, expected);
    if (this.#segment === 1) this.#section("data", this.#volume);
    const unnamed = ending.badSectors.filter(({ first, count }) => first + count - 1 > MAX_ERROR_SECTOR);
    const named = ending.badSectors.filter((range) => !unnamed.includes(range));
    if (named.length > 0) this.#section("error2", errorPayload(named));
    if (ending.sha1) this.#section("digest", digestPayload(ending.md5, ending.sha1));
    if (ending.md5) this.#section("hash", hashPayload(ending.md5));
    this.#lastSection("done");
    this.#sink.endSegment();
    return { segments: this.#segment, unnamedBadSectors: unnamed };
  }

  /** Writes the size into every section that had to be written without it. */
  #stateSize(sizeBytes: number, chunks: number): void {
    this.#volume.set(volumePayload({ ...this.#options, sizeBytes }, chunks));
    for (let segment = 1; segment <= this.#segment; segment++) {
      const headers = segment === 1 ? headerBytes(this.#options) : 0;
      const at = segmentHeader.size + headers + DESCRIPTOR;
      if (segment === this.#segment) this.#sink.patch(at, this.#volume);
      else if (this.#sink.patchEnded) this.#sink.patchEnded(segment, at, this.#volume);
      else throw new Error("this sink takes no image whose size is not known before its end");
    }
  }

  /** Whether the open segment holds `length` more bytes of chunk and all that must follow them in it. */
  #fits(length: number): boolean {
    const opening = this.#group === -1 ? DESCRIPTOR : 0;
    const tables = 2 * tableBytes((this.#group === -1 ? 0 : this.#groupChunks) + 1);
    const last = this.chunkCount === null || this.#chunks === this.chunkCount - 1;
    const ending = last ? endingBytes(this.#segment === 1) : DESCRIPTOR;
    return this.#at + opening + length + tables + ending <= this.#segmentBytes;
  }

  #beginSegment(): void {
    if (this.#segment === MAX_SEGMENTS) throw new RangeError(`an E01 set has no more than ${MAX_SEGMENTS} segments`);
    this.#segment++;
    this.#at = 0;
    this.#sink.beginSegment(this.#segment);
    this.#write(segmentHeaderBytes(this.#segment));
    if (this.#segment > 1) {
      this.#section("data", this.#volume);
      return;
    }
    for (const [type, payload] of headerSections(this.#options)) this.#section(type, payload);
    this.#section("volume", this.#volume);
  }

  #nextSegment(): void {
    this.#lastSection("next");
    this.#sink.endSegment();
    this.#beginSegment();
  }

  /** Its length is not known yet: until it is, the descriptor points to itself, as that of an interrupted writer. */
  #openGroup(): void {
    this.#group = this.#at;
    this.#groupChunks = 0;
    this.#write(this.#describe("sectors", this.#at, 0));
  }

  #closeGroup(): void {
    if (this.#group === -1) return;
    this.#sink.patch(this.#group, this.#describe("sectors", this.#at, this.#at - this.#group));
    const payload = tablePayload(this.#entries.subarray(0, this.#groupChunks), this.#group);
    this.#section("table", payload);
    this.#section("table2", payload);
    this.#group = -1;
    this.#groupChunks = 0;
  }

  #section(type: string, payload: Uint8Array): void {
    const length = DESCRIPTOR + payload.length;
    this.#write(this.#describe(type, this.#at + length, length));
    this.#write(payload);
  }

  #lastSection(type: "next" | "done"): void {
    this.#write(this.#describe(type, this.#at, 0));
  }

  #describe(type: string, next: number, length: number): Uint8Array {
    const cursor = this.#cursor.over(this.#descriptor);
    cursor.type = type;
    cursor.next = next;
    cursor.length = length;
    cursor.checksum = adler32(this.#descriptor, 0, DESCRIPTOR - CHECKSUM);
    return this.#descriptor;
  }

  #write(bytes: Uint8Array, from = 0, length = bytes.length): void {
    this.#sink.write(bytes, from, length);
    this.#at += length;
  }
}

function segmentHeaderBytes(number: number): Uint8Array {
  const bytes = new Uint8Array(segmentHeader.size);
  const cursor = segmentHeader.cursor().over(bytes);
  cursor.signature = SEGMENT_SIGNATURE;
  cursor.startOfFields = 1;
  cursor.segmentNumber = number;
  return bytes;
}

function headerSections({ metadata, acquired }: EwfWriterOptions): [type: string, payload: Uint8Array][] {
  const header2 = encodeHeader2(metadata, acquired);
  return [
    ["header2", header2],
    ["header2", header2],
    ["header", encodeHeader(metadata, acquired)],
  ];
}

function headerBytes(options: EwfWriterOptions): number {
  return headerSections(options).reduce((sum, [, { length }]) => sum + DESCRIPTOR + length, 0);
}

function tablePayload(entries: Int32Array, base: number): Uint8Array {
  const payload = new Uint8Array(tableHeader.size + 4 * entries.length + CHECKSUM);
  const header = tableHeader.cursor().over(payload);
  header.entryCount = entries.length;
  header.baseOffset = base;
  header.checksum = adler32(payload, 0, tableHeader.size - CHECKSUM);
  const view = new DataView(payload.buffer);
  for (let index = 0; index < entries.length; index++) {
    view.setInt32(tableHeader.size + 4 * index, entries[index]!, true);
  }
  const end = payload.length - CHECKSUM;
  view.setUint32(end, adler32(payload, tableHeader.size, end), true);
  return payload;
}

/** What follows the last table2: data in a set of one segment, digest, hash, done. error2 comes on top. */
function endingBytes(single: boolean): number {
  const volume = single ? DESCRIPTOR + 1052 : 0;
  return volume + DESCRIPTOR + 80 + DESCRIPTOR + 36 + DESCRIPTOR;
}

/**
 * The smallest segment that takes the headers, one chunk that does not compress and the ending. Only a list of bad sectors
 * (8 bytes a range) may make the last segment longer than asked for.
 */
export function smallestSegmentBytes(
  options: Pick<EwfWriterOptions, "metadata" | "acquired" | "bytesPerSector">,
): number {
  const headers = headerBytes(options as EwfWriterOptions);
  const chunk = DESCRIPTOR + SECTORS_PER_CHUNK * options.bytesPerSector + CHECKSUM + 2 * tableBytes(1);
  return segmentHeader.size + headers + DESCRIPTOR + 1052 + chunk + endingBytes(true);
}
