import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compileRegex, patternOf } from "../../../../src/search/regex.ts";

/** Parts of an expression, each with characters that it holds for. */
const unit = fc.constantFrom<[string, string]>(
  ...Array.from("abkS1 \n.", (each): [string, string] => [each, each]),
  ["é", "é"],
  ["ſ", "ſ"],
  ["漢", "漢"],
  ["😀", "😀"],
  ["\\d", "1"],
  ["\\w", "k"],
  ["\\b", ""],
  ["\\B", ""],
  ["^", ""],
  ["$", ""],
  ["[^a]", "漢"],
  ["\\p{L}", "é"],
  ["(?-i:a)", "a"],
);
const often = fc.constantFrom("", "", "", "+", "?", "*", "{2}", "+?", "*?");
const sequence = fc.array(fc.tuple(unit, often), { minLength: 1, maxLength: 5 }).map((all) => ({
  source: all.map(([[part, held], some]) => (held === "" ? part : part + some)).join(""),
  held: all.map(([[, held], some]) => held.repeat(some === "{2}" ? 2 : 1)).join(""),
}));
const expression = fc.oneof(
  sequence,
  fc.tuple(sequence, sequence).map(([a, b]) => ({ source: `${a.source}|${b.source}`, held: b.held })),
  fc
    .tuple(sequence, sequence, sequence)
    .map(([a, b, c]) => ({ source: `(?:${a.source}|${b.source})+${c.source}`, held: a.held + b.held + c.held })),
);
/** Stands for what the expression holds for: a text of chance alone seldom has a place. */
const mark = "§";
const characters = [..."aabbkS1 \n.éſ\u212a漢😀", mark, mark, mark];
const text = fc.oneof(
  { weight: 3, arbitrary: fc.string({ unit: fc.constantFrom(...characters), maxLength: 40 }) },
  // Halves of characters: nothing is skipped there.
  { weight: 1, arbitrary: fc.string({ unit: fc.constantFrom(...characters, "\ud83d"), maxLength: 40 }) },
);
const question = fc.tuple(expression, text, text).map(([{ source, held }, ...texts]) => {
  const [one, other] = texts.map((each) => each.replaceAll(mark, () => held)) as [string, string];
  return { source, one, other };
});

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
      fc.property(question, ({ source, one, other }) => {
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
