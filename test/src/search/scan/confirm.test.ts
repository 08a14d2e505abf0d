import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { fold } from "../../../../native-free/model/fold.ts";
import { isContinuation } from "../../../../native-free/model/fold-cluster.ts";
import { openDatabase } from "../../../../src/case/sqlite.ts";
import { indexRow } from "../../../../src/case/text-rows.ts";
import { WorkFileReader } from "../../../../src/case/work-file-reader.ts";
import { compileRegex, patternOf } from "../../../../src/search/regex.ts";
import type { SpecialTerm } from "../../../../src/search/query.ts";
import { parseQuery } from "../../../../src/search/query-parser.ts";
import { contentsWithPlace } from "../../../../src/search/scan/confirm.ts";
import { rowsForRegex } from "../../../../src/search/scan/narrowed.ts";
import { allTexts, textsAt, textsOf } from "../../../../src/search/scan/stored-texts.ts";
import { placeFinder } from "../../../../src/search/words/places.ts";
import { doc, newCase } from "../../../fixtures/searched-case.ts";

let seed = 7;
const dice = (sides: number): number => (seed = (seed * 48271) % 2147483647) % sides;
const pieces = [
  ..."abcdefkst0123456789ABKSéßſ\u212aŁΣωя漢字かｱﾞกำ한\u0301\u0327\u0338\u0489\u20dd\u00ad\u200b\u200d\u3099😀\u{1d400}\u{e0101} \n.-_@",
  ...[
    "csqu",
    "CSQU",
    "1234567",
    "foo",
    "Bar",
    "bazx",
    "ﬁ",
    "ｆｏｏ",
    "１２３",
    "½",
    "™",
    "IJ",
    "ĳ",
    "e\u0301",
    "K\u0338",
  ],
];
const textOf = (length: number): string => Array.from({ length }, () => pieces[dice(pieces.length)]).join("");

const texts = Array.from({ length: 240 }, (_, at) => textOf(at % 60));
texts.push("long ".repeat(2000) + "CSQU3054383", "x".repeat(33_000) + "csqu1234567" + "y".repeat(10));
texts.push("é".repeat(17_000) + "foobar77", "mail me at jane@example.de today", "(a1b2) CSQU3054383, CSQU305438");

const theCase = newCase({ M01: texts.map((text, at) => doc(`f${at}.txt`, text)) });
const file = theCase.paths.items("M01");
const reader = WorkFileReader.open(file);
afterAll(() => reader.close());

/** Texts of the contents, as they were stored. */
const stored = new Map<number, string[]>();
for (const { id, sha256 } of reader.select<{ id: number; sha256: Uint8Array }>(
  "SELECT id, sha256 FROM content WHERE state = 2",
)) {
  stored.set(
    id,
    [...reader.text(Buffer.from(sha256).toString("hex"))].map(({ text }) => text),
  );
}

function byReading(holds: (text: string) => boolean): number[] {
  return [...stored].filter(([, blocks]) => blocks.some(holds)).map(([content]) => content);
}

const sorted = (contents: Iterable<number>): number[] => [...contents].sort((a, b) => a - b);
const ask = (source: string, options = {}) =>
  reader.snapshot(() => sorted(contentsWithPlace(reader, regex(source), null, options)));
const regex = (source: string): SpecialTerm => parseQuery(`text:/${source}/`) as SpecialTerm;

const unit = fc.constantFrom(
  ..."abcfkosuz0123456789",
  "\\d",
  "[a-f]",
  "[0-5]",
  "[ks]",
  "é",
  "ß",
  ".",
  "\\w",
  " ",
  "@",
  "\\b",
);
const often = fc.constantFrom("", "", "", "+", "?", "{2}", "{1,3}", "*");
const sequence = fc
  .array(
    fc.tuple(unit, often).map(([a, b]) => (a === "\\b" ? a : a + b)),
    { minLength: 1, maxLength: 7 },
  )
  .map((all) => all.join(""));
const expression = fc.oneof(
  sequence,
  fc.tuple(sequence, sequence).map(([a, b]) => `${a}|${b}`),
  fc.tuple(sequence, sequence, sequence).map(([a, b, c]) => `${a}(${b}|${c})`),
  fc.constantFrom(
    "CSQU\\d{7}",
    "\\b[a-z]{4}\\d{7}\\b",
    "foo|bar|baz",
    "foo(bar|x)\\d+",
    "csqu1234567",
    "[a-z]+@[a-z]+\\.(de|com)",
    "foobar",
  ),
);

const isUsable = (source: string): boolean => {
  try {
    return !compileRegex(source).test("");
  } catch {
    return false;
  }
};

