/** Opens sets of logical evidence of both versions: L01 over the chunks of EWF, Lx01 over those of EWF version 2. */
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { inflateSync } from "node:zlib";
import { readRange } from "../../bytes/byte-source.ts";
import { bytes, struct, u32 } from "../../bytes/struct.ts";
import { wide } from "../../bytes/field-types.ts";
import { adler32 } from "../../kernels/adler32.ts";
import { EvidenceError } from "../../model/errors.ts";
import { factsOf } from "../../model/facts.ts";
import { finding, type Finding } from "../../model/findings.ts";
import { layChunks } from "../ewf/chunk-map.ts";
import { EwfImage } from "../ewf/image.ts";
import { readEwfSet, type EwfSet } from "../ewf/open.ts";
import { readHashes, readMetadata } from "../ewf/particulars.ts";
import { factsOfMetadata } from "../ewf/set-facts.ts";
import { entriesOf } from "../ewf/tables.ts";
import { noGuid } from "../ewf/volume.ts";
import { Ewf2Image } from "../ewf2/image.ts";
import { readEwf2Set } from "../ewf2/open.ts";
import { factsOfObjects } from "../ewf2/particulars.ts";
import { sectionHolds } from "../ewf2/sections.ts";
import type { ImageSegment } from "../image-format.ts";
import { dataSizeOf, LogicalEvidence, type TreeText } from "./evidence.ts";

/** In front of the text in the section ltree. */
const treeHeader = struct("l01.treeHeader", 48, {
  md5: [0, bytes(16), "of the text"],
  length: [16, wide, "bytes of the text"],
  checksum: [24, u32, "Adler-32 of the header with zeros in this place"],
});

const DESCRIPTOR = 76;
const WINDOW_BYTES = 1 << 20;
const MAX_CHUNK_BYTES = 128 << 20;

/** Throws EvidenceError: what `readEwfSet` throws, `logical/no-tree` where the list of files is not there. */
export function openL01(files: readonly ImageSegment[]): LogicalEvidence {
  const set = readEwfSet(files, "logical");
  const { segments, volume, findings } = set;
  const tree = treeOf(set, findings);
  const medium = mediumOf(set, dataSizeOf(tree));
  const metadata = readMetadata(segments, findings);
  const facts = factsOf({
    ...factsOfMetadata(metadata),
    "media-kind": "logical evidence",
    "block-bytes": medium.chunkBytes,
    uuid: volume.guid === noGuid ? null : volume.guid,
  });
  return new LogicalEvidence({ format: "l01", facts, findings, tree, medium });
}

/** The last tree whose header holds; a copy cannot be told from an older one. */
function treeOf({ segments }: EwfSet, findings: Finding[]): TreeText {
  const found = segments.flatMap((segment) =>
    segment.sections.filter(({ type }) => type === "ltree").map((section) => ({ segment, section })),
  );
  const last = found.at(-1);
  if (!last) throw new EvidenceError("logical/no-tree");
  const { segment, section } = last;
  const { source } = segment.file;
  const at = section.at + DESCRIPTOR;
  const head = readRange(source, at, treeHeader.size);
  const room = Math.max(0, Math.min(section.end, source.size) - at - treeHeader.size);
  const text = { source, at: at + treeHeader.size };
  if (head.length < treeHeader.size) throw new EvidenceError("logical/no-tree");
  const { md5, length, checksum } = treeHeader.cursor().over(head);
  const stored = Buffer.from(md5).toString("hex");
  const zeroed = Uint8Array.from(head);
  zeroed.fill(0, 24, 28);
  const headerHolds = adler32(zeroed) === checksum && length <= room;
  const tree = { ...text, length: headerHolds ? length : room };
  if (!headerHolds || md5Of(tree) !== stored) {
    findings.push(finding("image/section-damaged", { segment: segment.number, section: "ltree" }));
  }
  return tree;
}

