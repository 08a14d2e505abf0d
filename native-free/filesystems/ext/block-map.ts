/**
 * Where the content of an inode lies: block maps of three levels and trees of extents (chapter "The Contents of inode.i_block").
 * Whatever they hold, reading them ends: no block of a map is read twice for one inode.
 */
import * as layout from "./layouts.ts";
import type { Inode } from "./inode.ts";
import type { ExtVolume } from "./volume.ts";

const { inodeFlag, extentEntryBytes } = layout;

export type MapProblem = "outside" | "loop" | "order" | "damaged" | "taken";

/** Who is told of what a map says, in the order of the content. */
export interface MapSink {
  /** `logical` and `count` in blocks; `unwritten`: taken in advance, reads as zeros. */
  run(logical: number, block: number, count: number, unwritten: boolean): void;
  /** A block of the map itself; false: it is not to be read. */
  node(block: number): boolean;
  problem(problem: MapProblem, block: number): void;
}

/** Where blocks of maps are read from: the volume, or for deleted files what is left of them. */
export interface NodeReader {
  /** Byte of the volume at which a node is to be read; −1 for none. `depth` 0: a leaf of extents; null: pointers. */
  placeOf(block: number, depth: number | null, logical: number): number;
}

// Each is read before anything else is laid under it.
const pointer = layout.pointer.cursor();
const extentHeader = layout.extentHeader.cursor();
const extentCursor = layout.extent.cursor();
const extentIndex = layout.extentIndex.cursor();

export class MapReader {
  readonly #volume: ExtVolume;
  readonly #nodes: NodeReader;
  #seen: Set<number> | null = null;
  readonly #perBlock: number;
  #sink: MapSink | null = null;
  /** First logical block that has not been told of. */
  #next = 0;
  /** Of pointers: the run at hand. */
  #start = 0;
  #block = 0;
  #count = 0;

  constructor(volume: ExtVolume, nodes: NodeReader | null = null) {
    this.#volume = volume;
    this.#perBlock = volume.geometry.blockBytes / 4;
    this.#nodes = nodes ?? { placeOf: (block) => volume.placeOf(block) };
  }

  /** Tells `sink` all of the map of an inode whose content is in blocks. */
  read(inode: Inode, sink: MapSink): void {
    this.#sink = sink;
    this.#next = 0;
    this.#seen = null;
    const at = inode.at + layout.mapOffset;
    if (inode.has(inodeFlag.extents)) this.#extents(inode.window, at, layout.mapBytes, -1);
    else this.#pointers(inode.window, at);
  }

  #extents(window: Uint8Array, at: number, room: number, depth: number): void {
    const header = extentHeader.over(window, at);
    const { entries } = header;
    const own = header.depth;
    const sound = header.magic === layout.extentMagic && own <= layout.mostExtentDepth && (depth < 0 || own === depth);
    if (!sound || (entries + 1) * extentEntryBytes > room) {
      // Blank ones have no content.
      if (header.magic !== 0 || entries !== 0 || depth >= 0) this.#sink!.problem("damaged", 0);
      return;
    }
    if (own === 0) this.#leaf(window, at + extentEntryBytes, entries);
    else this.#branch(window, at + extentEntryBytes, entries, own);
  }

  #leaf(window: Uint8Array, from: number, entries: number): void {
    for (let i = 0, at = from; i < entries; i++, at += extentEntryBytes) {
      const extent = extentCursor.over(window, at);
      const { logical, length } = extent;
      const block = extent.blockLow + extent.blockHigh * 2 ** 32;
      const unwritten = length > layout.longestWritten;
      const count = unwritten ? length - layout.longestWritten : length;
      if (logical < this.#next) this.#sink!.problem("order", block);
      else if (count === 0) this.#sink!.problem("damaged", block);
      else {
        this.#next = logical + count;
        this.#tell(logical, block, count, unwritten);
      }
    }
  }

  #branch(window: Uint8Array, from: number, entries: number, depth: number): void {
    const { blockBytes } = this.#volume.geometry;
    for (let i = 0, at = from; i < entries; i++, at += extentEntryBytes) {
      const index = extentIndex.over(window, at);
      const { logical } = index;
      const block = index.blockLow + index.blockHigh * 2 ** 32;
      if (logical < this.#next) {
        this.#sink!.problem("order", block);
        continue;
      }
      const place = this.#enter(block, depth - 1, logical);
      if (place < 0) continue;
      const inside = this.#volume.windows.seek(place);
      this.#extents(this.#volume.windows.bytes, inside, blockBytes, depth - 1);
    }
  }

  /** Where to read a block of the map; −1 where it cannot be. */
  #enter(block: number, depth: number | null, logical: number): number {
    const sink = this.#sink!;
    if (!this.#volume.hasBlock(block)) {
      sink.problem("outside", block);
      return -1;
    }
    this.#seen ??= new Set();
    if (this.#seen.has(block)) {
      sink.problem("loop", block);
      return -1;
    }
    this.#seen.add(block);
    if (!sink.node(block)) {
      sink.problem("taken", block);
      return -1;
    }
    const place = this.#nodes.placeOf(block, depth, logical);
    if (place < 0) sink.problem("damaged", block);
    return place;
  }

  #pointers(window: Uint8Array, at: number): void {
    this.#count = 0;
    const all = layout.directPointers;
    for (let i = 0; i < all; i++) this.#add(i, pointer.over(window, at + i * 4).value);
    let logical = all;
    let span = 1;
    for (let level = 1; level <= 3; level++) {
      span *= this.#perBlock;
      const block = pointer.over(window, at + (all + level - 1) * 4).value;
      if (block !== 0) this.#indirect(block, level, logical, span);
      logical += span;
    }
    this.#flush();
  }

  #indirect(block: number, level: number, logical: number, span: number): void {
    const place = this.#enter(block, null, logical);
    if (place < 0) return;
    const { windows } = this.#volume;
    const from = windows.seek(place);
    const window = windows.bytes;
    const inner = span / this.#perBlock;
    for (let i = 0; i < this.#perBlock; i++) {
      const value = pointer.over(window, from + i * 4).value;
      if (value === 0) continue;
      if (level === 1) this.#add(logical + i, value);
      else this.#indirect(value, level - 1, logical + i * inner, inner);
    }
  }

  #add(logical: number, block: number): void {
    if (block === 0) return;
    if (this.#count > 0 && logical === this.#start + this.#count && block === this.#block + this.#count) {
      this.#count++;
      return;
    }
    this.#flush();
    this.#start = logical;
    this.#block = block;
    this.#count = 1;
  }

  #flush(): void {
    if (this.#count > 0) this.#tell(this.#start, this.#block, this.#count, false);
    this.#count = 0;
  }

  /** What lies outside of the volume is told as a problem, and the run up to there. */
  #tell(logical: number, block: number, count: number, unwritten: boolean): void {
    const sink = this.#sink!;
    const { firstData, blocks } = this.#volume.geometry;
    if (block < firstData || block >= blocks) {
      sink.problem("outside", block);
      return;
    }
    const inside = Math.min(count, blocks - block);
    sink.run(logical, block, inside, unwritten);
    if (inside < count) sink.problem("outside", blocks);
  }
}
