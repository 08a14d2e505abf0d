import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { escapeForTerminal } from "../../../native-free/model/escape.ts";

/** What a terminal or a reader of a log could be deceived by, as inclusive ranges of code points. */
const dangerous: readonly (readonly [string, number, number])[] = [
  ["C0", 0x00, 0x1f],
  ["DEL and C1", 0x7f, 0x9f],
  ["soft hyphen", 0xad, 0xad],
  ["combining grapheme joiner", 0x34f, 0x34f],
  ["Arabic letter mark", 0x61c, 0x61c],
  ["Hangul fillers", 0x115f, 0x1160],
  ["Mongolian vowel separator", 0x180e, 0x180e],
  ["zero-width and directional marks", 0x200b, 0x200f],
  ["separators and bidirectional embeddings", 0x2028, 0x202e],
  ["invisible operators and isolates", 0x2060, 0x206f],
  ["Hangul filler", 0x3164, 0x3164],
  ["lone surrogates", 0xd800, 0xdfff],
  ["variation selectors", 0xfe00, 0xfe0f],
  ["byte order mark", 0xfeff, 0xfeff],
  ["interlinear annotation and specials", 0xfff9, 0xffff],
  ["tags and further selectors", 0xe0000, 0xe0fff],
];

const isDangerous = (code: number) => dangerous.some(([, from, to]) => code >= from && code <= to);

/** The text that an escaped one stands for. */
function unescape(escaped: string): string {
  return escaped.replace(/\\(?:\\|x([0-9a-f]{2})|u([0-9a-f]{4})|u\{([0-9a-f]+)\})/g, (_, x, u, braces) => {
    const digits = (x ?? u ?? braces) as string | undefined;
    return digits === undefined ? "\\" : String.fromCodePoint(Number.parseInt(digits, 16));
  });
}

describe("escapeForTerminal", () => {
  it.each(dangerous)("shows %s as text", (_, from, to) => {
    for (let code = from; code <= to; code++) {
      const escaped = escapeForTerminal(String.fromCodePoint(code));
      expect(escaped).toMatch(/^\\(x[0-9a-f]{2}|u[0-9a-f]{4}|u\{[0-9a-f]+\})$/);
      expect(Number.parseInt(escaped.replace(/[\\xu{}]/g, ""), 16)).toBe(code);
    }
  });

  it("leaves what people read as it is", () => {
    const plain = "Łódź Straße 東京 العربية עברית тариф 2402-20 (ü) €100 🙂 a_b-c.d 'x' \"y\" <z> & $(id)";
    expect(escapeForTerminal(plain)).toBe(plain);
  });

  it("keeps a terminal's commands from acting", () => {
    expect(escapeForTerminal("\u001b]0;title\u0007")).toBe("\\x1b]0;title\\x07");
    expect(escapeForTerminal("a\r\nb\tc")).toBe("a\\x0d\\x0ab\\x09c");
    expect(escapeForTerminal("gnp.\u202eexe")).toBe("gnp.\\u202eexe");
    expect(escapeForTerminal("\u{e0041}")).toBe("\\u{e0041}");
  });

  it("leaves nothing dangerous and loses nothing, whatever the text", () => {
    const code = fc.oneof(
      fc.integer({ min: 0, max: 0x10ffff }),
      fc.constantFrom(...dangerous.flatMap(([, from, to]) => [from, to]), 0x5c, 0x78, 0x75, 0x7b, 0x41),
    );
    const text = fc
      .array(code, { maxLength: 40 })
      .map((codes) => codes.map((one) => String.fromCodePoint(one)).join(""));
    fc.assert(
      fc.property(text, (given) => {
        const escaped = escapeForTerminal(given);
        expect([...escaped].some((character) => isDangerous(character.codePointAt(0) ?? 0))).toBe(false);
        expect(escaped.isWellFormed()).toBe(true);
        expect(unescape(escaped)).toBe(given);
      }),
      { numRuns: 500 },
    );
  });
});
