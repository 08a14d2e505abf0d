/**
 * The pages of an FTS5 index as SQLite stores them (ext/fts5/fts5_index.c, "on disk format"; versions 4 with and without
 * the second form of the structure record). Read directly, since a count over SQL costs a microsecond for each row.
 *
 * Not read: prefix indexes, `detail` other than full, deletes other than by tombstones (`contentless_delete=1`).
 */
import type { WorkFileReader } from "./work-file-reader.ts";

/** Every index of a work file. */
export const indexNames = ["fts_text", "fts_name", "fts_field"] as const;
export type IndexTable = (typeof indexNames)[number];

/** The one-byte prefix of terms of the main index. */
export const mainIndex = 0x30;
/** The index keeps so many bytes of a word. */
export const mostWordBytes = 32_768;
/** Bytes before the content of a leaf page: where its first row number and its list of terms begin (u16, big-endian each). */
export const leafHead = 4;

/** Where the content of a leaf page ends and its list of terms begins. */
export function termsAt(page: Uint8Array): number {
  if (page.length < leafHead) throw new UnknownIndex("a page without a head");
  return ((page[2] as number) << 8) | (page[3] as number);
}

/** Leaf pages with the numbers `first` to `last`. */
export interface Segment {
  readonly id: number;
  readonly first: number;
  readonly last: number;
  /** Row numbers that were removed; null where none were. */
  readonly removed: ReadonlySet<number> | null;
}

/** The index does not look as we write it. */
export class UnknownIndex extends Error {}

const structureRow = 10n;
/** Cookie, then what marks the second form of the structure record. */
const cookieBytes = 4;
const secondForm = 0xff000001;
/** A row number of the data table: segment, then 37 bits for level and page. */
const segmentBits = 37n;
const tombstoneSegments = 1n << 16n;
const tombstoneHead = 8;

/** Reads the bytes of a variable-length integer of SQLite; `end` is where the next thing begins. */
export class Varints {
  readonly bytes: Uint8Array;
  at: number;

  constructor(bytes: Uint8Array, at: number) {
    this.bytes = bytes;
    this.at = at;
  }

  /** Exact up to 2^53. Throws UnknownIndex beyond the end of the bytes. */
  next(): number {
    const { bytes } = this;
    let value = 0;
    for (let count = 0; count < 8; count += 1) {
      const byte = bytes[this.at++];
      if (byte === undefined) throw new UnknownIndex("a number goes on beyond its page");
      if (byte < 0x80) return value * 128 + byte;
      value = value * 128 + (byte & 0x7f);
    }
    return value * 256 + (bytes[this.at++] ?? 0);
  }
}

/** Leaf pages read together. */
const pagesAtOnce = 512;

/** The rows of the data table that hold some leaf pages of a segment. */
function range({ id }: Segment, first: number, last: number): [bigint, bigint] {
  const base = BigInt(id) << segmentBits;
  return [base + BigInt(first), base + BigInt(last)];
}

export class IndexPages {
  readonly segments: readonly Segment[];
  readonly #reader: WorkFileReader;
  readonly #table: IndexTable;
  readonly #pagesBetween: string;

  constructor(reader: WorkFileReader, table: IndexTable) {
    this.#reader = reader;
    this.#table = table;
    this.#pagesBetween = `SELECT block FROM ${table}_data WHERE id BETWEEN ? AND ? ORDER BY id`;
    this.segments = this.#structure();
  }

  /** Leaf pages from `page` on, in order. */
  *leaves(segment: Segment, page: number): Generator<Uint8Array> {
    const rows = this.#reader.iterate<{ block: Uint8Array }>(this.#pagesBetween, range(segment, page, segment.last));
    for (const { block } of rows) yield block;
  }

  /** All leaf pages in order, many at once: whoever looks at each waits for none. */
  *allLeaves(segment: Segment): Generator<Uint8Array> {
    for (let page = segment.first; page <= segment.last; page += pagesAtOnce) {
      const last = Math.min(segment.last, page + pagesAtOnce - 1);
      const rows = this.#reader.select<{ block: Uint8Array }>(this.#pagesBetween, range(segment, page, last));
      for (const { block } of rows) yield block;
    }
  }

  /** Number of the page on which a term (with its index byte) stands where it exists. */
  pageOf(segment: Segment, term: Uint8Array): number {
    const [row] = this.#reader.select<{ pgno: number }>(
      `SELECT pgno FROM ${this.#table}_idx WHERE segid = ? AND term <= ? ORDER BY term DESC LIMIT 1`,
      [segment.id, term],
    );
    return Math.max(segment.first, row ? Math.floor(row.pgno / 2) : segment.first);
  }

  #block(id: bigint): Uint8Array {
    const [row] = this.#reader.select<{ block: Uint8Array }>(`SELECT block FROM ${this.#table}_data WHERE id = ?`, [
      id,
    ]);
    if (!row) throw new UnknownIndex(`page ${id} of ${this.#table} is absent`);
    return row.block;
  }

  #structure(): Segment[] {
    const bytes = this.#block(structureRow);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const isSecond = bytes.length >= 8 && view.getUint32(cookieBytes) === secondForm;
    const numbers = new Varints(bytes, isSecond ? cookieBytes + 4 : cookieBytes);
    const levels = numbers.next();
    const total = numbers.next();
    numbers.next();
    const segments: Segment[] = [];
    for (let level = 0; level < levels; level += 1) {
      numbers.next();
      for (let left = numbers.next(); left > 0; left -= 1) segments.push(this.#segment(numbers, isSecond));
    }
    if (segments.length !== total) throw new UnknownIndex(`${segments.length} of ${total} segments`);
    return segments;
  }

  #segment(numbers: Varints, isSecond: boolean): Segment {
    const [id, first, last] = [numbers.next(), numbers.next(), numbers.next()];
    if (!isSecond) return { id, first, last, removed: null };
    numbers.next();
    numbers.next();
    const pages = numbers.next();
    numbers.next();
    numbers.next();
    return { id, first, last, removed: pages > 0 ? this.#tombstones(id, pages) : null };
  }

  /** Size of a slot, flag of row 0, two unused bytes, number of entries, slots (0 is empty). Big-endian. */
  #tombstones(segment: number, pages: number): Set<number> {
    const removed = new Set<number>();
    const base = (BigInt(segment) + tombstoneSegments) << segmentBits;
    for (let page = 0; page < pages; page += 1) {
      const bytes = this.#block(base + BigInt(page));
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      const size = view.getUint8(0);
      if (size !== 4 && size !== 8) throw new UnknownIndex(`tombstones of ${size} bytes`);
      if (view.getUint8(1) !== 0) removed.add(0);
      for (let at = tombstoneHead; at + size <= bytes.length; at += size) {
        const row = size === 4 ? view.getUint32(at) : view.getUint32(at) * 2 ** 32 + view.getUint32(at + 4);
        if (row !== 0) removed.add(row);
      }
    }
    return removed;
  }
}
