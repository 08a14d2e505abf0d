/** What the small sections of a set say: the medium, its metadata, hashes and bad sectors. */
import { Buffer } from "node:buffer";
import { EvidenceError } from "../../model/errors.ts";
import { finding, type Finding } from "../../model/findings.ts";
import { adler32 } from "../../kernels/adler32.ts";
import { decodeHeaderText, parseHeaderText, type EwfStoredMetadata } from "./header-text.ts";
import { digestData, errorEntry, errorHeader, hashData, volumeData } from "./layouts.ts";
import type { SectorRange } from "./payloads.ts";
import { payloadOf, type EwfSection, type EwfSegment } from "./sections.ts";

/** A description of the medium. */
export interface EwfVolume {
  readonly segment: number;
  readonly type: "volume" | "disk" | "data";
  readonly verified: boolean;
  readonly mediaType: number;
  readonly mediaFlags: number;
  readonly chunkCount: number;
  readonly sectorsPerChunk: number;
  readonly bytesPerSector: number;
  readonly sectorCount: number;
  readonly compressionLevel: number;
  readonly errorGranularity: number;
  /** 32 hexadecimal digits; zeros where the program set none. */
  readonly guid: string;
}

const CHECKSUM = 4;
const MAX_HEADER_BYTES = 4 << 20;
/** Far above any list that a program writes: 8 million ranges. */
const MAX_ERRORS_BYTES = 64 << 20;

const isVolume = (type: string): type is EwfVolume["type"] => type === "volume" || type === "disk" || type === "data";

/** Payloads of sections of a type, in the order of the set. */
function* payloadsOf(segments: readonly EwfSegment[], type: string, limit: number): Iterable<[EwfSegment, Uint8Array]> {
  for (const segment of segments) {
    for (const section of segment.sections)
      if (section.type === type) yield [segment, payloadOf(segment, section, limit)];
  }
}

function damaged(segment: EwfSegment, section: string): Finding {
  return finding("image/section-damaged", { segment: segment.number, section });
}

/** The last four bytes of a structure are the Adler-32 of those before. */
function holds(payload: Uint8Array, size: number): boolean {
  if (payload.length < size) return false;
  const sum = new DataView(payload.buffer, payload.byteOffset + size - CHECKSUM, CHECKSUM).getUint32(0, true);
  return adler32(payload, 0, size - CHECKSUM) === sum;
}

/** Every description in a segment, damaged ones included. */
export function readVolume(segment: EwfSegment, findings: Finding[]): EwfVolume[] {
  return segment.sections.flatMap((section) => volumeIn(segment, section, findings));
}

function volumeIn(segment: EwfSegment, section: EwfSection, findings: Finding[]): EwfVolume[] {
  const { type } = section;
  if (!isVolume(type)) return [];
  const payload = payloadOf(segment, section, volumeData.size);
  const verified = holds(payload, volumeData.size);
  if (!verified) findings.push(damaged(segment, type));
  if (payload.length < volumeData.size) return [];
  const cursor = volumeData.cursor().over(payload);
  let sectorCount: number;
  try {
    sectorCount = cursor.sectorCount;
  } catch (error) {
    // More than 2^53 sectors: this description is of no use, another may be.
    if (error instanceof EvidenceError) return [];
    throw error;
  }
  const { mediaType, mediaFlags, chunkCount, sectorsPerChunk, bytesPerSector } = cursor;
  const { compressionLevel, errorGranularity } = cursor;
  const guid = Buffer.from(cursor.guid).toString("hex");
  return [
    {
      ...{
        segment: segment.number,
        type,
        verified,
        mediaType,
        mediaFlags,
        chunkCount,
        sectorsPerChunk,
        bytesPerSector,
      },
      ...{ sectorCount, compressionLevel, errorGranularity, guid },
    },
  ];
}

/** From the first header2, else header, that can be read; null where there is none. */
export function readMetadata(segments: readonly EwfSegment[], findings: Finding[]): EwfStoredMetadata | null {
  for (const type of ["header2", "header"]) {
    for (const [segment, payload] of payloadsOf(segments, type, MAX_HEADER_BYTES)) {
      const text = decodeHeaderText(payload);
      const metadata = text === null ? null : parseHeaderText(text);
      if (metadata) return metadata;
      findings.push(damaged(segment, type));
    }
  }
  return null;
}

const isSet = (digest: Uint8Array): boolean => digest.some((byte) => byte !== 0);

/** Hashes of the medium by algorithm; where a set names one twice, the later: EnCase leaves those of an interrupted try. */
export function readHashes(segments: readonly EwfSegment[], findings: Finding[]): Record<string, string> {
  const hashes: Record<string, string> = {};
  for (const [segment, payload] of payloadsOf(segments, "digest", digestData.size)) {
    if (!holds(payload, digestData.size)) {
      findings.push(damaged(segment, "digest"));
      continue;
    }
    const { md5, sha1 } = digestData.cursor().over(payload);
    if (isSet(md5)) hashes["md5"] = Buffer.from(md5).toString("hex");
    if (isSet(sha1)) hashes["sha1"] = Buffer.from(sha1).toString("hex");
  }
  for (const [segment, payload] of payloadsOf(segments, "hash", hashData.size)) {
    if (!holds(payload, hashData.size)) {
      findings.push(damaged(segment, "hash"));
      continue;
    }
    const { md5 } = hashData.cursor().over(payload);
    if (isSet(md5)) hashes["md5"] = Buffer.from(md5).toString("hex");
  }
  return hashes;
}

/** Sectors that the acquisition could not read: sorted, merged, clipped to the medium. */
export function readErrors(segments: readonly EwfSegment[], sectorCount: number, findings: Finding[]): SectorRange[] {
  const ranges: SectorRange[] = [];
  for (const [segment, payload] of payloadsOf(segments, "error2", MAX_ERRORS_BYTES)) {
    const found = errorsIn(payload, sectorCount);
    if (found) ranges.push(...found);
    else findings.push(damaged(segment, "error2"));
  }
  ranges.sort((a, b) => a.first - b.first);
  const merged: SectorRange[] = [];
  for (const range of ranges) {
    const last = merged.at(-1);
    if (last && range.first <= last.first + last.count) {
      const end = Math.max(last.first + last.count, range.first + range.count);
      merged[merged.length - 1] = { first: last.first, count: end - last.first };
    } else merged.push(range);
  }
  return merged;
}

function errorsIn(payload: Uint8Array, sectorCount: number): SectorRange[] | null {
  if (!holds(payload, errorHeader.size)) return null;
  const { entryCount } = errorHeader.cursor().over(payload);
  const end = errorHeader.size + entryCount * errorEntry.size;
  if (!holds(payload.subarray(errorHeader.size), end + CHECKSUM - errorHeader.size)) return null;
  const ranges: SectorRange[] = [];
  const entry = errorEntry.cursor();
  for (let at = errorHeader.size; at < end; at += errorEntry.size) {
    const { first, count } = entry.over(payload, at);
    const clipped = Math.min(count, sectorCount - first);
    if (clipped > 0) ranges.push({ first, count: clipped });
  }
  return ranges;
}
