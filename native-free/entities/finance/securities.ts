/** Legal entity identifiers (LEI, ISO 17442) and securities (ISIN, ISO 6166). */
import { isLuhnOfLetters } from "../checks/luhn.ts";
import { mod97 } from "../checks/mod97.ts";
import { isFree } from "../compact.ts";
import { isCountry } from "../countries.ts";
import type { EntityMatch, Quality, Recogniser, TextView } from "../entity.ts";
import { at, classAt, ContextWords, digit, textOf, upper } from "../text-view.ts";

const leiLength = 20;
const isinLength = 12;

const leiContext = new ContextWords([
  "lei",
  "legal entity",
  "legal entity identifier",
  "lei code",
  "code lei",
  "gleif",
]);
const isinContext = new ContextWords(
  (
    "isin isins security securities bond bonds share shares stock stocks wkn cusip sedol fund aktie aktien " +
    "anleihe wertpapier " +
    "action obligation titre titolo azione valor accion"
  ).split(" "),
);
/** Prefixes that are no country: international, European, in use for derivatives and tax (ISO 6166 annex). */
const otherPrefixes = new Set(["XS", "EU", "XA", "XB", "XC", "XD", "XF", "XK", "EZ", "QT"]);

export const lei: Recogniser = {
  id: "lei",
  family: "entity",
  name: "Legal entity identifiers (LEI)",
  spec: "ISO 17442-1:2020",
  level: "complete",
  kinds: [{ id: "lei", name: "LEI", spec: "ISO 17442-1:2020" }],
  triggers: [{ on: "token", length: [leiLength, leiLength], has: "digit", case: "upper" }],
  recognise: recogniseLei,
};

export const isin: Recogniser = {
  id: "isin",
  family: "entity",
  name: "Securities (ISIN)",
  spec: "ISO 6166:2021",
  level: "complete",
  kinds: [{ id: "isin", name: "ISIN", spec: "ISO 6166:2021" }],
  triggers: [{ on: "token", length: [isinLength, isinLength], letters: [2, 11], has: "both", case: "upper" }],
  recognise: recogniseIsin,
};

/** How many of the bytes are digits; -1 where one is neither digit nor capital, or the token does not stand alone. */
function digitsOf(text: TextView, from: number, to: number): number {
  let digits = 0;
  for (let place = from; place < to; place++) {
    const kind = classAt(text, place);
    if (kind === digit) digits++;
    else if (kind !== upper) return -1;
  }
  return isFree(text, from - 1) && isFree(text, to) ? digits : -1;
}

function recogniseLei(text: TextView, from: number): EntityMatch | null {
  const to = from + leiLength;
  if (classAt(text, to - 1) !== digit || classAt(text, to - 2) !== digit) return null;
  const digits = digitsOf(text, from, to);
  if (digits < 0) return null;
  const isChecked = mod97(text.bytes, from, to) === 1;
  const isNamed = leiContext.isNear(text, from, to, 60);
  // Digits or hexadecimal alone are other things, unless the text says so.
  if (!isNamed && (!isChecked || digits === leiLength || !hasLateLetter(text, from, to))) return null;
  const quality: Quality = !isChecked ? "invalid-check" : isNamed ? "valid" : "valid-check";
  return { kind: "lei", from, to, value: textOf(text, from, to), quality };
}

function hasLateLetter(text: TextView, from: number, to: number): boolean {
  for (let place = from; place < to; place++) if (text.bytes[place]! > 0x46) return true;
  return false;
}

function recogniseIsin(text: TextView, from: number): EntityMatch | null {
  const to = from + isinLength;
  if (classAt(text, to - 1) !== digit || !isIssuer(text, from)) return null;
  const digits = digitsOf(text, from, to);
  if (digits < 0) return null;
  const isChecked = isLuhnOfLetters(text.bytes, from, to);
  const isNamed = isinContext.isNear(text, from, to, 60);
  if (!isNamed && (!isChecked || digits < 8)) return null;
  const quality: Quality = !isChecked ? "invalid-check" : isNamed ? "valid" : "valid-check";
  return { kind: "isin", from, to, value: textOf(text, from, to), quality };
}

function isIssuer(text: TextView, from: number): boolean {
  const [first, second] = [at(text, from), at(text, from + 1)];
  return isCountry(first, second) || (classAt(text, from) === upper && otherPrefixes.has(textOf(text, from, from + 2)));
}
