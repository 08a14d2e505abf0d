import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { withGeneratedParts } from "../scripts/docs.ts";

describe("README.md", () => {
  const text = readFileSync(new URL("../README.md", import.meta.url), "utf8");

  it("has up-to-date tables of formats and commands and the hash of the verifier", async () => {
    expect(await withGeneratedParts(text)).toBe(text);
  });

  it("notices a table that is out of date", async () => {
    const older = text.replace(/[0-9a-f]{64}/, "0".repeat(64));
    expect(older).not.toBe(text);
    expect(await withGeneratedParts(older)).toBe(text);
  });
});
