/** Opens an E01 set: sorts the segments, reads what they say of the medium, finds the chunks. */
import { Buffer } from "node:buffer";
import { readHead, readRange } from "../../bytes/byte-source.ts";
import { EvidenceError } from "../../model/errors.ts";
import { finding, type Finding } from "../../model/findings.ts";
import type { ImageSegment } from "../image-format.ts";
import { layChunks } from "./chunk-map.ts";
import { EwfImage } from "./image.ts";
import { ENCRYPTED_SIGNATURE, LOGICAL_SIGNATURE, segmentHeader } from "./layouts.ts";
import { readErrors, readHashes, readMetadata, readSessions } from "./particulars.ts";
import { scanSegment, segmentNumberOf, type EwfSegment } from "./sections.ts";
import { ewfSegmentNumber, familyOf, type EwfFamily } from "./segment-name.ts";
import { groupsOf, type ChunkGroup, type ChunkHole } from "./tables.ts";
import { readVolume, type EwfVolume } from "./volume.ts";

/** The largest chunk that any program writes is 32,768 sectors of 4096 bytes. */
const MAX_CHUNK_BYTES = 128 << 20;

/** What the segments of a set say together. */
export interface EwfSet {
  /** In order of their numbers, each once. */
  readonly segments: readonly EwfSegment[];
  readonly volume: EwfVolume;
  /** Groups of all segments, and a hole where a segment is missing or a table is. */
  readonly pieces: readonly (ChunkGroup | ChunkHole)[];
  /** That the tables name. */
  readonly chunks: number;
  /** So far; whoever opens the set adds to them. */
  readonly findings: Finding[];
}

/**
 * Reads the segments of one set, given in any order. Throws EvidenceError `image/not-recognised`, `image/encrypted`,
 * `image/logical-evidence` (a medium was wanted), `image/no-volume`, `image/implausible` or `image/two-images`; all other damage
 * is a finding.
 */
export function readEwfSet(files: readonly ImageSegment[], kind: "medium" | "logical"): EwfSet {
  const findings: Finding[] = [];
  const segments = segmentsIn(files, kind, findings);
  for (const segment of segments) findings.push(...segment.findings);
  for (const { number, sections } of segments) {
    if (sections.some(({ type }) => type === "incomplete"))
      findings.push(finding("ewf/incomplete", { segment: number }));
  }
  const volume = mediaOf(segments, findings);
  const pieces = piecesOf(segments, volume.sectorsPerChunk * volume.bytesPerSector, findings);
  const chunks = pieces.reduce((sum, piece) => sum + ("count" in piece ? piece.count : 0), 0);
  return { segments, volume, pieces, chunks, findings };
}

/** Opens a medium; throws as `readEwfSet` does. */
export function openEwf(files: readonly ImageSegment[]): EwfImage {
  const { segments, volume, pieces, chunks: found, findings } = readEwfSet(files, "medium");
  const chunkBytes = volume.sectorsPerChunk * volume.bytesPerSector;
  // An acquisition that was never finished says nothing of the size.
  const isOpen = volume.sectorCount === 0 && found > 0;
  if (isOpen) findings.push(finding("ewf/size-unknown"));
  const size = isOpen ? found * chunkBytes : volume.sectorCount * volume.bytesPerSector;
  const expected = Math.ceil(size / chunkBytes);
  if (found !== expected || volume.chunkCount !== expected) {
    findings.push(finding("image/chunk-count", { expected, declared: volume.chunkCount, found }));
  }
  const laid = layChunks(pieces, expected);
  findings.push(...laid.findings);
  const errors = readErrors(segments, size / volume.bytesPerSector, findings);
  const sectors = errors.reduce((sum, { count }) => sum + count, 0);
  if (sectors > 0) findings.push(finding("image/source-errors", { sectors }));
  const sessions = readSessions(segments, findings);
  const tracks = sessions.filter(({ audio }) => audio).length;
  if (tracks > 0) findings.push(finding("ewf/audio-tracks", { tracks }));
  return new EwfImage({
    volume,
    size,
    chunkBytes,
    ranges: laid.ranges,
    sourceErrors: errors,
    sessions,
    segments,
    storedHashes: readHashes(segments, findings),
    metadata: readMetadata(segments, findings),
    findings,
  });
}

/** In order of their numbers, each once. */
function segmentsIn(files: readonly ImageSegment[], kind: "medium" | "logical", findings: Finding[]): EwfSegment[] {
  const byNumber = new Map<number, EwfSegment>();
  const family = familyOf(
    files[0]?.name ?? "",
    files.map(({ name }) => name),
  );
  const namesHold = namesAreRight(files, family);
  let foreign = 0;
  for (const file of files) {
    const head = readHead(file.source, segmentHeader.size);
    const starts = (signature: Uint8Array): boolean => Buffer.compare(head.subarray(0, 8), signature) === 0;
    if (starts(ENCRYPTED_SIGNATURE)) throw new EvidenceError("image/encrypted", { scheme: "AD" });
    const isLogical = starts(LOGICAL_SIGNATURE);
    if (isLogical && kind === "medium") throw new EvidenceError("image/logical-evidence");
    const inHeader = isLogical === (kind === "logical") ? segmentNumberOf(head) : null;
    const inName = numberInName(file, family);
    const isCopy = namesHold && inHeader !== inName && isCopyOfNumber(file, inHeader, files, family);
    const number = namesHold && !isCopy ? (inName ?? inHeader) : (inHeader ?? inName);
    const segment = number === null ? null : scanSegment(file, number);
    if (number === null || !segment?.sections.some(({ type }) => type !== "")) {
      foreign++;
      continue;
    }
    if (byNumber.has(number)) {
      findings.push(finding("image/segment-twice", { segment: number }));
      continue;
    }
    if (inHeader !== number) findings.push(finding("image/segment-header", { segment: number }));
    byNumber.set(number, segment);
  }
  if (byNumber.size === 0) throw new EvidenceError("image/not-recognised", { segments: files.length });
  if (foreign > 0) findings.push(finding("image/segment-foreign", { files: foreign }));
  return [...byNumber.values()].sort((a, b) => a.number - b.number);
}

