/** Histograms of blocks: the kernel counts what its definition counts; entropy of known blocks. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { definedHistogram, entropyOf, histogram } from "../../../native-free/kernels/histogram.ts";
import { noise } from "../../fixtures/ewf-set.ts";

function countsOf(by: typeof definedHistogram, bytes: Uint8Array, from = 0, to = bytes.length): Uint32Array {
  const counts = new Uint32Array(256).fill(77);
  by.count(bytes, from, to, counts);
  return counts;
}

describe("a histogram", () => {
  it("is not its definition here", () => {
    expect(histogram()).not.toBe(definedHistogram);
    expect(histogram()).toBe(histogram());
  });

  it("is what its definition says, of any stretch", () => {
    const runs = fc.tuple(fc.nat(255), fc.nat(70)).map(([byte, count]) => Array.from({ length: count }, () => byte));
    const blocks = fc.array(fc.oneof(runs, fc.array(fc.nat(255))), { maxLength: 30 });
    fc.assert(
      fc.property(blocks, fc.nat(40), fc.nat(40), (parts, before, behind) => {
        const bytes = Uint8Array.from(parts.flat());
        const from = Math.min(before, bytes.length);
        const to = Math.max(from, bytes.length - behind);
        expect(countsOf(histogram(), bytes, from, to)).toEqual(countsOf(definedHistogram, bytes, from, to));
      }),
    );
  });

  it("counts more than the kernel takes at once", () => {
    const bytes = noise(200_001);
    bytes.fill(3, 65_000, 140_000);
    expect(countsOf(histogram(), bytes)).toEqual(countsOf(definedHistogram, bytes));
  });
});

describe("entropy", () => {
  it("is that of Shannon's definition", () => {
    const of = (bytes: readonly number[]): number => entropyOf(countsOf(histogram(), Uint8Array.from(bytes)));
    expect(of([])).toBe(0);
    expect(of([5, 5, 5, 5])).toBe(0);
    expect(of([1, 2])).toBe(1);
    expect(of([1, 1, 2, 3])).toBe(1.5);
    expect(of(Array.from({ length: 1024 }, (_, at) => at & 255))).toBe(8);
    expect(of([0, 0, 0, 1])).toBeCloseTo(0.811_278_124, 9);
  });
});
