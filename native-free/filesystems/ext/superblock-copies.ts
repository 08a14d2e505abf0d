/** Copies of the superblock: where they should be, and where else they are. */
import { readRange, type ByteSource } from "../../bytes/byte-source.ts";
import { groupStart, hasSuper, readGeometry, type Geometry } from "./geometry.ts";
import * as layout from "./layouts.ts";
import { isDirectory } from "./tree.ts";
import { ExtVolume, rootInode } from "./volume.ts";

/** How far a copy is looked for that is in no place of its own. */
const scannedBytes = (128 << 20) + (64 << 10);
const windowBytes = 1 << 20;
const leastBlock = 1024;
/** Places with the mark of a superblock that are tried; a medium may be full of them. */
const mostTried = 4096;

/** Whether the numbers lead to a root directory, and the checksum is right. */
export function isSound(volume: ByteSource, geometry: Geometry): boolean {
  return geometry.checksumHolds && isDirectory(new ExtVolume(volume, geometry).inode(rootInode));
}

/** Groups whose copies are looked for, by what the sparse ones are numbered. */
const copyGroups = [1, 3, 5, 7, 9, 25, 27, 49];
const blockSizes = [1024, 2048, 4096, 8192, 16_384, 32_768, 65_536];

/** The first copy that counts: it says in which group it is, and leads to a root directory. */
export function copyOf(volume: ByteSource, first: Geometry | null): Geometry | null {
  for (const { place, group } of copyPlaces(first)) {
    const geometry = copyAt(volume, place, group);
    if (geometry !== null) return geometry;
  }
  return scanned(volume);
}

/** The copy of a group in its place; null where there is none that counts. */
function copyAt(volume: ByteSource, place: number, group: number): Geometry | null {
  if (place + layout.superBytes > volume.size) return null;
  const geometry = readGeometry(readRange(volume, place, layout.superBytes));
  if (typeof geometry === "string" || geometry.group !== (group & 0xffff)) return null;
  if (groupStart(geometry, group) * geometry.blockBytes !== place) return null;
  return isSound(volume, geometry) ? geometry : null;
}

const record = layout.superblock.cursor();

/**
 * The first copy at any multiple of the least size of a block, where it counts for a group that it can be of. Groups of blocks of 4096 bytes
 * have at most 128 MiB, so that the first copy of such a volume is always in reach.
 */
function scanned(volume: ByteSource): Geometry | null {
  const end = Math.min(volume.size, scannedBytes);
  for (let at = 0, tried = 0; at < end; at += windowBytes) {
    const length = Math.min(windowBytes, end - at);
    if (isHole(volume, at, length)) continue;
    const window = readRange(volume, at, length);
    for (let inside = 0; inside + layout.superBytes <= window.length && tried < mostTried; inside += leastBlock) {
      const { magic, group } = record.over(window, inside);
      if (magic !== layout.superMagic || group === 0) continue;
      tried++;
      const geometry = copyAt(volume, at + inside, group);
      if (geometry !== null) return geometry;
    }
  }
  return null;
}

function isHole(volume: ByteSource, at: number, length: number): boolean {
  for (const { kind } of volume.runsIn(at, length)) if (kind === "data") return false;
  return true;
}

/** Where the numbers of the first superblock put them, then where mke2fs puts them by default. */
function* copyPlaces(first: Geometry | null): Generator<{ place: number; group: number }> {
  if (first !== null) {
    for (const group of [...copyGroups, ...first.backupGroups]) {
      if (group > 0 && hasSuper(first, group)) yield { place: groupStart(first, group) * first.blockBytes, group };
    }
  }
  for (const group of copyGroups) {
    for (const blockBytes of blockSizes) {
      for (const clusterBlocks of [1, 16]) {
        const start = blockBytes === 1024 && clusterBlocks === 1 ? 1 : 0;
        yield { place: (start + group * blockBytes * 8 * clusterBlocks) * blockBytes, group };
      }
    }
  }
}
