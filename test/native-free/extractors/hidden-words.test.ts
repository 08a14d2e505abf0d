/** A word hidden in each place of a document is found: in its text, in its fields, or in what it holds. */
import { describe, expect, it } from "vitest";
import { MemorySource } from "../../../native-free/bytes/byte-source.ts";
import { containerFor } from "../../../native-free/containers/index.ts";
import { extractorFor } from "../../../native-free/extractors/index.ts";
import { identify } from "../../../native-free/typing/index.ts";
import { readWith } from "../../fixtures/extraction-reader.ts";
import { documentWords } from "../../fixtures/hidden-words/documents.ts";

/** Text, fields and children's text, two levels deep. */
async function everything(bytes: Uint8Array, passwords: readonly string[], depth = 2): Promise<string> {
  const { id } = await identify(new MemorySource(bytes));
  const reader = containerFor(id) ?? extractorFor(id);
  if (!reader) return "";
  const { texts, fields, children } = await readWith(reader, bytes, { passwords });
  const parts = [...texts.map(({ text }) => text), ...Object.values(fields).flat()];
  if (depth > 0) for (const child of children) parts.push(await everything(child.bytes, passwords, depth - 1));
  return parts.join("\n");
}

describe("a hidden word", () => {
  it("stands in a file of its own, under a word of its own", () => {
    expect(new Set(documentWords.map(({ word }) => word)).size).toBe(documentWords.length);
    expect(new Set(documentWords.map(({ name }) => name)).size).toBe(documentWords.length);
    expect(documentWords.length).toBeGreaterThanOrEqual(60);
  });

  for (const { place, name, bytes, word, password } of documentWords) {
    it(`is found: ${place} (${name})`, async () => {
      // As a word of its own: one that sticks to another is not found by search.
      const whole = new RegExp(`(?<![\\p{L}\\p{N}])${word}(?![\\p{L}\\p{N}])`, "u");
      expect(await everything(bytes, password === undefined ? [] : ["wrong", password])).toMatch(whole);
      if (password !== undefined) expect(await everything(bytes, ["wrong"])).not.toMatch(whole);
    });
  }
});
