/**
 * Groups of chunks: what a table and its copy say of the chunks of one `sectors` section.
 * Specification: libyal, "Expert Witness Compression Format (EWF)", sections "Table section", "Table entries offset overflow".
 */
import { Buffer } from "node:buffer";
import { finding, type Finding } from "../../model/findings.ts";
import { EvidenceError } from "../../model/errors.ts";
import { adler32 } from "../../kernels/adler32.ts";
import { COMPRESSED_BIT, sectionDescriptor, tableHeader, volumeData } from "./layouts.ts";
import { walkSectors } from "./walked-group.ts";
import { CUT, payloadOf, type EwfSection, type EwfSegment } from "./sections.ts";

/** Chunks that follow each other on the medium. */
export interface ChunkGroup {
  readonly segment: EwfSegment;
  readonly count: number;
  /** The section whose entries count. */
  readonly table: EwfSection;
  readonly base: number;
  /** Where the last chunk ends at the latest. */
  readonly dataEnd: number;
  /** The checksum of the entries holds. */
  readonly verified: boolean;
  /** Entries that were found without a table, see walked-group.ts. */
  readonly walked?: ChunkEntries;
}

/** Chunks that should be here and have no table; how many is not known. */
export interface ChunkHole {
  readonly segment: number;
}

const CHECKSUM = 4;
/** EWF-X sets no limit on entries; a table larger than this is no table. */
const MAX_TABLE_BYTES = 256 << 20;

interface Table {
  readonly section: EwfSection;
  /** Header and entries, without what follows them in the section. */
  readonly bytes: Uint8Array;
  readonly count: number;
  readonly base: number;
  /** In the segment; Infinity where there is no chunk. */
  readonly firstChunk: number;
  readonly verified: boolean;
}

function readTable(segment: EwfSegment, section: EwfSection | undefined): Table | null {
  if (!section) return null;
  const head = payloadOf(segment, section, tableHeader.size + 4);
  if (head.length < tableHeader.size) return null;
  const header = tableHeader.cursor().over(head);
  const headerHolds = adler32(head, 0, tableHeader.size - CHECKSUM) === header.checksum;
  const base = baseOf(head);
  const room = Math.min(MAX_TABLE_BYTES, section.end - section.at - sectionDescriptor.size) - tableHeader.size;
  const firstChunk = head.length < tableHeader.size + 4 ? Infinity : base + offsetAt(head, 0);
  // Where the chunks lie in the section itself they end the entries.
  const dataFrom = firstChunk - section.at - sectionDescriptor.size - tableHeader.size;
  const entriesRoom = Math.floor((dataFrom >= 4 && dataFrom <= room ? dataFrom : room) / 4);
  const most = headerHolds ? Math.min(header.entryCount, Math.floor(room / 4)) : entriesRoom;
  const payload = payloadOf(segment, section, tableHeader.size + 4 * most + CHECKSUM);
  const kept = Math.min(most, Math.floor((payload.length - tableHeader.size) / 4));
  const fit = fitOf(payload, kept, headerHolds, Math.min(room, dataFrom > 0 ? dataFrom : room), section.end - base);
  const bytes = payload.subarray(0, tableHeader.size + 4 * fit.count);
  return { section, bytes, count: fit.count, base, firstChunk, verified: headerHolds && fit.holds };
}

/**
 * How many of the entries count, and whether they hold: by the Adler-32 behind them, or where there is no room for one (SMART,
 * and the first specification) by their order. A header that fails its checksum says nothing: then the length of the section
 * tells how many there are, the checksum being one of them or not.
 */
function fitOf(
  payload: Uint8Array,
  kept: number,
  isCount: boolean,
  room: number,
  limit: number,
): { count: number; holds: boolean } {
  const holdsAt = (count: number): boolean => {
    const end = tableHeader.size + 4 * count;
    if (count < 0 || end + CHECKSUM > payload.length) return false;
    return adler32(payload, tableHeader.size, end) === new DataView(payload.buffer).getUint32(end, true);
  };
  if (holdsAt(kept)) return { count: kept, holds: true };
  if (isCount) return { count: kept, holds: room - 4 * kept < CHECKSUM && isRising(payload, kept, limit) };
  if (holdsAt(kept - 1)) return { count: kept - 1, holds: true };
  // Of a damaged table the last word is its checksum more often than not.
  return { count: isRising(payload, kept, limit) ? kept : Math.max(0, kept - 1), holds: false };
}

function isRising(payload: Uint8Array, count: number, limit: number): boolean {
  let before = -1;
  for (let index = 0; index < count; index++) {
    const offset = offsetAt(payload, index);
    if (offset <= before || offset >= limit) return false;
    before = offset;
  }
  return true;
}

function offsetAt(table: Uint8Array, index: number): number {
  const entry = new DataView(table.buffer, table.byteOffset).getUint32(tableHeader.size + 4 * index, true);
  return (entry & ~COMPRESSED_BIT) >>> 0;
}

function baseOf(payload: Uint8Array): number {
  try {
    return tableHeader.cursor().over(payload).baseOffset;
  } catch (error) {
    if (error instanceof EvidenceError) return 0;
    throw error;
  }
}

/** EnCase 1 and SMART keep the chunks behind the entries, in the table section itself, and no copy of it. */
const holdsChunks = (table: Table): boolean => table.firstChunk >= table.section.at;

