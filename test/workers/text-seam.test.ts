import { zstdDecompressSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { tokensOf } from "../../native-free/model/fold.ts";
import { textBlockChars, textOverlapChars, type PreparedBlock } from "../../native-free/model/prepared.ts";
import { TextHash } from "../../native-free/model/text-hash.ts";
import { firstRun, withoutFirstRun } from "../../native-free/model/text-seam.ts";
import { TextCollector, type CollectedText } from "../../workers/text-collector.ts";

function collect(text: string, pieceChars: number): CollectedText {
  const collector = new TextCollector(2 ** 30, () => {
    throw new Error("nothing was to be spooled");
  });
  for (let at = 0; at < text.length; at += pieceChars) collector.add(text.slice(at, at + pieceChars), null);
  return collector.finish();
}

const textOf = (block: PreparedBlock) => zstdDecompressSync(block.text).toString("utf8");

/** Words of many lengths, so that no seam falls on a space by chance. */
function wordsOf(chars: number): string {
  const words: string[] = [];
  let length = 0;
  for (let n = 1; length < chars; n++) {
    const word = `w${((n * 2654435761) >>> 0).toString(36).repeat(1 + (n % 3))}x`;
    words.push(word);
    length += word.length + 1;
  }
  return words.join(" ");
}

describe("the seams of a long text", () => {
  const text = wordsOf(2.2 * textBlockChars);

  it("part no word: no token is in a block that is not in the text", () => {
    const { blocks } = collect(text, 50_000);
    expect(blocks.length).toBe(3);
    const words = new Set(tokensOf(text));
    for (const block of blocks) {
      expect(tokensOf(textOf(block)).filter((token) => !words.has(token))).toEqual([]);
    }
  });

  it("lie at white space, and every block repeats exactly the overlap", () => {
    const parts = collect(text, 50_000).blocks.map(textOf);
    for (const part of parts.slice(0, -1)) {
      expect(part.at(-1)).toBe(" ");
      expect(part.length).toBeGreaterThan(textBlockChars - 2 - textOverlapChars);
    }
    expect(parts.map((part, at) => (at === 0 ? part : part.slice(textOverlapChars))).join("")).toBe(text);
  });

  it("take the last white space there is where the overlap cannot begin at one", () => {
    const long = `${"a".repeat(textBlockChars - 300)} ${"b".repeat(600)}`;
    const parts = collect(long, 1 << 16).blocks.map(textOf);
    expect(parts[0]).toBe(`${"a".repeat(textBlockChars - 300)} `);
    expect(parts[1].slice(textOverlapChars)).toBe("b".repeat(600));
  });

  it("are where a block is full when no white space is near", () => {
    const long = `a ${"b".repeat(textBlockChars + 10)}`;
    const [first] = collect(long, 1 << 16).blocks;
    expect(first.chars).toBeGreaterThanOrEqual(textBlockChars - 1);
  });
});

describe("a block that begins inside a word", () => {
  /** Lines of one length, with which no overlap begins behind white space. */
  const lines = Array.from({ length: 95_000 }, (_, n) => `CSQU3${String(n).padStart(6, "0")}\n`).join("");

  it("gives no half of a word to the index", () => {
    const { blocks } = collect(lines, 50_000);
    expect(blocks.length).toBe(2);
    expect(textOf(blocks[1])).toMatch(/^\d{1,10}\n/);
    const words = new Set(tokensOf(lines));
    for (const { folded } of blocks) expect(tokensOf(folded).filter((token) => !words.has(token))).toEqual([]);
    // And takes none away.
    expect(new Set(blocks.flatMap(({ folded }) => tokensOf(folded)))).toEqual(words);
  });

  it("leaves what begins in its first run to the block before: every word has one block", () => {
    const found: string[] = [];
    const collector = new TextCollector(
      2 ** 30,
      () => "",
      (text, _block, { since, until }) => {
        for (const { index, 0: word } of text.matchAll(/\w+/g)) if (index >= since && index < until) found.push(word);
      },
    );
    collector.add(lines, null);
    collector.finish();
    expect(found).toEqual(lines.split("\n").slice(0, -1));
  });

  it.each<[string, string, number]>([
    ["a half of a word", "295\nCSQU3000000\n", 3],
    ["a half of an address, up to white space", "n.doe@example.org wrote", 17],
    ["a word in text without white space", `half,${"a,".repeat(2000)}`, 4],
    ["a word with what the fold drops inside of it", `ha\u00adlf,${"a,".repeat(2000)}`, 5],
    ["white space", " word", 0],
    ["a run that goes on behind the overlap", "x".repeat(3000), 0],
    ["a run that ends with the overlap", `${"x".repeat(textOverlapChars)} y`, 0],
  ])("has as its first run %s", (_name, text, run) => {
    expect(firstRun(text)).toBe(run);
    expect(firstRun(text.slice(0, textOverlapChars))).toBe(run);
    expect(withoutFirstRun(text)).toBe(" ".repeat(run) + text.slice(run));
  });
});

describe("the hash of a text", () => {
  it("is that of its blocks as stored", () => {
    const { blocks, textSha256 } = collect(wordsOf(1.1 * textBlockChars), 70_000);
    const hash = new TextHash();
    for (const block of blocks) hash.add(block, zstdDecompressSync(block.text));
    expect(blocks.length).toBe(2);
    expect(textSha256).toBe(hash.digest());
  });

  it("covers labels, and is null for no text", () => {
    const labelled = (label: string | null) => {
      const collector = new TextCollector(100, () => "");
      collector.add("word", label);
      return collector.finish().textSha256;
    };
    expect(labelled("page 1")).toMatch(/^[0-9a-f]{64}$/);
    expect(labelled("page 1")).not.toBe(labelled("page 2"));
    expect(labelled("page 1")).not.toBe(labelled(null));
    expect(collect("", 1).textSha256).toBeNull();
  });
});
