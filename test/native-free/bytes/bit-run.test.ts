/** Runs of bits against looking at one bit at a time; identifiers as text. */
import fc from "fast-check";
import { expect, it } from "vitest";
import { bitAt, endOfBitRun, type BitOrder } from "../../../native-free/bytes/bit-run.ts";
import { mixedGuidText, uuidText } from "../../../native-free/bytes/guid.ts";

it("bits are counted from the end that the format counts from", () => {
  const bitmap = Uint8Array.of(0b1000_0001, 0b0000_0010);
  const bits = (order: BitOrder) =>
    Array.from({ length: 16 }, (_, index) => (bitAt(bitmap, index, order) ? 1 : 0)).join("");
  expect(bits("most")).toBe("1000000100000010");
  expect(bits("least")).toBe("1000000101000000");
});

it("runs end where a bit differs, or at the end", () => {
  const byte = fc.oneof(fc.constant(0), fc.constant(0xff), fc.nat(255));
  const bitmaps = fc.array(byte, { minLength: 1, maxLength: 9 });
  fc.assert(
    fc.property(bitmaps, fc.nat(71), fc.nat(80), fc.boolean(), (array, start, length, most) => {
      const bitmap = Uint8Array.from(array);
      const order: BitOrder = most ? "most" : "least";
      const from = start % (bitmap.length * 8);
      const to = Math.min(bitmap.length * 8, from + 1 + length);
      let end = from + 1;
      while (end < to && bitAt(bitmap, end, order) === bitAt(bitmap, from, order)) end++;
      expect(endOfBitRun(bitmap, from, to, order)).toBe(end);
    }),
    { numRuns: 500 },
  );
});

it("identifiers are written in both orders", () => {
  const bytes = Uint8Array.from({ length: 16 }, (_, index) => index);
  expect(uuidText(bytes)).toBe("00010203-0405-0607-0809-0a0b0c0d0e0f");
  expect(mixedGuidText(bytes)).toBe("03020100-0504-0706-0809-0a0b0c0d0e0f");
});
