/**
 * Reading a work file, also while it is being written: a read-only connection sees what was committed. Contents count
 * once they are complete. Nothing here changes a file.
 */
import { existsSync, statSync } from "node:fs";
import type { Finding } from "../../native-free/model/findings.ts";
import type { EntityRow, Field, ItemExtent, ItemTime, Reason, Status } from "../../native-free/model/item.ts";
import { caseSays, searchSays } from "../messages/en.ts";
import { OperatorError } from "../messages/operator-error.ts";
import { entitiesOf, extentsOf, fieldsOf, knownOf, timesOf } from "./item-details.ts";
import { checkCurrent, checkVersion } from "./schema.ts";
import { blockIds } from "./text-rows.ts";
import { workFileError } from "./work-file-error.ts";
import {
  openDatabase,
  sqliteCode,
  type Database,
  type OpenOptions,
  type SqlParams,
  type SqlRow,
  type SqlValue,
  type Statement,
} from "./sqlite.ts";
import {
  effectiveReason,
  effectiveStatus,
  hex,
  itemColumns,
  itemTables,
  storedBlock,
  storedFinding,
  storedItem,
  type FullItem,
  type StoredBlock,
  type StoredItem,
} from "./work-file-rows.ts";

/** Columns that `tally` counts by. */
export type TallyKey = "status" | "reason" | "state" | "kind" | "type" | "category" | "language" | "extension";

const tallyColumns: Readonly<Record<TallyKey, string>> = {
  status: effectiveStatus,
  reason: effectiveReason,
  state: "i.state",
  kind: "i.kind",
  type: "c.type",
  category: "c.category",
  language: "c.language",
  extension: "i.extension",
};

export interface Tally {
  /** Null where there is none: no reason, type not known … */
  readonly value: string | null;
  readonly items: number;
  /** Sum of the known sizes. */
  readonly bytes: number;
}

export interface UnitState {
  readonly key: string;
  readonly path: string;
  readonly size: number;
  readonly done: boolean;
  readonly items: number | null;
  readonly status: Status | null;
  readonly reason: Reason | null;
}

export interface WorkFileTotals {
  readonly units: number;
  readonly unitsDone: number;
  readonly items: number;
  readonly contents: number;
  /** Contents that items refer to and that are not described (yet). */
  readonly undescribed: number;
}

/** How often a finding stands in a work file. A finding of a content counts for each of its items. */
export interface FindingCount {
  readonly code: string;
  readonly findings: number;
  readonly items: number;
}

export class WorkFileReader {
  readonly file: string;
  readonly #database: Database;
  readonly #statements = new Map<string, Statement>();

  private constructor(database: Database) {
    this.#database = database;
    this.file = database.file;
  }

  /** Throws OperatorError where the file is absent (`case/not-processed`), damaged, or of a newer format. */
  static open(file: string, options: OpenOptions = {}): WorkFileReader {
    if (!hasWorkFile(file)) throw new OperatorError("case/not-processed", searchSays.notProcessed(file));
    let database: Database;
    try {
      database = openForReading(file, options);
    } catch (error) {
      throw workFileError(error, file);
    }
    try {
      checkCurrent(database);
      return new WorkFileReader(database);
    } catch (error) {
      database.close();
      throw workFileError(error, file);
    }
  }

  close(): void {
    this.#statements.clear();
    this.#database.close();
  }

  /** Everything that `work` reads is of one moment, whatever is committed meanwhile. */
  snapshot<T>(work: () => T): T {
    return this.#guard(() => this.#database.transaction(work));
  }

  /** Rows of a query of ours: SQL text never holds input or evidence, `params` do. */
  select<Row = SqlRow>(sql: string, params: SqlParams = []): Row[] {
    return this.#guard(() => this.#prepare<Row>(sql).all(params));
  }

