/** Finding words and phrases in text: what the index does, but with places. */
import { fold, foldWithMap, originalRange, type FoldedText } from "../../native-free/model/fold.ts";
import type { TextTerm } from "./query.ts";

export type Phrase = Pick<TextTerm, "tokens" | "prefix">;

const tokenCharacter = /[\p{L}\p{N}\p{M}\p{Co}]/u;

function isTokenUnit(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  if (code < 0x80) return (code >= 0x61 && code <= 0x7a) || (code >= 0x30 && code <= 0x39);
  if (code < 0xd800 || code > 0xdfff) return tokenCharacter.test(text.charAt(at));
  const start = code >= 0xdc00 ? at - 1 : at;
  return start >= 0 && tokenCharacter.test(String.fromCodePoint(text.codePointAt(start) as number));
}

/** Where the phrase stands in folded text, from left to right, not overlapping. Offsets are UTF-16 units of it. */
export function* findPhrase(folded: string, phrase: Phrase): Generator<{ start: number; end: number }> {
  const [first] = phrase.tokens as [string];
  for (let at = folded.indexOf(first); at >= 0;) {
    const end = at === 0 || !isTokenUnit(folded, at - 1) ? phraseEnd(folded, at, phrase) : null;
    if (end !== null) yield { start: at, end };
    at = folded.indexOf(first, end ?? at + 1);
  }
}

function phraseEnd(folded: string, start: number, { tokens, prefix }: Phrase): number | null {
  let at = start;
  for (const [index, token] of tokens.entries()) {
    if (index > 0) {
      while (at < folded.length && !isTokenUnit(folded, at)) at += 1;
    }
    if (!folded.startsWith(token, at)) return null;
    at += token.length;
    const ends = at >= folded.length || !isTokenUnit(folded, at);
    if (!ends && !(prefix && index === tokens.length - 1)) return null;
  }
  while (at < folded.length && isTokenUnit(folded, at)) at += 1;
  return at;
}

/** Places of a phrase in any text, in UTF-16 offsets of that text. The map back is made where there is one. */
export function phrasePlaces(phrase: Phrase): (text: string) => Generator<{ start: number; end: number }> {
  return function* places(text) {
    const folded = fold(text);
    let map: FoldedText | null = null;
    for (const { start, end } of findPhrase(folded, phrase)) {
      map ??= foldWithMap(text);
      yield originalRange(map, start, end);
    }
  };
}

export interface FirstPlace {
  readonly start: number;
  readonly end: number;
  /** Places in all of the text. */
  readonly count: number;
}

/** The first place of a phrase, and how many there are: the way back is made for the first alone. Null where there is none. */
export function firstPhrasePlace(text: string, phrase: Phrase): FirstPlace | null {
  const parts = partsOf(text);
  const foldedParts = parts.map(({ start, end }) => fold(text.slice(start, end)));
  let first: { start: number; end: number } | null = null;
  let count = 0;
  for (const place of findPhrase(foldedParts.join(""), phrase)) {
    first ??= place;
    count += 1;
  }
  return first && { ...rangeIn(text, parts, foldedParts, first.start, first.end), count };
}

interface Part {
  readonly start: number;
  readonly end: number;
}

/** UTF-16 units of a part, at least. */
const partUnits = 2048;

/** A text in parts that are folded by themselves: cut behind a blank that a character of ASCII follows, where no sign reaches across. */
function partsOf(text: string): Part[] {
  const parts: Part[] = [];
  let start = 0;
  for (let at = text.indexOf(" ", partUnits); at >= 0; at = text.indexOf(" ", at + 1)) {
    if (at + 1 < text.length && text.charCodeAt(at + 1) < 0x80) {
      parts.push({ start, end: at + 1 });
      start = at + 1;
      at += partUnits;
    }
  }
  parts.push({ start, end: text.length });
  return parts;
}

/** The way back from the folded parts, for those that a place lies in. */
function rangeIn(
  text: string,
  parts: readonly Part[],
  foldedParts: readonly string[],
  start: number,
  end: number,
): { start: number; end: number } {
  let before = 0;
  let first = 0;
  while (before + foldedParts[first]!.length <= start) before += foldedParts[first++]!.length;
  let last = first;
  for (let reached = before + foldedParts[first]!.length; reached < end;) reached += foldedParts[++last]!.length;
  const from = parts[first]!.start;
  const map = foldWithMap(text.slice(from, parts[last]!.end));
  const found = originalRange(map, start - before, end - before);
  return { start: from + found.start, end: from + found.end };
}
