/** Opens a VDI image and, where it holds changes only, the one that they were made to. */
import type { ByteSource } from "../../bytes/byte-source.ts";
import { nilGuid } from "../../bytes/guid.ts";
import { EvidenceError, isEvidenceError } from "../../model/errors.ts";
import { factsOf, type Fact } from "../../model/facts.ts";
import { finding, type Finding } from "../../model/findings.ts";
import { nothingBeside, type ImageSegment, type ImageSurroundings } from "../image-format.ts";
import { readVdiHeader, type VdiHeader } from "./header.ts";
import { VdiImage } from "./image.ts";
import { mapEntry } from "./layouts.ts";

/** Files beside an image that are looked at to find its parent, which it knows by an identifier only. */
const MOST_LOOKED_AT = 4096;

/** Throws EvidenceError as `readVdiHeader`. */
export function openVdi(segments: readonly ImageSegment[], beside: ImageSurroundings = nothingBeside): VdiImage {
  const segment = segments[0];
  if (!segment) throw new EvidenceError("image/not-recognised", { segments: 0 });
  const header = readVdiHeader(segment.source);
  const parent = parentOf(header, beside);
  return new VdiImage({
    segment,
    header,
    below: parent.below,
    facts: factsOfHeader(header),
    findings: [...disagreementsOf(header, segment), ...parent.findings],
  });
}

interface Parent {
  readonly below: ByteSource | null | undefined;
  readonly findings: readonly Finding[];
}

function parentOf(header: VdiHeader, beside: ImageSurroundings): Parent {
  const changesOnly = header.kind === "differencing" || header.kind === "undo";
  if (header.parent === null && !changesOnly) return { below: undefined, findings: [] };
  const found = header.parent === null ? null : fileWith(header.parent, beside);
  if (!found) return { below: null, findings: [finding("image/parent-missing")] };
  try {
    const below = beside.image(found.name);
    const differs = header.parentState !== null && header.parentState !== found.state;
    return { below, findings: differs ? [finding("image/parent-mismatch", { field: "state" })] : [] };
  } catch (error) {
    if (!isEvidenceError(error)) throw error;
    return { below: null, findings: [finding(error.code, error.params)] };
  }
}

function fileWith(uuid: string, beside: ImageSurroundings): { readonly name: string; readonly state: string } | null {
  const names = beside.names.filter((name) => /\.vdi$/i.test(name)).slice(0, MOST_LOOKED_AT);
  for (const name of names) {
    const segment = beside.segment(name);
    const header = segment && headerOrNull(segment);
    if (header?.uuid === uuid) return { name, state: header.state };
  }
  return null;
}

function headerOrNull({ source }: ImageSegment): VdiHeader | null {
  try {
    return readVdiHeader(source);
  } catch (error) {
    // A neighbour that is no VDI image is not the parent.
    if (isEvidenceError(error)) return null;
    throw error;
  }
}

function disagreementsOf(header: VdiHeader, { name, source }: ImageSegment): Finding[] {
  const { mapOffset, dataOffset, blocks, blockBytes, extraBytes, allocated, size, bytes, sectorBytes } = header;
  const tell = (structure: string, problem: string) => finding("image/structure-damaged", { structure, problem });
  const mapEnd = mapOffset + blocks * mapEntry.size;
  const expected = Math.max(mapEnd, dataOffset + Math.min(allocated, blocks) * (blockBytes + extraBytes));
  const rows: readonly (readonly [boolean, () => Finding])[] = [
    [mapOffset < bytes || mapEnd > dataOffset, () => tell("map of blocks", "place")],
    [blocks * blockBytes < size, () => tell("map of blocks", "too short for the medium")],
    [allocated > blocks, () => tell("header", "number of blocks that are used")],
    [sectorBytes !== 512, () => tell("header", "bytes of a sector")],
    [expected > source.size, () => finding("image/truncated", { segment: name, bytes: source.size, expected })],
  ];
  return rows.filter(([wrong]) => wrong).map(([, found]) => found());
}

function factsOfHeader(header: VdiHeader): Fact[] {
  const { version, text, kind, comment, blockBytes, allocated, geometry, uuid, state, parent, parentState } = header;
  const geometryKnown = geometry.some((count) => count !== 0);
  return factsOf({
    version,
    creator: text,
    kind,
    description: comment,
    "block-bytes": blockBytes,
    "used-blocks": allocated,
    geometry: geometryKnown ? geometry.join("/") : null,
    uuid,
    "state-uuid": state === nilGuid ? null : state,
    "parent-uuid": parent,
    "parent-state-uuid": parentState,
  });
}
