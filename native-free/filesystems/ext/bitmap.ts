/** The bitmaps of blocks of all groups as one. */
import { endOfBitRun, bitAt } from "../../bytes/bit-run.ts";
import { groupStart } from "./geometry.ts";
import { bitmapChecksum } from "./groups.ts";
import type { ExtVolume } from "./volume.ts";

interface BitmapRun {
  /** Blocks. */
  readonly start: number;
  readonly end: number;
  /** `unknown`: the group has no bitmap that could be read. */
  readonly state: "used" | "free" | "unknown";
}

/** From the first block of the first group to the last block, in order; runs end with their groups. */
export function* bitmapRuns(volume: ExtVolume): Generator<BitmapRun> {
  const { geometry } = volume;
  for (let group = 0; group < volume.groups.count; group++) {
    const start = groupStart(geometry, group);
    const end = Math.min(start + geometry.blocksPerGroup, geometry.blocks);
    const state = bitmapOf(volume, group);
    if (typeof state === "string") yield { start, end, state };
    else yield* runsIn(state, start, end, geometry.clusterBlocks);
  }
  const end = groupStart(geometry, volume.groups.count);
  if (end < geometry.blocks) yield { start: end, end: geometry.blocks, state: "unknown" };
}

function* runsIn(bitmap: Uint8Array, start: number, end: number, clusterBlocks: number): Generator<BitmapRun> {
  const clusters = Math.ceil((end - start) / clusterBlocks);
  for (let bit = 0; bit < clusters;) {
    const next = endOfBitRun(bitmap, bit, clusters, "least");
    const until = Math.min(end, start + next * clusterBlocks);
    yield { start: start + bit * clusterBlocks, end: until, state: bitAt(bitmap, bit, "least") ? "used" : "free" };
    bit = next;
  }
}

/** The bitmap of a group, borrowed; `free` where it has none yet. */
function bitmapOf(volume: ExtVolume, group: number): Uint8Array | "free" | "unknown" {
  const { blockBitmap, blocksUnused } = volume.groups.get(group);
  if (blocksUnused) return "free";
  const place = volume.placeOf(blockBitmap);
  if (blockBitmap === 0 || place + volume.geometry.blockBytes > volume.source.size) return "unknown";
  const at = volume.windows.seek(place);
  return volume.windows.bytes.subarray(at, at + volume.geometry.blockBytes);
}

/** How many bitmaps of blocks and of inodes do not have the checksum that their descriptor states. */
export function wrongBitmaps(volume: ExtVolume): { wrong: number; first: number } {
  const { geometry } = volume;
  let [wrong, first] = [0, -1];
  if (geometry.seed === null) return { wrong, first };
  for (let group = 0; group < volume.groups.count; group++) {
    const { blockBitmap, inodeBitmap, blocksUnused, inodesUnused, ...stated } = volume.groups.get(group);
    if (stated.copy === null) continue;
    const clusters = geometry.blocksPerGroup / geometry.clusterBlocks;
    const check = (block: number, length: number, sum: number): void => {
      if (volume.placeOf(block + 1) > volume.source.size) return;
      const at = volume.windows.seek(volume.placeOf(block));
      if (bitmapChecksum(geometry, volume.windows.bytes, at, length) === sum) return;
      wrong++;
      if (first < 0) first = group;
    };
    if (!blocksUnused) check(blockBitmap, Math.ceil(clusters / 8), stated.blockBitmapChecksum);
    if (!inodesUnused) check(inodeBitmap, Math.ceil(geometry.inodesPerGroup / 8), stated.inodeBitmapChecksum);
  }
  return { wrong, first };
}
