/** The index of texts with rows that lie close to each other, and how the indexes gather and merge what comes in. */
import { foldBlock } from "../../native-free/model/text-seam.ts";
import { indexNames } from "./posting-pages.ts";
import type { Database } from "./sqlite.ts";
import { indexRow } from "./text-rows.ts";
import { storedBlock } from "./work-file-rows.ts";

/**
 * Settings of FTS5. What it gathers in memory before it writes a segment is no more than the processor's cache holds: each word of a text
 * goes to another place of it, and with 32 MiB, each waits for memory, which takes twice as long. The small segments that come of it are merged
 * 64 at a time, little by little, so that a text is rewritten once or twice while rows come in; all become one at the end (see index-merge.ts).
 */
const settings: readonly (readonly [string, number])[] = [
  ["hashsize", 2 ** 20],
  ["automerge", 64],
  ["crisismerge", 512],
];

export const indexTables = `
DROP TABLE fts_text;
CREATE VIRTUAL TABLE fts_text USING fts5 (
  text, content = '', contentless_delete = 1,
  tokenize = 'ascii'
);
${indexNames
  .flatMap((name) => settings.map(([key, value]) => `INSERT INTO ${name} (${name}, rank) VALUES ('${key}', ${value});`))
  .join("\n")}
-- With the derived tables, the segments are made one anew.
DELETE FROM meta WHERE key = 'derived';
`;

const readTogether = 50;

/** Fills the index of texts of a work file that had other rows. */
export function indexAllTexts(database: Database): void {
  const insert = database.prepare("INSERT INTO fts_text (rowid, text) VALUES (?, ?)");
  const next = database.prepare("SELECT * FROM text_block WHERE id > ? ORDER BY id LIMIT ?");
  for (let last = -1; ;) {
    const rows = next.all([last, readTogether]);
    for (const row of rows) {
      last = row["id"] as number;
      const { text, index } = storedBlock(row);
      insert.run([indexRow(last), foldBlock(text, index)]);
    }
    if (rows.length < readTogether) return;
  }
}
