/** Opens an Ex01 set: sorts the segments, reads what they say of the medium, finds the chunks. */
import { readHead } from "../../bytes/byte-source.ts";
import { EvidenceError } from "../../model/errors.ts";
import { factsOf } from "../../model/facts.ts";
import { finding, type Finding } from "../../model/findings.ts";
import type { ImageSegment } from "../image-format.ts";
import { groupsOf, type ChunkGroup } from "./chunk-table.ts";
import { Ewf2Image } from "./image.ts";
import { fileHeader, LOGICAL_SIGNATURE, MEDIUM_SIGNATURE } from "./layouts.ts";
import { factsOfObjects, numberOf, objectsOf, readErrors, readHashes, readPlaces, type Tags } from "./particulars.ts";
import { ewf2HeaderOf, scanEwf2Segment, type Ewf2Segment } from "./sections.ts";
import { ewf2SegmentNumber } from "./segment-name.ts";

/** Far above what any program writes: 1024 sectors of 4096 bytes. */
const MAX_CHUNK_BYTES = 128 << 20;
/** A wild number in a header must not cost a finding per absent segment. */
const MOST_ABSENT = 100;

/** What the segments of a set say together. */
export interface Ewf2Set {
  /** In order of their numbers, each once. */
  readonly segments: readonly Ewf2Segment[];
  readonly guid: string;
  readonly version: string;
  /** Of the first section that holds. */
  readonly device: Tags;
  readonly kase: Tags;
  readonly groups: readonly ChunkGroup[];
  readonly bytesPerSector: number;
  readonly chunkBytes: number;
  readonly findings: Finding[];
}

interface Numbered {
  readonly segments: Ewf2Segment[];
  readonly guid: string;
  readonly version: string;
}

/**
 * Reads the segments of one set, given in any order. Throws EvidenceError `image/not-recognised`, `image/encrypted`,
 * `image/logical-evidence` (a medium was wanted), `image/no-volume`, `image/implausible`, `image/unsupported` or
 * `image/two-images`; all other damage is a finding.
 */
export function readEwf2Set(files: readonly ImageSegment[], kind: "medium" | "logical"): Ewf2Set {
  const findings: Finding[] = [];
  const { segments, guid, version } = segmentsIn(files, kind, findings);
  for (const { sections, findings: own } of segments) {
    findings.push(...own);
    // What is said of the keys is not published, so that encrypted data cannot be opened even with the password.
    const isEncrypted = sections.some((section) => section.isEncrypted || section.type === "keys");
    if (isEncrypted) throw new EvidenceError("image/encrypted", { scheme: "EnCase" });
  }
  sayAbsent(segments, findings);
  sayUnknown(segments, findings);
  const device = objectOf(segments, "device", ["ts", "bp"], findings);
  const kase = objectOf(segments, "case", ["tb", "sb"], findings);
  const bytesPerSector = numberOf(device, "bp") ?? 0;
  const sectorsPerChunk = numberOf(kase, "sb") ?? 0;
  const chunkBytes = bytesPerSector * sectorsPerChunk;
  if (chunkBytes === 0 || chunkBytes > MAX_CHUNK_BYTES) {
    throw new EvidenceError("image/implausible", {
      sectors: numberOf(device, "ts") ?? 0,
      bytesPerSector,
      sectorsPerChunk,
    });
  }
  const { groups, findings: ofGroups } = groupsOf(segments);
  findings.push(...ofGroups);
  return { segments, guid, version, device, kase, groups, bytesPerSector, chunkBytes, findings };
}

/** Opens a medium; throws as `readEwf2Set` does. */
export function openEwf2(files: readonly ImageSegment[]): Ewf2Image {
  const set = readEwf2Set(files, "medium");
  const { segments, device, kase, groups, bytesPerSector, chunkBytes, findings } = set;
  const found = groups.reduce((sum, { first, end }) => sum + end - first, 0);
  const last = groups.at(-1)?.end ?? 0;
  const sectors = numberOf(device, "ts") ?? 0;
  const isOpen = sectors === 0 && last > 0;
  if (isOpen) findings.push(finding("ewf/size-unknown"));
  const size = isOpen ? last * chunkBytes : sectors * bytesPerSector;
  if (!Number.isSafeInteger(size)) {
    throw new EvidenceError("image/implausible", {
      sectors,
      bytesPerSector,
      sectorsPerChunk: chunkBytes / bytesPerSector,
    });
  }
  const expected = Math.ceil(size / chunkBytes);
  const declared = numberOf(kase, "tb") ?? 0;
  if (found !== expected || declared !== expected) {
    findings.push(finding("image/chunk-count", { expected, declared, found }));
  }
  const held = groups.reduce((sum, { first, end }) => sum + Math.max(0, Math.min(end, expected) - first), 0);
  if (held < expected) findings.push(finding("image/chunks-missing", { chunks: expected - held }));
  const sourceErrors = readErrors(segments, size / bytesPerSector, findings);
  const bad = sourceErrors.reduce((sum, { count }) => sum + count, 0);
  if (bad > 0) findings.push(finding("image/source-errors", { sectors: bad }));
  const { facts: places, audio } = readPlaces(segments, findings);
  if (audio > 0) findings.push(finding("ewf/audio-tracks", { tracks: audio }));
  const storedHashes = readHashes(segments, findings);
  const { compression } = segments[0]!;
  const own = factsOf({ version: set.version, "block-bytes": chunkBytes, uuid: set.guid });
  const facts = [...factsOfObjects(device, kase, compression), ...own, ...places];
  const options = { format: "ex01", size, bytesPerSector, storedHashes, facts, findings };
  return new Ewf2Image({ ...options, chunkBytes, groups, segments, sourceErrors });
}

