/**
 * What the free space of a database still holds: rows in the gap and the free blocks of leaf pages, rows on pages of the free
 * list, and runs of characters where nothing whole is left. SQLite, "Database File Format" 1.5 and 1.6. What stands there
 * was deleted, or moved to another page.
 */
import { MemorySource } from "../../bytes/byte-source.ts";
import { leafTable, pageHead, u32At } from "../../carving/databases/sqlite-cells.ts";
import { sqliteRecords, type SqliteRow } from "../../carving/databases/sqlite-records.ts";
import { extractStrings } from "../strings.ts";
import type { Database } from "./database.ts";
import { PageSet, type RecordPage } from "./pages.ts";
import type { TextEncoding, Value } from "./record-values.ts";

export interface Leftover {
  /** Rows that could be put together again. */
  readonly rows: readonly (readonly Value[])[];
  /** Characters of those that could not. */
  readonly strings: string;
}

const nothing: Leftover = { rows: [], strings: "" };

/** Of the free space of one page of a table. */
export function deletedIn(database: Database, page: RecordPage): Leftover {
  const { usable, encoding } = database;
  const free = freeBytes(page, usable);
  if (free === null) return nothing;
  if (page.head.type !== leafTable) return { rows: [], strings: stringsOf(free) };
  const rows = sqliteRecords(page.bytes, { usable, headAt: page.headAt, encoding })?.filter((row) => !row.live) ?? [];
  for (const row of rows) free.fill(0, row.at, row.at + row.length);
  return { rows: rows.map(valuesOf), strings: stringsOf(free) };
}

/** A page of nothing but the free space of this one; null where that is empty. */
function freeBytes({ bytes, head, headAt }: RecordPage, usable: number): Uint8Array | null {
  const areas: [number, number][] = [[head.pointersAt + 2 * head.cells, Math.min(head.contentAt, usable)]];
  for (let at = u16At(bytes, headAt + 1), last = 0; at > last && at + 4 <= usable;) {
    const size = u16At(bytes, at + 2);
    // The first four bytes are the block's own.
    if (size > 4) areas.push([at + 4, Math.min(at + size, usable)]);
    last = at;
    at = u16At(bytes, at);
  }
  let free: Uint8Array | null = null;
  for (const [from, to] of areas) {
    if (isZero(bytes, from, to)) continue;
    free ??= new Uint8Array(usable);
    free.set(bytes.subarray(from, to), from);
  }
  return free;
}

const u16At = (bytes: Uint8Array, at: number): number => (bytes[at]! << 8) | bytes[at + 1]!;

function isZero(bytes: Uint8Array, from: number, to: number): boolean {
  for (let at = from; at < to; at++) if (bytes[at] !== 0) return false;
  return true;
}

/** Of every page that no tree, chain or map of the database uses, the free list first. */
export function* freePages(database: Database): Generator<Leftover> {
  const seen = new PageSet(database.pageCount);
  const { usable } = database;
  for (let trunk = database.firstTrunk; trunk !== 0;) {
    const bytes = database.page(trunk);
    if (bytes === null || !seen.add(trunk)) {
      database.problems.pages++;
      return;
    }
    const leaves = Math.min(u32At(bytes, 4), Math.floor(usable / 4) - 2);
    yield wholePage(bytes, usable, database.encoding, 8 + 4 * leaves);
    for (let index = 0; index < leaves; index++) {
      const leaf = u32At(bytes, 8 + 4 * index);
      const page = leaf > 0 && leaf <= database.pageCount && seen.add(leaf) ? database.page(leaf) : null;
      if (page) yield wholePage(page, usable, database.encoding, 0);
      else database.problems.pages++;
    }
    trunk = u32At(bytes, 0);
  }
}

/** All rows and characters of a page that nobody uses; its first `used` bytes are something else. */
export function wholePage(bytes: Uint8Array, usable: number, encoding: TextEncoding, used: number): Leftover {
  const asItWas = used === 0 ? sqliteRecords(bytes, { usable, encoding }) : null;
  const rows: readonly SqliteRow[] = asItWas ?? sqliteRecords(emptied(bytes, usable, used), { usable, encoding }) ?? [];
  const rest = Uint8Array.from(bytes.subarray(0, usable));
  rest.fill(0, 0, Math.max(used, 8));
  const head = asItWas && pageHead(bytes, 0, usable);
  if (head) rest.fill(0, 0, head.pointersAt + 2 * head.cells);
  for (const row of rows) rest.fill(0, row.at, row.at + row.length);
  return { rows: rows.map(valuesOf), strings: isZero(rest, 0, usable) ? "" : stringsOf(rest) };
}

/** The page under the header of a leaf without cells, all of which is free: so whole cells are found wherever they are. */
function emptied(bytes: Uint8Array, usable: number, used: number): Uint8Array {
  const copy = Uint8Array.from(bytes);
  copy.fill(0, 0, Math.max(used, 8));
  copy[0] = leafTable;
  copy[5] = usable >> 8;
  copy[6] = usable & 0xff;
  return copy;
}

const valuesOf = (row: SqliteRow): Value[] =>
  row.values.map((value) => (value === null || value instanceof Uint8Array ? value : String(value)));

function stringsOf(bytes: Uint8Array): string {
  return [...extractStrings(new MemorySource(bytes))].join("");
}
