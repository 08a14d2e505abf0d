/** Places that systems leave as they are: copies, room for later descriptors, ends of bitmaps, inodes without a use. What they hold beyond that. */
import { readRange } from "../../bytes/byte-source.ts";
import { finding, type Finding } from "../../model/findings.ts";
import { nonZeroBytes } from "../non-zero.ts";
import { hasSuper, superBlockOf } from "./geometry.ts";
import { descriptorBlocks } from "./groups.ts";
import { Inode } from "./inode.ts";
import * as layout from "./layouts.ts";
import { special } from "./survey.ts";
import type { ExtVolume } from "./volume.ts";
import { incompatible } from "./features.ts";

/** Groups with a copy of the superblock that are looked at. */
const mostGroups = 16;
/** Bytes of one place that are looked at. */
const mostBytes = 4 << 20;

/** Bytes that should not be there: where the first stretch is and how many there are of all. */
class Hidden {
  readonly #area: string;
  #bytes = 0;
  #place = 0;
  #length = 0;

  constructor(area: string) {
    this.#area = area;
  }

  add(bytes: number, place: number, length: number): void {
    if (bytes === 0) return;
    if (this.#bytes === 0) [this.#place, this.#length] = [place, length];
    this.#bytes += bytes;
  }

  *findings(): Generator<Finding> {
    const place = { offset: this.#place, length: this.#length };
    if (this.#bytes > 0) yield finding("filesystem/hidden-data", { area: this.#area, bytes: this.#bytes }, place);
  }
}

export function* hiddenInStructures(volume: ExtVolume): Generator<Finding> {
  yield* aroundCopies(volume);
  yield* behindBitmaps(volume);
  yield* inReservedInodes(volume);
}

function groupsWithSuper({ geometry, groups }: ExtVolume): number[] {
  const found: number[] = [];
  for (let group = 0; group < groups.count && found.length < mostGroups; group++) {
    if (hasSuper(geometry, group)) found.push(group);
  }
  return found;
}

function* aroundCopies(volume: ExtVolume): Generator<Finding> {
  const { geometry } = volume;
  const { blockBytes, descriptorBytes, reservedDescriptors } = geometry;
  const isMeta = (geometry.features.incompatible & incompatible.metaGroups) !== 0;
  const copies = new Hidden("copies of the superblock");
  const unused = new Hidden("superblock");
  const tables = new Hidden("group descriptors");
  const reserved = new Hidden("reserved group descriptors");
  const table = descriptorBlocks(geometry);
  const used = geometry.groups * descriptorBytes;
  for (const group of groupsWithSuper(volume)) {
    const block = superBlockOf(geometry, group);
    const start = group === 0 ? layout.superStart : block * blockBytes;
    const { superUnused: at, superUnusedBytes: length } = layout;
    unused.add(nonZeroBytes(volume.source, start + at, length), start + at, length);
    const rest = blockBytes - layout.superBytes;
    if (group > 0)
      copies.add(nonZeroBytes(volume.source, start + layout.superBytes, rest), start + layout.superBytes, rest);
    if (isMeta) continue;
    const first = (block + 1) * blockBytes;
    const slack = table * blockBytes - used;
    tables.add(nonZeroBytes(volume.source, first + used, slack), first + used, slack);
    const place = first + table * blockBytes;
    const bytes = reservedDescriptors * blockBytes;
    reserved.add(
      group > 0 ? nonZeroBytes(volume.source, place, bytes) : strangePointers(volume, place, bytes),
      place,
      bytes,
    );
  }
  for (const each of [unused, copies, tables, reserved]) yield* each.findings();
}

const pointer = layout.pointer.cursor();

/** Of the first reserved blocks, which are the map of the inode for resizing: bytes of numbers that are no copy of the block they stand in. */
function strangePointers(volume: ExtVolume, place: number, bytes: number): number {
  const { geometry } = volume;
  const length = Math.min(bytes, mostBytes, Math.max(0, volume.source.size - place));
  const words = readRange(volume.source, place, length);
  let count = 0;
  for (let at = 0; at + layout.pointer.size <= words.length; at += layout.pointer.size) {
    const { value } = pointer.over(words, at);
    if (value === 0) continue;
    const own = Math.floor((place + at) / geometry.blockBytes);
    const group = (value - own) / geometry.blocksPerGroup;
    if (!Number.isInteger(group) || group < 1 || group >= geometry.groups || !hasSuper(geometry, group)) {
      for (let i = at; i < at + layout.pointer.size; i++) if (words[i] !== 0) count++;
    }
  }
  return count;
}

/** Bits behind those of the blocks and inodes of a group are set; mke2fs of old left them clear. */
function* behindBitmaps(volume: ExtVolume): Generator<Finding> {
  const { geometry, groups } = volume;
  const { blockBytes, blocksPerGroup, clusterBlocks, inodesPerGroup } = geometry;
  const blocks = new Hidden("block bitmaps");
  const inodes = new Hidden("inode bitmaps");
  const look = (hidden: Hidden, block: number, usedBits: number): void => {
    const used = Math.ceil(usedBits / 8);
    const place = volume.placeOf(block) + used;
    if (block === 0 || used >= blockBytes || volume.placeOf(block + 1) > volume.source.size) return;
    const at = volume.windows.seek(volume.placeOf(block));
    const { bytes } = volume.windows;
    let count = 0;
    for (let i = at + used; i < at + blockBytes; i++) if (bytes[i] !== 0xff && bytes[i] !== 0) count++;
    hidden.add(count, place, blockBytes - used);
  };
  for (let group = 0; group < groups.count; group++) {
    const { blockBitmap, inodeBitmap, blocksUnused, inodesUnused } = groups.get(group);
    if (!blocksUnused) look(blocks, blockBitmap, Math.ceil(blocksPerGroup / clusterBlocks));
    if (!inodesUnused) look(inodes, inodeBitmap, inodesPerGroup);
  }
  yield* blocks.findings();
  yield* inodes.findings();
}

/** Reserved numbers that no system uses today. */
const unusedInodes = [special.boot, special.undelete, special.exclude, special.replica];

function* inReservedInodes(volume: ExtVolume): Generator<Finding> {
  const { inodeBytes } = volume.geometry;
  const cursor = new Inode(volume.geometry);
  for (const number of unusedInodes) {
    const place = volume.inodePlace(number);
    if (place < 0 || number >= volume.geometry.firstInode) continue;
    const { window, at, base, extraBytes } = volume.inodeInto(cursor, number, place);
    // The boot loader's has times, a mode and a content where one was set.
    if (number === special.boot && base.mode !== 0) continue;
    let count = 0;
    for (let i = 0; i < inodeBytes; i++) if (window[at + i] !== 0 && !isExpected(i, extraBytes)) count++;
    const hidden = new Hidden(`reserved inode ${number}`);
    hidden.add(count, place, inodeBytes);
    yield* hidden.findings();
  }
}

/** Bytes of an unused inode that programs set: its times, its checksum, its generation, and what says how long it is. */
function isExpected(offset: number, extraBytes: number): boolean {
  if (offset >= layout.inodeBytes) return offset < layout.inodeBytes + Math.max(4, extraBytes);
  const isTime = offset >= 8 && offset < 0x18;
  const isGeneration = offset >= 0x64 && offset < 0x68;
  return isTime || isGeneration || (offset >= layout.checksumLowOffset && offset < layout.checksumLowOffset + 2);
}
