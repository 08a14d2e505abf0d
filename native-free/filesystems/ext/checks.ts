/** What is said twice on an ext volume is compared; what systems leave empty is looked into. */
import { readRange } from "../../bytes/byte-source.ts";
import { finding, type Finding } from "../../model/findings.ts";
import { nonZeroBytes } from "../non-zero.ts";
import { isClusterRest, segmentsOf } from "./account.ts";
import { mmpHolds } from "./block-checksums.ts";
import { bitmapRuns, wrongBitmaps } from "./bitmap.ts";
import { mapOf } from "./extents.ts";
import { compatible, incompatible, unknownFeatures } from "./features.ts";
import { hasSuper, readGeometry, superBlockOf } from "./geometry.ts";
import { hiddenInStructures } from "./hidden.ts";
import * as layout from "./layouts.ts";
import { special, type Survey } from "./survey.ts";
import type { ExtVolume } from "./volume.ts";

const cleanState = 1;
const errorState = 2;
const bootSignature = [0x55, 0xaa] as const;
/** Copies of the superblock that are compared with the first. */
const comparedGroups = [1, 3, 5, 7, 9];
const comparedFields = [
  "blocks",
  "inodes",
  "blockBytes",
  "blocksPerGroup",
  "inodesPerGroup",
  "inodeBytes",
  "uuid",
] as const;

/** What a few reads tell. */
export function checkHead(volume: ExtVolume): Finding[] {
  const { geometry, source } = volume;
  const { features, state } = geometry;
  const found: Finding[] = [];
  const size = geometry.blocks * geometry.blockBytes;
  if (size > source.size) found.push(finding("filesystem/truncated", { bytes: source.size, expected: size }));
  const unknown = unknownFeatures(features);
  if (unknown !== "") found.push(finding("ext/unknown-features", { features: unknown }));
  if ((state & cleanState) === 0 || (features.incompatible & incompatible.recover) !== 0)
    found.push(finding("filesystem/not-clean"));
  if ((state & errorState) !== 0 || geometry.errors > 0) found.push(finding("filesystem/media-errors"));
  if ((features.compatible & compatible.journal) !== 0 && geometry.journalInode === 0) {
    found.push(finding("ext/journal-elsewhere", { uuid: geometry.journalUuid }));
  }
  if (!geometry.checksumHolds)
    found.push(finding("ext/checksum-wrong", { count: 1, structure: "superblock", first: "0" }, at(layout.superStart)));
  return [...found, ...checkCopies(volume), ...checkDescriptors(volume)];
}

const at = (offset: number, length: number | null = null): { offset: number; length: number | null } => ({
  offset,
  length,
});

/** The first copy that is there is compared in what no system changes without writing it to all. */
function checkCopies({ geometry, source }: ExtVolume): Finding[] {
  for (const group of comparedGroups) {
    if (group >= geometry.groups || !hasSuper(geometry, group)) continue;
    const place = superBlockOf(geometry, group) * geometry.blockBytes;
    if (place + layout.superBytes > source.size) continue;
    const copy = readGeometry(readRange(source, place, layout.superBytes));
    if (typeof copy === "string") {
      const params = { structure: "copy of the superblock", problem: copy };
      return [finding("filesystem/structure-damaged", params, at(place, layout.superBytes))];
    }
    const field = comparedFields.find((each) => geometry[each] !== copy[each]);
    if (field === undefined) return [];
    return [finding("filesystem/structures-differ", { structure: "superblock", field }, at(place, layout.superBytes))];
  }
  return [];
}

function checkDescriptors({ geometry, groups }: ExtVolume): Finding[] {
  const wrong = { count: 0, first: -1 };
  const replaced = { count: 0, first: -1 };
  const lost = { count: geometry.groups - groups.count, first: geometry.groups - groups.count > 0 ? groups.count : -1 };
  const note = (list: { count: number; first: number }, group: number): void => {
    list.count++;
    if (list.first < 0 || group < list.first) list.first = group;
  };
  for (let group = 0; group < groups.count; group++) {
    const { copy, checksumHolds, isReplaced } = groups.get(group);
    if (copy === null) note(lost, group);
    else if (!checksumHolds) note(wrong, group);
    else if (isReplaced) note(replaced, group);
  }
  const found: Finding[] = [];
  if (wrong.count > 0) {
    const params = { count: wrong.count, structure: "group descriptors", first: `group ${wrong.first}` };
    found.push(finding("ext/checksum-wrong", params));
  }
  if (replaced.count > 0)
    found.push(finding("ext/descriptors-replaced", { groups: replaced.count, first: replaced.first }));
  if (lost.count > 0) found.push(finding("ext/descriptors-lost", { groups: lost.count, first: lost.first }));
  return found;
}

