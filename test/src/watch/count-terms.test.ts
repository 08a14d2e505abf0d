/** Counting the hits of a list: the memory that it takes. What is counted is tested with the report. */
import { describe, expect, it } from "vitest";
import type { WatchEntry, WatchList } from "../../../native-free/watchlists/watch-list.ts";
import { countTerms } from "../../../src/watch/count-terms.ts";
import type { ShownItems } from "../../../src/watch/shown-items.ts";
import { heapAfterCollection } from "../../fixtures/heap.ts";

const entry = (mode: WatchEntry["mode"], text: string, line: number): WatchEntry => ({
  ...{ mode, text, line, prefix: false, flags: "", languages: [], category: "", label: "", comment: "" },
});

describe("counting", () => {
  it("remembers contents and items of one term at a time", () => {
    const [terms, contents] = [60, 10_000];
    const words = Array.from({ length: terms }, (_, at) => `term${at + 100}`);
    let grown = 0;
    const reader = {
      select: (sql: string) => (sql.includes("max(id)") ? [{ contents: contents + 1, items: 1 }] : []),
      *iterate(sql: string) {
        if (!sql.includes("BY value")) return;
        const before = heapAfterCollection();
        for (const value of [...words, "lot 1", "lot 2"]) {
          for (let content = 1; content <= contents; content += 1) {
            yield { value, place: null, content, item: null, held: null, hits: 1 };
          }
        }
        grown = heapAfterCollection() - before;
      },
    };
    const exhibit = { label: "M01", reader, has: () => true, ofContent: () => 3 } as unknown as ShownItems;
    const entries = [...words.map((word, at) => entry("word", word, at)), entry("regex", "lot \\d", terms)];
    const counted = countTerms({ id: "goods", entries } as unknown as WatchList, [exhibit]);
    const each = { hits: contents, items: 3 * contents, contents };
    expect(counted.terms).toHaveLength(terms + 1);
    expect(counted.terms[0]).toMatchObject({ term: "/lot \\d/", ...each, hits: 2 * contents });
    for (const term of counted.terms.slice(1)) expect(term).toMatchObject(each);
    expect(counted.total).toMatchObject({ ...each, hits: (terms + 2) * contents });
    expect(grown).toBeLessThan(4 * 2 ** 20);
  });
});
