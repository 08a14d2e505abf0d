/**
 * Near hits: words of the texts that are one letter from a term and no hit themselves: misspelt, badly recognised, or a word of its
 * own. They are for the officer to look at. Single words of at least five letters alone.
 */
import { fold, tokensOf } from "../../native-free/model/fold.ts";
import type { WatchList } from "../../native-free/watchlists/watch-list.ts";
import { compileWatchLists } from "../../native-free/watchlists/watch-matcher.ts";
import { contentOfRow } from "../case/text-rows.ts";
import { isNearable, NearWords } from "./near-words.ts";
import type { ShownItems } from "./shown-items.ts";
import { watchBounds, type NearTerm, type NearWord } from "./watch-content.ts";

/** Terms with near words, in the order of the list. */
export function findNear(list: WatchList, exhibits: readonly ShownItems[]): NearTerm[] {
  const terms = termsOf(list);
  if (terms.length === 0) return [];
  const near = new NearWords(terms.map(({ word }) => word));
  const matcher = compileWatchLists([list]);
  const isHit = (word: string): boolean => {
    let found = false;
    matcher.findInText(word, () => (found = true));
    return found;
  };
  const found = new Map<number, Map<string, NearWord>>();
  for (const exhibit of exhibits) {
    for (const [word, numbers] of nearIn(exhibit, near)) {
      const counts = isHit(word) ? null : countsOf(exhibit, word);
      if (counts) for (const number of numbers) addWord(found, number, counts);
    }
  }
  return terms.flatMap(({ term, line }, number) => {
    const words = [...(found.get(number)?.values() ?? [])].sort(
      (a, b) => b.items - a.items || b.contents - a.contents || (a.word < b.word ? -1 : 1),
    );
    return words.length === 0 ? [] : { term, line, words: words.slice(0, watchBounds.nearWords), count: words.length };
  });
}

interface SingleTerm {
  readonly term: string;
  readonly word: string;
  readonly line: number;
}

function termsOf({ entries }: WatchList): SingleTerm[] {
  const terms = new Map<string, SingleTerm>();
  for (const { mode, text, line } of entries) {
    if (mode !== "word" && mode !== "stem") continue;
    const [word = "", ...others] = tokensOf(fold(text));
    if (others.length > 0 || !isNearable(word) || !/^\p{L}+$/u.test(word) || terms.has(word)) continue;
    terms.set(word, { term: text, word, line });
  }
  return [...terms.values()];
}

/** Words of the index with the numbers of the terms that they are near to. */
function* nearIn({ reader }: ShownItems, near: NearWords): Generator<readonly [word: string, terms: number[]]> {
  reader.defineVocabulary();
  for (const { term: word } of reader.iterate<{ term: string }>("SELECT term FROM temp.words")) {
    const numbers: number[] = [];
    near.find(word, (number) => numbers.push(number));
    if (numbers.length > 0) yield [word, numbers];
  }
}

/** Null where nothing with the word may be shown. */
function countsOf(exhibit: ShownItems, word: string): NearWord | null {
  // A word of the index is letters, numbers and marks: in double quotes it is nothing else.
  const rows = exhibit.reader.iterate<{ row: number }>(
    "SELECT rowid AS row FROM fts_text WHERE fts_text MATCH ? ORDER BY rowid",
    [`"${word}"`],
  );
  const seen = new Set<number>();
  let [contents, items] = [0, 0];
  for (const { row } of rows) {
    const content = contentOfRow(row);
    if (seen.has(content)) continue;
    seen.add(content);
    const shown = exhibit.ofContent(content);
    if (shown > 0) contents += 1;
    items += shown;
  }
  return items === 0 ? null : { word, contents, items };
}

function addWord(found: Map<number, Map<string, NearWord>>, number: number, counts: NearWord): void {
  const words = found.get(number) ?? new Map<string, NearWord>();
  found.set(number, words);
  const before = words.get(counts.word);
  words.set(counts.word, {
    word: counts.word,
    contents: counts.contents + (before?.contents ?? 0),
    items: counts.items + (before?.items ?? 0),
  });
}
