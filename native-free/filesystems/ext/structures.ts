/** Structures and inodes of the file system itself as entries. */
import type { FileExtent } from "../file-system.ts";
import type { NameClaim } from "../../model/item.ts";
import { finding } from "../../model/findings.ts";
import { segmentsOf, isClusterRest } from "./account.ts";
import { ExtEntry, PlacedEntry, type EntryOwner } from "./entry.ts";
import type { FileSystemEntryKind } from "../file-system.ts";
import { superBlockOf } from "./geometry.ts";
import { descriptorBlocks } from "./groups.ts";
import * as layout from "./layouts.ts";
import { special, type Survey } from "./survey.ts";
import type { ExtVolume } from "./volume.ts";

/** A file that the file system writes for itself. */
export class MetadataEntry extends ExtEntry {
  override get kind(): FileSystemEntryKind {
    return "metadata";
  }

  /** That of the bad blocks says nothing, that of the reserved descriptors counts holes. */
  override get size(): number {
    return this.extentBytes;
  }
}

export function structureEntries(volume: ExtVolume): PlacedEntry[] {
  const { geometry } = volume;
  const table = descriptorBlocks(geometry) * geometry.blockBytes;
  const made = (name: string, extents: readonly FileExtent[]): PlacedEntry =>
    new PlacedEntry(name, "metadata", "none", extents);
  const whole = (start: number, length: number): FileExtent[] =>
    length === 0 ? [] : [{ start, length, state: "intact" }];
  return [
    made("$Boot", whole(0, layout.superStart)),
    made("$Superblock", whole(layout.superStart, layout.superBytes)),
    made("$GroupDescriptors", whole((superBlockOf(geometry, 0) + 1) * geometry.blockBytes, table)),
    made("$BlockBitmaps", bitmaps(volume, "blockBitmap")),
    made("$InodeBitmaps", bitmaps(volume, "inodeBitmap")),
  ];
}

/** Those of all groups in a row; of groups without a descriptor they are missing. */
function bitmaps({ geometry, groups }: ExtVolume, which: "blockBitmap" | "inodeBitmap"): FileExtent[] {
  const out: { start: number | null; length: number; state: FileExtent["state"] }[] = [];
  const length = geometry.blockBytes;
  for (let group = 0; group < groups.count; group++) {
    const block = groups.get(group)[which];
    const last = out.at(-1);
    if (block === 0) out.push({ start: null, length, state: "missing" });
    else if (last !== undefined && last.start !== null && last.start + last.length === block * length)
      last.length += length;
    else out.push({ start: block * length, length, state: "intact" });
  }
  return out;
}

const names: Readonly<Record<number, string>> = {
  [special.bad]: "$BadBlocks",
  [special.userQuota]: "$UserQuota",
  [special.groupQuota]: "$GroupQuota",
  [special.boot]: "$BootLoader",
  [special.undelete]: "$Undelete",
  [special.resize]: "$Resize",
  [special.journal]: "$Journal",
  [special.exclude]: "$Exclude",
  [special.replica]: "$Replica",
};

/** The entry of an inode in use that no directory names. */
export function unnamedEntry(owner: EntryOwner, number: number, isMetadata: boolean): ExtEntry {
  const nowhere = { directory: null, offset: 0, journal: null };
  if (!isMetadata) return new ExtEntry(owner, nowhere, nameless(number, "orphan"));
  const { geometry } = owner.volume;
  const given =
    number === geometry.orphanFile
      ? "$OrphanFile"
      : number === geometry.quotaInodes[2]
        ? "$ProjectQuota"
        : names[number];
  const text = given ?? (number < geometry.firstInode ? `$Reserved-${number}` : `$AttributeValue-${number}`);
  return new MetadataEntry(owner, nowhere, { name: { text, bytes: null }, nameClaim: "none", number, type: 1 });
}

/** The entry of an inode that is not in use; `offset` tells incarnations apart. */
export function goneEntry(owner: EntryOwner, number: number, place: number, offset: number): ExtEntry {
  return new ExtEntry(owner, { directory: null, offset, journal: null }, nameless(number, "orphan"), place);
}

function nameless(
  number: number,
  nameClaim: NameClaim,
): { name: { text: string; bytes: null }; nameClaim: NameClaim; number: number; type: number } {
  return { name: { text: `inode@${number}`, bytes: null }, nameClaim, number, type: 0 };
}

/** Blocks in use that nothing has, a run each. */
export function* lostEntries(volume: ExtVolume, { owned }: Survey): Generator<PlacedEntry> {
  for (const segment of segmentsOf(volume, owned)) {
    if (segment.claim >= 0 || segment.state !== "used" || isClusterRest(volume, owned, segment)) continue;
    yield lostEntry(volume, segment.start, segment.end);
  }
}

function lostEntry({ geometry }: ExtVolume, start: number, end: number): PlacedEntry {
  const { blockBytes } = geometry;
  const extents = [{ start: start * blockBytes, length: (end - start) * blockBytes, state: "intact" as const }];
  return new PlacedEntry(`blocks@${start}`, "file", "orphan", extents, [
    finding("filesystem/lost-chain", { block: start }),
  ]);
}
