/** Extents without a descriptor, in the order that their names or headers give. */
import { isEvidenceError, type EvidenceError } from "../../model/errors.ts";
import { finding, type Finding } from "../../model/findings.ts";
import type { ImageSegment, ImageSurroundings } from "../image-format.ts";
import { partOfExtent, type Assembly } from "./assembly.ts";
import { cowdDiskOf, cowdMember } from "./cowd.ts";
import { kindOf, notRecognised, openExtent } from "./extent-files.ts";
import type { TableCache } from "./grain-tables.ts";
import { extentNameOf, isExtentName } from "./names.ts";
import { EmptyPart, FlatPart, type DiskPart } from "./parts.ts";
import type { SparseExtent } from "./sparse-extent.ts";

interface Loose {
  readonly segment: ImageSegment;
  readonly number: number;
  /** Null where the file is the content itself. */
  readonly extent: SparseExtent | null;
  readonly bytes: number;
}

/** A wild number in a name or header must not cost a part per absent file. */
const mostMissing = 10_000;
const mostSearched = 1024;

/** Whether a file by its name holds only what changed since another state of the disk. */
export function isChangesName(name: string): boolean {
  const { stem = "", kind = "" } = extentNameOf(name) ?? {};
  return kind === "delta" || kind === "sesparse" || /-\d{6}$/.test(stem);
}

export interface LooseInput {
  readonly segments: readonly ImageSegment[];
  readonly beside: ImageSurroundings;
  /** What the files do not have is in another disk. */
  readonly overlay: boolean;
  readonly cache: TableCache;
  /** One of the files that is open already. */
  readonly opened: SparseExtent | null;
}

/** Throws EvidenceError where none of the files can be opened. */
export function assembleLoose(input: LooseInput): Assembly {
  const { segments, beside, overlay } = input;
  const findings: Finding[] = [];
  const old = segments[0] ? cowdDiskOf(segments[0]) : null;
  const loose = looseFiles(old ? withMembers(segments, beside) : segments, input, findings);
  const parts: DiskPart[] = [];
  let at = 0;
  const missing = (number: number, bytes: number) => {
    const segment = missingName(loose[0]!.segment.name, number);
    findings.push(finding("image/vmdk-extent-missing", { extent: number, segment }, { offset: at, length: bytes }));
    parts.push(new EmptyPart(at, at + bytes, segment));
    at += bytes;
  };
  const known = loose.reduce((sum, { bytes }) => sum + bytes, 0);
  const count = old?.files ?? loose.at(-1)!.number;
  const usual =
    old && count - loose.length === 1 ? old.diskBytes - known : Math.max(...loose.map(({ bytes }) => bytes));
  let expected = loose.length > 1 || old ? 1 : loose[0]!.number;
  for (const { number, extent, segment, bytes } of loose) {
    for (; expected < number && number - expected < mostMissing; expected++) missing(expected, Math.max(0, usual));
    parts.push(extent ? partOfExtent(extent, at, at + bytes, overlay) : new FlatPart(at, at + bytes, segment, 0));
    at += bytes;
    expected = number + 1;
  }
  for (; expected <= count; expected++) missing(expected, Math.max(0, usual));
  // Disks of VMware 2 and 3 have none; what a descriptor says stands in their headers.
  if (!old) findings.push(finding("image/vmdk-no-descriptor", { extents: loose.length }));
  const whole = parts.filter(({ start, end }) => end > start);
  return { parts: whole, findings, error: null, extents: loose.flatMap(({ extent }) => extent ?? []) };
}

/** The files of a disk of VMware 3 that lie beside, whatever they are called. */
function withMembers(segments: readonly ImageSegment[], beside: ImageSurroundings): ImageSegment[] {
  const set = cowdMember(segments[0]!)?.set;
  const members = segments.filter((segment) => cowdMember(segment)?.set === set);
  if (set === undefined) return members;
  for (const name of beside.names.slice(0, mostSearched)) {
    if (!/\.vmdk$/i.test(name) || members.some((member) => member.name === name)) continue;
    const segment = beside.segment(name);
    if (segment && cowdMember(segment)?.set === set) members.push(segment);
  }
  return members;
}

/** In order, each number once, empty ones left out. */
function looseFiles(segments: readonly ImageSegment[], { cache, opened }: LooseInput, findings: Finding[]): Loose[] {
  const found: Loose[] = [];
  let failure: EvidenceError | null = null;
  for (const segment of segments) {
    try {
      const loose = looseFile(segment, cache, opened);
      if (loose && loose.bytes > 0) found.push(loose);
    } catch (error) {
      if (!isEvidenceError(error)) throw error;
      failure ??= error;
      const problem = String(error.params["problem"] ?? error.code);
      const extent = numberOf(segment);
      findings.push(finding("image/vmdk-extent-damaged", { extent, segment: segment.name, problem }));
    }
  }
  if (found.length === 0) throw failure ?? notRecognised(segments);
  found.sort((a, b) => a.number - b.number);
  const each = found.filter(({ number }, place) => number !== found[place - 1]?.number);
  if (each.length < found.length) {
    findings.push(finding("image/segment-foreign", { files: found.length - each.length }));
  }
  return each;
}

function looseFile(segment: ImageSegment, cache: TableCache, opened: SparseExtent | null): Loose | null {
  const number = numberOf(segment);
  const kind = kindOf(segment);
  if (kind === "descriptor") return null;
  const isContent = /^(?:f|flat|rdm|rdmp|pt)$/.test(extentNameOf(segment.name)?.kind ?? "");
  if (kind === "other" && isContent) return { segment, number, extent: null, bytes: segment.source.size };
  const extent = opened?.segment === segment ? opened : openExtent(segment, cache);
  return { segment, number, extent, bytes: extent.capacity };
}

function numberOf(segment: ImageSegment): number {
  const member = cowdMember(segment);
  return member ? member.number + 1 : (extentNameOf(segment.name)?.number ?? 1);
}

function missingName(name: string, number: number): string {
  if (!isExtentName(name)) return "-";
  return name.replace(/-([sf])\d+(\.\w+)$/i, (_, letter: string, ending: string) => {
    return `-${letter}${String(number).padStart(3, "0")}${ending}`;
  });
}
