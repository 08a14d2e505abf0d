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
