/**
 * Commodity codes: Harmonized System (6 digits), Combined Nomenclature (8), TARIC (10, with an additional code of four characters behind).
 * Written plain (`24022090`), spaced (`2402 20 90`) or dotted (`2402.20.90.00`, `240220.90`). There is no check: words of tariffs must stand
 * near. `valid`: an unmistakable word, and the heading exists; `pattern`: a short name (HS, CN, NC, KN, SH) right in front, or an unlisted heading.
 */
import { numberOf } from "../checks/weighted.ts";
import { Compact, dots, spaces } from "../compact.ts";
import type { EntityMatch, Quality, Recogniser, TextView } from "../entity.ts";
import { isNumberApart, isOpen } from "../surroundings.ts";
import { at, classAt, ContextWords, digit, digitCharacters, textOf, upper } from "../text-view.ts";

const strong = new ContextWords(
  (
    "hs code, hs codes, hscode, h s code, hs no, cn code, cn codes, taric, taric code, commodity code, commodity " +
    "codes, tariff code, tariff codes, tariff heading, tariff headings, tariff number, tariff no, customs tariff, " +
    "harmonized system, harmonised system, harmonized code, harmonised code, combined nomenclature, hts " +
    "code, htsus, zolltarifnummer, zolltarif nr, zolltarifnr, warennummer, warentarifnummer, warencode, kn code, " +
    "zolltarif, code sh, code nc, code taric, code douanier, nomenclature combinee, position tarifaire, codigo " +
    "taric, codigo nc, codigo sa, partida arancelaria, codigo arancelario, subpartida, codice doganale, voce " +
    "doganale, codice nc, codice taric, nomenclatura combinata, nomenclatura combinada, goederencode, gn code, gs " +
    "code, kod cn, kod taric, kod hs, kod pcn, celni kod, vamtarifaszam, cod nc, codul nc, pauta aduaneira"
  ).split(", "),
);
const short = new ContextWords(["heading", "subheading", "tariff", "nomenclature"]);

/** The last heading of each chapter, 01 to 97, of the Harmonized System 2022; 77 is reserved. */
const lastHeadings = Uint8Array.from(
  (
    "6 10 9 10 11 4 14 14 10 8 9 14 2 4 22 5 4 6 5 9 6 9 9 4 30 21 16 53 42 6 5 15 7 7 7 6 7 27 26 17 15 6 4 21 4 2 7 23 11 7 13 12 11 8 " +
    "16 9 5 11 11 6 17 17 10 6 7 3 4 15 14 20 18 29 26 19 8 16 0 6 7 7 13 15 11 87 49 9 16 7 8 33 14 9 7 6 8 20 6"
  ).split(" "),
  Number,
);

const compact = new Compact(11);
const hasGap = (index: number): boolean => compact.places[index]! - compact.places[index - 1]! > 1;

/** Whether separators stand behind 4, 6 and 8 digits only, and behind 2 where all digits are in pairs: a date or a sum is no code. */
function areGroups(length: number): boolean {
  for (let i = 1; i < length; i += 2) if (hasGap(i)) return false;
  return !hasGap(2) || hasGap(4);
}

/** 10, 8 or 6 digits, the longest of which the groups allow it; 0 for none. */
function lengthOf(text: TextView): number {
  for (let length = 10; length >= 6; length -= 2) {
    if (compact.length < length) continue;
    const end = compact.end(length);
    if (compact.length > length && compact.places[length] === end) continue;
    if (areGroups(length) && isOpen(text, end)) return length;
  }
  return 0;
}

/** A TARIC additional code behind ten digits: a letter or digit and three digits. Where it ends; 0 for none. */
function additionalEnd(text: TextView, place: number): number {
  const separator = at(text, place);
  if (separator !== 0x20 && separator !== 0x2f && separator !== 0x2d) return 0;
  if ((classAt(text, place + 1) & (upper | digit)) === 0 || !isOpen(text, place + 5)) return 0;
  for (let i = 2; i < 5; i++) if (classAt(text, place + i) !== digit) return 0;
  return place + 5;
}

