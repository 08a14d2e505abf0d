/**
 * Chemicals: CAS Registry Numbers (`7732-18-5`), EC numbers (`200-001-8`), index numbers of the CLP regulation (`603-001-00-X`) and UN
 * numbers of dangerous goods (`UN1790`, `UN 1790`, `UN-No. 1790`).
 *
 * CAS and EC numbers have one check digit: without words of chemistry near they are `valid-check` at most, and never where they look like
 * a date or a telephone number. UN numbers have none; they are `valid` where words of dangerous goods stand near and the number is of an
 * assigned range.
 */
import { ecRemainder, isCasCheck } from "../checks/positional.ts";
import { numberOf } from "../checks/weighted.ts";
import { Compact, hyphens } from "../compact.ts";
import type { EntityMatch, Recogniser, TextView } from "../entity.ts";
import { isNumberApart, isOpen, judge } from "../surroundings.ts";
import { at, classAt, ContextWords, digit, digitCharacters, textOf } from "../text-view.ts";

const chemistry = (
  "chemical, chemicals, substance, substances, reagent, sds, msds, clp, einecs, elincs, precursor, " +
  "stoff, chemikalie, chemikalien, sustancia, sostanza, purity, molecular, acid, solvent"
).split(", ");
const casWords = new ContextWords([
  ...["cas", "cas no", "cas nr", "cas number", "casrn", "cas rn", "cas nummer"],
  ...chemistry,
]);
const ecWords = new ContextWords([
  ...chemistry,
  ..."ec no, ec number, ec nr, eg nr, eg nummer, ce no, n ce, numero ce, cas, ec, index no, index number".split(", "),
]);
const casName = new ContextWords(["cas", "cas no", "cas nr", "cas number", "casrn", "cas rn"]);
const ecName = new ContextWords("ec no, ec number, ec nr, eg nr, einecs, elincs, ec, ce no, numero ce".split(", "));
const indexName = new ContextWords(["index no", "index number", "index nr", "index", "clp"]);

const compact = new Compact(11);

/** Digits and hyphens from a place on: where hyphens stand tells which. Returns the number of characters, 0 where there is no hyphen. */
function gather(text: TextView, from: number): number {
  let place = from + 2;
  while (place < from + 7 && classAt(text, place) === digit) place++;
  if (at(text, place) !== 0x2d) return 0;
  const length = compact.gather(text, from, digit, hyphens);
  return length >= 5 ? length : 0;
}

const hasGap = (index: number): boolean => compact.places[index]! - compact.places[index - 1]! > 1;

/** Whether hyphens stand in front of exactly these characters. */
function areGaps(length: number, first: number, second: number, third = -1): boolean {
  for (let i = 1; i < length; i++) if (hasGap(i) !== (i === first || i === second || i === third)) return false;
  return true;
}

/** A year and a month, or a year-like beginning: ISO dates with a day of one digit have the form of CAS numbers. */
function isDate(length: number): boolean {
  if (length !== 7) return false;
  const year = numberOf(compact.bytes, 0, 4);
  const month = numberOf(compact.bytes, 4, 6);
  return year >= 1900 && year <= 2100 && month >= 1 && month <= 12;
}

function cas(text: TextView, from: number, to: number, length: number): EntityMatch | null {
  if (compact.bytes[0] === 0x30 || numberOf(compact.bytes, 0, length - 3) < 50) return null;
  const holds = isCasCheck(compact.bytes, 0, length);
  const hasContext = holds ? casWords.isNear(text, from, to) : casName.isBefore(text, from, 24);
  if (!hasContext && isDate(length)) return null;
  const quality = judge(holds, hasContext);
  return quality && { kind: "cas", from, to, value: textOf(text, from, to), quality };
}

function ec(text: TextView, from: number, to: number): EntityMatch | null {
  const rest = ecRemainder(compact.bytes, 0, 6);
  const holds = rest === compact.bytes[6]! - 0x30;
  const hasContext = holds ? ecWords.isNear(text, from, to, 60) : ecName.isBefore(text, from, 24);
  // EINECS begins with 2, ELINCS with 4, no-longer polymers with 5, list numbers with 6 to 9.
  if (compact.bytes[0]! < 0x32 || compact.bytes[0] === 0x33) return null;
  const quality = judge(holds, hasContext);
  return quality && { kind: "ec-number", from, to, value: textOf(text, from, to), quality };
}

/** Nine characters, the last of which may be X for 10; the X is not among the digits that were gathered. */
function index(text: TextView, from: number): EntityMatch | null {
  const last = compact.end(8) + 1;
  const to = last + 1;
  if (at(text, last - 1) !== 0x2d || !isNumberApart(text, from, to)) return null;
  const rest = ecRemainder(compact.bytes, 0, 8);
  const byte = at(text, last);
  if (classAt(text, last) !== digit && byte !== 0x58 && byte !== 0x78) return null;
  const holds = rest === (classAt(text, last) === digit ? byte - 0x30 : 10);
  const hasContext = holds ? ecWords.isNear(text, from, to) : indexName.isBefore(text, from, 24);
  const quality = judge(holds, hasContext);
  return quality && { kind: "ec-index", from, to, value: textOf(text, from, to).toUpperCase(), quality };
}

