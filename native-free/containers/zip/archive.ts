/**
 * A ZIP archive as a list of entries (APPNOTE 6.3.10): what the central directory names, joined with the local headers,
 * and what only local headers name, found in every stretch that the directory leaves unexplained. Shared by the
 * container and by the documents that are ZIP archives (OOXML, ODF).
 * Not supported: encrypted central directories.
 */
import { readRange, type ByteSource } from "../../bytes/byte-source.ts";
import { EvidenceError } from "../../model/errors.ts";
import { finding, type Finding } from "../../model/findings.ts";
import { readDirectory, type Directory } from "./directory.ts";
import { findEnd, type ZipEnd } from "./end-record.ts";
import { joinRecord, salvagedEntry, type ZipEntry } from "./entry.ts";
import { scanEntries } from "./local-header.ts";

/** No header fits into less. */
const SMALLEST_ENTRY_BYTES = 30;
/** A data descriptor is at most this long. */
const DESCRIPTOR_BYTES = 24;

export interface ZipArchive {
  /** In the order of the directory, then those it does not name, by offset. */
  readonly entries: readonly ZipEntry[];
  readonly findings: readonly Finding[];
  readonly comment: Uint8Array;
  /** Bytes before the first entry and after the end of the archive. */
  readonly before: Stretch | null;
  readonly after: Stretch | null;
  /** True where the directory is absent or could not be read in full. */
  readonly damaged: boolean;
  /** True where more entries exist than `limit`. */
  readonly truncated: boolean;
  /** Segments before this one, as the end record says; 0 for an archive in one file. */
  readonly disk: number;
}

export interface Stretch {
  readonly at: number;
  readonly length: number;
}

/** More entries than this are not listed: each takes some 2.5 KB while the archive is open. */
const ENTRY_LIMIT = 250_000;

/**
 * Lists up to `limit` entries. `disks`: where the segments of a split archive start in the source, which are joined. Throws EvidenceError
 * `zip/damaged` where there is neither an end record nor an entry.
 */
export async function openZip(
  source: ByteSource,
  limit = ENTRY_LIMIT,
  disks: readonly number[] | null = null,
): Promise<ZipArchive> {
  const end = findEnd(source, disks);
  const directory: Directory = end
    ? await readDirectory(source, end, limit)
    : { records: [], badAt: [], truncated: false };
  const listed = directory.records.map((record, index) => joinRecord(source, record, index));
  // What a cut list does not name lies in gaps of its own making: they say nothing.
  const gaps = directory.truncated ? [] : findGaps(source, listed, end);
  const room = { left: limit - listed.length };
  const found = gaps.flatMap((gap) => scanGap(source, gap, room));
  if (!end && found.length === 0) throw new EvidenceError("zip/damaged", { problem: "no-entries" });
  const entries = markRepeats([...listed, ...found]);
  const damaged = end === null || directory.badAt.length > 0 || (listed.length === 0 && found.length > 0);
  const edges = directory.truncated
    ? { before: null, after: null }
    : withoutMarker(source, findEdges(source, entries, end));
  const unexplained = sumUnexplained(gaps, found, edges);
  const counts = { listed: listed.length, found: found.length, bad: directory.badAt.length, unexplained };
  const truncated = directory.truncated || room.left <= 0;
  return {
    entries,
    findings: truncated ? [finding("zip/too-many-entries", { limit })] : describe(end, counts, damaged, edges),
    comment: end?.comment ?? new Uint8Array(0),
    ...edges,
    damaged,
    truncated,
    disk: end?.disk ?? 0,
  };
}

function scanGap(source: ByteSource, gap: Stretch, room: { left: number }): ZipEntry[] {
  const entries: ZipEntry[] = [];
  for (const found of scanEntries(source, gap.at, gap.at + gap.length, room.left)) {
    entries.push(salvagedEntry(source, found));
    room.left -= 1;
  }
  return entries;
}

/** Stretches of the source that neither entries nor the directory account for, in order. */
function findGaps(source: ByteSource, entries: readonly ZipEntry[], end: ZipEnd | null): Stretch[] {
  const taken: [number, number][] = [];
  for (const entry of entries) if (entry.dataAt !== null) taken.push([entry.headerAt, entry.dataAt + entry.packedSize]);
  if (end) taken.push([end.directoryAt, end.end]);
  taken.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  const gaps: Stretch[] = [];
  let at = 0;
  for (const [from, to] of taken) {
    if (from > at) gaps.push({ at, length: from - at });
    at = Math.max(at, to);
  }
  if (at < source.size) gaps.push({ at, length: source.size - at });
  return gaps.filter(({ length }) => length >= SMALLEST_ENTRY_BYTES || length > DESCRIPTOR_BYTES);
}

