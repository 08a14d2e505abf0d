/** Places where phrases stand near each other. */
import { foldWithMap, tokens as tokensIn, type FoldedText } from "../../../native-free/model/fold.ts";
import type { NearTerm } from "../query.ts";
import { follows, isWritten, rangeOf, type Words } from "./list-places.ts";

interface Occurrence {
  /** Numbers of the first and last word. */
  readonly first: number;
  readonly last: number;
  readonly phrase: number;
}

/** From left to right, not overlapping: from the first word of the phrases to the last. */
export function* nearPlaces(text: string, term: NearTerm): Generator<{ start: number; end: number }> {
  const { parts, distance, ordered } = term;
  const map = foldWithMap(text);
  const words = [...tokensIn(map.folded)];
  const found = occurrences(text, map, words, parts);
  let from = -1;
  for (let at = 0; at < found.length; at++) {
    const begin = found[at] as Occurrence;
    if (begin.first <= from || (ordered && begin.phrase !== 0)) continue;
    const last = ordered ? inOrder(found, at, parts.length, distance) : inAnyOrder(found, at, parts.length, distance);
    if (last === null) continue;
    yield rangeOf(map, words, begin.first, last);
    from = last;
  }
}

/** Every occurrence of every phrase in the order of their first words. */
function occurrences(text: string, map: FoldedText, words: Words, parts: NearTerm["parts"]): Occurrence[] {
  const found: Occurrence[] = [];
  const firsts = parts.map(({ tokens }) => tokens[0] as string);
  for (let at = 0; at < words.length; at++) {
    const { token: word } = words[at] as Words[number];
    for (let phrase = 0; phrase < parts.length; phrase++) {
      if (!word.startsWith(firsts[phrase] as string)) continue;
      const part = parts[phrase] as NearTerm["parts"][number];
      const last = at + part.tokens.length - 1;
      if (follows(words, at, part) && isAsTyped(text, map, words, at, last, part))
        found.push({ first: at, last, phrase });
    }
  }
  return found;
}

function isAsTyped(
  text: string,
  map: FoldedText,
  words: Words,
  first: number,
  last: number,
  { exact, prefix }: NearTerm["parts"][number],
): boolean {
  if (exact === null) return true;
  const { start, end } = rangeOf(map, words, first, last);
  return isWritten(text.slice(start, end), exact, prefix);
}

/** Number of the last word of the nearest occurrences of all phrases, one after the other; null where they are too far. */
function inOrder(found: readonly Occurrence[], at: number, phrases: number, distance: number): number | null {
  const begin = found[at] as Occurrence;
  let last = begin;
  for (let next = at + 1; next < found.length && last.phrase < phrases - 1; next++) {
    const occurrence = found[next] as Occurrence;
    if (occurrence.first - begin.last - 1 > distance) return null;
    if (occurrence.phrase === last.phrase + 1 && occurrence.first > last.last) last = occurrence;
  }
  return last.phrase === phrases - 1 ? last.last : null;
}

/**
 * The same in any order. Phrases may have words in common, so it is followed which of them can have been met up to a word, none
 * sharing a word with another.
 */
function inAnyOrder(found: readonly Occurrence[], at: number, phrases: number, distance: number): number | null {
  const begin = found[at] as Occurrence;
  const all = 2 ** phrases - 1;
  /** For each set of phrases that can have been met (bits): the least last word with which they are. */
  const met = new Map<number, number>([[1 << begin.phrase, begin.last]]);
  for (let next = at + 1; next < found.length; next++) {
    const { first, last, phrase } = found[next] as Occurrence;
    if (first - begin.last - 1 > distance) return null;
    for (const [set, end] of [...met]) {
      if ((set & (1 << phrase)) !== 0 || first <= end) continue;
      const grown = set | (1 << phrase);
      if (grown === all) return last;
      met.set(grown, Math.min(last, met.get(grown) ?? last));
    }
  }
  return null;
}
