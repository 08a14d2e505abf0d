/** What queries ask of the fields that documents carry. */
import { fields, isFieldName } from "../../native-free/model/fields.ts";
import { fold } from "../../native-free/model/fold.ts";
import { findPhrase } from "./phrase-finder.ts";
import { fieldDate } from "./query-dates.ts";

/** True where the words (folded, parted by a space) stand one after the other in a value. */
export function holdsWords(value: unknown, words: unknown): boolean {
  if (typeof value !== "string") return false;
  for (const _place of findPhrase(fold(value), { tokens: String(words).split(" "), prefix: false })) return true;
  return false;
}

/** True where a date or number lies within inclusive bounds (null: open); dates in milliseconds since 1970 UTC. */
export function liesWithin(name: unknown, value: unknown, from: unknown, to: unknown): boolean {
  if (typeof value !== "string" || typeof name !== "string" || !isFieldName(name)) return false;
  const number = fields[name].kind === "date" ? fieldDate(value) : numberIn(value);
  if (number === null || Number.isNaN(number)) return false;
  return (from === null || number >= Number(from)) && (to === null || number <= Number(to));
}

/** Null where there is none: an empty value is no zero. */
function numberIn(value: string): number | null {
  return value.trim() === "" ? null : Number(value);
}
