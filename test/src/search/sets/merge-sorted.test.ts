/** Sorted sequences read side by side. */
import fc from "fast-check";
import { expect, it } from "vitest";
import { countDistinct, mergeSorted } from "../../../../src/search/sets/merge-sorted.ts";

it("visits every different text once, in order, with the sequences that have it", () => {
  fc.assert(
    fc.property(fc.array(fc.uniqueArray(fc.constantFrom(..."abcdef")), { maxLength: 4 }), (lists) => {
      const sequences = () => lists.map((list) => list.toSorted()[Symbol.iterator]());
      const seen: (string | null)[][] = [];
      mergeSorted(
        sequences(),
        (text) => text,
        (same) => seen.push([...same]),
      );
      const all = [...new Set(lists.flat())].toSorted();
      expect(seen).toEqual(all.map((text) => lists.map((list) => (list.includes(text) ? text : null))));
      expect(countDistinct(sequences())).toBe(all.length);
    }),
  );
});

it("closes every sequence where one of them ends with an error, so that its work file can be closed", () => {
  const open = new Set<string>();
  function* sequence(name: string, failsAt: number): Generator<string> {
    open.add(name);
    try {
      for (let at = 0; at < 5; at += 1) {
        if (at === failsAt) throw new Error("damaged");
        yield `${at}`;
      }
    } finally {
      open.delete(name);
    }
  }
  expect(() => countDistinct([sequence("one", 9), sequence("two", 2), sequence("three", 9)])).toThrow("damaged");
  expect([...open]).toEqual([]);
});
