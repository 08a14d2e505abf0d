/** Declared layouts: values against bytes written by hand, and the checks of the tables themselves. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ascii, bytes, struct, u16, u32, u64, u8 } from "../../../native-free/bytes/struct.ts";
import { isEvidenceError } from "../../../native-free/model/errors.ts";

const sample = struct("test.sample", 24, {
  kind: [0, u8],
  tag: [1, ascii(3)],
  small: [4, u16, "sectors"],
  large: [6, u32],
  huge: [10, u64],
  rest: [18, bytes(4)],
});

const hand = Uint8Array.of(
  ...[0xff, 7, 0x61, 0x62, 0, 0x34, 0x12, 0xef, 0xcd, 0xab, 0x89],
  ...[2, 0, 0, 0, 1, 0, 0, 0, 1, 2, 3, 4, 0, 0],
);

describe("a struct", () => {
  it("reads fields in the byte order of the format, at any offset of a window", () => {
    const cursor = sample.cursor().over(hand, 1);
    expect(cursor.kind).toBe(7);
    expect(cursor.tag).toBe("ab");
    expect(cursor.small).toBe(0x1234);
    expect(cursor.large).toBe(0x89abcdef);
    expect(cursor.huge).toBe(2 ** 32 + 2);
    expect([...cursor.rest]).toEqual([1, 2, 3, 4]);
  });

  it("says where its fields are", () => {
    expect(sample.offsets).toEqual({ kind: 0, tag: 1, small: 4, large: 6, huge: 10, rest: 18 });
  });

  it("reads windows that begin inside a larger buffer", () => {
    expect(sample.cursor().over(hand.subarray(1)).small).toBe(0x1234);
  });

  it("writes what it reads, and nothing beside it", () => {
    const written = new Uint8Array(26).fill(0xee);
    const cursor = sample.cursor().over(written, 1);
    cursor.kind = 7;
    cursor.tag = "ab";
    cursor.small = 0x1234;
    cursor.large = 0x89abcdef;
    cursor.huge = 2 ** 32 + 2;
    cursor.rest = Uint8Array.of(1, 2, 3, 4);
    expect([...written.subarray(1, 23)]).toEqual([...hand.subarray(1, 23)]);
    expect([written[0], written[23], written[24], written[25]]).toEqual([0xee, 0xee, 0xee, 0xee]);
  });

  it("moves over a window without a new one", () => {
    const pair = struct("test.pair", 2, { low: [0, u8], high: [1, u8] });
    const cursor = pair.cursor();
    const window = Uint8Array.of(1, 2, 3, 4);
    let sum = 0;
    for (let at = 0; at < window.length; at += pair.size) sum += cursor.over(window, at).low * cursor.high;
    expect(sum).toBe(1 * 2 + 3 * 4);
  });

  it("round-trips every safe 64-bit size", () => {
    const one = struct("test.one", 8, { value: [0, u64] });
    fc.assert(
      fc.property(fc.maxSafeNat(), (value) => {
        const cursor = one.cursor().over(new Uint8Array(8));
        cursor.value = value;
        expect(cursor.value).toBe(value);
      }),
    );
  });

  it("refuses 64-bit sizes that a number cannot hold", () => {
    const one = struct("test.one", 8, { value: [0, u64] });
    const cursor = one.cursor().over(Uint8Array.of(0, 0, 0, 0, 0, 0, 0x20, 0));
    const error = (() => {
      try {
        return cursor.value;
      } catch (thrown) {
        return thrown;
      }
    })();
    expect(isEvidenceError(error) && error.code).toBe("structure/number-too-large");
    expect(() => (cursor.value = 2 ** 53)).toThrow(RangeError);
    expect(() => (cursor.value = -1)).toThrow(RangeError);
  });

  it("refuses records that the window does not hold, and values that do not fit", () => {
    const cursor = sample.cursor();
    expect(() => cursor.over(new Uint8Array(23))).toThrow(RangeError);
    expect(() => cursor.over(new Uint8Array(30), 7)).toThrow(RangeError);
    expect(() => cursor.over(new Uint8Array(30), -1)).toThrow(RangeError);
    cursor.over(new Uint8Array(24));
    expect(() => (cursor.tag = "abcd")).toThrow(RangeError);
    expect(() => (cursor.rest = new Uint8Array(5))).toThrow(RangeError);
  });

  it("is refused when its table is wrong", () => {
    expect(() => struct("test.a", 4, { one: [0, u32], two: [2, u8] })).toThrow(/test\.a\.two/);
    expect(() => struct("test.b", 4, { one: [2, u32] })).toThrow(/test\.b\.one/);
    expect(() => struct("test.c", 4, { over: [0, u8] })).toThrow(/test\.c\.over/);
    expect(() => struct("test.d", 4, { one: [0.5, u8] })).toThrow(/test\.d\.one/);
  });
});
