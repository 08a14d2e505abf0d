/** The index over what documents say of themselves: one row for each content, its fields' values under each other, folded. */
import { fold } from "../../native-free/model/fold.ts";
import type { Database, Statement } from "./sqlite.ts";

export class FieldIndex {
  readonly #insert: Statement;
  readonly #remove: Statement;
  readonly #values: Statement<{ value: string }>;

  constructor(database: Database) {
    this.#insert = database.prepare("INSERT INTO fts_field (rowid, value) VALUES (?, ?)");
    this.#remove = database.prepare("DELETE FROM fts_field WHERE rowid = ?");
    this.#values = database.prepare("SELECT value FROM metadata WHERE content = ? ORDER BY seq");
  }

  /** For a content that has no row yet. */
  add(content: number, values: readonly string[]): void {
    if (values.length > 0) this.#insert.run([content, fold(values.join("\n"))]);
  }

  /** Makes the row anew from the table of fields. */
  refresh(content: number): void {
    this.#remove.run([content]);
    this.add(
      content,
      this.#values.all([content]).map(({ value }) => value),
    );
  }
}

/** Makes the row of one content anew, within the caller's transaction. */
export function refreshFields(database: Database, content: number): void {
  new FieldIndex(database).refresh(content);
}

/** Fills the index of a work file that had none. */
export function indexAllFields(database: Database): void {
  const index = new FieldIndex(database);
  const contents = database.prepare<{ content: number }>("SELECT DISTINCT content FROM metadata").all();
  for (const { content } of contents) index.refresh(content);
}
