/** Text as recognisers see it, and what they ask of it. */
import type { TextView } from "./entity.ts";

/** Bits of a class of bytes. A byte from 0x80 on counts as a letter of another script. */
export const digit = 1;
export const upper = 2;
export const lower = 4;
export const foreign = 8;
export const letter = upper | lower;
export const alphanumeric = letter | digit;

/** What conditions of triggers ask for most. */
export const digitCharacters = "0123456789";
export const capitalCharacters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
export const letterCharacters = `${capitalCharacters}abcdefghijklmnopqrstuvwxyz`;

/** The class of each byte. */
export const classes: Uint8Array = Uint8Array.from({ length: 256 }, (_, code) => {
  if (code >= 0x30 && code <= 0x39) return digit;
  if (code >= 0x41 && code <= 0x5a) return upper;
  if (code >= 0x61 && code <= 0x7a) return lower;
  return code >= 0x80 ? foreign : 0;
});

/** The byte at a place, 0 outside. */
export function at(text: TextView, place: number): number {
  return place >= text.from && place < text.to ? text.bytes[place]! : 0;
}

/** The class of the byte at a place, 0 outside. */
export function classAt(text: TextView, place: number): number {
  return classes[at(text, place)]!;
}

/** ASCII of a stretch. */
export function textOf(text: TextView, from: number, to: number): string {
  let out = "";
  for (let place = from; place < to; place++) out += String.fromCharCode(at(text, place));
  return out;
}

/** A string as a view: one byte for each UTF-16 unit, so that places in the view are places in the string. */
export function viewOf(text: string): TextView {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    bytes[i] = code < 0x80 ? code : 0x80;
  }
  return { bytes, from: 0, to: text.length };
}

/**
 * Words around an identifier that speak for it. Made once, at module scope. Words are ASCII, lower case, of letters, digits and single
 * spaces; a space stands for any run of one to three characters that are none.
 */
export class ContextWords {
  readonly #words: readonly Uint8Array[];
  readonly #first = new Uint8Array(256);

  constructor(words: readonly string[]) {
    this.#words = words.map((word) => Buffer.from(word, "latin1"));
    for (const word of this.#words) {
      this.#first[word[0]!] = 1;
      this.#first[word[0]! ^ 0x20] = 1;
    }
  }

  /** Whether one of them stands, as a whole word, within `reach` bytes in front of `from` or behind `to`. */
  isNear(text: TextView, from: number, to: number, reach = 80): boolean {
    return (
      this.isIn(text, Math.max(text.from, from - reach), from) || this.isIn(text, to, Math.min(text.to, to + reach))
    );
  }

  /** Whether one of them stands in front of `from`, within `reach` bytes. */
  isBefore(text: TextView, from: number, reach = 80): boolean {
    return this.isIn(text, Math.max(text.from, from - reach), from);
  }

  isIn(text: TextView, from: number, to: number): boolean {
    for (let place = from; place < to; place++) {
      if (this.#first[text.bytes[place]!] === 0) continue;
      if (place > text.from && (classes[text.bytes[place - 1]!]! & alphanumeric) !== 0) continue;
      for (const word of this.#words) if (endOf(text, word, place, to) > 0) return true;
    }
    return false;
  }
}

/** Where a word that begins at a place ends; 0 where it does not stand there. */
function endOf(text: TextView, word: Uint8Array, from: number, to: number): number {
  let place = from;
  for (const wanted of word) {
    if (wanted === 0x20) {
      const start = place;
      while (place < to && place - start < 3 && (classes[text.bytes[place]!]! & alphanumeric) === 0) place++;
      if (place === start) return 0;
      continue;
    }
    if (place >= to) return 0;
    const byte = text.bytes[place]!;
    const folded = byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte;
    if (folded !== wanted) return 0;
    place++;
  }
  // Not the beginning of a longer word; digits may follow at once (`UN1790`, `IMO9074729`).
  return (classAt(text, place) & (letter | foreign)) === 0 ? place : 0;
}
