/**
 * Rows of pages that stand outside of a database: in a log or journal read by itself, and the differences that a log makes to
 * the database beside it.
 */
import { createHash } from "node:crypto";
import { type ByteSource, viewRange } from "../../bytes/byte-source.ts";
import { emptyCell, leafTable, pageHead, readCell, cellPointer } from "../../carving/databases/sqlite-cells.ts";
import { Database, fileHeadBytes } from "./database.ts";
import { wholePage } from "./deleted.ts";
import type { Frame, Log } from "./log.ts";
import { cellsOf, PageSet, recordPages } from "./pages.ts";
import { recordValues, type TextEncoding } from "./record-values.ts";
import { blobText, rowLine } from "./row-text.ts";
import { readSchema, schemaTable, type Table } from "./schema.ts";

export interface Piece {
  readonly label: string;
  readonly text: string;
}

const btreeKinds = new Set([2, 5, 10, 13]);

/** Lines that were given already, so that a page met in many states says each thing once. */
class Said {
  readonly #hashes = new Set<string>();

  isNew(bytes: Uint8Array | string): boolean {
    const hash = createHash("md5").update(bytes).digest("base64");
    if (this.#hashes.has(hash)) return false;
    this.#hashes.add(hash);
    return true;
  }
}

/** Every row of every page of a log or journal, labelled by the page. */
export function* pagesAlone(source: ByteSource, pageBytes: number, frames: readonly Frame[]): Generator<Piece> {
  const encoding = encodingOf(source, pageBytes, frames);
  const said = new Said();
  for (const frame of frames) {
    const text = pageText(source, pageBytes, frame, encoding, said);
    if (text !== "") yield { label: `page ${frame.page}`, text };
  }
}

/** What the first page says, where it is among them. */
function encodingOf(source: ByteSource, pageBytes: number, frames: readonly Frame[]): TextEncoding {
  const first = frames.find(({ page }) => page === 1);
  if (!first) return 1;
  const encoding = viewRange(source, first.at, pageBytes)[59];
  return encoding === 2 || encoding === 3 ? encoding : 1;
}

function pageText(source: ByteSource, pageBytes: number, frame: Frame, encoding: TextEncoding, said: Said): string {
  const bytes = viewRange(source, frame.at, pageBytes);
  const headAt = frame.page === 1 ? fileHeadBytes : 0;
  const kind = bytes[headAt]!;
  // Pages of overflow hold text without a header: the first four bytes are the number of the next.
  if (!btreeKinds.has(kind)) {
    const text = blobText(bytes.subarray(4));
    return text !== "" && said.isNew(text) ? `${text}\n` : "";
  }
  if (kind !== leafTable) return "";
  const lines = headAt > 0 ? cellLines(bytes, headAt, pageBytes, encoding) : wholeLines(bytes, pageBytes, encoding);
  return lines
    .filter((line) => line !== "" && said.isNew(line))
    .map((line) => `${line}\n`)
    .join("");
}

function wholeLines(bytes: Uint8Array, usable: number, encoding: TextEncoding): string[] {
  const { rows, strings } = wholePage(bytes, usable, encoding, 0);
  return [...rows.map(rowLine), ...strings.split("\n")];
}

function cellLines(bytes: Uint8Array, headAt: number, usable: number, encoding: TextEncoding): string[] {
  const head = pageHead(bytes, headAt, usable);
  const cell = emptyCell();
  const lines: string[] = [];
  for (let index = 0; index < (head?.cells ?? 0); index++) {
    const at = cellPointer(bytes, head!, index, usable);
    if (at < 0 || !readCell(bytes, head!.type, at, usable, cell)) continue;
    const row = recordValues(bytes.subarray(cell.recordAt, cell.recordAt + cell.local), encoding);
    if (row) lines.push(rowLine(row.values));
  }
  return lines;
}

/**
 * What a log changes: rows of its last committed state that the database does not have, by tables; then rows of states before
 * that, and of transactions that were never completed. EvidenceError where the log's first page is no database's.
 */
export function* changesOf(source: ByteSource, logSource: ByteSource, log: Log, longest: number): Generator<Piece> {
  const known = new Said();
  const base = baseOf(source, longest);
  if (base && base.pageBytes === log.pageBytes) noteRows(base, log, known);
  if (log.overlay) yield* mergedRows(new Database(source, log.overlay, longest), known);
  const encoding = base?.encoding ?? encodingOf(logSource, log.pageBytes, log.frames);
  for (const frame of log.frames) {
    const text = pageText(logSource, log.pageBytes, frame, encoding, known);
    if (text !== "") yield { label: "earlier or uncommitted states", text };
  }
}

/** Null for a database that is nothing without its log: SQLite writes the first page late. */
function baseOf(source: ByteSource, longest: number): Database | null {
  return source.size < fileHeadBytes ? null : new Database(source, null, longest);
}

/** Rows move between pages of one transaction, all of which are in the log: their old pages say what is not new. */
function noteRows(base: Database, log: Log, known: Said): void {
  const pages = new PageSet(base.pageCount);
  for (const { page } of log.frames) {
    if (page > base.pageCount || !pages.add(page)) continue;
    const bytes = base.page(page);
    const headAt = base.headAt(page);
    const head = bytes && pageHead(bytes, headAt, base.usable);
    if (!bytes || !head) continue;
    for (const cell of cellsOf(base, { number: page, bytes, head, headAt })) {
      const row = head.type === 5 ? null : recordValues(base.record(bytes, cell), base.encoding);
      if (row) known.isNew(rowLine(row.values));
    }
  }
}

function* mergedRows(merged: Database, known: Said): Generator<Piece> {
  const seen = new PageSet(merged.pageCount);
  for (const table of [schemaTable, ...readSchema(merged).tables]) {
    let text = "";
    for (const page of recordPages(merged, table.root, seen)) {
      if (!merged.overlay!.has(page.number)) continue;
      for (const cell of cellsOf(merged, page)) text += newLine(merged, table, page.bytes, cell, known);
      if (text.length > 1 << 16) {
        yield { label: `table ${table.name}`, text };
        text = "";
      }
    }
    if (text !== "") yield { label: `table ${table.name}`, text };
  }
}

function newLine(
  merged: Database,
  table: Table,
  bytes: Uint8Array,
  cell: Parameters<Database["record"]>[1],
  known: Said,
): string {
  const row = recordValues(merged.record(bytes, cell), merged.encoding);
  if (!row || !known.isNew(rowLine(row.values))) return "";
  if (table.rowidAt >= 0 && row.values[table.rowidAt] === null) row.values[table.rowidAt] = String(cell.rowid);
  return `${rowLine(row.values)}\n`;
}