  /** The same, row by row, on a statement of its own. */
  *iterate<Row = SqlRow>(sql: string, params: SqlParams = []): Generator<Row, undefined, undefined> {
    const rows = this.#guard(() => this.#database.prepare<Row>(sql).iterate(params));
    try {
      for (let next = this.#guard(() => rows.next()); !next.done; next = this.#guard(() => rows.next()))
        yield next.value;
    } finally {
      // Where the reader stops early, the statement is reset.
      rows.return?.();
    }
  }

  /** Makes a pure test callable from SQL. */
  define(name: string, test: (...values: SqlValue[]) => boolean): void {
    this.#database.define(name, test);
  }

  /** Makes or changes tables of this connection alone (`temp`), by a statement of ours. */
  temporary(sql: string, params: SqlParams = []): void {
    this.#guard(() => this.#database.prepare(sql).run(params));
  }

  meta(): { exhibit: string; profile: string; tokenizer: string } {
    const rows = this.select<{ key: string; value: string }>("SELECT key, value FROM meta");
    const values = Object.fromEntries(rows.map(({ key, value }) => [key, value]));
    return { exhibit: values["exhibit"] ?? "", profile: values["profile"] ?? "", tokenizer: values["tokenizer"] ?? "" };
  }

  totals(): WorkFileTotals {
    const [row] = this.select<{ [name in keyof WorkFileTotals]: number }>(
      `SELECT (SELECT count(*) FROM unit) AS units, (SELECT count(*) FROM unit WHERE done = 1) AS unitsDone,
         (SELECT count(*) FROM item) AS items, (SELECT count(*) FROM content c WHERE state = 2 AND EXISTS (SELECT 1 FROM item WHERE content = c.id)) AS contents,
         (SELECT count(*) FROM content c WHERE state <> 2 AND EXISTS (SELECT 1 FROM item WHERE content = c.id)) AS undescribed`,
    );
    return { ...(row as WorkFileTotals) };
  }

  /** Items and their bytes by one property, sorted by value. */
  tally(by: TallyKey): Tally[] {
    return this.select<Tally & SqlRow>(
      `SELECT ${tallyColumns[by]} AS value, count(*) AS items, coalesce(sum(i.size), 0) AS bytes
       FROM ${itemTables} GROUP BY 1 ORDER BY 1`,
    ).map(({ value, items, bytes }) => ({ value, items, bytes }));
  }

  /** Findings by code, sorted. */
  findingCounts(): FindingCount[] {
    return this.select<FindingCount & SqlRow>(
      `SELECT code, count(*) AS findings, count(DISTINCT item) AS items FROM (
         SELECT f.code, f.item FROM finding f WHERE f.item IS NOT NULL
         UNION ALL
         SELECT f.code, i.id FROM finding f JOIN content c ON c.id = f.content AND c.state = 2 JOIN item i ON i.content = c.id
       ) GROUP BY code ORDER BY code`,
    ).map(({ code, findings, items }) => ({ code, findings, items }));
  }

  /** Items in the order of their paths; those of one status, or with one finding code, where that is asked for. */
  *items(filter: { status?: string; finding?: string; unit?: string } = {}): IterableIterator<StoredItem> {
    const wanted = { status: filter.status ?? null, finding: filter.finding ?? null, unit: filter.unit ?? null };
    const rows = this.iterate(
      `SELECT ${itemColumns} FROM ${itemTables}
       WHERE (:status IS NULL OR ${effectiveStatus} = :status)
         AND (:unit IS NULL OR i.unit = (SELECT id FROM unit WHERE key = :unit))
         AND (:finding IS NULL
           OR EXISTS (SELECT 1 FROM finding WHERE item = i.id AND code = :finding)
           OR EXISTS (SELECT 1 FROM finding WHERE content = c.id AND code = :finding))
       ORDER BY i.path, i.key`,
      wanted,
    );
    for (const row of rows) yield storedItem(row);
  }

  /** Items with everything that is said of them, in the order of their ids. */
  *fullItemsById(): IterableIterator<FullItem> {
    // Most items have neither fields nor findings: the one query says so, and two are not made.
    const rows = this.iterate(
      `SELECT ${itemColumns}, EXISTS (SELECT 1 FROM metadata WHERE content = c.id) AS has_fields,
         EXISTS (SELECT 1 FROM finding WHERE item = i.id) OR EXISTS (SELECT 1 FROM finding WHERE content = c.id) AS has_findings,
         EXISTS (SELECT 1 FROM item_extent WHERE item = i.id) AS has_extents,
         EXISTS (SELECT 1 FROM entity WHERE content = c.id) AS has_entities,
         EXISTS (SELECT 1 FROM known WHERE content = c.id) AS is_known
       FROM ${itemTables} ORDER BY i.key`,
    );
    for (const row of rows) {
      const item = storedItem(row);
      const fields = row["has_fields"] === 1 ? this.fields(item) : [];
      const findings = row["has_findings"] === 1 ? this.findings(item) : [];
      const extents = row["has_extents"] === 1 ? this.extents(item) : [];
      const entities = row["has_entities"] === 1 ? this.entities(item) : [];
      const known = row["is_known"] === 1 ? knownOf(this, item) : [];
      yield { ...item, times: this.times(item), fields, findings, extents, entities, known };
    }
  }

  /** Units in the order of their keys; status and reason are null while one is pending. */
  *units(): IterableIterator<UnitState> {
    const rows = this.iterate("SELECT key, path, size, done, items, status, reason FROM unit ORDER BY key");
    for (const { key, path, size, done, items, status, reason } of rows) {
      yield { key, path, size, done: done === 1, items, status, reason } as UnitState;
    }
  }

  /** The item with that id, or null. */
  item(id: string): StoredItem | null {
    const [row] = this.select(`SELECT ${itemColumns} FROM ${itemTables} WHERE i.key = ?`, [id]);
    return row ? storedItem(row) : null;
  }

  /** An item with times, fields and findings. */
  full(item: StoredItem): FullItem {
    const [times, fields, findings] = [this.times(item), this.fields(item), this.findings(item)];
    const [extents, entities, known] = [this.extents(item), this.entities(item), knownOf(this, item)];
    return { ...item, times, fields, findings, extents, entities, known };
  }

  times(item: StoredItem): ItemTime[] {
    return timesOf(this, item);
  }

  /** In the order of the content. */
  extents(item: StoredItem): ItemExtent[] {
    return extentsOf(this, item);
  }

  /** What the content says of itself, in its order. */
  fields(item: StoredItem): Field[] {
    return fieldsOf(this, item);
  }

  /** Identifiers in the content, in the order of their places. */
  entities(item: StoredItem): EntityRow[] {
    return entitiesOf(this, item);
  }

  /** Findings of the item, then of its content. */
  findings(item: StoredItem): Finding[] {
    const own = this.select("SELECT * FROM finding WHERE item = ? ORDER BY id", [item.row]);
    const shared = this.select(
      "SELECT * FROM finding WHERE content = (SELECT content FROM item WHERE id = ?) ORDER BY id",
      [item.content ? item.row : null],
    );
    return [...own, ...shared].map((row) => this.stored(() => storedFinding(row)));
  }

  /** What `read` makes of a row. Throws OperatorError `case/work-file-damaged` where the row does not hold what we write. */
  stored<T>(read: () => T): T {
    try {
      return read();
    } catch {
      // SQLite does not check the bytes of a value: JSON or a compressed text that does not read is damage it cannot see.
      throw new OperatorError("case/work-file-damaged", searchSays.workFileDamaged(this.file));
    }
  }

  /** Number of the content's rows, for `blocks`; null where it is not described. */
  contentNumber(sha256: string): number | null {
    const [row] = this.select<{ id: number }>("SELECT id FROM content WHERE sha256 = ? AND state = 2", [
      Buffer.from(sha256, "hex"),
    ]);
    return row?.id ?? null;
  }

  /** The text of a content (SHA-256, hex), block by block; a block repeats the last `textOverlapChars` of the one before. */
  *text(sha256: string): IterableIterator<StoredBlock> {
    const content = this.contentNumber(sha256);
    if (content === null) return;
    for (let index = 0; ; index += 1) {
      const block = this.block(content, index);
      if (!block) return;
      yield block;
    }
  }

  /** One block of a content by its number, or null. */
  block(content: number, index: number): StoredBlock | null {
    const [row] = this.select("SELECT * FROM text_block WHERE id = ?", [blockIds(content)[0] + index]);
    return row ? this.stored(() => storedBlock(row)) : null;
  }

  /** Makes the words of all texts a table of this connection: `temp.words (term, doc, cnt)`. */
  defineVocabulary(): void {
    this.temporary("CREATE VIRTUAL TABLE IF NOT EXISTS temp.words USING fts5vocab (main, fts_text, row)");
  }

  /** UTF-16 units of each block of a content, in order. */
  blockChars(content: number): number[] {
    const sql = "SELECT chars FROM text_block WHERE id >= ? AND id < ? ORDER BY id";
    return this.select<{ chars: number }>(sql, blockIds(content)).map(({ chars }) => chars);
  }

  /** SHA-256 (hex) of every complete content that an item refers to, sorted. */
  *contents(): IterableIterator<string> {
    for (const row of this.iterate(
      "SELECT sha256 FROM content c WHERE state = 2 AND EXISTS (SELECT 1 FROM item WHERE content = c.id) ORDER BY sha256",
    )) {
      yield hex(row["sha256"]) as string;
    }
  }

  /** The same with the SHA-256 (hex) of their text as stored, null where there is none. */
  *textHashes(): IterableIterator<{ sha256: string; text: string | null }> {
    for (const row of this.iterate(
      `SELECT sha256, text_sha256 FROM content c
       WHERE state = 2 AND EXISTS (SELECT 1 FROM item WHERE content = c.id) ORDER BY sha256`,
    )) {
      yield { sha256: hex(row["sha256"]) as string, text: hex(row["text_sha256"]) };
    }
  }

  /** Damage is often met only when the page with it is read; it is the officer's to mend, wherever that is. */
  #guard<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw workFileError(error, this.file);
    }
  }

  #prepare<Row>(sql: string): Statement<Row> {
    const known = this.#statements.get(sql);
    if (known) return known as Statement<Row>;
    const made = this.#database.prepare(sql);
    this.#statements.set(sql, made);
    return made as Statement<Row>;
  }
}

/**
 * True where there is a work file: a file with at least one page. Throws OperatorError `case/unreadable` where that cannot
 * be seen: a folder that may not be entered is not an empty one.
 */
export function hasWorkFile(file: string): boolean {
  try {
    return statSync(file).size > 0;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? "";
    if (code === "ENOENT" || code === "ENOTDIR") return false;
    throw new OperatorError("case/unreadable", caseSays.unreadable(file, code));
  }
}

/**
 * A work file on a write-protected medium cannot be opened as usual, since readers of a write-ahead log share a file
 * beside it. Nobody can write there either, so it is read as it is, if its log is empty.
 */
function openForReading(file: string, options: OpenOptions): Database {
  let database: Database | null = null;
  try {
    database = openDatabase(file, { ...options, readonly: true });
    checkVersion(database);
    return database;
  } catch (error) {
    database?.close();
    const code = sqliteCode(error);
    const log = `${file}-wal`;
    const settled = !existsSync(log) || statSync(log).size === 0;
    if (!settled || (code !== "SQLITE_CANTOPEN" && code !== "SQLITE_READONLY")) throw error;
    return openDatabase(file, { ...options, readonly: true, immutable: true });
  }
}
