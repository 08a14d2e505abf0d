import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { leastNearUnits, NearWords } from "../../../src/watch/near-words.ts";

/** One letter inserted, left out, changed, or swapped with the next, by trying all of them. */
function isNear(a: string, b: string): boolean {
  if (a === b) return false;
  const letters = new Set([...a, ...b]);
  for (let at = 0; at <= a.length; at += 1) {
    const [before, behind] = [a.slice(0, at), a.slice(at)];
    if (before + behind.slice(1) === b) return true;
    if (behind.length > 1 && before + behind[1] + behind[0] + behind.slice(2) === b) return true;
    for (const letter of letters) {
      if (before + letter + behind === b || before + letter + behind.slice(1) === b) return true;
    }
  }
  return false;
}

function found(near: NearWords, word: string): number[] {
  const numbers: number[] = [];
  near.find(word, (number) => numbers.push(number));
  return numbers.sort((a, b) => a - b);
}

describe("near words", () => {
  it("are those that one edit makes of a term", () => {
    const near = new NearWords(["cigarette", "ivory", "seal", "pangolin"]);
    expect(found(near, "cigarete")).toEqual([0]);
    expect(found(near, "cigarettes")).toEqual([0]);
    expect(found(near, "cigaretet")).toEqual([0]);
    expect(found(near, "ivary")).toEqual([1]);
    expect(found(near, "viory")).toEqual([1]);
    expect(found(near, "vory")).toEqual([1]);
    expect(found(near, "ivory")).toEqual([]);
    expect(found(near, "ivry")).toEqual([1]);
    expect(found(near, "ivr")).toEqual([]);
    expect(found(near, "sealx")).toEqual([]);
    expect(found(near, "x".repeat(500))).toEqual([]);
  });

  it("are the same as those found by trying every edit", () => {
    const word = fc.string({ unit: fc.constantFrom("a", "b", "c", "д"), minLength: 3, maxLength: 9 });
    fc.assert(
      fc.property(
        fc.uniqueArray(word, { minLength: 1, maxLength: 12 }),
        fc.array(word, { maxLength: 20 }),
        (terms, words) => {
          const near = new NearWords(terms);
          for (const one of words) {
            const wanted = terms.flatMap((term, number) =>
              term.length >= leastNearUnits && one.length >= leastNearUnits - 1 && isNear(one, term) ? number : [],
            );
            expect(found(near, one)).toEqual(wanted);
          }
        },
      ),
      { numRuns: 500 },
    );
  });
});
