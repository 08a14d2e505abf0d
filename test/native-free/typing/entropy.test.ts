import fc from "fast-check";
import { expect, it } from "vitest";
import { addToHistogram, entropyOf } from "../../../native-free/typing/entropy.ts";

it("counts like a plain loop, over pieces of any length", () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 70 }), { maxLength: 5 }), (pieces) => {
      const expected = new Array<number>(256).fill(0);
      const histogram = new Float64Array(256);
      for (const piece of pieces) {
        for (const byte of piece) expected[byte]!++;
        addToHistogram(histogram, piece);
      }
      expect([...histogram]).toEqual(expected);
    }),
  );
});

it("is 0 for one value, 1 for two, 8 for all, 0 for nothing", () => {
  const of = (bytes: Uint8Array): number => {
    const histogram = new Uint32Array(256);
    addToHistogram(histogram, bytes);
    return entropyOf(histogram, bytes.length);
  };
  expect(of(new Uint8Array(100))).toBe(0);
  expect(of(Uint8Array.from({ length: 100 }, (_, index) => index & 1))).toBe(1);
  expect(of(Uint8Array.from({ length: 512 }, (_, index) => index & 255))).toBe(8);
  expect(of(new Uint8Array(0))).toBe(0);
  expect(of(Buffer.from("aab"))).toBe(0.918);
});
