/**
 * Pages and records of a SQLite database over a source, with the pages of a write-ahead log laid over it where there is
 * one. SQLite, "Database File Format" 1.2 to 2.1 and 4. Nothing is ever written, and no lock is taken.
 */
import { type ByteSource, readRange, viewRange } from "../../bytes/byte-source.ts";
import { u16be, u32be } from "../../bytes/field-types.ts";
import { struct, u8 } from "../../bytes/struct.ts";
import { type Cell, u32At } from "../../carving/databases/sqlite-cells.ts";
import { EvidenceError } from "../../model/errors.ts";
import type { TextEncoding } from "./record-values.ts";

export const fileHeadBytes = 100;
const header = struct("sqlite.fileHeader", fileHeadBytes, {
  pageBytes: [16, u16be, "1 stands for 65,536"],
  reserved: [20, u8, "bytes at the end of each page"],
  changes: [24, u32be],
  pages: [28, u32be],
  firstTrunk: [32, u32be, "page of the free list"],
  freePages: [36, u32be],
  encoding: [56, u32be],
  userVersion: [60, u32be],
  applicationId: [68, u32be],
  validFor: [92, u32be, "the number of changes when the number of pages was right"],
});

/** Pages that a log holds in a newer state. */
export interface PageOverlay {
  /** Pages of the database after the log's last commit. */
  readonly pages: number;
  has(page: number): boolean;
  read(page: number): Uint8Array;
}

/** What could not be read, counted: one finding tells of all of it. */
export interface Problems {
  pages: number;
  overflows: number;
  cells: number;
  tooLong: number;
}

export const noProblems = (): Problems => ({ pages: 0, overflows: 0, cells: 0, tooLong: 0 });

export class Database {
  readonly source: ByteSource;
  readonly overlay: PageOverlay | null;
  readonly pageBytes: number;
  /** Bytes of a page without those reserved at its end. */
  readonly usable: number;
  readonly encoding: TextEncoding;
  readonly firstTrunk: number;
  /** Pages that can be read: declared ones that are there. */
  readonly pageCount: number;
  /** Pages that the header declares and the file does not have. */
  readonly missingPages: number;
  readonly problems: Problems = noProblems();
  readonly #longest: number;

  /** `longestBytes`: what one record may take in memory. EvidenceError `database/header` where the header is none. */
  constructor(source: ByteSource, overlay: PageOverlay | null, longestBytes: number) {
    this.source = source;
    this.overlay = overlay;
    const first = overlay?.has(1) ? overlay.read(1) : readRange(source, 0, fileHeadBytes);
    if (first.length < fileHeadBytes) throw new EvidenceError("database/header", { what: "length" });
    const fields = header.cursor().over(first);
    this.pageBytes = fields.pageBytes === 1 ? 65_536 : fields.pageBytes;
    this.usable = this.pageBytes - fields.reserved;
    if (this.pageBytes < 512 || (this.pageBytes & (this.pageBytes - 1)) !== 0 || this.usable < 480) {
      throw new EvidenceError("database/header", { what: "page size" });
    }
    const { encoding } = fields;
    this.encoding = encoding === 2 || encoding === 3 ? encoding : 1;
    this.firstTrunk = fields.firstTrunk;
    const room = Math.ceil(source.size / this.pageBytes);
    const stated = fields.changes === fields.validFor && fields.pages > 0 ? fields.pages : room;
    this.pageCount = overlay ? overlay.pages : Math.min(stated, room);
    this.missingPages = overlay ? 0 : Math.max(0, stated - room);
    this.#longest = Math.min(longestBytes, Math.max(source.size, this.pageBytes) * (overlay ? 16 : 1));
  }

  /** The page as it lies there, borrowed where possible; null for one that does not exist in full. */
  page(number: number): Uint8Array | null {
    if (number < 1 || number > this.pageCount) return null;
    if (this.overlay?.has(number)) return this.overlay.read(number);
    const bytes = viewRange(this.source, (number - 1) * this.pageBytes, this.pageBytes);
    return bytes.length === this.pageBytes ? bytes : null;
  }

  /** Where the header of the b-tree page begins. */
  headAt(number: number): number {
    return number === 1 ? fileHeadBytes : 0;
  }

  /** The record of a cell, its overflow pages included; shorter than the cell says where the chain breaks. */
  record(page: Uint8Array, cell: Cell): Uint8Array {
    const local = page.subarray(cell.recordAt, cell.recordAt + cell.local);
    if (cell.overflow === 0) return local;
    const length = Math.min(cell.payload, this.#longest);
    if (length < cell.payload) this.problems.tooLong++;
    const whole = new Uint8Array(length);
    whole.set(local.subarray(0, length));
    let filled = Math.min(local.length, length);
    for (let next = cell.overflow; filled < length;) {
      const more = next === 0 ? null : this.page(next);
      if (more === null) {
        this.problems.overflows++;
        return whole.subarray(0, filled);
      }
      const part = more.subarray(4, Math.min(this.usable, 4 + length - filled));
      whole.set(part, filled);
      filled += part.length;
      next = u32At(more, 0);
    }
    return whole;
  }
}
