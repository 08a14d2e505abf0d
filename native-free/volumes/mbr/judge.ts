/**
 * Whether a sector with the boot signature is a table, and in which sectors it counts. Boot sectors of file systems have the
 * signature, too, and code or text where the entries stand; a table that leads to nothing beside them is none.
 */
import { readRange, type ByteSource } from "../../bytes/byte-source.ts";
import { recognise } from "../../filesystems/signatures.ts";
import { headBytes } from "../../filesystems/signatures/recognised.ts";
import { tableBytes } from "../layout.ts";
import { bootRecord } from "../table-layouts.ts";
import { bootEntriesOf, flagsHold, isExtended, protectiveType, type BootEntry } from "./boot-record.ts";

export interface Judgement {
  readonly sectorBytes: number;
  /** Kinds that begin at the first byte beside the table. */
  readonly beside: readonly string[];
}

/** Sizes that are tried where the caller's leads nowhere. */
const sectorSizes: readonly number[] = [512, 4096, 2048, 1024];

/** Kinds that fill the first sector themselves. */
const inFirstSector = new Set([
  "NTFS",
  "FAT12",
  "FAT16",
  "FAT32",
  "exFAT",
  "ReFS",
  "BitLocker",
  "XFS",
  "LUKS1",
  "LUKS2",
]);

/** Kinds that stand on media with a boot record, and agree with it. */
const withBootRecord = new Set(["Windows dynamic disk", "HighPoint RAID"]);

/** Null where the sector holds no table of partitions. `expected`: bytes of a sector as the caller knows them. */
export function judgeBootRecord(
  source: ByteSource,
  sector: Uint8Array,
  entries: readonly BootEntry[],
  expected: number,
): Judgement | null {
  const begins = recognise(readHead(source, 0)).map(({ kind }) => kind);
  const beside = begins.filter((kind) => !withBootRecord.has(kind));
  const disc = beside.includes("ISO 9660");
  const sane = entries.filter((entry) => entry.first > 0 || disc);
  const leads = entries.length === 0 ? null : bestSectorSize(source, entries, expected);
  if (beside.length > 0 && !disc) {
    // A file system and a table at one place: believed where the table is in order, and leads to something if it stands in
    // the middle of the file system's own boot sector.
    const sound = flagsHold(sector) && sane.length === entries.length && leads !== null;
    if (!sound) return null;
    const enough = beside.some((kind) => inFirstSector.has(kind)) ? leads.score > 0 : leads.inside === entries.length;
    return enough ? { sectorBytes: leads.sectorBytes, beside } : null;
  }
  if (entries.length === 0) return flagsHold(sector) && !disc ? { sectorBytes: expected, beside } : null;
  if (sane.length === 0 || (!flagsHold(sector) && (sane.length < 2 || leads!.score === 0))) return null;
  return leads!.inside === 0 ? null : { sectorBytes: leads!.sectorBytes, beside };
}

function readHead(source: ByteSource, at: number): Uint8Array {
  const head = new Uint8Array(headBytes);
  head.set(readRange(source, at, headBytes));
  return head;
}

interface Tried {
  readonly sectorBytes: number;
  /** Entries that lead to a file system, a link, a member … */
  readonly score: number;
  /** Entries that begin inside of the medium. */
  readonly inside: number;
}

/** The expected size unless another one leads to more. */
function bestSectorSize(source: ByteSource, entries: readonly BootEntry[], expected: number): Tried {
  let best = tryOut(source, entries, expected);
  if (best.score > 0) return best;
  for (const sectorBytes of sectorSizes) {
    const tried = sectorBytes === expected ? best : tryOut(source, entries, sectorBytes);
    if (tried.score > best.score) best = tried;
  }
  return best;
}

function tryOut(source: ByteSource, entries: readonly BootEntry[], sectorBytes: number): Tried {
  const starts = entries.map((entry) => ({ entry, at: entry.first * sectorBytes }));
  const inside = starts.filter(({ at }) => at < source.size);
  return { sectorBytes, inside: inside.length, score: inside.filter((each) => leadsSomewhere(source, each)).length };
}

function leadsSomewhere(source: ByteSource, { entry, at }: { entry: BootEntry; at: number }): boolean {
  if (at === 0 || entry.type === protectiveType) return false;
  if (isExtended(entry.type)) return bootEntriesOf(tableBytes(source, at, bootRecord.size)) !== null;
  return recognise(readHead(source, at)).length > 0;
}