/** In order of their numbers, each once; those of another set than the first are left out. */
function segmentsIn(files: readonly ImageSegment[], kind: "medium" | "logical", findings: Finding[]): Numbered {
  const byNumber = new Map<number, Ewf2Segment>();
  const [wanted, other] =
    kind === "medium" ? [MEDIUM_SIGNATURE, LOGICAL_SIGNATURE] : [LOGICAL_SIGNATURE, MEDIUM_SIGNATURE];
  const heads = files.map((file) => readHead(file.source, fileHeader.size));
  const headers = heads.map((head) => ewf2HeaderOf(head, wanted));
  if (kind === "medium" && heads.some((head) => ewf2HeaderOf(head, other))) {
    throw new EvidenceError("image/logical-evidence");
  }
  const known = headers.find((header) => header !== null);
  let foreign = 0;
  for (const [index, file] of files.entries()) {
    const header = headers[index] ?? null;
    const isForeign = header !== null && header.guid !== known?.guid;
    // A damaged header is no reason to lose a segment whose name says which it is.
    const number = header?.number ?? numberInName(file, kind);
    const compression = header?.compression ?? known?.compression ?? 1;
    const segment = isForeign || number === null ? null : scanEwf2Segment(file, number, compression);
    if (number === null || !segment || segment.sections.length === 0) {
      foreign++;
      continue;
    }
    if (byNumber.has(number)) {
      findings.push(finding("image/segment-twice", { segment: number }));
      continue;
    }
    if (!header) findings.push(finding("image/segment-header", { segment: number }));
    byNumber.set(number, segment);
  }
  if (byNumber.size === 0) throw new EvidenceError("image/not-recognised", { segments: files.length });
  if (foreign > 0) findings.push(finding("image/segment-foreign", { files: foreign }));
  const segments = [...byNumber.values()].sort((a, b) => a.number - b.number);
  return { segments, guid: known?.guid ?? "", version: known?.version ?? "" };
}

function numberInName({ name }: ImageSegment, kind: "medium" | "logical"): number | null {
  return ewf2SegmentNumber(name.slice(name.lastIndexOf(".") + 1), kind === "medium" ? "E" : "L");
}

function sayAbsent(segments: readonly Ewf2Segment[], findings: Finding[]): void {
  let expected = 1;
  for (const { number } of segments) {
    for (let absent = expected; absent < Math.min(number, expected + MOST_ABSENT); absent++) {
      findings.push(finding("image/segment-missing", { segment: absent }));
    }
    expected = number + 1;
  }
  const last = segments.at(-1)!;
  if (last.sections.at(-1)?.type === "next") {
    findings.push(finding("image/last-segment-missing", { segment: last.number }));
  }
}

/** Sections of which nothing is published, or that only an unfinished acquisition has. */
function sayUnknown(segments: readonly Ewf2Segment[], findings: Finding[]): void {
  const types = new Set(segments.flatMap(({ sections }) => sections.map(({ type }) => type)));
  for (const type of types) {
    if (type === "increment" || type.startsWith("type-"))
      findings.push(finding("ewf/section-unknown", { section: type }));
    if (type === "restart") findings.push(finding("ewf/restarted"));
  }
}

/** The first object of a type; the others must say the same under `tags`. */
function objectOf(segments: readonly Ewf2Segment[], type: string, tags: readonly string[], findings: Finding[]): Tags {
  const [first, ...others] = objectsOf(segments, type, findings);
  if (!first) throw new EvidenceError("image/no-volume");
  for (const { segment, tags: said } of others) {
    if (tags.some((tag) => said.get(tag) !== first.tags.get(tag))) {
      findings.push(finding("image/volumes-differ", { segment }));
    }
  }
  return first.tags;
}