function md5Of({ source, at, length }: TreeText): string {
  const hash = createHash("md5");
  for (let from = at; from < at + length; from += WINDOW_BYTES) {
    hash.update(readRange(source, from, Math.min(WINDOW_BYTES, at + length - from)));
  }
  return hash.digest("hex");
}

/** The data of all files, one behind the other. Of the volume section only the set's identifier can be relied on. */
function mediumOf(set: EwfSet, dataSize: number | null): EwfImage {
  const { segments, volume, pieces, chunks, findings } = set;
  const declared = volume.sectorsPerChunk * volume.bytesPerSector;
  const groups = pieces.flatMap((piece) => ("count" in piece && piece.count > 0 ? [piece] : []));
  const first = groups[0] ? storedBytes(groups[0], 0) : null;
  // All but the last are full; the volume section gives the block size of the source's file system.
  const chunkBytes = chunks > 1 && first !== null ? first : declared;
  const lastGroup = groups.at(-1);
  const last = lastGroup ? storedBytes(lastGroup, lastGroup.count - 1) : null;
  const found = chunks === 0 ? 0 : (chunks - 1) * chunkBytes + Math.min(chunkBytes, last ?? chunkBytes);
  const size = dataSize ?? found;
  const expected = Math.ceil(size / chunkBytes);
  if (expected !== chunks) {
    findings.push(finding("image/chunk-count", { expected, declared: volume.chunkCount, found: chunks }));
  }
  const laid = layChunks(pieces, expected);
  return new EwfImage({
    volume: { ...volume, bytesPerSector: 512 },
    size,
    chunkBytes,
    ranges: laid.ranges,
    sourceErrors: [],
    sessions: [],
    segments,
    storedHashes: readHashes(segments, findings),
    metadata: null,
    findings: laid.findings,
  });
}

/** How many bytes a chunk has unpacked; null where it cannot be unpacked. */
function storedBytes(group: Parameters<typeof entriesOf>[0], index: number): number | null {
  const { offsets, compressed } = entriesOf(group);
  const length = offsets[index + 1]! - offsets[index]!;
  if (length <= 4 || length > MAX_CHUNK_BYTES) return null;
  if (compressed[index] !== 1) return length - 4;
  try {
    const packed = readRange(group.segment.file.source, offsets[index]!, length);
    return inflateSync(packed, { maxOutputLength: MAX_CHUNK_BYTES }).length || null;
  } catch {
    // Damaged or larger than any chunk: then what the volume section says is used.
    return null;
  }
}

/** Throws EvidenceError: what `readEwf2Set` throws, `logical/no-tree` where the list of files is not there. */
export function openLx01(files: readonly ImageSegment[]): LogicalEvidence {
  const { segments, device, kase, groups, chunkBytes, bytesPerSector, guid, version, findings } = readEwf2Set(
    files,
    "logical",
  );
  const found = segments.flatMap((segment) =>
    segment.sections.filter(({ type }) => type === "files").map((section) => ({ segment, section })),
  );
  const last = found.at(-1);
  if (!last) throw new EvidenceError("logical/no-tree");
  const { segment, section } = last;
  if (!sectionHolds(segment, section)) {
    findings.push(finding("image/section-damaged", { segment: segment.number, section: "files" }));
  }
  const tree = { source: segment.file.source, at: section.start, length: section.at - section.start };
  const size = dataSizeOf(tree) ?? (groups.at(-1)?.end ?? 0) * chunkBytes;
  const { compression } = segments[0]!;
  const facts = [
    ...factsOfObjects(device, kase, compression),
    ...factsOf({ version, "block-bytes": chunkBytes, uuid: guid }),
  ];
  const options = { format: "lx01", size, bytesPerSector, chunkBytes, groups, segments, sourceErrors: [] };
  const medium = new Ewf2Image(options);
  return new LogicalEvidence({ format: "lx01", facts, findings, tree, medium });
}
