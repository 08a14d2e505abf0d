/** Reads directories record by record: files with all their sections, associated files behind the file they belong to. */
import { viewRange } from "../../bytes/byte-source.ts";
import { directoryRecord, fileFlag, sectorBytes } from "./layouts.ts";
import type { IsoVolume, Tree } from "./volume.ts";

const windowBytes = 1 << 20;
const headBytes = directoryRecord.size;
/** Sections of one file: ten of 4 GiB are usual for the largest, the rest is room. */
const mostSections = 1 << 16;

/** A directory still to be read, or being read. */
export interface DirectoryRef {
  /** Of the entry that its entries are shown in; null for the root. */
  readonly key: string | null;
  /** First byte of its records, and how many bytes they take. */
  readonly start: number;
  readonly bytes: number;
  readonly tree: Tree;
  readonly state: "allocated" | "deleted" | "orphan";
  /** Of its own record in the volume; -1 of a root, below that where there is none. */
  readonly offset: number;
  /** Block that `..` should name; -1 where that is not known. */
  readonly parentBlock: number;
  /** Stands for one of a tree before it: only what that one does not have is shown. */
  readonly mirrors: boolean;
}

/** Stretch of the volume. */
export interface ByteRange {
  readonly start: number;
  readonly length: number;
}

/** What a directory says beside its entries; filled while it is read. */
export interface DirectoryNotes {
  /** Places that hold no record. */
  damaged: number;
  /** Blocks that the first two records name; -1 where they are not there. */
  self: number;
  parent: number;
  /** The records of the directory itself and of its parent. */
  readonly own: RecordPlace[];
}

export const newNotes = (): DirectoryNotes => ({ damaged: 0, self: -1, parent: -1, own: [] });

/** One record in a window of its directory; the window is not written again. */
export interface RecordPlace {
  readonly window: Uint8Array;
  readonly at: number;
  /** In the volume. */
  readonly offset: number;
}

/** What is read: a new object for every file, since files keep it. */
export interface RecordItem extends RecordPlace {
  /** Further records of the same file; null for the usual one. */
  readonly more: readonly RecordPlace[] | null;
  /** Offset of the file whose associated file it is; -1 of others. */
  readonly owner: number;
}

const record = directoryRecord.cursor();

/** The records in these stretches, those of the directory itself and of its parent left out. */
export function* readRecords(
  volume: IsoVolume,
  ranges: Iterable<ByteRange>,
  notes: DirectoryNotes,
): Generator<RecordItem> {
  let [first, more, held]: [RecordPlace | null, RecordPlace[] | null, RecordItem | null] = [null, null, null];
  for (const place of placesIn(volume, ranges, notes)) {
    const { flags } = record.over(place.window, place.at);
    if (first !== null && !sameName(first, place)) {
      // The last record of the file is missing: what there is, is one.
      yield { ...first, more, owner: -1 };
      [first, more] = [null, null];
    }
    if ((flags & fileFlag.more) !== 0 || first !== null) {
      if (first === null) first = place;
      else if ((more ??= []).length < mostSections) more.push(place);
      if ((flags & fileFlag.more) !== 0) continue;
    }
    const item: RecordItem = { ...(first ?? place), more, owner: -1 };
    [first, more] = [null, null];
    if ((flags & fileFlag.associated) !== 0) {
      if (held !== null) yield held;
      held = item;
      continue;
    }
    yield item;
    if (held === null) continue;
    yield sameName(held, item) ? { ...held, owner: item.offset } : held;
    held = null;
  }
  if (first !== null) yield { ...first, more, owner: -1 };
  if (held !== null) yield held;
}

function* placesIn(volume: IsoVolume, ranges: Iterable<ByteRange>, notes: DirectoryNotes): Generator<RecordPlace> {
  let begin = true;
  for (const { start, length } of ranges) {
    for (let from = 0; from < length; from += windowBytes) {
      const window = viewRange(volume.source, start + from, Math.min(windowBytes, length - from));
      for (let sector = 0; sector < window.length; sector += sectorBytes) {
        const end = Math.min(window.length, sector + sectorBytes);
        for (let at = sector; at < end;) {
          if (window[at] === 0) {
            at = nextRecord(volume, window, at, end, notes, false);
            continue;
          }
          if (!isRecord(volume, window, at, end, false)) {
            at = nextRecord(volume, window, at, end, notes, true);
            continue;
          }
          const { length: bytes, nameBytes, extent } = record.over(window, at);
          const special = nameBytes === 1 && (window[at + headBytes] === 0 || window[at + headBytes] === 1);
          if (special && window[at + headBytes] === 0 && begin) notes.self = extent;
          else if (special && notes.parent < 0) notes.parent = extent;
          if (!special) yield { window, at, offset: start + from + at };
          else if (notes.own.length < 2) notes.own.push({ window, at, offset: start + from + at });
          begin = false;
          at += bytes;
        }
      }
    }
  }
}

/** Behind a place that holds no record: where one begins again that says the same in both byte orders; `end` where none does. */
function nextRecord(
  volume: IsoVolume,
  window: Uint8Array,
  at: number,
  end: number,
  notes: DirectoryNotes,
  damaged: boolean,
): number {
  let next = at + 2;
  while (next + headBytes < end && !isRecord(volume, window, next, end, true)) next += 2;
  const found = next + headBytes < end;
  // Zeros up to the end of the sector are how directories end.
  if (damaged || found) notes.damaged++;
  return found ? next : end;
}

/** `strict`: numbers agree in both byte orders, and the content lies in the volume. */
export function isRecord(volume: IsoVolume, window: Uint8Array, at: number, end: number, strict: boolean): boolean {
  const length = window[at]!;
  if (length <= headBytes || at + length > end) return false;
  const { nameBytes, extent, extentBe, dataBytes, dataBytesBe } = record.over(window, at);
  if (nameBytes === 0 || headBytes + nameBytes > length) return false;
  const agree = Number(extent === extentBe) + Number(dataBytes === dataBytesBe);
  // One number of a damaged record may be wrong; of garbage both are.
  return strict ? agree === 2 && extent < volume.blocks && record.volume === record.volumeBe : agree >= 1;
}

function sameName(a: RecordPlace, b: RecordPlace): boolean {
  const length = record.over(a.window, a.at).nameBytes;
  if (record.over(b.window, b.at).nameBytes !== length) return false;
  for (let i = 0; i < length; i++) {
    if (a.window[a.at + headBytes + i] !== b.window[b.at + headBytes + i]) return false;
  }
  return true;
}

/** A number that is recorded twice: the little-endian one, unless only the other can be. */
export function chosen(little: number, big: number, most: number): number {
  return little !== big && little > most && big <= most ? big : little;
}

/** Bytes of the name of a record. */
export function nameOf({ window, at }: RecordPlace): Uint8Array {
  const { nameBytes } = record.over(window, at);
  return window.subarray(at + headBytes, at + headBytes + nameBytes);
}

/** Where the system use area of a record begins and ends in its window. */
export function systemUseOf({ window, at }: RecordPlace, skip: number): { from: number; end: number } {
  const { length, nameBytes } = record.over(window, at);
  // A byte behind names of even length (ECMA-119, 9.1.12).
  return { from: at + headBytes + nameBytes + (1 - (nameBytes & 1)) + skip, end: at + length };
}
