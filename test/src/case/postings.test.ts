/** Rows of words and phrases read from the pages of an index are those that SQLite finds. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { Postings, TooManyPositions } from "../../../src/case/postings.ts";
import { migrate } from "../../../src/case/schema.ts";
import { openDatabase } from "../../../src/case/sqlite.ts";
import { WorkFileReader } from "../../../src/case/work-file-reader.ts";

const folder = mkdtempSync(join(tmpdir(), "vestige-postings-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** Small numbers that look like chance, the same every time. */
function dice(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const words = ["a", "ab", "abc", "b", "ba", "straße", "γάμμα", ...Array.from({ length: 400 }, (_, at) => `w${at}`)];

/** `merged`: pages of a merge that is then left unfinished, so that words of one row stand in several segments. */
function made(name: string, rows: number, longest: number, merged: number): WorkFileReader {
  const file = join(folder, `${name}.db`);
  const database = openDatabase(file);
  migrate(database);
  for (const table of ["fts_text", "fts_name"]) {
    // A few segments, as an index has that is being written to; hundreds would be the same work a hundred times.
    database.exec(`INSERT INTO ${table} (${table}, rank) VALUES ('automerge', 4), ('crisismerge', 8)`);
  }
  if (merged > 0) {
    for (const table of ["fts_text", "fts_name"]) {
      database.exec(
        `INSERT INTO ${table} (${table}, rank) VALUES ('hashsize', 20000), ('automerge', 0), ('crisismerge', 16)`,
      );
    }
  }
  const roll = dice(rows + longest);
  const some = (count: number) =>
    Array.from({ length: count }, () => words[Math.min(roll(420), roll(420)) % words.length]);
  const text = database.prepare("INSERT INTO fts_text (rowid, text) VALUES (?, ?)");
  const names = database.prepare("INSERT INTO fts_name (rowid, name, folder) VALUES (?, ?, ?)");
  for (let at = 1; at <= rows; at += 1) {
    const length = roll(20) === 0 ? roll(longest) : roll(30);
    text.run([at * 2 ** 20 + roll(3), some(length).join(" ")]);
    names.run([at, some(3).join(" "), some(roll(5)).join(" ")]);
    if (roll(9) === 0) database.prepare("DELETE FROM fts_name WHERE rowid = ?").run([roll(at) + 1]);
  }
  const removed = database.prepare("DELETE FROM fts_text WHERE rowid BETWEEN ? AND ?");
  for (let at = 0; at < rows / 20; at += 1) {
    const row = (roll(rows) + 1) * 2 ** 20;
    removed.run([row, row + 3]);
  }
  for (const table of merged > 0 ? ["fts_text", "fts_name"] : []) {
    database.exec(`INSERT INTO ${table} (${table}, rank) VALUES ('merge', ${-merged})`);
  }
  database.close();
  return WorkFileReader.open(file);
}

const matching = (reader: WorkFileReader, table: string, expression: string): number[] =>
  reader
    .select<{ row: number }>(`SELECT rowid AS row FROM ${table} WHERE ${table} MATCH ? ORDER BY rowid`, [expression])
    .map(({ row }) => row);

function collected(run: (visit: (row: number) => void) => void): number[] {
  const rows = new Set<number>();
  run((row) => rows.add(row));
  return [...rows].sort((a, b) => a - b);
}

describe.each([
  ["few rows", 12, 40, 0],
  ["long texts", 100, 30_000, 0],
  ["many rows", 4000, 300, 0],
  ["an unfinished merge", 1500, 200, 12],
])("an index of %s", (name, rows, longest, merged) => {
  const reader = made(name.replaceAll(" ", "-"), rows, longest, merged);
  afterAll(() => reader.close());
  const texts = new Postings(reader, "fts_text");
  const names = new Postings(reader, "fts_name");

  it("finds words and beginnings of words", () => {
    for (const word of [...words, "nothing", "w", "zz", "0"]) {
      expect(collected((visit) => texts.rowsWith(word, false, visit))).toEqual(
        matching(reader, "fts_text", `"${word}"`),
      );
      expect(collected((visit) => texts.rowsWith(word, true, visit))).toEqual(
        matching(reader, "fts_text", `"${word}" *`),
      );
      expect(collected((visit) => names.rowsWith(word, false, visit, true))).toEqual(
        matching(reader, "fts_name", `name : "${word}"`),
      );
      expect(collected((visit) => names.rowsWith(word, false, visit))).toEqual(
        matching(reader, "fts_name", `"${word}"`),
      );
    }
  });

  it("refuses a phrase whose places are too many, before it tells of any", () => {
    const few = new Postings(reader, "fts_text", 3);
    const [frequent] = words
      .map((word) => ({ word, rows: matching(reader, "fts_text", `"${word}"`).length }))
      .sort((a, b) => b.rows - a.rows);
    const told: number[] = [];
    const word = frequent!.word;
    expect(() => few.rowsWithPhrase([word, word], false, (row) => told.push(row))).toThrow(TooManyPositions);
    expect(told).toEqual([]);
  });

  it("finds phrases", () => {
    const roll = dice(7);
    for (let count = 0; count < 60; count += 1) {
      const phrase = Array.from({ length: 2 + roll(2) }, () => words[roll(30)] as string);
      for (const prefix of [false, true]) {
        const expression = `"${phrase.join(" ")}"${prefix ? " *" : ""}`;
        const found = collected((visit) => texts.rowsWithPhrase(phrase, prefix, visit));
        expect([phrase, found]).toEqual([phrase, matching(reader, "fts_text", expression)]);
        const inNames = collected((visit) => names.rowsWithPhrase(phrase, prefix, visit, true));
        expect([phrase, inNames]).toEqual([phrase, matching(reader, "fts_name", `name : ${expression}`)]);
      }
    }
  });
});
