/** Edit distance against its definition, with every price of a replacement, with swaps and without, under every limit. */
import fc from "fast-check";
import { expect, it } from "vitest";
import { editDistance } from "../../../native-free/similarity/edit-distance.ts";
import { tableDistance } from "../../fixtures/edit-distance-table.ts";

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
        const whole = tableDistance(a, b, replaceCost, swaps);
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
