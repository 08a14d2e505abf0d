/**
 * SQLite databases, their write-ahead logs and rollback journals: schema, every row of every table as text, blobs that are
 * files as children, and what free space still holds of deleted rows, labelled as such. Own reader after SQLite, "Database
 * File Format": nothing is opened, locked, replayed or written. The log beside a database gives a child of its own with the
 * rows that it changes. Not read: encrypted databases, free space of index pages, the meaning of an application's numbers.
 */
import { type ByteSource, MemorySource } from "../../bytes/byte-source.ts";
import type { Child, ExtractContext, Extraction, Extractor } from "../../model/extraction.ts";
import { finding } from "../../model/findings.ts";
import { kindsOf } from "../../typing/extension.ts";
import { Database } from "./database.ts";
import { deletedIn, freePages, type Leftover } from "./deleted.ts";
import { readJournal } from "./journal.ts";
import { readLog } from "./log.ts";
import { cellsOf, countRows, PageSet, type RecordPage, recordPages } from "./pages.ts";
import { recordValues } from "./record-values.ts";
import { rowLine } from "./row-text.ts";
import { readSchema, type Schema, type Table } from "./schema.ts";
import { changesOf, pagesAlone, type Piece } from "./states.ts";

/** Blobs below this are values, not files. */
const leastFileBytes = 64;
const flushChars = 32_768;

export const sqliteExtractor: Extractor = {
  id: "sqlite",
  family: "extractor",
  name: "SQLite: tables, deleted rows, write-ahead logs, journals",
  spec: "SQLite, Database File Format",
  level: "complete",
  types: [...kindsOf("sqlite"), "sqlite-wal", "sqlite-journal"],
  extract: extractSqlite,
};

async function* extractSqlite(source: ByteSource, context: ExtractContext): AsyncGenerator<Extraction> {
  const log = readLog(source);
  const alone = log ?? readJournal(source);
  if (alone) {
    for (const { label, text } of pagesAlone(source, alone.pageBytes, alone.frames))
      yield { what: "text", label, text };
    return;
  }
  yield* logBeside(source, context);
  const database = new Database(source, null, context.wholeLimitBytes);
  const schema = readSchema(database);
  yield* tableFields(database, schema);
  if (schema.sql.length > 0) yield { what: "text", label: "schema", text: `${schema.sql.join(";\n")};\n` };
  const seen = new PageSet(database.pageCount);
  for (const [index, table] of schema.tables.entries()) yield* tableText(database, table, index, seen);
  for (const left of freePages(database)) yield* leftoverText(left, "free pages, deleted");
  yield* problemsOf(database);
}

function* tableFields(database: Database, { tables }: Schema): Generator<Extraction> {
  const seen = new PageSet(database.pageCount);
  const source = "sqlite_schema";
  for (const table of tables) {
    const rows = countRows(database, table.root, seen);
    yield { what: "field", name: "table", value: `${table.name} (${rows})`, source };
  }
  // Counted once more when the rows are read.
  database.problems.pages = 0;
  database.problems.cells = 0;
}

async function* tableText(database: Database, table: Table, index: number, seen: PageSet): AsyncGenerator<Extraction> {
  let text = "";
  let isFirst = table.columns.length > 0;
  for (const page of recordPages(database, table.root, seen)) {
    for (const cell of cellsOf(database, page)) {
      const row = recordValues(database.record(page.bytes, cell), database.encoding);
      if (row === null) {
        database.problems.cells++;
        continue;
      }
      const { values } = row;
      if (table.rowidAt >= 0 && values[table.rowidAt] === null) values[table.rowidAt] = String(cell.rowid);
      const key = `${index}/${page.number}/${cell.at}`;
      for (const [column, value] of values.entries()) {
        if (!(value instanceof Uint8Array) || value.length < leastFileBytes) continue;
        const child = await fileIn(value, `${key}/${column}`, table.columns[column] ?? `${column + 1}`, cell.rowid);
        if (child === null) continue;
        values[column] = null;
        yield { what: "child", child };
      }
      const line = rowLine(values);
      if (line !== "") text += isFirst ? `${table.columns.join("\t")}\n${line}\n` : `${line}\n`;
      if (line !== "") isFirst = false;
      if (text.length < flushChars) continue;
      yield { what: "text", label: table.name, text };
      text = "";
    }
    yield* deletedText(database, page, table);
  }
  if (text !== "") yield { what: "text", label: table.name, text };
}

function* deletedText(database: Database, page: RecordPage, table: Table): Generator<Extraction> {
  yield* leftoverText(deletedIn(database, page), `table ${table.name}, deleted`);
}

function* leftoverText({ rows, strings }: Leftover, label: string): Generator<Extraction> {
  const lines = rows.map(rowLine).filter((line) => line !== "");
  if (strings !== "") lines.push(strings.trimEnd());
  if (lines.length > 0) yield { what: "text", label, text: `${lines.join("\n")}\n` };
}

/** A blob that is a file of a known type; null for text and for what nobody knows, which are read in place. */
async function fileIn(blob: Uint8Array, key: string, column: string, rowid: number): Promise<Child | null> {
  const { identify } = await import("../../typing/index.ts");
  const type = await identify(new MemorySource(blob));
  if (type.certainty !== "certain" || type.charset !== null) return null;
  const extension = type.extensions[0];
  return {
    key: `blob/${key}`,
    name: { text: `${column} ${rowid}${extension ? `.${extension}` : ""}`, bytes: null },
    kind: "file",
    origin: "embedded",
    size: blob.length,
    packedSize: blob.length,
    times: [],
    findings: [],
    content: { open: () => once(blob) },
  };
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

/** What the log beside the database changes, as a text of its own: it is no property of the database's bytes. */
function* logBeside(source: ByteSource, context: ExtractContext): Generator<Extraction> {
  const { beside } = context;
  const logSource = beside?.open(`${beside.self}-wal`);
  const log = logSource && readLog(logSource);
  if (!log || log.frames.length === 0) return;
  const child: Child = {
    key: "wal",
    name: { text: "write-ahead log.txt", bytes: null },
    kind: "file",
    origin: "embedded",
    size: null,
    packedSize: null,
    times: [],
    findings: [],
    content: { open: () => asText(changesOf(source, logSource, log, context.wholeLimitBytes)) },
  };
  yield { what: "child", child };
}

async function* asText(pieces: Iterable<Piece>): AsyncGenerator<Uint8Array> {
  let last = "";
  for (const { label, text } of pieces) {
    yield Buffer.from(label === last ? text : `${last === "" ? "" : "\n"}${label}\n${text}`);
    last = label;
  }
}

function* problemsOf(database: Database): Generator<Extraction> {
  const { problems, missingPages } = database;
  if (missingPages > 0) {
    yield { what: "finding", finding: finding("database/truncated", { pages: missingPages }) };
    yield { what: "status", status: "partial", reason: "damaged" };
  }
  if (problems.pages + problems.overflows + problems.cells > 0) {
    const { pages, overflows, cells } = problems;
    yield { what: "finding", finding: finding("database/damaged", { pages, chains: overflows, rows: cells }) };
    yield { what: "status", status: "partial", reason: "damaged" };
  }
  if (problems.tooLong > 0) {
    yield { what: "finding", finding: finding("database/row-too-long", { rows: problems.tooLong }) };
    yield { what: "status", status: "partial", reason: "budget" };
  }
}
