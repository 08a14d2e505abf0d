import { describe, expect, it } from "vitest";
import { bic } from "../../../../native-free/entities/finance/bic.ts";
import { bbanOf } from "../../../../native-free/entities/finance/iban-structures.ts";
import { iban } from "../../../../native-free/entities/finance/iban.ts";
import { paymentCard } from "../../../../native-free/entities/finance/payment-card.ts";
import { isin, lei } from "../../../../native-free/entities/finance/securities.ts";
import { itFinds } from "../hits-of.ts";

const gb = "iban GB82WEST12345698765432 valid";

describe("IBANs", () => {
  itFinds(
    [iban],
    [
      ["GB82WEST12345698765432", gb],
      ["GB82 WEST 1234 5698 7654 32", gb],
      ["gb82west12345698765432", gb],
      ["DE89-3704-0044-0532-0130-00", "iban DE89370400440532013000 valid"],
      ["BE68 5390 0754 7034 BIC", "iban BE68539007547034 valid"],
      ["NO93 8601 1117 947", "iban NO9386011117947 valid"],
      ["MT84MALT011000012345MTLCAST001S", "iban MT84MALT011000012345MTLCAST001S valid"],
      ["IBAN: GB83WEST12345698765432", "iban GB83WEST12345698765432 invalid-check"],
      ["GB83WEST12345698765432"],
      ["IBAN GB82WEST123456987654321 GB82WEST1234569876543 XX82WEST12345698765432 GB821234WEST5698765432"],
      ["IBAN GB82 WES T123 4569 8765 432"],
      ["IBAN xGB82WEST12345698765432 GB82West12345698765432"],
    ],
  );

  it("knows lengths by country", () => {
    const lengths: [string, number][] = [
      ["NO", 15],
      ["BE", 16],
      ["DE", 22],
      ["FR", 27],
      ["MT", 31],
      ["RU", 33],
      ["SC", 31],
      ["LC", 32],
    ];
    for (const [country, length] of lengths)
      expect(bbanOf(country.charCodeAt(0), country.charCodeAt(1))?.length, country).toBe(length - 4);
    expect(bbanOf(0x55, 0x53)).toBeUndefined();
  });
});

describe("BICs", () => {
  itFinds(
    [bic],
    [
      ["BIC: DEUTDEFF500", "bic DEUTDEFF500 valid"],
      ["SWIFT code BNPAFRPP", "bic BNPAFRPP valid"],
      ["IBAN DE89370400440532013000 COBADEFFXXX", "bic COBADEFFXXX pattern"],
      ["CMAKE_Swift_COMPILER"],
      ["SWIFT DOCUMENT", "bic DOCUMENT pattern"],
      ["DEUTDEFF500 and BNPAFRPP"],
      ["BIC PROTOCOL, BIC: DEUTQQFF, BIC: DEUTDEFF5, BIC: deutdeff"],
    ],
  );
});

describe("LEI and ISIN", () => {
  itFinds(
    [lei, isin],
    [
      ["LEI 5493001KJTIIGC8Y1R12", "lei 5493001KJTIIGC8Y1R12 valid"],
      ["ref 5493001KJTIIGC8Y1R12", "lei 5493001KJTIIGC8Y1R12 valid-check"],
      ["LEI 5493001KJTIIGC8Y1R13", "lei 5493001KJTIIGC8Y1R13 invalid-check"],
      ["5493001KJTIIGC8Y1R13 5493001KJTIIGC8Y1R125 5493001kjtiigc8y1r12"],
      ["ISIN US0378331005", "isin US0378331005 valid"],
      ["ref US0378331005", "isin US0378331005 valid-check"],
      ["bond XS0104440986, AU0000XVGZA3", "isin XS0104440986 valid", "isin AU0000XVGZA3 valid"],
      ["ISIN US0378331006", "isin US0378331006 invalid-check"],
      ["US0378331006 QQ0378331005 US03783310055"],
    ],
  );
});

describe("payment cards", () => {
  itFinds(
    [paymentCard],
    [
      ["card 4111111111111111", "payment-card 4111111111111111 valid"],
      ["5110 5111 5112 5113 5356 5365 5366 5367"],
      ["n 4111111111111111 n", "payment-card 4111111111111111 valid-check"],
      ["4111 1111 1111 1111 exp 12/25", "payment-card 4111111111111111 valid"],
      ["4111-1111-1111-1111 123", "payment-card 4111111111111111 valid-check"],
      ["3782 822463 10005", "payment-card 378282246310005 valid-check"],
      ["3056 930902 5904", "payment-card 30569309025904 valid-check"],
      ["%B4111111111111111^DOE/JOHN^2512101", "payment-card 4111111111111111 valid"],
      [";4111111111111111=25121010000012300", "payment-card 4111111111111111 valid"],
      ["visa 4111 1111 1111 1112", "payment-card 4111111111111112 invalid-check"],
      ["visa 4111111111111112, 0.4111111111111111, 41111111111111111, 4111111111111111a, 4111 111 1111 11111"],
      ["card 7111111111111114 1234567812345670 0000000000000000 4444444444444444"],
      ["Maestro 6759649826438453", "payment-card 6759649826438453 valid"],
      ["number 6759649826438453"],
    ],
  );

  it("is masked in reports", () => {
    expect(paymentCard.kinds.map(({ masked }) => masked)).toEqual([true]);
  });
});
