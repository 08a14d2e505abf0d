/** Pictures of several exhibits: equal ones are looked at and recognised once, and the copy is what a pass of its own gives. */
import { rmSync } from "node:fs";
import { afterAll, describe, expect, it } from "vitest";
import { openDatabase } from "../../../../src/case/sqlite.ts";
import { WorkFileReader } from "../../../../src/case/work-file-reader.ts";
import type { Desk } from "../../../../src/pipeline.ts";
import { acquireTestFolder, openTestCase, processTestExhibit, testMachine } from "../../../fixtures/case-desk.ts";
import { freshFolder, writeTree } from "../../../fixtures/evidence-folder.ts";
import { pgmOf, printed, scannedPdf } from "../../../fixtures/page-picture.ts";

const base = freshFolder("shared-pictures");
afterAll(() => rmSync(base, { recursive: true, force: true }));

const desks: Desk[] = [];

async function desk(name: string): Promise<Desk> {
  const made = await openTestCase(`${base}/${name}`, { ...testMachine, workers: 1 });
  desks.push(made);
  return made;
}

async function process(at: Desk, label: string): Promise<string | null> {
  await acquireTestFolder(at, `${base}/source`, 1, label);
  return (await processTestExhibit(at, { label })).digest;
}

function rows(at: Desk, label: string): unknown {
  const reader = WorkFileReader.open(at.theCase.paths.items(label));
  try {
    const of = (columns: string, table: string) =>
      reader.select(
        `SELECT hex(c.sha256), ${columns} FROM ${table} t JOIN content c ON c.id = t.content ORDER BY c.sha256, t.rowid`,
      );
    return {
      pictures: of("t.status, t.reason, t.width, t.height, t.pages, t.hash, t.ocr", "picture"),
      thumbnails: of("t.mime, t.width, t.height, hex(t.bytes)", "thumbnail"),
      pages: of("t.page, t.language, t.script, t.confidence, t.low, hex(t.words)", "ocr_page"),
      words: reader.select("SELECT count(*) FROM fts_text WHERE fts_text MATCH 'walnut'"),
    };
  } finally {
    reader.close();
  }
}

describe("pictures that another exhibit held already", () => {
  it("are copied with their pages, and come to the digest of a pass of their own", async () => {
    const page = await printed(["The walnut lies here"]);
    writeTree(`${base}/source`, {
      "page.pgm": pgmOf(page),
      "page.pdf": scannedPdf([await printed(["Another walnut"])]),
      "flat.pgm": pgmOf({ width: 40, height: 40, pixels: new Uint8Array(1600).fill(9) }),
    });
    const [alone, shared] = [await desk("alone"), await desk("shared")];
    const digest = await process(alone, "M02");
    expect(await process(shared, "M01")).toBe(digest);
    expect(await process(shared, "M02")).toBe(digest);
    expect(rows(shared, "M02")).toEqual(rows(alone, "M02"));
    expect(rows(shared, "M02")).toMatchObject({ words: [{ "count(*)": 2 }] });
    // Nobody else says so: the third one has not looked at the picture.
    for (const label of ["M01", "M02"]) {
      const database = openDatabase(shared.theCase.paths.items(label));
      database.exec("UPDATE ocr_page SET confidence = 12; UPDATE picture SET width = 4711 WHERE width IS NOT NULL");
      database.close();
    }
    await process(shared, "M03");
    expect(rows(shared, "M03")).toEqual(rows(shared, "M01"));
    for (const { journal } of desks) journal.close();
  }, 180_000);
});
