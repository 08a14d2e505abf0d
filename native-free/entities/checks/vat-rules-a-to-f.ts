/**
 * Check rules of VAT numbers: Austria, Belgium, Bulgaria, Cyprus, Czechia, Germany, Denmark, Estonia, Greece, Spain, Finland, France.
 * Forms: Annex to the VIES documentation of the European Commission; checks: the tax administrations' public descriptions.
 * Not checked: Czech birth numbers of nine digits (issued before 1954, they have no check digit).
 */
import { isLuhn } from "./luhn.ts";
import { isMod11And10 } from "./mod11-10.ts";
import type { VatRule } from "./vat-rule.ts";
import { numberOf, weighted } from "./weighted.ts";

const digitAt = (bytes: Uint8Array, place: number): number => bytes[place]! - 0x30;

const austria: VatRule = {
  prefix: "AT",
  forms: ["U99999999"],
  holds(bytes, from) {
    let sum = 4;
    for (let i = 1; i <= 7; i++) {
      const value = digitAt(bytes, from + i);
      sum += i % 2 === 1 ? value : Math.floor(value / 5) + ((value * 2) % 10);
    }
    return (10 - (sum % 10)) % 10 === digitAt(bytes, from + 8);
  },
};

const belgium: VatRule = {
  prefix: "BE",
  forms: ["0999999999", "1999999999"],
  holds: (bytes, from) => 97 - (numberOf(bytes, from, from + 8) % 97) === numberOf(bytes, from + 8, from + 10),
};

const bulgariaFirst = [1, 2, 3, 4, 5, 6, 7, 8];
const bulgariaSecond = [3, 4, 5, 6, 7, 8, 9, 10];
const bulgariaPerson = [2, 4, 8, 5, 10, 9, 7, 3, 6];
const bulgariaForeigner = [21, 19, 17, 13, 11, 9, 7, 3, 1];
const bulgariaOther = [4, 3, 2, 7, 6, 5, 4, 3, 2];

/** The month of a personal number: 21 to 32 for the 19th century, 41 to 52 for the 21st. */
function isBulgarianBirth(bytes: Uint8Array, from: number): boolean {
  const month = numberOf(bytes, from + 2, from + 4);
  const day = numberOf(bytes, from + 4, from + 6);
  return month % 20 >= 1 && month % 20 <= 12 && month <= 52 && day >= 1 && day <= 31;
}

const bulgaria: VatRule = {
  prefix: "BG",
  forms: ["9999999999", "999999999"],
  holds(bytes, from, length) {
    const last = digitAt(bytes, from + length - 1);
    if (length === 9) {
      let rest = weighted(bytes, from, bulgariaFirst) % 11;
      if (rest === 10) rest = (weighted(bytes, from, bulgariaSecond) % 11) % 10;
      return rest === last;
    }
    if (isBulgarianBirth(bytes, from) && (weighted(bytes, from, bulgariaPerson) % 11) % 10 === last) return true;
    if (weighted(bytes, from, bulgariaForeigner) % 10 === last) return true;
    return (11 - (weighted(bytes, from, bulgariaOther) % 11)) % 11 === last;
  },
};

const cyprusOdd = [1, 0, 5, 7, 9, 13, 15, 17, 19, 21];

const cyprus: VatRule = {
  prefix: "CY",
  forms: ["99999999a"],
  holds(bytes, from) {
    if (bytes[from] === 0x31 && bytes[from + 1] === 0x32) return false;
    let sum = 0;
    for (let i = 0; i < 8; i++) {
      const value = digitAt(bytes, from + i);
      sum += i % 2 === 0 ? cyprusOdd[value]! : value;
    }
    return (sum % 26) + 0x41 === bytes[from + 8];
  },
};

const czechWeights = [8, 7, 6, 5, 4, 3, 2];

/** A birth number of ten digits: month plus 50 for women, plus 20 more since 2004. */
function isCzechBirth(bytes: Uint8Array, from: number): boolean {
  const month = numberOf(bytes, from + 2, from + 4) % 50;
  const day = numberOf(bytes, from + 4, from + 6);
  if (month % 20 < 1 || month % 20 > 12 || month > 32 || day < 1 || day > 31) return false;
  const year = numberOf(bytes, from, from + 2);
  const rest = numberOf(bytes, from, from + 9) % 11;
  // A remainder of 10 was written as 0 until 1985. Years below 54 are of this century: ten digits began in 1954.
  return rest === digitAt(bytes, from + 9) || (rest === 10 && year >= 54 && year < 85 && bytes[from + 9] === 0x30);
}

