/** The medium of an E01 set as a ByteSource. */
import { readRange, type Run, type RunKind } from "../../bytes/byte-source.ts";
import { copyBytes } from "../../bytes/copy-bytes.ts";
import type { Fact } from "../../model/facts.ts";
import { finding, type Finding } from "../../model/findings.ts";
import type { DiskImage } from "../image-format.ts";
import { decodeChunk, type ChunkProblem } from "./chunk-codec.ts";
import type { ChunkRange } from "./chunk-map.ts";
import type { EwfStoredMetadata } from "./header-text.ts";
import { checkSegments } from "./check.ts";
import { factsOfSet } from "./set-facts.ts";
import type { EwfSession } from "./particulars.ts";
import type { SectorRange } from "./payloads.ts";
import type { EwfSegment } from "./sections.ts";
import { entriesOf, type ChunkEntries, type ChunkGroup } from "./tables.ts";
import type { EwfVolume } from "./volume.ts";

export interface EwfContent {
  readonly volume: EwfVolume;
  readonly size: number;
  readonly chunkBytes: number;
  /** Every chunk, in order and without gaps. */
  readonly ranges: readonly ChunkRange[];
  readonly sourceErrors: readonly SectorRange[];
  readonly sessions: readonly EwfSession[];
  readonly segments: readonly EwfSegment[];
  readonly storedHashes: Readonly<Record<string, string>>;
  readonly metadata: EwfStoredMetadata | null;
  readonly findings: readonly Finding[];
}

/** Where a chunk is stored. */
export interface ChunkPlace {
  /** Name of the segment file, and its number in the set. */
  readonly name: string;
  readonly segment: number;
  /** In that file. */
  readonly offset: number;
  readonly length: number;
  readonly compressed: boolean;
}

/** Chunks in a row that turned out bad when they were read. */
interface BadChunks {
  readonly first: number;
  count: number;
  readonly segment: number;
  readonly problem: ChunkProblem;
}

const CACHE_BYTES = 8 << 20;
const CACHED_TABLES = 4;
/** zlib adds little to what it cannot pack; a longer stretch is a gap in the file, not a chunk. */
const longestStored = (chunkBytes: number): number => chunkBytes + (chunkBytes >>> 3) + 1024;

export class EwfImage implements DiskImage {
  readonly format = "ewf";
  readonly size: number;
  readonly bytesPerSector: number;
  readonly chunkBytes: number;
  readonly chunkCount: number;
  /** What volume, disk or data says. */
  readonly volume: EwfVolume;
  readonly storedHashes: Readonly<Record<string, string>>;
  /** Null where no header could be read. */
  readonly metadata: EwfStoredMetadata | null;
  /** Sectors that the acquisition could not read. */
  readonly sourceErrors: readonly SectorRange[];
  readonly facts: readonly Fact[];
  readonly #ranges: readonly ChunkRange[];
  readonly #segments: readonly EwfSegment[];
  readonly #found: readonly Finding[];
  #checked: readonly Finding[] = [];
  /** In order of chunks. */
  readonly #bad: BadChunks[] = [];
  /** Least recently used first; a bad chunk is null. */
  readonly #chunks = new Map<number, Uint8Array | null>();
  readonly #tables = new Map<ChunkGroup, ChunkEntries>();

  constructor(content: EwfContent) {
    this.size = content.size;
    this.bytesPerSector = content.volume.bytesPerSector;
    this.chunkBytes = content.chunkBytes;
    this.chunkCount = Math.ceil(content.size / content.chunkBytes);
    this.volume = content.volume;
    this.storedHashes = content.storedHashes;
    this.metadata = content.metadata;
    this.sourceErrors = content.sourceErrors;
    this.facts = factsOfSet(content);
    this.#ranges = content.ranges;
    this.#segments = content.segments;
    this.#found = content.findings;
  }

