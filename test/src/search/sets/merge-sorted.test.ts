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
