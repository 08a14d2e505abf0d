/** Segments of the indexes become one, step by step; what is found is the same before, between and after. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { mergeIndexes } from "../../../src/case/index-merge.ts";
import { IndexPages } from "../../../src/case/posting-pages.ts";
import { Postings } from "../../../src/case/postings.ts";
import { migrate } from "../../../src/case/schema.ts";
import { openDatabase, type Database } from "../../../src/case/sqlite.ts";
import { WorkFileReader } from "../../../src/case/work-file-reader.ts";

const folder = mkdtempSync(join(tmpdir(), "vestige-merge-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** The database, for a process that ends before its next step. */
function killedAfter(database: Database, steps: number): Database {
  let left = steps;
  const prepare: Database["prepare"] = (sql, options) => {
    if (sql.startsWith("INSERT") && (left -= 1) < 0) throw new Error("killed");
    return database.prepare(sql, options);
  };
  return { ...database, prepare };
}

it("makes one segment of many, in steps that may be cut short", () => {
  const file = join(folder, "items.db");
  const database = openDatabase(file);
  migrate(database);
  const insert = database.prepare("INSERT INTO fts_text (rowid, text) VALUES (?, ?)");
  const textOf = (row: number) => Array.from({ length: 40 }, (_, at) => `w${(row * 7 + at * at) % 900}`).join(" ");
  // One segment a row: each is committed alone.
  for (let row = 1; row <= 300; row += 1) insert.run([row, textOf(row)]);
  database.exec("DELETE FROM fts_text WHERE rowid IN (5, 50, 299)");
  const look = () => {
    const reader = WorkFileReader.open(file);
    const segments = new IndexPages(reader, "fts_text").segments.length;
    const found = ["w1", "w35", "w400", "w899", "none"].map((word) => {
      const rows: number[] = [];
      new Postings(reader, "fts_text").rowsWith(word, false, (row) => rows.push(row));
      const asked = reader.select<{ row: number }>("SELECT rowid AS row FROM fts_text WHERE fts_text MATCH ?", [word]);
      expect(rows.sort((a, b) => a - b)).toEqual(asked.map(({ row }) => row));
      return rows;
    });
    reader.close();
    return { segments, found };
  };
  const before = look();
  expect(before.segments).toBeGreaterThan(3);
  expect(() => mergeIndexes(killedAfter(database, 1))).toThrow("killed");
  expect(look().found).toEqual(before.found);
  mergeIndexes(database);
  const after = look();
  expect(after).toEqual({ segments: 1, found: before.found });
  const changes = () => database.prepare<{ n: number }>("SELECT total_changes() AS n").get([])?.n ?? 0;
  const settled = changes();
  mergeIndexes(database);
  // Nothing is left: the three commands themselves, and no page.
  expect(changes() - settled).toBeLessThanOrEqual(3);
  database.exec("INSERT INTO fts_text (fts_text) VALUES ('integrity-check')");
  database.close();
});
