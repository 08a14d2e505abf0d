import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compileRegex, patternOf } from "../../../../src/search/regex.ts";

const unit = fc.constantFrom(
  ..."abkS1 \n.",
  "é",
  "ſ",
  "漢",
  "😀",
  "\\d",
  "\\w",
  "\\b",
  "\\B",
  "^",
  "$",
  "[^a]",
  "\\p{L}",
  "(?-i:a)",
);
const often = fc.constantFrom("", "", "", "+", "?", "*", "{2}", "+?", "*?");
const sequence = fc
  .array(fc.tuple(unit, often), { minLength: 1, maxLength: 5 })
  .map((all) => all.map(([a, b]) => (/^(\\[bB]|[\^$])$/.test(a) ? a : a + b)).join(""));
const expression = fc.oneof(
  sequence,
  fc.tuple(sequence, sequence).map(([a, b]) => `${a}|${b}`),
  fc.tuple(sequence, sequence, sequence).map(([a, b, c]) => `(?:${a}|${b})+${c}`),
);
const text = fc.string({ unit: fc.constantFrom(..."aabbkS1 \n.éſ\u212a漢😀", "\ud83d"), maxLength: 40 });

/** As re2js alone finds them. */
function plainPlaces(source: string, from: string): { start: number; end: number }[] {
  const found: { start: number; end: number }[] = [];
  const matcher = patternOf(source).matcher(from);
  while (matcher.find())
    if (matcher.end() > matcher.start()) found.push({ start: matcher.start(), end: matcher.end() });
  return found;
}

describe("places of a regular expression", () => {
  it("are those of re2js, also where two texts are read at a time", () => {
    let places = 0;
    fc.assert(
      fc.property(expression, text, text, (source, one, other) => {
        const regex = compileRegex(source);
        const [first, second] = [regex.places(one), regex.places(other)];
        const found: [{ start: number; end: number }[], { start: number; end: number }[]] = [[], []];
        for (let a = first.next(), b = second.next(); !a.done || !b.done; a = first.next(), b = second.next()) {
          if (!a.done) found[0].push(a.value);
          if (!b.done) found[1].push(b.value);
        }
        places += found[0].length;
        expect([source, one, other, ...found]).toEqual([
          source,
          one,
          other,
          plainPlaces(source, one),
          plainPlaces(source, other),
        ]);
      }),
      { numRuns: 700 },
    );
    expect(places).toBeGreaterThan(200);
  });

  it("take time by the length of the text", () => {
    const long = `${"word after word, ".repeat(60_000)}CSQU3054383 and CSQU3054384`;
    expect([...compileRegex("csqu\\d{7}").places(long)]).toEqual([
      { start: 1_020_000, end: 1_020_011 },
      { start: 1_020_016, end: 1_020_027 },
    ]);
  });
});
