/**
 * What of a watch-list entry is looked for in raw bytes: its anchor, the part that is written alike wherever the entry stands. What
 * stands around a find is judged afterwards in its encoding.
 *
 * - The longest run of ASCII letters and digits of a word or phrase, since accents and code pages do not change it. Short neighbours of
 *   a phrase are taken together, any one character between them.
 * - Else (Greek, Cyrillic, short words with accents) the longest word in lower, title and upper case, with and without accents, in
 *   UTF-8, UTF-16 and the code pages of its script.
 * - A code as the list writes it and without separators.
 */
import { fold } from "../model/fold.ts";
import { codePages, encodeIn, type CodePage, type RawEncoding } from "./raw-encodings.ts";
import { codeCharacters } from "./parse-entry.ts";
import type { WatchEntry } from "./watch-list.ts";

export interface RawPattern {
  /** `null` stands for any byte. */
  readonly bytes: readonly (number | null)[];
  /** ASCII letters match in either case. */
  readonly fold: boolean;
  /** Number of the entry in the matcher. */
  readonly entry: number;
  readonly encoding: RawEncoding;
}

/** Why an entry is not looked for in raw bytes: a regex has no anchor; a short one would be found everywhere. */
export type NotRaw = "regex" | "too-short";

/** Fewest characters of an anchor: of ASCII (a run alone is enough from `goodRun` on), of other scripts, of codes. */
const leastRun = 4;
const goodRun = 5;
const leastForeign = 3;
const leastForeignBytes = 4;
const leastCode = 5;
const leastDigits = 6;

const word = /[\p{L}\p{N}\p{M}\p{Co}]+/gu;
const wide = ["utf-16le", "utf-16be"] as const;

/** The anchors of an entry, or why there are none. */
export function rawPatternsOf(entry: WatchEntry, number: number): RawPattern[] | NotRaw {
  if (entry.mode === "regex") return "regex";
  const patterns = new Map<string, RawPattern>();
  const add = (bytes: readonly (number | null)[], folds: boolean, encoding: RawEncoding): void => {
    // Spellings that differ in the case of ASCII letters only would find each place twice.
    const key = (folds ? bytes.map((byte) => (isCapital(byte) ? byte | 0x20 : byte)) : bytes).join(" ");
    if (!patterns.has(key)) patterns.set(key, { bytes, fold: folds, entry: number, encoding });
  };
  const addAscii = (characters: readonly (string | null)[]): void => {
    const codes = characters.map((character) => character?.charCodeAt(0) ?? null);
    add(codes, true, "ascii");
    add(
      codes.flatMap((code) => (code === null ? [null, null] : [code, 0])),
      true,
      "utf-16le",
    );
    add(
      codes.flatMap((code) => (code === null ? [null, null] : [0, code])),
      true,
      "utf-16be",
    );
  };
  if (entry.mode === "code" || entry.mode === "tariff") {
    for (const form of codeForms(entry)) addAscii(form);
  } else {
    const words = entry.text.normalize("NFC").match(word) ?? [];
    const anchor = asciiAnchor(words);
    if (anchor !== null) addAscii(anchor);
    else {
      for (const spelling of foreignSpellings(words)) addSpelling(spelling, add, addAscii);
      addGreek(words, add);
    }
  }
  return patterns.size === 0 ? "too-short" : [...patterns.values()];
}

function isCapital(byte: number | null): byte is number {
  return byte !== null && byte >= 0x41 && byte <= 0x5a;
}

/** A code as written, with any byte for a separator, and without; a tariff code in its usual groups, too. Empty where it is short. */
function codeForms({ text, mode }: WatchEntry): (string | null)[][] {
  const compact = codeCharacters(text);
  const least = /^\d+$/.test(compact) ? leastDigits : leastCode;
  const forms = [text, compact];
  if (mode === "tariff") {
    const heading = compact.slice(0, 4);
    const pairs = compact.slice(4).match(/..?/g) ?? [];
    forms.push([heading, ...pairs].join(" "), `${heading} ${pairs.join("")}`);
  }
  return forms
    .map((form) => form.trim())
    .filter((form) => form.length >= least)
    .map((form) => [...form].map((character) => (/[a-z0-9]/i.test(character) ? character : null)));
}

/** Null where no run of ASCII is long enough. */
function asciiAnchor(words: readonly string[]): (string | null)[] | null {
  const runs = words.flatMap((text) => text.match(/[A-Za-z0-9]+/g) ?? []);
  const longest = runs.reduce((best, run) => (run.length > best.length ? run : best), "");
  if (longest.length >= goodRun) return [...longest];
  const joined = neighbours(words);
  if (joined.length >= goodRun) return joined;
  return longest.length >= leastRun ? [...longest] : null;
}

