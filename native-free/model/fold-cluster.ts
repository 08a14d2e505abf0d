/** The fold of one base character with its marks: the slow and complete way, from which `fold.ts` makes its tables. */

/** Letters that Unicode does not decompose, and letters that are written one way or another. */
const letters: Readonly<Record<string, string>> = {
  ß: "ss",
  æ: "ae",
  œ: "oe",
  ø: "o",
  ł: "l",
  đ: "d",
  ð: "d",
  þ: "th",
  ħ: "h",
  ŧ: "t",
  ı: "i",
  ȷ: "j",
  ĸ: "k",
  ŋ: "n",
  ƀ: "b",
  ɨ: "i",
  ʉ: "u",
  ɉ: "j",
  ƶ: "z",
  ǥ: "g",
  ɍ: "r",
  ɏ: "y",
  ȼ: "c",
  ⱥ: "a",
  ⱦ: "t",
  // Cyrillic: ё is written е in most texts; е and и with a grave are the same letters with a stress mark.
  ё: "е",
  "\u0450": "\u0435",
  "\u045d": "\u0438",
  ς: "σ",
  "\u2018": "'",
  "\u2019": "'",
  "\u02b9": "'",
  "\u02bb": "'",
  "\u02bc": "'",
  "\u0640": "",
  "\u0000": " ",
  "\u200b": " ",
};

const stripsMarks = /[\p{Script=Latin}\p{Script=Greek}]/u;
/** Combining diacritical marks blocks, Hebrew points, Arabic vowel and recitation signs: first and last of each range. */
const optionalMarks: readonly (readonly [number, number])[] = [
  [0x0300, 0x036f],
  [0x1ab0, 0x1aff],
  [0x1dc0, 0x1dff],
  [0x20d0, 0x20ff],
  [0xfe20, 0xfe2f],
  [0x0591, 0x05bd],
  [0x05bf, 0x05bf],
  [0x05c1, 0x05c2],
  [0x05c4, 0x05c5],
  [0x05c7, 0x05c7],
  [0x0610, 0x061a],
  [0x064b, 0x065f],
  [0x0670, 0x0670],
  [0x06d6, 0x06dc],
  [0x06df, 0x06e4],
  [0x06e7, 0x06e8],
  [0x06ea, 0x06ed],
  [0x08ca, 0x08e1],
  [0x08e3, 0x08ff],
];

function isOptionalMark(character: string): boolean {
  const code = character.codePointAt(0) as number;
  return optionalMarks.some(([first, last]) => code >= first && code <= last);
}

const tokenCharacter = /[\p{L}\p{N}\p{M}\p{Co}]/u;
/** Scripts written without spaces between words. */
const splitScripts =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Bopomofo}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}\u30fc]/u;
const symbol = /[\p{So}\p{Sm}\p{Sk}\p{No}]/gu;
/**
 * Everything outside ASCII that separates words is one separator: FTS5 has character tables of its own, older ones, and
 * takes what it does not know (new emoji, unassigned characters) for a part of the word beside it.
 */
const foreignSeparator = /[^\u0000-\u007f\p{L}\p{N}\p{M}\p{Co}]/gu;
const digit = /\p{Nd}/u;
const ignorable = /\p{Default_Ignorable_Code_Point}/u;
const ignorables = /(?!\u200b)\p{Default_Ignorable_Code_Point}/gu;
/** What may compose with what stands before: marks, Hangul vowels and finals, and their compatibility forms. */
const composing = /[\p{M}\u1160-\u11ff\ud7b0-\ud7ff\u3131-\u318e\uff9e\uff9f\uffa1-\uffdc]/u;

/** Dropped from text: soft hyphens, joiners, direction marks, variation selectors. */
export function isIgnorable(character: string): boolean {
  return character !== "\u200b" && ignorable.test(character);
}

/** True for a character that belongs to the one before it. */
export function isContinuation(character: string): boolean {
  return composing.test(character) && !ignorable.test(character);
}

/** A word of its own. */
export const splitClass = 2;

/** 0: separates words; 1: part of a word; 2: a word of its own. Takes one folded character. */
export function classOf(character: string): 0 | 1 | typeof splitClass {
  if (!tokenCharacter.test(character)) return 0;
  return splitScripts.test(character) ? splitClass : 1;
}

/** Folds a base with its marks, or a single character. No spaces between split characters yet. */
export function foldCluster(cluster: string): string {
  let text = cluster;
  // Folding may expose something foldable (ẞ → ß → ss); three rounds are more than any character needs.
  for (let round = 0; round < 4; round += 1) {
    const next = foldOnce(text);
    if (next === text) break;
    text = next;
  }
  return text;
}

function foldOnce(text: string): string {
  const normal = text.toWellFormed().replace(ignorables, "").replace(symbol, apart).normalize("NFKC");
  let folded = "";
  for (const character of normal) {
    const [base, ...marks] = character.normalize("NFD");
    if (marks.length > 0 && stripsMarks.test(base as string)) folded += foldCase(base as string);
    else if (!isOptionalMark(character)) folded += foldCase(character);
  }
  return folded.normalize("NFKC").replace(foreignSeparator, " ");
}

function apart(character: string): string {
  const normal = character.normalize("NFKC");
  return normal === character ? character : ` ${normal} `;
}

/** Full case folding of one character (Unicode 5.18), by way of upper case; never by context. */
function foldCase(character: string): string {
  const own = letters[character];
  if (own !== undefined) return own;
  if (digit.test(character)) return digitOf(character);
  let folded = "";
  for (const upper of character.toUpperCase()) {
    const lower = upper.toLowerCase();
    folded += letters[lower] ?? lower;
  }
  return folded;
}

/** Decimal digits stand in runs of ten, 0 first. */
function digitOf(character: string): string {
  const code = character.codePointAt(0) as number;
  let first = code;
  while (digit.test(String.fromCodePoint(first - 1))) first -= 1;
  return String((code - first) % 10);
}