describe("contents with a place of a regular expression", () => {
  it("are those that reading every text finds, with the index and without", () => {
    let narrowed = 0;
    let hits = 0;
    fc.assert(
      fc.property(expression, (source) => {
        fc.pre(isUsable(source));
        const places = compileRegex(source);
        const expected = byReading((text) => !places.places(text).next().done);
        if (reader.snapshot(() => rowsForRegex(reader, source)) !== null) {
          narrowed += 1;
          hits += expected.length;
        }
        expect([source, ask(source)]).toEqual([source, expected]);
      }),
      { numRuns: 100 },
    );
    expect([narrowed > 5, hits > 5]).toEqual([true, true]);
  });

  it.each<[string, boolean, number]>([
    ["CSQU\\d{7}", true, 3],
    ["\\b[A-Z]{4}[0-9]{7}\\b", true, 2],
    ["fo+bar|foobar7+", true, 1],
    ["foobar77", true, 1],
    ["[a-z]+@[a-z]+\\.(de|com)", false, 1],
    ["a.b", false, -1],
    ["\\p{L}{9}", false, -1],
  ])("%s: the index says where to look: %s", (source, expected, count) => {
    const rows = reader.snapshot(() => rowsForRegex(reader, source));
    expect(rows !== null).toBe(expected);
    if (expected) expect((rows as Set<number>).size).toBeLessThan(texts.length / 2);
    if (count >= 0) expect(ask(source).length).toBeGreaterThanOrEqual(count);
  });

  it("are the same however many threads scan", () => {
    for (const source of ["[a-z]+@[a-z]+\\.(de|com)", "\\s\\d", "[^a-z]k", "\\b\\w?$"]) {
      const alone = ask(source, { threads: 1 });
      expect(ask(source, { threads: 3, aloneMs: 0 })).toEqual(alone);
      expect(alone.length).toBeGreaterThan(0);
    }
  });

  it("hold what is folded letter by letter, whatever stands around", () => {
    const marks = Array.from({ length: 0x110000 }, (_, code) => code).filter(
      (code) => (code < 0xd800 || code > 0xdfff) && isContinuation(String.fromCodePoint(code)),
    );
    const wrong: string[] = [];
    for (const code of marks) {
      const mark = String.fromCodePoint(code);
      for (const letter of "0aKos9ſ\u212a") {
        if (!fold(`漢${letter}${mark}${mark}x`).includes(` ${fold(letter)}`))
          wrong.push(`${letter} U+${code.toString(16)}`);
        if (!fold(`q${mark}x${letter}y${mark}`).includes(`x${fold(letter)}y`))
          wrong.push(`U+${code.toString(16)} x${letter}y`);
      }
    }
    expect(marks.length).toBeGreaterThan(2000);
    expect(wrong).toEqual([]);
  });
});

it("every stored text comes with its number of characters", () => {
  const chars = new Map([...stored].map(([content, blocks]) => [content, blocks.map(({ length }) => length)]));
  const rows = reader.select<{ id: number }>("SELECT id FROM text_block").map(({ id }) => indexRow(id));
  reader.snapshot(() => {
    for (const read of [allTexts(reader), textsOf(reader, chars.keys()), textsAt(reader, rows)]) {
      const found = new Map([...chars.keys()].map((content): [number, number[]] => [content, []]));
      for (const text of read) found.get(text.content)?.push(text.chars);
      expect(found).toEqual(chars);
    }
  });
});

describe("contents with a place of another term", () => {
  it.each(["exact:CSQU", 'exact:"mail me"', "exact:ß", "foo PRE/9 bar", "exact:É"])("%s", (query) => {
    const term = parseQuery(query) as SpecialTerm;
    const find = placeFinder(term, null);
    const expected = byReading((text) => !find(text)[Symbol.iterator]().next().done);
    const found = (options: object) => reader.snapshot(() => sorted(contentsWithPlace(reader, term, null, options)));
    expect(found({ threads: 1 })).toEqual(expected);
    expect(found({ threads: 2, aloneMs: 0 })).toEqual(expected);
    const some = expected.slice(0, 2);
    expect(reader.snapshot(() => sorted(contentsWithPlace(reader, term, new Set([...some, 3]))))).toEqual(
      sorted(new Set([...some, ...(expected.includes(3) ? [3] : [])])),
    );
  });
});

it.each([
  ["cut", "substr(text, 1, length(text) - 3)"],
  ["overwritten", "CAST(x'28b52ffd2001' || substr(text, 9) AS BLOB)"],
  ["of another kind", "'words'"],
])("a damaged text (%s) is told, whichever thread meets it", (_name, how) => {
  const other = newCase({ M01: texts.map((text, at) => doc(`f${at}.txt`, `${at} ${text}`)) });
  const path = other.paths.items("M01");
  const database = openDatabase(path);
  database.exec(`UPDATE text_block SET text = ${how} WHERE id = (SELECT max(id) FROM text_block)`);
  database.close();
  const damaged = WorkFileReader.open(path);
  try {
    for (const options of [{ threads: 1 }, { threads: 3, aloneMs: 0 }]) {
      expect(() => contentsWithPlace(damaged, regex("q@+q"), null, options)).toThrow(/damaged/);
    }
  } finally {
    damaged.close();
  }
});

it("an expression with too many states is answered all the same", () => {
  const ab = Array.from({ length: 120_000 }, () => "ab".charAt(dice(2))).join("");
  const other = newCase({ M01: [doc("a.txt", ab), doc("b.txt", `${ab}a${"b".repeat(14)}c`)] });
  const long = WorkFileReader.open(other.paths.items("M01"));
  try {
    const found = contentsWithPlace(long, regex("(a|b)*a(a|b){14}c"), null);
    expect(found.size).toBe(1);
    expect(patternOf("(a|b)*a(a|b){14}c").matcher(ab).find()).toBe(false);
  } finally {
    long.close();
  }
});
