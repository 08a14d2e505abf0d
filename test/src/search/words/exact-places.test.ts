/** Where characters stand as they were typed. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { exactPlaces } from "../../../../src/search/words/exact-places.ts";

const found = (value: string, text: string, prefix = false) =>
  [...exactPlaces({ value, prefix })(text)].map(({ start, end }) => text.slice(start, end));

describe("exact places", () => {
  it("of a word that may go on end behind its last character, where that takes two units, too", () => {
    expect(found("ab", "abc𝐀𝐁", true)).toEqual(["abc𝐀𝐁"]);
    expect(found("ab", "ab𝐀 ab𝐀-ab", true)).toEqual(["ab𝐀", "ab𝐀", "ab"]);
    expect(found("ab", "abc𝐀𝐁")).toEqual([]);
    // Characters of scripts without spaces are words by themselves.
    expect(found("ab", "ab𠮷", true)).toEqual(["ab"]);
  });

  it("never part a character", () => {
    const text = fc.string({ unit: fc.constantFrom("a", "b", "𝐀", "𠮷", "\u0301", " ", "😀"), maxLength: 12 });
    fc.assert(
      fc.property(fc.constantFrom("a", "ab", "𝐀", "a𝐀"), text, fc.boolean(), (value, behind, prefix) => {
        for (const place of found(value, `${value}${behind}`, prefix)) expect(place.isWellFormed()).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});
