/** Reads directories slot by slot: entries with their long names, pieces that belong to none, and what stands behind the end mark. */
import { viewRange } from "../../bytes/byte-source.ts";
import type { Cursor } from "../../bytes/struct.ts";
import { isDosDate } from "../dos-time.ts";
import * as layout from "./layouts.ts";
import { isShortName, LongName } from "./names.ts";
import type { ByteRange, FatVolume } from "./volume.ts";

/** Bytes that are read at a time. */
export const WINDOW_BYTES = 128 << 10;
/** What a slot means: pieces before it belong to nothing; it is a piece of a long name; it is an entry. */
const REMAINS = 1;
const PIECE = 2;
const ENTRY = 4;
const { attribute } = layout;

type SlotLayout = typeof layout.directorySlot extends { cursor(): Cursor<infer L> } ? L : never;

/** The slot that a reader stands on; one object, laid over one slot after the other. */
export interface DirectoryItem {
  readonly record: Cursor<SlotLayout>;
  window: Uint8Array;
  /** Of the slot in the window, and in the volume. */
  at: number;
  offset: number;
  /** `pieces`: only the pieces of a long name are left of it. */
  what: "entry" | "pieces";
  deleted: boolean;
  /** Stands behind the end mark, where no system looks. */
  afterEnd: boolean;
  plausible: boolean;
  readonly long: LongName;
  /** Whether the long name belongs to the entry. */
  named: boolean;
  /** Pieces right before the entry that do not belong to it. */
  broken: number;
}

/** What a directory says beside its entries; filled while it is read. */
export interface DirectoryNotes {
  /** Bytes up to the end mark, the mark left out; all where there is none. */
  used: number;
  /** Offset of the end mark in the volume, -1 where there is none. */
  endMark: number;
  /** Slots without an entry that could be understood. */
  damaged: number;
  /** Clusters of `.` and `..`, null where the entry is not there. */
  self: number | null;
  parent: number | null;
}

export const newNotes = (): DirectoryNotes => ({ used: 0, endMark: -1, damaged: 0, self: null, parent: null });

export function clusterOf(volume: FatVolume, record: Cursor<SlotLayout>): number {
  return volume.geometry.variant === "FAT32"
    ? record.clusterLow + (record.clusterHigh & 0x0fff) * 0x1_0000
    : record.clusterLow;
}

export function isLabel(attributes: number): boolean {
  return (attributes & attribute.label) !== 0;
}

export function isDirectory(attributes: number): boolean {
  return (attributes & (attribute.label | attribute.directory)) === attribute.directory;
}

/** One reader for one thread of walking: the object that it yields is the same every time. */
export class DirectoryReader {
  readonly #volume: FatVolume;
  readonly #item: DirectoryItem;
  #notes: DirectoryNotes = newNotes();
  #ended = false;
  #plausible = true;
  readonly #names: boolean;

  /** Without `names` long names are passed over: entries are all that comes. */
  constructor(volume: FatVolume, names = true) {
    this.#volume = volume;
    this.#names = names;
    const record = layout.directorySlot.cursor();
    const window = new Uint8Array(0);
    const state = { deleted: false, afterEnd: false, plausible: true, named: false, broken: 0 };
    this.#item = { record, window, at: 0, offset: 0, what: "entry", long: new LongName(), ...state };
  }

