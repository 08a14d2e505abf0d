/** The words of a work file that a rule accepts. */
import { editDistance } from "../../../native-free/similarity/edit-distance.ts";
import type { IndexTable } from "../../case/posting-pages.ts";
import type { WorkFileReader } from "../../case/work-file-reader.ts";
import { searchSays } from "../../messages/en.ts";
import { OperatorError } from "../../messages/operator-error.ts";
import type { WordsTerm } from "../query.ts";
import { matchesWildcard } from "../wildcard.ts";
import { scriptKey } from "./scripts.ts";
import { soundCodes } from "./sounds.ts";
import { stemLanguages } from "./stem-languages.ts";
import { stemOf } from "./stems.ts";

/** More words than this make no rule that an officer could look through: the query is refused, never cut. */
export const mostWords = 50_000;

/** Tables of a connection with the words of an index. */
const vocabularies: Readonly<Record<IndexTable, string>> = {
  fts_text: "words_of_texts",
  fts_field: "words_of_fields",
  fts_name: "words_of_names",
};

/** Words by the language (ISO 639-1) of the texts for which they hold; `null`: of all texts. */
export type AcceptedWords = ReadonlyMap<string | null, readonly string[]>;

/** Words of one index. Throws OperatorError `search/too-many-words`. */
export function acceptedWords(reader: WorkFileReader, index: IndexTable, term: WordsTerm): AcceptedWords {
  const found = new Map<string | null, string[]>();
  let count = 0;
  for (const [language, word] of acceptedFrom(reader, index, term)) {
    const words = found.get(language) ?? [];
    found.set(language, words);
    words.push(word);
    if ((count += 1) > mostWords) {
      throw new OperatorError("search/too-many-words", searchSays.tooManyWords(term.value, mostWords));
    }
  }
  return found;
}

function* acceptedFrom(reader: WorkFileReader, index: IndexTable, term: WordsTerm): Generator<[string | null, string]> {
  if (term.how === "stem") return yield* wordsOfStem(reader, index, term.value);
  const accepts = acceptorOf(term);
  for (const word of wordsFrom(reader, index, literalStart(term))) {
    for (const language of accepts(word)) yield [language, word];
  }
}

/** The word itself, and others of its stem in the languages of the texts. Names are in no language that is known. */
function* wordsOfStem(reader: WorkFileReader, index: IndexTable, value: string): Generator<[string | null, string]> {
  yield [null, value];
  if (index === "fts_name") return;
  const rows = reader.select<{ language: string }>(
    "SELECT DISTINCT language FROM content WHERE language IS NOT NULL ORDER BY language",
  );
  const spoken = new Set(rows.map(({ language }) => language));
  for (const [language, stem] of stemsOf(value)) {
    if (!spoken.has(language)) continue;
    for (const start of stemStarts(stem, language)) {
      for (const word of wordsFrom(reader, index, start)) {
        if (word !== value && stemOf(word, language) === stem) yield [language, word];
      }
    }
  }
}

/** Stems of a word by language. Endings alone have a stem without letters in some, which would bring them all together. */
function stemsOf(value: string): (readonly [language: string, stem: string])[] {
  return stemLanguages
    .map((language) => [language, stemOf(value, language)] as const)
    .filter(([, stem]) => stem !== "");
}

/** What Irish puts before the first letter of a word (eclipsis), which its rules take away with the letter's own h (lenition). */
const eclipses: Readonly<Record<string, string>> = {
  ...{ b: "m", c: "g", d: "n", f: "bh", g: "n", p: "b", s: "t", t: "d" },
};

/** Letters that words of a stem begin with: each word of the language with that stem begins with one of these. */
export function stemStarts(stem: string, language: string): readonly string[] {
  const first = stem.slice(0, 1);
  switch (language) {
    case "ga": {
      const eclipsis = eclipses[first];
      return eclipsis === undefined ? [first] : [first, eclipsis + first];
    }
    // By the rules, the consonant behind the first letter may change (bcii, bk), or be one of two that are alike (bba, ba).
    case "cs":
    case "fi":
      return [first];
    // The last letter of a stem changes (b and p, c and ç, d and t), be it the only one.
    case "tr":
      return [stem.slice(0, Math.min(2, stem.length - 1))];
    // Dying, lying and tying.
    case "en":
      return [/^[dlt]ie$/.test(stem) ? first : stem.slice(0, 2)];
    default:
      return [stem.slice(0, 2)];
  }
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
      const stems = stemsOf(value);
      return (word) => {
        if (word === value) return everywhere;
        return stems.filter(([language, stem]) => stemOf(word, language) === stem).map(([language]) => language);
      };
    }
  }
}

/** Letters that every accepted word begins with. Words that sound alike or are written over may differ in the first one. */
function literalStart({ how, value }: WordsTerm): string {
  return how === "pattern" ? value.slice(0, value.search(/[*?]/)) : "";
}

/** Words of an index in the order of their bytes, those with a beginning alone. */
function* wordsFrom(reader: WorkFileReader, index: IndexTable, start: string): Generator<string> {
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
