import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isMod11And10 } from "../../../../native-free/entities/checks/mod11-10.ts";
import {
  ecRemainder,
  isCasCheck,
  isImoCheck,
  isPostCheck,
  isWaybillCheck,
} from "../../../../native-free/entities/checks/positional.ts";
import { numberOf, weighted } from "../../../../native-free/entities/checks/weighted.ts";

const bytes = (text: string): Uint8Array => Buffer.from(text);

describe("sums of digits", () => {
  it("counts the digits from a place on", () => {
    expect(weighted(bytes("x123"), 1, [7, 6, 5])).toBe(7 + 12 + 15);
    expect(numberOf(bytes("x00123"), 1, 6)).toBe(123);
  });
});

describe("check digits by place", () => {
  it("hold for the examples of their standards", () => {
    expect(isImoCheck(bytes("9074729"), 0)).toBe(true);
    expect(isWaybillCheck(bytes("12345675"), 0)).toBe(true);
    expect(isPostCheck(bytes("473124829"), 0)).toBe(true);
    expect(isCasCheck(bytes("7732185"), 0, 7)).toBe(true);
    expect(ecRemainder(bytes("200001"), 0, 6)).toBe(8);
    expect(ecRemainder(bytes("60300100"), 0, 8)).toBe(10);
    expect(isMod11And10(bytes("136695976"), 0, 9)).toBe(true);
  });

  it("hold for exactly one last digit where every remainder has one", () => {
    const lastDigits = (text: string, holds: (digits: Uint8Array) => boolean): number =>
      Array.from({ length: 10 }, (_, last) => bytes(text + String(last))).filter(holds).length;
    const digits = (length: number) =>
      fc.string({ unit: fc.constantFrom(..."0123456789"), minLength: length, maxLength: length });
    fc.assert(
      fc.property(digits(6), digits(7), digits(8), (six, seven, eight) => {
        expect(lastDigits(six, (all) => isImoCheck(all, 0))).toBe(1);
        expect(lastDigits(seven, (all) => isWaybillCheck(all, 0))).toBe(1);
        expect(lastDigits(eight, (all) => isPostCheck(all, 0))).toBe(1);
        expect(lastDigits(eight, (all) => isCasCheck(all, 0, 9))).toBe(1);
        expect(lastDigits(eight, (all) => isMod11And10(all, 0, 9))).toBe(1);
      }),
    );
  });
});