/** The table to use of a pair, and what is to be said about the other. */
function choose(
  segment: number,
  first: Table | null,
  copy: Table | null,
): { table: Table | null; findings: Finding[] } {
  const say = (code: string): Finding[] => [finding(code, { segment })];
  if (first?.verified) {
    if (!copy && holdsChunks(first)) return { table: first, findings: [] };
    if (!copy?.verified) return { table: first, findings: say("image/table-copy-damaged") };
    const equal = Buffer.compare(first.bytes, copy.bytes) === 0;
    return { table: first, findings: equal ? [] : say("image/tables-differ") };
  }
  if (copy?.verified) return { table: copy, findings: say("image/table-replaced") };
  const table = first ?? copy;
  return { table, findings: table ? say("image/table-unverified") : [] };
}

/**
 * Groups and holes of a segment in the order of the medium. `chunkBytes`: chunks without a table are looked for one by one; null:
 * they are a hole.
 */
export function groupsOf(
  segment: EwfSegment,
  chunkBytes: number | null,
): { pieces: (ChunkGroup | ChunkHole)[]; findings: Finding[] } {
  const pieces: (ChunkGroup | ChunkHole)[] = [];
  const findings: Finding[] = [];
  let sectors: EwfSection | null = null;
  const lost = (section: EwfSection | null): void => {
    const { number } = segment;
    findings.push(finding("image/table-missing", { segment: number }));
    const walked = section && chunkBytes !== null ? walkSectors(segment, section, chunkBytes) : null;
    if (walked) {
      pieces.push(walked.group);
      findings.push(finding("image/chunks-walked", { segment: number, chunks: walked.group.count }));
    }
    if (!walked?.complete) pieces.push({ segment: number });
  };
  const { sections } = segment;
  for (let index = 0; index < sections.length; index++) {
    const section = sections[index]!;
    if (section.type === CUT) {
      const next = sections[index + 1]?.type;
      // Chunks before the cut, whose tables are gone with it.
      if (sectors && next !== "table" && next !== "table2") {
        lost(sectors);
        sectors = null;
      }
      if (mayHideGroup(segment, index)) pieces.push({ segment: segment.number });
    }
    if (section.type === "sectors") {
      if (sectors) lost(sectors);
      sectors = section;
    }
    if (section.type !== "table" && section.type !== "table2") continue;
    const first = section.type === "table" ? section : undefined;
    const following = sections[index + 1];
    const copy = first ? (following?.type === "table2" ? following : undefined) : section;
    if (first && copy) index++;
    const chosen = choose(segment.number, readTable(segment, first), readTable(segment, copy));
    findings.push(...chosen.findings);
    if (chosen.table) pieces.push(groupOf(segment, chosen.table, sectors));
    else lost(sectors);
    sectors = null;
  }
  if (sectors) lost(sectors);
  return { pieces, findings };
}

/** Sections of a group with a single chunk are longer than this together. */
const SMALLEST_GROUP_BYTES = 300;

/** Whether a stretch without sections can have held chunks whose table is lost, too. */
function mayHideGroup(segment: EwfSegment, index: number): boolean {
  const cut = segment.sections[index]!;
  const [before, after] = [segment.sections[index - 1], segment.sections[index + 1]];
  const gap = cut.end - cut.at;
  // Nothing says how much a file that ends early once held.
  if (!after) return true;
  if (gap < SMALLEST_GROUP_BYTES) return false;
  if (before?.type === "table" && gap === before.end - before.at) return false;
  if (before?.type === "header" && after?.type === "sectors" && gap === sectionDescriptor.size + volumeData.size)
    return false;
  const table = after?.type === "table" || after?.type === "table2" ? readTable(segment, after) : null;
  // The table behind the cut names chunks from its start on: nothing stood before them.
  return !table || table.firstChunk > cut.at + sectionDescriptor.size;
}

function groupOf(segment: EwfSegment, table: Table, sectors: EwfSection | null): ChunkGroup {
  const { section, count, base, verified } = table;
  const dataEnd = sectors?.end ?? (holdsChunks(table) ? section.end : section.at);
  return { segment, count, table: section, base, dataEnd, verified };
}

/** Where the chunks of a group lie. */
export interface ChunkEntries {
  /** In the segment; one more than there are chunks, the last being the end of the data. */
  readonly offsets: Float64Array;
  readonly compressed: Uint8Array;
}

/** Reads the entries of a group. Lengths may turn out negative where the table is damaged. */
export function entriesOf(group: ChunkGroup): ChunkEntries {
  if (group.walked) return group.walked;
  const payload = payloadOf(group.segment, group.table, tableHeader.size + 4 * group.count);
  const view = new DataView(payload.buffer);
  const count = Math.min(group.count, Math.floor((payload.length - tableHeader.size) / 4));
  const offsets = new Float64Array(group.count + 1).fill(group.dataEnd);
  const compressed = new Uint8Array(group.count);
  let before = 0;
  let overflown = false;
  for (let index = 0; index < count; index++) {
    const entry = view.getUint32(tableHeader.size + 4 * index, true);
    // EnCase 6.7.1 used all 32 bits past 2 GiB: where 31 bits go down, the rest is stored and has no mark.
    overflown ||= group.verified && (entry & ~COMPRESSED_BIT) >>> 0 < before;
    const offset = overflown ? entry : (entry & ~COMPRESSED_BIT) >>> 0;
    before = Math.max(before, offset);
    offsets[index] = group.base + offset;
    compressed[index] = !overflown && entry >= COMPRESSED_BIT ? 1 : 0;
  }
  return { offsets, compressed };
}