/** The longest row of words of plain ASCII, with any one character between two of them; empty where no two stand together. */
function neighbours(words: readonly string[]): (string | null)[] {
  let best: (string | null)[] = [];
  let row: (string | null)[] = [];
  let count = 0;
  for (const text of words) {
    const plain = /^[A-Za-z0-9]+$/.test(text);
    row = plain && count > 0 ? [...row, null, ...text] : plain ? [...text] : [];
    count = plain ? count + 1 : 0;
    if (count > 1 && row.length > best.length) best = row;
  }
  return best;
}

function foreignSpellings(words: readonly string[]): Set<string> {
  const longest = longestOf(words);
  const spellings = new Set<string>();
  if ([...longest].length < leastForeign) return spellings;
  const bare = /[\p{Script=Latin}\p{Script=Greek}]/u.test(longest)
    ? longest.normalize("NFD").replaceAll(/\p{M}/gu, "").normalize("NFC")
    : longest;
  for (const text of [longest, bare, fold(longest)]) {
    const lower = text.toLowerCase();
    // Greek capitals lose the accent and keep the diaeresis.
    spellings.add(lower).add(text.toUpperCase()).add(text.toLocaleUpperCase("el"));
    spellings.add((lower.at(0) ?? "").toUpperCase() + lower.slice(1));
  }
  // The cedilla stands for the comma in Romanian texts, and a stem may end in the sigma that only words end without.
  for (const text of [...spellings]) {
    spellings.add(text.replaceAll("ș", "ş").replaceAll("ț", "ţ").replaceAll("Ș", "Ş").replaceAll("Ț", "Ţ"));
    spellings.add(text.replaceAll("ς", "σ"));
  }
  return spellings;
}

function addSpelling(
  spelling: string,
  add: (bytes: readonly number[], folds: boolean, encoding: RawEncoding) => void,
  addAscii: (characters: readonly string[]) => void,
): void {
  if (/^[a-z0-9]+$/i.test(spelling)) {
    if (spelling.length >= leastRun) addAscii([...spelling]);
    return;
  }
  for (const encoding of ["utf-8", ...wide] as const) {
    for (const form of new Set([spelling.normalize("NFC"), spelling.normalize("NFD")])) {
      const bytes = encodeIn(form, encoding);
      if (bytes !== null) add([...bytes], encoding === "utf-8", encoding);
    }
  }
  for (const page of pagesOf(spelling)) {
    const bytes = encodeIn(spelling, page);
    if (bytes !== null && bytes.length >= leastForeignBytes) add([...bytes], true, page);
  }
}

/** The Greek accent moves with the ending: any vowel will do where there are enough other letters. */
function addGreek(
  words: readonly string[],
  add: (bytes: readonly (number | null)[], folds: boolean, encoding: RawEncoding) => void,
): void {
  const letters = [...longestOf(words).toLowerCase()];
  if (!letters.every((letter) => /\p{Script=Greek}/u.test(letter))) return;
  const first = letters.findIndex((letter) => !isGreekVowel(letter));
  const last = letters.findLastIndex((letter) => !isGreekVowel(letter));
  const middle = letters.slice(first, last + 1);
  const fixed = middle.filter((letter) => !isGreekVowel(letter)).length;
  if (first < 0 || fixed < leastForeign) return;
  for (const encoding of ["utf-8", ...wide, ...codePages.greek] as const) {
    const encoded = middle.map((letter) => {
      const bytes = encodeIn(letter, encoding);
      return bytes && isGreekVowel(letter) ? new Array<null>(bytes.length).fill(null) : bytes && [...bytes];
    });
    if (encoded.includes(null) || encoded.flat().filter((byte) => byte !== null).length < leastForeignBytes) continue;
    add(encoded.flat(), false, encoding);
  }
}

function isGreekVowel(letter: string): boolean {
  return /[αεηιουω]/.test(fold(letter));
}

function longestOf(words: readonly string[]): string {
  return words.reduce((best, text) => (text.length > best.length ? text : best), "");
}

/** The code pages in which a text may be written. */
export function pagesOf(text: string): readonly CodePage[] {
  if (/\p{Script=Cyrillic}/u.test(text)) return codePages.cyrillic;
  if (/\p{Script=Greek}/u.test(text)) return codePages.greek;
  return /^[\u0000-\u007f]*$/.test(text) || !/\p{Script=Latin}/u.test(text) ? [] : codePages.latin;
}
