/**
 * Check rules of VAT numbers: United Kingdom and Northern Ireland, Croatia, Hungary, Ireland, Italy, Lithuania, Luxembourg, Latvia,
 * Malta, Netherlands, Poland, Portugal, Romania, Sweden, Slovenia, Slovakia; Norway, Switzerland. Forms: Annex to the VIES
 * documentation of the European Commission; checks: the tax administrations' public descriptions.
 * Not supported: Romanian personal numbers of 13 digits; Latvian personal numbers that begin with 32 (they have no check digit).
 */
import { isLuhn } from "./luhn.ts";
import { isMod11And10 } from "./mod11-10.ts";
import { mod97 } from "./mod97.ts";
import type { VatRule } from "./vat-rule.ts";
import { numberOf, weighted } from "./weighted.ts";

const digitAt = (bytes: Uint8Array, place: number): number => bytes[place]! - 0x30;

const britishWeights = [8, 7, 6, 5, 4, 3, 2, 10, 1];

/** Three digits behind the nine name a branch. GD (government) stays below 500, HA (health) begins there; neither has a check. */
function isBritish(bytes: Uint8Array, from: number, length: number): boolean {
  if (length === 5) return bytes[from] === 0x47 ? bytes[from + 2]! < 0x35 : bytes[from + 2]! >= 0x35;
  const rest = weighted(bytes, from, britishWeights) % 97;
  // Numbers from 100 000 000 on may be of the series that adds 55 (rest 42), since 2010.
  return rest === 0 || (bytes[from] !== 0x30 && (rest === 42 || rest === 55));
}

const britishForms = ["999999999999", "999999999", "GD999", "HA999"];
const britain: VatRule = { prefix: "GB", forms: britishForms, holds: isBritish };
const northernIreland: VatRule = { prefix: "XI", forms: britishForms, holds: isBritish };

const croatia: VatRule = {
  prefix: "HR",
  forms: ["99999999999"],
  holds: (bytes, from) => isMod11And10(bytes, from, from + 11),
};

const hungarianWeights = [9, 7, 3, 1, 9, 7, 3, 1];

const hungary: VatRule = {
  prefix: "HU",
  forms: ["99999999"],
  holds: (bytes, from) => weighted(bytes, from, hungarianWeights) % 10 === 0,
};

const irishLetters = "WABCDEFGHIJKLMNOPQRSTUV";
const irishWeights = [8, 7, 6, 5, 4, 3, 2];
const oldIrishWeights = [7, 6, 5, 4, 3];

const ireland: VatRule = {
  prefix: "IE",
  forms: ["9999999aa", "9999999a", "9a99999a"],
  holds(bytes, from, length) {
    // The old form, with a letter in second place, counts its digits 3 to 7 first and its first digit last. A second letter is A to V, or W for 0.
    const isOld = bytes[from + 1]! > 0x39;
    let sum = isOld
      ? weighted(bytes, from + 2, oldIrishWeights) + digitAt(bytes, from) * 2
      : weighted(bytes, from, irishWeights);
    if (length === 9) {
      const second = bytes[from + 8]!;
      if (second > 0x57) return false;
      if (second !== 0x57) sum += (second - 0x40) * 9;
    }
    return irishLetters.charCodeAt(sum % 23) === bytes[from + 7];
  },
};

const italy: VatRule = {
  prefix: "IT",
  forms: ["99999999999"],
  holds(bytes, from) {
    if (numberOf(bytes, from, from + 7) === 0) return false;
    const office = numberOf(bytes, from + 7, from + 10);
    const isOffice =
      (office >= 1 && office <= 100) || office === 120 || office === 121 || office === 888 || office === 999;
    return isOffice && isLuhn(bytes, from, from + 11);
  },
};

const lithuania: VatRule = {
  prefix: "LT",
  forms: ["999999999919", "999999919"],
  holds(bytes, from, length) {
    let first = 0;
    let second = 0;
    for (let i = 0; i < length - 1; i++) {
      first += digitAt(bytes, from + i) * ((i % 9) + 1);
      second += digitAt(bytes, from + i) * (((i + 2) % 9) + 1);
    }
    const rest = first % 11 === 10 ? (second % 11) % 10 : first % 11;
    return rest === digitAt(bytes, from + length - 1);
  },
};

const luxembourg: VatRule = {
  prefix: "LU",
  forms: ["99999999"],
  holds: (bytes, from) => numberOf(bytes, from, from + 6) % 89 === numberOf(bytes, from + 6, from + 8),
};

const latvianCompany = [9, 1, 4, 8, 3, 10, 2, 5, 7, 6, 1];
const latvianPerson = [10, 5, 8, 4, 2, 1, 6, 3, 7, 9];

