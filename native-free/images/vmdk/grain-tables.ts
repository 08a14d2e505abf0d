/** The two levels of tables that say where the grains of a sparse extent lie, decoded as they are needed. */
import { Buffer } from "node:buffer";
import { readRange, type ByteSource } from "../../bytes/byte-source.ts";
import type { ImageSegment } from "../image-format.ts";
import { TableWindows } from "../table-windows.ts";

/** Where a grain lies: its offset in the file in bytes (> 0), or one of these. */
export const absent = 0;
/** Declared as zeros. */
export const zeroGrain = -1;
/** It should be somewhere, and nothing says where. */
export const lost = -2;
/** What should say so is itself not known. */
export const unknown = -3;

/** How an entry of a table is kept. */
export interface EntryCodec {
  readonly bytes: 4 | 8;
  /** Offset of a grain table, or one of the constants above. */
  table(window: DataView, at: number): number;
  /** The same of a grain. */
  grain(window: DataView, at: number): number;
}

/** Where the tables of an extent are. */
export interface GrainLayout {
  readonly segment: ImageSegment;
  /** Over the same file. */
  readonly windows: TableWindows;
  readonly codec: EntryCodec;
  /** Bytes of the medium that the extent says it holds. */
  readonly capacity: number;
  readonly grainBytes: number;
  /** Grains of one table. */
  readonly tableEntries: number;
  /** Offsets of the grain directory and of its copy in the file. */
  readonly directories: readonly number[];
}

/** The tables by their number; what they hold is borrowed until the next call. */
export interface GrainTables {
  readonly layout: GrainLayout;
  table(index: number): Float64Array;
}

/** What one copy of a table says. */
interface TableCopy {
  readonly entries: Float64Array;
  /** Entries that lead out of the file, or are not known. */
  readonly bad: number;
  /** Entries that lead anywhere. */
  readonly used: number;
}

const cachedEntries = 1 << 19;
/** Tables of neighbours lie behind each other. */
const windowBytes = 64 << 10;
const scanEntries = 16 << 10;

export function windowsOver({ source }: ImageSegment): TableWindows {
  return new TableWindows(source, windowBytes);
}

export function tableCount({ capacity, grainBytes, tableEntries }: GrainLayout): number {
  return Math.ceil(capacity / (grainBytes * tableEntries));
}

/** Little-endian sectors in 32 bits; where `zeroGrains` is set, 1 stands for zeros. */
export function sectorCodec(zeroGrains: boolean): EntryCodec {
  const place = (window: DataView, at: number) => {
    const sector = window.getUint32(at, true);
    return sector === 1 && zeroGrains ? zeroGrain : sector * 512;
  };
  return { bytes: 4, table: place, grain: place };
}

/** Decoded tables of all extents of a disk, of which a bounded number is kept. */
export class TableCache {
  /** Least recently used first. */
  readonly #kept = new Map<number, Float64Array>();
  #entries = 0;
  #users = 0;
  /** One that was dropped last: what is made of many tables should not be many arrays. */
  #spare: Float64Array | null = null;

  /** What a user adds to the numbers of its tables, so that they differ from those of the others. */
  newUser(): number {
    return this.#users++ * 2 ** 32;
  }

