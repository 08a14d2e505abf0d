/**
 * Removing what a writer that died left behind. Each step is a bounded transaction and may itself be cut short: what was
 * removed stays removed, and the next start removes the rest.
 */
import { voidDerived } from "./derived.ts";
import { contentState } from "./schema.ts";
import type { Database } from "./sqlite.ts";
import { blockIds, removeBlocks } from "./text-rows.ts";

/** What hangs on a content beside its text. */
const describingTables = ["metadata", "finding", "entity", "known", "similarity", "picture", "thumbnail", "ocr_page"];
const itemsPerTransaction = 2000;
const blocksPerTransaction = 200;

/** Removes rows of units without a final row, half-written contents, and contents no item refers to. */
export function recoverRows(database: Database): { removedUnits: number; removedContents: number } {
  const units = database
    .prepare<{ id: number }>(
      "SELECT id FROM unit WHERE done = 0 AND EXISTS (SELECT 1 FROM item WHERE item.unit = unit.id)",
    )
    .all();
  for (const { id } of units) removeItems(database, id);
  const orphans = database
    .prepare<{ id: number }>(
      `SELECT id FROM content
       WHERE state = ${contentState.writing} OR NOT EXISTS (SELECT 1 FROM item WHERE item.content = content.id)`,
    )
    .all();
  for (const { id } of orphans) removeContent(database, id);
  return { removedUnits: units.length, removedContents: orphans.length };
}

/**
 * Marks units with encrypted items as not done where the revision of the passwords is another one. Their encrypted contents are
 * forgotten, so that they are described anew; contents that other units share are given by these units again.
 */
export function reopenEncrypted(database: Database, revision: number): void {
  database.transaction(() => {
    const known = database.prepare<{ value: string }>("SELECT value FROM meta WHERE key = 'passwords'").get([])?.value;
    if (known === String(revision)) return;
    if (known !== undefined) {
      voidDerived(database);
      database.exec("CREATE TEMP TABLE locked AS SELECT id FROM content WHERE reason = 'encrypted'");
      database.exec(
        `UPDATE unit SET done = 0 WHERE done = 1 AND id IN
           (SELECT unit FROM item WHERE reason = 'encrypted' OR content IN (SELECT id FROM locked))`,
      );
      database.exec(`UPDATE content SET state = ${contentState.writing} WHERE id IN (SELECT id FROM locked)`);
      database.exec("DROP TABLE locked");
    }
    database
      .prepare(
        "INSERT INTO meta (key, value) VALUES ('passwords', ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
      )
      .run([String(revision)]);
  }, "immediate");
}

/** Removes all items of a unit (row number) with what hangs on them: it will be parsed again. */
export function removeItems(database: Database, unit: number): void {
  const next = database.prepare<{ id: number }>(`SELECT id FROM item WHERE unit = ? LIMIT ${itemsPerTransaction}`);
  const statements = [
    "DELETE FROM fts_name WHERE rowid = ?",
    "DELETE FROM item_time WHERE item = ?",
    "DELETE FROM item_extent WHERE item = ?",
    "DELETE FROM finding WHERE item = ?",
    "DELETE FROM item WHERE id = ?",
  ].map((sql) => database.prepare(sql));
  for (;;) {
    const page = next.all([unit]);
    if (page.length === 0) return;
    database.transaction(() => {
      voidDerived(database);
      for (const { id } of page) for (const statement of statements) statement.run([id]);
    }, "immediate");
  }
}

function removeContent(database: Database, content: number): void {
  const next = database.prepare<{ id: number }>(
    `SELECT id FROM text_block WHERE id >= ? AND id < ? LIMIT ${blocksPerTransaction}`,
  );
  // A complete content that nobody refers to must not be seen without its text.
  database.prepare("UPDATE content SET state = ? WHERE id = ?").run([contentState.writing, content]);
  for (;;) {
    const page = next.all(blockIds(content));
    if (page.length === 0) break;
    database.transaction(() => removeBlocks(database, page), "immediate");
  }
  removeDescription(database, content);
}

/**
 * Removes text and description of a content that is described anew, within the caller's transaction: a text of bytes that are no
 * file, which is bounded by their windows.
 */
export function clearDescription(database: Database, content: number): void {
  const blocks = database
    .prepare<{ id: number }>("SELECT id FROM text_block WHERE id >= ? AND id < ?")
    .all(blockIds(content));
  removeBlocks(database, blocks);
  for (const table of describingTables) {
    database.prepare(`DELETE FROM ${table} WHERE content = ?`).run([content]);
  }
  database.prepare("DELETE FROM fts_field WHERE rowid = ?").run([content]);
}

function removeDescription(database: Database, content: number): void {
  database.transaction(() => {
    for (const table of describingTables) {
      database.prepare(`DELETE FROM ${table} WHERE content = ?`).run([content]);
    }
    database.prepare("DELETE FROM fts_field WHERE rowid = ?").run([content]);
    const referred = database.prepare("SELECT 1 FROM item WHERE content = ? LIMIT 1").get([content]);
    if (referred) database.prepare("UPDATE content SET state = ? WHERE id = ?").run([contentState.hashed, content]);
    else database.prepare("DELETE FROM content WHERE id = ?").run([content]);
  }, "immediate");
}