/** Whether a file is another one of the set over again, under the name of a third. */
function isCopyOfNumber(
  file: ImageSegment,
  number: number | null,
  files: readonly ImageSegment[],
  family: EwfFamily,
): boolean {
  const original = files.find((other) => other !== file && number !== null && numberInName(other, family) === number);
  if (!original || original.source.size !== file.source.size) return false;
  const ends = [0, Math.max(0, file.source.size - COMPARED_BYTES)];
  return ends.every(
    (at) =>
      Buffer.compare(readRange(file.source, at, COMPARED_BYTES), readRange(original.source, at, COMPARED_BYTES)) === 0,
  );
}

/** At either end of two files: tables and hashes at the end differ where anything does. */
const COMPARED_BYTES = 64 * 1024;

function numberInName({ name }: ImageSegment, family: EwfFamily): number | null {
  return ewfSegmentNumber(name.slice(name.lastIndexOf(".") + 1), family);
}

/**
 * The number in a segment header has no checksum, and a name is soon changed. Headers that number the files without gap or
 * repetition are right: files were renamed or exchanged. Else one that does not agree is damage where most names do.
 */
function namesAreRight(files: readonly ImageSegment[], family: EwfFamily): boolean {
  const headers = files.map((file) => segmentNumberOf(readHead(file.source, segmentHeader.size)));
  const inOrder = headers.toSorted((a, b) => (a ?? 0) - (b ?? 0)).every((number, index) => number === index + 1);
  if (inOrder) return false;
  const agreeing = files.filter(
    (file, index) => headers[index] !== null && headers[index] === numberInName(file, family),
  );
  return agreeing.length * 2 > files.length;
}

function plausible({ sectorCount, bytesPerSector, sectorsPerChunk }: EwfVolume): boolean {
  const chunkBytes = sectorsPerChunk * bytesPerSector;
  const size = sectorCount * bytesPerSector;
  if (bytesPerSector === 0 || sectorsPerChunk === 0 || chunkBytes > MAX_CHUNK_BYTES) return false;
  return Number.isSafeInteger(size) && size / chunkBytes <= 0xffff_ffff;
}

/** What the set says of the medium: the first description that holds; the others must agree with it. */
function mediaOf(segments: readonly EwfSegment[], findings: Finding[]): EwfVolume {
  const found = segments.flatMap((segment) => readVolume(segment, findings));
  const chosen =
    found.find((volume) => volume.verified && plausible(volume)) ?? found.find((volume) => plausible(volume));
  if (!chosen) {
    const [first] = found;
    if (!first) throw new EvidenceError("image/no-volume");
    const { sectorCount: sectors, bytesPerSector, sectorsPerChunk } = first;
    throw new EvidenceError("image/implausible", { sectors, bytesPerSector, sectorsPerChunk });
  }
  if (chosen.type === "data") findings.push(finding("image/volume-replaced", { segment: chosen.segment }));
  const differ = new Set<number>();
  for (const other of found) {
    const same =
      other.sectorCount === chosen.sectorCount &&
      other.bytesPerSector === chosen.bytesPerSector &&
      other.sectorsPerChunk === chosen.sectorsPerChunk &&
      other.guid === chosen.guid;
    if (!same && (other.verified || other.unsummed)) differ.add(other.segment);
  }
  for (const segment of differ) findings.push(finding("image/volumes-differ", { segment }));
  return chosen;
}

/** Groups of all segments, and a hole where a segment is missing or a table is. */
function piecesOf(
  segments: readonly EwfSegment[],
  chunkBytes: number,
  findings: Finding[],
): (ChunkGroup | ChunkHole)[] {
  const pieces: (ChunkGroup | ChunkHole)[] = [];
  let expected = 1;
  for (const segment of segments) {
    // A wild number in a damaged header must not cost a finding per absent segment.
    const absent = segment.number - expected;
    if (absent > 0) {
      pieces.push({ segment: expected });
      for (let number = expected; number < Math.min(segment.number, expected + 100); number++) {
        findings.push(finding("image/segment-missing", { segment: number }));
      }
    }
    expected = segment.number + 1;
    const groups = groupsOf(segment, chunkBytes);
    pieces.push(...groups.pieces);
    findings.push(...groups.findings);
  }
  const last = segments.at(-1)!;
  if (last.sections.at(-1)?.type === "next") {
    pieces.push({ segment: expected });
    findings.push(finding("image/last-segment-missing", { segment: last.number }));
  }
  return pieces;
}