export const chemicalRecogniser: Recogniser = {
  id: "chemical",
  family: "entity",
  name: "Chemical substances",
  spec: "CAS Registry; Regulation (EC) 1907/2006; Regulation (EC) 1272/2008, annex VI",
  level: "complete",
  kinds: [
    { id: "cas", name: "CAS Registry Number", spec: "CAS Registry, check digit" },
    { id: "ec-number", name: "EC number of a substance", spec: "Regulation (EC) 1907/2006; EINECS, ELINCS" },
    { id: "ec-index", name: "Index number of a substance", spec: "Regulation (EC) 1272/2008, annex VI, 1.1.1.1" },
  ],
  triggers: [{ on: "number", digits: [5, Infinity], first: [2, 7], next: ["-", digitCharacters] }],
  recognise(text, from) {
    const length = gather(text, from);
    if (length === 0) return null;
    if (length >= 8 && areGaps(8, 3, 6) && !hasFurtherDigit(8)) return index(text, from);
    const to = compact.end(length);
    if (length > 10 || !isNumberApart(text, from, to)) return null;
    if (length === 7 && areGaps(7, 3, 6)) return ec(text, from, to);
    return areGaps(length, length - 3, length - 1) ? cas(text, from, to, length) : null;
  },
};

/** Whether the character at `index` follows without a hyphen. */
const hasFurtherDigit = (index: number): boolean => compact.length > index && !hasGap(index);

const dangerous = new ContextWords(
  (
    "adr, rid, imdg, iata dgr, dgr, adn, dangerous goods, hazardous, hazmat, hazard class, packing group, pg, " +
    "class, un no, un number, un nr, proper shipping name, gefahrgut, gefahrgutklasse, klasse, verpackungsgruppe, " +
    "matieres dangereuses, marchandises dangereuses, classe, groupe d emballage, mercancias peligrosas, clase, " +
    "merci pericolose, kemler, marine pollutant, ems, flash point, corrosive, flammable, toxic, acid"
  ).split(", "),
);

/** Classes of explosives, and everything else, of the UN Model Regulations' list (3.2, 23rd edition). */
const ranges = [4, 514, 1001, 3560] as const;

/** Behind `UN`, `ONU` or `UN-No.` and what may stand between it and the digits; 0 where none of them stands there. */
function behindName(text: TextView, from: number): number {
  let place = from;
  if (
    (at(text, place) | 0x20) === 0x6f &&
    (at(text, place + 1) | 0x20) === 0x6e &&
    (at(text, place + 2) | 0x20) === 0x75
  )
    place += 3;
  else if (at(text, place) === 0x55 && at(text, place + 1) === 0x4e) place += 2;
  else return 0;
  if (classAt(text, place) === digit) return place;
  if (at(text, place) === 0x20 || at(text, place) === 0x2d) place++;
  if (
    (at(text, place) | 0x20) === 0x6e &&
    ((at(text, place + 1) | 0x20) === 0x6f || (at(text, place + 1) | 0x20) === 0x72)
  ) {
    place += 2;
    for (let skipped = 0; skipped < 2 && isGap(at(text, place)); skipped++) place++;
  }
  return place;
}

const isGap = (byte: number): boolean => byte === 0x20 || byte === 0x2e || byte === 0x3a;

export const unNumberRecogniser: Recogniser = {
  id: "un-number",
  family: "entity",
  name: "Dangerous goods",
  spec: "UN Model Regulations, 3.2",
  level: "partial",
  kinds: [{ id: "un-number", name: "UN number of dangerous goods", spec: "UN Model Regulations, 3.2" }],
  triggers: [{ on: "token", length: [2, 7], pairs: ["UN", "ON"], letters: [2, 3] }],
  recognise(text, from): EntityMatch | null {
    const start = behindName(text, from);
    if (start === 0) return null;
    for (let i = 0; i < 4; i++) if (classAt(text, start + i) !== digit) return null;
    const to = start + 4;
    const number = numberOf(text.bytes, start, to);
    const isAssigned = (number >= ranges[0] && number <= ranges[1]) || (number >= ranges[2] && number <= ranges[3]);
    if (!isAssigned || !isOpen(text, to) || !isNumberApart(text, from, to)) return null;
    // "UN 2020" is a year of the organisation: apart from its digits the name needs words of dangerous goods.
    const hasContext = dangerous.isNear(text, from, to, 60);
    if (!hasContext && (start > from + 2 || at(text, from) !== 0x55)) return null;
    return {
      kind: "un-number",
      from,
      to,
      value: "UN" + textOf(text, start, to),
      quality: hasContext ? "valid" : "pattern",
    };
  },
};
