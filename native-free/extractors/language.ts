/**
 * The language of a text, ISO 639-1, by the n-grams of package eld. Its `small` database covers 22 of the 24 official
 * languages of the EU and 38 more; Maltese and Irish are told here.
 */

interface Detector {
  detect(text: string): { language: string; isReliable(): boolean };
}

let detector: Detector | null = null;

const minimumLetters = 24;
const sampleChars = 4096;

/** The language, or null for text that is too short or undecided. Loads the database (half a second) on first need. */
export async function detectLanguage(text: string): Promise<string | null> {
  const byScript = languageByScript(text.slice(0, sampleChars));
  if (byScript) return byScript;
  // Words only: markup, numbers and addresses are the same in every language.
  const sample = text
    .slice(0, 4 * sampleChars)
    .replaceAll(/\S*[@/\\=<>{}]\S*|[\d_]+/g, " ")
    .slice(0, sampleChars);
  const letters = sample.match(/\p{L}/gu)?.length ?? 0;
  if (letters < minimumLetters) return null;
  const byWords = languageByWords(sample);
  if (byWords) return byWords;
  detector ??= ((await import("eld/small")) as unknown as { eld: Detector }).eld;
  const found = detector.detect(sample);
  return found.language !== "" && found.isReliable() ? found.language : null;
}

/** Two official languages of the EU that eld does not know: Maltese by its letters, Irish by its small words. */
function languageByWords(sample: string): string | null {
  const words: readonly string[] = sample.toLowerCase().match(/\p{L}+/gu) ?? [];
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

/** Scripts that one language alone of those we name is written in. */
function languageByScript(sample: string): string | null {
  const count = (pattern: RegExp): number => sample.match(pattern)?.length ?? 0;
  const letters = count(/\p{L}/gu);
  if (letters < 8) return null;
  const most = (pattern: RegExp): boolean => count(pattern) * 2 > letters;
  if (count(/[\u3041-\u30fa]/g) * 5 > letters) return "ja";
  if (most(/\p{Script=Hangul}/gu)) return "ko";
  if (most(/\p{Script=Han}/gu)) return "zh";
  if (most(/\p{Script=Greek}/gu)) return "el";
  if (most(/\p{Script=Hebrew}/gu)) return "he";
  if (most(/\p{Script=Thai}/gu)) return "th";
  if (most(/\p{Script=Armenian}/gu)) return "hy";
  return most(/\p{Script=Georgian}/gu) ? "ka" : null;
}
