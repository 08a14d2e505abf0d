import { describe, expect, it } from "vitest";
import { isCountry, isMemberState } from "../../../native-free/entities/countries.ts";

const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const pairs = Array.from(letters).flatMap((a) => Array.from(letters).map((b) => a + b));
const of = (is: (first: number, second: number) => boolean): string[] =>
  pairs.filter((pair) => is(pair.charCodeAt(0), pair.charCodeAt(1)));

describe("countries", () => {
  it("are the 249 of ISO 3166-1, the 27 member states among them", () => {
    const members = "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK".split(" ");
    expect(of(isCountry)).toHaveLength(249);
    expect(of(isMemberState)).toEqual(members);
    for (const code of [...members, "GB", "US", "CN", "XK"]) expect(of(isCountry).includes(code)).toBe(code !== "XK");
  });

  it("are capitals only", () => {
    expect(isCountry(0x64, 0x65)).toBe(false);
    expect(isCountry(0x44, 0x65)).toBe(false);
    expect(isMemberState(0x80, 0x45)).toBe(false);
  });
});
