import { zstdCompressSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { tokensOf } from "../../../../native-free/model/fold.ts";
import { textOverlapChars } from "../../../../native-free/model/prepared.ts";
import type { Case } from "../../../../src/case/case-folder.ts";
import { WorkFileReader } from "../../../../src/case/work-file-reader.ts";
import { compileRegex } from "../../../../src/search/regex.ts";
import type { SpecialTerm } from "../../../../src/search/query.ts";
import { parseQuery } from "../../../../src/search/query-parser.ts";
import { contentsWithPlace } from "../../../../src/search/scan/confirm.ts";
import { contentsHolding } from "../../../../src/search/scan/text-scan.ts";
import { itemRow, preparedBlock, preparedContent } from "../../../fixtures/work-file-rows.ts";
import { newCase, search } from "../../../fixtures/searched-case.ts";

const blockChars = 3000;

/** A text in blocks that overlap, wherever its words begin. */
function blocksOf(text: string): string[] {
  const blocks: string[] = [];
  for (let from = 0; ; from += blockChars - textOverlapChars) {
    blocks.push(text.slice(from, from + blockChars));
    if (from + blockChars >= text.length) return blocks;
  }
}

function caseOf(text: string): Case {
  const content = preparedContent(
    text,
    {},
    blocksOf(text).map((part, index) => preparedBlock(index, part)),
  );
  return newCase({ M01: [{ item: itemRow("long.txt", text), content }] });
}

function holdsIn(text: string, query: string, options = {}): boolean {
  const reader = WorkFileReader.open(caseOf(text).paths.items("M01"));
  try {
    const term = parseQuery(query) as SpecialTerm;
    return reader.snapshot(() => contentsWithPlace(reader, term, null, options).size === 1);
  } finally {
    reader.close();
  }
}

const lines = Array.from({ length: 700 }, (_, n) => `CSQU3${String(n).padStart(6, "0")}\n`).join("");
const [, second] = blocksOf(lines) as [string, string];
const half = /^\w+/.exec(second)?.[0] as string;
const following = second.split("\n")[1] as string;

describe("what begins in the first run of a later block", () => {
  it("is a half of a word here", () => {
    expect([half.length > 0, half.length < 12, tokensOf(lines).includes(half.toLowerCase())]).toEqual([
      true,
      true,
      false,
    ]);
  });

  it.each<[string, boolean]>([
    ["text:/^.{1,10}$/", false],
    ["text:/^.{11}$/", true],
    [`text:/\\b${half}\\b/`, false],
    [`text:/${half}\\b/`, true],
    [`text:/\\A${half}/`, false],
    ["text:/\\ACSQU3000000/", true],
    ["text:/CSQU3000699\\n\\z/", true],
    // Each part may be left out, so that the automaton alone does not say it.
    [`text:/\\b(?:${half}\\b)?/`, false],
    [`${half} NEAR/1 ${following}`, false],
    [`CSQU3000698 NEAR/1 CSQU3000699`, true],
  ])("%s: %s", (query, expected) => {
    expect(holdsIn(lines, query, { threads: 1 })).toBe(expected);
  });

  it("is no hit, and a hit is told where the whole word stands", () => {
    const theCase = caseOf(lines);
    const word = lines.slice(0, lines.indexOf(following)).trimEnd().split("\n").at(-1) as string;
    expect(word.endsWith(half)).toBe(true);
    expect(search(theCase, half).hits).toEqual([]);
    expect(search(theCase, `text:/^${half}$/`).hits).toEqual([]);
    for (const query of [word, `text:/^${word}$/`, `exact:${word}`]) {
      const [hit] = search(theCase, query).hits;
      expect(hit).toMatchObject({ matches: 1, offset: lines.indexOf(word), length: 11, place: { block: 0 } });
    }
  });

  it("is told by every thread alike", () => {
    const options = { threads: 3, aloneMs: 0 };
    expect([holdsIn(lines, "text:/^.{1,10}$/", options), holdsIn(lines, "text:/^CSQU.{7}$/", options)]).toEqual([
      false,
      true,
    ]);
  });
});

describe("the end of a block that another one follows", () => {
  it("is no end of the text, of a line or of a word", () => {
    const whole = `${"x".repeat(blockChars - 6)}abcdefghij ${"y ".repeat(2000)}`;
    const asked = ["/abcdef\\z/", "/abcdef$/", "/abcdef\\b/", "/abcdef\\B/", "/abcdef/", "/abcdefghij\\b/"];
    expect(asked.map((each) => holdsIn(whole, `text:${each}`))).toEqual([false, false, false, true, true, true]);
  });
});

/** By the texts alone, without a work file. */
function isHeld(text: string, source: string): boolean {
  const parts = blocksOf(text).map((part, index, all) => ({
    ...{ content: 1, isFirst: index === 0, goesOn: index < all.length - 1, chars: part.length },
    frame: new Uint8Array(zstdCompressSync(part)),
  }));
  return contentsHolding(parseQuery(`text:/${source}/`) as SpecialTerm, parts, { threads: 1 }).size === 1;
}

describe("a match of fewer characters than the overlap", () => {
  it("is found wherever the seams lie, and none that is not in the whole text", () => {
    const edge = fc.constantFrom("", "\\b", "\\B", "^", "$");
    const piece = fc.constantFrom("k7", "[km]\\d", "\\w+", "m\\n", "[^k\\n]{3,9}", " ", "\\w{2} k", "(?s:.{900,1000})");
    const source = fc.tuple(edge, piece, edge, piece, edge).map((all) => all.join(""));
    const filler = fc.array(fc.constantFrom("k", "7", "m", "é", " ", "-", "\n", "漢"), {
      minLength: 40,
      maxLength: 60,
    });
    fc.assert(
      fc.property(source, filler, fc.integer({ min: 1900, max: 3100 }), (asked, some, at) => {
        fc.pre(!compileRegex(asked).test(""));
        const whole = `${"-".repeat(at)}${some.join("")}${"-".repeat(6000 - at)}`;
        const expected = compileRegex(asked).test(whole);
        expect([asked, isHeld(whole, asked)]).toEqual([asked, expected]);
      }),
      { numRuns: 60 },
    );
  }, 30_000);

  it("is found where the index has its words in the row of the block before alone", () => {
    const [first, seam] = [blockChars - textOverlapChars, blockChars];
    const begun = `${"- ".repeat(first / 2)}ab,CSQU3000164 `;
    const whole = `${begun}${"- ".repeat(seam)}`;
    const [start, end] = [first + 3, seam + 1];
    const put = `${whole.slice(0, end - 2)}zq${whole.slice(end)}`;
    expect(end - start).toBeLessThan(textOverlapChars);
    const query = `text:/CSQU\\d{7}[\\s\\S]{1000}[\\s\\S]{${end - start - 1013}}zq/`;
    expect([holdsIn(put, query), holdsIn(whole, query)]).toEqual([true, false]);
  });
});
