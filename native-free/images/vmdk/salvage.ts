/**
 * Walks through a stream of packed grains whose directory is not there: every grain says its sector in front of it, and grain
 * tables that stand in the stream are used once they agree with the grains seen. Virtual Disk Format 5.0, "Markers".
 */
import { readRange, type ByteSource } from "../../bytes/byte-source.ts";
import { absent, lost, unknown, type GrainLayout, type GrainTables } from "./grain-tables.ts";
import { mostPackedBytes } from "./grain-part.ts";
import { markerLayout, markerTypes, packedHeaderBytes, sectorBytes } from "./layouts.ts";

export interface WalkedTables extends GrainTables {
  /** That were found. */
  readonly grains: number;
}

/** Tables held in memory: 16 MiB where they have 512 entries; more mean that the stream holds no tables. */
const mostEntries = 1 << 21;
const mostPlaces = 1 << 20;
const mostHoles = 1024;
/** Searched for the next grain behind damage, in all. */
const mostSearchedBytes = 1 << 30;
const searchBytes = 1 << 20;

/** Null where there is no grain. `from` is the offset of the first marker. */
export function walkStream(layout: GrainLayout, from: number): WalkedTables | null {
  const walk = new Walk(layout);
  walk.run(from);
  return walk.grains === 0 ? null : new Walked(walk);
}

/** Grains from `from` to before `to` of which is not known whether they are in the stream. */
interface Hole {
  readonly from: number;
  to: number;
}

class Walk {
  readonly layout: GrainLayout;
  readonly #source: ByteSource;
  readonly #grainSectors: number;
  readonly #marker = markerLayout.cursor();
  readonly #head = new Uint8Array(markerLayout.size);
  /** Entries by number of the table, and places of tables in the file. */
  readonly tables = new Map<number, Float64Array>();
  readonly places = new Map<number, number>();
  readonly holes: Hole[] = [];
  grains = 0;
  /** Number behind the last grain. */
  next = 0;
  ended = false;
  ordered = true;
  #searched = 0;
  #lost = false;
  #lastTable = -1;

  constructor(layout: GrainLayout) {
    this.layout = layout;
    this.#source = layout.segment.source;
    this.#grainSectors = layout.grainBytes / sectorBytes;
  }

  run(from: number): void {
    for (let at: number | null = from; at !== null && at + packedHeaderBytes < this.#source.size;) at = this.#step(at);
  }

  /** Offset of the next marker; null at the end. */
  #step(at: number): number | null {
    this.#head.fill(0);
    this.#source.readInto(this.#head, at);
    const { value, size, type } = this.#marker.over(this.#head);
    if (size === 0 && type === markerTypes.endOfStream) {
      this.ended = value === 0 && this.#isRest(at);
      return this.ended ? null : this.#search(at);
    }
    if (size === 0 && type <= markerTypes.footer) return this.#metadata(at, value, type);
    return this.#isGrain(value, size) && this.#grain(value, at) ? this.#behind(at, size) : this.#search(at);
  }

