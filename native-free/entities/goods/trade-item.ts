/**
 * GS1 keys: GTIN-8, -12, -13 and -14 (EAN, UPC) and SSCC of logistic units. One number in ten passes by chance: words of bar codes must
 * stand near, or the application identifier `(01)`, `(02)`, `(00)` in front.
 */
import { isGs1Check } from "../checks/gtin.ts";
import { Compact, spaces } from "../compact.ts";
import type { EntityMatch, Quality, Recogniser, TextView } from "../entity.ts";
import { isNumberApart, judge } from "../surroundings.ts";
import { at, ContextWords, digit } from "../text-view.ts";

const itemWords = new ContextWords(
  (
    "gtin, gtins, ean, ean 8, ean 13, ean13, ean8, ean code, gtin 13, gtin 14, upc, upc a, upc code, itf 14, " +
    "barcode, barcodes, bar code, bar codes, strichcode, ean nummer, artikel ean, code barres, code a barres, " +
    "codigo de barras, codice a barre, codici a barre, streepjescode, kod kreskowy, carovy kod, vonalkod, gs1"
  ).split(", "),
);
const unitWords = new ContextWords(
  (
    "sscc, sscc 18, sscc18, nve, serial shipping container code, nummer der versandeinheit, logistic unit, " +
    "pallet, pallets, palette, pallet label, gs1"
  ).split(", "),
);

const compact = new Compact(19);

/** The application identifier in front of a number, 0 to 2; -1 where there is none: `(01)`. */
function applicationIdentifier(text: TextView, from: number): number {
  if (at(text, from - 1) !== 0x29 || at(text, from - 4) !== 0x28 || at(text, from - 3) !== 0x30) return -1;
  const last = at(text, from - 2) - 0x30;
  return last >= 0 && last <= 2 ? last : -1;
}

const lengths = [18, 14, 13, 12, 8];

/** Whether a key of so many digits may end there: at the end of a group. */
function isEnd(text: TextView, length: number): boolean {
  if (compact.length < length) return false;
  if (compact.length > length && compact.places[length] === compact.end(length)) return false;
  return isNumberApart(text, compact.places[0]!, compact.end(length));
}

/** The longest length whose check holds, since a quantity may follow; else that of the first group, else the longest; 0 for none. */
function lengthOf(text: TextView): number {
  let longest = 0;
  let whole = 0;
  for (const length of lengths) {
    if (!isEnd(text, length)) continue;
    if (isGs1Check(compact.bytes, 0, length)) return length;
    if (longest === 0) longest = length;
    if (compact.places[length - 1] === compact.places[0]! + length - 1) whole = length;
  }
  return whole || longest;
}

function isZero(length: number): boolean {
  for (let i = 0; i < length; i++) if (compact.bytes[i] !== 0x30) return false;
  return true;
}

/** A check that fails counts only where the word stands right in front, and the eight digits of a date are no wrong GTIN-8. */
function judged(text: TextView, from: number, to: number, length: number): Quality | null {
  const identifier = applicationIdentifier(text, from);
  const isNamed = length === 18 ? identifier === 0 : length === 14 && identifier > 0;
  const words = length === 18 ? unitWords : itemWords;
  const holds = isGs1Check(compact.bytes, 0, length);
  if (isNamed) return judge(holds, true);
  if (holds) return words.isNear(text, from, to, length === 8 ? 24 : 60) ? "valid" : null;
  return length !== 8 && words.isBefore(text, from, 24) ? "invalid-check" : null;
}

export const tradeItemRecogniser: Recogniser = {
  id: "trade-item",
  family: "entity",
  name: "GS1 trade items and logistic units",
  spec: "GS1 General Specifications 24, 2.1, 2.2, 7.9",
  level: "complete",
  kinds: [
    { id: "gtin", name: "Trade item (GTIN, EAN, UPC)", spec: "GS1 General Specifications, 2.1" },
    { id: "sscc", name: "Logistic unit (SSCC)", spec: "GS1 General Specifications, 2.2" },
  ],
  triggers: [{ on: "number", digits: [8, Infinity] }],
  recognise(text, from): EntityMatch | null {
    if (compact.gather(text, from, digit, spaces) < 8) return null;
    const length = lengthOf(text);
    if (length === 0 || isZero(length)) return null;
    const to = compact.end(length);
    const quality = judged(text, from, to, length);
    if (!quality) return null;
    return { kind: length === 18 ? "sscc" : "gtin", from, to, value: compact.text(0, length), quality };
  },
};
