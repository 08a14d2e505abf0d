/** Edit distance against its definition, with every price of a replacement, with swaps and without, under every limit. */
import fc from "fast-check";
import { expect, it } from "vitest";
import { editDistance } from "../../../native-free/similarity/edit-distance.ts";

/** The whole table, filled by the definition. */
function defined(a: string, b: string, replaceCost: number, swaps: boolean): number {
  const rows = Array.from({ length: a.length + 1 }, (_, i) =>
    Array.from({ length: b.length + 1 }, (__, j) => (i === 0 ? j : j === 0 ? i : 0)),
  );
  for (let i = 1; i <= a.length; i++) {
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : replaceCost;
      let best = Math.min(rows[i - 1]![j]! + 1, rows[i]![j - 1]! + 1, rows[i - 1]![j - 1]! + cost);
      if (swaps && i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        best = Math.min(best, rows[i - 2]![j - 2]! + 1);
      rows[i]![j] = best;
    }
  }
  return rows[a.length]![b.length]!;
}

const letters = fc.string({ unit: fc.constantFrom("a", "b", "c"), maxLength: 6 });
const limits = fc.option(fc.integer({ min: 0, max: 3 }), { nil: undefined });

it("is what its definition says, or Infinity beyond the limit", () => {
  fc.assert(
    fc.property(
      letters,
      letters,
      fc.integer({ min: 1, max: 2 }),
      fc.boolean(),
      limits,
      (a, b, replaceCost, swaps, limit) => {
        const whole = defined(a, b, replaceCost, swaps);
        const rules = { replaceCost, swaps, ...(limit === undefined ? {} : { limit }) };
        expect(editDistance(a, b, rules)).toBe(whole > (limit ?? Infinity) ? Infinity : whole);
      },
    ),
    { numRuns: 2000 },
  );
});

it.each([
  ["kitten", "sitting", {}, 3],
  ["kitten", "sitting", { replaceCost: 2 }, 5],
  ["invocie", "invoice", {}, 2],
  ["invocie", "invoice", { swaps: true }, 1],
  ["", "abc", { limit: 2 }, Infinity],
] as const)("of %s and %s with %o is %d", (a, b, rules, distance) => {
  expect(editDistance(a, b, rules)).toBe(distance);
});
