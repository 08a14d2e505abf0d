import { describe, expect, it } from "vitest";
import { GrowingNumbers, holds } from "../../../native-free/bytes/growing-numbers.ts";

describe("a list of numbers that grows", () => {
  it("keeps what it is given, in order and sorted", () => {
    const list = new GrowingNumbers();
    const given = Array.from({ length: 1000 }, (_, at) => (at * 7919) % 1000) as number[];
    given.push(2 ** 53 - 1, 0);
    for (const number of given) list.push(number);
    expect([list.length, list.at(256), list.at(1000)]).toEqual([1002, given[256], 2 ** 53 - 1]);
    expect([...list.sorted()]).toEqual(given.toSorted((a, b) => a - b));
    expect([...list.toArray()]).toEqual(given);
  });
});

describe("a sorted list", () => {
  it("holds a value, in the whole or between two places", () => {
    const sorted = Float64Array.from([1, 3, 3, 5, 7]);
    expect([0, 1, 2, 3, 5, 7, 8].filter((value) => holds(sorted, value))).toEqual([1, 3, 5, 7]);
    expect([1, 3, 5, 7].filter((value) => holds(sorted, value, 1, 3))).toEqual([3]);
    expect(holds(sorted, 5, 3, 3)).toBe(false);
    expect(holds(new Float64Array(0), 0)).toBe(false);
  });
});
