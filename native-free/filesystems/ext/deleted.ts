/**
 * Content of files that are no more: the blocks that their records name, as far as no allocated file has them now (NIST CFTT "Active File
 * Identification & Deleted File Recovery Tool Specification" 1.1).
 */
import type { ContentClaim } from "../../model/item.ts";
import type { ExtentState, FileExtent } from "../file-system.ts";
import { MapReader, type NodeReader } from "./block-map.ts";
import { ClaimList, type OwnedBlocks } from "./claims.ts";
import { ExtentList, extentsOfInode, mapOf, sizeOf } from "./extents.ts";
import type { History } from "./history.ts";
import type { Inode } from "./inode.ts";
import * as layout from "./layouts.ts";
import type { ExtVolume } from "./volume.ts";

const pointer = layout.pointer.cursor();
const extentHeader = layout.extentHeader.cursor();
const extentCursor = layout.extent.cursor();

/** Blocks of maps as they were: from the journal, or from their places where nothing else has them now. */
export class OldNodes implements NodeReader {
  readonly #volume: ExtVolume;
  readonly #history: History;
  readonly #owned: OwnedBlocks;

  constructor(volume: ExtVolume, history: History, owned: OwnedBlocks) {
    this.#volume = volume;
    this.#history = history;
    this.#owned = owned;
  }

  /** The state that says most: records of files are emptied before they go. */
  placeOf(block: number, depth: number | null, logical: number): number {
    const places = this.#history.copiesOf(block).filter(({ escaped }) => !escaped);
    const all = places.map(({ place }) => place);
    if (!this.#owned.has(block)) all.unshift(this.#volume.placeOf(block));
    let [best, most] = [-1, 0];
    for (const place of all) {
      const entries = depth === null ? this.#pointers(place) : this.#extents(place, depth, logical);
      if (entries > most) [best, most] = [place, entries];
    }
    return best;
  }

  /** Pointers of a block of a map; 0 where it is none. */
  #pointers(place: number): number {
    const { windows, geometry } = this.#volume;
    const at = windows.seek(place);
    let count = 0;
    for (let i = 0; i < geometry.blockBytes; i += 4) {
      const { value } = pointer.over(windows.bytes, at + i);
      if (value === 0) continue;
      if (!this.#volume.hasBlock(value)) return 0;
      count++;
    }
    return count;
  }

  #extents(place: number, depth: number, logical: number): number {
    const at = this.#volume.windows.seek(place);
    const { bytes } = this.#volume.windows;
    const header = extentHeader.over(bytes, at);
    if (header.magic !== layout.extentMagic || header.depth !== depth || header.entries > header.most) return 0;
    const first = extentCursor.over(bytes, at + layout.extentEntryBytes).logical;
    return header.entries > 0 && first === logical ? header.entries : 0;
  }
}

/** Runs of blocks that several files claim that are no more. */
export class GoneClaims {
  readonly #shared = new ClaimList();

  /** `gone`: their records; each file counts once. */
  constructor(volume: ExtVolume, nodes: OldNodes, gone: Iterable<{ number: number; place: number }>) {
    const claims = new ClaimList();
    const reader = new MapReader(volume, nodes);
    let file = 0;
    for (const { number, place } of gone) {
      const inode = volume.inode(number, place);
      if (inode === null) continue;
      file++;
      const { runs } = mapOf(volume, inode, reader);
      for (let i = 0; i < runs.length; i += 4) claims.push(runs[i + 1]!, runs[i + 2]!, file, 0);
    }
    let [end, owner] = [0, 0];
    for (const i of claims.order()) {
      const start = claims.starts[i]!;
      const until = start + claims.lengths[i]!;
      if (start < end && claims.owners[i] !== owner) this.#shared.push(start, Math.min(end, until) - start, 0, 0);
      if (until > end) [end, owner] = [until, claims.owners[i]!];
    }
  }

  /** Where the first shared stretch begins and ends that is not before a block; null for none up to `last`. */
  next(block: number, last: number): { start: number; end: number } | null {
    const { starts, lengths, count } = this.#shared;
    let [low, high] = [0, count];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (starts[middle]! + lengths[middle]! > block) high = middle;
      else low = middle + 1;
    }
    if (low === count || starts[low]! >= last) return null;
    return { start: Math.max(block, starts[low]!), end: Math.min(last, starts[low]! + lengths[low]!) };
  }
}

/** Extents of a file that is no more. */
export function goneExtents(
  volume: ExtVolume,
  inode: Inode,
  nodes: OldNodes,
  owned: OwnedBlocks,
  claims: GoneClaims,
): FileExtent[] {
  const size = sizeOf(volume, inode);
  if (size === 0) return [];
  if (!inode.hasBlocks) return extentsOfInode(volume, inode);
  const { blockBytes } = volume.geometry;
  const map = mapOf(volume, inode, new MapReader(volume, nodes));
  const out = new ExtentList(size, map.problems.length > 0 || map.runs.length === 0);
  const add = (logical: number, block: number, count: number, state: ExtentState): void =>
    out.add(logical * blockBytes, block * blockBytes, count * blockBytes, state);
  for (let i = 0; i < map.runs.length; i += 4) {
    const [logical, start, count] = [map.runs[i]!, map.runs[i + 1]!, map.runs[i + 2]!];
    if (map.runs[i + 3] === 1) {
      out.addSparse(logical * blockBytes, count * blockBytes);
      continue;
    }
    for (let at = start; at < start + count;) {
      const { end, state } = stateAt(at, start + count, owned, claims);
      add(logical + at - start, at, end - at, state);
      at = end;
    }
  }
  return out.finish();
}

/** The state of a block, and up to where it is that of the ones behind. */
function stateAt(
  block: number,
  last: number,
  owned: OwnedBlocks,
  claims: GoneClaims,
): { end: number; state: ExtentState } {
  const index = owned.find(block);
  const next = index < owned.count ? owned.startOf(index) : Number.POSITIVE_INFINITY;
  if (next <= block) return { end: Math.min(last, owned.endOf(index)), state: "overwritten" };
  const free = Math.min(last, next);
  const shared = claims.next(block, free);
  if (shared === null) return { end: free, state: "intact" };
  if (shared.start > block) return { end: shared.start, state: "intact" };
  return { end: shared.end, state: "partly overwritten" };
}

export function claimOfExtents(extents: readonly FileExtent[]): ContentClaim {
  if (extents.length === 0) return "none";
  const states = new Set(extents.map(({ state }) => state));
  const gone = states.has("overwritten") || states.has("missing");
  if (!states.has("intact") && !states.has("partly overwritten")) return "overwritten";
  return gone || states.has("partly overwritten") ? "partly-overwritten" : "unallocated";
}