  #behind(at: number, size: number): number {
    return at + Math.ceil((size + packedHeaderBytes) / sectorBytes) * sectorBytes;
  }

  /** An end in the middle of the stream is a wiped sector. */
  #isRest(at: number): boolean {
    return at + 2 * sectorBytes > this.#source.size;
  }

  #isGrain(sector: number, size: number): boolean {
    const { capacity, grainBytes } = this.layout;
    if (size === 0 || size + packedHeaderBytes > mostPackedBytes(grainBytes)) return false;
    return sector % this.#grainSectors === 0 && sector * sectorBytes < capacity;
  }

  #grain(sector: number, at: number): boolean {
    const { tableEntries } = this.layout;
    const grain = sector / this.#grainSectors;
    const index = Math.floor(grain / tableEntries);
    let entries = this.tables.get(index);
    if (!entries) {
      if (this.tables.size * tableEntries >= mostEntries) return false;
      entries = new Float64Array(tableEntries);
      this.tables.set(index, entries);
    }
    if (grain < this.next) this.ordered = false;
    if (this.#lost) this.#addHole(this.next, grain);
    this.#lost = false;
    entries[grain - index * tableEntries] = at;
    this.#lastTable = index;
    this.next = Math.max(this.next, grain + 1);
    this.grains++;
    return true;
  }

  #addHole(from: number, to: number): void {
    const last = this.holes.at(-1);
    if (to <= from) return;
    if (this.holes.length < mostHoles || !last) this.holes.push({ from, to });
    else last.to = to;
  }

  #metadata(at: number, sectors: number, type: number): number | null {
    const { tableEntries, codec } = this.layout;
    if (type === markerTypes.footer) {
      this.ended = true;
      return null;
    }
    const behind = at + sectorBytes;
    if (type === markerTypes.grainTable) {
      this.#table(behind);
      return behind + Math.ceil((tableEntries * codec.bytes) / sectorBytes) * sectorBytes;
    }
    // The directory stands behind all grains; what is behind it only ends the stream.
    this.ended = true;
    return Number.isSafeInteger(sectors) ? null : this.#search(at);
  }

  /** A table in the stream takes the place of the entries that were gathered, where it has all of them. */
  #table(at: number): void {
    const index = this.#lastTable;
    const gathered = this.tables.get(index);
    if (!gathered || this.places.size >= mostPlaces) return;
    const stored = decodeTable(this.layout, at);
    if (!stored || gathered.some((place, slot) => place !== absent && place !== stored[slot])) return;
    this.places.set(index, at);
    this.tables.delete(index);
  }

  /** The next place that looks like the start of a grain: bytes may have been lost, so it need not be a sector's. */
  #search(at: number): number | null {
    this.#lost = true;
    const buffer = new Uint8Array(searchBytes + sectorBytes);
    for (let from = at + 1; from < this.#source.size; from += searchBytes) {
      const got = this.#source.readInto(buffer, from);
      const last = Math.min(searchBytes, got - markerLayout.size);
      for (let i = 0; i < last; i++) {
        if (!isZlib(buffer[i + packedHeaderBytes]!, buffer[i + packedHeaderBytes + 1]!)) continue;
        const { value, size } = this.#marker.over(buffer, i);
        if (this.#isGrain(value, size)) return from + i;
      }
      this.#searched += searchBytes;
      if (this.#searched >= mostSearchedBytes) return null;
    }
    return null;
  }
}

/** RFC 1950, section 2.2: method deflate, header divisible by 31. */
function isZlib(method: number, flags: number): boolean {
  return (method & 0x0f) === 8 && (method * 256 + flags) % 31 === 0;
}

function decodeTable({ segment, codec, tableEntries }: GrainLayout, at: number): Float64Array | null {
  const bytes = readRange(segment.source, at, tableEntries * codec.bytes);
  if (bytes.length < tableEntries * codec.bytes) return null;
  const window = new DataView(bytes.buffer);
  return new Float64Array(tableEntries).map((_, slot) => codec.grain(window, slot * codec.bytes));
}

class Walked implements WalkedTables {
  readonly layout: GrainLayout;
  readonly grains: number;
  readonly #walk: Walk;
  #last: { index: number; entries: Float64Array } | null = null;

  constructor(walk: Walk) {
    this.layout = walk.layout;
    this.grains = walk.grains;
    this.#walk = walk;
  }

  table(index: number): Float64Array {
    if (this.#last?.index !== index) this.#last = { index, entries: this.#load(index) };
    return this.#last.entries;
  }

  #load(index: number): Float64Array {
    const { tableEntries } = this.layout;
    const place = this.#walk.places.get(index);
    const stored = place === undefined ? null : decodeTable(this.layout, place);
    const gathered = this.#walk.tables.get(index);
    const entries = stored ?? new Float64Array(tableEntries);
    gathered?.forEach((grain, slot) => {
      if (grain !== absent) entries[slot] = grain;
    });
    for (let slot = 0; slot < tableEntries; slot++) {
      if (entries[slot] === absent) entries[slot] = this.#kindOf(index * tableEntries + slot);
    }
    return entries;
  }

  /** Of a grain that was not met. */
  #kindOf(grain: number): number {
    const { ended, ordered, next, holes } = this.#walk;
    if (!ordered) return unknown;
    if (grain >= next) return ended ? absent : lost;
    return holes.some(({ from, to }) => grain >= from && grain < to) ? unknown : absent;
  }
}
