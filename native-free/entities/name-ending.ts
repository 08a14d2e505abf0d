/** The word in front of a number: whether it could be the last one of a name that announces it. */
import type { TextView } from "./entity.ts";
import { alphanumeric, at, classAt } from "./text-view.ts";

/** What may stand between a name and its number: `CMR no. 4711`. */
const fillers = ["n", "no", "nr", "num", "number", "nummer", "numero", "numer", "id", "ref", "reference"];
export const longestWord = 32;
/** How far in front the word may end. */
export const mostGap = 4;
export const endingKeys = (longestWord + 1) * 1024;

/**
 * Length, first and last character (letters of either case alike) of the word that ends at most `mostGap` characters in front of a place; 0
 * for none.
 */
export function endingKeyBefore(text: TextView, place: number): number {
  let end = place;
  while (place - end < mostGap && end > text.from && (classAt(text, end - 1) & alphanumeric) === 0) end--;
  let start = end;
  while (end - start <= longestWord && (classAt(text, start - 1) & alphanumeric) !== 0) start--;
  const length = end - start;
  if (length === 0 || length > longestWord) return 0;
  return keyOf(length, at(text, start), at(text, end - 1));
}

const keyOf = (length: number, first: number, last: number): number => length * 1024 + (first & 31) * 32 + (last & 31);

/**
 * A first, quick look at what stands in front of a number: whether the last word there could be the last one of a name, by its length, its
 * first and its last character. Most numbers of ordinary text end here.
 */
export class NameEnding {
  readonly #keys = new Uint8Array(endingKeys);

  /** The names are of words in small letters, with single spaces. */
  constructor(names: readonly string[]) {
    for (const name of [...names, ...fillers]) {
      const last = name.slice(name.lastIndexOf(" ") + 1);
      this.#keys[keyOf(last.length, last.charCodeAt(0), last.charCodeAt(last.length - 1))] = 1;
    }
  }

  /** By the key of a word, as `endingKeyBefore` gives it. */
  has(key: number): boolean {
    return this.#keys[key] === 1;
  }
}