const latvia: VatRule = {
  prefix: "LV",
  forms: ["99999999999"],
  holds(bytes, from) {
    if (bytes[from]! > 0x33) return weighted(bytes, from, latvianCompany) % 11 === 3;
    const day = numberOf(bytes, from, from + 2);
    const month = numberOf(bytes, from + 2, from + 4);
    if (day < 1 || day > 31 || month < 1 || month > 12) return false;
    return ((1 + weighted(bytes, from, latvianPerson)) % 11) % 10 === digitAt(bytes, from + 10);
  },
};

const malteseWeights = [3, 4, 6, 7, 8, 9, 10, 1];

const malta: VatRule = {
  prefix: "MT",
  forms: ["99999999"],
  holds: (bytes, from) => bytes[from] !== 0x30 && weighted(bytes, from, malteseWeights) % 37 === 0,
};

const dutchWeights = [9, 8, 7, 6, 5, 4, 3, 2];
/** `NL` as mod 97-10 counts it: 23, 21. */
const dutchStart = 2321 % 97;

const netherlands: VatRule = {
  prefix: "NL",
  forms: ["999999999B99"],
  holds(bytes, from) {
    if (numberOf(bytes, from, from + 9) === 0 || numberOf(bytes, from + 10, from + 12) === 0) return false;
    if (weighted(bytes, from, dutchWeights) % 11 === digitAt(bytes, from + 8)) return true;
    return mod97(bytes, from, from + 12, dutchStart) === 1;
  },
};

const polishWeights = [6, 5, 7, 2, 3, 4, 5, 6, 7];

const poland: VatRule = {
  prefix: "PL",
  forms: ["9999999999"],
  holds: (bytes, from) => weighted(bytes, from, polishWeights) % 11 === digitAt(bytes, from + 9),
};

const portugueseWeights = [9, 8, 7, 6, 5, 4, 3, 2];

const portugal: VatRule = {
  prefix: "PT",
  forms: ["999999999"],
  holds: (bytes, from) =>
    bytes[from] !== 0x30 &&
    ((11 - (weighted(bytes, from, portugueseWeights) % 11)) % 11) % 10 === digitAt(bytes, from + 8),
};

const romanianWeights = [7, 5, 3, 2, 1, 7, 5, 3, 2];

const romania: VatRule = {
  prefix: "RO",
  forms: ["9999999999", "999999999", "99999999", "9999999", "999999", "99999", "9999", "999", "99"],
  holds(bytes, from, length) {
    if (bytes[from] === 0x30) return false;
    let sum = 0;
    for (let i = 0; i < length - 1; i++) sum += digitAt(bytes, from + i) * romanianWeights[10 - length + i]!;
    return ((sum * 10) % 11) % 10 === digitAt(bytes, from + length - 1);
  },
};

const sweden: VatRule = {
  prefix: "SE",
  forms: ["999999999999"],
  holds(bytes, from) {
    const branch = numberOf(bytes, from + 10, from + 12);
    return branch >= 1 && branch <= 94 && isLuhn(bytes, from, from + 10);
  },
};

const slovenianWeights = [8, 7, 6, 5, 4, 3, 2];

const slovenia: VatRule = {
  prefix: "SI",
  forms: ["99999999"],
  holds(bytes, from) {
    const check = 11 - (weighted(bytes, from, slovenianWeights) % 11);
    return bytes[from] !== 0x30 && (check === 10 ? 0 : check) === digitAt(bytes, from + 7);
  },
};

const slovakia: VatRule = {
  prefix: "SK",
  forms: ["9999999999"],
  holds(bytes, from) {
    const third = digitAt(bytes, from + 2);
    if (bytes[from] === 0x30 || third < 2 || third === 5 || third === 6) return false;
    return numberOf(bytes, from, from + 10) % 11 === 0;
  },
};

const norwegianWeights = [3, 2, 7, 6, 5, 4, 3, 2];

const norway: VatRule = {
  prefix: "NO",
  forms: ["999999999MVA", "999999999"],
  holds(bytes, from) {
    const check = (11 - (weighted(bytes, from, norwegianWeights) % 11)) % 11;
    return check === digitAt(bytes, from + 8);
  },
};

const swissWeights = [5, 4, 3, 2, 7, 6, 5, 4];

const switzerland: VatRule = {
  prefix: "CHE",
  forms: ["999999999MWST", "999999999TVA", "999999999IVA", "999999999TPV", "999999999"],
  holds(bytes, from) {
    const check = (11 - (weighted(bytes, from, swissWeights) % 11)) % 11;
    return check === digitAt(bytes, from + 8);
  },
};

export const vatRulesGToZ: readonly VatRule[] = [
  britain,
  northernIreland,
  croatia,
  hungary,
  ireland,
  italy,
  lithuania,
  luxembourg,
  latvia,
  malta,
  netherlands,
  poland,
  portugal,
  romania,
  sweden,
  slovenia,
  slovakia,
  norway,
  switzerland,
];
