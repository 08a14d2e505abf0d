/**
 * The walk over all pages of a SQLite database: schema, every b-tree, overflow chains, free list and pointer maps. A page belongs to one
 * of them exactly. SQLite, "Database File Format" 1.3 to 2.6.
 */
import type { CarveWindow } from "../carve-window.ts";
import {
  cellPointer,
  emptyCell,
  leafTable,
  pageHead,
  readCell,
  readTypes,
  u32At,
  bytesOfType,
  type Cell,
} from "./sqlite-cells.ts";

export const fileHeaderBytes = 100;
const pointerMapEntryBytes = 5;
/** The byte that programs lock; its page is never used. */
const lockByte = 2 ** 30;
/** Pages of a database that does not say how many it has. */
const mostUnstated = 2 ** 22;
/** Columns of the schema table: type, name, tbl_name, rootpage, sql. */
const rootColumn = 3;

export interface DatabaseShape {
  readonly pageBytes: number;
  readonly usable: number;
  /** Pages that the header states; 0 where it does not. */
  readonly pages: number;
  readonly firstTrunk: number;
  readonly autoVacuum: boolean;
}

/** Roles of pages whose content is looked at. */
const tree = 0;
const schema = 1;

export class PageWalk {
  readonly #window: CarveWindow;
  readonly #at: number;
  readonly #shape: DatabaseShape;
  /** Pages that the source has room for and the header allows. */
  readonly #most: number;
  readonly #seen: Uint8Array;
  readonly #stack: number[] = [];
  readonly #overflows: number[] = [];
  readonly #cell: Cell = emptyCell();
  readonly #types: number[] = [];
  /** Pages that are what they should be. */
  sound = 0;
  /** B-tree pages among them, without the first. */
  trees = 0;
  highest = 1;
  highestSound = 1;
  broken = false;

  constructor(window: CarveWindow, at: number, shape: DatabaseShape) {
    this.#window = window;
    this.#at = at;
    this.#shape = shape;
    const room = Math.floor((window.end - at) / shape.pageBytes);
    this.#most = Math.min(room, shape.pages || mostUnstated);
    this.#seen = new Uint8Array(Math.ceil((this.#most + 1) / 8));
  }

  run(): void {
    this.#take(1);
    this.#readTree(1, schema);
    while (this.#stack.length > 0) {
      const role = this.#stack.pop()!;
      const page = this.#stack.pop()!;
      this.#readTree(page, role);
      this.#followOverflows();
    }
    this.#followFree();
    this.#takeMaps();
  }

  /** Marks a page; false where it is none of the file or was met before. */
  #take(page: number): boolean {
    if (page > this.highest) this.highest = page;
    if (page < 1 || page > this.#most || this.#seen[page >>> 3]! & (1 << (page & 7))) {
      this.broken = true;
      return false;
    }
    this.#seen[page >>> 3]! |= 1 << (page & 7);
    return true;
  }

  #isSound(page: number): void {
    this.sound++;
    if (page > this.highestSound) this.highestSound = page;
  }

  #placeOf(page: number): number {
    return this.#at + (page - 1) * this.#shape.pageBytes;
  }

  /** Takes a page as one of a tree and remembers it for reading. */
  #plan(page: number, role: number): void {
    if (this.#take(page)) this.#stack.push(page, role);
  }

  #readTree(page: number, role: number): void {
    const { pageBytes, usable } = this.#shape;
    const bytes = this.#window.view(this.#placeOf(page), pageBytes);
    const head = pageHead(bytes, page === 1 ? fileHeaderBytes : 0, usable);
    if (head === null) {
      this.broken = true;
      return;
    }
    for (let i = 0; i < head.cells; i++) {
      const at = cellPointer(bytes, head, i, usable);
      if (at < 0 || !readCell(bytes, head.type, at, usable, this.#cell)) {
        this.broken = true;
        return;
      }
      const { leftChild, overflow, payload, local } = this.#cell;
      if (leftChild !== 0) this.#plan(leftChild, role);
      if (overflow !== 0) this.#overflows.push(overflow, Math.ceil((payload - local) / (usable - 4)));
      if (role === schema && head.type === leafTable) this.#planRoot(bytes);
    }
    if (head.rightChild !== 0) this.#plan(head.rightChild, role);
    this.#isSound(page);
    if (page !== 1) this.trees++;
  }

  /** The root page of what a row of the schema describes; views and triggers have none. */
  #planRoot(bytes: Uint8Array): void {
    const { recordAt, local } = this.#cell;
    const types = this.#types;
    if (readTypes(bytes, recordAt, recordAt + local, types) < 0 || types.length <= rootColumn) {
      this.broken = true;
      return;
    }
    let at = recordAt + bytes[recordAt]!;
    for (let column = 0; column < rootColumn; column++) at += bytesOfType(types[column]!);
    const width = bytesOfType(types[rootColumn]!);
    if (width > 6 || at + width > recordAt + local) return;
    let root = types[rootColumn] === 9 ? 1 : 0;
    for (let i = 0; i < width; i++) root = root * 256 + bytes[at + i]!;
    if (root !== 0) this.#plan(root, tree);
  }

  #followOverflows(): void {
    const overflows = this.#overflows;
    while (overflows.length > 0) {
      let left = overflows.pop()!;
      let page = overflows.pop()!;
      for (; left > 0 && this.#take(page); left--) {
        this.#isSound(page);
        page = this.#window.u32be(this.#placeOf(page));
      }
      if (left > 0 || page !== 0) this.broken = true;
    }
  }

  /** Trunks of the free list, each with the numbers of leaf pages, whose content is nothing. */
  #followFree(): void {
    const { usable, pageBytes } = this.#shape;
    let trunk = this.#shape.firstTrunk;
    while (trunk !== 0 && this.#take(trunk)) {
      const bytes = this.#window.view(this.#placeOf(trunk), pageBytes);
      const leaves = u32At(bytes, 4);
      if (leaves > usable / 4 - 2) {
        this.broken = true;
        return;
      }
      this.#isSound(trunk);
      for (let i = 0; i < leaves; i++) {
        const leaf = u32At(bytes, 8 + 4 * i);
        if (this.#take(leaf)) this.#isSound(leaf);
      }
      trunk = u32At(bytes, 0);
    }
  }

  #takeMaps(): void {
    const { pageBytes, usable, autoVacuum, pages } = this.#shape;
    const last = pages || this.highest;
    const lockPage = lockByte / pageBytes + 1;
    if (last >= lockPage && this.#take(lockPage)) this.#isSound(lockPage);
    if (!autoVacuum) return;
    const step = Math.floor(usable / pointerMapEntryBytes) + 1;
    for (let page = 2; page <= last && page <= this.#most; page += step) {
      const map = page === lockPage ? page + 1 : page;
      if (this.#take(map)) this.#isSound(map);
    }
  }
}
