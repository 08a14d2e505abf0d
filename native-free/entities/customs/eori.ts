/**
 * EORI numbers of economic operators: a member state, GB or XI, and up to fifteen characters. There is no common check; where the
 * national part is a VAT or company number its check is that of the country, and holding makes it `valid`. `EORI` must stand near.
 */
import { isLuhn } from "../checks/luhn.ts";
import { isVatNumber, vatRuleOf } from "../checks/vat-rules.ts";
import { weighted } from "../checks/weighted.ts";
import { areAll, Compact, hyphens, spaces } from "../compact.ts";
import { isMemberState, memberStates } from "../countries.ts";
import type { Recogniser, TextView } from "../entity.ts";
import { isCapital, isOfOneCase, isOpen } from "../surroundings.ts";
import {
  alphanumeric,
  at,
  capitalCharacters,
  classAt,
  classes,
  ContextWords,
  digit,
  digitCharacters,
  letter,
} from "../text-view.ts";

const context = new ContextWords(["eori", "eori no", "eori number", "eori nummer", "numero eori", "n eori", "eori nr"]);

const compact = new Compact(18);
const pairs = [...memberStates, "GB", "XI"];

/** Two capitals as one number. */
const pair = (first: number, second: number): number => first * 256 + second;
const pairOf = (code: string): number => pair(code.charCodeAt(0), code.charCodeAt(1));
const [britain, northernIreland, greece, france, poland, netherlands] = ["GB", "XI", "GR", "FR", "PL", "NL"].map(
  pairOf,
);

const isBritish = (country: number): boolean => country === britain || country === northernIreland;

/** Whether the national part, from the third character on, is a number of which the country's check holds. */
function isNational(bytes: Uint8Array, length: number): boolean {
  const country = pair(bytes[0]!, bytes[1]!);
  const rule = country === greece ? vatRuleOf(0x45, 0x4c) : vatRuleOf(bytes[0]!, bytes[1]!);
  if (!rule) return false;
  // The VAT number and three digits of the branch, or three more.
  if (isBritish(country)) return isVatNumber(rule, bytes, 2, 9);
  // The tax number and five zeros.
  if (country === poland && length === 17) return isVatNumber(rule, bytes, 2, 10);
  // SIRET: SIREN and five digits, under Luhn's check as a whole.
  if (country === france && length === 16) return areAll(bytes, 2, 16, digit) && isLuhn(bytes, 2, 16);
  // RSIN: the nine digits that the older VAT numbers have in front of their suffix.
  if (country === netherlands && length === 11) return areAll(bytes, 2, 11, digit) && isEleven(bytes, 2);
  return isVatNumber(rule, bytes, 2, length - 2);
}

const dutchWeights = [9, 8, 7, 6, 5, 4, 3, 2];
const isEleven = (bytes: Uint8Array, from: number): boolean =>
  weighted(bytes, from, dutchWeights) % 11 === bytes[from + 8]! - 0x30;

/**
 * How many of the gathered characters are the number. Written as one token, or the country and one token of letters and digits; the
 * British write groups of digits.
 */
function lengthOf(text: TextView): number {
  let length = 1;
  while (length < compact.length && !hasGap(length)) length++;
  if (length <= 2) {
    while (length < compact.length && (length <= 2 || !hasGap(length))) length++;
    const isTheirs = isBritish(pair(compact.bytes[0]!, compact.bytes[1]!));
    while (isTheirs && length < compact.length && classes[compact.bytes[length]!] === digit) length++;
  }
  return isOpen(text, compact.end(length)) ? length : 0;
}

const hasGap = (index: number): boolean => compact.places[index]! - compact.places[index - 1]! > 1;

function countDigits(length: number): number {
  let digits = 0;
  for (let i = 2; i < length; i++) if (classes[compact.bytes[i]!] === digit) digits++;
  return digits;
}

export const eoriRecogniser: Recogniser = {
  id: "eori",
  family: "entity",
  name: "EORI numbers",
  spec: "Delegated Regulation (EU) 2015/2446, annex 12-01",
  level: "partial",
  kinds: [{ id: "eori", name: "EORI number", spec: "Delegated Regulation (EU) 2015/2446, annex 12-01" }],
  triggers: [
    {
      on: "token",
      length: [2, 2],
      pairs,
      letters: [2, 2],
      case: "upper",
      next: [" -", digitCharacters + capitalCharacters],
    },
    { on: "token", length: [6, 17], pairs, letters: [2, 13], has: "both" },
  ],
  recognise(text, place) {
    if ((classAt(text, place) & letter) === 0 || (classAt(text, place + 1) & letter) === 0) return null;
    const first = at(text, place) & 0xdf;
    const second = at(text, place + 1) & 0xdf;
    const isTheirs = isBritish(pair(first, second));
    if (!isTheirs && !isMemberState(first, second)) return null;
    if (compact.gather(text, place, alphanumeric, spaces | hyphens) < 6) return null;
    const length = lengthOf(text);
    if (length < 6 || length > 17 || countDigits(length) < 4 || (isTheirs && length !== 14 && length !== 17))
      return null;
    const to = compact.end(length);
    if (!isOfOneCase(text, place, to) || (to - place !== length && !isCapital(text, place, to))) return null;
    if (!context.isNear(text, place, to, 60)) return null;
    const quality = isNational(compact.bytes, length) ? "valid" : "pattern";
    return { kind: "eori", from: place, to, value: compact.text(0, length), quality };
  },
};
