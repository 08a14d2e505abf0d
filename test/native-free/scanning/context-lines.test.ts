import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { contextOf, wideContextOf } from "../../../native-free/scanning/context.ts";

/** The rule itself, of any text. */
function shown(text: string): string {
  return text
    .replaceAll(/\s+/g, " ")
    .replaceAll(/[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/gu, ".")
    .replaceAll("\u{fffd}", ".");
}

describe("context of a hit", () => {
  it("is the text around as one line, of ASCII and of other text", () => {
    const ascii = fc.uint8Array({ max: 0x7f, minLength: 1, maxLength: 200 });
    const any = fc.uint8Array({ minLength: 1, maxLength: 200 });
    fc.assert(
      fc.property(fc.oneof(ascii, any), fc.nat(150), fc.nat(50), (bytes, at, length) => {
        const from = Math.min(at, bytes.length);
        const to = Math.min(from + length, bytes.length);
        const around = bytes.subarray(Math.max(0, from - 40), Math.min(bytes.length, to + 40));
        expect(contextOf(bytes, from, to)).toBe(shown(new TextDecoder("utf-8").decode(around)));
        const wide = wideContextOf({ bytes, from: 0, to: bytes.length }, from, to);
        expect(wide).toBe(shown(Buffer.from(around).toString("latin1")));
      }),
      { numRuns: 500 },
    );
  });

  it("joins blanks and hides what is not printable", () => {
    expect(contextOf(Buffer.from("a \t\r\nb\0\u{7f}c"), 0, 1)).toBe("a b..c");
    expect(contextOf(Buffer.alloc(3000, "x\n"), 40, 2900)).toHaveLength(2940);
  });
});
