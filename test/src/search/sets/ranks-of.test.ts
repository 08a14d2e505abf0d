/** The way back from row numbers to ranks. */
import fc from "fast-check";
import { expect, it } from "vitest";
import { BitSet } from "../../../../src/search/sets/bit-set.ts";
import { RanksOf } from "../../../../src/search/sets/ranks-of.ts";

const limit = 40;

function members(set: BitSet): number[] {
  const all: number[] = [];
  for (let at = set.next(0); at >= 0; at = set.next(at + 1)) all.push(at);
  return all;
}

it("is the same for the first question and for those after it", () => {
  const numbers = fc.array(fc.integer({ min: 0, max: limit - 1 }), { maxLength: 200 });
  const questions = fc.array(fc.uniqueArray(fc.integer({ min: 1, max: limit - 1 })), { minLength: 3, maxLength: 5 });
  fc.assert(
    fc.property(numbers, questions, (column, asked) => {
      const ranksOf = new RanksOf(() => Uint32Array.from(column), limit);
      for (const wanted of asked) {
        const set = new BitSet(limit);
        for (const number of wanted) set.add(number);
        const found = new BitSet(column.length);
        ranksOf.addTo(found, set);
        const expected = column.flatMap((number, rank) => (wanted.includes(number) ? [rank] : []));
        expect(members(found)).toEqual(expected);
      }
    }),
  );
});

it("does not ask for the column where nothing is looked for, nor take that for the one question", () => {
  let asked = 0;
  const ranksOf = new RanksOf(() => ((asked += 1), Uint32Array.of(3, 1, 3)), limit);
  const found = new BitSet(3);
  for (let time = 0; time < 3; time += 1) ranksOf.addTo(found, new BitSet(limit));
  expect([members(found), asked]).toEqual([[], 0]);
  const three = new BitSet(limit);
  three.add(3);
  ranksOf.addTo(found, three);
  expect([members(found), asked]).toEqual([[0, 2], 1]);
});
