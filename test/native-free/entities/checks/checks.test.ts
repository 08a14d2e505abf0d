import { describe, expect, it } from "vitest";
import { isGs1Check } from "../../../../native-free/entities/checks/gtin.ts";
import { isLuhn, isLuhnOfLetters } from "../../../../native-free/entities/checks/luhn.ts";
import { isIbanCheck, mod97 } from "../../../../native-free/entities/checks/mod97.ts";
import { wDigit } from "../../../../native-free/entities/checks/w-function.ts";

const on = <T>(check: (bytes: Uint8Array, from: number, to: number) => T, text: string): T =>
  check(Buffer.from(text, "latin1"), 0, text.length);

/** Each digit of a text replaced by each other digit. */
function* oneDigitWrong(text: string): Generator<string> {
  for (let i = 0; i < text.length; i++)
    for (let by = 0; by < 10; by++)
      if (/\d/.test(text[i]!) && text[i] !== String(by)) yield text.slice(0, i) + String(by) + text.slice(i + 1);
}

describe("check digits", () => {
  it("Luhn", () => {
    for (const good of ["4111111111111111", "490154203237518", "79927398713", "00743110157"]) {
      expect(on(isLuhn, good), good).toBe(true);
      for (const bad of oneDigitWrong(good)) expect(on(isLuhn, bad), bad).toBe(false);
    }
    for (const good of ["US0378331005", "AU0000XVGZA3", "DE000BAY0017", "GB0002634946"])
      expect(on(isLuhnOfLetters, good), good).toBe(true);
    for (const bad of oneDigitWrong("US0378331005")) expect(on(isLuhnOfLetters, bad), bad).toBe(false);
  });

  it("mod 97-10", () => {
    expect(on(isIbanCheck, "GB82WEST12345698765432")).toBe(true);
    for (const bad of oneDigitWrong("GB82WEST12345698765432")) expect(on(isIbanCheck, bad), bad).toBe(false);
    expect(on(mod97, "5493001KJTIIGC8Y1R12")).toBe(1);
    for (const bad of oneDigitWrong("5493001KJTIIGC8Y1R12")) expect(on(mod97, bad), bad).not.toBe(1);
  });

  it("W function", () => {
    const examples: [string, number][] = [
      ["CSQU305438", 3],
      ["22ITZXBZYUTJFLJXK", 6],
      ["25DE3301AB12CD34A", 7],
      ["07IT9CY9PD2A3B4C1", 0],
      ["23FR0123456789ABCDEF", 0],
    ];
    for (const [text, digit] of examples) expect(on(wDigit, text), text).toBe(digit);
  });

  it("GS1", () => {
    for (const good of ["4006381333931", "10614141000415", "96385074", "036000291452"]) {
      expect(on(isGs1Check, good), good).toBe(true);
      for (const bad of oneDigitWrong(good)) expect(on(isGs1Check, bad), bad).toBe(false);
    }
  });
});