  /** `load` may put the table into `room` where that has its length. What was got before may be overwritten. */
  get(key: number, load: (room: Float64Array | null) => Float64Array): Float64Array {
    let table = this.#kept.get(key);
    if (table) {
      this.#kept.delete(key);
    } else {
      table = load(this.#spare);
      if (table === this.#spare) this.#spare = null;
      this.#entries += table.length;
    }
    this.#kept.set(key, table);
    for (const [old, dropped] of this.#kept) {
      if (this.#entries <= cachedEntries || this.#kept.size === 1) break;
      this.#kept.delete(old);
      this.#entries -= dropped.length;
      if (dropped !== empty.entries) this.#spare = dropped;
    }
    return table;
  }
}

export class StoredTables implements GrainTables {
  readonly layout: GrainLayout;
  readonly #replaced: () => void;
  readonly #cache: TableCache;
  readonly #user: number;

  /** `replaced` is called when a table is taken from the copy. */
  constructor(layout: GrainLayout, cache: TableCache, replaced: () => void) {
    this.layout = layout;
    this.#replaced = replaced;
    this.#cache = cache;
    this.#user = cache.newUser();
  }

  table(index: number): Float64Array {
    return this.#cache.get(this.#user + index, (room) => this.#load(index, room));
  }

  #load(index: number, room: Float64Array | null): Float64Array {
    const { layout } = this;
    const first = readTable(layout, 0, index, room);
    const doubtful = !first || first.bad > 0 || first.used === 0;
    const copy = doubtful && layout.directories.length > 1 ? readTable(layout, 1, index) : null;
    if (copy && isBetter(copy, first)) {
      this.#replaced();
      return copy.entries;
    }
    return first?.entries ?? new Float64Array(layout.tableEntries).fill(lost);
  }
}

/** Fewer entries that cannot be, or entries at all where the other was wiped. */
function isBetter(copy: TableCopy, first: TableCopy | null): boolean {
  if (!first || copy.bad < first.bad) return true;
  return first.used === 0 && copy.used > 0 && copy.bad === 0;
}

/** Offset of table `index` by directory `copy`, or one of the constants above; `lost` where it does not lie in the file. */
export function tablePlace(layout: GrainLayout, copy: number, index: number): number {
  const { segment, windows, codec, directories } = layout;
  const at = (directories[copy] as number) + index * codec.bytes;
  const inside = windows.find(at, codec.bytes);
  if (inside === -1) return lost;
  return isHeld(segment.source, at, codec.bytes) ? placeIn(layout, windows.view, inside) : unknown;
}

function placeIn({ segment, codec, tableEntries }: GrainLayout, window: DataView, at: number): number {
  const place = codec.table(window, at);
  return place > 0 && place + tableEntries * codec.bytes > segment.source.size ? lost : place;
}

/** How many of the first `most` entries of directory `copy` lead to no table. */
export function directoryDamage(layout: GrainLayout, copy: number, most: number): number {
  const { segment, codec, directories } = layout;
  const entries = Math.min(tableCount(layout), most);
  let damaged = 0;
  for (let index = 0; index < entries; index += scanEntries) {
    const wanted = Math.min(scanEntries, entries - index) * codec.bytes;
    const bytes = readRange(segment.source, (directories[copy] as number) + index * codec.bytes, wanted);
    const window = new DataView(bytes.buffer);
    damaged += (wanted - bytes.length) / codec.bytes;
    for (let at = 0; at + codec.bytes <= bytes.length; at += codec.bytes) {
      if (placeIn(layout, window, at) <= lost) damaged++;
    }
  }
  return Math.ceil(damaged);
}

const zeros = Buffer.alloc(64 << 10);
let empty: TableCopy = { entries: new Float64Array(0), bad: 0, used: 0 };

/** Most tables of a disk may be empty: they share one. */
function emptyTable(tableEntries: number): TableCopy {
  if (empty.entries.length !== tableEntries) empty = { entries: new Float64Array(tableEntries), bad: 0, used: 0 };
  return empty;
}

/** Null where that copy has no such table. The entries are put into `room` where it has their number. */
export function readTable(
  layout: GrainLayout,
  copy: number,
  index: number,
  room: Float64Array | null = null,
): TableCopy | null {
  const { tableEntries } = layout;
  const place = tablePlace(layout, copy, index);
  if (place === lost || place === unknown) return null;
  if (place === absent) return emptyTable(tableEntries);
  const entries = () => (room?.length === tableEntries ? room : new Float64Array(tableEntries));
  if (place === zeroGrain) return { entries: entries().fill(zeroGrain), bad: 0, used: 1 };
  const bytes = tableBytesAt(layout, place);
  if (!bytes) return null;
  const held = isHeld(layout.segment.source, place, bytes.length);
  if (held && bytes.length <= zeros.length && zeros.compare(bytes, 0, bytes.length, 0, bytes.length) === 0) {
    return emptyTable(tableEntries);
  }
  return decode(layout, place, bytes, held, entries());
}

function tableBytesAt({ windows, tableEntries, codec }: GrainLayout, place: number): Uint8Array | null {
  return windows.bytesAt(place, tableEntries * codec.bytes);
}

function decode(
  { segment, codec }: GrainLayout,
  place: number,
  bytes: Uint8Array,
  held: boolean,
  entries: Float64Array,
): TableCopy {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let [bad, used] = [0, 0];
  for (let i = 0; i < entries.length; i++) {
    const known = held || isHeld(segment.source, place + i * codec.bytes, codec.bytes);
    const grain = known ? codec.grain(view, i * codec.bytes) : unknown;
    entries[i] = grain;
    if (grain >= segment.source.size || grain <= lost) bad++;
    if (grain !== absent) used++;
  }
  return { entries, bad, used };
}

/** Whether the file has both copies of a table and they are the same, byte for byte. */
export function copiesAreEqual(layout: GrainLayout, index: number): boolean {
  const { source } = layout.segment;
  const [first, copy] = [tablePlace(layout, 0, index), tablePlace(layout, 1, index)];
  const [bytes, copied] = first > 0 && copy > 0 ? [tableBytesAt(layout, first), tableBytesAt(layout, copy)] : [];
  if (!bytes || !copied || Buffer.compare(bytes, copied) !== 0) return false;
  return isHeld(source, first, bytes.length) && isHeld(source, copy, copied.length);
}

/** Whether the file has these bytes: it may itself lie in an image that lacks some. */
function isHeld(source: ByteSource, at: number, length: number): boolean {
  for (const { kind } of source.runsIn(at, length)) if (kind !== "data" && kind !== "sparse") return false;
  return true;
}
