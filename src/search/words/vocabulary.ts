/** The words of a work file that a rule accepts. */
import { editDistance } from "../../../native-free/similarity/edit-distance.ts";
import type { WorkFileReader } from "../../case/work-file-reader.ts";
import { searchSays } from "../../messages/en.ts";
import { OperatorError } from "../../messages/operator-error.ts";
import type { WordsTerm } from "../query.ts";
import { matchesWildcard } from "../wildcard.ts";
import type { IndexName } from "./index-rows.ts";
import { scriptKey } from "./scripts.ts";
import { soundCodes } from "./sounds.ts";
import { stemLanguages } from "./stem-languages.ts";
import { stemOf } from "./stems.ts";

/** More words than this make no rule that an officer could look through: the query is refused, never cut. */
export const mostWords = 50_000;

/** Tables of a connection with the words of an index. */
const vocabularies: Readonly<Record<IndexName, string>> = {
  fts_text: "words_of_texts",
  fts_field: "words_of_fields",
  fts_name: "words_of_names",
};

/** Words by the language (ISO 639-1) of the texts for which they hold; `null`: of all texts. */
export type AcceptedWords = ReadonlyMap<string | null, readonly string[]>;

/** Words of one index. Throws OperatorError `search/too-many-words`. */
export function acceptedWords(reader: WorkFileReader, index: IndexName, term: WordsTerm): AcceptedWords {
  const accepts = acceptorOf(term);
  const found = new Map<string | null, string[]>();
  let count = 0;
  for (const word of wordsFrom(reader, index, literalStart(term))) {
    for (const language of accepts(word)) {
      const words = found.get(language) ?? [];
      found.set(language, words);
      words.push(word);
      if ((count += 1) > mostWords) {
        throw new OperatorError("search/too-many-words", searchSays.tooManyWords(term.value, mostWords));
      }
    }
  }
  return found;
}

export type Acceptor = (word: string) => readonly (string | null)[];

const everywhere: readonly null[] = [null];
const nowhere: readonly null[] = [];

/** Says for which languages a rule accepts a word. */
export function acceptorOf({ how, value, distance }: WordsTerm): Acceptor {
  const when =
    (test: (word: string) => boolean): Acceptor =>
    (word) =>
      test(word) ? everywhere : nowhere;
  switch (how) {
    case "pattern":
      return when((word) => matchesWildcard(word, value));
    case "fuzzy": {
      const rules = { swaps: true, limit: distance };
      return when((word) => editDistance(word, value, rules) <= distance);
    }
    case "script": {
      const key = scriptKey(value);
      return when((word) => scriptKey(word) === key);
    }
    case "sounds": {
      const codes = new Set(soundCodes(value));
      return when((word) => soundCodes(word).some((code) => codes.has(code)));
    }
    case "stem": {
      const stems = stemLanguages.map((language) => [language, stemOf(value, language)] as const);
      return (word) => {
        if (word === value) return everywhere;
        return stems.filter(([language, stem]) => stemOf(word, language) === stem).map(([language]) => language);
      };
    }
  }
}

/** Letters that every accepted word begins with. A stem keeps at least the first two letters of its word. */
function literalStart({ how, value }: WordsTerm): string {
  if (how === "pattern") return value.slice(0, value.search(/[*?]/));
  return how === "stem" ? value.slice(0, 2) : "";
}

/** Words of an index in the order of their bytes, those with a beginning alone. */
function* wordsFrom(reader: WorkFileReader, index: IndexName, start: string): Generator<string> {
  const table = vocabularies[index];
  reader.temporary(`CREATE VIRTUAL TABLE IF NOT EXISTS temp.${table} USING fts5vocab (main, ${index}, row)`);
  const rows =
    start === ""
      ? reader.iterate<{ term: string }>(`SELECT term FROM temp.${table}`)
      : reader.iterate<{ term: string }>(`SELECT term FROM temp.${table} WHERE term >= ? AND term < ?`, [
          start,
          `${start}\u{10ffff}`,
        ]);
  for (const { term } of rows) yield term;
}
