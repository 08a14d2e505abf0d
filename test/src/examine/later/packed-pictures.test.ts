/** Pictures of text inside of a 7z archive, and nothing beside it: the pass opens the archive again in threads that have loaded nothing yet. */
import { rmSync } from "node:fs";
import { afterAll, expect, it } from "vitest";
import { searchCase } from "../../../../src/search/search-case.ts";
import { acquireTestFolder, openTestCase, processTestExhibit, testMachine } from "../../../fixtures/case-desk.ts";
import { freshFolder, writeTree } from "../../../fixtures/evidence-folder.ts";
import { bitmapOf, printed } from "../../../fixtures/page-picture.ts";
import { sevenZip } from "../../../fixtures/seven-zip-writer.ts";

const base = freshFolder("packed-pictures");

afterAll(() => rmSync(base, { recursive: true, force: true }));

it("are looked at, and their words found", async () => {
  const picture = bitmapOf(await printed(["The packed macadamia"]));
  writeTree(`${base}/source`, { "packed.7z": await sevenZip("scan.bmp", picture) });
  const desk = await openTestCase(base, { ...testMachine, workers: 1 });
  await acquireTestFolder(desk, `${base}/source`, 1);
  const { counts } = await processTestExhibit(desk);
  expect(counts).toMatchObject({ items: 2 });
  const hits = searchCase(desk.theCase, "macadamia").hits;
  expect(hits.map(({ path }) => path)).toEqual(["M01/folder:/packed.7z!/scan.bmp"]);
}, 60_000);
