/** What contradicts itself about an entry, looked for when it is asked. */
import { finding, type Finding } from "../../model/findings.ts";
import { allocationOf, pieceNumbers, type Allocation } from "./allocation.ts";
import type { UdfEntry } from "./entry.ts";
import * as layout from "./layouts.ts";
import { PhysicalPartition, SparablePartition } from "./partitions.ts";
import { allocation, type FileRecord } from "./record.ts";
import type { Survey } from "./survey.ts";
import { tagLocation } from "./tag.ts";
import { isDirectoryType, ItemReader, type Notes } from "./tree.ts";
import type { UdfVolume } from "./volume.ts";

export function findingsOfEntry(volume: UdfVolume, survey: Survey, entry: UdfEntry): Finding[] {
  const { record, item } = entry;
  const { identifier, isReused } = item;
  const out: Finding[] = [];
  if (identifier.isDamaged) {
    out.push(finding("filesystem/structure-damaged", { structure: "file identifier descriptor", problem: "tag" }));
  }
  if (item.isEarlier && record !== null) out.push(finding("udf/earlier-version", { block: record.block }));
  if (isReused) out.push(finding("udf/entry-reused"));
  if (record === null) {
    if (!isReused && identifier.icbLength > 0) out.push(finding("udf/no-entry", { block: identifier.block }));
    return out;
  }
  out.push(...ofRecord(volume, record), ...ofKind(entry, record), ...ofContent(volume, survey, entry, record));
  if (entry.invalidTimes > 0) out.push(finding("filesystem/time-invalid", { times: entry.invalidTimes }));
  if (record.attributeArea.length > 0 || record.attributesFile !== null) {
    const { problem } = entry.extended;
    if (problem !== null) out.push(finding("udf/attributes-damaged", { problem }));
  }
  if (entry.nameClaim === "allocated") out.push(...ofNames(volume, survey, entry, record));
  return out;
}

function ofRecord(volume: UdfVolume, record: FileRecord): Finding[] {
  const stated = tagLocation(record.bytes, 0);
  const problem = record.problem(locationsOf(volume, record, stated)) ?? (record.isOverlong ? "length" : null);
  if (problem === null) return [];
  const place = { offset: record.block * volume.blockBytes, length: volume.blockBytes };
  return [finding("filesystem/structure-damaged", { structure: "file entry", problem }, place)];
}

/** Blocks that the tag may name: of the partition below, or of the one that lies in it. */
function locationsOf({ partitions }: UdfVolume, record: FileRecord, stated: number): number[] {
  const out: number[] = [];
  for (const map of partitions) {
    if (map instanceof PhysicalPartition || map instanceof SparablePartition) out.push(record.block - map.start);
    const runs: number[] = [];
    map.addRuns(runs, stated, 1, record.view);
    if (runs[0] === record.block) out.push(stated);
  }
  return out;
}

const wordOf = (isDirectory: boolean): string => (isDirectory ? "directory" : "file");

function ofKind({ item }: UdfEntry, record: FileRecord): Finding[] {
  const named = (item.identifier.characteristics & layout.characteristic.directory) !== 0;
  const recorded = isDirectoryType(record.fileType);
  if (named === recorded || item.directory.streams !== "none") return [];
  return [finding("udf/kind-mismatch", { named: wordOf(named), recorded: wordOf(recorded) })];
}

function ofContent(volume: UdfVolume, survey: Survey, entry: UdfEntry, record: FileRecord): Finding[] {
  const out: Finding[] = [];
  const { statedSize, size } = record;
  if (!Number.isSafeInteger(statedSize)) out.push(finding("filesystem/size-beyond-volume", { bytes: statedSize }));
  if (record.allocation === allocation.embedded) {
    const { length } = record.allocationArea;
    if (length < size) out.push(finding("filesystem/content-short", { bytes: length, expected: size }));
    return out;
  }
  const held = allocationOf(volume, record);
  if (held.cut !== null) {
    const { block, problem } = held.cut;
    if (problem === "loop") out.push(finding("filesystem/loop", { block }));
    else out.push(finding("filesystem/chain-cut", { block, problem }));
  }
  if (held.outside >= 0) out.push(finding("filesystem/outside-volume", { block: held.outside }));
  if (held.bytes < size && held.cut === null) {
    out.push(finding("filesystem/content-short", { bytes: held.bytes, expected: size }));
  }
  const { blockBytes } = volume;
  const beyond = Math.ceil(held.bytes / blockBytes) * blockBytes - Math.ceil(size / blockBytes) * blockBytes;
  if (beyond > 0) out.push(finding("filesystem/content-long", { bytes: beyond }));
  if (entry.nameClaim === "allocated" && survey.shared.size > 0) {
    const block = sharedBlock(survey, held, blockBytes);
    if (block >= 0) out.push(finding("filesystem/cross-linked", { block }));
  }
  return out;
}

/** The first block that something else claims, too; -1 for none. */
function sharedBlock(survey: Survey, { pieces }: Allocation, blockBytes: number): number {
  for (let i = 0; i < pieces.length; i += pieceNumbers) {
    const first = pieces[i + 1]!;
    if (first < 0) continue;
    const block = survey.shared.next(first, first + Math.ceil(pieces[i + 2]! / blockBytes) - 1);
    if (block >= 0) return block;
  }
  return -1;
}

function ofNames(volume: UdfVolume, survey: Survey, entry: UdfEntry, record: FileRecord): Finding[] {
  const out: Finding[] = [];
  const loop = survey.loops.get(entry.key);
  if (loop !== undefined) out.push(finding("filesystem/directory-loop", { block: loop }));
  if (survey.shared.has(record.block)) out.push(finding("filesystem/cross-linked", { block: record.block }));
  const found = survey.names.get(record.block) ?? 1;
  // Links of directories count what is below, and streams have none of their own.
  const counts = entry.kind === "file" || entry.kind === "symlink" || entry.kind === "special";
  if (counts && found !== record.links && record.links > 0) {
    out.push(finding("udf/link-count", { stated: record.links, found }));
  }
  if (entry.kind === "directory" && loop === undefined) out.push(...ofDirectory(volume, survey, entry, record));
  return out;
}

function ofDirectory(volume: UdfVolume, survey: Survey, { item }: UdfEntry, record: FileRecord): Finding[] {
  const out = findingsOfNotes(survey.notes.get(record.block));
  const parent = parentOf(volume, item.directory.record, record);
  if (parent >= 0 && parent !== item.directory.record.block) {
    out.push(finding("filesystem/parent-mismatch", { block: parent }));
  }
  return out;
}

export function findingsOfNotes(notes: Notes | undefined): Finding[] {
  const out: Finding[] = [];
  if (notes === undefined) return out;
  if (notes.damaged > 0) out.push(finding("filesystem/directory-damaged", { entries: notes.damaged }));
  if (notes.again >= 0) out.push(finding("filesystem/directory-loop", { block: notes.again }));
  return out;
}

/** Block of the entry that a directory names as its parent; -1 for none. */
function parentOf(volume: UdfVolume, above: FileRecord, record: FileRecord): number {
  const notes: Notes = { damaged: 0, again: -1, parent: -1 };
  const ref = { key: null, record, parentBlock: above.block, state: "allocated", streams: "none" } as const;
  // The name of the parent is the first one: it was met once anything else is given.
  new ItemReader(volume, record.partition).items(ref, notes).next();
  return notes.parent;
}
