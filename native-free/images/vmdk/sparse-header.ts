/** The header of a hosted sparse extent, and its second one at the end of a stream. */
import { readRange, type ByteSource } from "../../bytes/byte-source.ts";
import { EvidenceError } from "../../model/errors.ts";
import { finding, type Finding } from "../../model/findings.ts";
import { markerLayout, markerTypes, sectorBytes, sparseFlags, sparseHeaderLayout, sparseSignature } from "./layouts.ts";

export interface SparseHeader {
  /** Offset in the file. */
  readonly at: number;
  readonly version: number;
  readonly flags: number;
  readonly capacity: number;
  readonly grainSectors: number;
  readonly descriptorOffset: number;
  readonly descriptorSectors: number;
  readonly tableEntries: number;
  readonly copyOffset: number;
  readonly directoryOffset: number;
  readonly overhead: number;
  readonly unclean: number;
  readonly compression: number;
  readonly lineEndsKept: boolean;
}

export interface SparseHeaders {
  /** The one that was used. */
  readonly header: SparseHeader;
  readonly footer: SparseHeader | null;
  /** In sectors; null where nothing says it. */
  readonly directoryOffset: number | null;
  readonly findings: readonly Finding[];
}

/** Grains are 64 KiB by default; a larger one than 1 GiB is damage. */
const mostGrainSectors = 1 << 21;
/** Packed grains are unpacked in memory. */
const mostPackedGrainSectors = 1 << 15;
const mostTableEntries = 1 << 16;
const usualTableEntries = 512;
/** Something may have been appended to a stream. */
const footerSearchBytes = 64 << 10;

export function isPowerOfTwo(value: number): boolean {
  return value > 0 && Number.isInteger(Math.log2(value));
}

export function sparseHeaderAt(source: ByteSource, at: number): SparseHeader | null {
  if (at < 0 || at + sparseHeaderLayout.size > source.size) return null;
  const cursor = sparseHeaderLayout.cursor().over(readRange(source, at, sparseHeaderLayout.size));
  if (cursor.signature !== sparseSignature) return null;
  const { version, flags, capacity, grainSectors, descriptorOffset, descriptorSectors, tableEntries } = cursor;
  const { copyOffset, directoryOffset, overhead, unclean, compression } = cursor;
  const { singleEndLine, nonEndLine, doubleEndLine1, doubleEndLine2 } = cursor;
  const ends = String.fromCharCode(singleEndLine, nonEndLine, doubleEndLine1, doubleEndLine2);
  return {
    ...{ at, version, flags, capacity, grainSectors, descriptorOffset, descriptorSectors, tableEntries },
    ...{ copyOffset, directoryOffset, overhead, unclean, compression, lineEndsKept: ends === "\n \r\n" },
  };
}

/** Behind a footer marker, near the end of the file. */
export function findFooter(source: ByteSource): SparseHeader | null {
  const from = Math.max(0, source.size - footerSearchBytes);
  const tail = readRange(source, from, footerSearchBytes);
  const cursor = markerLayout.cursor();
  const lastSector = Math.floor(source.size / sectorBytes) * sectorBytes;
  for (let at = lastSector - sectorBytes; at >= Math.max(from, sectorBytes); at -= sectorBytes) {
    if (at - sectorBytes < from) break;
    const { size, type } = cursor.over(tail, at - sectorBytes - from);
    const footer = size === 0 && type === markerTypes.footer ? sparseHeaderAt(source, at) : null;
    if (footer) return footer;
  }
  return null;
}

/**
 * Throws EvidenceError `image/not-recognised` without any header, `image/structure-damaged` where none says how large grains
 * are, `structure/number-too-large` for a capacity that cannot be.
 */
export function readSparseHeaders(source: ByteSource): SparseHeaders {
  const front = sparseHeaderAt(source, 0);
  const atEnd = !front || !Number.isSafeInteger(front.directoryOffset);
  const footer = atEnd || (front.flags & sparseFlags.markers) !== 0 ? findFooter(source) : null;
  const header = [front, footer].find((each) => each && grainProblem(each) === null) ?? front ?? footer;
  if (!header) throw new EvidenceError("image/not-recognised", { segments: 1 });
  const problem = grainProblem(header);
  if (problem !== null) throw new EvidenceError("image/structure-damaged", { structure, problem });
  if (!Number.isSafeInteger(header.capacity * sectorBytes)) throw new EvidenceError("structure/number-too-large");
  const findings = [
    ...problemsOf(header).map((each) => finding("image/structure-damaged", { structure, problem: each })),
    ...(header === footer ? [finding("image/structure-replaced", { structure })] : []),
    ...(header === front && footer ? differences(front, footer) : []),
  ];
  const named = [atEnd ? footer : front, footer].find((each) => each && Number.isSafeInteger(each.directoryOffset));
  return { header, footer, directoryOffset: named?.directoryOffset ?? null, findings };
}

const structure = "header";

function grainProblem({ grainSectors, flags }: SparseHeader): string | null {
  const most = (flags & sparseFlags.compressed) === 0 ? mostGrainSectors : mostPackedGrainSectors;
  return isPowerOfTwo(grainSectors) && grainSectors <= most ? null : "grain size";
}

/** A number of entries that cannot be is taken for the only one that programs write. */
export function tableEntriesOf({ tableEntries }: SparseHeader): number {
  return isPowerOfTwo(tableEntries) && tableEntries <= mostTableEntries ? tableEntries : usualTableEntries;
}

/** Whether one of the places that say so says that grains are packed. */
export function isCompressed({ flags, compression }: SparseHeader): boolean {
  return (flags & sparseFlags.compressed) !== 0 || compression === 1;
}

function problemsOf(header: SparseHeader): string[] {
  const { version, tableEntries, flags, compression, grainSectors } = header;
  const problems: string[] = [];
  if (version < 1 || version > 3) problems.push("version");
  if (tableEntries !== usualTableEntries) problems.push("entries of a table");
  if (grainSectors <= 8) problems.push("grain size");
  const flagged = (flags & sparseFlags.compressed) !== 0;
  if (compression > 1 || flagged !== (compression === 1)) problems.push("compression");
  return problems;
}

function differences(front: SparseHeader, footer: SparseHeader): Finding[] {
  const fields = ["version", "flags", "capacity", "grainSectors", "tableEntries", "compression"] as const;
  const differing = fields.filter((field) => front[field] !== footer[field]);
  return differing.length === 0 ? [] : [finding("image/structures-differ", { structure, field: differing.join(", ") })];
}
