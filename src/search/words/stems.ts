/** Stems of words in the languages that Snowball has rules for. Words are folded, so are their stems: accents do not tell words apart. */
import { newStemmer, type Stemmer } from "snowball-stemmers";
import { stemAlgorithms } from "./stem-languages.ts";

const stemmers = new Map<string, Stemmer>();

/** The stem of a folded word in a language (ISO 639-1). Throws Error for a language without rules. */
export function stemOf(word: string, language: string): string {
  const algorithm = stemAlgorithms[language];
  if (algorithm === undefined) throw new Error(`no stemmer for ${language}`);
  const stemmer = stemmers.get(language) ?? newStemmer(algorithm);
  stemmers.set(language, stemmer);
  return stemmer.stem(word);
}
