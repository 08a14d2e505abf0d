import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { countScripts, wordsOf } from "../../../native-free/extractors/language-sample.ts";

const pieces = [
  ..."abc @12_3\n=éΩ漢カー한שไ\u3000\ufeff\u00a0<>/\\{}ħ",
  "\u{1f600}",
  "\u{20000}",
  "\ud83d",
  "\udc00",
  "key=value ",
  "user@example.eu ",
];
const anyText = fc.array(fc.constantFrom(...pieces), { maxLength: 200 }).map((parts) => parts.join(""));

describe("the sample for language detection", () => {
  it("is what the two patterns say: addresses and markup, digits and underscores give a space each", () => {
    fc.assert(
      fc.property(anyText, fc.integer({ min: 1, max: 120 }), fc.integer({ min: 1, max: 60 }), (text, read, limit) => {
        const expected = text
          .slice(0, read)
          .replaceAll(/\S*[@/\\=<>{}]\S*|[\d_]+/g, " ")
          .slice(0, limit);
        expect(wordsOf(text, read, limit)).toBe(expected);
      }),
      { numRuns: 2000 },
    );
  });

  it("counts letters and scripts by character, not by half of a pair", () => {
    const patterns = {
      kana: /[\u3041-\u30fa]/gu,
      hangul: /\p{Script=Hangul}/gu,
      han: /\p{Script=Han}/gu,
      greek: /\p{Script=Greek}/gu,
      hebrew: /\p{Script=Hebrew}/gu,
      thai: /\p{Script=Thai}/gu,
      armenian: /\p{Script=Armenian}/gu,
      georgian: /\p{Script=Georgian}/gu,
    };
    fc.assert(
      fc.property(anyText, fc.integer({ min: 1, max: 150 }), (text, limit) => {
        const sample = text.slice(0, limit);
        const { letters, scripts } = countScripts(text, limit);
        expect(letters).toBe(sample.match(/\p{L}/gu)?.length ?? 0);
        for (const [name, pattern] of Object.entries(patterns)) {
          expect([name, scripts[name as keyof typeof patterns]]).toEqual([name, sample.match(pattern)?.length ?? 0]);
        }
      }),
      { numRuns: 1000 },
    );
  });
});
