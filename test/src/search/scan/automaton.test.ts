import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Automaton, TooManyStates } from "../../../../src/search/scan/automaton.ts";
import { beginningsOf, canBeEmpty } from "../../../../src/search/scan/beginnings.ts";
import { byteProgram, type ByteProgram } from "../../../../src/search/scan/byte-program.ts";
import { foldable } from "../../../../src/search/scan/fold-orbit.ts";
import { instructionsOf } from "../../../../src/search/scan/instructions.ts";
import { patternOf } from "../../../../src/search/regex.ts";

const ended = Buffer.alloc(17, 0xff);
const bytesOf = (text: string): Buffer => Buffer.concat([Buffer.from(text), ended]);

function programOf(source: string): ByteProgram {
  const program = byteProgram(patternOf(source));
  if (!program) throw new Error(`no program for ${source}`);
  return program;
}

/** Expressions of all that RE2 knows, over few characters, so that they hold now and then. */
const atom = fc.constantFrom(
  ..."abkKsS19 \n.^$",
  ...["é", "ß", "ſ", "\u212a", "Σ", "я", "漢", "😀", "\\d", "\\w", "\\W", "\\s", "\\b", "\\B", "\\A", "\\z"],
  ...[
    "[a-c]",
    "[^a]",
    "[^\\d]",
    "[é-ю]",
    "[[:upper:]]",
    "\\p{L}",
    "\\P{L}",
    "\\p{Greek}",
    "(?-i:a)",
    "(?s:.)",
    "(?-m:$)",
  ],
  ...["\\x{1F600}", "\\pN", "[\\s\\S]"],
);
const expression: fc.Arbitrary<string> = fc.letrec<{ all: string }>((tie) => ({
  all: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    atom,
    fc.tuple(tie("all"), tie("all")).map(([a, b]) => a + b),
    fc.tuple(tie("all"), tie("all")).map(([a, b]) => `(${a}|${b})`),
    fc
      .tuple(tie("all"), fc.constantFrom("*", "+", "?", "{2}", "{1,3}", "{2,}", "*?", "+?"))
      .map(([a, b]) => `(?:${a})${b}`),
  ),
})).all;
const text = fc.string({ unit: fc.constantFrom(..."abcAkKsS159_ .\n", ..."éßſ\u212aΣσςяЯ漢😀\u0301"), maxLength: 24 });

const isWrong = (source: string): boolean => {
  try {
    patternOf(source);
    return false;
  } catch {
    return true;
  }
};

describe("the automaton", () => {
  it("holds where re2js holds", () => {
    fc.assert(
      fc.property(expression, fc.array(text, { minLength: 1, maxLength: 6 }), (source, texts) => {
        fc.pre(!isWrong(source));
        const pattern = patternOf(source);
        const program = programOf(source);
        const automaton = new Automaton(program);
        for (const each of texts) {
          const found = automaton.matches(bytesOf(each), 0);
          const expected = pattern.matcher(each).find();
          // A match without characters may be seen within a character, too.
          if (!canBeEmpty(program) || expected) expect([source, each, found]).toEqual([source, each, expected]);
        }
      }),
      { numRuns: 500 },
    );
  });

  it("looks at what stands before the place it begins at", () => {
    const bytes = bytesOf("xab ab\nab");
    const at = (source: string, from: number) => new Automaton(programOf(source)).matches(bytes, from);
    expect([at("\\bab \\b", 1), at("\\bab\\n", 4), at("^ab", 1), at("^ab", 8), at("\\Aab", 7)]).toEqual([
      false,
      true,
      true,
      false,
      false,
    ]);
  });

  it("goes on with the text behind an end of text", () => {
    const bytes = Buffer.concat([bytesOf("ab"), bytesOf("cd")]);
    const automaton = new Automaton(programOf("^cd$"));
    expect([automaton.matches(bytes, 0), automaton.matches(bytes, 19)]).toEqual([false, true]);
  });

  it("gives up where states come without end, and never says anything wrong before", () => {
    const automaton = new Automaton(programOf("(a|b)*a(a|b){18}c"));
    let seed = 1;
    const dice = () => (seed = (seed * 48271) % 2147483647) % 2;
    const long = Array.from({ length: 200_000 }, () => "ab".charAt(dice())).join("");
    expect(() => automaton.matches(bytesOf(long), 0)).toThrow(TooManyStates);
  });

  it("knows every character that has another case", () => {
    const known = new Set(foldable());
    const missing: number[] = [];
    for (let code = 0; code < 0x110000; code += 1) {
      const character = String.fromCodePoint(code);
      const hasCase = character.toLowerCase() !== character || character.toUpperCase() !== character;
      if (hasCase && !known.has(code)) missing.push(code);
    }
    expect(missing).toEqual([]);
    // And what re2js takes for the same without case is one of them.
    const [taking] = instructionsOf(patternOf("k")).instructions.filter(({ runes }) => runes.length === 1);
    const taken = Array.from({ length: 0x110000 }, (_, code) => code).filter((code) => taking?.matchRune(code));
    expect(taken).toEqual([0x4b, 0x6b, 0x212a]);
    expect(taken.every((code) => known.has(code))).toBe(true);
  });
});

/** Characters that are rare in texts, and an expression that holds for nothing without them: of chance alone few are worth a look. */
const rarely = fc.constantFrom("漢", "😀", "S1", "k9_", "Σя");
const narrow = fc
  .tuple(rarely, expression, text, text, fc.constantFrom("alone", "before", "behind", "between"))
  .map(([rare, some, one, other, where]) => {
    const sources = { alone: some, before: rare + some, behind: some + rare, between: `(?:${some})${rare}(?:${some})` };
    return { source: sources[where], each: where === "alone" ? one : one + rare + other };
  });

describe("where a match may begin", () => {
  it("leaves no match out", () => {
    let filtered = 0;
    fc.assert(
      fc.property(narrow, ({ source, each }) => {
        fc.pre(!isWrong(source));
        const program = programOf(source);
        const beginnings = beginningsOf(program);
        const matcher = patternOf(source).matcher(each);
        if (!beginnings || !matcher.find() || canBeEmpty(program)) return;
        filtered += 1;
        beginnings.prepare(bytesOf(each));
        const place = beginnings.next(0);
        const start = Buffer.byteLength(each.slice(0, matcher.start()));
        expect(place).toBeGreaterThanOrEqual(0);
        if (beginnings.areStarts) expect(place).toBeLessThanOrEqual(start);
      }),
      { numRuns: 1000 },
    );
    expect(filtered).toBeGreaterThan(5);
  });

  it("is a byte or several sets of bytes, or nothing where places would be too many", () => {
    expect(beginningsOf(programOf("CSQU\\d{7}"))?.areStarts).toBe(true);
    expect(beginningsOf(programOf("[a-z]+@[a-z]+\\.(de|com)"))?.areStarts).toBe(false);
    expect(beginningsOf(programOf("[a-z]+"))).toBeNull();
  });

  it.each<[string, boolean]>([
    ["a*", true],
    ["\\b", true],
    ["a|b?", true],
    ["a+", false],
    ["^a$", false],
  ])("%s can be empty: %s", (source, expected) => {
    expect(canBeEmpty(programOf(source))).toBe(expected);
  });
});
