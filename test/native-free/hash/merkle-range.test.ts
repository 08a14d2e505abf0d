import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  hexOf,
  inclusionProof,
  leafHash,
  merkleRoot,
  rangeProof,
  rangeRoot,
} from "../../../native-free/hash/merkle.ts";
import { rootOfRange } from "../../../src/report/verify/range-root.ts";

const most = 70;
const all = Array.from({ length: most }, (_, index) => leafHash(Uint8Array.of(index)));
const packed = (count: number) => Uint8Array.from(Buffer.concat(all.slice(0, count)));
const hex = (hashes: readonly Uint8Array[]) => hashes.map(hexOf);
/** Two programs read every path: the product's and the page's. */
const roots = [rangeRoot, rootOfRange];

describe("inclusion of leaves in a row (RFC 9162)", () => {
  it("is the audit path of RFC 9162 for one leaf, in trees of 1 to 70 leaves", () => {
    for (let count = 1; count <= most; count++) {
      const leaves = all.slice(0, count);
      const root = hexOf(merkleRoot(leaves));
      for (let at = 0; at < count; at++) {
        const path = rangeProof(packed(count), at, at + 1);
        expect(hex(path)).toEqual(hex(inclusionProof(leaves, at)));
        for (const rootOf of roots) expect(hexOf(rootOf([leaves[at]], at, count, path) as Uint8Array)).toBe(root);
      }
    }
  });

  it("leads to the root from every range of trees of 1 to 24 leaves, with few hashes", () => {
    for (let count = 1; count <= 24; count++) {
      const root = hexOf(merkleRoot(all.slice(0, count)));
      const levels = Math.ceil(Math.log2(count));
      for (let from = 0; from < count; from++) {
        for (let to = from + 1; to <= count; to++) {
          const path = rangeProof(packed(count), from, to);
          expect(path.length).toBeLessThanOrEqual(2 * levels);
          for (const rootOf of roots)
            expect(hexOf(rootOf(all.slice(from, to), from, count, path) as Uint8Array)).toBe(root);
        }
      }
    }
  });

  it("leads elsewhere, or nowhere, where anything was changed", () => {
    const cases = fc.integer({ min: 2, max: most }).chain((count) =>
      fc.record({
        count: fc.constant(count),
        from: fc.integer({ min: 0, max: count - 1 }),
        length: fc.integer({ min: 1, max: count }),
        which: fc.nat(),
      }),
    );
    fc.assert(
      fc.property(cases, ({ count, from, length, which }) => {
        const to = Math.min(count, from + length);
        const leaves = all.slice(from, to);
        const path = rangeProof(packed(count), from, to);
        const root = hexOf(merkleRoot(all.slice(0, count)));
        const differs = (
          changedLeaves: readonly Uint8Array[],
          first: number,
          of: number,
          changed: readonly Uint8Array[],
        ) => {
          for (const rootOf of roots) {
            const found = rootOf(changedLeaves, first, of, changed);
            expect(found === null ? "" : hexOf(found)).not.toBe(root);
          }
        };
        const other = leafHash(Uint8Array.of(200));
        differs(leaves.with(which % leaves.length, other), from, count, path);
        if (path.length > 0) differs(leaves, from, count, path.with(which % path.length, other));
        if (path.length > 0) differs(leaves, from, count, path.toSpliced(which % path.length, 1));
        differs(leaves, from, count, [...path, other]);
        differs(leaves, from + 1, count, path);
        if (leaves.length > 1) differs(leaves.slice(1), from, count, path);
      }),
    );
  });

  it("refuses bounds that name no leaves", () => {
    for (const [from, to] of [
      [0, 0],
      [2, 1],
      [-1, 1],
      [0, 6],
      [0.5, 1],
    ] as const) {
      expect(() => rangeProof(packed(5), from, to)).toThrow(RangeError);
    }
    for (const rootOf of roots) {
      expect(rootOf([], 0, 5, [])).toBeNull();
      expect(rootOf([all[0]], 5, 5, [])).toBeNull();
      expect(rootOf([all[0]], -1, 5, [])).toBeNull();
      expect(rootOf([all[0]], 0, Number.NaN, [])).toBeNull();
      expect(rootOf([all[0]], 0, 5, [])).toBeNull();
    }
  });
});
