/**
 * The language of a text, ISO 639-1, by the n-grams of package eld. Its `small` database covers 22 of the 24 official
 * languages of the EU and 38 more; Maltese and Irish are told here.
 */

import { countScripts, wordsOf } from "./language-sample.ts";

/** Every language that can be given, ISO 639-1: those of the `small` database (a test compares), and the two told here. */
export const knownLanguages: readonly string[] = (
  "am ar az be bg bn ca cs da de el en es et eu fa fi fr ga gu he hi hr hu hy is it ja ka kn ko ku lo lt lv ml mr ms mt " +
  "nl no or pa pl pt ro ru sk sl sq sr sv ta te th tl tr uk ur vi yo zh"
).split(" ");

interface Detector {
  detect(text: string): { language: string; isReliable(): boolean };
}

let detector: Detector | null = null;

const minimumLetters = 24;
const sampleChars = 4096;
/** UTF-16 units that are read at most to find so many of words; callers need not keep more. */
export const readChars = 4 * sampleChars;

/** The language, or null for text that is too short or undecided. Loads the database (half a second) on first need. */
export async function detectLanguage(text: string): Promise<string | null> {
  const byScript = languageByScript(text);
  if (byScript) return byScript;
  // Words only: markup, numbers and addresses are the same in every language.
  const sample = wordsOf(text, readChars, sampleChars);
  if (countScripts(sample, sampleChars).letters < minimumLetters) return null;
  const byWords = languageByWords(sample);
  if (byWords) return byWords;
  detector ??= ((await import("eld/small")) as unknown as { eld: Detector }).eld;
  const found = detector.detect(sample);
  return found.language !== "" && found.isReliable() ? found.language : null;
}

/** Two official languages of the EU that eld does not know: Maltese by its letters, Irish by its small words. */
function languageByWords(sample: string): string | null {
  const lower = sample.toLowerCase();
  // The words are told apart only where one can be of these languages.
  if (!/[ħġ]|agus/.test(lower)) return null;
  const words: readonly string[] = lower.match(/\p{L}+/gu) ?? [];
  if (words.length < 6) return null;
  const share = (test: (word: string) => boolean): number => words.filter(test).length / words.length;
  if (share((word) => /[ħġ]|għ/.test(word)) > 0.1) return "mt";
  return words.includes("agus") && share((word) => irishWords.has(word)) > 0.2 ? "ga" : null;
}

const irishWords = new Set(
  "agus an na ar ag tá is le go sa bhí atá leis don gach i do ina acu níl seo sin mar ach nó den de chun faoi".split(
    " ",
  ),
);

function languageByScript(text: string): string | null {
  const { letters, scripts } = countScripts(text, sampleChars);
  if (letters < 8) return null;
  if (scripts.kana * 5 > letters) return "ja";
  for (const [script, language] of languageOfScript) if (scripts[script] * 2 > letters) return language;
  return null;
}

const languageOfScript = [
  ["hangul", "ko"],
  ["han", "zh"],
  ["greek", "el"],
  ["hebrew", "he"],
  ["thai", "th"],
  ["armenian", "hy"],
  ["georgian", "ka"],
] as const;
