/** The payloads of the small sections, each closed by its Adler-32 (layouts.ts). */
import { adler32 } from "../../kernels/adler32.ts";
import type { EwfLevel } from "./chunk-codec.ts";
import { digestData, errorEntry, errorHeader, hashData, SECTORS_PER_CHUNK, volumeData } from "./layouts.ts";

export interface SectorRange {
  readonly first: number;
  readonly count: number;
}

/** error2 counts sectors in 32 bits. */
export const MAX_ERROR_SECTOR = 0xffff_ffff;

const CHECKSUM = 4;

interface Volume {
  readonly sizeBytes: number;
  readonly bytesPerSector: number;
  readonly mediaType: number;
  readonly mediaFlags: number;
  readonly level: EwfLevel;
  readonly guid: Uint8Array;
  readonly errorGranularity?: number;
}

/** Of volume and data. */
export function volumePayload(options: Volume, chunkCount: number): Uint8Array {
  const payload = new Uint8Array(volumeData.size);
  const cursor = volumeData.cursor().over(payload);
  cursor.mediaType = options.mediaType;
  cursor.chunkCount = chunkCount;
  cursor.sectorsPerChunk = SECTORS_PER_CHUNK;
  cursor.bytesPerSector = options.bytesPerSector;
  cursor.sectorCount = options.sizeBytes / options.bytesPerSector;
  cursor.mediaFlags = options.mediaFlags;
  cursor.compressionLevel = { 0: 0, 1: 1, 9: 2 }[options.level];
  cursor.errorGranularity = options.errorGranularity ?? SECTORS_PER_CHUNK;
  cursor.guid = options.guid;
  cursor.checksum = adler32(payload, 0, payload.length - CHECKSUM);
  return payload;
}

export function errorPayload(ranges: readonly SectorRange[]): Uint8Array {
  const payload = new Uint8Array(errorHeader.size + ranges.length * errorEntry.size + CHECKSUM);
  const header = errorHeader.cursor().over(payload);
  header.entryCount = ranges.length;
  header.checksum = adler32(payload, 0, errorHeader.size - CHECKSUM);
  const entry = errorEntry.cursor();
  for (const [index, { first, count }] of ranges.entries()) {
    entry.over(payload, errorHeader.size + index * errorEntry.size);
    entry.first = first;
    entry.count = count;
  }
  const end = payload.length - CHECKSUM;
  new DataView(payload.buffer).setUint32(end, adler32(payload, errorHeader.size, end), true);
  return payload;
}

export function hashPayload(md5: Uint8Array): Uint8Array {
  const payload = new Uint8Array(hashData.size);
  const cursor = hashData.cursor().over(payload);
  cursor.md5 = md5;
  cursor.checksum = adler32(payload, 0, payload.length - CHECKSUM);
  return payload;
}

/** The MD5 stays zero where it was not computed. */
export function digestPayload(md5: Uint8Array | null, sha1: Uint8Array): Uint8Array {
  const payload = new Uint8Array(digestData.size);
  const cursor = digestData.cursor().over(payload);
  if (md5) cursor.md5 = md5;
  cursor.sha1 = sha1;
  cursor.checksum = adler32(payload, 0, payload.length - CHECKSUM);
  return payload;
}
