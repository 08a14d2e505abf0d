/**
 * Which sector table names which chunks of the medium, and what it says of one. Specification: libyal, "EWF2", section "Sector
 * table".
 */
import { readRange } from "../../bytes/byte-source.ts";
import { adler32 } from "../../kernels/adler32.ts";
import { finding, type Finding } from "../../model/findings.ts";
import { ENTRIES_AT, tableEntry, tableHeader } from "./layouts.ts";
import type { Ewf2Section, Ewf2Segment } from "./sections.ts";

/** Chunks `first` to before `end` of the medium, as one table names them. */
export interface ChunkGroup {
  readonly segment: Ewf2Segment;
  readonly section: Ewf2Section;
  readonly first: number;
  readonly end: number;
  /** Entries of the table in front of the one of `first`. */
  readonly skipped: number;
  /** That the table has. */
  readonly entries: number;
}

export interface ChunkEntry {
  readonly offset: number;
  readonly size: number;
  readonly flags: number;
  /** The first eight bytes of the entry: what a pattern fills the chunk with. */
  readonly pattern: Uint8Array;
}

const CHECKSUM = 4;
const MAX_CHUNKS = 2 ** 40;

interface Header {
  readonly firstChunk: number;
  readonly entries: number;
}

function headerOf({ file }: Ewf2Segment, { start, at }: Ewf2Section): Header | null {
  const head = readRange(file.source, start, Math.min(tableHeader.size, at - start));
  if (head.length < tableHeader.size) return null;
  const cursor = tableHeader.cursor().over(head);
  if (adler32(head, 0, tableHeader.size - CHECKSUM) !== cursor.checksum) return null;
  const entries = Math.min(cursor.entryCount, Math.floor((at - start - ENTRIES_AT) / tableEntry.size));
  return cursor.firstChunk <= MAX_CHUNKS && entries > 0 ? { firstChunk: cursor.firstChunk, entries } : null;
}

/**
 * The groups of a set in order of chunks, none overlapping the next: where tables name the same chunks, as after an aborted
 * acquisition that was restarted, the later one counts. A table whose header fails stands for nothing.
 */
export function groupsOf(segments: readonly Ewf2Segment[]): { groups: ChunkGroup[]; findings: Finding[] } {
  const findings: Finding[] = [];
  const all: ChunkGroup[] = [];
  for (const segment of segments) {
    for (const section of segment.sections) {
      if (section.type !== "table") continue;
      const header = headerOf(segment, section);
      if (!header) {
        findings.push(finding("image/table-missing", { segment: segment.number }));
        continue;
      }
      const { firstChunk: first, entries } = header;
      all.push({ segment, section, first, end: first + entries, skipped: 0, entries });
    }
  }
  const sorted = all.toSorted((a, b) => a.first - b.first);
  const overlap = sorted.reduce(
    (sum, group, index) => sum + Math.max(0, (sorted[index - 1]?.end ?? 0) - group.first),
    0,
  );
  if (overlap === 0) return { groups: sorted, findings };
  findings.push(finding("image/claimed-twice", { blocks: overlap }));
  return { groups: laid(all), findings };
}

/** Lays group after group over those before. */
function laid(groups: readonly ChunkGroup[]): ChunkGroup[] {
  const result: ChunkGroup[] = [];
  for (const group of groups) {
    let from = result.findIndex(({ end }) => end > group.first);
    if (from === -1) from = result.length;
    let to = from;
    while (to < result.length && result[to]!.first < group.end) to++;
    const covered = result.slice(from, to);
    const [first, last] = [covered[0], covered.at(-1)];
    const before = first && first.first < group.first ? [part(first, first.first, group.first)] : [];
    const after = last && last.end > group.end ? [part(last, group.end, last.end)] : [];
    result.splice(from, to - from, ...before, group, ...after);
  }
  return result;
}

function part(group: ChunkGroup, first: number, end: number): ChunkGroup {
  return { ...group, first, end, skipped: group.skipped + first - group.first };
}

/** Entries that are read at a time, and how many of these pages are kept: 4 MiB. */
const PAGE_ENTRIES = 4096;
const KEPT_PAGES = 64;
const SUM_WINDOW = 1 << 20;

/** Reads entries a page at a time. */
export class ChunkTables {
  /** Least recently used first. */
  readonly #pages = new Map<string, Uint8Array>();
  readonly #sums = new Map<Ewf2Section, boolean>();

  /** What a table says of a chunk of its group; null where the section ends before. */
  entryOf(group: ChunkGroup, chunk: number): ChunkEntry | null {
    const index = chunk - group.first + group.skipped;
    const page = Math.floor(index / PAGE_ENTRIES);
    const bytes = this.#page(group, page);
    const at = (index - page * PAGE_ENTRIES) * tableEntry.size;
    if (at + tableEntry.size > bytes.length) return null;
    const { offset, size, flags } = tableEntry.cursor().over(bytes, at);
    return { offset, size, flags, pattern: bytes.subarray(at, at + 8) };
  }

  /** Whether the Adler-32 behind the entries of a table is theirs. */
  holds({ segment, section, entries }: ChunkGroup): boolean {
    let known = this.#sums.get(section);
    if (known === undefined) {
      const { source } = segment.file;
      const from = section.start + ENTRIES_AT;
      const end = from + entries * tableEntry.size;
      let sum = 1;
      for (let at = from; at < end; at += SUM_WINDOW) {
        const window = readRange(source, at, Math.min(SUM_WINDOW, end - at));
        sum = adler32(window, 0, window.length, sum);
      }
      const stored = readRange(source, end, CHECKSUM);
      known = end + CHECKSUM <= section.at && new DataView(stored.buffer).getUint32(0, true) === sum;
      this.#sums.set(section, known);
    }
    return known;
  }

  #page({ segment, section, entries }: ChunkGroup, page: number): Uint8Array {
    const key = `${segment.number} ${section.at} ${page}`;
    let bytes = this.#pages.get(key);
    if (bytes) this.#pages.delete(key);
    else {
      const from = page * PAGE_ENTRIES;
      const length = Math.max(0, Math.min(PAGE_ENTRIES, entries - from)) * tableEntry.size;
      bytes = readRange(segment.file.source, section.start + ENTRIES_AT + from * tableEntry.size, length);
    }
    this.#pages.set(key, bytes);
    if (this.#pages.size > KEPT_PAGES) this.#pages.delete(this.#pages.keys().next().value!);
    return bytes;
  }
}
