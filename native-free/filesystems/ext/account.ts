/** Every byte of an ext volume in one class. */
import type { ByteClass, ClassedRange } from "../file-system.ts";
import { bitmapRuns } from "./bitmap.ts";
import { claimKind, type OwnedBlocks } from "./claims.ts";
import { DirectoryBlock } from "./directory.ts";
import { fixedKind, fixedNames } from "./fixed.ts";
import * as layout from "./layouts.ts";
import { special, type Survey } from "./survey.ts";
import { isDirectory, rulesOf } from "./tree.ts";
import type { ExtVolume } from "./volume.ts";

type Parts = Generator<ClassedRange>;

/** A stretch of blocks of one owner, or of none. */
interface Segment {
  readonly start: number;
  readonly end: number;
  /** Index of the claim; −1 for none. */
  readonly claim: number;
  readonly state: "used" | "free" | "unknown";
}

/** All blocks in order: what the bitmaps say together with who has them. */
export function* segmentsOf(volume: ExtVolume, owned: OwnedBlocks): Generator<Segment> {
  let index = 0;
  yield* cut(0, volume.geometry.firstData, "used");
  for (const { start, end, state } of bitmapRuns(volume)) yield* cut(start, end, state);

  function* cut(start: number, end: number, state: Segment["state"]): Generator<Segment> {
    let at = start;
    while (index < owned.count && owned.startOf(index) < end) {
      const [from, until] = [Math.max(at, owned.startOf(index)), Math.min(end, owned.endOf(index))];
      if (from > at) yield { start: at, end: from, claim: -1, state };
      if (until > from) yield { start: from, end: until, claim: index, state };
      at = Math.max(at, until);
      if (owned.endOf(index) > end) break;
      index++;
    }
    if (at < end) yield { start: at, end, claim: -1, state };
  }
}

/** Whether a stretch without an owner is the rest of clusters that have one. */
export function isClusterRest({ geometry }: ExtVolume, owned: OwnedBlocks, { start, end }: Segment): boolean {
  const { clusterBlocks, firstData } = geometry;
  if (clusterBlocks === 1) return false;
  const head = firstData + Math.floor((start - firstData) / clusterBlocks) * clusterBlocks;
  const index = owned.find(head);
  return index < owned.count && owned.startOf(index) < Math.max(end, head + clusterBlocks);
}

/** In order, from 0 to the end of the volume source or further. */
export function* classify(volume: ExtVolume, survey: Survey): Parts {
  const { owned } = survey;
  const { blockBytes, blocks } = volume.geometry;
  const directories = new DirectoryParts(volume);
  for (const segment of segmentsOf(volume, owned)) {
    const start = segment.start * blockBytes;
    const length = (segment.end - segment.start) * blockBytes;
    if (segment.claim < 0) yield { start, length, ...unclaimed(volume, owned, segment) };
    else yield* claimed(volume, owned, segment, directories);
  }
  const end = blocks * blockBytes;
  if (volume.source.size > end)
    yield { start: end, length: volume.source.size - end, class: "slack", what: "volume slack" };
}

function unclaimed(volume: ExtVolume, owned: OwnedBlocks, segment: Segment): { class: ByteClass; what: string } {
  if (segment.state === "free") return { class: "unallocated", what: "free blocks" };
  if (segment.state === "unknown") return { class: "unallocated", what: "blocks without a bitmap" };
  if (isClusterRest(volume, owned, segment)) return { class: "slack", what: "cluster slack" };
  return { class: "content", what: "lost blocks" };
}

const classes: Readonly<Record<number, { class: ByteClass; what: string }>> = {
  [claimKind.content]: { class: "content", what: "file" },
  [claimKind.unwritten]: { class: "content", what: "unwritten" },
  [claimKind.spare]: { class: "slack", what: "file slack" },
  [claimKind.map]: { class: "metadata", what: "block map" },
  [claimKind.attributes]: { class: "metadata", what: "extended attributes" },
  [claimKind.metadata]: { class: "metadata", what: "file of the file system" },
};

