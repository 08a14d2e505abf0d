/** Watch-lists from disk. */
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readLists, shippedLists } from "../../../src/scan/read-lists.ts";

const text = (id: string) => `id: ${id}\nversion: 1\ndate: 2026-11-22\ntitle: T\nlanguage: en\nword ivory\n`;

describe("watch-lists on disk", () => {
  let folder = "";
  const at = (name: string): string => path.join(folder, name);

  beforeAll(() => {
    folder = mkdtempSync(path.join(tmpdir(), "vestige-lists-"));
    for (const name of ["good", "empty", "same"]) mkdirSync(at(name));
    writeFileSync(at("good/b.txt"), text("b"));
    writeFileSync(at("good/a.TXT"), text("a"));
    writeFileSync(at("good/README.md"), "no list");
    writeFileSync(at("same/1.txt"), text("x"));
    writeFileSync(at("same/2.txt"), text("x"));
    writeFileSync(at("wrong.txt"), `${text("w")}wort y\nstem z\n`);
    writeFileSync(at("latin1.txt"), Buffer.from(`${text("l")}word caf\u00e9\n`, "latin1"));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it("are read from folders and files, once each", () => {
    const lists = readLists([at("good"), at("good/b.txt")]);
    expect(lists.map(({ list }) => list.id)).toEqual(["a", "b"]);
    expect(lists[1]).toMatchObject({ file: at("good/b.txt"), text: text("b") });
    expect(lists[1]?.sha256).toBe(createHash("sha256").update(text("b")).digest("hex"));
    expect(readLists([shippedLists()]).length).toBeGreaterThanOrEqual(7);
  });

  it.each([
    ["absent", "lists/absent", /found nothing there/],
    ["empty", "lists/none", /found none/],
    ["same", "lists/same-id", /found "x" in .*1\.txt and in .*2\.txt/],
    [
      "wrong.txt",
      "lists/problem",
      /line 7, column 1: expected word, .* found "wort" \(and 1 more problem in this file\)/,
    ],
    ["latin1.txt", "lists/not-text", /from byte 75 of/],
  ])("%s is refused: %s", (name, code, sentence) => {
    const read = (): unknown => readLists([at(name)]);
    expect(read).toThrow(expect.objectContaining({ kind: "operator", code }));
    expect(read).toThrow(sentence);
  });
});
