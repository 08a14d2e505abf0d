/**
 * Vehicle identification numbers (ISO 3779, ISO 3780; check digit of 49 CFR 565.15). The check binds in North America
 * and China only; where it fails elsewhere, the number has the form and no more.
 */
import { isFree } from "../compact.ts";
import type { EntityMatch, Quality, Recogniser, TextView } from "../entity.ts";
import { classAt, ContextWords, digit, lower, textOf, upper } from "../text-view.ts";

const length = 17;
const context = new ContextWords([
  ...(
    "vin vins chassis frame fin fahrgestell fahrgestellnummer fahrzeug vehicle vehicles car cars truck " +
    "chasis bastidor telaio"
  ).split(" "),
  ...(
    "voiture vehicule vehiculo veicolo auto automobile kfz nummer podvozku nadwozia chassisnummer " +
    "onderstel carte grise wmi"
  ).split(" "),
]);

export const vin: Recogniser = {
  id: "vin",
  family: "entity",
  name: "Vehicle identification numbers (VIN)",
  spec: "ISO 3779:2009, ISO 3780:2009; 49 CFR 565.15",
  level: "complete",
  kinds: [{ id: "vin", name: "Vehicle identification number", spec: "ISO 3779:2009" }],
  triggers: [{ on: "token", length: [length, length], has: "both", case: "upper" }],
  recognise,
};

/** 49 CFR 565.15 table III; 255 for I, O, Q and what is no capital or digit. */
const values = new Uint8Array(256).fill(255);
for (let i = 0; i < 10; i++) values[0x30 + i] = i;
for (const [letters, first] of [
  ["ABCDEFGH", 1],
  ["JKLMN", 1],
  ["P", 7],
  ["R", 9],
  ["STUVWXYZ", 2],
] as const)
  for (let i = 0; i < letters.length; i++) values[letters.charCodeAt(i)] = first + i;
const weights = [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2];
const checkAt = 8;
const yearAt = 9;
/** From here on the number is of digits (ISO 3779 section 4.4). */
const serialAt = 13;

function recognise(text: TextView, from: number): EntityMatch | null {
  const to = from + length;
  const { bytes } = text;
  if (to > text.to || !isFree(text, from - 1) || !isFree(text, to)) return null;
  for (let place = from; place < to; place++) if (values[bytes[place]!] === 255) return null;
  for (let place = from + serialAt; place < to; place++) if (classAt(text, place) !== digit) return null;
  const quality = qualityOf(text, from, to);
  return quality === null ? null : { kind: "vin", from, to, value: textOf(text, from, to), quality };
}

function qualityOf(text: TextView, from: number, to: number): Quality | null {
  const { bytes } = text;
  const first = bytes[from]!;
  const isBinding = (first >= 0x31 && first <= 0x35) || first === 0x4c;
  const year = bytes[from + yearAt]!;
  const hasYear = year !== 0x30 && year !== 0x55 && year !== 0x5a;
  const isNamed = context.isNear(text, from, to, 60);
  if (isChecked(bytes, from) && (hasYear || !isBinding)) {
    if (isNamed) return "valid";
    return hasRegion(text, from) && hasYear ? "valid-check" : null;
  }
  if (isNamed) return isBinding ? "invalid-check" : "pattern";
  // European makers fill what they do not use with Z.
  const isFilled = bytes[from + 3] === 0x5a && bytes[from + 4] === 0x5a && bytes[from + 5] === 0x5a;
  return isFilled && !isBinding && hasRegion(text, from) ? "pattern" : null;
}

function isChecked(bytes: Uint8Array, from: number): boolean {
  let sum = 0;
  for (let i = 0; i < length; i++) sum += values[bytes[from + i]!]! * weights[i]!;
  const remainder = sum % 11;
  return bytes[from + checkAt] === (remainder === 10 ? 0x58 : 0x30 + remainder);
}

/**
 * A region of ISO 3780 that has makers, and at least one letter in the maker's code and two in all: no serial number in
 * hexadecimal.
 */
function hasRegion(text: TextView, from: number): boolean {
  const first = text.bytes[from]!;
  if (first === 0x30 || (first >= 0x47 && first <= 0x48)) return false;
  let letters = 0;
  let beyondHex = 0;
  for (let place = from; place < from + length; place++) {
    const kind = classAt(text, place);
    if ((kind & (upper | lower)) === 0) continue;
    letters++;
    if (text.bytes[place]! > 0x46) beyondHex++;
  }
  const hasMaker = (classAt(text, from) | classAt(text, from + 1) | classAt(text, from + 2)) & upper;
  return hasMaker !== 0 && letters >= 2 && beyondHex > 0;
}
