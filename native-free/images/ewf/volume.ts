/**
 * What a set says of its medium: the sections volume, disk and data. Three forms: 1052 bytes (EnCase, FTK Imager, linen), 94
 * bytes (SMART, and the first specification), and either without a checksum (Logicube before 2013). libyal, "Expert Witness
 * Compression Format (EWF)", sections "Volume section", "Disk section", "Data section".
 */
import { Buffer } from "node:buffer";
import { EvidenceError } from "../../model/errors.ts";
import { finding, type Finding } from "../../model/findings.ts";
import { smartVolume, volumeData } from "./layouts.ts";
import { damaged, holds } from "./particulars.ts";
import { payloadOf, type EwfSection, type EwfSegment } from "./sections.ts";

type VolumeType = "volume" | "disk" | "data";

/** A description of the medium. */
export interface EwfVolume {
  readonly segment: number;
  readonly type: VolumeType;
  readonly verified: boolean;
  /** There is no checksum that could fail. */
  readonly unsummed: boolean;
  /** Null in the short form, as is all that it does not have. */
  readonly mediaType: number | null;
  readonly mediaFlags: number;
  readonly chunkCount: number;
  readonly sectorsPerChunk: number;
  readonly bytesPerSector: number;
  readonly sectorCount: number;
  readonly compressionLevel: number | null;
  readonly errorGranularity: number;
  /** 32 hexadecimal digits; zeros where the program set none. */
  readonly guid: string;
  /** Cylinders, heads, sectors; null where they are not set. */
  readonly geometry: string | null;
  /** Sectors, 0 where there is none: of the PALM volume from the start, of the SMART logs from the end. */
  readonly palmStart: number;
  readonly smartStart: number;
}

export const noGuid = "0".repeat(32);

const isVolume = (type: string): type is VolumeType => type === "volume" || type === "disk" || type === "data";

/** Every description in a segment, damaged ones included. */
export function readVolume(segment: EwfSegment, findings: Finding[]): EwfVolume[] {
  return segment.sections.flatMap((section) => volumeIn(segment, section, findings));
}

/** The description in a section whose checksum holds or is absent; null where it is none. Adds nothing to any findings. */
export function volumeOf(segment: EwfSegment, section: EwfSection): EwfVolume | null {
  const findings: Finding[] = [];
  const [volume] = volumeIn(segment, section, findings);
  return volume && !findings.some(({ code }) => code === "image/section-damaged") ? volume : null;
}

function volumeIn(segment: EwfSegment, section: EwfSection, findings: Finding[]): EwfVolume[] {
  const { type } = section;
  if (!isVolume(type)) return [];
  const payload = payloadOf(segment, section, volumeData.size);
  const isShort = payload.length < volumeData.size;
  const size = isShort ? smartVolume.size : volumeData.size;
  const verified = holds(payload, size);
  const unsummed = !verified && payload.length >= size && payload.subarray(size - 4, size).every((byte) => byte === 0);
  if (!verified) {
    const said = { segment: segment.number, section: type };
    findings.push(unsummed ? finding("ewf/checksum-absent", said) : damaged(segment, type));
  }
  if (payload.length < size || (isShort && !verified && payload.length > size)) return [];
  const said = isShort ? shortForm(payload) : longForm(payload);
  return said ? [{ segment: segment.number, type, verified, unsummed, ...said }] : [];
}

type Said = Omit<EwfVolume, "segment" | "type" | "verified" | "unsummed">;

function shortForm(payload: Uint8Array): Said {
  const { chunkCount, sectorsPerChunk, bytesPerSector, sectorCount } = smartVolume.cursor().over(payload);
  const none = { geometry: null, palmStart: 0, smartStart: 0, guid: noGuid, mediaType: null, compressionLevel: null };
  return { ...none, mediaFlags: 0, errorGranularity: 0, chunkCount, sectorsPerChunk, bytesPerSector, sectorCount };
}

function longForm(payload: Uint8Array): Said | null {
  const cursor = volumeData.cursor().over(payload);
  let sectorCount: number;
  try {
    sectorCount = cursor.sectorCount;
  } catch (error) {
    // More than 2^53 sectors: this description is of no use, another may be.
    if (error instanceof EvidenceError) return null;
    throw error;
  }
  const { mediaType, mediaFlags, chunkCount, sectorsPerChunk, bytesPerSector } = cursor;
  const { compressionLevel, errorGranularity, cylinders, heads, sectorsPerTrack, palmStart, smartStart } = cursor;
  const geometry = cylinders > 0 ? `${cylinders}/${heads}/${sectorsPerTrack}` : null;
  const guid = Buffer.from(cursor.guid).toString("hex");
  const sizes = { chunkCount, sectorsPerChunk, bytesPerSector, sectorCount };
  return { ...sizes, mediaType, mediaFlags, compressionLevel, errorGranularity, geometry, guid, palmStart, smartStart };
}
