/** The file set descriptor (ECMA-167 4/14.1) and the directories that it leads to. */
import { finding, type Finding } from "../../model/findings.ts";
import { damagedAt, type Descriptor, type Structure } from "./descriptors.ts";
import * as layout from "./layouts.ts";
import { fieldText } from "./names.ts";
import { PhysicalPartition, SparablePartition } from "./partitions.ts";
import type { Address, FileRecord } from "./record.ts";
import { tagIdAt, tagProblem } from "./tag.ts";
import { isDirectoryType, type Roots } from "./tree.ts";
import type { UdfVolume } from "./volume.ts";

export interface FileSet {
  readonly identifier: string | null;
  readonly root: Address;
  /** Directory of the streams of the file system; null for none. */
  readonly streams: Address | null;
  readonly structures: readonly Structure[];
}

const logical = layout.logical.cursor();
const long = layout.longAd.cursor();
const fields = layout.fileSet.cursor();
const mostExtents = 256;
const mostBlocks = 256;
/** From the begin of a partition on, in which a set that is not where it should be is looked for. */
const searchedBlocks = 4096;

interface Place extends Address {
  readonly length: number;
}

export function findFileSet(volume: UdfVolume, descriptor: Descriptor | null, findings: Finding[]): FileSet | null {
  const structures: Structure[] = [];
  let best: { number: number; bytes: Uint8Array } | null = null;
  let next: Place | null = descriptor === null ? null : placeOf(logical.over(descriptor.bytes).fileSet);
  for (let extents = 0; next !== null && extents < mostExtents; extents++) {
    const here: Place = next;
    next = null;
    const count = Math.min(mostBlocks, Math.ceil(here.length / volume.blockBytes));
    for (let index = 0; index < count; index++) {
      const place = volume.placeOf(here.partition, here.block + index, 0);
      if (place < 0) break;
      const bytes = volume.blocks.read(place);
      const id = tagIdAt(bytes, 0);
      const problem = id === layout.tagId.fileSet ? tagProblem(bytes, 0, null) : null;
      if (id !== layout.tagId.fileSet || problem === "crc") {
        structures.push({ block: place, count: 1, what: "file set descriptor" });
        if (problem === "crc" || (id === 0 && index === 0)) {
          findings.push(damagedAt(volume.blocks, "file set descriptor", place, problem ?? "tag"));
        }
        if (problem !== "crc") break;
        continue;
      }
      structures.push({ block: place, count: 1, what: "file set descriptor" });
      fields.over(bytes);
      if (best === null || fields.descriptorNumber >= best.number) best = { number: fields.descriptorNumber, bytes };
      if (fields.nextLength > 0) {
        next = { length: fields.nextLength, block: fields.nextBlock, partition: fields.nextPartition };
      }
    }
  }
  const bytes = best?.bytes ?? searched(volume, structures, findings);
  return bytes === null ? null : setOf(bytes, structures);
}

function placeOf(field: Uint8Array): Place {
  const { length, block, partition } = long.over(field);
  return { length: length & 0x3fff_ffff, block, partition };
}

function setOf(bytes: Uint8Array, structures: readonly Structure[]): FileSet {
  fields.over(bytes);
  const { rootBlock, rootPartition, streamsLength, streamsBlock, streamsPartition } = fields;
  return {
    identifier: fieldText(fields.identifier),
    root: { block: rootBlock, partition: rootPartition },
    // Before UDF 2.00 the field is reserved.
    streams: streamsLength > 0 ? { block: streamsBlock, partition: streamsPartition } : null,
    structures,
  };
}

function searched(volume: UdfVolume, structures: Structure[], findings: Finding[]): Uint8Array | null {
  for (const map of volume.partitions) {
    if (!(map instanceof PhysicalPartition) && !(map instanceof SparablePartition)) continue;
    const end = Math.min(volume.blocks.count, map.start + searchedBlocks);
    for (let block = map.start; block < end; block++) {
      if (volume.blocks.tagOf(block) !== layout.tagId.fileSet) continue;
      const bytes = volume.blocks.read(block);
      if (tagProblem(bytes, 0, null) !== null) continue;
      structures.push({ block, count: 1, what: "file set descriptor" });
      findings.push(finding("filesystem/structure-replaced", { structure: "file set descriptor" }));
      return bytes;
    }
  }
  return null;
}

export function rootsOf(volume: UdfVolume, set: FileSet | null, findings: Finding[]): Roots {
  const directory = (address: Address | null): FileRecord | null => {
    const record = address === null ? null : volume.recordAt(address, 0);
    return record !== null && isDirectoryType(record.fileType) ? record : null;
  };
  const root = directory(set?.root ?? null);
  if (root === null) {
    findings.push(finding("udf/root-missing", { problem: set === null ? "no file set descriptor" : "no file entry" }));
  }
  return { root, system: directory(set?.streams ?? null), address: set?.root ?? null };
}
