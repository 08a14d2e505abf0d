/** Which set a segment belongs to, by what it holds: so renamed segments are found. */
import { createHash } from "node:crypto";
import { readHead } from "../../bytes/byte-source.ts";
import type { ImageSegment, SetMember } from "../image-format.ts";
import { segmentHeader } from "./layouts.ts";
import { firstSections, segmentNumberOf } from "./sections.ts";
import { noGuid, volumeOf } from "./volume.ts";

/** The first segment has up to three headers in front of its volume section, the others begin with data. */
const SECTIONS_LOOKED_AT = 8;

/**
 * The number comes from the header. The set is its GUID (EnCase 5 and later); sets without one are told apart by the size of
 * their medium alone, which is only likely. Null where a segment does not describe the medium, as all but the first of SMART.
 * `signature` is the one that the segment must begin with.
 */
export function ewfMemberOf(file: ImageSegment, signature: Uint8Array): SetMember | null {
  const head = readHead(file.source, segmentHeader.size);
  const number = segmentNumberOf(head);
  if (number === null || !signature.every((byte, index) => head[index] === byte)) return null;
  const sections = firstSections(file.source, SECTIONS_LOOKED_AT);
  const segment = { number, file, sections, findings: [] };
  for (const section of sections) {
    const volume = volumeOf(segment, section);
    if (!volume) continue;
    if (volume.guid !== noGuid) return { set: volume.guid, number };
    const { sectorCount, bytesPerSector, sectorsPerChunk, chunkCount } = volume;
    const said = [sectorCount, bytesPerSector, sectorsPerChunk, chunkCount].join(" ");
    return { set: createHash("sha256").update(said).digest("hex"), number, likely: true };
  }
  return null;
}
