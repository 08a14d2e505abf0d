/** Space bitmaps and tables (ECMA-167 4/10.1, 4/14.11, 4/14.12): which blocks of a partition are free, as far as it is recorded. */
import { readRange } from "../../bytes/byte-source.ts";
import { bitAt, endOfBitRun } from "../../bytes/bit-run.ts";
import { finding, type Finding } from "../../model/findings.ts";
import { ExtentSource } from "../extent-source.ts";
import type { FileExtent } from "../file-system.ts";
import type { Descriptor, Structure } from "./descriptors.ts";
import * as layout from "./layouts.ts";
import type { PhysicalPartition, SparablePartition } from "./partitions.ts";
import { tagIdAt, tagProblem } from "./tag.ts";
import type { UdfVolume } from "./volume.ts";

const partition = layout.partition.cursor();
const short = layout.shortAd.cursor();
const header = layout.bitmap.cursor();
const entry = layout.spaceEntry.cursor();
const icb = layout.icb.cursor();
const lengthMask = 0x3fff_ffff;

/** What is recorded of the space of one partition. */
export interface Space {
  readonly partition: PhysicalPartition | SparablePartition;
  /** A bit for each block of the partition, the least significant first; 1 is free. */
  readonly bits: Uint8Array;
  readonly count: number;
  readonly free: number;
}

/** One that a partition header points to, as an entry and for the accounting. */
export interface SpaceStructure {
  readonly name: string;
  readonly extents: readonly FileExtent[];
}

export interface Spaces {
  readonly spaces: readonly Space[];
  readonly structures: readonly Structure[];
  readonly files: readonly SpaceStructure[];
}

/** Of the partitions that lie in the volume. Freed space (4/10.1) is free, too: it is only not erased yet. */
export function readSpaces(volume: UdfVolume, descriptors: ReadonlyMap<number, Descriptor>, found: Finding[]): Spaces {
  const spaces: Space[] = [];
  const structures: Structure[] = [];
  const files: SpaceStructure[] = [];
  const seen = new Set<number>();
  for (const map of volume.partitions) {
    if ((map.kind !== "physical" && map.kind !== "sparable") || seen.has(map.number)) continue;
    seen.add(map.number);
    const base = map as PhysicalPartition | SparablePartition;
    const descriptor = descriptors.get(base.number);
    if (descriptor === undefined) continue;
    const count = Math.max(0, Math.min(base.count, volume.blocks.count - base.start));
    const bits = new Uint8Array(Math.ceil(count / 8));
    let known = false;
    for (const [name, field, isTable] of fields(descriptor)) {
      short.over(field);
      const length = short.length & lengthMask;
      if (length === 0) continue;
      const extents = placesOf(volume, base, short.block, length, structures, name);
      files.push({ name: seen.size === 1 ? name : `${name} of partition ${base.number}`, extents });
      const source = new ExtentSource(volume.source, extents);
      const taken = isTable ? addTable(source, bits, count, volume.blockBytes) : addBitmap(source, bits, count);
      if (!taken) found.push(finding("filesystem/structure-damaged", { structure: name, problem: "tag" }));
      known ||= taken;
    }
    if (known) spaces.push({ partition: base, bits, count, free: countBits(bits, count) });
  }
  return { spaces, structures, files };
}

function fields({ bytes }: Descriptor): readonly (readonly [string, Uint8Array, boolean])[] {
  partition.over(bytes);
  return [
    ["unallocated space table", partition.spaceTable, true],
    ["unallocated space bitmap", partition.spaceBitmap, false],
    ["freed space table", partition.freedTable, true],
    ["freed space bitmap", partition.freedBitmap, false],
  ];
}

function placesOf(
  volume: UdfVolume,
  base: PhysicalPartition | SparablePartition,
  block: number,
  length: number,
  structures: Structure[],
  what: string,
): FileExtent[] {
  const runs: number[] = [];
  base.addRuns(runs, block, Math.ceil(length / volume.blockBytes));
  const out: FileExtent[] = [];
  let left = length;
  for (let i = 0; i < runs.length; i += 2) {
    const bytes = Math.min(left, runs[i + 1]! * volume.blockBytes);
    left -= bytes;
    out.push({ start: runs[i]! * volume.blockBytes, length: bytes, state: "intact" });
    const count = Math.min(runs[i + 1]!, volume.blocks.count - runs[i]!);
    if (count > 0) structures.push({ block: runs[i]!, count, what });
  }
  return out;
}

function addBitmap(source: ExtentSource, bits: Uint8Array, count: number): boolean {
  const head = readRange(source, 0, layout.bitmap.size);
  if (head.length < layout.bitmap.size || tagIdAt(head, 0) !== layout.tagId.bitmap) return false;
  const stated = header.over(head).bits;
  // At most as many as the partition has blocks, whatever the header says.
  const window = readRange(source, layout.bitmap.size, Math.min(Math.ceil(stated / 8), bits.length));
  for (let i = 0; i < window.length; i++) bits[i]! |= window[i]!;
  const last = Math.min(stated, count);
  for (let i = last; i < Math.min(count, window.length * 8); i++) bits[i >>> 3]! &= ~(1 << (i & 7));
  return true;
}

/** The descriptors of an unallocated space entry name what is free. */
function addTable(source: ExtentSource, bits: Uint8Array, count: number, blockBytes: number): boolean {
  const bytes = readRange(source, 0, Math.min(source.size, 1 << 20));
  if (tagProblem(bytes, 0, null) === "checksum" || tagIdAt(bytes, 0) !== layout.tagId.unallocatedSpace) return false;
  if (bytes.length < layout.spaceEntry.size) return false;
  const kind = icb.over(bytes).flags & 7;
  const step = kind === 0 ? layout.shortAd.size : layout.longAd.size;
  const end = Math.min(bytes.length, layout.spaceEntry.size + entry.over(bytes).allocationBytes);
  let budget = count;
  for (let at = layout.spaceEntry.size; at + step <= end; at += step) {
    const { length, block } = short.over(bytes, at);
    if ((length & lengthMask) === 0) break;
    budget = setBits(bits, block, Math.ceil((length & lengthMask) / blockBytes), count, budget);
  }
  return true;
}

function setBits(bits: Uint8Array, first: number, blocks: number, count: number, budget: number): number {
  let left = budget;
  for (let at = first; at < Math.min(count, first + blocks) && left > 0; at++, left--) bits[at >>> 3]! |= 1 << (at & 7);
  return left;
}

function countBits(bits: Uint8Array, count: number): number {
  let free = 0;
  for (let at = 0; at < count;) {
    const end = endOfBitRun(bits, at, count, "least");
    if (bitAt(bits, at, "least")) free += end - at;
    at = end;
  }
  return free;
}

/** Whether a block of the volume is free; null where nothing is recorded of it. */
export function isFree(spaces: readonly Space[], block: number): boolean | null {
  for (const {
    partition: { start },
    bits,
    count,
  } of spaces) {
    if (block >= start && block < start + count) return bitAt(bits, block - start, "least");
  }
  return null;
}
