import { zstdDecompressSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ContentWatch } from "../../../workers/content-watch.ts";
import { TextCollector } from "../../../workers/text-collector.ts";
import type { EntityRow } from "../../../native-free/model/item.ts";
import { textBlockChars } from "../../../native-free/model/prepared.ts";
import { WorkFileReader } from "../../../src/case/work-file-reader.ts";
import type { Case } from "../../../src/case/case-folder.ts";
import { TermFinder } from "../../../src/watch/find-terms.ts";
import { stretchesOf } from "../../../src/watch/stored-text.ts";
import { doc, newCase } from "../../fixtures/searched-case.ts";
import { listText } from "../../fixtures/watched-case.ts";
import { preparedContent } from "../../fixtures/work-file-rows.ts";

const terms = ["word ivory", "phrase bill of lading", "code CSQU 305438-3", "stem zigarett", "regex /lot \\d+/"];
const text = listText("goods", terms);
const lists = [{ id: "goods", name: "goods.txt", text, own: false }];
const matcher = new ContentWatch([{ name: "goods.txt", text }]);

/** Cut into blocks as processing cuts it. */
function collected(whole: string) {
  const collector = new TextCollector(
    2 ** 30,
    () => "",
    () => undefined,
  );
  collector.add(whole, null);
  return collector.finish().blocks;
}

function caseOf(whole: string): Case {
  const content = preparedContent("x", {}, collected(whole));
  return newCase({ M01: [{ item: doc("a.txt", "x").item, content }] });
}

function found(theCase: Case, given = lists, limit = 1000) {
  const reader = WorkFileReader.open(theCase.paths.items("M01"));
  try {
    const finder = new TermFinder(reader, { lists: given, limit });
    const contents = finder.run({ what: "contents", from: 1, to: 100 }, () => undefined);
    const items = finder.run({ what: "items", from: 1, to: 100 }, () => undefined);
    return { contents, items };
  } finally {
    reader.close();
  }
}

/** Hits of the whole text, as offsets from its beginning. */
function plainReading(whole: string): string[] {
  const hits: string[] = [];
  matcher.inText(whole, ({ value, from, to }) => hits.push(`${from} ${to - from} ${value}`));
  return hits.sort();
}

describe("terms in stored texts", () => {
  it("are those of a plain reading of the whole text, wherever blocks end", () => {
    const filler = "plain words ".repeat(textBlockChars / 12 + 200);
    const term = fc.constantFrom("ivory", "bill of\n  lading", "CSQU3054383", "Zigarettenhülle", "lot 123");
    const at = fc.integer({ min: textBlockChars - 3000, max: textBlockChars + 50 });
    fc.assert(
      fc.property(fc.array(fc.tuple(at, term), { maxLength: 12 }), (puts) => {
        let whole = filler;
        for (const [place, put] of puts)
          whole = `${whole.slice(0, place)} ${put} ${whole.slice(place + put.length + 2)}`;
        const theCase = caseOf(whole);
        const chars = starts(theCase);
        const hits = found(theCase).contents.text.map(
          ({ block, offset, length, value }) => `${(chars[block] as number) + offset} ${length} ${value}`,
        );
        expect(hits.sort()).toEqual(plainReading(whole));
      }),
      { numRuns: 12 },
    );
  }, 30_000);

  it("are no halves of words with which a block begins", () => {
    const whole = Array.from({ length: 95_000 }, (_, n) => `CSQU3${String(n).padStart(6, "0")}\n`).join("");
    const blocks = collected(whole);
    const second = zstdDecompressSync(blocks[1]?.text as Uint8Array).toString("utf8");
    const half = /^\d+/.exec(second)?.[0] ?? "";
    const at = whole.length - second.length;
    const code = whole.slice(whole.lastIndexOf("\n", at) + 1, whole.indexOf("\n", at));
    expect([code.length, code.endsWith(half), half.length < 11]).toEqual([11, true, true]);
    const asked = [{ ...lists[0]!, text: listText("goods", [`word ${half}`, `regex /^${half}/`, `code ${code}`]) }];
    const { text: hits, chars } = found(caseOf(whole), asked).contents;
    const expected = { block: 0, offset: whole.indexOf(code), length: 11, value: code };
    expect(hits).toMatchObject([expected]);
    expect(chars).toBe(whole.length);
  });

  it("of recognised pages are looked for apart from the document's own text, and as one", () => {
    const own = "the bill of";
    const recognised = `lading of ivory ${"x ".repeat(40)}`;
    const whole = `${own}\n${recognised}`;
    const labels = [{ at: own.length + 1, label: "page 1 (recognised)" }];
    const blocks = [{ index: 3, text: whole, labels }];
    const stretches = [...stretchesOf(blocks, true)];
    expect(stretches.map((stretch) => stretch.text)).toEqual([own, recognised]);
    expect(stretches[1]?.place(10)).toEqual({ block: 3, offset: own.length + 11 });
    expect([...stretchesOf(blocks, false)].map((stretch) => stretch.text)).toEqual([whole]);
    const long = "y".repeat(5000);
    const next = [
      ...stretchesOf(
        [
          { index: 0, text: `a\n${long}`, labels: [{ at: 2, label: "page 2 (recognised)" }] },
          { index: 1, text: `${long.slice(-1024)}ivory`, labels: [] },
        ],
        true,
      ),
    ];
    expect(next[1]?.text).toBe(`${long}ivory`);
    expect(next[1]?.place(5000)).toEqual({ block: 1, offset: 1024 });
    expect(next[1]?.place(100)).toEqual({ block: 0, offset: 102 });
  });

  it("are kept of a content up to the limit, and what was more is counted", () => {
    const { contents } = found(caseOf("ivory ".repeat(10)), lists, 4);
    expect(contents.text).toHaveLength(4);
    expect(contents.cut).toEqual({ goods: 1 });
  });

  it("of lists that processing looked for are not looked for again in texts", () => {
    const { contents } = found(caseOf("ivory"), [{ ...lists[0]!, own: true }]);
    expect([contents.text, contents.chars]).toEqual([[], 0]);
  });
});

