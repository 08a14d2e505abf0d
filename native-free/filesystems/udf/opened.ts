/** Opens a volume: from its anchors, else by a search for its descriptors, down to the root directory. */
import type { ByteSource } from "../../bytes/byte-source.ts";
import { EvidenceError } from "../../model/errors.ts";
import { finding, type Finding } from "../../model/findings.ts";
import {
  anchorAt,
  blockSizes,
  findAnchors,
  readRecognition,
  type Anchor,
  type Anchored,
  type Recognition,
} from "./anchors.ts";
import { allocationOf } from "./allocation.ts";
import { Blocks } from "./blocks.ts";
import { damagedAt, gather, readDescriptors, type DescriptorSet, type Structure } from "./descriptors.ts";
import { findFileSet, rootsOf, type FileSet } from "./file-set.ts";
import { readIntegrity, type Integrity } from "./integrity.ts";
import * as layout from "./layouts.ts";
import { readMaps } from "./maps.ts";
import { MetadataPartition, PhysicalPartition, SparablePartition } from "./partitions.ts";
import type { FileRecord } from "./record.ts";
import { readSpaces, type Space, type SpaceStructure } from "./space.ts";
import { tagLocation } from "./tag.ts";
import type { Roots } from "./tree.ts";
import type { AllocationTable } from "./vat.ts";
import { UdfVolume } from "./volume.ts";

export interface Opened {
  readonly volume: UdfVolume;
  readonly recognition: Recognition;
  readonly descriptors: DescriptorSet;
  readonly integrity: Integrity | null;
  readonly fileSet: FileSet | null;
  readonly roots: Roots;
  /** Index of the partition map that the root is in. */
  readonly rootPartition: number;
  /** Virtual allocation tables, newest first. */
  readonly tables: readonly AllocationTable[];
  readonly spaces: readonly Space[];
  readonly spaceFiles: readonly SpaceStructure[];
  /** What stands outside of files, or is one of the file system's own. */
  readonly structures: readonly Structure[];
  /** Blocks of the metadata file, which hold what it is for or are free for that: first and how many. */
  readonly metadataRuns: readonly number[];
  readonly findings: Finding[];
}

/** Blocks at both ends of a volume in which descriptors are looked for. */
const searchedBlocks = 4096;
/** Before the partition of a session in which its anchor is looked for. */
const sessionBlocks = 4096;

/** Null where nothing says that it is UDF. Throws EvidenceError where it is and none of its descriptors is left. */
export function openVolume(source: ByteSource): Opened | null {
  const recognition = readRecognition(source);
  const anchored = findAnchors(source);
  if (recognition.nsr === null && anchored === null) return null;
  const findings: Finding[] = [];
  const start = anchored === null ? null : fromAnchors(anchored, findings);
  const found = start ?? bySearch(source, anchored?.blocks ?? null, findings);
  if (found === null) {
    if (recognition.nsr === null) return null;
    throw new EvidenceError("filesystem/boot-damaged", { format: "UDF", problem: "no volume descriptors" });
  }
  if (!recognition.complete) {
    const problem = recognition.nsr === null ? "no NSR descriptor" : "its begin or end is missing";
    findings.push(finding("udf/recognition-damaged", { problem }));
  }
  return openSet(found, recognition, findings);
}

interface Start {
  readonly blocks: Blocks;
  readonly set: DescriptorSet;
  readonly anchors: readonly Anchor[];
}

const hasPartition = ({ logical, partitions }: DescriptorSet): boolean => logical !== null && partitions.size > 0;

/** From the first anchor whose sequences are whole. */
function fromAnchors({ blocks, anchors, damaged }: Anchored, findings: Finding[]): Start | null {
  for (const anchor of anchors) {
    const notes: Finding[] = [];
    const set = readDescriptors(blocks, anchor, notes);
    if (!hasPartition(set)) continue;
    findings.push(...damaged.map((block) => damagedAt(blocks, "anchor", block, "tag")));
    if (damaged.includes(256)) findings.push(finding("filesystem/structure-replaced", { structure: "anchor" }));
    const other = anchors.find(({ main }) => main.block !== anchor.main.block || main.bytes !== anchor.main.bytes);
    if (other) findings.push(finding("filesystem/structures-differ", { structure: "anchor", field: "main sequence" }));
    findings.push(...notes);
    return { blocks, set, anchors };
  }
  return null;
}

function bySearch(source: ByteSource, known: Blocks | null, findings: Finding[]): Start | null {
  const all = known === null ? blockSizes.map((size) => new Blocks(source, size)) : [known];
  for (const blocks of all) {
    const { count } = blocks;
    const middle = Math.min(count, searchedBlocks);
    const set = gather(blocks, [
      { from: 0, to: middle },
      { from: Math.max(middle, count - searchedBlocks), to: count },
    ]);
    if (set.partitions.size === 0) continue;
    findings.push(finding("udf/anchors-missing"));
    return { blocks, set, anchors: [] };
  }
  return null;
}