  /**
   * The items in these stretches. `inside` is true for a directory below the root, whose first two slots are `.` and `..`; `ended` where
   * the stretches lie behind the end mark.
   */
  *items(ranges: Iterable<ByteRange>, inside: boolean, notes: DirectoryNotes, ended = false): Generator<DirectoryItem> {
    this.#notes = notes;
    this.#ended = ended;
    this.#item.long.pieces = 0;
    let slot = 0;
    for (const { start, length } of ranges) {
      for (let from = 0; from < length; from += WINDOW_BYTES) {
        const window = viewRange(this.#volume.source, start + from, Math.min(WINDOW_BYTES, length - from));
        for (let at = 0; at + layout.slotBytes <= window.length; at += layout.slotBytes, slot++) {
          if (inside && slot < 2 && this.#takeDots(window, at, slot)) continue;
          const offset = start + from + at;
          const found = this.#look(window, at, offset);
          if (!this.#names && (found & ENTRY) === 0) continue;
          if ((found & REMAINS) !== 0) {
            yield this.#remains();
            this.#item.long.pieces = 0;
          }
          if ((found & PIECE) !== 0) this.#addPiece(window, at, offset);
          if ((found & ENTRY) === 0) continue;
          yield this.#entry(window, at, offset);
          this.#item.long.pieces = 0;
        }
      }
    }
    if (this.#item.long.pieces > 0) yield this.#remains();
  }

  #takeDots(window: Uint8Array, at: number, slot: number): boolean {
    if (!isDots(window, at, slot)) return false;
    const cluster = clusterOf(this.#volume, this.#item.record.over(window, at));
    if (slot === 0) this.#notes.self = cluster;
    else this.#notes.parent = cluster;
    this.#notes.used += layout.slotBytes;
    return true;
  }

  /** What is to be done with a slot: flags. Notes the end mark and damage. */
  #look(window: Uint8Array, at: number, offset: number): number {
    const { record, long } = this.#item;
    const { first } = record.over(window, at);
    const before = long.pieces > 0 ? REMAINS : 0;
    if (first === 0) {
      if (!this.#ended) this.#notes.endMark = offset;
      this.#ended = true;
      return before;
    }
    if (!this.#ended) this.#notes.used += layout.slotBytes;
    if (record.attributes === layout.longNameAttributes && isPiece(window, at, first)) {
      return PIECE | (long.continues(first, pieceCursor.checksum) ? 0 : before);
    }
    const deleted = first === layout.deletedMark;
    const plausible = isPlausible(this.#volume, record, window, at, deleted || this.#ended);
    this.#plausible = plausible;
    if (!plausible && (deleted || this.#ended || isGarbage(this.#volume, window, at))) {
      if (!deleted && !this.#ended) this.#notes.damaged++;
      return before;
    }
    this.#item.named = long.belongsTo(window, at);
    this.#item.broken = this.#item.named ? 0 : long.pieces;
    return ENTRY | (this.#item.named ? 0 : before);
  }

  #addPiece(window: Uint8Array, at: number, offset: number): void {
    this.#item.long.add(window, at, window[at]!, pieceCursor.over(window, at).checksum, offset);
  }

  #entry(window: Uint8Array, at: number, offset: number): DirectoryItem {
    const item = this.#item;
    const { first } = item.record.over(window, at);
    item.window = window;
    item.at = at;
    item.offset = offset;
    item.what = "entry";
    item.deleted = first === layout.deletedMark;
    item.afterEnd = this.#ended;
    // Pieces that were told of before the entry changed these.
    item.named = item.long.pieces > 0;
    if (item.named) item.broken = 0;
    item.plausible = this.#plausible;
    return item;
  }

  /** The pieces at hand as an item of their own. */
  #remains(): DirectoryItem {
    const item = this.#item;
    item.offset = item.long.offset;
    item.what = "pieces";
    item.deleted = item.long.deleted;
    item.afterEnd = this.#ended;
    item.named = false;
    return item;
  }
}

const pieceCursor = layout.longNamePiece.cursor();

function isPiece(window: Uint8Array, at: number, order: number): boolean {
  const { type } = pieceCursor.over(window, at);
  return type === 0 && (order === layout.deletedMark || ((order & 0x3f) >= 1 && (order & 0x3f) <= 20));
}

/** Whether the last slot of these bytes is a piece of a long name, which may go on behind them. */
export function endsInPiece(window: Uint8Array): boolean {
  const at = window.length - layout.slotBytes;
  if (at < 0) return false;
  const { first, attributes } = slotCursor.over(window, at);
  return attributes === layout.longNameAttributes && isPiece(window, at, first);
}

/** `.` in the first slot, `..` in the second. */
export function isDots(window: Uint8Array, at: number, slot: number): boolean {
  for (let i = 0; i < layout.shortNameBytes; i++) {
    if (window[at + i] !== (i <= slot ? 0x2e : 0x20)) return false;
  }
  return isDirectory(slotCursor.over(window, at).attributes);
}

const slotCursor = layout.directorySlot.cursor();

/** `remains`: what is only left over must also lie in the volume and have dates that exist. */
function isPlausible(
  volume: FatVolume,
  record: Cursor<SlotLayout>,
  window: Uint8Array,
  at: number,
  remains: boolean,
): boolean {
  const { attributes, modifiedDate, createdDate } = record;
  if ((attributes & ~layout.attributeMask) !== 0) return false;
  if (!isLabel(attributes) && !isShortName(window, at)) return false;
  if (!remains) return true;
  if (!isDateOrNone(modifiedDate) || !isDateOrNone(createdDate)) return false;
  const cluster = clusterOf(volume, record);
  return cluster === 0 || volume.table.has(cluster);
}

function isDateOrNone(date: number): boolean {
  return date === 0 || isDosDate(date);
}

const garbageCursor = layout.directorySlot.cursor();

/** Whether most of what stands in the sector of a slot is no entry: then the sector holds something else. */
function isGarbage(volume: FatVolume, window: Uint8Array, at: number): boolean {
  const sector = Math.floor(at / volume.geometry.sectorBytes) * volume.geometry.sectorBytes;
  const end = Math.min(window.length, sector + volume.geometry.sectorBytes) - layout.slotBytes;
  let [good, wrong] = [0, 0];
  for (let slot = sector; slot <= end; slot += layout.slotBytes) {
    const { first, attributes } = garbageCursor.over(window, slot);
    if (first === 0) continue;
    const isEntry = attributes === layout.longNameAttributes || isPlausible(volume, garbageCursor, window, slot, false);
    if (isEntry) good++;
    else wrong++;
  }
  return wrong > Math.max(1, good);
}

/** Whether a cluster reads as the continuation of a directory: nothing in it that is no entry, and at least one that is. */
export function looksLikeDirectory(volume: FatVolume, window: Uint8Array): boolean {
  let entries = 0;
  for (let at = 0; at + layout.slotBytes <= window.length; at += layout.slotBytes) {
    const record = garbageCursor.over(window, at);
    if (record.first === 0) break;
    const { attributes } = record;
    if (attributes !== layout.longNameAttributes && !isPlausible(volume, record, window, at, true)) return false;
    entries++;
  }
  return entries > 0;
}

/** Whether a directory ends inside of these bytes. */
export function hasEndMark(window: Uint8Array): boolean {
  for (let at = 0; at + layout.slotBytes <= window.length; at += layout.slotBytes) if (window[at] === 0) return true;
  return false;
}
