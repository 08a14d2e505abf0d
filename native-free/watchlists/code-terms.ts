/**
 * Codes in folded text: letters and digits with at most one separator between two of them (`103-79-7`, `2402.20`, `2402 20`,
 * `240220` are one each). A code begins and ends where a word does; it is neither preceded nor followed by a further group behind a
 * point or a hyphen, which would make it a part of a longer number.
 *
 * Tariff codes are bare numbers of four digits and more: they count only with a word for such codes close by.
 */
import { hashSeed, hashStep, hashOf, TermTable } from "./term-table.ts";
import { isWordUnit, type FoldedFound, type FoldedUnits } from "./word-terms.ts";

export interface CodeTerm {
  readonly kind: "exact" | "prefix" | "tariff";
  /** Lower-case letters and digits. */
  readonly characters: string;
  readonly entry: number;
}

/** Characters that a look at the first of them decides on. */
const head = 3;
const mostTariffDigits = 10;
const tariffReach = 80;
const tariffReachBehind = 30;

/** Words for tariff codes in the languages of the Union, folded. */
const tariffWords =
  /(?:^|[^a-z0-9])(?:hs6?|hts(?:us)?|cn8?|kn8?|nc8?|nk|gn|tn ved|taric|tariff?s?|zolltarif\w*|warennummer|warentarif\w*|statistische warennummer|tarifaires?|nomenclature|nomenclatura|nomenklatur[a-z]*|nomenclatuur|goederencode|commodity codes?|harmoni[sz]ed|kod cn|kody? hs|taricova|tarifni|tarifna|varukod|varekode|tullitariff\w*|cn koodi|partida arancelaria|voce doganale|pozycja taryfowa|vamtarifa\w*|код тн вэд|тн вэд|кн код|δασμολογικη|κωδικος σο)(?=$|[^a-z])/;

const values = new Int8Array(128).fill(-1);
for (let value = 0; value < 36; value++) values[value.toString(36).charCodeAt(0)] = value;

const separators = new Uint8Array(128);
for (const character of " .-/_:,\n\t") separators[character.charCodeAt(0)] = 1;

function valueAt(text: string, at: number): number {
  const unit = text.charCodeAt(at);
  return unit < 128 ? values[unit]! : -1;
}

function isDigitAt(text: string, at: number): boolean {
  const value = at < 0 ? -1 : valueAt(text, at);
  return value >= 0 && value < 10;
}

/** The place of the next code character behind `at`, one separator may stand between; -1 where there is none. */
function nextPlace(text: string, at: number): number {
  const next = at + 1;
  if (next >= text.length) return -1;
  if (valueAt(text, next) >= 0) return next;
  const unit = text.charCodeAt(next);
  if (unit >= 128 || separators[unit] === 0) return -1;
  return next + 1 < text.length && valueAt(text, next + 1) >= 0 ? next + 1 : -1;
}

export class CodeTerms {
  readonly #terms: readonly CodeTerm[];
  readonly #table: TermTable;
  /** 1 at each length that a code has. */
  readonly #lengths: Uint8Array;
  /** 1 for the first characters of each code. */
  readonly #heads = new Uint8Array(36 ** head);

  /** 1 for the first character of each code. */
  readonly begins = new Uint8Array(128);

  constructor(terms: readonly CodeTerm[]) {
    this.#terms = terms;
    this.#table = new TermTable(terms.map(({ characters }) => hashOf(characters)));
    const longest = terms.reduce((most, { characters }) => Math.max(most, characters.length), 0);
    this.#lengths = new Uint8Array(longest + 1);
    for (const { characters } of terms) {
      this.#lengths[characters.length] = 1;
      this.begins[characters.charCodeAt(0)] = 1;
      this.#heads[Number.parseInt(characters.slice(0, head), 36)] = 1;
    }
  }

  /** Looks for the codes that begin at a place where a word begins. */
  findAt({ text }: FoldedUnits, from: number, found: FoldedFound): void {
    if (this.#mayBegin(text, from)) this.#findFrom(text, from, found);
  }

  #mayBegin(text: string, from: number): boolean {
    let key = 0;
    let at = from;
    for (let count = 0; count < head; count++) {
      if (count > 0) at = nextPlace(text, at);
      const value = at < 0 ? -1 : valueAt(text, at);
      if (value < 0) return false;
      key = key * 36 + value;
    }
    return this.#heads[key] === 1;
  }

  #findFrom(text: string, from: number, found: FoldedFound): void {
    const before = from > 0 ? text[from - 1] : " ";
    const joined = (before === "." || before === "-") && isDigitAt(text, from - 2);
    let hash = hashSeed;
    let at = from;
    for (let length = 1; length < this.#lengths.length && at >= 0; length++) {
      hash = hashStep(hash, text.charCodeAt(at));
      if (this.#lengths[length] === 1) this.#findEnding(text, from, at + 1, length, hash, joined, found);
      at = nextPlace(text, at);
    }
  }

  #findEnding(
    text: string,
    from: number,
    to: number,
    length: number,
    hash: number,
    joined: boolean,
    found: FoldedFound,
  ): void {
    for (let index = this.#table.first(hash); index >= 0; index = this.#table.next(index)) {
      const term = this.#terms[index]!;
      if (term.characters.length !== length || !stands(text, from, term.characters)) continue;
      const end = endOf(text, from, to, term.kind, joined);
      if (end >= 0) found(term.entry, from, end);
    }
  }
}

function stands(text: string, from: number, characters: string): boolean {
  let at = from;
  for (let index = 0; index < characters.length; index++) {
    if (index > 0) at = nextPlace(text, at);
    if (at < 0 || text.charCodeAt(at) !== characters.charCodeAt(index)) return false;
  }
  return true;
}

/** Where the code ends whose characters stand between two places; -1 where it is a part of something else. */
function endOf(text: string, from: number, to: number, kind: CodeTerm["kind"], joined: boolean): number {
  let end = to;
  while (end < text.length && isWordUnit(text.charCodeAt(end))) end++;
  if (kind === "prefix") return end;
  if (kind === "tariff") return isTariffCode(text, from, to, end) ? tariffEnd(text, to) : -1;
  if (joined || end > to) return -1;
  const after = text[to];
  return (after === "." || after === "-") && isDigitAt(text, to + 1) ? -1 : to;
}

function isTariffCode(text: string, from: number, to: number, end: number): boolean {
  for (let at = to; at < end; at++) if (!isDigitAt(text, at)) return false;
  const all = tariffEnd(text, to);
  const digits = text.slice(from, all).replaceAll(/[^0-9]/g, "").length;
  if (digits > mostTariffDigits || (all < text.length && isWordUnit(text.charCodeAt(all)))) return false;
  return (
    tariffWords.test(text.slice(Math.max(0, from - tariffReach), from)) ||
    tariffWords.test(text.slice(all, all + tariffReachBehind))
  );
}

/** The end of the whole code: digits that follow at once, then pairs of digits behind one separator. */
function tariffEnd(text: string, to: number): number {
  let end = to;
  while (isDigitAt(text, end)) end++;
  while (
    (text[end] === " " || text[end] === ".") &&
    isDigitAt(text, end + 1) &&
    isDigitAt(text, end + 2) &&
    !(end + 3 < text.length && isWordUnit(text.charCodeAt(end + 3)))
  ) {
    end += 3;
  }
  return end;
}
