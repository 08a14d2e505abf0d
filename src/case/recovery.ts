/**
 * Removing what a writer that died left behind. Each step is a bounded transaction and may itself be cut short: what was
 * removed stays removed, and the next start removes the rest.
 */
import { blocksPerContent, contentState } from "./schema.ts";
import type { Database } from "./sqlite.ts";

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
      for (const { id } of page) for (const statement of statements) statement.run([id]);
    }, "immediate");
  }
}

function removeContent(database: Database, content: number): void {
  const range = [content * blocksPerContent, (content + 1) * blocksPerContent];
  const next = database.prepare<{ id: number }>(
    `SELECT id FROM text_block WHERE id >= ? AND id < ? LIMIT ${blocksPerTransaction}`,
  );
  const removeIndex = database.prepare("DELETE FROM fts_text WHERE rowid = ?");
  const removeBlock = database.prepare("DELETE FROM text_block WHERE id = ?");
  // A complete content that nobody refers to must not be seen without its text.
  database.prepare("UPDATE content SET state = ? WHERE id = ?").run([contentState.writing, content]);
  for (;;) {
    const page = next.all(range);
    if (page.length === 0) break;
    database.transaction(() => {
      for (const { id } of page) {
        removeIndex.run([id]);
        removeBlock.run([id]);
      }
    }, "immediate");
  }
  removeDescription(database, content);
}

/**
 * Removes text and description of a content that is described anew, within the caller's transaction: a text of bytes that are no
 * file, which is bounded by their windows.
 */
export function clearDescription(database: Database, content: number): void {
  const range = [content * blocksPerContent, (content + 1) * blocksPerContent];
  const blocks = database.prepare<{ id: number }>("SELECT id FROM text_block WHERE id >= ? AND id < ?").all(range);
  const removeIndex = database.prepare("DELETE FROM fts_text WHERE rowid = ?");
  const removeBlock = database.prepare("DELETE FROM text_block WHERE id = ?");
  for (const { id } of blocks) {
    removeIndex.run([id]);
    removeBlock.run([id]);
  }
  for (const table of ["metadata", "finding", "entity"]) {
    database.prepare(`DELETE FROM ${table} WHERE content = ?`).run([content]);
  }
}

function removeDescription(database: Database, content: number): void {
  database.transaction(() => {
    for (const table of ["metadata", "finding", "entity"]) {
      database.prepare(`DELETE FROM ${table} WHERE content = ?`).run([content]);
    }
    const referred = database.prepare("SELECT 1 FROM item WHERE content = ? LIMIT 1").get([content]);
    if (referred) database.prepare("UPDATE content SET state = ? WHERE id = ?").run([contentState.hashed, content]);
    else database.prepare("DELETE FROM content WHERE id = ?").run([content]);
  }, "immediate");
}
