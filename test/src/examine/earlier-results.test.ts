/** Equal bytes of several exhibits are read once: the second work file gets a copy. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { digestCase } from "../../../src/case/digest.ts";
import { openDatabase } from "../../../src/case/sqlite.ts";
import { WorkFileReader } from "../../../src/case/work-file-reader.ts";
import type { Desk } from "../../../src/pipeline.ts";
import { acquireTestFolder, openTestCase, processTestExhibit } from "../../fixtures/case-desk.ts";
import { makeZip } from "../../conformance/seeds.ts";

let base: string;
let source: string;
let desk: Desk;

beforeEach(async () => {
  base = mkdtempSync(join(tmpdir(), "vestige-earlier-"));
  source = join(base, "source");
  mkdirSync(source);
  writeFileSync(
    join(source, "letter.html"),
    "<html><head><title>Offer</title></head><body>Twelve pallets</body></html>",
  );
  writeFileSync(join(source, "letter.zip"), makeZip([["inner.txt", "Twelve pallets of salt, IBAN BE68539007547034"]]));
  desk = await openTestCase(base);
});

afterEach(() => {
  desk.journal.close();
  rmSync(base, { recursive: true, force: true });
});

async function process(label: string): Promise<string | null> {
  await acquireTestFolder(desk, source, 2, label);
  return (await processTestExhibit(desk, { label })).digest;
}

function titleIn(label: string): string | undefined {
  const reader = WorkFileReader.open(desk.theCase.paths.items(label));
  try {
    return reader.select<{ value: string }>("SELECT value FROM metadata WHERE name = 'title'")[0]?.value;
  } finally {
    reader.close();
  }
}

function mark(label: string, title: string): void {
  const database = openDatabase(desk.theCase.paths.items(label));
  database.exec(`UPDATE metadata SET value = '${title}' WHERE name = 'title'`);
  database.close();
}

it("copies what the first exhibit gave, with the same result as reading it", async () => {
  const first = await process("M01");
  const second = await process("M02");
  expect(second).toBe(first);
  expect(digestCase(desk.theCase, ["M02"]).exhibits[0]?.digest).toBe(second);
  mark("M01", "Marked");
  mark("M02", "Marked");
  await process("M03");
  // Nobody else says so: it was not read from the bytes.
  expect(titleIn("M03")).toBe("Marked");
  const reader = WorkFileReader.open(desk.theCase.paths.items("M03"));
  const paths = reader.select<{ path: string }>("SELECT path FROM item ORDER BY path").map(({ path }) => path);
  reader.close();
  expect(paths).toContain("folder:/letter.zip!/inner.txt");
});

it("reads again what was made with other passwords", async () => {
  await process("M01");
  mark("M01", "Marked");
  const { addPasswords } = await import("../../../src/case/password-list.ts");
  addPasswords(desk.theCase.paths, ["salt"]);
  await process("M02");
  expect(titleIn("M02")).toBe("Offer");
});
