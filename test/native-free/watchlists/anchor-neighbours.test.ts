import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { contradicts, neighboursOf } from "../../../native-free/watchlists/anchor-neighbours.ts";
import { parseWatchList } from "../../../native-free/watchlists/parse-list.ts";
import { compileWatchLists } from "../../../native-free/watchlists/watch-matcher.ts";

const head = "id: a\nversion: 1\ndate: 2026-11-22\ntitle: T\nlanguage: en\n";
const entries = ["phrase change of origin", "word cigarette", "stem zigarett", "phrase first copy"];
const list = parseWatchList(`${head}${entries.join("\n")}\n`, "a.txt").list!;
const matcher = compileWatchLists([list]);
const looked = matcher
  .patterns()
  .filter(({ encoding }) => encoding === "ascii")
  .map((pattern) => ({ pattern, neighbours: neighboursOf(matcher.entries[pattern.entry]!, pattern.bytes) }));

const piece = fc.constantFrom(
  ...["change", "Change", "of", "origin", "cigarette", "zigarett", "en", "first", "copy", "cut", "rag", "s"],
  ...[" ", "-", "  ", "\n", "\0", "é", "'", "_", "1", "x", " ".repeat(39), " ".repeat(41)],
);

describe("what stands beside an anchor", () => {
  it("is known of entries in plain ASCII", () => {
    expect(looked.every(({ neighbours }) => neighbours !== null)).toBe(true);
  });

  it("never refuses what stands there", () => {
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const text = pieces.join("");
        const bytes = Buffer.from(text, "latin1");
        matcher.findInText(text, (hit) => {
          for (const { pattern, neighbours } of looked) {
            if (pattern.entry !== hit.entry || !neighbours) continue;
            const anchor = String.fromCharCode(...pattern.bytes.map((byte) => byte ?? 32)).toLowerCase();
            const inside = text.slice(hit.from, hit.to).toLowerCase();
            const at = inside.indexOf(anchor);
            if (at < 0 || inside.includes(anchor, at + 1)) continue;
            const from = hit.from + at;
            expect(contradicts(bytes, from, from + anchor.length, neighbours)).toBe(false);
          }
        });
      }),
      { numRuns: 2000 },
    );
  });

  it("refuses a part of a word, and other words beside", () => {
    const said = (text: string, entry: number): boolean => {
      const { pattern, neighbours } = looked.find((each) => each.pattern.entry === entry)!;
      const bytes = Buffer.from(text, "latin1");
      const at = text
        .toLowerCase()
        .indexOf(String.fromCharCode(...pattern.bytes.map((byte) => byte ?? 32)).toLowerCase());
      return contradicts(bytes, at, at + pattern.bytes.length, neighbours!);
    };
    expect(said("a cigarette", 1)).toBe(false);
    expect(said("cigarettes", 1)).toBe(true);
    expect(said("zigaretten", 2)).toBe(false);
    expect(said("xzigaretten", 2)).toBe(true);
    expect(said("a change of origin", 0)).toBe(false);
  });
});
