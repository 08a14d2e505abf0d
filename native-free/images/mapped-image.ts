/**
 * The medium of an image that keeps a map from places of the medium to places of its files: virtual disks, compressed discs.
 * A format says for any byte of the medium which stretch holds it; reading, runs, the bounded cache of unpacked blocks, what
 * the files lack, and the medium below (parent, backing file) are here.
 */
import type { ByteSource, Run, RunKind } from "../bytes/byte-source.ts";
import { readRange } from "../bytes/byte-source.ts";
import type { Fact } from "../model/facts.ts";
import { finding, type Finding } from "../model/findings.ts";
import type { DiskImage, ImageSegment } from "./image-format.ts";

/** A stretch of the medium from `start` to before `end`, in bytes of the medium. */
export type Extent =
  /** Its bytes as they are, from `offset` of the file. What lies behind the end of the file is missing. */
  | (Stretch<"stored"> & { readonly segment: ImageSegment; readonly offset: number })
  /** Packed as one: `length` bytes at `offset` of the file. */
  | (Stretch<"packed"> & { readonly segment: ImageSegment; readonly offset: number; readonly length: number })
  /** In the medium below, at the same place; zeros behind its end, missing where there should be one and is none. */
  | Stretch<"below">
  | Stretch<"sparse" | "unreadable" | "missing" | "unknown">;

interface Stretch<K extends string> {
  readonly kind: K;
  readonly start: number;
  readonly end: number;
}

export type PackedExtent = Extract<Extent, { kind: "packed" }>;

export interface MappedImageOptions {
  readonly format: string;
  readonly size: number;
  readonly bytesPerSector?: number;
  readonly storedHashes?: Readonly<Record<string, string>>;
  readonly facts?: readonly Fact[];
  readonly findings?: readonly Finding[];
  /** The medium below; null where the image names one that is not there, undefined where it has none. */
  readonly below?: ByteSource | null;
}

interface BadStretch {
  readonly start: number;
  end: number;
  readonly segment: string;
  readonly problem: string;
}

const CACHE_BYTES = 16 << 20;
/** Further stretches are joined to a last one that spans them. */
const MOST_BAD = 4096;

export abstract class MappedImage implements DiskImage {
  readonly format: string;
  readonly size: number;
  readonly bytesPerSector: number;
  readonly storedHashes: Readonly<Record<string, string>>;
  readonly facts: readonly Fact[];
  protected readonly below: ByteSource | null | undefined;
  readonly #found: Finding[];
  /** Unpacked stretches by their start, least recently used first; null where one turned out bad. */
  readonly #unpacked = new Map<number, Uint8Array | null>();
  #cachedBytes = 0;
  #checked = false;
  /** In order, none touching the next. */
  readonly #bad: BadStretch[] = [];

  constructor(options: MappedImageOptions) {
    this.format = options.format;
    this.size = options.size;
    this.bytesPerSector = options.bytesPerSector ?? 512;
    this.storedHashes = options.storedHashes ?? {};
    this.facts = options.facts ?? [];
    this.#found = [...(options.findings ?? [])];
    this.below = options.below;
    const short = this.below ? this.size - this.below.size : 0;
    if (short > 0) this.#found.push(finding("image/parent-shorter", { bytes: short }));
  }

  /**
   * The stretch that holds byte `at` of the medium (`start` ≤ `at` < `end`), the longer the better; `end` may lie behind the
   * end of the medium. Called for 0 ≤ at < size only. Never throws for damage: that is a kind.
   */
  protected abstract extentAt(at: number): Extent;

  /** Unpacks `packed` into `target`, which has the length of the extent; returns null, or a word for what is wrong. */
  protected unpack(packed: Uint8Array, target: Uint8Array, extent: PackedExtent): string | null {
    throw new Error(`${this.format} packs nothing (${packed.length}, ${target.length}, ${extent.start})`);
  }

  get findings(): readonly Finding[] {
    const bad = this.#bad.map(({ start, end, segment, problem }) =>
      finding("image/bad-block", { bytes: end - start, segment, problem }, { offset: start, length: end - start }),
    );
    return [...this.#found, ...bad, ...findingsOf(this.below)];
  }

  protected addFinding(found: Finding): void {
    this.#found.push(found);
  }

