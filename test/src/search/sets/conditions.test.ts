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
    const held = new Conditions().of(termOf(step), () => setOf(step));
    const wanted = setOf(step);
    for (let rank = 0; rank < size; rank += 1) if (held.has(rank) !== wanted.has(rank)) expect(rank).toBe(-1);
    expect(new Conditions().of(termOf(0), () => new BitSet(size)).has(0)).toBe(false);
  });

  it("are made once where few items meet them, however many they are, and seldom again where many do", () => {
    const conditions = new Conditions();
    let made = 0;
    const ask = (count: number, step: number, terms: readonly FilterTerm[]) => {
      made = 0;
      for (let round = 0; round < 3; round += 1) {
        for (const term of terms.slice(0, count)) conditions.of(term, () => ((made += 1), setOf(step)));
      }
      return made;
    };
    const terms = Array.from({ length: 500 }, (_, at) => termOf(at));
    expect(ask(500, 1000, terms)).toBe(500);
    const others = Array.from({ length: 500 }, (_, at) => termOf(at));
    expect(ask(64, 2, others)).toBe(64);
    // More than are kept: the one asked last goes on being known.
    expect(ask(65, 2, others)).toBeGreaterThan(65);
    expect(conditions.of(others[64]!, () => new BitSet(size)).has(1)).toBe(true);
  });
});
