/** Opens a VHDX: fixed, dynamic or differencing. What its log holds is carried out in memory; the file is only read. */
import { readRange } from "../../bytes/byte-source.ts";
import { nilGuid } from "../../bytes/guid.ts";
import { EvidenceError } from "../../model/errors.ts";
import { factsOf, type Fact } from "../../model/facts.ts";
import { finding, type Finding } from "../../model/findings.ts";
import { nothingBeside, type DiskImage, type ImageSegment, type ImageSurroundings } from "../image-format.ts";
import { findParent } from "../parent-image.ts";
import { readHeaders, readRegions, type Header } from "./headers.ts";
import { VhdxImage } from "./image.ts";
import { fileIdentifier } from "./layouts.ts";
import { readLog } from "./log.ts";
import { isVhdxParent, parentLinkages, parentPaths, readMetadata, type Metadata } from "./metadata.ts";
import { ReplayedSource } from "./replayed-source.ts";

/**
 * Throws EvidenceError: `image/not-recognised` without a file that could hold the headers, `image/structure-damaged` where
 * region table or metadata do not say what is needed to find anything.
 */
export function openVhdx(segments: readonly ImageSegment[], beside: ImageSurroundings = nothingBeside): VhdxImage {
  const [segment] = segments;
  if (!segment || segment.source.size < fileIdentifier.size) {
    throw new EvidenceError("image/not-recognised", { segments: segments.length });
  }
  const identifier = fileIdentifier.cursor().over(readRange(segment.source, 0, fileIdentifier.size));
  const findings: Finding[] = [];
  if (identifier.signature !== "vhdxfile") findings.push(damaged("file identifier", "signature"));
  const { header, findings: ofHeaders } = readHeaders(segment.source);
  findings.push(...ofHeaders);
  if (header && header.version !== 1) {
    findings.push(finding("image/unsupported", { feature: `version ${header.version}` }));
  }
  const { file, findings: ofLog } = replayed(segment, header);
  const regions = readRegions(file.source);
  const metadata = readMetadata(file.source, regions.metadata);
  findings.push(...ofLog, ...regions.findings, ...metadata.findings);
  const facts = factsOfImage(identifier.creator, header, ofLog.length === 0, metadata);
  const content = { file, header, regions, metadata, fileBytes: segment.source.size };
  if (!metadata.hasParent) return new VhdxImage(content, { facts, findings });
  const parent = openParent(metadata, beside);
  return new VhdxImage(content, { facts, findings: [...findings, ...parent.findings], below: parent.image });
}

function damaged(structure: string, problem: string): Finding {
  return finding("image/structure-damaged", { structure, problem });
}

/** The file as it is after its log, with findings only where the log is not empty. */
function replayed(segment: ImageSegment, header: Header | null): { file: ImageSegment; findings: Finding[] } {
  const log = header && readLog(segment.source, header, nilGuid);
  if (!log) return { file: segment, findings: [] };
  const findings = [finding("image/not-closed")];
  if (typeof log === "string") {
    return { file: segment, findings: [...findings, finding("image/vhdx-log-lost", { problem: log })] };
  }
  const { name, source } = segment;
  findings.push(finding("image/vhdx-log-replayed", { changes: log.count }));
  if (log.flushedBytes > source.size) {
    findings.push(finding("image/truncated", { segment: name, bytes: source.size, expected: log.flushedBytes }));
  }
  return { file: { name, source: new ReplayedSource(source, log.changes) }, findings };
}

function factsOfImage(creator: string, header: Header | null, closed: boolean, metadata: Metadata): Fact[] {
  const { hasParent, leaveAllocated, parent } = metadata;
  return [
    ...factsOf({
      kind: hasParent ? "differencing" : leaveAllocated ? "fixed" : "dynamic",
      version: header?.version,
      creator,
      uuid: metadata.diskId,
      "content-uuid": header?.dataWriteGuid,
      "block-bytes": metadata.blockBytes,
      "physical-sector-bytes": metadata.physicalSectorBytes,
      clean: header && (closed ? "yes" : "no"),
    }),
    ...(parent ? parentLinkages(parent) : []).map((value): Fact => ({ name: "parent-uuid", value })),
    ...(parent ? parentPaths(parent) : []).map((value): Fact => ({ name: "parent", value })),
  ];
}

function openParent(
  { parent, logicalSectorBytes }: Metadata,
  beside: ImageSurroundings,
): {
  image: DiskImage | null;
  findings: readonly Finding[];
} {
  if (!parent) return { image: null, findings: [finding("image/parent-missing")] };
  if (!isVhdxParent(parent)) {
    const unsupported = finding("image/unsupported", { feature: `parent of type ${parent.type}` });
    return { image: null, findings: [unsupported, finding("image/parent-missing")] };
  }
  const linkages = parentLinkages(parent);
  const fits = (image: DiskImage) => image instanceof VhdxImage && linkages.includes(image.contentUuid ?? "");
  const { image, findings } = findParent({ paths: parentPaths(parent), beside, fits });
  if (!image) return { image, findings };
  const fields = [
    ...(image instanceof VhdxImage ? [] : ["format"]),
    ...(!(image instanceof VhdxImage) || fits(image) ? [] : ["identifier"]),
    ...(image.bytesPerSector === logicalSectorBytes ? [] : ["sector size"]),
  ];
  return {
    image,
    findings: fields.length === 0 ? [] : [finding("image/parent-mismatch", { field: fields.join(", ") })],
  };
}
