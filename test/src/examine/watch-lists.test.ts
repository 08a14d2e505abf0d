import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { defaultProfile } from "../../../src/examine/profile.ts";
import { watchListsOf } from "../../../src/examine/watch-lists.ts";
import { isOperatorError } from "../../../src/messages/operator-error.ts";
import type { Desk } from "../../../src/pipeline.ts";
import { acquireTestFolder, openTestCase, processTestExhibit } from "../../fixtures/case-desk.ts";
import { freshFolder } from "../../fixtures/evidence-folder.ts";
import { paths as hitPaths, search } from "../../fixtures/searched-case.ts";

let base = "";
let source = "";
let desk: Desk;
const header = (id: string): string => `id: ${id}\nversion: 1.0\ndate: 2026-11-22\ntitle: T\nlanguage: en\n`;
const put = (name: string, text: string): void => writeFileSync(join(desk.theCase.paths.lists, name), text);
const profileWith = (lists: readonly string[]): void =>
  writeFileSync(desk.theCase.paths.profile, JSON.stringify({ ...defaultProfile, lists }));

beforeEach(async () => {
  base = freshFolder("watch-lists");
  source = `${base}/source`;
  mkdirSync(source);
  desk = await openTestCase(base);
  mkdirSync(desk.theCase.paths.lists, { recursive: true });
});

afterEach(() => {
  desk.journal.close();
  rmSync(base, { recursive: true, force: true });
});

function refusalOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (isOperatorError(error)) return `${error.code}: ${error.message}`;
    throw error;
  }
  return "";
}

describe("the watch-lists of a case", () => {
  it("are those in its folder and those of the product that the profile names", () => {
    const { paths } = desk.theCase;
    expect(watchListsOf(paths, { lists: [] })).toEqual([]);
    put("mine.txt", `${header("mine")}word seal\n`);
    put("passwords.json", "{}");
    const used = watchListsOf(paths, { lists: ["cites"] });
    expect(used.map(({ id }) => id)).toEqual(["cites", "mine"]);
    expect(used[1]).toMatchObject({ version: "1.0", file: "mine.txt", entries: 1 });
    expect(used[1]!.sha256).toMatch(/^[0-9a-f]{64}$/);
  });

  it("are refused where one is wrong, absent, or there twice", () => {
    const { paths } = desk.theCase;
    expect(refusalOf(() => watchListsOf(paths, { lists: ["no-such"] }))).toContain("profile/no-list");
    put("mine.txt", `${header("mine")}word two words\n`);
    expect(refusalOf(() => watchListsOf(paths, { lists: [] }))).toContain("lists/problem");
    put("mine.txt", `${header("cites")}word seal\n`);
    expect(refusalOf(() => watchListsOf(paths, { lists: ["cites"] }))).toContain("lists/same-id");
  });

  it("give hits that are found again, the same at every run, and others when a list changes", async () => {
    writeFileSync(join(source, "a.txt"), "The tusk was ivory, the seal whole.");
    writeFileSync(join(source, "b.txt"), "nothing of the kind");
    put("mine.txt", `${header("mine")}word seal\n`);
    profileWith(["cites"]);
    await acquireTestFolder(desk, source);
    const first = await processTestExhibit(desk);
    expect(first.watchLists.map(({ id }) => id)).toEqual(["cites", "mine"]);
    expect(hitPaths(search(desk.theCase, "entity:watchlist-mine:seal"))).toEqual(["M01/folder:/a.txt"]);
    expect(hitPaths(search(desk.theCase, "entity:watchlist-cites"))).toEqual(["M01/folder:/a.txt"]);
    rmSync(desk.theCase.paths.work("M01"), { recursive: true });
    const again = await processTestExhibit(desk);
    expect([again.digest, again.profileHash]).toEqual([first.digest, first.profileHash]);
    put("mine.txt", `${header("mine")}word kind\n`);
    const other = await processTestExhibit(desk);
    expect(other.profileHash).not.toBe(first.profileHash);
    expect(hitPaths(search(desk.theCase, "entity:watchlist-mine"))).toEqual(["M01/folder:/b.txt"]);
  }, 240_000);
});
