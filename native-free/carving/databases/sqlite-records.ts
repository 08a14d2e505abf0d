/**
 * Rows of a leaf page of a SQLite table, those that are in use and those whose bytes are still there in the page's free space: whole cells in
 * the gap before the content, and cells in free blocks, of which the first four bytes are overwritten. SQLite, "Database File Format" 1.6.
 * Not supported: rows that go on in overflow pages (they are given as far as the page has them, with null for what is elsewhere).
 */
import {
  bytesOfType,
  cellPointer,
  emptyCell,
  leafTable,
  pageHead,
  readCell,
  readTypes,
  Varint,
  type PageHead,
} from "./sqlite-cells.ts";
import { readValue, type SqliteValue, type TextEncoding } from "./sqlite-values.ts";

export interface SqliteRow {
  /** Offset of the cell (of what is left of it) in the page, and its bytes there. */
  readonly at: number;
  readonly length: number;
  /** Null where it is overwritten. */
  readonly rowid: number | null;
  readonly values: readonly SqliteValue[];
  /** False for what stands in free space: deleted, or moved to another page. */
  readonly live: boolean;
}

export interface PageShape {
  /** Bytes of the page without those reserved at its end. Default all. */
  readonly usable?: number;
  /** 100 on the first page of a database. Default 0. */
  readonly headAt?: number;
  /** Default 1, UTF-8. */
  readonly encoding?: TextEncoding;
}

/** A record in free space has at least so many columns, or a text. */
const fewestColumns = 2;
const mostColumns = 2000;
const lostBytes = 4;

const varint = new Varint();

class RowReader {
  readonly #page: Uint8Array;
  readonly #usable: number;
  readonly #encoding: TextEncoding;
  readonly #types: number[] = [];
  readonly rows: SqliteRow[] = [];
  /** How many columns the live rows have; 0 where there are none. */
  #columns = 0;
  /** Whether the first value of every live row is NULL, as that of a column that is the row id. */
  #firstIsNull = true;

  constructor(page: Uint8Array, usable: number, encoding: TextEncoding) {
    this.#page = page;
    this.#usable = usable;
    this.#encoding = encoding;
  }

  /** Values of the types just read, from `at` on; those that do not end before `to` are null. */
  #values(types: readonly number[], at: number, to: number): SqliteValue[] {
    let place = at;
    return types.map((type) => {
      const from = place;
      place += bytesOfType(type);
      return place <= to ? readValue(this.#page, from, type, this.#encoding) : null;
    });
  }

