import { describe, expect, it } from "vitest";
import { degrees, isoDate, pixels, tagText } from "../../../native-free/extractors/plausible.ts";

describe("dates", () => {
  it.each([
    ["2024-03-01", "2024-03-01"],
    ["2024:03:01 10:11:12", "2024-03-01T10:11:12"],
    ["2024-03-01T10:11:12.123Z", "2024-03-01T10:11:12.123Z"],
    ["2024-03-01T10:11:12+0100", "2024-03-01T10:11:12+01:00"],
    ["2024-03-01T10:11", "2024-03-01T10:11"],
    ["2024-03", "2024-03"],
    ["2024", "2024"],
    ["20240301", "2024-03-01"],
    ["Fri, 1 Mar 2024 10:00:00 GMT", "2024-03-01T10:00:00Z"],
    ["1 March 2024", "2024-03-01"],
    ["2024-02-29", "2024-02-29"],
  ])("%s is %s", (text, expected) => {
    expect(isoDate(text)).toBe(expected);
  });

  it.each([
    "",
    "yesterday",
    "2023-02-29",
    "2024-13-01",
    "2024-00-10",
    "0001-01-01",
    "2024-03-01T25:00:00",
    "99999999",
    "2024-04-31",
    "12/03/2024",
  ])("%j is none", (text) => {
    expect(isoDate(text)).toBeNull();
  });
});

it("coordinates stay on the globe", () => {
  expect(degrees(48.85771234567, 90)).toBe("48.857712");
  expect(degrees(-180, 180)).toBe("-180");
  for (const bad of [90.1, -91, Number.NaN, Number.POSITIVE_INFINITY]) expect(degrees(bad, 90)).toBeNull();
});

it("dimensions are whole and positive", () => {
  expect(pixels(640)).toBe("640");
  for (const bad of [0, -1, 1.5, 5e6, "640", null]) expect(pixels(bad)).toBeNull();
});

it("tags are text, without what follows a NUL", () => {
  expect(tagText("  Canon\0garbage ")).toBe("Canon");
  expect(tagText(42)).toBe("42");
  for (const bad of ["", "   ", "\0", "\u0001\u0002ab", { text: 1 }, undefined, "x".repeat(5000)])
    expect(tagText(bad)).toBeNull();
});
