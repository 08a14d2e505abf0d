/** Findings of single entries: from what the look at the whole volume noted, and from their records. */
import { finding, type Finding } from "../../model/findings.ts";
import {
  attributeBlockHolds,
  directoryBlockHolds,
  noteWrong,
  seedOfInode,
  wrongExtentNodes,
  type WrongBlocks,
} from "./block-checksums.ts";
import { MapReader } from "./block-map.ts";
import { DirectoryBlock } from "./directory.ts";
import { isKnownType, typeOfRecord, type ExtEntry } from "./entry.ts";
import type { Inode } from "./inode.ts";
import * as layout from "./layouts.ts";
import type { Survey, Trouble } from "./survey.ts";
import { inlineParentOf, isDirectory, piecesOf, rulesOf } from "./tree.ts";
import type { ExtVolume } from "./volume.ts";

const { inodeFlag } = layout;

export function findingsOfEntry(volume: ExtVolume, survey: Survey, entry: ExtEntry): Finding[] {
  const { directory } = entry;
  const holder = directory === null ? null : volume.inode(directory.number, directory.place);
  const isNameEncrypted = holder !== null && holder.has(inodeFlag.encrypted);
  if (!entry.isInUse) return findingsOfGone(volume, entry, isNameEncrypted);
  const found: Finding[] = [];
  if (!volume.isInodeUsed(entry.number)) found.push(finding("ext/no-inode", { inode: entry.number }));
  const inode = entry.inode();
  if (inode === null) return found;
  found.push(...findingsOfRecord(entry, inode, isNameEncrypted));
  for (const trouble of survey.troubles.get(entry.number) ?? []) found.push(findingOf(trouble));
  found.push(...findingsOfBlocks(volume, inode));
  // What its blocks were read for may have moved the cursor over inodes.
  const same = entry.inode();
  if (!isDirectory(same)) return found;
  return [...found, ...findingsOfDirectory(volume, same, directory?.number ?? 0)];
}

function findingsOfGone(volume: ExtVolume, entry: ExtEntry, isNameEncrypted: boolean): Finding[] {
  const found: Finding[] = entry.number === 0 ? [finding("ext/name-without-inode")] : [];
  const inode = entry.inode();
  if (inode === null) return isNameEncrypted ? [...found, finding("ext/encrypted", { what: "name" })] : found;
  const invalid = { count: 0 };
  inode.times(invalid);
  if (invalid.count > 0) found.push(finding("filesystem/time-invalid", { times: invalid.count }));
  const what = encryptedParts(isNameEncrypted, inode);
  if (what !== "") found.push(finding("ext/encrypted", { what }));
  if (entry.inodePlace !== volume.inodePlace(entry.number)) {
    const sequence = entry.sequence;
    found.push(
      finding("ext/from-journal", { sequence }, { offset: entry.inodePlace, length: volume.geometry.inodeBytes }),
    );
  }
  return found;
}

/** What the record of an inode in use says. */
function findingsOfRecord(entry: ExtEntry, inode: Inode, isNameEncrypted: boolean): Finding[] {
  const found: Finding[] = [];
  const invalid = { count: 0 };
  inode.times(invalid);
  if (invalid.count > 0) found.push(finding("filesystem/time-invalid", { times: invalid.count }));
  if (!inode.checksumHolds) found.push(finding("ext/inode-checksum"));
  const stated = typeOfRecord(entry.recordType);
  const isNamed = entry.directory !== null;
  if (isNamed && (!isKnownType(inode.base.mode) || (stated !== 0 && stated !== inode.type)))
    found.push(finding("ext/type-differs"));
  if (!inode.isSizePossible) found.push(finding("filesystem/size-beyond-volume", { bytes: inode.statedSize }));
  const what = encryptedParts(isNameEncrypted, inode);
  if (what !== "") found.push(finding("ext/encrypted", { what }));
  if (inode.base.links === 0 && (entry.nameClaim === "deleted" || (entry.nameClaim === "orphan" && !isNamed)))
    found.push(finding("ext/deleted-open"));
  return found;
}

/** What the checksums of blocks say that belong to an inode beside its content. */
function findingsOfBlocks(volume: ExtVolume, inode: Inode): Finding[] {
  const { attributeBlock } = inode;
  const nodes = wrongExtentNodes(volume, inode);
  const found = nodes.count > 0 ? [wrongChecksums("extent blocks", nodes)] : [];
  if (attributeBlockHolds(volume, attributeBlock)) return found;
  return [...found, wrongChecksums("extended attributes", { count: 1, first: attributeBlock })];
}

function wrongChecksums(structure: string, { count, first }: WrongBlocks): Finding {
  return finding("ext/checksum-wrong", { count, structure, first: `block ${first}` });
}

function encryptedParts(isNameEncrypted: boolean, inode: Inode): string {
  const parts = [isNameEncrypted ? "name" : "", inode.has(inodeFlag.encrypted) ? "content" : ""];
  return parts.filter((part) => part !== "").join(" and ");
}

/** What its blocks say. `holder`: inode of the directory that names it; 0 for none. */
function findingsOfDirectory(volume: ExtVolume, inode: Inode, holder: number): Finding[] {
  const { number } = inode;
  const rules = rulesOf(volume, inode);
  const block = new DirectoryBlock();
  let [damaged, self, parent] = [0, 0, inlineParentOf(inode)];
  const seed = inode.isInline ? null : seedOfInode(volume, inode);
  const wrong = { count: 0, first: 0 };
  for (const { place, length, first } of piecesOf(volume, inode, new MapReader(volume))) {
    const at = volume.windows.seek(place);
    const kind = { indexed: rules.indexed, first };
    if (seed !== null && !directoryBlockHolds(volume.windows.bytes, at, length, seed, kind)) {
      noteWrong(wrong, place / length);
    }
    block.parse(volume.windows.bytes, at, length, rules, first, false);
    damaged += block.damaged;
    if (first) [self, parent] = [block.self, block.parent];
  }
  const found: Finding[] = [];
  if (damaged > 0) found.push(finding("filesystem/directory-damaged", { entries: damaged }));
  if (wrong.count > 0) found.push(wrongChecksums("directory blocks", wrong));
  if (self !== 0 && self !== number) found.push(finding("ext/parent-differs", { inode: self }));
  else if (holder !== 0 && parent !== 0 && parent !== holder)
    found.push(finding("ext/parent-differs", { inode: parent }));
  return found;
}

/** Of the root directory, which has no entry that could carry them. */
export function findingsOfRoot(volume: ExtVolume, survey: Survey, root: number): Finding[] {
  const found = (survey.troubles.get(root) ?? []).map(findingOf);
  const record = volume.inode(root);
  if (!isDirectory(record)) return found;
  if (!record.checksumHolds) {
    found.push(finding("ext/checksum-wrong", { count: 1, structure: "inodes", first: `inode ${root}` }));
  }
  found.push(...findingsOfBlocks(volume, record));
  return [...found, ...findingsOfDirectory(volume, volume.inode(root)!, root)];
}

function findingOf({ problem, block }: Trouble): Finding {
  switch (problem) {
    case "outside":
      return finding("filesystem/outside-volume", { block });
    case "loop":
      return finding("filesystem/loop", { block });
    case "shared":
    case "taken":
      return finding("filesystem/cross-linked", { block });
    case "order":
    case "damaged":
      return finding("ext/map-damaged", { problem: problem === "order" ? "order of extents" : "header of extents" });
    case "long":
      return finding("filesystem/content-long", { bytes: block });
  }
}
