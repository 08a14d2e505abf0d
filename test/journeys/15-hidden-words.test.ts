/**
 * A word that stands nowhere else is hidden in each of more than forty places: an officer processes the folder and finds every one of them by
 * one search. Words behind passwords are found once the case knows the passwords; each success is an entry of the journal.
 */
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { caseFlags, jsonLines, vestige, type CommandResult } from "../fixtures/command.ts";
import { freshFolder, writeTree } from "../fixtures/evidence-folder.ts";
import { archiveWords } from "../fixtures/hidden-words/archives.ts";
import { dataWords } from "../fixtures/hidden-words/data.ts";
import { documentWords } from "../fixtures/hidden-words/documents.ts";
import { mailWords } from "../fixtures/hidden-words/mail.ts";
import { pictureWords } from "../fixtures/hidden-words/pictures.ts";
import { journalBodies } from "../fixtures/journal-bodies.ts";
import type { HiddenWord } from "../fixtures/hidden-words/word-of.ts";

const all: readonly HiddenWord[] = [...documentWords, ...archiveWords, ...mailWords, ...dataWords, ...pictureWords];
const open = all.filter(({ password }) => password === undefined);
const locked = all.filter(({ password }) => password !== undefined);
const base = freshFolder("hidden");
const home = join(base, "home");
const folder = join(base, "case");
const run = (...args: string[]): Promise<CommandResult> => vestige(args, { home });

/** Places whose word some hit of the search names as its rule. */
async function found(words: readonly HiddenWord[]): Promise<Set<string>> {
  const result = await run("search", folder, words.map(({ word }) => word).join(" OR "), "--limit", "1000", "--json");
  expect(result.exit, result.stderr).toBe(0);
  const rules = new Set(jsonLines(result).flatMap(({ event, rule }) => (event === "hit" ? [rule] : [])));
  return new Set(words.filter(({ word }) => rules.has(word)).map(({ place }) => place));
}

const missing = (words: readonly HiddenWord[], seen: ReadonlySet<string>): string[] =>
  words.filter(({ place }) => !seen.has(place)).map(({ place }) => place);

beforeAll(async () => {
  writeTree(join(base, "source"), Object.fromEntries(all.map(({ name, bytes }, at) => [`${at}/${name}`, bytes])));
  const result = await run("run", join(base, "source"), "--case", folder, "--label", "M01", ...caseFlags);
  expect([0, 1], result.stderr).toContain(result.exit);
  // The passphrase, made slow on purpose, is asked for once.
  expect((await run("login", folder)).exit).toBe(0);
}, 600_000);

afterAll(() => rmSync(base, { recursive: true, force: true }));

describe("a word hidden in each place", () => {
  it("has a word and a place of its own, in more than forty places", () => {
    expect(new Set(all.map(({ word }) => word)).size).toBe(all.length);
    expect(new Set(all.map(({ place }) => place)).size).toBe(all.length);
    expect(open.length).toBeGreaterThanOrEqual(40);
  });

  it("is found by one search", async () => {
    expect(missing(open, await found(open))).toEqual([]);
  });

  it("is found behind a password when the case knows it, and the journal says what was opened", async () => {
    expect([...(await found(locked))]).toEqual([]);
    writeFileSync(
      join(base, "passwords.txt"),
      ["wrong", ...new Set(locked.map(({ password }) => password))].join("\n"),
    );
    expect((await run("passwords", folder, "--add", join(base, "passwords.txt"))).exit).toBe(0);
    expect([0, 1]).toContain((await run("process", folder)).exit);
    expect(missing(locked, await found(locked))).toEqual([]);
    const acts = journalBodies(folder).map(({ act }) => act);
    expect(acts.filter((act) => act === "passwords-added")).toHaveLength(1);
    expect(acts.filter((act) => act === "unlocked")).toHaveLength(locked.length);
    expect((await run("verify", folder)).exit).toBe(0);
  });
});
