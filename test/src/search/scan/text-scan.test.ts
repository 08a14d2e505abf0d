import { zstdCompressSync, zstdDecompressSync } from "node:zlib";
import { afterEach, describe, expect, it, vi } from "vitest";
import { parseQuery } from "../../../../src/search/query-parser.ts";
import type { SpecialTerm } from "../../../../src/search/query.ts";
import { slotBytes, slotTexts } from "../../../../src/search/scan/scan-slots.ts";
import { contentsHolding, type StoredText } from "../../../../src/search/scan/text-scan.ts";
import { batchChars, DamagedText, TextScanner, type Batch } from "../../../../src/search/scan/text-scanner.ts";

const regex = (source: string): SpecialTerm => parseQuery(`text:/${source}/`) as SpecialTerm;

function stored(content: number, text: string): StoredText {
  return { content, isFirst: true, goesOn: false, chars: text.length, frame: new Uint8Array(zstdCompressSync(text)) };
}

/** Number of texts and characters of each batch that this thread scans. */
function watchedBatches(): { count: number; chars: number }[] {
  const seen: { count: number; chars: number }[] = [];
  const { scan } = TextScanner.prototype;
  vi.spyOn(TextScanner.prototype, "scan").mockImplementation(function (this: TextScanner, batch: Batch) {
    const ends = [0, ...batch.ends.subarray(0, batch.count)];
    const texts = ends.slice(1).map((end, at) => zstdDecompressSync(batch.bytes.slice(ends[at], end)).toString());
    const chars = texts.reduce((sum, text) => sum + text.length, 0);
    seen.push({ count: batch.count, chars });
    scan.call(this, batch);
  });
  return seen;
}

afterEach(() => vi.restoreAllMocks());

describe("texts that are far longer than what is stored of them", () => {
  const million = 1_000_000;
  const units = ["all the same ", "DE44 5001 0517 ", "漢字 ", "IT60-0542 "];
  const texts = Array.from({ length: 40 }, (_, at) => {
    const unit = at % 5 === 3 ? "DE44 5001 0518 " : (units[at % units.length] as string);
    return stored(at, unit.repeat(Math.ceil(million / unit.length)).slice(0, million));
  });
  const asked = ["[A-Z]{2}\\d{2} \\d{4} \\d{4}", "0518", "漢字 漢", "\\d-\\d"];

  it("are scanned a few at a time, and held as if each were scanned alone", () => {
    for (const source of asked) {
      const expected = texts.filter((text) => contentsHolding(regex(source), [text], { threads: 1 }).size === 1);
      const batches = watchedBatches();
      const found = contentsHolding(regex(source), texts, { threads: 1 });
      vi.restoreAllMocks();
      expect([...found]).toEqual(expected.map(({ content }) => content));
      expect([found.size > 5, found.size < texts.length]).toEqual([true, true]);
      expect(batches.reduce((sum, { count }) => sum + count, 0)).toBe(texts.length);
      expect(batches.length).toBe(Math.ceil(texts.length / Math.floor(batchChars / million)));
      expect(batches.filter(({ chars }) => chars > batchChars)).toEqual([]);
    }
  });

  it("are held whichever thread scans them", () => {
    for (const source of asked) {
      const alone = contentsHolding(regex(source), texts, { threads: 1 });
      const together = contentsHolding(regex(source), texts, { threads: 3, aloneMs: 0 });
      expect([...together].sort((a, b) => a - b)).toEqual([...alone]);
    }
  });

  it("are damaged where a row says fewer characters, and do not fill the memory", () => {
    const lying = texts.map((text) => ({ ...text, chars: 1 }));
    for (const options of [{ threads: 1 }, { threads: 3, aloneMs: 0 }]) {
      expect(() => contentsHolding(regex("q@+q"), lying, options)).toThrow(DamagedText);
    }
  });
});

it("one text may be a batch, whatever its row says", () => {
  const long = { ...stored(1, "a b ".repeat(1 << 18)), chars: 2 * batchChars };
  const batches = watchedBatches();
  const found = contentsHolding(regex("b a"), [long, stored(2, "b a"), { ...long, content: 3 }], { threads: 1 });
  expect([...found]).toEqual([1, 2, 3]);
  expect(batches.map(({ count }) => count)).toEqual([1, 1, 1]);
});

it("ordinary texts are as many to a batch as a slot has room for", () => {
  let seed = 3;
  const dice = (): number => (seed = (seed * 48271) % 2147483647);
  const words = Array.from({ length: 40 }, () => dice().toString(36));
  const ordinary = stored(0, Array.from({ length: 20_000 }, () => words[dice() % words.length] as string).join(" "));
  const fitting = Math.floor(slotBytes / ordinary.frame.length);
  expect(ordinary.chars / ordinary.frame.length).toBeGreaterThan(4);
  const batches = watchedBatches();
  const many = Array.from({ length: 2 * fitting + 1 }, (_, content) => ({ ...ordinary, content }));
  contentsHolding(regex("q@+q"), many, { threads: 1 });
  const short = Array.from({ length: slotTexts + 1 }, (_, content) => ({ ...stored(0, "word"), content }));
  contentsHolding(regex("q@+q"), short, { threads: 1 });
  expect(batches.map(({ count }) => count)).toEqual([fitting, fitting, 1, slotTexts, 1]);
});
