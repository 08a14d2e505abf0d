/**
 * IBANs (ISO 13616-1) as a whole or in groups of four: country, length and structure of the national part by the SWIFT
 * registry, and mod 97. Not supported: the check digits inside the national part.
 */
import { isIbanCheck } from "../checks/mod97.ts";
import { Compact, hyphens, spaces, standsAlone } from "../compact.ts";
import type { EntityMatch, Recogniser, TextView } from "../entity.ts";
import { alphanumeric, at, classAt, classes, ContextWords, digit } from "../text-view.ts";
import { bbanOf } from "./iban-structures.ts";

const context = new ContextWords([
  ...(
    "iban konto kontonummer account acct compte cuenta conto rekening conta rachunek ucet bank banque " + "banca banco"
  ).split(" "),
  ...(
    "bankverbindung beneficiary beneficiaire empfaenger swift bic sepa remittance wire transfer payee " +
    "coordonnees rib"
  ).split(" "),
]);

export const iban: Recogniser = {
  id: "iban",
  family: "entity",
  name: "Bank account numbers (IBAN)",
  spec: "ISO 13616-1, SWIFT IBAN registry",
  level: "complete",
  kinds: [{ id: "iban", name: "IBAN", spec: "ISO 13616-1" }],
  triggers: [{ on: "token", length: [4, 34], letters: [2, 2], has: "both" }],
  recognise,
};

const compact = new Compact(34);

function recognise(text: TextView, from: number): EntityMatch | null {
  if (classAt(text, from + 2) !== digit || classAt(text, from + 3) !== digit) return null;
  const bban = bbanOf(at(text, from) & 0xdf, at(text, from + 1) & 0xdf);
  if (bban === undefined) return null;
  compact.gather(text, from, alphanumeric, spaces | hyphens);
  const length = bban.length + 4;
  if (compact.length < length) return null;
  const to = compact.end(length);
  if (!standsAlone(text, from, to) || !isOneCase(text, from, to) || !isGrouped(length)) return null;
  for (let i = 0; i < bban.length; i++) if ((classes[compact.bytes[4 + i]!]! & bban[i]!) === 0) return null;
  const isChecked = isIbanCheck(compact.bytes, 0, length);
  if (!isChecked && !context.isNear(text, from, to, 60)) return null;
  return { kind: "iban", from, to, value: compact.text(0, length), quality: isChecked ? "valid" : "invalid-check" };
}

function isOneCase(text: TextView, from: number, to: number): boolean {
  let seen = 0;
  for (let place = from; place < to; place++) seen |= classAt(text, place) & 6;
  return seen !== 6;
}

/** Either nothing between, or a separator behind each fourth character and nowhere else. */
function isGrouped(length: number): boolean {
  const { places } = compact;
  const isApart = places[4]! - places[3]! > 1;
  for (let i = 1; i < length; i++) {
    const gap = places[i]! - places[i - 1]! > 1;
    if (gap !== (isApart && i % 4 === 0)) return false;
  }
  return true;
}
