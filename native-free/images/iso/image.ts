/** The medium of an image that holds the sectors of an optical disc and nothing else. */
import { readHead, readRange } from "../../bytes/byte-source.ts";
import { EvidenceError } from "../../model/errors.ts";
import { factsOf } from "../../model/facts.ts";
import { finding, type Finding } from "../../model/findings.ts";
import type { ImageSegment } from "../image-format.ts";
import { MappedImage, type Extent } from "../mapped-image.ts";
import { bootLayout, descriptorLayout, descriptorSector, sectorBytes } from "./layouts.ts";

/** A disc has at most some 128 GB; a descriptor that says more is damaged. */
const mostBlocks = 2 ** 26;

export class IsoImage extends MappedImage {
  readonly #segment: ImageSegment;

  /** Throws EvidenceError `image/not-recognised`. */
  constructor(segment: ImageSegment) {
    const kind = isoKindOf(readRange(segment.source, descriptorSector * sectorBytes, 2 * sectorBytes));
    if (kind === null) throw new EvidenceError("image/not-recognised", { segments: 1 });
    const { size } = segment.source;
    const declared = declaredBytes(segment);
    const findings: Finding[] = [];
    if (declared > size) findings.push(finding("image/disc-short", { bytes: size, expected: declared }));
    super({
      format: "iso",
      size,
      bytesPerSector: isDisk(readHead(segment.source, bootLayout.size)) ? 512 : sectorBytes,
      facts: factsOf({ kind }),
      findings,
    });
    this.#segment = segment;
  }

  protected override extentAt(): Extent {
    return { kind: "stored", start: 0, end: this.size, segment: this.#segment, offset: 0 };
  }
}

/** Of the two sectors from the first descriptor on; null where there is none. */
export function isoKindOf(descriptors: Uint8Array): string | null {
  const cursor = descriptorLayout.cursor();
  const identifiers = [0, sectorBytes].map((at) =>
    at + descriptorLayout.size <= descriptors.length ? cursor.over(descriptors, at).identifier : "",
  );
  if (identifiers[0] === "CD001") return "ISO 9660";
  return identifiers[0] === "BEA01" && /^NSR0[23]$/.test(identifiers[1] ?? "") ? "UDF" : null;
}

/** 0 where nothing trustworthy says so. */
function declaredBytes({ source }: ImageSegment): number {
  const bytes = readRange(source, descriptorSector * sectorBytes, descriptorLayout.size);
  const { identifier, type, spaceBlocks, blockBytes } = descriptorLayout.cursor().over(bytes);
  const plausible = identifier === "CD001" && type === 1 && blockBytes === sectorBytes && spaceBlocks < mostBlocks;
  return plausible ? spaceBlocks * blockBytes : 0;
}

/** Whether the disc has a partition table as disks have one, which counts in sectors of 512 bytes. */
function isDisk(head: Uint8Array): boolean {
  if (head.length < bootLayout.size) return false;
  const { mark, firstStatus, firstType } = bootLayout.cursor().over(head);
  return mark === 0xaa55 && (firstStatus & 0x7f) === 0 && firstType !== 0;
}
