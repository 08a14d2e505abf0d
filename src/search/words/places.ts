/** Where the terms hold that the index alone does not answer, in a text as it stands. */
import { foldWithMap, originalRange, tokens as tokensIn } from "../../../native-free/model/fold.ts";
import { compileRegex } from "../regex.ts";
import type { ExactTerm, NearTerm, SpecialTerm, WordsTerm } from "../query.ts";
import { acceptorOf } from "./vocabulary.ts";

export interface TextPlace {
  /** UTF-16 units of the text. */
  readonly start: number;
  readonly end: number;
}

/** Finds the places of a term, from left to right. */
export type PlaceFinder = (text: string) => Iterable<TextPlace>;

/** `language`: of the text, for stems; null where it is not known. */
export function placeFinder(term: SpecialTerm, language: string | null): PlaceFinder {
  switch (term.kind) {
    case "words":
      return (text) => wordPlaces(text, term, language);
    case "near":
      return (text) => nearPlaces(text, term);
    case "regex": {
      const regex = compileRegex(term.source);
      return (text) => regex.places(text);
    }
    case "exact":
      return (text) => exactPlaces(text, term);
  }
}

function* wordPlaces(text: string, term: WordsTerm, language: string | null): Generator<TextPlace> {
  const accepts = acceptorOf(term);
  const map = foldWithMap(text);
  const known = new Map<string, boolean>();
  for (const { token, start } of tokensIn(map.folded)) {
    let isAccepted = known.get(token);
    if (isAccepted === undefined) {
      isAccepted = accepts(token).some((each) => each === null || each === language);
      known.set(token, isAccepted);
    }
    if (isAccepted) yield originalRange(map, start, start + token.length);
  }
}

interface Occurrence {
  /** Numbers of the first and last word. */
  readonly first: number;
  readonly last: number;
  readonly phrase: number;
}

function* nearPlaces(text: string, { parts, distance, ordered }: NearTerm): Generator<TextPlace> {
  const map = foldWithMap(text);
  const words = [...tokensIn(map.folded)];
  const found = occurrences(words, parts);
  let from = -1;
  for (let at = 0; at < found.length; at++) {
    const begin = found[at] as Occurrence;
    if (begin.first <= from || (ordered && begin.phrase !== 0)) continue;
    const end = ordered ? inOrder(found, at, parts.length) : inAnyOrder(found, at, parts.length);
    if (!end || end.first - begin.last - 1 > distance) continue;
    const last = words[Math.max(begin.last, end.last)] as { token: string; start: number };
    yield originalRange(map, (words[begin.first] as { start: number }).start, last.start + last.token.length);
    from = Math.max(begin.last, end.last);
  }
}

/** Every occurrence of every phrase in the order of their first words. */
function occurrences(words: readonly { token: string }[], parts: NearTerm["parts"]): Occurrence[] {
  const found: Occurrence[] = [];
  for (let at = 0; at < words.length; at++) {
    parts.forEach(({ tokens, prefix }, phrase) => {
      const holds = tokens.every((token, index) => {
        const word = words[at + index]?.token;
        return word === token || (prefix && index === tokens.length - 1 && word?.startsWith(token) === true);
      });
      if (holds) found.push({ first: at, last: at + tokens.length - 1, phrase });
    });
  }
  return found;
}

/** The occurrence with which all phrases have been met since `at`. */
function inAnyOrder(found: readonly Occurrence[], at: number, phrases: number): Occurrence | null {
  const met = new Set<number>();
  for (let next = at; next < found.length; next++) {
    const occurrence = found[next] as Occurrence;
    // A word is one of the phrases at a time.
    if (next > at && occurrence.first <= (found[at] as Occurrence).last) continue;
    met.add(occurrence.phrase);
    if (met.size === phrases) return occurrence;
  }
  return null;
}

function inOrder(found: readonly Occurrence[], at: number, phrases: number): Occurrence | null {
  let last = found[at] as Occurrence;
  for (let next = at + 1; next < found.length && last.phrase < phrases - 1; next++) {
    const occurrence = found[next] as Occurrence;
    if (occurrence.phrase === last.phrase + 1 && occurrence.first > last.last) last = occurrence;
  }
  return last.phrase === phrases - 1 ? last : null;
}

const wordCharacter = /[\p{L}\p{N}\p{M}]/u;

/** Composed and decomposed characters are the same; a word does not go on at either end. */
function* exactPlaces(text: string, { value }: ExactTerm): Generator<TextPlace> {
  const forms = new Set([value.normalize("NFC"), value.normalize("NFD")]);
  const found: TextPlace[] = [];
  for (const form of forms) {
    for (let at = text.indexOf(form); at >= 0; at = text.indexOf(form, at + 1)) {
      const end = at + form.length;
      if (goesOn(text, at - 1, form, 0) || goesOn(text, end, form, form.length - 1)) continue;
      found.push({ start: at, end });
    }
  }
  yield* found.sort((a, b) => a.start - b.start);
}

function goesOn(text: string, at: number, form: string, edge: number): boolean {
  return wordCharacter.test(text.charAt(at)) && wordCharacter.test(form.charAt(edge));
}
