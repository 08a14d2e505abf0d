/** What the tables of a work file take on disk. */
import { statSync } from "node:fs";
import { openDatabase } from "../../../src/case/sqlite.ts";
import type { Figures } from "./figures.ts";

/** Tables and their indexes by what they are for, the first that fits. */
const purposes: readonly (readonly [purpose: string, tables: RegExp])[] = [
  ["text index", /^(?:fts_text|posting|word|term|lexicon|dictionary)/],
  ["stored text", /^text_block/],
  ["names index", /^fts_name/],
  ["fields", /^(?:metadata|fts_field|sqlite_autoindex_metadata)/],
  ["identifiers", /^entity/],
];

/** Tables smaller than this part of the file are not named one by one. */
const smallest = 0.005;

/** Adds the room of the text index in proportion to the text. Reads the whole file. */
export function addRoom(figures: Figures, workFile: string, textBytes: number): void {
  const database = openDatabase(workFile, { readonly: true });
  try {
    const rows = database
      .prepare<{ name: string; bytes: number }>(
        "SELECT name, sum(pgsize) AS bytes FROM dbstat GROUP BY name ORDER BY 2 DESC",
      )
      .all();
    const total = statSync(workFile).size;
    figures.begin("Room on disk");
    figures.add("work file", total / 1e6, "MB");
    const by = new Map<string, number>();
    for (const { name, bytes } of rows) {
      const purpose = purposes.find(([, tables]) => tables.test(name))?.[0] ?? "rows";
      by.set(purpose, (by.get(purpose) ?? 0) + bytes);
    }
    const share = (bytes: number): number => (textBytes > 0 ? (bytes / textBytes) * 100 : Number.NaN);
    for (const [purpose, bytes] of by) {
      const goal = purpose === "text index" ? { atMost: 40 } : null;
      if (textBytes > 0) figures.add(`${purpose}, of the text`, share(bytes), "%", goal);
      else figures.add(purpose, bytes / 1e6, "MB");
    }
    const large = rows.filter(({ bytes }) => bytes > total * smallest);
    figures.say(`   ${large.map(({ name, bytes }) => `${name} ${(bytes / 1e6).toFixed(0)} MB`).join(", ")}`);
  } finally {
    database.close();
  }
}
