/** Opens a VHD: fixed, dynamic or differencing. */
import { EvidenceError } from "../../model/errors.ts";
import { factsOf, type Fact } from "../../model/facts.ts";
import { finding, type Finding } from "../../model/findings.ts";
import {
  nothingBeside,
  probeBytes,
  type DiskImage,
  type ImageSegment,
  type ImageSurroundings,
} from "../image-format.ts";
import { findParent } from "../parent-image.ts";
import { hasParent, readDynamicHeader, type DynamicHeader } from "./dynamic-header.ts";
import { factsOfFooter, findFooters, geometryFinding, withoutFooter, type Footer, type Footers } from "./footer.ts";
import { VhdImage } from "./image.ts";
import { JoinedSource } from "./joined-source.ts";
import { timeText } from "./layouts.ts";

/**
 * Throws EvidenceError: `image/not-recognised` for an empty file, `image/unsupported` for disks of another type,
 * `image/structure-damaged` where nothing says where the blocks are.
 */
export function openVhd(segments: readonly ImageSegment[], beside: ImageSurroundings = nothingBeside): VhdImage {
  const file = joined(segments);
  const footers = file && (findFooters(file.source, probeBytes) ?? withoutFooter(file.source));
  if (!file || !footers) throw new EvidenceError("image/not-recognised", { segments: segments.length });
  const { footer } = footers;
  if (footer.intact && !Number.isSafeInteger(footer.currentSize)) throw new EvidenceError("structure/number-too-large");
  // A damaged type does not hide that nothing but the medium lies in front.
  const fixed = footer.diskType === 2 || (!footer.intact && !Number.isSafeInteger(footer.dataOffset));
  const header = fixed ? null : readDynamicHeader(file.source, headerOffsets(footers));
  return header ? openDynamic(file, footers, header, beside) : openFixed(file, footers);
}

function joined(segments: readonly ImageSegment[]): ImageSegment | null {
  const [first] = segments;
  if (!first || segments.length === 1) return first ?? null;
  return { name: first.name, source: new JoinedSource(segments) };
}

function headerOffsets({ footer, copy, end }: Footers): number[] {
  return [footer, ...(copy ? [copy] : []), ...(end ? [end] : [])].map(({ dataOffset }) => dataOffset);
}

function openFixed(file: ImageSegment, footers: Footers): VhdImage {
  const { footer, findings } = footers;
  const held = footer.at;
  // What a damaged footer says of the size does not count.
  const size = footer.intact ? footer.currentSize : held;
  const found = [...findings, ...geometryFinding(footer)];
  if (footer.currentSize !== held) {
    found.push(finding("image/vhd-fixed-size", { declared: footer.currentSize, held }));
    if (size > held) found.push(finding("image/truncated", { segment: file.name, bytes: held, expected: size }));
  }
  const facts = [...factsOf({ kind: "fixed" }), ...factsOfFooter(footer)];
  const content = { file, footer, footersAt: [footer.at], header: null, held };
  return new VhdImage(content, { size, facts, findings: found });
}

function openDynamic(file: ImageSegment, footers: Footers, header: DynamicHeader, beside: ImageSurroundings): VhdImage {
  const { footer, end, copy } = footers;
  const size = dynamicSize(footer, header);
  const differencing = footer.diskType === 4 || (footer.diskType !== 3 && hasParent(header));
  if (footer.intact && footer.diskType !== 3 && footer.diskType !== 4) {
    throw new EvidenceError("image/unsupported", { feature: `disk type ${footer.diskType}` });
  }
  const found = [...footers.findings, ...header.findings, ...geometryFinding(footer)];
  const blocks = Math.ceil(size / header.blockBytes);
  if (blocks > header.tableEntries) {
    found.push(finding("image/vhd-table-short", { blocks, entries: header.tableEntries }));
  }
  const facts = [
    ...factsOf({ kind: differencing ? "differencing" : "dynamic", "block-bytes": header.blockBytes }),
    ...factsOfFooter(footer),
  ];
  const footersAt = [end, copy].flatMap((each) => (each ? [each.at] : []));
  const content = { file, footer, footersAt, header, held: 0 };
  if (!differencing) return new VhdImage(content, { size, facts, findings: found });
  const parent = openParent(header, size, beside);
  return new VhdImage(content, {
    size,
    facts: [...facts, ...parentFacts(header)],
    findings: [...found, ...parent.findings],
    below: parent.image,
  });
}

/** What a damaged footer says counts as far as the table goes. */
function dynamicSize({ intact, currentSize }: Footer, { tableEntries, blockBytes }: DynamicHeader): number {
  if (intact) return currentSize;
  const most = Math.min(tableEntries * blockBytes, Number.MAX_SAFE_INTEGER);
  return currentSize <= most ? currentSize : most;
}

function pathsOf({ locators, parentName }: DynamicHeader): string[] {
  return [...locators.map(({ path }) => path), parentName].filter((path) => path !== "");
}

function parentFacts(header: DynamicHeader): Fact[] {
  const paths = [...new Set(pathsOf(header))];
  return [
    ...factsOf({ "parent-uuid": header.parentUuid }),
    ...paths.map((value): Fact => ({ name: "parent", value })),
    ...factsOf({ "parent-date": timeText(header.parentTime) }),
  ];
}

function openParent(
  header: DynamicHeader,
  size: number,
  beside: ImageSurroundings,
): { image: DiskImage | null; findings: Finding[] } {
  const fits = (image: DiskImage) => image instanceof VhdImage && image.uuid === header.parentUuid;
  const { image, findings } = findParent({ paths: pathsOf(header), beside, fits });
  if (!image) return { image, findings: [...findings] };
  const field = mismatch(header, size, image);
  return { image, findings: field === null ? [] : [finding("image/parent-mismatch", { field })] };
}

/** What of the parent is not as the child says; null where all of it is. */
function mismatch(header: DynamicHeader, size: number, parent: DiskImage): string | null {
  if (!(parent instanceof VhdImage)) return "format";
  const fields: string[] = [];
  if (parent.uuid !== header.parentUuid) fields.push("identifier");
  // Some programs keep the date of the parent's file here, which is never before the one in its footer.
  if (header.parentTime !== 0 && parent.timeStamp > header.parentTime) fields.push("date");
  if (parent.size !== size) fields.push("size");
  return fields.length === 0 ? null : fields.join(", ");
}
