/** Row numbers of texts, and work files whose index had others. */
import fc from "fast-check";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { workFileVersion } from "../../../src/case/schema.ts";
import { openDatabase } from "../../../src/case/sqlite.ts";
import { blockId, blocksPerContent, contentOfRow, indexRow, removeBlocks } from "../../../src/case/text-rows.ts";
import { WorkFileWriter } from "../../../src/case/work-file-writer.ts";
import { indexContent } from "../../fixtures/string-search/index-content.ts";
import { preparedBlock, preparedContent } from "../../fixtures/work-file-rows.ts";

const folder = mkdtempSync(join(tmpdir(), "vestige-text-rows-"));
afterAll(() => rmSync(folder, { recursive: true }));

describe("row numbers of texts", () => {
  const contents = fc.integer({ min: 1, max: 2 ** 32 });
  const blocks = fc.oneof(fc.constant(0), fc.integer({ min: 0, max: blocksPerContent - 1 }));

  it("lead from the one table to the other and back", () => {
    fc.assert(
      fc.property(contents, blocks, (content, block) => {
        const id = content * blocksPerContent + block;
        const row = indexRow(id);
        expect(Number.isSafeInteger(row)).toBe(true);
        expect(blockId(row)).toBe(id);
        expect(contentOfRow(row)).toBe(content);
      }),
    );
  });

  it("are the contents' own for first blocks", () => {
    expect([1, 2, 3].map((content) => indexRow(content * blocksPerContent))).toEqual([1, 2, 3]);
  });
});

const meta = { exhibit: "M01", profile: "ab".repeat(32) };

function written(name: string): string {
  const file = join(folder, name);
  const writer = WorkFileWriter.open(file, meta);
  for (let number = 0; number < 120; number += 1) {
    const parts = Array.from({ length: number % 50 === 7 ? 60 : 1 }, (_, index) =>
      preparedBlock(index, `text ${number} of many, block ${index}, Größe ${number * index}`),
    );
    writer.addContent(preparedContent(`content ${number}`, {}, parts));
  }
  writer.close();
  return file;
}

describe("a work file with the rows of version 5", () => {
  it("is indexed anew with the first writer that opens it", () => {
    const file = written("old.db");
    const wanted = indexContent(file);
    const database = openDatabase(file);
    // As version 5 had it: one number for both tables.
    const blocks = database.prepare<{ id: number; text: string }>("SELECT id FROM text_block").all();
    expect(blocks.length).toBeGreaterThan(250);
    database.exec("DROP TABLE fts_text");
    database.exec(
      "CREATE VIRTUAL TABLE fts_text USING fts5 (text, content = '', contentless_delete = 1, tokenize = 'ascii')",
    );
    for (const { id } of blocks) database.prepare("INSERT INTO fts_text (rowid, text) VALUES (?, 'old')").run([id]);
    database.exec("PRAGMA user_version = 5");
    database.close();

    WorkFileWriter.open(file, meta).close();
    expect(openedVersion(file)).toBe(workFileVersion);
    expect(indexContent(file)).toEqual(wanted);
    expect([...wanted.keys()].filter((word) => word === "fts_text grosse")).toHaveLength(1);
  });
});

describe("blocks that are removed", () => {
  it("are gone from the table and from the index", () => {
    const file = written("less.db");
    const database = openDatabase(file);
    const blocks = database.prepare<{ id: number }>("SELECT id FROM text_block").all();
    const gone = blocks.filter((_, at) => at % 3 !== 0);
    removeBlocks(database, gone);
    database.close();
    const places = [...indexContent(file)].find(([word]) => word === "fts_text many")?.[1];
    expect(places).toContain(`${blocks.length - gone.length} documents`);
  });
});

function openedVersion(file: string): number {
  const database = openDatabase(file, { readonly: true });
  const version = Number(database.pragma("user_version"));
  database.close();
  return version;
}