/** Adds to each entry what only the comparison with the others shows: overlaps and names that come twice. */
function markRepeats(entries: readonly ZipEntry[]): ZipEntry[] {
  const extra = new Map<ZipEntry, Finding[]>();
  const note = (entry: ZipEntry, code: string): void => {
    extra.set(entry, [...(extra.get(entry) ?? []), finding(code)]);
  };
  const names = new Set<string>();
  for (const entry of entries) {
    const name = entry.name.bytes ?? entry.name.text;
    if (names.has(name)) note(entry, "zip/duplicate-name");
    names.add(name);
  }
  let end = 0;
  const placed = entries.filter(({ dataAt }) => dataAt !== null).sort((a, b) => a.headerAt - b.headerAt);
  for (const entry of placed) {
    if (entry.headerAt < end) note(entry, "zip/overlap");
    end = Math.max(end, (entry.dataAt ?? 0) + entry.packedSize);
  }
  return entries.map((entry) => {
    const more = extra.get(entry);
    return more ? { ...entry, findings: [...entry.findings, ...more] } : entry;
  });
}

interface Edges {
  readonly before: Stretch | null;
  readonly after: Stretch | null;
}

function findEdges(source: ByteSource, entries: readonly ZipEntry[], end: ZipEnd | null): Edges {
  let first = end?.directoryAt ?? source.size;
  let last = end?.end ?? 0;
  for (const entry of entries) {
    if (entry.dataAt === null) continue;
    first = Math.min(first, entry.headerAt);
    last = Math.max(last, entry.end);
  }
  return {
    before: first > 0 ? { at: 0, length: first } : null,
    // Without an end record nothing says where the archive ends: the rest counts as unexplained.
    after: end && last < source.size ? { at: last, length: source.size - last } : null,
  };
}

/** Four bytes before the first entry mark archives that were, or could have been, split (8.5.3 to 8.5.5). */
function withoutMarker(source: ByteSource, edges: Edges): Edges {
  if (edges.before?.length !== 4) return edges;
  const marker = readRange(source, 0, 4).join();
  return marker === "80,75,7,8" || marker === "80,75,48,48" ? { ...edges, before: null } : edges;
}

function sumUnexplained(gaps: readonly Stretch[], found: readonly ZipEntry[], edges: Edges): number {
  const sum = (lengths: readonly number[]): number => lengths.reduce((total, length) => total + length, 0);
  const explained = sum(found.map((entry) => entry.end - entry.headerAt));
  const outside = (edges.before?.length ?? 0) + (edges.after?.length ?? 0);
  return Math.max(0, sum(gaps.map(({ length }) => length)) - explained - outside);
}

function describe(
  end: ZipEnd | null,
  counts: { listed: number; found: number; bad: number; unexplained: number },
  damaged: boolean,
  edges: Edges,
): Finding[] {
  const found: Finding[] = [];
  if (damaged) found.push(finding("zip/salvaged", { entries: counts.found, bad: counts.bad }));
  else if (counts.found > 0) found.push(finding("zip/unlisted", { entries: counts.found }));
  if (end && end.disk > 0 && !end.disks) found.push(finding("zip/multi-disk"));
  if (end && !damaged && !countFits(end, counts.listed)) {
    found.push(finding("zip/directory-count", { declared: end.entryCount, found: counts.listed }));
  }
  if (edges.before)
    found.push(finding("zip/prefix", { bytes: edges.before.length }, { offset: 0, length: edges.before.length }));
  if (edges.after) {
    const place = { offset: edges.after.at, length: edges.after.length };
    found.push(finding("zip/trailing", { bytes: edges.after.length }, place));
  }
  if (counts.unexplained > 0) found.push(finding("zip/unexplained", { bytes: counts.unexplained }));
  return found;
}

/** Without ZIP64 the number of entries is stored modulo 65,536 by writers that ignore its limit. */
function countFits(end: ZipEnd, listed: number): boolean {
  return end.entryCount === listed || (!end.zip64 && end.entryCount === listed % 65536);
}
