/** The header of a VDI image, of either major version. */
import { readRange, type ByteSource } from "../../bytes/byte-source.ts";
import { mixedGuidText, nilGuid } from "../../bytes/guid.ts";
import { EvidenceError } from "../../model/errors.ts";
import { header0, header1, imageTypes, preHeader, VDI_SIGNATURE } from "./layouts.ts";

export interface VdiHeader {
  /** As "1.1". */
  readonly version: string;
  readonly text: string;
  /** A value of `imageTypes`. */
  readonly kind: string;
  readonly comment: string;
  readonly mapOffset: number;
  readonly dataOffset: number;
  /** Cylinders, heads, sectors; all 0 where it does not say. */
  readonly geometry: readonly [number, number, number];
  readonly sectorBytes: number;
  readonly size: number;
  readonly blockBytes: number;
  /** In front of each block. */
  readonly extraBytes: number;
  readonly blocks: number;
  readonly allocated: number;
  readonly uuid: string;
  readonly state: string;
  /** Null where there is none. */
  readonly parent: string | null;
  readonly parentState: string | null;
  /** Bytes of both headers. */
  readonly bytes: number;
}

/** Throws EvidenceError: `image/not-recognised`, `image/unsupported`, `image/structure-damaged`, `structure/number-too-large`. */
export function readVdiHeader(source: ByteSource): VdiHeader {
  const head = readRange(source, 0, preHeader.size + header1.size);
  if (head.length < preHeader.size) throw new EvidenceError("image/not-recognised", { segments: 1 });
  const { text, signature, version } = preHeader.cursor().over(head);
  if (signature !== VDI_SIGNATURE) throw new EvidenceError("image/not-recognised", { segments: 1 });
  const [major, minor] = [version >>> 16, version & 0xffff];
  const layout = major === 0 ? header0 : major === 1 ? header1 : null;
  if (!layout) throw new EvidenceError("image/unsupported", { feature: `version ${major}.${minor}` });
  if (head.length < preHeader.size + layout.size) throw damaged("length");
  const named = { version: `${major}.${minor}`, text: text.trim() };
  const header = major === 0 ? readHeader0(head, named) : readHeader1(head, named);
  refuseImpossible(header);
  return header;
}

function damaged(problem: string): EvidenceError {
  return new EvidenceError("image/structure-damaged", { structure: "header", problem });
}

type Named = Pick<VdiHeader, "version" | "text">;

function readHeader1(head: Uint8Array, named: Named): VdiHeader {
  const raw = header1.cursor().over(head, preHeader.size);
  const { mapOffset, dataOffset, sectorBytes, size, blockBytes, extraBytes, blocks, allocated } = raw;
  return {
    ...named,
    kind: kindOf(raw.type),
    comment: textOf(raw.comment),
    mapOffset,
    dataOffset,
    geometry: [raw.cylinders, raw.heads, raw.sectors],
    sectorBytes,
    size,
    blockBytes,
    extraBytes,
    blocks,
    allocated,
    uuid: mixedGuidText(raw.uuid),
    state: mixedGuidText(raw.state),
    parent: referenceOf(raw.parent),
    parentState: referenceOf(raw.parentState),
    bytes: preHeader.size + header1.size,
  };
}

function readHeader0(head: Uint8Array, named: Named): VdiHeader {
  const raw = header0.cursor().over(head, preHeader.size);
  const { sectorBytes, size, blockBytes, blocks, allocated } = raw;
  const bytes = preHeader.size + header0.size;
  return {
    ...named,
    kind: kindOf(raw.type),
    comment: textOf(raw.comment),
    mapOffset: bytes,
    dataOffset: bytes + blocks * 4,
    geometry: [raw.cylinders, raw.heads, raw.sectors],
    sectorBytes,
    size,
    blockBytes,
    extraBytes: 0,
    blocks,
    allocated,
    uuid: mixedGuidText(raw.uuid),
    state: mixedGuidText(raw.state),
    parent: referenceOf(raw.parent),
    parentState: null,
    bytes,
  };
}

function kindOf(type: number): string {
  const kind = imageTypes[type];
  if (kind === undefined) throw new EvidenceError("image/unsupported", { feature: `type ${type}` });
  return kind;
}

function referenceOf(bytes: Uint8Array): string | null {
  const text = mixedGuidText(bytes);
  return text === nilGuid ? null : text;
}

function textOf(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return new TextDecoder().decode(bytes.subarray(0, end === -1 ? bytes.length : end));
}

function refuseImpossible({ size, blockBytes, extraBytes }: VdiHeader): void {
  if (!Number.isSafeInteger(size)) throw new EvidenceError("structure/number-too-large");
  if (blockBytes < 512 || blockBytes % 512 !== 0 || extraBytes > blockBytes) throw damaged("size of a block");
}