/** What only a look at all inodes and bitmaps tells. */
export function checkAll(volume: ExtVolume, survey: Survey): Finding[] {
  const { geometry } = volume;
  const found: Finding[] = [];
  const counts = countBlocks(volume, survey);
  if (counts.hasAll && counts.free !== geometry.freeBlocks)
    found.push(finding("filesystem/free-count", { stated: geometry.freeBlocks, found: counts.free }));
  if (counts.hasAll && geometry.inodes - survey.usedInodes !== geometry.freeInodes) {
    const free = geometry.inodes - survey.usedInodes;
    found.push(finding("ext/free-inodes", { stated: geometry.freeInodes, found: free }));
  }
  if (counts.lost > 0) found.push(finding("filesystem/lost-chains", { blocks: counts.lost }));
  if (counts.wronglyFree > 0) found.push(finding("ext/bitmap-differs", { blocks: counts.wronglyFree }));
  if (survey.unmarked > 0) found.push(finding("ext/inode-bitmap-differs", { inodes: survey.unmarked }));
  const { wrong, first } = wrongBitmaps(volume);
  if (wrong > 0)
    found.push(finding("ext/checksum-wrong", { count: wrong, structure: "bitmaps", first: `group ${first}` }));
  const beyond = usedBeyond(volume);
  if (beyond.inodes > 0) found.push(finding("ext/unused-in-use", { ...beyond }));
  if (!mmpHolds(volume)) {
    const params = { count: 1, structure: "multiple mount protection", first: `block ${geometry.mmpBlock}` };
    found.push(finding("ext/checksum-wrong", params));
  }
  const bad = badBlocks(volume);
  if (bad > 0) found.push(finding("ext/bad-blocks", { blocks: bad }));
  return [...found, ...findHidden(volume), ...hiddenInStructures(volume)];
}

/** Inodes that a bitmap has in use and the descriptor of the group says were never used. */
function usedBeyond(volume: ExtVolume): { inodes: number; first: number } {
  const { inodesPerGroup } = volume.geometry;
  let [inodes, first] = [0, 0];
  for (let group = 0; group < volume.groups.count; group++) {
    const reach = volume.reachOf(group);
    const stated = inodesPerGroup - volume.groups.get(group).unusedInodes;
    for (let index = stated; index < reach; index++) {
      const number = group * inodesPerGroup + index + 1;
      if (!volume.isInodeMarked(number)) continue;
      if (inodes++ === 0) first = number;
    }
  }
  return { inodes, first };
}

interface BlockCounts {
  free: number;
  lost: number;
  wronglyFree: number;
  /** Whether every group has a bitmap. */
  hasAll: boolean;
}

function countBlocks(volume: ExtVolume, survey: Survey): BlockCounts {
  const counts: BlockCounts = { free: 0, lost: 0, wronglyFree: 0, hasAll: true };
  const { owned } = survey;
  const { clusterBlocks } = volume.geometry;
  for (const segment of segmentsOf(volume, owned)) {
    const { start, end, claim, state } = segment;
    if (state === "unknown") counts.hasAll = false;
    else if (claim < 0 && state === "used" && !isClusterRest(volume, owned, segment)) counts.lost += end - start;
    else if (claim >= 0 && state === "free" && !isUnusedGroup(volume, start)) counts.wronglyFree += end - start;
  }
  for (const { start, end, state } of bitmapRuns(volume)) {
    if (state !== "free") continue;
    // A cluster that the volume cuts off counts as a whole one.
    counts.free += isUnusedGroup(volume, start)
      ? freeOfUnused(volume, survey, start, end)
      : Math.ceil((end - start) / clusterBlocks) * clusterBlocks;
  }
  return counts;
}

/** Whether the group of a block has no bitmap yet: then its own structures are marked nowhere. */
function isUnusedGroup({ geometry, groups }: ExtVolume, block: number): boolean {
  const group = Math.floor((block - geometry.firstData) / geometry.blocksPerGroup);
  return group < groups.count && groups.get(group).blocksUnused;
}

function freeOfUnused({ geometry }: ExtVolume, { owned }: Survey, start: number, end: number): number {
  const { clusterBlocks } = geometry;
  let free = Math.ceil((end - start) / clusterBlocks) * clusterBlocks;
  let last = -1;
  for (let index = owned.find(start); index < owned.count && owned.startOf(index) < end; index++) {
    const from = Math.floor((Math.max(start, owned.startOf(index)) - start) / clusterBlocks);
    const to = Math.ceil((Math.min(end, owned.endOf(index)) - start) / clusterBlocks);
    free -= (to - Math.max(from, last)) * clusterBlocks;
    last = to;
  }
  return free;
}

function badBlocks(volume: ExtVolume): number {
  const inode = volume.inode(special.bad);
  if (inode === null || inode.base.sectorsLow === 0) return 0;
  const { runs } = mapOf(volume, inode, undefined, true);
  let count = 0;
  for (let i = 0; i < runs.length; i += 4) count += runs[i + 2]!;
  return count;
}

/** Data where systems keep nothing: the boot area without boot code, what is behind the superblock and behind the end. */
function findHidden({ geometry, source }: ExtVolume): Finding[] {
  const found: Finding[] = [];
  const look = (area: string, start: number, length: number): void => {
    const bytes = length > 0 ? nonZeroBytes(source, start, length) : 0;
    if (bytes > 0) found.push(finding("filesystem/hidden-data", { area, bytes }, at(start, length)));
  };
  const mark = readRange(source, 510, 2);
  if (mark[0] !== bootSignature[0] || mark[1] !== bootSignature[1]) look("boot area", 0, layout.superStart);
  const superEnd = layout.superStart + layout.superBytes;
  if (geometry.blockBytes > superEnd) look("superblock slack", superEnd, geometry.blockBytes - superEnd);
  const end = geometry.blocks * geometry.blockBytes;
  if (source.size > end) look("volume slack", end, source.size - end);
  return found;
}
