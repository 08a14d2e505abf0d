/** What is remembered of values that are looked at. */
import { describe, expect, it } from "vitest";
import type { WorkFileReader } from "../../../src/case/work-file-reader.ts";
import { parseQuery } from "../../../src/search/query-parser.ts";
import type { RegexTerm } from "../../../src/search/query.ts";
import { fieldsHolding } from "../../../src/search/words/looked-at.ts";
import { heapAfterCollection } from "../../fixtures/heap.ts";

describe("values of fields", () => {
  it("are remembered where they are short: long ones take no memory once they were looked at", () => {
    const values = 400;
    let grown = 0;
    const reader = {
      *iterate() {
        let before = 0;
        for (let content = 1; content <= values; content += 1) {
          // The first text takes memory in which others are looked at, too.
          if (content === 2) before = heapAfterCollection();
          yield { content, value: Buffer.alloc(2 ** 17, `${content} crate `).toString("latin1") };
        }
        grown = heapAfterCollection() - before;
      },
    } as unknown as WorkFileReader;
    const found = fieldsHolding(reader, parseQuery("/crate 7 /") as RegexTerm, null);
    expect([...found]).toEqual([7]);
    expect(grown).toBeLessThan((values * 2 ** 17) / 4);
  });
});
