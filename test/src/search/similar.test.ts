/** What is like an item, and what occurs more than once, over the exhibits of a case. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Desk } from "../../../src/pipeline.ts";
import { duplicatesOf, featuresOf, itemsLike } from "../../../src/search/similar.ts";
import { acquireTestFolder, openTestCase, processTestExhibit } from "../../fixtures/case-desk.ts";

let base: string;
let desk: Desk;
const words = "salt sugar rum gin tea coffee cocoa pallet crate barrel seal truck ship port duty levy form".split(" ");
const text = (seed: number) =>
  Array.from({ length: 400 }, (_, at) => words[(at * at * seed + at) % 17] + String((at * seed) % 97)).join(" ");

beforeAll(async () => {
  base = mkdtempSync(join(tmpdir(), "vestige-similar-"));
  desk = await openTestCase(base);
  const offer = text(3);
  for (const [label, files] of [
    [
      "M01",
      {
        "offer.txt": offer,
        "copy of offer.txt": offer,
        "offer.html": `<html><body><p>${offer.replace(" tea", " cocoa")}</p></body></html>`,
      },
    ],
    ["M02", { "offer.txt": offer, "other.txt": text(5), "empty.txt": "", "void.txt": "" }],
  ] as const) {
    const source = join(base, label);
    mkdirSync(source);
    for (const [name, content] of Object.entries(files)) writeFileSync(join(source, name), content);
    await acquireTestFolder(desk, source, 2, label);
    await processTestExhibit(desk, { label });
  }
});

afterAll(() => {
  desk.journal.close();
  rmSync(base, { recursive: true, force: true });
});

it("finds equal and like texts in every exhibit, whatever their format", () => {
  const found = itemsLike(desk.theCase, featuresOf(desk.theCase, "M01/folder:/offer.txt"));
  expect(found.map(({ path, measure }) => `${measure} ${path}`)).toEqual([
    "equal M01/folder:/copy of offer.txt",
    "equal M01/folder:/offer.txt",
    "equal M02/folder:/offer.txt",
    "text M01/folder:/offer.html",
  ]);
  expect(found[3]?.value).toBeGreaterThan(50);
});

it("compares by the measures that are asked for", () => {
  const found = itemsLike(desk.theCase, featuresOf(desk.theCase, "M01/folder:/offer.txt"), ["text"]);
  expect(found.map(({ path }) => path)).toEqual(["M01/folder:/offer.html"]);
});

it("refuses what is no item", () => {
  expect(() => featuresOf(desk.theCase, "M01/folder:/absent")).toThrow(/id or forensic path/);
});

it("tells what occurs more than once, and every place", () => {
  expect(duplicatesOf(desk.theCase).map(({ items }) => items.map(({ path }) => path))).toEqual([
    ["M01/folder:/copy of offer.txt", "M01/folder:/offer.txt", "M02/folder:/offer.txt"],
  ]);
});
