import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { deserialize } from "node:v8";
import { zstdDecompressSync } from "node:zlib";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { foldBlock } from "../../native-free/model/text-seam.ts";
import {
  textBlockChars,
  textOverlapChars,
  type PreparedBlock,
  type PreparedContent,
} from "../../native-free/model/prepared.ts";
import { WorkFileReader } from "../../src/case/work-file-reader.ts";
import { WorkFileWriter } from "../../src/case/work-file-writer.ts";
import { TextCollector, type CollectedText } from "../../workers/text-collector.ts";
import { itemRow, preparedContent } from "../fixtures/work-file-rows.ts";

const base = mkdtempSync(join(tmpdir(), "vestige-text-"));
afterAll(() => rmSync(base, { recursive: true, force: true }));

let files = 0;
const spoolFile = () => join(base, `spool-${files++}`);
const noSpool = (): string => {
  throw new Error("nothing was to be spooled");
};
const unlimited = 2 ** 30;
const textOf = (block: PreparedBlock) => zstdDecompressSync(block.text).toString("utf8");

function collect(
  pieces: readonly (readonly [string, string | null])[],
  limit = unlimited,
  spool = noSpool,
): CollectedText & { isCut: boolean } {
  const collector = new TextCollector(limit, spool);
  for (const [piece, label] of pieces) collector.add(piece, label);
  return { ...collector.finish(), isCut: collector.isCut };
}

/** The running text behind overlapping blocks; checks that they do overlap. */
function joined(blocks: readonly PreparedBlock[]): string {
  let text = "";
  for (const [at, block] of blocks.entries()) {
    const own = textOf(block);
    expect(block.index).toBe(at);
    expect(block.chars).toBe(own.length);
    expect(block.chars).toBeLessThanOrEqual(textBlockChars);
    expect(block.folded).toBe(foldBlock(own, block.index));
    expect(own.isWellFormed() && !own.includes("\ufffd")).toBe(true);
    if (at === 0) text = own;
    else {
      const overlap =
        own.length >= textOverlapChars && text.endsWith(own.slice(0, textOverlapChars))
          ? textOverlapChars
          : textOverlapChars + 1;
      expect(text.endsWith(own.slice(0, overlap))).toBe(true);
      text += own.slice(overlap);
    }
  }
  return text;
}

/** Every label with the text that it covers, over one block. */
function stretches(block: PreparedBlock): [string, string][] {
  const text = textOf(block);
  return block.labels.map(({ at, label }, index) => [label, text.slice(at, block.labels[index + 1]?.at)]);
}

describe("TextCollector", () => {
  it("keeps a short text as one block, in memory of its own size", () => {
    const { blocks, chars, sample, spooled } = collect([
      ["Grüße ", null],
      ["aus Łódź", null],
    ]);
    expect(blocks.map(textOf)).toEqual(["Grüße aus Łódź"]);
    expect([chars, sample, spooled, blocks[0].labels]).toEqual([14, "Grüße aus Łódź", null, []]);
    expect(blocks[0].text.buffer.byteLength).toBe(blocks[0].text.length);
  });

  it("gives no block for no text", () => {
    expect(
      collect([
        ["", "page 1"],
        ["", null],
      ]).blocks,
    ).toEqual([]);
  });

  it("starts a new line for each label and says where it holds", () => {
    const { blocks } = collect([
      ["preface", null],
      ["first ", "page 1"],
      ["page", "page 1"],
      ["second", "page 2"],
      ["end", null],
    ]);
    expect(textOf(blocks[0])).toBe("preface\nfirst page\nsecond\nend");
    expect(stretches(blocks[0])).toEqual([
      ["page 1", "first page\n"],
      ["page 2", "second\n"],
      ["", "end"],
    ]);
  });

  it("cuts long texts into overlapping blocks", () => {
    const line = "0123456789 customs declaration ";
    const text = line.repeat(Math.ceil((textBlockChars * 2.5) / line.length));
    const { blocks, chars } = collect([[text, null]]);
    expect(blocks.length).toBe(3);
    expect(chars).toBe(text.length);
    expect(joined(blocks)).toBe(text);
  });

  it("makes no block of an overlap alone", () => {
    const { blocks } = collect([["x".repeat(textBlockChars), null]]);
    expect(blocks.map(({ chars }) => chars)).toEqual([textBlockChars]);
  });

  it.each([-3, -2, -1, 0, 1])("parts no surrogate pair at the end of a block (%d units from it)", (shift) => {
    const filler = "a".repeat(textBlockChars + shift);
    for (const pieces of [
      [[`${filler}🙂🙂z`, null]],
      [
        [filler, "one"],
        ["🙂z", "two"],
      ],
      [
        [filler, null],
        ["\ud83d", null],
        ["\ude42z", null],
      ],
    ] satisfies [string, string | null][][]) {
      const { blocks } = collect(pieces);
      const glue = pieces[0][1] === null ? "" : "\n";
      expect(joined(blocks)).toBe(pieces.map(([piece]) => piece).join(glue));
    }
  });

  it("puts the halves of a pair together that come in two pieces, and replaces halves that stay alone", () => {
    expect(
      textOf(
        collect([
          ["a\ud83d", null],
          ["\ude42b", null],
        ]).blocks[0],
      ),
    ).toBe("a🙂b");
    expect(
      textOf(
        collect([
          ["a\ud83d", null],
          ["b\ude42", null],
        ]).blocks[0],
      ),
    ).toBe("a\ufffdb\ufffd");
    expect(
      textOf(
        collect([
          ["a\ud83d", "1"],
          ["b", "2"],
        ]).blocks[0],
      ),
    ).toBe("a\ufffd\nb");
    expect(textOf(collect([["a\ud83d", null]]).blocks[0])).toBe("a\ufffd");
  });

  it("keeps the labels of what the overlap repeats", () => {
    const before = "b".repeat(textBlockChars - 500);
    const { blocks } = collect([
      [before, "page 1"],
      ["c".repeat(100), "page 2"],
      ["d".repeat(2000), "page 3"],
    ]);
    expect(blocks).toHaveLength(2);
    expect(
      stretches(blocks[1]).map(([label, text]) => [label, new Set(text.replaceAll("\n", "")).size, text[0]]),
    ).toEqual([
      ["page 1", 1, "b"],
      ["page 2", 1, "c"],
      ["page 3", 1, "d"],
    ]);
  });

  it("stops at the limit, says so, and cuts no pair there", () => {
    const exact = collect([["12345", null]], 5);
    expect([exact.isCut, exact.chars]).toEqual([false, 5]);
    const over = collect(
      [
        ["123456", null],
        ["more", "label"],
      ],
      5,
    );
    expect([over.isCut, textOf(over.blocks[0]), over.chars]).toEqual([true, "12345", 5]);
    const pair = collect([["1234🙂", null]], 5);
    expect([pair.isCut, textOf(pair.blocks[0])]).toEqual([true, "1234"]);
    const later = collect(
      [
        ["12345", null],
        ["6", "label"],
      ],
      5,
    );
    expect([later.isCut, textOf(later.blocks[0])]).toEqual([true, "12345"]);
  });

  it("gives back any text whatever the pieces, with every label over its own text", () => {
    const piece = fc.record({
      // Each label has a letter of its own, so that text under a wrong label shows.
      page: fc.integer({ min: 0, max: 4 }),
      size: fc.oneof(fc.nat({ max: 30 }), fc.nat({ max: textBlockChars + 5 })),
      pairs: fc.boolean(),
    });
    const letters = ["a", "b", "c", "d", "e"];
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 5 }), (pieces) => {
        const given = pieces.map(
          ({ page, size, pairs }) =>
            [(letters[page] + (pairs ? "🙂" : "")).repeat(size), page === 0 ? null : `page ${page}`] as const,
        );
        const { blocks } = collect(given);
        const text = joined(blocks);
        const filled = given.filter(([one]) => one !== "");
        const expected = filled.map(([one, label], at) => (at > 0 && filled[at - 1][1] !== label ? `\n${one}` : one));
        expect(text).toBe(expected.join(""));
        for (const block of blocks) {
          for (const [label, part] of stretches(block)) {
            const page = label === "" ? 0 : Number(label.slice(5));
            expect(part.replaceAll("🙂", "").replaceAll("\n", "").replaceAll(letters[page], "")).toBe("");
          }
        }
      }),
      { numRuns: process.env.VESTIGE_CAMPAIGN === "1" ? 300 : 8 },
    );
  });
});