  /** Once: the files of the image, then the medium below. */
  check(): void {
    if (this.#checked) return;
    this.#checked = true;
    this.checkContainer();
    if (isImage(this.below)) this.below.check?.();
  }

  /** What `check` does with the files of this image itself. */
  protected checkContainer(): void {
    // A format without anything to compare leaves it so.
  }

  readInto(target: Uint8Array, at: number): number {
    const count = Math.max(0, Math.min(target.length, this.size - at));
    for (let done = 0; done < count;) {
      const extent = this.extentAt(at + done);
      const length = Math.min(count - done, extent.end - at - done);
      this.#fill(target.subarray(done, done + length), at + done, extent);
      done += length;
    }
    return count;
  }

  /** Neighbours of one kind whose places continue are one run. */
  *runsIn(at: number, length: number): Iterable<Run> {
    const end = Math.min(this.size, at + length);
    let open: Run | null = null;
    for (let start = at; start < end;) {
      const extent = this.extentAt(start);
      const to = Math.min(end, extent.end);
      for (const run of this.#runsOf(extent, start, to)) {
        if (open !== null && continues(open, run)) {
          const { start: from, length: held, kind, place }: Run = open;
          open = { start: from, length: held + run.length, kind, place };
        } else {
          if (open) yield open;
          open = run;
        }
      }
      start = to;
    }
    if (open) yield open;
  }

  #fill(target: Uint8Array, at: number, extent: Extent): void {
    if (extent.kind === "stored") {
      const offset = extent.offset + at - extent.start;
      const got = offset < extent.segment.source.size ? extent.segment.source.readInto(target, offset) : 0;
      target.fill(0, got);
    } else if (extent.kind === "packed") {
      const raw = this.#unpackedOf(extent);
      if (raw) target.set(raw.subarray(at - extent.start, at - extent.start + target.length));
      else target.fill(0);
    } else if (extent.kind === "below" && this.below) {
      const got = at < this.below.size ? this.below.readInto(target, at) : 0;
      target.fill(0, got);
    } else {
      target.fill(0);
    }
  }

  *#runsOf(extent: Extent, start: number, end: number): Iterable<Run> {
    const none = (kind: RunKind, from: number, to: number): Run => ({
      start: from,
      length: to - from,
      kind,
      place: { path: "-", offset: from, exact: false },
    });
    if (extent.kind === "stored") {
      yield* storedRuns(extent, start, end);
    } else if (extent.kind === "packed") {
      yield* this.#packedRuns(extent, start, end);
    } else if (extent.kind !== "below") {
      yield none(extent.kind, start, end);
    } else if (this.below) {
      const held = Math.max(start, Math.min(end, this.below.size));
      yield* this.below.runsIn(start, held - start);
      if (held < end) yield none("sparse", held, end);
    } else {
      yield none("missing", start, end);
    }
  }

  *#packedRuns(extent: PackedExtent, start: number, end: number): Iterable<Run> {
    const { segment, offset } = extent;
    const bad = this.#bad.some((stretch) => stretch.start < extent.end && stretch.end > extent.start);
    const cut = offset + extent.length > segment.source.size;
    const kind = cut ? "missing" : bad ? "unreadable" : "data";
    yield { start, length: end - start, kind, place: { path: segment.name, offset, exact: false } };
  }

  #unpackedOf(extent: PackedExtent): Uint8Array | null {
    let raw = this.#unpacked.get(extent.start);
    if (raw === undefined) {
      raw = this.#load(extent);
      this.#cachedBytes += raw?.length ?? 0;
    } else {
      this.#unpacked.delete(extent.start);
    }
    this.#unpacked.set(extent.start, raw);
    // One stretch may be larger than the cache: it stays until the next one comes.
    for (const [start, old] of this.#unpacked) {
      if ((this.#cachedBytes <= CACHE_BYTES && this.#unpacked.size <= MOST_BAD) || this.#unpacked.size === 1) break;
      this.#unpacked.delete(start);
      this.#cachedBytes -= old?.length ?? 0;
    }
    return raw;
  }

  #load(extent: PackedExtent): Uint8Array | null {
    const { segment, offset, length } = extent;
    const target = new Uint8Array(extent.end - extent.start);
    const packed = readRange(segment.source, Math.min(offset, segment.source.size), length);
    const problem = packed.length < length ? "truncated" : this.unpack(packed, target, extent);
    if (problem === null) return target;
    this.#addBad(extent, problem);
    return null;
  }

  #addBad({ start, end, segment }: PackedExtent, problem: string): void {
    const index = this.#bad.findIndex((stretch) => stretch.end >= start);
    const next = index === -1 ? undefined : this.#bad[index];
    if (next && next.start <= start && next.end >= end) return;
    const last = this.#bad.at(-1);
    if (next && next.end === start && next.segment === segment.name && next.problem === problem) next.end = end;
    else if (this.#bad.length >= MOST_BAD && last && last.end <= start) last.end = end;
    else this.#bad.splice(index === -1 ? this.#bad.length : index, 0, { start, end, segment: segment.name, problem });
  }
}

/** What is wrong with the medium below is wrong with this one; media that are no images have none. */
function findingsOf(below: ByteSource | null | undefined): readonly Finding[] {
  return isImage(below) ? below.findings : [];
}

function isImage(source: ByteSource | null | undefined): source is DiskImage {
  return !!source && "findings" in source;
}

function* storedRuns(extent: Extract<Extent, { kind: "stored" }>, start: number, end: number): Iterable<Run> {
  const { source, name } = extent.segment;
  const offset = extent.offset + start - extent.start;
  const held = Math.max(0, Math.min(end - start, source.size - offset));
  // What the file itself lacks stays named.
  if (held > 0) for (const run of source.runsIn(offset, held)) yield { ...run, start: run.start - offset + start };
  if (held < end - start) {
    const place = { path: name, offset: offset + held, exact: true };
    yield { start: start + held, length: end - start - held, kind: "missing", place };
  }
}

function continues(before: Run, { kind, place }: Run): boolean {
  if (before.kind !== kind || before.place.path !== place.path || before.place.exact !== place.exact) return false;
  // Of what is not there only the fact counts.
  return place.path === "-" || before.place.offset + (place.exact ? before.length : 0) === place.offset;
}
