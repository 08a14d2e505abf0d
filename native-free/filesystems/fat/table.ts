/**
 * The allocation table, read in windows (FAT specification 1.03, "FAT Data Structure"). Whatever the width of an entry, values are
 * those of FAT32: the reserved ones of FAT12 and FAT16 are widened.
 */
import { readRange, type ByteSource } from "../../bytes/byte-source.ts";
import type { Geometry } from "./geometry.ts";

export const free = 0;
export const bad = 0x0fff_fff7;
/** This and all above end a chain. */
export const chainEnd = 0x0fff_fff8;

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
  readonly #geometry: Geometry;
  readonly #bits: number;
  readonly #windows = new Map<number, Uint32Array>();
  #current = -1;
  #window: Uint32Array = new Uint32Array(0);

  constructor(source: ByteSource, geometry: Geometry, used: number) {
    this.#source = source;
    this.#geometry = geometry;
    this.used = used;
    this.#bits = geometry.variant === "FAT12" ? 12 : geometry.variant === "FAT16" ? 16 : 32;
    // What the source does not hold has no entries: the number of clusters is bounded by bytes that are there.
    const held = Math.max(0, Math.min(geometry.tableBytes, source.size - this.#startOf(used)));
    this.lastCluster = Math.min(geometry.lastCluster, Math.floor((held * 8) / this.#bits) - 1);
  }

  /** Entries that a table of this size has room for. */
  get room(): number {
    return Math.floor((this.#geometry.tableBytes * 8) / this.#bits);
  }

  /** Bytes of the table that entries of clusters take up. */
  get usedBytes(): number {
    return Math.min(this.#geometry.tableBytes, Math.ceil(((this.#geometry.lastCluster + 1) * this.#bits) / 8));
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
    return this.#geometry.reservedBytes + table * this.#geometry.tableBytes;
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
    const { tables, mirrored } = this.#geometry;
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
    return { from, length: Math.max(0, Math.min((WINDOW_ENTRIES * this.#bits) / 8, this.#geometry.tableBytes - from)) };
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
    if (this.#bits === 32) return view.getUint32(index * 4, true) & 0x0fff_ffff;
    if (this.#bits === 16) return widened(view.getUint16(index * 2, true), 0xfff0);
    const at = (index * 3) >>> 1;
    const low = view.getUint8(at);
    const high = at + 1 < view.byteLength ? view.getUint8(at + 1) : 0;
    return widened((index & 1) === 0 ? low | ((high & 15) << 8) : (low >>> 4) | (high << 4), 0xff0);
  }
}

function widened(value: number, firstReserved: number): number {
  return value >= firstReserved ? 0x0fff_fff0 + (value - firstReserved) : value;
}
