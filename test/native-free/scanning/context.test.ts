/** The text around a hit is one line that can be shown. */
import { describe, expect, it } from "vitest";
import { contextOf, wideContextOf } from "../../../native-free/scanning/context.ts";
import { grain } from "../../fixtures/carving/laid-out.ts";

describe("the text around", () => {
  it("is forty bytes on either side", () => {
    const bytes = Buffer.from(`${"a".repeat(50)}HIT${"b".repeat(50)}`);
    expect(contextOf(bytes, 50, 53)).toBe(`${"a".repeat(40)}HIT${"b".repeat(40)}`);
    expect(contextOf(bytes, 0, 3)).toBe(`${"a".repeat(43)}`);
    expect(contextOf(bytes, 100, 103)).toBe("b".repeat(43));
  });

  it("shows letters of any script, and what is not printable as a dot", () => {
    expect(contextOf(Buffer.from("\u0000\u001b[31m Ñandú слон 象 \u202e\u0085\ue000"), 5, 6)).toBe(
      "..[31m Ñandú слон 象 ...",
    );
    expect(contextOf(Buffer.from([0xff, 0x41, 0xc3, 0x28]), 1, 2)).toBe(".A.(");
  });

  it("of text of two bytes is that of its characters, within the run", () => {
    const bytes = Buffer.concat([Buffer.from("before "), Buffer.from([0x80]), Buffer.from("HIT\tafter\n")]);
    expect(wideContextOf({ bytes, from: 2, to: 16 }, 8, 11)).toBe("fore .HIT afte");
  });

  it("has no control character for any bytes", () => {
    for (let seed = 1; seed < 200; seed++) {
      const text = contextOf(grain(300, seed), 140, 160);
      expect(text).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\ufffd]/u);
    }
  });
});