  get findings(): readonly Finding[] {
    const bad = this.#bad.map(({ first, count, segment, problem }) => {
      const offset = first * this.chunkBytes;
      const length = Math.min(count * this.chunkBytes, this.size - offset);
      return finding("image/bad-chunk", { chunk: first, segment, problem, chunks: count }, { offset, length });
    });
    return [...this.#found, ...this.#checked, ...bad];
  }

  /** Compares every table with the file that it is in; chunks are checked by reading them. */
  check(): void {
    const groups = this.#ranges.flatMap(({ group }) => (group ? [group] : []));
    this.#checked = checkSegments(this.#segments, groups, longestStored(this.chunkBytes));
  }

  readInto(target: Uint8Array, at: number): number {
    const count = Math.max(0, Math.min(target.length, this.size - at));
    for (let done = 0; done < count;) {
      const chunk = Math.floor((at + done) / this.chunkBytes);
      const from = at + done - chunk * this.chunkBytes;
      const length = Math.min(count - done, this.#lengthOf(chunk) - from);
      const raw = this.#chunk(chunk);
      if (raw) copyBytes(raw, from, length, target, done);
      else target.fill(0, done, done + length);
      done += length;
    }
    return count;
  }

  /**
   * Chunks of missing segments are `missing`, those without a certain place `unknown`, sectors that the acquisition
   * could not read `unreadable`, and so are chunks that reading has found bad; `checkChunk` finds out about one.
   */
  *runsIn(at: number, length: number): Iterable<Run> {
    const end = Math.min(this.size, at + length);
    for (let start = at; start < end;) {
      const chunk = Math.floor(start / this.chunkBytes);
      const range = this.#rangeOf(chunk);
      const [kind, stop] = this.#kindAt(start, range);
      const to = Math.min(stop, end);
      const path = range.group?.segment.file.name ?? "-";
      // The place of the first chunk: those of a run follow it, each packed for itself.
      const offset = range.group ? this.placeOf(chunk)!.offset : start;
      yield { start, length: to - start, kind, place: { path, offset, exact: false } };
      start = to;
    }
  }

  /** Reads a chunk afresh: null where it is sound, else what is wrong; `missing` where no segment holds it. */
  checkChunk(chunk: number): ChunkProblem | "missing" | null {
    if (!this.#rangeOf(chunk).group) return "missing";
    const raw = this.#load(chunk);
    if (typeof raw !== "string") return null;
    this.#addBad(chunk, raw);
    return raw;
  }

  /** Where a chunk is stored; null where no segment holds it. The length is not positive where its table is damaged. */
  placeOf(chunk: number): ChunkPlace | null {
    const { group, first } = this.#rangeOf(chunk);
    if (!group) return null;
    const { offsets, compressed } = this.#entries(group);
    const offset = offsets[chunk - first]!;
    const length = offsets[chunk - first + 1]! - offset;
    const { file, number: segment } = group.segment;
    return { name: file.name, segment, offset, length, compressed: compressed[chunk - first] === 1 };
  }

  #kindAt(at: number, range: ChunkRange): [kind: RunKind, end: number] {
    const end = Math.min(this.size, (range.first + range.count) * this.chunkBytes);
    if (range.kind !== "data") return [range.kind, end];
    const sectorBytes = this.bytesPerSector;
    const error = after(this.sourceErrors, ({ first, count }) => (first + count) * sectorBytes > at);
    const bad = after(this.#bad, ({ first, count }) => (first + count) * this.chunkBytes > at);
    const stretches = [
      error ? [error.first * sectorBytes, (error.first + error.count) * sectorBytes] : [Infinity, Infinity],
      bad ? [bad.first * this.chunkBytes, (bad.first + bad.count) * this.chunkBytes] : [Infinity, Infinity],
    ] as const;
    const inside = stretches.filter(([from]) => from <= at);
    if (inside.length > 0) return ["unreadable", Math.min(end, Math.max(...inside.map(([, to]) => to)))];
    return ["data", Math.min(end, ...stretches.map(([from]) => from))];
  }

  #rangeOf(chunk: number): ChunkRange {
    if (chunk < 0 || chunk >= this.chunkCount) throw new RangeError(`no chunk ${chunk} in this image`);
    return after(this.#ranges, ({ first, count }) => first + count > chunk)!;
  }

  #lengthOf(chunk: number): number {
    return Math.min(this.chunkBytes, this.size - chunk * this.chunkBytes);
  }

  #entries(group: ChunkGroup): ChunkEntries {
    const known = this.#tables.get(group);
    if (known) return known;
    const entries = entriesOf(group);
    this.#tables.set(group, entries);
    if (this.#tables.size > CACHED_TABLES) this.#tables.delete(this.#tables.keys().next().value!);
    return entries;
  }

  #chunk(chunk: number): Uint8Array | null {
    let raw = this.#chunks.get(chunk);
    if (raw === undefined) {
      const loaded = this.#rangeOf(chunk).group ? this.#load(chunk) : null;
      if (typeof loaded === "string") this.#addBad(chunk, loaded);
      raw = typeof loaded === "string" ? null : loaded;
    }
    this.#chunks.delete(chunk);
    this.#chunks.set(chunk, raw);
    if (this.#chunks.size > Math.max(2, CACHE_BYTES / this.chunkBytes)) {
      this.#chunks.delete(this.#chunks.keys().next().value!);
    }
    return raw;
  }

  #load(chunk: number): Uint8Array | ChunkProblem {
    const place = this.placeOf(chunk)!;
    const { source } = this.#rangeOf(chunk).group!.segment.file;
    if (place.length <= 0) return "table-entry";
    const length = Math.min(place.length, longestStored(this.chunkBytes));
    if (place.offset + Math.min(length, 8) > source.size) return "truncated";
    return decodeChunk(
      readRange(source, place.offset, length),
      place.compressed,
      this.#lengthOf(chunk),
      this.chunkBytes,
    );
  }

  #addBad(chunk: number, problem: ChunkProblem): void {
    const index = indexAfter(this.#bad, ({ first, count }) => first + count > chunk);
    const next = this.#bad[index];
    if (next && next.first <= chunk) return;
    const { segment } = this.placeOf(chunk)!;
    const before = this.#bad[index - 1];
    const joins = before && before.first + before.count === chunk;
    if (joins && before.segment === segment && before.problem === problem) before.count++;
    else this.#bad.splice(index, 0, { first: chunk, count: 1, segment, problem });
  }
}

/** Index of the first item for which `isPast` holds, by halving: false for all before it, true for all after. */
function indexAfter<T>(items: readonly T[], isPast: (item: T) => boolean): number {
  let [low, high] = [0, items.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (isPast(items[middle]!)) high = middle;
    else low = middle + 1;
  }
  return low;
}

function after<T>(items: readonly T[], isPast: (item: T) => boolean): T | undefined {
  return items[indexAfter(items, isPast)];
}
