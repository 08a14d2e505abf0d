/**
 * What stands around an identifier of trade and tax, and what follows from it. Bytes of other scripts end an identifier as quotation
 * marks and no-break spaces do: in text as bytes they look the same.
 */
import type { Quality, TextView } from "./entity.ts";
import { alphanumeric, at, classAt, digit, lower, upper } from "./text-view.ts";

/** Whether neither letter nor digit stands at a place. */
export const isOpen = (text: TextView, place: number): boolean => (classAt(text, place) & alphanumeric) === 0;

/** Whether a stretch is no part of a longer token. */
export const isApart = (text: TextView, from: number, to: number): boolean =>
  isOpen(text, from - 1) && isOpen(text, to);

/** Bytes that make one number of the digits on both sides of them. */
const joins = (byte: number): boolean => byte === 0x2d || byte === 0x2e || byte === 0x5f;

/** A comma and two digits, as behind a sum of money. */
const isDecimal = (text: TextView, place: number): boolean =>
  at(text, place) === 0x2c &&
  classAt(text, place + 1) === digit &&
  classAt(text, place + 2) === digit &&
  isOpen(text, place + 3);

/** As `isApart`, and part of no longer number, date or version: `-`, `.` or `_` on neither side lead to more digits. */
export function isNumberApart(text: TextView, from: number, to: number): boolean {
  if (!isApart(text, from, to) || isDecimal(text, to)) return false;
  if (joins(at(text, from - 1)) && classAt(text, from - 2) === digit) return false;
  return !(joins(at(text, to)) && classAt(text, to + 1) === digit);
}

/** Whether letters of a stretch are all capitals, or all small. */
export function isOfOneCase(text: TextView, from: number, to: number): boolean {
  let seen = 0;
  for (let place = from; place < to; place++) seen |= classAt(text, place);
  return (seen & (upper | lower)) !== (upper | lower);
}

/** Whether a stretch has no small letter. */
export function isCapital(text: TextView, from: number, to: number): boolean {
  for (let place = from; place < to; place++) if (classAt(text, place) === lower) return false;
  return true;
}

/** What a check says of an identifier whose form alone proves nothing: null is no hit. */
export function judge(holds: boolean, hasContext: boolean): Quality | null {
  if (holds) return hasContext ? "valid" : "valid-check";
  return hasContext ? "invalid-check" : null;
}