describe("terms elsewhere", () => {
  it("are codes that are identifiers, however these are written, unless the text has the hit", () => {
    const entity = (value: string, offset: number, length: number, block: number | null = 0): EntityRow => ({
      ...{ kind: "container", value, quality: "valid", block, offset, length },
    });
    const whole = "CSQU -- 305438 -- 3 and CSQU3054383";
    const entities = [entity("CSQU3054383", 0, 19), entity("CSQU3054383", 24, 11), entity("MSKU1234565", 3, 2)];
    const { contents } = found(newCase({ M01: [doc("a.txt", whole, {}, { entities })] }));
    expect(contents.text).toMatchObject([{ offset: 24, length: 11 }]);
    expect(contents.places).toMatchObject([{ place: "identifier", name: "container", seq: 0, value: "CSQU 305438-3" }]);
    const raw = found(
      newCase({ M01: [doc("b.bin", "nothing", {}, { entities: [entity("CSQU3054383", 4096, 11, null)] })] }),
    );
    expect(raw.contents.places).toHaveLength(1);
  });

  it("are in fields, names and folders, each told apart", () => {
    const fields = [{ name: "title" as const, value: "On ivory and lot 7", source: "pdf" }];
    const { contents, items } = found(newCase({ M01: [doc("folder:/Ivory/lot 12/ivory.pdf", "x", {}, { fields })] }));
    expect(contents.places.map(({ place, name, seq, offset, value }) => [place, name, seq, offset, value])).toEqual([
      ["field", "title", 0, 3, "ivory"],
      ["field", "title", 0, 13, "lot 7"],
    ]);
    expect(items.places.map(({ place, offset, length, value }) => [place, offset, length, value])).toEqual([
      ["name", 0, 5, "ivory"],
      ["path", 0, 5, "ivory"],
      ["path", 6, 6, "lot 12"],
    ]);
  });
});

/** Where each block begins in the whole text. */
function starts(theCase: Case): number[] {
  const reader = WorkFileReader.open(theCase.paths.items("M01"));
  try {
    const chars = reader.blockChars(1);
    return chars.map((_, index) => chars.slice(0, index).reduce((sum, length) => sum + length - 1024, 0));
  } finally {
    reader.close();
  }
}
