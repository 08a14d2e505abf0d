/**
 * Ships: IMO numbers (seven digits, the last a check digit) and MMSI (nine digits that begin with the country's MID).
 * An IMO number counts with `IMO` in front of it, or near words of shipping; an MMSI, which has no check, only with its name near.
 * Not supported: IMO numbers of companies (another rule), call signs.
 */
import { isImoCheck } from "../checks/positional.ts";
import { numberOf } from "../checks/weighted.ts";
import type { EntityMatch, Recogniser, TextView } from "../entity.ts";
import { isNumberApart, isOpen } from "../surroundings.ts";
import { at, classAt, ContextWords, digit, textOf } from "../text-view.ts";

const imoWords = new ContextWords(["imo", "imo no", "imo number", "imo nr", "omi"]);
const shipping = new ContextWords(
  (
    "vessel, vessels, navire, schiff, schiffes, buque, navio, motonave, statek, schip, mmsi, call sign, callsign, " +
    "flag state, tanker, bulk carrier, gross tonnage, port of call, shipowner"
  ).split(", "),
);
const mmsiWords = new ContextWords(["mmsi", "maritime mobile service identity", "ais"]);

/** How far in front of the digits their name may stand. */
const nameReach = 24;

function digitsEnd(text: TextView, from: number): number {
  let place = from;
  while (classAt(text, place) === digit && place - from < 10) place++;
  return place;
}

/** `IMO9074729` as one token; the letters are part of the match. */
function withLetters(text: TextView, from: number): EntityMatch | null {
  if ((at(text, from) | 0x20) !== 0x69 || (at(text, from + 1) | 0x20) !== 0x6d || (at(text, from + 2) | 0x20) !== 0x6f)
    return null;
  const to = from + 10;
  if (digitsEnd(text, from + 3) !== to || !isOpen(text, to)) return null;
  const quality = isImoCheck(text.bytes, from + 3) ? "valid" : "invalid-check";
  return { kind: "imo", from, to, value: textOf(text, from + 3, to), quality };
}

function imo(text: TextView, from: number, to: number): EntityMatch | null {
  const isNamed = imoWords.isBefore(text, from, nameReach);
  const holds = isImoCheck(text.bytes, from);
  if (!isNamed && (!holds || !shipping.isNear(text, from, to))) return null;
  const quality = !holds ? "invalid-check" : isNamed ? "valid" : "valid-check";
  return { kind: "imo", from, to, value: textOf(text, from, to), quality };
}

/** ITU-R M.585: ships 2 to 7 with a MID of 201 to 775; groups 0, coast stations 00, aircraft 111, aids 99, craft 98, beacons 97. */
function isMmsi(bytes: Uint8Array, from: number): boolean {
  let start = from;
  if (bytes[from] === 0x30) start = bytes[from + 1] === 0x30 ? from + 2 : from + 1;
  else if (numberOf(bytes, from, from + 3) === 111) start = from + 3;
  else if (bytes[from] === 0x39 && bytes[from + 1]! >= 0x37) {
    if (bytes[from + 1] === 0x37) return true;
    start = from + 2;
  }
  const country = numberOf(bytes, start, start + 3);
  return country >= 201 && country <= 775;
}

function mmsi(text: TextView, from: number, to: number): EntityMatch | null {
  if (!isMmsi(text.bytes, from) || !mmsiWords.isNear(text, from, to, 40)) return null;
  return { kind: "mmsi", from, to, value: textOf(text, from, to), quality: "pattern" };
}

export const shipRecogniser: Recogniser = {
  id: "ship",
  family: "entity",
  name: "Ships",
  spec: "IMO Resolution A.1117(30), ITU-R M.585",
  level: "partial",
  kinds: [
    { id: "imo", name: "IMO ship number", spec: "IMO Resolution A.1117(30)" },
    { id: "mmsi", name: "Maritime mobile service identity", spec: "ITU-R M.585-9, annex 1" },
  ],
  triggers: [
    { on: "token", length: [10, 10], pairs: ["im"], letters: [3, 3], has: "both" },
    { on: "token", length: [7, 7], digits: [7, 7] },
    { on: "token", length: [9, 9], digits: [9, 9] },
  ],
  recognise(text, place) {
    if (classAt(text, place) !== digit) return withLetters(text, place);
    const to = digitsEnd(text, place);
    if (!isNumberApart(text, place, to)) return null;
    if (to - place === 7) return at(text, place) === 0x30 ? null : imo(text, place, to);
    return to - place === 9 ? mmsi(text, place, to) : null;
  },
};
