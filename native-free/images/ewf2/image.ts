/** The medium of an Ex01 set as a ByteSource. */
import { readRange, type Run } from "../../bytes/byte-source.ts";
import { adler32 } from "../../kernels/adler32.ts";
import { finding, type Finding } from "../../model/findings.ts";
import { MappedImage, type Extent, type MappedImageOptions, type PackedExtent } from "../mapped-image.ts";
import { ChunkTables, type ChunkEntry, type ChunkGroup } from "./chunk-table.ts";
import { CHECKSUMMED, COMPRESSED, fileHeader, PATTERN, sectionDescriptor } from "./layouts.ts";
import { damaged, type SectorRange } from "./particulars.ts";
import { sectionHolds, type Ewf2Segment } from "./sections.ts";
import { unpack } from "./unpack.ts";

export interface Ewf2Content extends MappedImageOptions {
  readonly chunkBytes: number;
  /** In order of chunks, none overlapping the next; what lies between them is missing. */
  readonly groups: readonly ChunkGroup[];
  readonly segments: readonly Ewf2Segment[];
  readonly sourceErrors: readonly SectorRange[];
}

const CHECKSUM = 4;
/** Packing adds little to what it cannot pack; a longer stretch is damage. */
const longestStored = (chunkBytes: number): number => chunkBytes + (chunkBytes >>> 3) + 1024;

/** A pattern of zeros is what the format has for an empty chunk. */
const isZero = (pattern: Uint8Array): boolean => pattern.every((byte) => byte === 0);

export class Ewf2Image extends MappedImage {
  readonly chunkBytes: number;
  /** Sectors that the acquisition could not read. */
  readonly sourceErrors: readonly SectorRange[];
  readonly #groups: readonly ChunkGroup[];
  readonly #segments: readonly Ewf2Segment[];
  readonly #tables = new ChunkTables();
  readonly #distrusted = new Set<ChunkGroup["section"]>();
  /** Of groups that are not trusted: 1 for entries that keep the order. */
  readonly #inOrder = new Map<ChunkGroup, Uint8Array>();
  /** Room for a chunk and one byte more, which shows a stream that is too long. */
  readonly #room: Uint8Array;

  constructor(content: Ewf2Content) {
    super(content);
    this.chunkBytes = content.chunkBytes;
    this.sourceErrors = content.sourceErrors;
    this.#groups = content.groups;
    this.#segments = content.segments;
    this.#room = new Uint8Array(content.chunkBytes + 1);
  }

  /** As every image's; sectors that the acquisition could not read are `unreadable`, whatever is stored for them. */
  override *runsIn(at: number, length: number): Iterable<Run> {
    const sector = this.bytesPerSector;
    const end = Math.min(this.size, at + length);
    let start = at;
    for (let index = this.#firstErrorAfter(at); index < this.sourceErrors.length; index++) {
      const { first, count } = this.sourceErrors[index]!;
      const from = Math.max(start, first * sector);
      if (from >= end) break;
      if (from > start) yield* super.runsIn(start, from - start);
      start = Math.min(end, (first + count) * sector);
      yield { start: from, length: start - from, kind: "unreadable", place: { path: "-", offset: from, exact: false } };
    }
    if (start < end) yield* super.runsIn(start, end - start);
  }