  #add(at: number, end: number, rowid: number | null, types: readonly number[], from: number, live: boolean): void {
    this.rows.push({ at, length: end - at, rowid, values: this.#values(types, from, end), live });
  }

  live(head: PageHead): boolean {
    const cell = emptyCell();
    for (let i = 0; i < head.cells; i++) {
      const at = cellPointer(this.#page, head, i, this.#usable);
      if (at < 0 || !readCell(this.#page, leafTable, at, this.#usable, cell)) return false;
      const to = cell.recordAt + cell.local;
      const length = readTypes(this.#page, cell.recordAt, to, this.#types);
      if (length !== cell.payload || this.#types.length === 0 || this.#types.length > mostColumns) return false;
      varint.read(this.#page, cell.recordAt, to);
      this.#add(at, cell.end, cell.rowid, this.#types, cell.recordAt + varint.value, true);
      this.#columns = Math.max(this.#columns, this.#types.length);
      this.#firstIsNull &&= this.#types[0] === 0;
    }
    return true;
  }

  /** A whole cell at `at` that ends before `to`: its end, or 0. */
  #wholeCell(at: number, to: number): number {
    const page = this.#page;
    if (page[at] === 0 || !varint.read(page, at, to)) return 0;
    const payload = varint.value;
    const rowidAt = at + varint.length;
    if (payload < 3 || rowidAt + payload >= to || !varint.read(page, rowidAt, to)) return 0;
    const rowid = varint.value;
    const recordAt = rowidAt + varint.length;
    const end = recordAt + payload;
    if (end > to || readTypes(page, recordAt, end, this.#types) !== payload) return 0;
    if (!varint.read(page, recordAt, end)) return 0;
    const from = recordAt + varint.value;
    if (!this.#isLikely(from)) return 0;
    this.#add(at, end, rowid, this.#types, from, false);
    return end;
  }

  /** Rows by chance are told by how many columns they have, and by texts that are none. */
  #isLikely(from: number): boolean {
    const types = this.#types;
    if (this.#columns > 0 && types.length > this.#columns) return false;
    if (types.length < (this.#columns === 1 ? 1 : fewestColumns) || types.every((type) => type === 0)) return false;
    let at = from;
    return types.every((type) => {
      const start = at;
      at += bytesOfType(type);
      return type < 13 || type % 2 === 0 || isText(this.#page, start, at, this.#encoding);
    });
  }

  /** All whole cells in a stretch of free space. */
  scan(from: number, to: number): void {
    for (let at = from; at + 5 <= to;) at = this.#wholeCell(at, to) || at + 1;
  }

  /** The cells of a free block: each whole, or without its first four bytes where it was freed before the next joined it. */
  freed(from: number, to: number): void {
    let at = from;
    while (at + lostBytes < to) {
      const end = (at > from && this.#wholeCell(at, to)) || this.#freedCell(at, to);
      if (end === 0) break;
      at = end;
    }
    this.scan(at === from ? from + lostBytes : at, to);
  }

  /**
   * The end of a cell whose first four bytes a free block overwrote: the lengths of payload, row id and header are gone, and with short ones
   * the first type. That one is what the length of the block leaves, or NULL where all rows in use have NULL there; 0 for none.
   */
  #freedCell(at: number, to: number): number {
    const columns = this.#columns;
    const types = this.#types;
    for (const lost of columns > 1 ? [1, 0] : []) {
      const place = this.#typesFrom(at + lostBytes, to, columns - lost);
      if (place < 0) continue;
      const left = to - place - types.reduce((sum, type) => sum + bytesOfType(type), 0);
      if (left < 0) continue;
      // Integers by their widths; a column that is the row id is NULL in the record.
      const first = left === 0 || this.#firstIsNull ? 0 : [0, 1, 2, 3, 4, 0, 5, 0, 6][left];
      if (lost === 1 && (first === undefined || (first === 0 && left > 0 && !this.#firstIsNull))) continue;
      if (lost === 1) types.unshift(first!);
      const end = place + types.reduce((sum, type) => sum + bytesOfType(type), 0);
      if (end > to || !this.#isLikely(place)) continue;
      this.#add(at, end, null, types, place, false);
      return end;
    }
    return 0;
  }

  /** Reads `count` types from `at` on; where they end, -1 where they do not. */
  #typesFrom(at: number, to: number, count: number): number {
    this.#types.length = 0;
    let place = at;
    for (let i = 0; i < count; i++) {
      if (!varint.read(this.#page, place, to) || bytesOfType(varint.value) < 0) return -1;
      this.#types.push(varint.value);
      place += varint.length;
    }
    return place;
  }
}

/** No control characters but white space, and well formed. */
function isText(page: Uint8Array, from: number, to: number, encoding: TextEncoding): boolean {
  if (encoding !== 1) return (to - from) % 2 === 0;
  for (let at = from; at < to; at++) {
    const byte = page[at]!;
    if (byte < 0x20 && byte !== 9 && byte !== 10 && byte !== 13) return false;
    if (byte < 0x80) continue;
    const more = byte >= 0xf0 ? 3 : byte >= 0xe0 ? 2 : 1;
    if (byte < 0xc2 || byte > 0xf4) return false;
    for (let i = 0; i < more; i++, at++) if (at + 1 >= to || (page[at + 1]! & 0xc0) !== 0x80) return false;
  }
  return true;
}

const u16At = (page: Uint8Array, at: number): number => (page[at]! << 8) | page[at + 1]!;

/** The free blocks of a page, in the order of their offsets, as pairs of offset and end. */
function freeBlocks(page: Uint8Array, headAt: number, usable: number): [number, number][] {
  const blocks: [number, number][] = [];
  for (let at = u16At(page, headAt + 1); at !== 0 && at + 4 <= usable;) {
    const size = u16At(page, at + 2);
    const next = u16At(page, at);
    if (size < 4 || at + size > usable) break;
    blocks.push([at, at + size]);
    if (next !== 0 && next <= at) break;
    at = next;
  }
  return blocks;
}

/**
 * The rows of one page, as `page` holds them. Null where it is no leaf page of a table with sound cells. An empty page may have
 * rows all the same: all of them deleted.
 */
export function sqliteRecords(page: Uint8Array, shape: PageShape = {}): SqliteRow[] | null {
  const { usable = page.length, headAt = 0, encoding = 1 } = shape;
  const head = pageHead(page, headAt, usable);
  if (head === null || head.type !== leafTable) return null;
  const reader = new RowReader(page, usable, encoding);
  if (!reader.live(head)) return null;
  reader.scan(head.pointersAt + 2 * head.cells, Math.min(head.contentAt, usable));
  for (const [from, to] of freeBlocks(page, headAt, usable)) reader.freed(from, to);
  return reader.rows;
}
