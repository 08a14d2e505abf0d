/**
 * Tables that say again, for quick answers, what others hold: columns of items, contents by what they have in common. They
 * are made when all units are done; the first change of an item or content makes them void, until they are made anew.
 */
import {
  codeColumns,
  columnChunks,
  columnRows,
  newDictionaries,
  newRanks,
  numberColumns,
  rowColumns,
  rowsByRank,
} from "./columns.ts";
import { contentsOf, groupNames, valuesOf } from "./content-groups.ts";
import { buildEvents } from "./event-store.ts";
import { mergeIndexes } from "./index-merge.ts";
import type { Database, SqlRow, SqlValue } from "./sqlite.ts";

/** Stored in `meta` while the tables hold. Raised with every change of what is in them. */
export const derivedVersion = "1";

/** Chunk number under which the values of a column of codes stand, as JSON. */
export const valuesChunk = -1;

/** To be called in the transaction of a change, before it is committed. */
export function voidDerived(database: Database): void {
  database.exec("DELETE FROM meta WHERE key = 'derived'");
}

export function isDerived(database: Database): boolean {
  const row = database.prepare<{ value: string }>("SELECT value FROM meta WHERE key = 'derived'").get([]);
  return row?.value === derivedVersion;
}

/**
 * Where everything is processed and the tables do not hold, merges the indexes and makes the tables anew. To be called behind the last
 * change, in no transaction.
 */
export function derive(database: Database): void {
  const pending = database.prepare("SELECT 1 FROM unit WHERE done = 0 LIMIT 1").get([]);
  if (pending || isDerived(database)) return;
  mergeIndexes(database);
  makeDerived(database);
}

/** Makes the tables anew, in one transaction. */
function makeDerived(database: Database): void {
  // Made when all rows are there: sorted once, not row by row.
  database.exec("CREATE INDEX IF NOT EXISTS metadata_name ON metadata (name, content)");
  database.transaction(() => {
    database.exec("DELETE FROM item_column");
    database.exec("DELETE FROM content_group");
    const ranks = makeColumns(database);
    makeGroups(database);
    buildEvents(database, ranks);
    database.prepare("INSERT OR REPLACE INTO meta (key, value) VALUES ('derived', ?)").run([derivedVersion]);
  }, "immediate");
}

/** Returns the ranks of items by their row numbers. */
function makeColumns(database: Database): Uint32Array {
  const insert = database.prepare("INSERT INTO item_column (name, chunk, data) VALUES (?, ?, ?)");
  const dictionaries = newDictionaries();
  const rows = database.prepare<SqlRow>(columnRows);
  const ranks = newRanks((sql) => database.prepare(sql).all());
  let rank = 0;
  let number = 0;
  for (const chunk of columnChunks(
    rowsByRank((params) => rows.all(params)),
    dictionaries,
  )) {
    const store = (name: string, { buffer, byteOffset, byteLength }: Uint32Array | Uint16Array | Float64Array) =>
      insert.run([name, number, new Uint8Array(buffer, byteOffset, byteLength)]);
    for (const name of rowColumns) store(name, chunk.rows[name]);
    for (const name of numberColumns) store(name, chunk.numbers[name]);
    for (const name of codeColumns) store(name, chunk.codes[name]);
    for (const row of chunk.rows.row) ranks[row] = rank++;
    number += 1;
  }
  for (const name of codeColumns) {
    insert.run([name, valuesChunk, Buffer.from(JSON.stringify(dictionaries[name].values), "utf8")]);
  }
  return ranks;
}

function makeGroups(database: Database): void {
  const insert = database.prepare("INSERT INTO content_group (name, value, contents) VALUES (?, ?, ?)");
  const ask = { iterate: (sql: string, params: readonly SqlValue[]) => database.prepare<SqlRow>(sql).iterate(params) };
  for (const name of groupNames) {
    for (const value of valuesOf(ask, name)) {
      const { buffer, byteOffset, byteLength } = contentsOf(ask, name, value);
      insert.run([name, value, new Uint8Array(buffer, byteOffset, byteLength)]);
    }
  }
}
