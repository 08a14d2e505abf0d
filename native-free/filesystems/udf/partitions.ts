/** Partition maps (ECMA-167 3/10.7, OSTA 2.2.8 to 2.2.10): where the blocks of a partition lie in the volume. */
import type { FileRecord } from "./record.ts";

export type PartitionKind = "physical" | "virtual" | "sparable" | "metadata" | "unknown";

/** A partition as a logical volume refers to it, by index of its map. Blocks are of the volume; -1 is no place. */
export interface PartitionMap {
  readonly kind: PartitionKind;
  /** Of the partition descriptor. */
  readonly number: number;
  /** Index of the map of the partition that this one lies in; its own for one that lies in the volume. */
  readonly base: number;
  /** Appends place and length of the runs that blocks lie in. */
  addRuns(out: number[], block: number, count: number, view: number): void;
}

function push(out: number[], place: number, count: number): void {
  const last = out.length - 2;
  const joins = last >= 0 && (place < 0 ? out[last]! < 0 : out[last]! >= 0 && out[last]! + out[last + 1]! === place);
  if (joins) out[last + 1]! += count;
  else out.push(place, count);
}

/** Its blocks follow each other. */
export class PhysicalPartition implements PartitionMap {
  readonly kind = "physical";
  readonly number: number;
  readonly base: number;
  readonly start: number;
  readonly count: number;

  constructor(number: number, index: number, start: number, count: number) {
    this.number = number;
    this.base = index;
    this.start = start;
    this.count = count;
  }

  /** Whether a block of the volume lies in it. */
  contains(block: number): boolean {
    return block >= this.start && block < this.start + this.count;
  }

  addRuns(out: number[], block: number, count: number): void {
    push(out, this.start + block, count);
  }
}

/** Defective packets lie elsewhere, as the sparing table says (OSTA 2.2.11). */
export class SparablePartition implements PartitionMap {
  readonly kind = "sparable";
  readonly number: number;
  readonly base: number;
  readonly start: number;
  readonly count: number;
  readonly packetBlocks: number;
  /** First block of a packet in the partition, and where it lies in the volume. */
  readonly spared: ReadonlyMap<number, number>;

  constructor(
    { number, index, start, count }: { number: number; index: number; start: number; count: number },
    packetBlocks: number,
    spared: ReadonlyMap<number, number>,
  ) {
    this.number = number;
    this.base = index;
    this.start = start;
    this.count = count;
    this.packetBlocks = packetBlocks;
    this.spared = spared;
  }

  /** Whether a block of the volume is one of a packet that lies elsewhere. */
  isDefective(block: number): boolean {
    const at = block - this.start;
    return this.spared.size > 0 && this.spared.has(at - (at % this.packetBlocks));
  }

  /** Whether a block of the volume is one of a packet that stands for another. */
  isSpare(block: number): boolean {
    for (const place of this.spared.values()) if (block >= place && block < place + this.packetBlocks) return true;
    return false;
  }

  addRuns(out: number[], block: number, count: number): void {
    if (this.spared.size === 0) return push(out, this.start + block, count);
    for (let at = block; at < block + count;) {
      const packet = at - (at % this.packetBlocks);
      const here = Math.min(block + count, packet + this.packetBlocks) - at;
      const elsewhere = this.spared.get(packet);
      push(out, elsewhere === undefined ? this.start + at : elsewhere + (at - packet), here);
      at += here;
    }
  }
}

/** What says where a block of a virtual partition lies: the table of one state of the disc. */
export interface VirtualTable {
  /** Number of entries. */
  readonly count: number;
  /** Block of the partition below; -1 where it is free or there is none. */
  blockOf(entry: number): number;
}

/** Blocks of media that are written once, each looked up (OSTA 2.2.8). */
export class VirtualPartition implements PartitionMap {
  readonly kind = "virtual";
  readonly number: number;
  readonly base: number;
  readonly #start: number;
  /** By state: 0 the last. */
  readonly #tables: readonly VirtualTable[];

  constructor(number: number, base: number, start: number, tables: readonly VirtualTable[]) {
    this.number = number;
    this.base = base;
    this.#start = start;
    this.#tables = tables;
  }

  addRuns(out: number[], block: number, count: number, view: number): void {
    const table = this.#tables[view];
    const known = table === undefined ? 0 : Math.max(0, Math.min(count, table.count - block));
    for (let at = block; at < block + known; at++) {
      const place = table!.blockOf(at);
      push(out, place < 0 ? -1 : this.#start + place, 1);
    }
    if (known < count) push(out, -1, count - known);
  }
}

export interface MetadataFiles {
  readonly main: FileRecord | null;
  readonly mirror: FileRecord | null;
  readonly bitmap: FileRecord | null;
}

/** The blocks of the metadata file, or of its mirror (OSTA 2.2.10). */
export class MetadataPartition implements PartitionMap {
  readonly kind = "metadata";
  readonly number: number;
  readonly base: number;
  readonly #extents: readonly number[];
  /** Of the mirror, where it has its own content; else empty. */
  readonly #mirror: readonly number[];
  readonly files: MetadataFiles;

  /** Extents: first block in the partition, place, count; three numbers each, in order. */
  constructor(
    number: number,
    base: number,
    extents: { readonly main: readonly number[]; readonly mirror: readonly number[] },
    files: MetadataFiles,
  ) {
    this.number = number;
    this.base = base;
    this.#extents = extents.main;
    this.#mirror = extents.mirror;
    this.files = files;
  }

  addRuns(out: number[], block: number, count: number): void {
    addRunsIn(this.#extents, out, block, count);
  }

  /** Whether the mirror has blocks of its own. */
  get isMirrored(): boolean {
    return this.#mirror.length > 0;
  }

  /** Whether a block of the volume belongs to the file. */
  holds(block: number): boolean {
    return inPlaces(this.#extents, block) || inPlaces(this.#mirror, block);
  }

  /** Where the mirror holds a copy of a block; -1 for nowhere. */
  mirrorOf(block: number): number {
    const out: number[] = [];
    addRunsIn(this.#mirror, out, block, 1);
    return out[0]!;
  }
}

function inPlaces(extents: readonly number[], block: number): boolean {
  for (let i = 0; i < extents.length; i += 3) {
    const place = extents[i + 1]!;
    if (place >= 0 && block >= place && block < place + extents[i + 2]!) return true;
  }
  return false;
}

function addRunsIn(extents: readonly number[], out: number[], block: number, count: number): void {
  let at = block;
  for (let i = indexOf(extents, block); i < extents.length && at < block + count; i += 3) {
    const inside = at - extents[i]!;
    if (inside < 0 || inside >= extents[i + 2]!) break;
    const here = Math.min(block + count - at, extents[i + 2]! - inside);
    push(out, extents[i + 1]! < 0 ? -1 : extents[i + 1]! + inside, here);
    at += here;
  }
  if (at < block + count) push(out, -1, block + count - at);
}

function indexOf(extents: readonly number[], block: number): number {
  let [low, high] = [0, extents.length / 3];
  while (high - low > 1) {
    const middle = (low + high) >>> 1;
    if (extents[middle * 3]! <= block) low = middle;
    else high = middle;
  }
  return low * 3;
}

/** A kind that no standard of UDF names. */
export class UnknownPartition implements PartitionMap {
  readonly kind = "unknown";
  readonly number = -1;
  readonly base: number;

  constructor(index: number) {
    this.base = index;
  }

  addRuns(out: number[], _block: number, count: number): void {
    push(out, -1, count);
  }
}