function openSet(start: Start, recognition: Recognition, findings: Finding[]): Opened {
  const { blocks, set } = start;
  const volume = new UdfVolume(blocks, []);
  const notes: Finding[] = [];
  const maps = readMaps(volume, set, notes);
  const later = laterSession(volume, maps.tables);
  if (later !== null) {
    findings.push(finding("udf/earlier-sessions", { block: later.partition }));
    const opened = openSet({ blocks, set: later.set, anchors: [later.anchor] }, recognition, findings);
    addEarlier(opened.volume, volume, later.partition);
    const before = set.structures.map((each) => ({ ...each, what: "earlier session" }));
    return { ...opened, structures: [...opened.structures, ...before, ...anchorsOf(start, "earlier session")] };
  }
  findings.push(...notes);
  const integrity = readIntegrity(blocks, set.logical, findings);
  const fileSet = findFileSet(volume, set.logical, findings);
  const { spaces, structures: spaceStructures, files: spaceFiles } = readSpaces(volume, set.partitions, findings);
  const roots = rootsOf(volume, fileSet, findings);
  const own = ownFiles(volume, maps.tables);
  const structures = [
    ...recognitionOf(volume, recognition),
    ...anchorsOf(start, "anchor"),
    ...set.structures,
    ...(integrity?.structures ?? []),
    ...(fileSet?.structures ?? []),
    ...maps.structures,
    ...spaceStructures,
    ...own.structures,
  ];
  return {
    ...{ volume, recognition, descriptors: set, integrity, fileSet, roots, structures, spaces, spaceFiles, findings },
    rootPartition: roots.root?.partition ?? fileSet?.root.partition ?? 0,
    tables: maps.tables,
    metadataRuns: own.metadataRuns,
  };
}

function recognitionOf({ blockBytes }: UdfVolume, { bytes }: Recognition): Structure[] {
  const block = Math.floor(layout.recognitionAt / blockBytes);
  return bytes === 0 ? [] : [{ block, count: Math.ceil(bytes / blockBytes), what: "volume recognition sequence" }];
}

/** Writers fill what is left at the end of a disc with anchors. */
function anchorsOf({ blocks, anchors }: Start, what: string): Structure[] {
  const out: Structure[] = [];
  for (const { block } of anchors) {
    let [from, to] = [block, block + 1];
    while (from > 0 && anchorAt(blocks, from - 1) !== null) from--;
    while (anchorAt(blocks, to) !== null) to++;
    if (out.every((each) => each.block !== from)) out.push({ block: from, count: to - from, what });
  }
  return out;
}

/** The partition of an earlier session: what lies in it names its blocks. */
function addEarlier(to: UdfVolume, { partitions }: UdfVolume, end: number): void {
  for (const map of partitions) {
    if (!(map instanceof PhysicalPartition) || map.start >= end) continue;
    const count = Math.min(map.count, end - map.start);
    to.partitions.push(new PhysicalPartition(map.number, to.partitions.length, map.start, count));
  }
}

/** The table at the end says which block it stands in: one of another partition belongs to a later session. */
function laterSession(
  { blocks, partitions }: UdfVolume,
  [table]: readonly AllocationTable[],
): { anchor: Anchor; set: DescriptorSet; partition: number } | null {
  if (table === undefined) return null;
  const { record } = table;
  const partition = record.block - tagLocation(record.bytes, 0);
  const isKnown = partitions.some((each) => each instanceof PhysicalPartition && each.start === partition);
  if (isKnown || partition <= 0) return null;
  for (let block = partition - 1; block >= Math.max(0, partition - sessionBlocks); block--) {
    const anchor = anchorAt(blocks, block);
    if (anchor === null) continue;
    const set = readDescriptors(blocks, anchor, []);
    const start = layout.partition.cursor();
    if ([...set.partitions.values()].some(({ bytes }) => start.over(bytes).start === partition)) {
      return { anchor, set, partition };
    }
  }
  return null;
}

/** Files that the file system keeps for itself, which no directory names. */
function ownFiles(
  volume: UdfVolume,
  tables: readonly AllocationTable[],
): { structures: Structure[]; metadataRuns: number[] } {
  const structures: Structure[] = [];
  const metadataRuns: number[] = [];
  const add = (record: FileRecord | null, what: string, isContent: boolean): void => {
    if (record === null) return;
    structures.push({ block: record.block, count: 1, what });
    if ((record.flags & 7) === 3) return;
    const { pieces, descriptorBlocks } = allocationOf(volume, record);
    for (let i = 0; i < descriptorBlocks.length; i += 2) {
      structures.push({ block: descriptorBlocks[i]!, count: descriptorBlocks[i + 1]!, what });
    }
    for (let i = 0; i < pieces.length; i += 3) {
      const count = Math.min(Math.ceil(pieces[i + 2]! / volume.blockBytes), volume.blocks.count - pieces[i + 1]!);
      if (pieces[i + 1]! < 0 || count <= 0) continue;
      if (isContent) structures.push({ block: pieces[i + 1]!, count, what });
      else metadataRuns.push(pieces[i + 1]!, count);
    }
  };
  for (const { record } of tables) add(record, "virtual allocation table", true);
  for (const map of volume.partitions) {
    if (!(map instanceof MetadataPartition)) continue;
    const { main, mirror, bitmap } = map.files;
    add(main, "metadata file", false);
    add(mirror, "mirror of the metadata file", map.isMirrored);
    add(bitmap, "metadata bitmap", true);
  }
  return { structures, metadataRuns };
}

/** Whether a partition lies in the volume itself. */
export const isInVolume = (map: unknown): map is PhysicalPartition | SparablePartition =>
  map instanceof PhysicalPartition || map instanceof SparablePartition;
