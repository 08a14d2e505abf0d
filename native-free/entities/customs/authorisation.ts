/**
 * Authorisations and references of traders: AEO certificates (`DEAEOF115004`, also `IT AEOF 19 0001`), registered exporters (REX,
 * `INREX0123456789`), unique consignment references (UCR) and the British declaration's form of it (DUCR, `6GB123456789000-ABC123`).
 * None of them has a check. AEO and DUCR are plain from their form; REX and UCR need their name near.
 */
import { overGap, recogniserByWord, referenceEnd, runEnd, valueOf } from "../by-word.ts";
import { isCountry } from "../countries.ts";
import type { Recogniser, TextView } from "../entity.ts";
import { isApart } from "../surroundings.ts";
import { alphanumeric, at, capitalCharacters, classAt, digit, digitCharacters, upper } from "../text-view.ts";

const isAt = (text: TextView, place: number, word: string): boolean => {
  for (let i = 0; i < word.length; i++) if (at(text, place + i) !== word.charCodeAt(i)) return false;
  return true;
};

/** Whether at least `least` digits are among the characters of a stretch. */
function hasDigits(text: TextView, from: number, to: number, least: number): boolean {
  let seen = 0;
  for (let place = from; place < to; place++) if (classAt(text, place) === digit) seen++;
  return seen >= least;
}

/** Country, `AEO`, C (customs), S (security) or F (both), the national number of up to 29 characters, perhaps in groups. */
function aeoEnd(text: TextView, from: number): number {
  const name = overGap(text, from + 2);
  if (!isAt(text, name, "AEO") || !isCountry(at(text, from), at(text, from + 1))) return 0;
  const kind = at(text, name + 3);
  if (kind !== 0x43 && kind !== 0x53 && kind !== 0x46) return 0;
  const start = overGap(text, name + 4);
  let end = runEnd(text, start, upper | digit, 29);
  for (let next = overGap(text, end); next > end && classAt(text, next) === digit; next = overGap(text, end))
    end = runEnd(text, next, upper | digit, 29);
  return end - start <= 33 && hasDigits(text, start, end, 3) ? end : 0;
}

export const aeoRecogniser: Recogniser = {
  id: "aeo",
  family: "entity",
  name: "AEO authorisations",
  spec: "Implementing Regulation (EU) 2015/2447, annex A (D.E. 1/1)",
  level: "recognised",
  kinds: [{ id: "aeo", name: "Authorised economic operator", spec: "Implementing Regulation (EU) 2015/2447, annex A" }],
  triggers: [
    { on: "token", length: [2, 2], letters: [2, 2], case: "upper", next: [" -", "A"] },
    { on: "token", length: [6, 6], letters: [6, 6], case: "upper", next: [" -", capitalCharacters + digitCharacters] },
    { on: "token", length: [7, 35], letters: [6, 35], has: "both", case: "upper" },
  ],
  recognise(text, from) {
    const to = aeoEnd(text, from);
    if (to === 0 || !isApart(text, from, to)) return null;
    return { kind: "aeo", from, to, value: valueOf(text, from, to, ""), quality: "pattern" };
  },
};

export const rexRecogniser = recogniserByWord({
  id: "rex",
  name: "Registered exporter (REX)",
  spec: "Implementing Regulation (EU) 2015/2447, annex 22-06A",
  words: (
    "rex, rex no, rex number, registered exporter, exportateur enregistre, registrierter ausfuhrer, registrierter " +
    "ausfuehrer, exportador registrado, esportatore registrato, origin, statement on origin"
  ).split(", "),
  reach: 60,
  isNear: true,
  triggers: [{ on: "token", length: [8, 35], letters: [5, 34], has: "both" }],
  endOf(text, from) {
    if (!isAt(text, from + 2, "REX") || !isCountry(at(text, from), at(text, from + 1))) return 0;
    const end = runEnd(text, from, alphanumeric, 36);
    return hasDigits(text, from + 5, end, 3) ? end : 0;
  },
});

/** Last digit of the year, `GB`, the trader's twelve digits, a hyphen, up to nineteen characters. */
function ducrEnd(text: TextView, from: number): number {
  if (!isAt(text, from + 1, "GB") || runEnd(text, from + 3, digit, 13) !== from + 15 || at(text, from + 15) !== 0x2d)
    return 0;
  const end = runEnd(text, from + 16, alphanumeric, 20);
  return end > from + 16 && end <= from + 35 ? end : 0;
}

export const ducrRecogniser: Recogniser = {
  id: "ducr",
  family: "entity",
  name: "Declaration unique consignment references",
  spec: "UK customs declaration completion guide, D.E. 12 08 001 000",
  level: "recognised",
  kinds: [{ id: "ducr", name: "Declaration unique consignment reference", spec: "UK CDS, D.E. 12 08 001 000" }],
  triggers: [{ on: "token", length: [15, 15], digits: [1, 1], has: "both" }],
  recognise(text, from) {
    const to = ducrEnd(text, from);
    if (to === 0 || !isApart(text, from, to)) return null;
    return { kind: "ducr", from, to, value: valueOf(text, from, to, "-"), quality: "pattern" };
  },
};

export const ucrRecogniser = recogniserByWord({
  id: "ucr",
  name: "Unique consignment reference",
  spec: "WCO UCR guidelines; ISO 15459",
  words: ["ucr", "ucr no", "unique consignment reference", "rue", "reference number ucr", "mucr", "ducr"],
  reach: 36,
  kept: "-/",
  triggers: [{ on: "token", length: [4, 35], begins: capitalCharacters + digitCharacters, has: "digit" }],
  endOf: (text, from) => referenceEnd(text, from, "-/", 4, 35),
});
