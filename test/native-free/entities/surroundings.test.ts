import { describe, expect, it } from "vitest";
import { endingKeyBefore, NameEnding } from "../../../native-free/entities/name-ending.ts";
import { isCapital, isNumberApart, isOfOneCase, judge } from "../../../native-free/entities/surroundings.ts";
import { viewOf } from "../../../native-free/entities/text-view.ts";

/** Whether the number between brackets stands apart. */
function apart(marked: string): boolean {
  const from = marked.indexOf("[");
  const to = marked.indexOf("]") - 1;
  return isNumberApart(viewOf(marked.replace(/[[\]]/g, "")), from, to);
}

describe("surroundings of numbers", () => {
  it.each(["[123]", "a [123] b", "no.[123].", "[123]-x", "[123]/4", "[123],4", "1 [123] 4", "\u20ac[123]\u20ac"])(
    "%s is apart",
    (text) => {
      expect(apart(text)).toBe(true);
    },
  );

  it.each([
    "x[123]",
    "[123]x",
    "4[123]",
    "4.[123]",
    "4-[123]",
    "[123]-4",
    "[123].4",
    "[123]_4",
    "[123],45",
    "[123],45 EUR",
  ])("%s is part of something longer", (text) => {
    expect(apart(text)).toBe(false);
  });

  it("tell the case of letters", () => {
    const view = viewOf("AB12 ab12 Ab12");
    expect([isOfOneCase(view, 0, 4), isOfOneCase(view, 5, 9), isOfOneCase(view, 10, 14)]).toEqual([true, true, false]);
    expect([isCapital(view, 0, 4), isCapital(view, 5, 9), isCapital(view, 10, 14)]).toEqual([true, false, false]);
  });

  it("make a quality of a check and of words", () => {
    expect([judge(true, true), judge(true, false), judge(false, true), judge(false, false)]).toEqual([
      "valid",
      "valid-check",
      "invalid-check",
      null,
    ]);
  });
});

describe("names in front of numbers", () => {
  const ending = new NameEnding(["partita iva", "p iva", "eur 1"]);

  it.each(["Partita IVA: 1", "P.IVA 1", "iva 1", "EUR.1 1", "p. iva no. 1", "IVA (1"])("%j may be one", (text) => {
    expect(ending.has(endingKeyBefore(viewOf(text), text.length - 1))).toBe(true);
  });

  it.each(["1", "order 1", "diva 1", "iva      1", "ivan 1", "partita 1"])("%j is none", (text) => {
    expect(ending.has(endingKeyBefore(viewOf(text), text.length - 1))).toBe(false);
  });
});