/** How far the words may stand: in front for a list of codes, right in front for what may be something else, behind for `24022090 (CN code)`. */
const [listReach, nameReach, behindReach] = [60, 24, 20];

function judged(text: TextView, from: number, to: number, length: number): Quality | null {
  const chapter = numberOf(compact.bytes, 0, 2);
  const heading = numberOf(compact.bytes, 2, 4);
  if (chapter < 1 || chapter > 97 || chapter === 77 || heading === 0) return null;
  const isListed = heading <= lastHeadings[chapter - 1]!;
  const isPlain = isListed && !isDate(length, to - from);
  if (strong.isBefore(text, from, isPlain ? listReach : nameReach)) return isListed ? "valid" : "pattern";
  if (isPlain && strong.isIn(text, to, Math.min(text.to, to + behindReach))) return "valid";
  return isShortName(text, from) || short.isBefore(text, from, 14) ? "pattern" : null;
}

/** Eight digits in one that are a day of these two centuries. */
function isDate(length: number, width: number): boolean {
  const month = numberOf(compact.bytes, 4, 6);
  const day = numberOf(compact.bytes, 6, 8);
  const century = numberOf(compact.bytes, 0, 2);
  return (
    length === 8 &&
    width === 8 &&
    (century === 19 || century === 20) &&
    month >= 1 &&
    month <= 12 &&
    day >= 1 &&
    day <= 31
  );
}

/** `HS`, `CN`, `NC`, `KN` or `SH` in capitals, and a space, colon or full stop or two of them. */
function isShortName(text: TextView, from: number): boolean {
  let place = from - 1;
  while (from - place < 3 && isGap(at(text, place))) place--;
  if (place === from - 1 || !isOpen(text, place - 2)) return false;
  const [first, second] = [at(text, place - 1), at(text, place)];
  if (first === 0x43 || first === 0x4b) return second === 0x4e;
  return (
    (first === 0x48 && second === 0x53) || (first === 0x4e && second === 0x43) || (first === 0x53 && second === 0x48)
  );
}

const isGap = (byte: number): boolean => byte === 0x20 || byte === 0x3a || byte === 0x2e;

export const commodityCodeRecogniser: Recogniser = {
  id: "commodity-code",
  family: "entity",
  name: "Commodity codes",
  spec: "Harmonized System 2022; Regulation (EEC) 2658/87, annex I and article 2 (TARIC)",
  level: "partial",
  kinds: [{ id: "commodity-code", name: "Commodity code (HS, CN, TARIC)", spec: "Regulation (EEC) 2658/87" }],
  triggers: [
    { on: "number", digits: [6, Infinity], first: [2, 2], next: [" .", digitCharacters] },
    { on: "number", digits: [6, Infinity], first: [4, 4], next: [" .", digitCharacters] },
    { on: "token", length: [6, 6], digits: [6, 6] },
    { on: "token", length: [8, 8], digits: [8, 8] },
    { on: "token", length: [10, 10], digits: [10, 10] },
  ],
  recognise(text, from): EntityMatch | null {
    if (compact.gather(text, from, digit, spaces | dots) < 6) return null;
    const length = lengthOf(text);
    if (length === 0) return null;
    const to = compact.end(length);
    if (!isNumberApart(text, from, to) && !(at(text, to) === 0x2c || at(text, to) === 0x2f || at(text, to) === 0x2d))
      return null;
    const quality = judged(text, from, to, length);
    if (!quality) return null;
    const end = length === 10 ? additionalEnd(text, to) : 0;
    const value = compact.text(0, length) + (end > 0 ? textOf(text, to + 1, end) : "");
    return { kind: "commodity-code", from, to: Math.max(to, end), value, quality };
  },
};