function* claimed(volume: ExtVolume, owned: OwnedBlocks, segment: Segment, directories: DirectoryParts): Parts {
  const { blockBytes } = volume.geometry;
  const [start, end] = [segment.start * blockBytes, segment.end * blockBytes];
  const kind = owned.kindOf(segment.claim);
  const owner = owned.ownerOf(segment.claim);
  if (kind === claimKind.fixed) yield* fixed(volume, start, end, owner, segment.end === owned.endOf(segment.claim));
  else if (kind === claimKind.directory) yield* directories.parts(start, end, owner);
  else if (kind === claimKind.metadata && owner === special.bad)
    yield { start, length: end - start, class: "unallocated", what: "bad blocks" };
  else {
    const tail = segment.end === owned.endOf(segment.claim) ? owned.tailOf(segment.claim) : 0;
    const used = tail === 0 ? end : end - blockBytes + tail;
    yield { start, length: used - start, ...classes[kind]! };
    if (used < end) yield { start: used, length: end - used, class: "slack", what: "file slack" };
  }
}

function* fixed({ geometry }: ExtVolume, start: number, end: number, what: number, isEnd: boolean): Parts {
  const name = fixedNames[what]!;
  let used = end;
  if (what === fixedKind.superblock) {
    let at = start;
    if (start === 0) {
      yield { start, length: layout.superStart, class: "metadata", what: fixedNames[fixedKind.boot] };
      at = layout.superStart;
    }
    used = at + layout.superBytes;
    yield { start: at, length: used - at, class: "metadata", what: name };
    if (used < end) yield { start: used, length: end - used, class: "slack", what: "superblock slack" };
    return;
  }
  if (what === fixedKind.inodeTable && isEnd) {
    const whole = geometry.inodesPerGroup * geometry.inodeBytes;
    const rest = (geometry.blockBytes - (whole % geometry.blockBytes)) % geometry.blockBytes;
    used = end - rest;
  }
  yield { start, length: used - start, class: "metadata", what: name };
  if (used < end) yield { start: used, length: end - used, class: "slack", what: "inode table slack" };
}

/** Blocks of directories: between their entries there is slack. */
class DirectoryParts {
  readonly #volume: ExtVolume;
  readonly #block = new DirectoryBlock();

  constructor(volume: ExtVolume) {
    this.#volume = volume;
  }

  *parts(start: number, end: number, owner: number): Parts {
    const { blockBytes } = this.#volume.geometry;
    for (let place = start; place < end; place += blockBytes) {
      let at = place;
      for (const [from, to] of gapsOf(this.#volume, this.#block, place, owner)) {
        if (from > at) yield { start: at, length: from - at, class: "metadata", what: "directory" };
        yield { start: from, length: to - from, class: "slack", what: "directory slack" };
        at = to;
      }
      if (at < place + blockBytes)
        yield { start: at, length: place + blockBytes - at, class: "metadata", what: "directory" };
    }
  }
}

const record = layout.directoryRecord.cursor();

/** Stretches of a block of a directory that no entry takes, as bytes of the volume. */
export function gapsOf(volume: ExtVolume, block: DirectoryBlock, place: number, owner: number): [number, number][] {
  const inode = volume.inode(owner);
  if (!isDirectory(inode) || place >= volume.source.size) return [];
  const rules = rulesOf(volume, inode);
  const at = volume.windows.seek(place);
  const { bytes } = volume.windows;
  // The first block of a directory begins with its own name, which is one dot.
  const isFirst = record.over(bytes, at).nameLength === 1 && bytes[at + layout.recordHeadBytes] === 0x2e;
  block.parse(bytes, at, volume.geometry.blockBytes, rules, isFirst, false);
  const out: [number, number][] = [];
  for (let i = 0; i < block.gaps.length; i += 2) {
    const from = block.gaps[i]! - at + place;
    const to = block.gaps[i + 1]! - at + place;
    if (to > from) out.push([from, to]);
  }
  return out;
}