  protected override extentAt(at: number): Extent {
    const chunk = Math.floor(at / this.chunkBytes);
    const start = chunk * this.chunkBytes;
    const end = Math.min(this.size, start + this.chunkBytes);
    const index = this.#groupAt(chunk);
    const group = this.#groups[index];
    if (!group || chunk < group.first) {
      return { kind: "missing", start, end: Math.min(this.size, (group?.first ?? Infinity) * this.chunkBytes) };
    }
    const entry = this.#tables.entryOf(group, chunk);
    if (!entry) return { kind: "missing", start, end };
    const segment = group.segment.file;
    if (!this.#trusts(group) && !this.#isInPlace(group, chunk, entry)) return { kind: "unreadable", start, end };
    if (isPattern(entry)) {
      if (isZero(entry.pattern)) return { kind: "sparse", start, end };
      return { kind: "packed", start, end, segment, offset: group.section.start, length: 0 };
    }
    if (entry.offset >= segment.source.size) return { kind: "missing", start, end };
    return {
      kind: "packed",
      start,
      end,
      segment,
      offset: entry.offset,
      length: this.#storedLength(entry, end - start),
    };
  }

  protected override unpack(packed: Uint8Array, target: Uint8Array, { start }: PackedExtent): string | null {
    const chunk = start / this.chunkBytes;
    const group = this.#groups[this.#groupAt(chunk)]!;
    const entry = this.#tables.entryOf(group, chunk)!;
    if (isPattern(entry)) {
      for (let at = 0; at < target.length; at++) target[at] = entry.pattern[at % entry.pattern.length]!;
      return null;
    }
    if ((entry.flags & COMPRESSED) === 0) return this.#copy(packed, target, entry);
    const length = unpack(group.segment.compression, packed, this.#room);
    if (length < 0) return "compression";
    if (length < target.length) return "short";
    target.set(this.#room.subarray(0, target.length));
    return null;
  }

  /** Compares the MD5 and the checksums of all sections, and looks for tables that name places outside of the file. */
  protected override checkContainer(): void {
    for (const segment of this.#segments) {
      for (const section of segment.sections) {
        const isLarge = section.type === "sectors" || section.type === "table";
        if (isLarge && !sectionHolds(segment, section)) this.addFinding(damaged(segment, section));
      }
      for (const found of unclaimedIn(segment)) this.addFinding(found);
    }
    let outside = 0;
    for (const group of this.#groups) {
      this.#trusts(group);
      for (let chunk = group.first; chunk < group.end; chunk++) {
        const entry = this.#tables.entryOf(group, chunk);
        const { size } = group.segment.file.source;
        if (!entry || (!isPattern(entry) && entry.offset + entry.size > size)) outside++;
      }
    }
    if (outside > 0) this.addFinding(finding("image/outside-file", { blocks: outside }));
  }

  #copy(packed: Uint8Array, target: Uint8Array, { flags }: ChunkEntry): string | null {
    target.set(packed.subarray(0, target.length));
    if ((flags & CHECKSUMMED) === 0) return null;
    // The last chunk of a medium may be stored short or full.
    const holds = [target.length, this.chunkBytes].some((length) => {
      if (length + CHECKSUM > packed.length) return false;
      const stored = new DataView(packed.buffer, packed.byteOffset + length, CHECKSUM).getUint32(0, true);
      return adler32(packed, 0, length) === stored;
    });
    return holds ? null : "checksum";
  }

  /** Whether the size of a chunk counts the checksum behind it is not published: what is read reaches behind it. */
  #storedLength({ size, flags }: ChunkEntry, rawLength: number): number {
    const counted = Math.min(size, longestStored(this.chunkBytes));
    if ((flags & COMPRESSED) !== 0) return counted;
    return Math.max(counted, rawLength + ((flags & CHECKSUMMED) === 0 ? 0 : CHECKSUM));
  }

  /**
   * Whether an entry of a table that fails its checksum may be used: the chunk itself shows damage, but not that it is another
   * one, and of a pattern or a chunk without checksum nothing shows any. Chunks are stored in their order.
   */
  #isInPlace(group: ChunkGroup, chunk: number, entry: ChunkEntry): boolean {
    if (isPattern(entry) || (entry.flags & (COMPRESSED | CHECKSUMMED)) === 0) return false;
    let inOrder = this.#inOrder.get(group);
    if (!inOrder) {
      const offsets = new Float64Array(group.end - group.first).fill(Number.NaN);
      for (let each = group.first; each < group.end; each++) {
        const found = this.#tables.entryOf(group, each);
        if (found && !isPattern(found)) offsets[each - group.first] = found.offset;
      }
      inOrder = longestRise(offsets);
      this.#inOrder.set(group, inOrder);
    }
    return inOrder[chunk - group.first] === 1;
  }

  #trusts(group: ChunkGroup): boolean {
    if (this.#distrusted.has(group.section)) return false;
    if (this.#tables.holds(group)) return true;
    this.#distrusted.add(group.section);
    this.addFinding(finding("image/table-unverified", { segment: group.segment.number }));
    return false;
  }

  /** Index of the first group that ends behind a chunk. */
  #groupAt(chunk: number): number {
    let [low, high] = [0, this.#groups.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#groups[middle]!.end > chunk) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  #firstErrorAfter(at: number): number {
    let [low, high] = [0, this.sourceErrors.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      const { first, count } = this.sourceErrors[middle]!;
      if ((first + count) * this.bytesPerSector > at) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}

/** 1 for the members of a longest strictly rising subsequence; what is no number is none. */
function longestRise(values: Float64Array): Uint8Array {
  const tails: number[] = [];
  const before = new Int32Array(values.length).fill(-1);
  for (const [index, value] of values.entries()) {
    if (Number.isNaN(value)) continue;
    let [low, high] = [0, tails.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (values[tails[middle]!]! < value) low = middle + 1;
      else high = middle;
    }
    before[index] = low === 0 ? -1 : tails[low - 1]!;
    tails[low] = index;
  }
  const kept = new Uint8Array(values.length);
  for (let index = tails.at(-1) ?? -1; index >= 0; index = before[index]!) kept[index] = 1;
  return kept;
}

const WINDOW_BYTES = 1 << 20;

/** Data between sections, as an acquisition that was aborted and restarted leaves them. */
function* unclaimedIn({ sections, file, number }: Ewf2Segment): Iterable<Finding> {
  let from: number = fileHeader.size;
  for (const { start, at: end } of sections) {
    for (let at = from; at < start; at += WINDOW_BYTES) {
      const window = readRange(file.source, at, Math.min(WINDOW_BYTES, start - at));
      if (window.every((byte) => byte === 0)) continue;
      yield finding("image/unclaimed", { bytes: start - from, segment: number, at: from });
      break;
    }
    from = end + sectionDescriptor.size;
  }
}

/** The flag counts only together with the other. */
function isPattern({ flags }: ChunkEntry): boolean {
  return (flags & PATTERN) !== 0 && (flags & COMPRESSED) !== 0;
}
