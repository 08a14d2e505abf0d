import { describe, expect, it } from "vitest";
import { isVatNumber, vatRuleOf, vatRules } from "../../../../native-free/entities/checks/vat-rules.ts";
import { nationalVatNumberRecogniser } from "../../../../native-free/entities/tax/national-vat-number.ts";
import { vatNumberRecogniser } from "../../../../native-free/entities/tax/vat-number.ts";
import { hitsOf, itFinds } from "../hits-of.ts";

/** Published numbers of companies and authorities, and one of each further form of a country. */
const published = (
  "ATU33864707 ATU14189108 BE0400378485 BE0428759497 BG175074752 BG831642181 CY10259033P CZ00177041 CZ45274649 DE136695976 " +
  "DE129274202 DK61056416 DK24256790 EE100931558 EE101286464 EL094259216 EL094019245 ESA15075062 ESA28015865 ESB58378431 FI01120389 " +
  "FR40303265045 FR83404833048 HR33392005961 HR18928523252 HU12892312 HU10773381 IE6388047V IE6433435OA IE8256796U IT00743110157 LT119511515 " +
  "LT100001919017 LU15027442 LU26375245 LV40003521600 LV40003032949 MT11679112 MT10365719 NL004495445B01 PL8567346215 PL5260250995 PT501964843 " +
  "PT500697256 RO18547290 RO1590082 SE556042722001 SE556036079301 SI50223054 SI80267432 SK2022749619 SK2020317068 GB220430231 GB980780684 " +
  "XI220430231 NO923609016MVA NO995525828MVA CHE107787577IVA CHE116281710MWST"
).split(" ");

const all = [vatNumberRecogniser];

function ruleOf(number: string) {
  const rule = vatRuleOf(number.charCodeAt(0), number.charCodeAt(1))!;
  return { rule, bytes: Buffer.from(number), from: rule.prefix.length, length: number.length - rule.prefix.length };
}

describe("rules of VAT numbers", () => {
  it("are there for every member state, Northern Ireland, United Kingdom, Norway and Switzerland", () => {
    const members = "AT BE BG CHE CY CZ DE DK EE EL ES FI FR GB HR HU IE IT LT LU LV MT NL NO PL PT RO SE SI SK XI";
    expect(vatRules.map(({ prefix }) => prefix).sort()).toEqual(members.split(" "));
    expect(new Set(published.map((number) => ruleOf(number).rule.prefix)).size).toBe(vatRules.length);
    expect(vatRuleOf(0x47, 0x52)).toBe(null);
    expect(vatRuleOf(0x31, 0x80)).toBe(null);
  });

  it.each(published)("%s holds, and with another digit it does not", (number) => {
    const { rule, bytes, from, length } = ruleOf(number);
    expect(isVatNumber(rule, bytes, from, length)).toBe(true);
    const lastDigit = length - (/\d(\D*)$/.exec(number)![1]!.length + 1) + from;
    let wrong = 0;
    // Behind the Dutch B and in Sweden's last two places stand numbers of branches, which no check covers.
    const counted = rule.prefix === "NL" ? lastDigit - 3 : rule.prefix === "SE" ? lastDigit - 2 : lastDigit;
    for (let digit = 0x30; digit <= 0x39; digit++) {
      const other = Buffer.from(bytes);
      other[counted] = digit;
      if (digit !== bytes[counted] && !isVatNumber(rule, other, from, length)) wrong++;
    }
    expect(wrong).toBeGreaterThanOrEqual(8);
  });

  it("refuses other lengths and forms", () => {
    for (const number of [
      "DE13669597",
      "DE1366959761",
      "ATX33864707",
      "FR4030326504A",
      "NL004495445A01",
      "LT119511525",
    ]) {
      const { rule, bytes, from, length } = ruleOf(number);
      expect(isVatNumber(rule, bytes, from, length), number).toBe(false);
    }
  });

  it.each([
    ["BE", "0428759499"],
    ["BG", "7523169263"],
    ["CZ", "7103192745"],
    ["CZ", "640903926"],
    ["ES", "54362315K"],
    ["ES", "X2482300W"],
    ["ES", "M1234567L"],
    ["GB", "GD001"],
    ["GB", "HA599"],
    ["LV", "16117519997"],
    ["NL", "000099998B57"],
    ["FR", "K7399859412"],
  ])("%s%s of a rarer form is judged as the country does", (prefix, number) => {
    const rule = vatRuleOf(prefix.charCodeAt(0), prefix.charCodeAt(1))!;
    expect(isVatNumber(rule, Buffer.from(number), 0, number.length)).toBe(prefix !== "BE");
  });
});

describe("VAT numbers in text", () => {
  it.each(published)("VAT %s", (number) => {
    expect(hitsOf(all, `VAT no. ${number}, paid`)).toEqual([`vat ${number} valid`]);
    expect(hitsOf(all, `vat no. ${number.toLowerCase()}, paid`)).toEqual([`vat ${number} valid`]);
    expect(hitsOf(all, `VAT X${number}`)).toEqual([]);
    expect(hitsOf(all, `VAT ${number}9`).filter((hit) => hit.endsWith(" valid"))).toEqual([]);
  });

  itFinds(all, [
    ["VAT BE0428759497", "vat BE0428759497 valid"],
    ["BTW BE 0428.759.497", "vat BE0428759497 valid"],
    ["USt-IdNr. DE 136 695 976", "vat DE136695976 valid"],
    ["TVA FR 40 303 265 045", "vat FR40303265045 valid"],
    ["MWST CHE-116.281.710 MWST", "vat CHE116281710MWST valid"],
    ["NIP PL 856-734-62-15", "vat PL8567346215 valid"],
    ["MVA NO 995 525 828 MVA", "vat NO995525828MVA valid"],
    ["VAT RO1590082 12 pieces", "vat RO1590082 valid"],
    ["VAT GB220430231 100 units", "vat GB220430231 valid"],
    ["VAT RO 159 0082", "vat RO1590082 valid"],
    ["see DE136695976 there", "vat DE136695976 valid-check"],
    ["VAT DE136695977", "vat DE136695977 invalid-check"],
    ["see DE136695977 there"],
    ["see de136695976 there"],
    ["see DE 136695976 there"],
    ["see RO18 there"],
    ["VAT GR094259216"],
    ["VAT DE136695976-1"],
    ["VAT De136695976"],
    ["INVOICE NO 974760673", "vat NO974760673 valid"],
    ["ORDER NO 974760673"],
  ]);
});

describe("VAT numbers without country", () => {
  itFinds(
    [nationalVatNumberRecogniser],
    [
      ["P. IVA 00743110157", "vat IT00743110157 valid"],
      ["Partita IVA: 00743110158", "vat IT00743110158 invalid-check"],
      ["NIP 856-734-62-15", "vat PL8567346215 valid"],
      ["CVR 61056416", "vat DK61056416 valid"],
      ["NIF A28015865", "vat ESA28015865 valid"],
      ["NIF: 501964843", "vat PT501964843 valid"],
      ["BTW 0428.759.497", "vat BE0428759497 valid"],
      ["VAT Reg No 980 7806 84", "vat GB980780684 valid"],
      ["number 00743110157"],
      ["P. IVA 007431101571"],
      ["P. IVA X00743110157"],
    ],
  );
});
