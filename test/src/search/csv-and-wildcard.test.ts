import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { csvCell } from "../../../src/search/csv.ts";
import { parseQuery } from "../../../src/search/query-parser.ts";
import { countDistinct } from "../../../src/search/sets/merge-sorted.ts";
import { foldersOf, plainPath } from "../../../src/case/item-paths.ts";
import { isUnder, likePath, matchesWildcard } from "../../../src/search/wildcard.ts";

it("counts different values of sorted sequences", () => {
  fc.assert(
    fc.property(fc.array(fc.uniqueArray(fc.constantFrom(..."abcdef"))), (lists) => {
      const sequences = lists.map((list) => [...list].sort()[Symbol.iterator]());
      expect(countDistinct(sequences)).toBe(new Set(lists.flat()).size);
    }),
  );
});

it("matches wildcards as the plain definition does, in bounded time", () => {
  const slow = (value: string, pattern: string): boolean => {
    if (pattern === "") return value === "";
    if (pattern[0] === "*") return slow(value, pattern.slice(1)) || (value !== "" && slow(value.slice(1), pattern));
    return value !== "" && (pattern[0] === "?" || pattern[0] === value[0]) && slow(value.slice(1), pattern.slice(1));
  };
  const over = (characters: string) => fc.string({ unit: fc.constantFrom(...characters), maxLength: 8 });
  fc.assert(
    fc.property(over("ab"), over("ab*?"), (value, pattern) => {
      expect(matchesWildcard(value, pattern)).toBe(slow(value, pattern));
    }),
  );
  expect(matchesWildcard("a".repeat(4000), `${"*a".repeat(2000)}b`)).toBe(false);
});

describe("CSV", () => {
  it.each([
    ["plain", '"plain"'],
    ['say "x", y', '"say ""x"", y"'],
    ["=cmd|' /C calc'!A0", `"'=cmd|' /C calc'!A0"`],
    [" =1+1", `"' =1+1"`],
    ["\u00a0=1", `"'\u00a0=1"`],
    ["+1", `"'+1"`],
    ["-1", `"'-1"`],
    ["@SUM(A1)", `"'@SUM(A1)"`],
    ["＝1", `"'＝1"`],
    ["\tx", `"'\\x09x"`],
    ["\rx", `"'\\x0dx"`],
    ["\nx", `"'\\x0ax"`],
    ["a\n=1", `"'a\\x0a=1"`],
    ["\u001b]0;x\u0007", '"\\x1b]0;x\\x07"'],
    ["a=b", '"a=b"'],
  ])("%j", (value, cell) => {
    expect(csvCell(value)).toBe(cell);
  });
});

it("parses what the help shows", () => {
  expect(() => parseQuery('invoice "delivery note" type:pdf -draft')).not.toThrow();
});

describe("paths", () => {
  it.each([
    ["folder:/Users/x/a.zip!/b%3A.doc", "Users/x/a.zip!/b:.doc", "Users/x/a.zip!"],
    ["p2/ntfs:/a.img!p1/fat:/x/y", "a.img!/x/y", "a.img!/x"],
    ["folder:/top", "top", ""],
    ["docs/%E4%B8%AD/x", "docs/中/x", "docs/中"],
    ["plain", "plain", ""],
  ])("%s without readers", (path, plain, folders) => {
    expect(plainPath(path)).toBe(plain);
    expect(foldersOf(path)).toBe(folders);
  });

  it("match with and without label and reader, and lie in folders", () => {
    const path = "folder:/Sales/2019/a b.doc";
    for (const whole of ["sales/2019/*", "m01/sales/*.doc", "m01/folder:/sales/*", "*/2019/a?b.doc"]) {
      expect([whole, likePath("M01", path, whole, 1)]).toEqual([whole, true]);
    }
    expect(likePath("M01", path, "2019/*", 1)).toBe(false);
    expect(likePath("M01", path, "m01/sales", 0)).toBe(true);
    expect(likePath("M01", path, "sales/2020", 0)).toBe(false);
    for (const folder of ["sales", "/sales/2019/", "sales/2019/a b.doc", ""]) expect(isUnder(path, folder)).toBe(true);
    for (const folder of ["sale", "2019", "folder:/sales"]) expect(isUnder(path, folder)).toBe(false);
  });
});