const czechia: VatRule = {
  prefix: "CZ",
  forms: ["9999999999", "699999999", "99999999"],
  holds(bytes, from, length) {
    const last = digitAt(bytes, from + length - 1);
    if (length === 10) return isCzechBirth(bytes, from);
    if (length === 9) {
      const rest = weighted(bytes, from + 1, czechWeights) % 11;
      return (8 - ((10 - rest + 11) % 11) + 10) % 10 === last;
    }
    if (bytes[from] === 0x39) return false;
    return (11 - (weighted(bytes, from, czechWeights) % 11)) % 10 === last;
  },
};

const germany: VatRule = {
  prefix: "DE",
  forms: ["999999999"],
  holds: (bytes, from) => bytes[from] !== 0x30 && isMod11And10(bytes, from, from + 9),
};

const danishWeights = [2, 7, 6, 5, 4, 3, 2, 1];

const denmark: VatRule = {
  prefix: "DK",
  forms: ["99999999"],
  holds: (bytes, from) => bytes[from] !== 0x30 && weighted(bytes, from, danishWeights) % 11 === 0,
};

const estonianWeights = [3, 7, 1, 3, 7, 1, 3, 7, 1];

const estonia: VatRule = {
  prefix: "EE",
  forms: ["999999999"],
  holds: (bytes, from) => weighted(bytes, from, estonianWeights) % 10 === 0,
};

const greekWeights = [256, 128, 64, 32, 16, 8, 4, 2];

const greece: VatRule = {
  prefix: "EL",
  forms: ["999999999"],
  holds: (bytes, from) => (weighted(bytes, from, greekWeights) % 11) % 10 === digitAt(bytes, from + 8),
};

const spanishLetters = "TRWAGMYFPDXBNJZSQVHLCKE";
const spanishCompanyLetters = "JABCDEFGHI";

/** Persons: the number mod 23 chooses the letter; foreigners' X, Y, Z stand for 0, 1, 2. */
const isSpanishPerson = (bytes: Uint8Array, from: number, first: number): boolean =>
  spanishLetters.charCodeAt((first * 10_000_000 + numberOf(bytes, from + 1, from + 8)) % 23) === bytes[from + 8];

function isSpanishCompany(bytes: Uint8Array, from: number): boolean {
  let sum = 0;
  for (let i = 1; i <= 7; i++) {
    const value = digitAt(bytes, from + i);
    sum += i % 2 === 1 ? Math.floor(value / 5) + ((value * 2) % 10) : value;
  }
  const control = (10 - (sum % 10)) % 10;
  const kind = String.fromCharCode(bytes[from]!);
  const last = bytes[from + 8]!;
  const isByDigit = last === control + 0x30 && !"NPQRSW".includes(kind);
  return isByDigit || (last === spanishCompanyLetters.charCodeAt(control) && !"ABEH".includes(kind));
}

const spain: VatRule = {
  prefix: "ES",
  forms: ["a9999999*", "99999999a"],
  holds(bytes, from) {
    const first = bytes[from]!;
    if (first <= 0x39) return isSpanishPerson(bytes, from, first - 0x30);
    if (first >= 0x58) return isSpanishPerson(bytes, from, first - 0x58);
    const letter = String.fromCharCode(first);
    if ("KLM".includes(letter)) return isSpanishPerson(bytes, from, 0);
    return "ABCDEFGHJNPQRSUVW".includes(letter) && isSpanishCompany(bytes, from);
  },
};

const finnishWeights = [7, 9, 10, 5, 8, 4, 2, 1];

const finland: VatRule = {
  prefix: "FI",
  forms: ["99999999"],
  holds: (bytes, from) => weighted(bytes, from, finnishWeights) % 11 === 0,
};

/** Letters of French keys: I and O are not among them. */
const frenchKey = "0123456789ABCDEFGHJKLMNPQRSTUVWXYZ";

const france: VatRule = {
  prefix: "FR",
  forms: ["**999999999"],
  holds(bytes, from) {
    const siren = numberOf(bytes, from + 2, from + 11);
    // Monaco's numbers begin with 000 and are no SIREN.
    if (siren >= 1_000_000 && !isLuhn(bytes, from + 2, from + 11)) return false;
    const first = frenchKey.indexOf(String.fromCharCode(bytes[from]!));
    const second = frenchKey.indexOf(String.fromCharCode(bytes[from + 1]!));
    if (first < 0 || second < 0) return false;
    if (first < 10 && second < 10) return first * 10 + second === (12 + 3 * (siren % 97)) % 97;
    const key = first < 10 ? first * 24 + second - 10 : first * 34 + second - 100;
    return (siren + 1 + Math.floor(key / 11)) % 11 === key % 11;
  },
};

export const vatRulesAToF: readonly VatRule[] = [
  austria,
  belgium,
  bulgaria,
  cyprus,
  czechia,
  germany,
  denmark,
  estonia,
  greece,
  spain,
  finland,
  france,
];
