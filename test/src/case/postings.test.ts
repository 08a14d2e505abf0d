/** Rows of words and phrases read from the pages of an index are those that SQLite finds. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { Postings, TooManyPositions } from "../../../src/case/postings.ts";
import { migrate } from "../../../src/case/schema.ts";
import { openDatabase, type SqlParams } from "../../../src/case/sqlite.ts";
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

/** A table of an index with pages of our own: terms of `main` in order, each with the runs of rows in which it stands, once in each. */
function written(segments: readonly (readonly (readonly [word: string, runs: readonly Run[]])[])[]): WorkFileReader {
  const database = openDatabase(":memory:");
  database.exec("CREATE TABLE fts_text_data (id INTEGER PRIMARY KEY, block BLOB)");
  database.exec("CREATE TABLE fts_text_idx (segid, term, pgno)");
  const insert = database.prepare("INSERT INTO fts_text_data (id, block) VALUES (?, ?)");
  const heads: number[] = [];
  for (const [at, terms] of segments.entries()) {
    const pages = terms.flatMap(([word, runs]) => pagesOf(Buffer.from(`0${word}`), runs));
    database.transaction(() => {
      for (const [page, bytes] of pages.entries()) insert.run([2n ** 37n * BigInt(at + 1) + BigInt(page + 1), bytes]);
    });
    heads.push(at + 1, 1, ...varint(pages.length));
  }
  insert.run([10, Uint8Array.from([0, 0, 0, 0, 1, segments.length, 0, 0, segments.length, ...heads])]);
  return {
    select: (sql: string, params: SqlParams) => database.prepare(sql).all(params),
    iterate: (sql: string, params: SqlParams) => database.prepare(sql).iterate(params),
    close: () => database.close(),
  } as unknown as WorkFileReader;
}

/** Rows from `first` to `last`. */
type Run = readonly [first: number, last: number];

function varint(value: number): number[] {
  const bytes = [value & 0x7f];
  for (let left = Math.floor(value / 128); left > 0; left = Math.floor(left / 128)) bytes.unshift((left & 0x7f) | 0x80);
  return bytes;
}

/** Leaf pages of a word: the first begins with it; on each the first row stands whole, behind it differences of 1, and every row has position 0. */
function pagesOf(term: Uint8Array, runs: readonly Run[]): Uint8Array[] {
  const pages: Uint8Array[] = [];
  for (const [first, last] of runs) {
    for (let row = first; row <= last; row += 20_000) {
      const isFirst = pages.length === 0;
      const count = Math.min(20_000, last - row + 1);
      const head = [...(isFirst ? [term.length, ...term] : []), ...varint(row), 2, 2];
      const size = 4 + head.length + (count - 1) * 3;
      const page = Buffer.alloc(size + (isFirst ? 1 : 0));
      page.writeUInt16BE(size, 2);
      page.set(head, 4);
      page.fill(Uint8Array.from([1, 2, 2]), 4 + head.length, size);
      if (isFirst) page[size] = 4;
      pages.push(page);
    }
  }
  return pages;
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

describe("a phrase that ends in the beginning of a word", () => {
  const file = join(folder, "beginnings.db");
  const database = openDatabase(file);
  migrate(database);
  const insert = database.prepare("INSERT INTO fts_text (rowid, text) VALUES (?, ?)");
  const text = (count: number, end: string) =>
    Array.from({ length: count }, (_, at) => `the b a${(at * 7) % 90} c`).join(" ") + end;
  insert.run([1, text(200_000, "")]);
  for (const [at, end] of [" the a5", " the b", " the a"].entries()) insert.run([at + 2, text(1000, end)]);
  insert.run([9, "the b the a5 a6 the"]);
  database.close();
  const reader = WorkFileReader.open(file);
  afterAll(() => reader.close());

  it("is found behind any of the words that begin so, in a time that does not grow with their square", () => {
    const texts = new Postings(reader, "fts_text");
    expect(collected((visit) => texts.rowsWithPhrase(["the", "a"], true, visit))).toEqual([2, 4, 9]);
    expect(collected((visit) => texts.rowsWithPhrase(["the", "b", "a8"], true, visit))).toEqual([1, 2, 3, 4]);
    expect(collected((visit) => texts.rowsWithPhrase(["a5", "a"], true, visit))).toEqual([9]);
  }, 5000);
});

describe("an index of more rows than a Set holds", () => {
  const half = 2 ** 23;
  const end = 2 ** 24 + 1;

  it("tells that a phrase is too frequent, whose rows come without order", () => {
    const upper = [half, end] as const;
    const lower = [1, half] as const;
    const reader = written([
      [
        ["a", [upper]],
        ["b0", [upper]],
      ],
      [
        ["a", [lower]],
        ["b1", [lower]],
      ],
    ]);
    const texts = new Postings(reader, "fts_text");
    expect(() => texts.rowsWithPhrase(["a", "b"], true, () => undefined)).toThrow(TooManyPositions);
    reader.close();
  }, 60_000);

  it("is read as it is written", () => {
    const reader = written([
      [
        [
          "a",
          [
            [1, 30_000],
            [50_000, 50_001],
          ],
        ],
        ["b0", [[7, 9]]],
        [
          "b1",
          [
            [8, 8],
            [29_999, 50_000],
          ],
        ],
      ],
    ]);
    const texts = new Postings(reader, "fts_text");
    expect(collected((visit) => texts.rowsWith("b", true, visit))).toHaveLength(20_005);
    const rows = collected((visit) => texts.rowsWith("a", false, visit));
    expect([rows.length, rows[0], rows.at(-3), rows.at(-1)]).toEqual([30_002, 1, 30_000, 50_001]);
    reader.close();
  });
});
