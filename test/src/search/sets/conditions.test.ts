import { describe, expect, it } from "vitest";
import type { FilterTerm } from "../../../../src/search/query.ts";
import { BitSet } from "../../../../src/search/sets/bit-set.ts";
import { Conditions } from "../../../../src/search/sets/conditions.ts";

const size = 100_000;

/** Every `step`-th item meets it. */
function setOf(step: number): BitSet {
  const set = new BitSet(size);
  for (let rank = step - 1; rank < size; rank += step) set.add(rank);
  return set;
}

const termOf = (value: number) => ({ kind: "filter", value }) as unknown as FilterTerm;

describe("conditions that are kept", () => {
  it.each([1, 2, 31, 32, 33, 1000, 100_000])("say of every item whether it meets one that each %i. meets", (step) => {
    const file = {};
    const held = new Conditions().of(file, termOf(step), () => setOf(step));
    const wanted = setOf(step);
    for (let rank = 0; rank < size; rank += 1) if (held.has(rank) !== wanted.has(rank)) expect(rank).toBe(-1);
    expect(new Conditions().of(file, termOf(0), () => new BitSet(size)).has(0)).toBe(false);
  });

  it("are made once for each work file, and again only where they have no room", () => {
    const made = (count: number, step: number, most?: number): number => {
      const conditions = new Conditions(most);
      const files = [{}, {}];
      const terms = Array.from({ length: count }, (_, at) => termOf(at));
      let calls = 0;
      for (let hit = 0; hit < 3; hit += 1) {
        for (const file of files)
          for (const term of terms) conditions.of(file, term, () => ((calls += 1), setOf(step)));
      }
      return calls;
    };
    expect(made(300, 1000)).toBe(600);
    expect(made(300, 2)).toBe(600);
    // Room for 100 sets of one bit for each item: of 600, 500 are made for each hit.
    expect(made(300, 2, (100 * size) / 8)).toBe(100 + 3 * 500);
    expect(made(300, 1000, 600 * 4 * 100)).toBe(600);
  });
});
