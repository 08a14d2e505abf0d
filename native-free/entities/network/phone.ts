/**
 * Telephone numbers in international form, with `+` or `00` in front of the country code (ITU-T E.164), judged by the
 * numbering plans of the countries (libphonenumber's metadata). Not supported: national forms, which mean nothing
 * without a country; extensions.
 */
import { parsePhoneNumberFromString } from "libphonenumber-js/max";
import type { EntityMatch, Quality, Recogniser, TextView } from "../entity.ts";
import { alphanumeric, at, classAt, ContextWords, digit, foreign } from "../text-view.ts";

const context = new ContextWords(
  (
    "tel phone phones telephone telefon telefono telefoon telefax telefone fax mobile mobil mobiel cell " +
    "cellphone gsm handy " +
    "portable movil cellulare call whatsapp telegram signal viber sms msisdn contact kontakt contacto " +
    "contatto caller called number " +
    "rufnummer numero nummer tfn tlf hotline wa"
  ).split(" "),
);
const [plus, open, close, zero] = [0x2b, 0x28, 0x29, 0x30];
const [least, most] = [7, 15];

export const phone: Recogniser = {
  id: "phone",
  family: "entity",
  name: "Telephone numbers",
  spec: "ITU-T E.164 (11/2010) section 6; libphonenumber metadata",
  level: "partial",
  kinds: [{ id: "phone", name: "Telephone number", spec: "ITU-T E.164 section 6" }],
  triggers: [
    { on: "number", digits: [1, Infinity], before: "+" },
    { on: "number", digits: [3, Infinity], first: [3, Infinity], pairs: ["00"] },
  ],
  recognise,
};

const digits = new Uint8Array(most + 1);
/** Behind each digit that ends a group: how many digits there are, and the place. */
const groupDigits = new Uint8Array(most + 1);
const groupEnds = new Int32Array(most + 1);

const isGap = new Uint8Array(256);
for (const character of " -./()") isGap[character.charCodeAt(0)] = 1;

function recognise(text: TextView, at0: number): EntityMatch | null {
  const hasPlus = at(text, at0 - 1) === plus;
  const hasZeros = !hasPlus && text.bytes[at0] === zero && at(text, at0 + 1) === zero;
  if (!hasPlus && !hasZeros) return null;
  const from = hasPlus ? at0 - 1 : at0;
  const before = at(text, from - 1);
  if ((classAt(text, from - 1) & (alphanumeric | foreign)) !== 0) return null;
  if (before === plus || before === 0x2e || before === 0x2c || before === 0x2f || before === 0x5f || before === 0x2d)
    return null;
  const start = hasPlus ? at0 : at0 + 2;
  if (at(text, start) === zero) return null;
  const groups = readGroups(text, start);
  for (let group = groups - 1; group >= 0; group--) {
    const count = groupDigits[group]!;
    if (count > most || count < least) continue;
    const match = judge(text, from, group, hasPlus);
    if (match) return match;
  }
  return null;
}

/**
 * How many groups of digits follow, with up to two separators between; a lone `(0)` is left out, it is dialled at home
 * only.
 */
function readGroups(text: TextView, start: number): number {
  let count = 0;
  let groups = 0;
  let place = start;
  while (count <= most) {
    const first = place;
    while (classAt(text, place) === digit && count <= most) digits[Math.min(count++, most)] = text.bytes[place++]!;
    if (place === first || (classAt(text, place) & (alphanumeric | foreign)) !== 0) break;
    if (count > most) break;
    groupDigits[groups] = count;
    groupEnds[groups++] = place;
    const end = place;
    while (place - end < 3 && isGap[at(text, place)] === 1) place++;
    if (at(text, place - 1) === open && at(text, place) === zero && at(text, place + 1) === close) {
      place += 2;
      if (at(text, place) === 0x20) place++;
    }
    if (place === end) break;
  }
  return groups;
}

function judge(text: TextView, from: number, group: number, hasPlus: boolean): EntityMatch | null {
  const to = groupEnds[group]!;
  let number = "+";
  for (let i = 0; i < groupDigits[group]!; i++) number += String.fromCharCode(digits[i]!);
  const parsed = parsePhoneNumberFromString(number);
  if (!parsed || parsed.number !== number) return null;
  const isNamed = context.isNear(text, from, to, 40);
  let quality: Quality = "pattern";
  if (parsed.isValid()) quality = isNamed || (hasPlus && group > 0) ? "valid" : "valid-check";
  else if (!isNamed || !parsed.isPossible()) return null;
  // `00` in front of digits is more often something else.
  if (!hasPlus && !isNamed) return null;
  return { kind: "phone", from, to, value: number, quality };
}
