/**
 * Words, stems and phrases in folded text, in one pass: each word is hashed as it is read, stems are looked up at each of their
 * lengths, words at their end, phrases by two words one after the other.
 */
import { classOf } from "../model/fold-cluster.ts";
import { tokens } from "../model/fold.ts";
import { hashOf, hashSeed, hashStep, pairHash, TermTable } from "./term-table.ts";

/** Most units between two words of a phrase: a line break, an indent, quote marks. */
const mostBetween = 40;

/** A folded text in units, which a loop reads faster than a string. */
export interface FoldedUnits {
  readonly text: string;
  /** May be longer than the text. */
  readonly units: Uint16Array;
}

/** What is looked up where a word begins. */
interface AtWords {
  findAt(folded: FoldedUnits, from: number, found: FoldedFound): void;
  /** 1 for the units that something can begin with. */
  readonly begins: Uint8Array;
}

let scratch = new Uint16Array(1 << 16);

/** Good until the next call. */
export function unitsOf(text: string): FoldedUnits {
  if (text.length > scratch.length) scratch = new Uint16Array(text.length * 2);
  Buffer.from(scratch.buffer).write(text, "utf16le");
  return { text, units: scratch };
}

/** What a hit calls: which entry, and where in the folded text. */
export type FoldedFound = (entry: number, from: number, to: number) => void;

export interface WordTerm {
  readonly mode: "word" | "stem" | "phrase";
  /** Folded; of a phrase the words in order. */
  readonly words: readonly string[];
  readonly entry: number;
}

/** 1 for units that are part of a word; filled when a unit is first met: 2 is not part of one. */
const partOfWord = new Uint8Array(0x10000);

/** Halves of a pair count as part of a word: the fold has made spaces of symbols beyond the basic plane. */
export function isWordUnit(unit: number): boolean {
  const known = partOfWord[unit]!;
  if (known !== 0) return known === 1;
  const surrogate = unit >= 0xd800 && unit <= 0xdfff;
  const is = surrogate || classOf(String.fromCharCode(unit)) !== 0;
  partOfWord[unit] = is ? 1 : 2;
  return is;
}

/** The folded words of a folded text. */
export function wordsIn(folded: string): string[] {
  return [...tokens(folded)].map(({ token }) => token);
}

export class WordTerms {
  readonly #words: readonly WordTerm[];
  readonly #stems: readonly WordTerm[];
  readonly #phrases: readonly WordTerm[];
  readonly #wordTable: TermTable;
  readonly #stemTable: TermTable;
  readonly #phraseTable: TermTable;
  /** 1 at each length in units that a stem has. */
  readonly #stemLengths: Uint8Array;
  /** Stems of the word being read. */
  readonly #open: number[] = [];

  constructor(terms: readonly WordTerm[]) {
    // In scripts that write no spaces a word is a phrase of its characters.
    const single = terms.filter(({ words }) => words.length === 1);
    this.#words = single.filter(({ mode }) => mode !== "stem");
    this.#stems = single.filter(({ mode }) => mode === "stem");
    this.#phrases = terms.filter(({ words }) => words.length > 1);
    this.#wordTable = new TermTable(this.#words.map(({ words }) => hashOf(words[0] as string)));
    this.#stemTable = new TermTable(this.#stems.map(({ words }) => hashOf(words[0] as string)));
    this.#phraseTable = new TermTable(
      this.#phrases.map(({ words }) => pairHash(hashOf(words[0] as string), hashOf(words[1] as string))),
    );
    const lengths = this.#stems.map(({ words }) => (words[0] as string).length);
    this.#stemLengths = new Uint8Array(lengths.reduce((most, length) => Math.max(most, length), 0) + 1);
    for (const length of lengths) this.#stemLengths[length] = 1;
  }

  /** `codes` are looked up in the same pass. Hits come in the order of their ends. */
  find(folded: FoldedUnits, codes: AtWords, found: FoldedFound): void {
    const { text, units } = folded;
    const { length } = text;
    const longestStem = this.#stemLengths.length - 1;
    let before = 0;
    let beforeFrom = -1;
    let beforeTo = -1;
    for (let at = 0; at < length;) {
      let unit = units[at]!;
      if (!isWordUnit(unit)) {
        at++;
        continue;
      }
      const from = at;
      if (unit < 128 && codes.begins[unit] === 1) codes.findAt(folded, from, found);
      let hash = hashSeed;
      do {
        hash = hashStep(hash, unit);
        at++;
        if (at - from <= longestStem && this.#stemLengths[at - from] === 1) this.#openStems(text, from, at, hash);
        if (at === length) break;
        unit = units[at]!;
      } while (isWordUnit(unit));
      if (this.#open.length > 0) this.#closeStems(from, at, found);
      this.#findWord(text, from, at, hash, found);
      if (beforeFrom >= 0 && from - beforeTo <= mostBetween) {
        this.#findPhrase(text, beforeFrom, pairHash(before, hash), found);
      }
      before = hash;
      beforeFrom = from;
      beforeTo = at;
    }
  }

  #openStems(folded: string, from: number, at: number, hash: number): void {
    for (let term = this.#stemTable.first(hash); term >= 0; term = this.#stemTable.next(term)) {
      const word = this.#stems[term]!.words[0]!;
      if (word.length === at - from && folded.startsWith(word, from)) this.#open.push(this.#stems[term]!.entry);
    }
  }

  #closeStems(from: number, to: number, found: FoldedFound): void {
    for (const entry of this.#open) found(entry, from, to);
    this.#open.length = 0;
  }

  #findWord(folded: string, from: number, to: number, hash: number, found: FoldedFound): void {
    for (let term = this.#wordTable.first(hash); term >= 0; term = this.#wordTable.next(term)) {
      const { words, entry } = this.#words[term]!;
      if (words[0]!.length === to - from && folded.startsWith(words[0]!, from)) found(entry, from, to);
    }
  }

  #findPhrase(folded: string, from: number, hash: number, found: FoldedFound): void {
    for (let term = this.#phraseTable.first(hash); term >= 0; term = this.#phraseTable.next(term)) {
      const { words, entry, mode } = this.#phrases[term]!;
      const to = phraseEnd(folded, from, words, mode === "stem");
      if (to >= 0) found(entry, from, to);
    }
  }
}

/** Where a phrase that begins at a place ends; -1 where it does not stand there. The last word of a `stem` may go on. */
function phraseEnd(folded: string, from: number, words: readonly string[], stem: boolean): number {
  let at = from;
  for (let index = 0; index < words.length; index++) {
    if (index > 0) {
      const gap = at;
      while (at < folded.length && at - gap <= mostBetween && !isWordUnit(folded.charCodeAt(at))) at++;
    }
    const word = words[index]!;
    if (!folded.startsWith(word, at)) return -1;
    at += word.length;
    const open = stem && index === words.length - 1;
    if (!open && at < folded.length && isWordUnit(folded.charCodeAt(at))) return -1;
  }
  while (stem && at < folded.length && isWordUnit(folded.charCodeAt(at))) at++;
  return at;
}