/** Nine blocks: one more than what stays in memory. */
const longLine = "harbour Αθήνα container ";
const longText = longLine.repeat(Math.ceil((9.5 * textBlockChars) / longLine.length));

describe("the spool of a long text", () => {
  it("takes what memory does not, and the writer reads it back and removes it", () => {
    const { blocks, spooled, chars } = collect([[longText, "body"]], unlimited, spoolFile);
    expect(spooled).not.toBeNull();
    expect(chars).toBe(longText.length);
    expect(joined([...blocks, ...recordsOf(spooled ?? "")])).toBe(longText);
    const item = itemRow("folder:/long.txt", longText);
    const { row } = preparedContent(longText);
    const prepared: PreparedContent = {
      row,
      treatment: "full",
      share: "never",
      similar: { sketch: null, ssdeep: null, tlsh: null },
      blocks,
      spooled,
    };
    const file = join(base, "items.db");
    const writer = WorkFileWriter.open(file, { exhibit: "M01", profile: "p" });
    writer.plan([{ key: item.id, order: 0, path: item.path, size: 1 }]);
    writer.addContent(prepared);
    writer.addItems(item.id, [item]);
    writer.finishUnit({ key: item.id, items: 1, status: "done", reason: null });
    writer.close();
    expect(existsSync(spooled ?? "")).toBe(false);
    const reader = WorkFileReader.open(file);
    try {
      const [stored] = [...reader.items()];
      expect(stored.content?.sha256).toBe(row.sha256);
    } finally {
      reader.close();
    }
  });

  it("goes with what is discarded, before and after the end", () => {
    for (const ends of [false, true]) {
      const collector = new TextCollector(unlimited, spoolFile);
      collector.add(longText, null);
      if (ends) expect(collector.finish().spooled).not.toBeNull();
      collector.discard();
      collector.discard();
    }
    expect(readdirSync(base).filter((name) => name.startsWith("spool-"))).toEqual([]);
  });

  it("says the system's error where the file cannot be made, and leaves nothing", () => {
    const collector = new TextCollector(unlimited, () => join(base, "absent", "spool"));
    expect(() => collector.add(longText, null)).toThrow(/ENOENT/);
    expect(() => collector.discard()).not.toThrow();
  });
});

function recordsOf(file: string): PreparedBlock[] {
  const bytes = readFileSync(file);
  const records: PreparedBlock[] = [];
  for (let at = 0; at < bytes.length;) {
    const length = bytes.readUInt32LE(at);
    records.push(deserialize(bytes.subarray(at + 4, at + 4 + length)) as PreparedBlock);
    at += 4 + length;
  }
  return records;
}
