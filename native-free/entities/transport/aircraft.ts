/**
 * Aircraft registrations (ICAO Annex 7): the state's nationality mark, a hyphen, up to five characters; the United States' `N` marks have
 * no hyphen. Nothing in them can be checked and they look like any model number: the text around must speak of an aircraft.
 */
import { recogniserByWord, runEnd } from "../by-word.ts";
import type { TextView } from "../entity.ts";
import { at, capitalCharacters, classAt, digit, digitCharacters, textOf, upper } from "../text-view.ts";

/** Nationality marks in front of a hyphen (ICAO Annex 7 supplement), those of one and two characters in common use. */
const marks = new Set(
  (
    "B C D F G I M AP A2 A3 A4O A5 A6 A7 A8 A9C CC CN CP CS CU CX C2 C3 C5 C6 C9 DQ D2 D4 D6 EC EI EJ EK EL EP ER ES ET EW EX EY EZ E3 E5 E7 " +
    "HA HB HC HH HI HK HP HR HS HZ H4 JU JY J2 J3 J5 J6 J7 J8 LN LV LX LY LZ OB OD OE OH OK OM OO OY P P2 P4 PH PJ PK PP PR PS PT PU PZ RA RC RDPL RP " +
    "SE SP ST SU SX S2 S5 S7 S9 TC TF TG TI TJ TL TN TR TS TT TU TY TZ T2 T3 T7 T8 T9 UK UN UP UR VH VN VP VQ VT V2 V3 V4 V5 V6 V7 V8 XA XB XC XT XU XY " +
    "YA YI YJ YK YL YN YR YS YU YV Z ZA ZJ ZK ZP ZS ZT ZU Z3 Z8 3A 3B 3C 3D 3X 4K 4L 4O 4R 4W 4X 5A 5B 5H 5N 5R 5T 5U 5V 5W 5X 5Y 6O 6V 6Y 7O 7P 7Q 7T " +
    "8P 8Q 8R 9A 9G 9H 9J 9K 9L 9M 9N 9Q 9U 9V 9XR 9Y"
  ).split(" "),
);

/** `N` and one to five digits, the last one or two of which may be letters other than I and O. */
function americanEnd(text: TextView, from: number): number {
  if (at(text, from) !== 0x4e) return 0;
  const digits = runEnd(text, from + 1, digit, 5);
  const end = runEnd(text, digits, upper, 2);
  if (digits === from + 1 || at(text, from + 1) === 0x30 || end - from > 6 || end - from < 3) return 0;
  for (let place = digits; place < end; place++) if (at(text, place) === 0x49 || at(text, place) === 0x4f) return 0;
  return end;
}

export const aircraftRecogniser = recogniserByWord({
  id: "aircraft-registration",
  name: "Aircraft registration",
  spec: "ICAO Annex 7",
  words: (
    "aircraft, aircraft registration, tail number, tail no, a c reg, ac reg, airframe, helicopter, " +
    "flugzeug, luftfahrzeug, aeronef, avion, aeronave, velivolo, samolot, vliegtuig, immatriculation"
  ).split(", "),
  reach: 48,
  isNear: true,
  kept: "-",
  triggers: [
    { on: "token", length: [1, 3], has: "letter", case: "upper", next: ["-", capitalCharacters + digitCharacters] },
    { on: "token", length: [3, 6], begins: "N", letters: [1, 1], case: "upper" },
  ],
  endOf(text, from) {
    const hyphen = runEnd(text, from, upper | digit, 5);
    if (at(text, hyphen) !== 0x2d) return americanEnd(text, from);
    const end = runEnd(text, hyphen + 1, upper | digit, 6);
    if (end - hyphen < 4 || end - hyphen > 6 || hyphen - from > 3 || !hasLetter(text, from, end)) return 0;
    return marks.has(textOf(text, from, hyphen)) ? end : 0;
  },
});

/** Digits alone, as in `2-1992`, are years and pages. */
function hasLetter(text: TextView, from: number, to: number): boolean {
  for (let place = from; place < to; place++) if (classAt(text, place) === upper) return true;
  return false;
}
