/**
 * BICs (ISO 9362): four letters or digits (letters in practice), a country, two and perhaps three more. There is no
 * check digit and many words have the form, so the text must say what it is.
 */
import type { EntityMatch, Recogniser, TextView } from "../entity.ts";
import { isCountry } from "../countries.ts";
import { alphanumeric, at, classAt, ContextWords, digit, foreign, textOf, upper } from "../text-view.ts";

const names = new ContextWords([
  ..."bic swift bicfi bicswift swiftcode biccode".split(" "),
  ...[
    "swift code",
    "bic code",
    "swift bic",
    "bic swift",
    "bank identifier code",
    "code bic",
    "code swift",
    "codigo swift",
    "codice bic",
  ],
]);
const accounts = new ContextWords(["iban"]);

export const bic: Recogniser = {
  id: "bic",
  family: "entity",
  name: "Bank identifiers (BIC)",
  spec: "ISO 9362:2022",
  level: "complete",
  kinds: [{ id: "bic", name: "BIC", spec: "ISO 9362:2022" }],
  triggers: [
    { on: "token", length: [8, 8], letters: [6, 8], case: "upper" },
    { on: "token", length: [11, 11], letters: [6, 11], case: "upper" },
  ],
  recognise,
};

function recognise(text: TextView, from: number): EntityMatch | null {
  for (let i = 0; i < 6; i++) if (classAt(text, from + i) !== upper) return null;
  const isKosovo = at(text, from + 4) === 0x58 && at(text, from + 5) === 0x4b;
  if (!isKosovo && !isCountry(text.bytes[from + 4]!, text.bytes[from + 5]!)) return null;
  let to = from + 6;
  while ((classAt(text, to) & (upper | digit)) !== 0) to++;
  if ((classAt(text, to) & (alphanumeric | foreign)) !== 0 || (classAt(text, from - 1) & foreign) !== 0) return null;
  if (at(text, to) === 0x5f || at(text, from - 1) === 0x5f) return null;
  // The location code is not 0 or 1 and a digit or O (ISO 9362 section 4.5).
  const location = text.bytes[from + 6]!;
  if (location === 0x30 || location === 0x31 || text.bytes[from + 7] === 0x4f) return null;
  const isNamed = names.isBefore(text, from, 24);
  // Beside an IBAN, a word of capitals is still a word more often than not.
  if (!isNamed && !(hasForm(text, from, to) && accounts.isNear(text, from, to, 80))) return null;
  return {
    kind: "bic",
    from,
    to,
    value: textOf(text, from, to),
    quality: isNamed && !isDoubtful(text, from) ? "valid" : "pattern",
  };
}

/** Whether it has a digit or the three X of a head office. */
function hasForm(text: TextView, from: number, to: number): boolean {
  for (let place = from + 6; place < to; place++) if (classAt(text, place) === digit) return true;
  return to - from === 11 && text.bytes[to - 1] === 0x58 && text.bytes[to - 2] === 0x58 && text.bytes[to - 3] === 0x58;
}

/** Whether it is eight letters right behind the word SWIFT: in a title even `SWIFT DOCUMENT` has the form. */
function isDoubtful(text: TextView, from: number): boolean {
  for (let place = from + 6; (classAt(text, place) & (upper | digit)) !== 0; place++)
    if (classAt(text, place) === digit || place > from + 7) return false;
  return at(text, from - 1) === 0x20 && (at(text, from - 2) | 0x20) === 0x74;
}
