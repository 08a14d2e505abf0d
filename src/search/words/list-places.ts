/** Places of the words and phrases of a list: one look at every word of the text, however long the list is. */
import { foldWithMap, originalRange, tokens as tokensIn, type FoldedText } from "../../../native-free/model/fold.ts";
import type { ListedTerm, TermList } from "../list-files.ts";
import type { Phrase } from "../phrase-finder.ts";
import type { ListTerm } from "../query.ts";

interface Index {
  /** By their first word, those with more words first. */
  readonly byWord: ReadonlyMap<string, readonly ListedTerm[]>;
  /** Words alone that may go on, by what they begin with. */
  readonly byStart: ReadonlyMap<string, readonly ListedTerm[]>;
  /** Lengths of these beginnings, the longest first. */
  readonly lengths: readonly number[];
}

/** Lists are large, and asked for every hit. */
const indexes = new WeakMap<TermList, Index>();

/** From left to right, not overlapping; the longest entry where several begin. */
export function listPlaces({
  list,
  name,
  exact,
}: ListTerm): (text: string) => Generator<{ start: number; end: number }> {
  if (!list) throw new Error(`the list ${name} was not read`);
  const index = indexOf(list);
  return function* places(text) {
    const map = foldWithMap(text);
    const words = [...tokensIn(map.folded)];
    for (let at = 0; at < words.length; at++) {
      const place = longestAt(index, words, at, (term, last) => !exact || stands(text, map, words, at, last, term));
      if (place === null) continue;
      yield rangeOf(map, words, at, place);
      at = place;
    }
  };
}

/** The words of a folded text, in order. */
export type Words = readonly { readonly token: string; readonly start: number }[];

/** Number of the last word of the longest entry that begins with word `at`; null where none does. */
function longestAt(
  { byWord, byStart, lengths }: Index,
  words: Words,
  at: number,
  accept: (term: ListedTerm, last: number) => boolean,
): number | null {
  const first = (words[at] as Words[number]).token;
  for (const term of byWord.get(first) ?? []) {
    const last = at + term.tokens.length - 1;
    if (follows(words, at, term) && accept(term, last)) return last;
  }
  for (const length of lengths) {
    for (const term of byStart.get(first.slice(0, length)) ?? []) if (accept(term, at)) return at;
  }
  return null;
}

/** True where a phrase begins with word `at`. */
export function follows(words: Words, at: number, { tokens, prefix }: Phrase): boolean {
  return tokens.every((token, index) => {
    const word = words[at + index]?.token;
    return word === token || (prefix && index === tokens.length - 1 && word?.startsWith(token) === true);
  });
}

/** From a first word to a last one, in the text as it stands. */
export function rangeOf(map: FoldedText, words: Words, first: number, last: number): { start: number; end: number } {
  const end = words[last] as Words[number];
  return originalRange(map, (words[first] as Words[number]).start, end.start + end.token.length);
}

/** The same characters, of white space only that there is some. */
function stands(text: string, map: FoldedText, words: Words, first: number, last: number, term: ListedTerm): boolean {
  const { start, end } = rangeOf(map, words, first, last);
  return isWritten(text.slice(start, end), term.text, term.prefix);
}

/** True where a stretch of text (whole words) is written as `wanted` (NFC) is, which has nothing but words and what is between them. */
export function isWritten(stretch: string, wanted: string, prefix: boolean): boolean {
  const plain = (value: string) => trimmed(value).replaceAll(/\s+/gu, " ").normalize("NFC");
  const [found, asked] = [plain(stretch), plain(wanted)];
  return found === asked || (prefix && found.startsWith(asked));
}

/** Without what stands before the first word and behind the last. */
function trimmed(value: string): string {
  return value.replace(/^[^\p{L}\p{N}\p{M}\p{Co}]+/u, "").replace(/[^\p{L}\p{N}\p{M}\p{Co}]+$/u, "");
}

function indexOf(list: TermList): Index {
  const known = indexes.get(list);
  if (known) return known;
  const byWord = new Map<string, ListedTerm[]>();
  const byStart = new Map<string, ListedTerm[]>();
  for (const term of list.terms) {
    const first = term.tokens[0] as string;
    const map = term.prefix && term.tokens.length === 1 ? byStart : byWord;
    const held = map.get(first);
    if (held) held.push(term);
    else map.set(first, [term]);
  }
  for (const terms of byWord.values()) terms.sort((a, b) => b.tokens.length - a.tokens.length);
  const lengths = [...new Set(Array.from(byStart.keys(), ({ length }) => length))].sort((a, b) => b - a);
  const index = { byWord, byStart, lengths };
  indexes.set(list, index);
  return index;
}
