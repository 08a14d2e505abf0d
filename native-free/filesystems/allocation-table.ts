/**
 * The allocation tables of FAT and exFAT, read in windows (FAT specification 1.03, "FAT Data Structure"; exFAT specification, 4.1).
 * Whatever the width of an entry, values are those of exFAT: the reserved ones of FAT12, FAT16 and FAT32 are widened.
 */
import { readRange, type ByteSource } from "../bytes/byte-source.ts";

export const free = 0;
export const bad = 0xffff_fff7;
/** This and all above end a chain. */
export const chainEnd = 0xffff_fff8;

/** Where the tables of a volume are and how they are kept; bytes. They lie one behind the other. */
export interface TablePlaces {
  /** 28 of FAT32, whose entries take up 32. */
  readonly entryBits: 12 | 16 | 28 | 32;
  readonly start: number;
  /** Of one table. */
  readonly tableBytes: number;
  readonly tables: number;
  /** Whether the others are copies of the one that is used. */
  readonly mirrored: boolean;
  /** Of the volume. */
  readonly lastCluster: number;
}

const WINDOW_SHIFT = 15;
const WINDOW_ENTRIES = 1 << WINDOW_SHIFT;
/** Of 128 KiB each. */
const MOST_WINDOWS = 128;

export class AllocationTable {
  /** The last cluster that both the volume has and the table has an entry for. */
  readonly lastCluster: number;
  /** Index of the table that is read. */
  readonly used: number;
  readonly #source: ByteSource;
  readonly #places: TablePlaces;
  readonly #bits: number;
  readonly #windows = new Map<number, Uint32Array>();
  #current = -1;
  #window: Uint32Array = new Uint32Array(0);

  constructor(source: ByteSource, places: TablePlaces, used: number) {
    this.#source = source;
    this.#places = places;
    this.used = used;
    this.#bits = places.entryBits === 28 ? 32 : places.entryBits;
    // What the source does not hold has no entries: the number of clusters is bounded by bytes that are there.
    const held = Math.max(0, Math.min(places.tableBytes, source.size - this.#startOf(used)));
    this.lastCluster = Math.min(places.lastCluster, Math.floor((held * 8) / this.#bits) - 1);
  }

  /** Entries that a table of this size has room for. */
  get room(): number {
    return Math.floor((this.#places.tableBytes * 8) / this.#bits);
  }

  /** Bytes of the table that entries of clusters take up. */
  get usedBytes(): number {
    return Math.min(this.#places.tableBytes, Math.ceil(((this.#places.lastCluster + 1) * this.#bits) / 8));
  }

  has(cluster: number): boolean {
    return cluster >= 2 && cluster <= this.lastCluster;
  }

  /** Of a cluster that `has` is true for, or 0 and 1. */
  get(cluster: number): number {
    const index = cluster >>> WINDOW_SHIFT;
    if (index !== this.#current) this.#load(index);
    return this.#window[cluster & (WINDOW_ENTRIES - 1)]!;
  }

  /** The entry as it stands in any of the tables, without the cache; for entries 0 and 1. */
  raw(table: number, cluster: number): number {
    return this.#entriesOf(table, 0)[cluster] ?? 0;
  }

  /** How many entries of the clusters differ between two tables, and the first that does. */
  compare(other: number): { entries: number; cluster: number } {
    let [entries, cluster] = [0, 0];
    for (let from = 0; from <= this.lastCluster; from += WINDOW_ENTRIES) {
      const ours = this.#entriesOf(this.used, from >>> WINDOW_SHIFT);
      const theirs = this.#entriesOf(other, from >>> WINDOW_SHIFT);
      const end = Math.min(ours.length, this.lastCluster + 1 - from);
      for (let i = from === 0 ? 2 : 0; i < end; i++) {
        if (ours[i] === (theirs[i] ?? 0)) continue;
        if (entries++ === 0) cluster = from + i;
      }
    }
    return { entries, cluster };
  }

  #startOf(table: number): number {
    return this.#places.start + table * this.#places.tableBytes;
  }

  #load(index: number): void {
    let window = this.#windows.get(index);
    if (window === undefined) window = this.#entriesOf(this.#tableFor(index), index);
    else this.#windows.delete(index);
    this.#windows.set(index, window);
    if (this.#windows.size > MOST_WINDOWS) this.#windows.delete(this.#windows.keys().next().value!);
    this.#current = index;
    this.#window = window;
  }

  /** A window that the medium lacks is taken from a copy that it has. */
  #tableFor(index: number): number {
    const { tables, mirrored } = this.#places;
    if (!mirrored || tables < 2 || this.#isHeld(this.used, index)) return this.used;
    for (let table = 0; table < tables; table++) if (this.#isHeld(table, index)) return table;
    return this.used;
  }

  #isHeld(table: number, index: number): boolean {
    const { from, length } = this.#bytesOf(index);
    const start = this.#startOf(table) + from;
    if (start + length > this.#source.size) return false;
    for (const { kind } of this.#source.runsIn(start, length)) if (kind !== "data" && kind !== "sparse") return false;
    return true;
  }

  /** Bytes of a window in its table; entries of 12 bits fit one window as a whole. */
  #bytesOf(index: number): { from: number; length: number } {
    const from = (index * WINDOW_ENTRIES * this.#bits) / 8;
    return { from, length: Math.max(0, Math.min((WINDOW_ENTRIES * this.#bits) / 8, this.#places.tableBytes - from)) };
  }

  #entriesOf(table: number, index: number): Uint32Array {
    const { from, length } = this.#bytesOf(index);
    const bytes = new Uint8Array(length);
    bytes.set(readRange(this.#source, this.#startOf(table) + from, length));
    const entries = new Uint32Array(Math.floor((length * 8) / this.#bits));
    const view = new DataView(bytes.buffer);
    for (let i = 0; i < entries.length; i++) entries[i] = this.#entryOf(view, i);
    return entries;
  }

  #entryOf(view: DataView, index: number): number {
    const { entryBits } = this.#places;
    if (entryBits === 32) return view.getUint32(index * 4, true);
    if (entryBits === 28) return widened(view.getUint32(index * 4, true) & 0x0fff_ffff, 0x0fff_fff0);
    if (entryBits === 16) return widened(view.getUint16(index * 2, true), 0xfff0);
    const at = (index * 3) >>> 1;
    const low = view.getUint8(at);
    const high = at + 1 < view.byteLength ? view.getUint8(at + 1) : 0;
    return widened((index & 1) === 0 ? low | ((high & 15) << 8) : (low >>> 4) | (high << 4), 0xff0);
  }
}

function widened(value: number, firstReserved: number): number {
  return value >= firstReserved ? 0xffff_fff0 + (value - firstReserved) : value;
}
