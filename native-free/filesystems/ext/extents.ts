/** The content of an inode as stretches of the volume. */
import type { FileExtent } from "../file-system.ts";
import { findAttribute } from "./xattrs.ts";
import { MapReader, type MapProblem, type MapSink } from "./block-map.ts";
import type { Inode } from "./inode.ts";
import * as layout from "./layouts.ts";
import type { ExtVolume } from "./volume.ts";

const { fileType } = layout;

/** Collects what a map says. */
export class MapRuns implements MapSink {
  /** Logical block, block, number of blocks, 1 where they were not written; in order. */
  readonly runs: number[] = [];
  readonly nodes: number[] = [];
  readonly problems: { problem: MapProblem; block: number }[] = [];

  run(logical: number, block: number, count: number, unwritten: boolean): void {
    this.runs.push(logical, block, count, unwritten ? 1 : 0);
  }

  node(block: number): boolean {
    this.nodes.push(block);
    return true;
  }

  problem(problem: MapProblem, block: number): void {
    if (this.problems.length < 16) this.problems.push({ problem, block });
  }

  /** First logical block behind all runs. */
  get end(): number {
    let end = 0;
    for (let i = 0; i < this.runs.length; i += 4) end = Math.max(end, this.runs[i]! + this.runs[i + 2]!);
    return end;
  }
}

/** `always`: whatever the type of the inode, for those that have none. */
export function mapOf(volume: ExtVolume, inode: Inode, reader = new MapReader(volume), always = false): MapRuns {
  const sink = new MapRuns();
  if (always || inode.hasBlocks) reader.read(inode, sink);
  return sink;
}

/** Bytes of a content: as stated, or where that cannot be what is there. */
export function sizeOf(volume: ExtVolume, inode: Inode): number {
  const { type, number, place } = inode;
  if (inode.isFastLink) return inode.base.sizeLow;
  if (inode.isInline && (type === fileType.file || type === fileType.directory || type === fileType.symlink)) {
    const room = inlineRanges(volume, inode).reduce((sum, { length }) => sum + length, 0);
    return type === fileType.directory ? room : Math.min(inode.statedSize, room);
  }
  if (!inode.hasBlocks) return 0;
  if (inode.isSizePossible) return inode.statedSize;
  const { end } = mapOf(volume, inode);
  // The map moved the cursor.
  volume.inode(number, place);
  return end * volume.geometry.blockBytes;
}

/** Where an inline content lies: in the place of the map, then in the attribute `system.data`. */
export function inlineRanges(volume: ExtVolume, inode: Inode): { start: number; length: number }[] {
  const first = { start: inode.place + layout.mapOffset, length: layout.mapBytes };
  const rest = findAttribute(volume, inode, "system.data");
  return rest === null || rest.length === 0 ? [first] : [first, rest];
}

/** Extents of a content that is in use. */
export function extentsOfInode(volume: ExtVolume, inode: Inode): FileExtent[] {
  const size = sizeOf(volume, inode);
  if (size === 0) return [];
  if (inode.isFastLink) return [{ start: inode.place + layout.mapOffset, length: size, state: "intact" }];
  if (inode.isInline) return clipped(inlineRanges(volume, inode), size);
  const map = mapOf(volume, inode);
  const out = new ExtentList(size, map.problems.length > 0);
  const { blockBytes } = volume.geometry;
  for (let i = 0; i < map.runs.length; i += 4) {
    const [logical, block, count, unwritten] = [map.runs[i]!, map.runs[i + 1]!, map.runs[i + 2]!, map.runs[i + 3]!];
    if (unwritten === 0) out.add(logical * blockBytes, block * blockBytes, count * blockBytes, "intact");
    else out.addSparse(logical * blockBytes, count * blockBytes);
  }
  return out.finish();
}

function clipped(ranges: readonly { start: number; length: number }[], size: number): FileExtent[] {
  const out: FileExtent[] = [];
  let left = size;
  for (const { start, length } of ranges) {
    if (left <= 0) break;
    out.push({ start, length: Math.min(left, length), state: "intact" });
    left -= length;
  }
  if (left > 0) out.push({ start: null, length: left, state: "missing" });
  return out;
}

/** Puts extents together in the order of the content; what lies between them is sparse, or missing where the map is damaged. */
export class ExtentList {
  readonly #size: number;
  readonly #gap: "intact" | "missing";
  readonly #extents: { start: number | null; length: number; state: FileExtent["state"] }[] = [];
  #at = 0;

  constructor(size: number, isDamaged: boolean) {
    this.#size = size;
    this.#gap = isDamaged ? "missing" : "intact";
  }

  add(at: number, start: number, length: number, state: FileExtent["state"]): void {
    this.#fill(at);
    this.#push(start, length, state);
  }

  addSparse(at: number, length: number): void {
    this.#fill(at);
    this.#push(null, length, "intact");
  }

  finish(): FileExtent[] {
    this.#fill(this.#size);
    return this.#extents;
  }

  #fill(to: number): void {
    if (to > this.#at) this.#push(null, to - this.#at, this.#gap);
  }

  #push(start: number | null, wanted: number, state: FileExtent["state"]): void {
    const length = Math.min(wanted, this.#size - this.#at);
    if (length <= 0) return;
    this.#at += length;
    const last = this.#extents.at(-1);
    const follows =
      last !== undefined &&
      last.state === state &&
      (start === null ? last.start === null : last.start !== null && last.start + last.length === start);
    if (follows) last.length += length;
    else this.#extents.push({ start, length, state });
  }
}
