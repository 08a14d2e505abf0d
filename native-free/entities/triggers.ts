/** Where recognisers want to look: the shapes of text that their triggers name, found in one walk over its characters. */
import { endingKeyBefore } from "./name-ending.ts";
import type { Recogniser, TextView } from "./entity.ts";
import { alphanumeric, at as byteAt, classAt, classes, digit, letter, lower } from "./text-view.ts";
import { isIn, longest, pairOf, ruleOf, type TokenRule } from "./trigger-rules.ts";

const signs: Readonly<Record<string, number>> = { "@": 0, "://": 1, ".": 2, "<<": 3 };
const [atSign, colon, dot, less, slash] = [0x40, 0x3a, 0x2e, 0x3c, 0x2f];

/** The triggers of recognisers by the shape of what they ask for. */
export class TriggerTable {
  /** By sign: recognisers. */
  readonly signs: readonly (readonly number[])[];
  /** On tokens and numbers, those of one recogniser beside one another. */
  readonly rules: readonly TokenRule[];
  /** The same by length of the token. */
  readonly byLength: readonly (readonly TokenRule[])[];
  /** Numbers of more digits than this are one as the other. */
  readonly mostDigits: number;
  readonly words: readonly number[];
  readonly wordCount: number;

  constructor(recognisers: readonly Recogniser[]) {
    const bySign: number[][] = [[], [], [], []];
    const rules: TokenRule[] = [];
    const words: number[] = [];
    let wordCount = Infinity;
    recognisers.forEach(({ triggers }, recogniser) => {
      for (const trigger of triggers) {
        if (trigger.on === "sign") bySign[signs[trigger.sign]!]!.push(recogniser);
        else if (trigger.on === "words") {
          words.push(recogniser);
          wordCount = Math.min(wordCount, trigger.count);
        } else rules.push(ruleOf(recogniser, trigger));
      }
    });
    this.signs = bySign;
    this.rules = rules;
    this.byLength = Array.from({ length: longest + 1 }, (_, length) =>
      rules.filter((rule) => isIn(rule.length, length)),
    );
    const bounds = rules.flatMap(({ total }) => total ?? []).filter(Number.isFinite);
    this.mostDigits = Math.min(longest, Math.max(0, ...bounds) + 1);
    this.words = words;
    this.wordCount = wordCount;
  }
}

export type OnTrigger = (recogniser: number, at: number) => void;

/** Calls for each trigger that stands in the text, places ascending but for those of words. The definition of the kernel. */
export function definedTriggersIn(text: TextView, table: TriggerTable, found: OnTrigger): void {
  const { bytes, to } = text;
  const words = new WordRun(table, found);
  for (let at = text.from; at < to;) {
    const byte = bytes[at]!;
    if ((classes[byte]! & alphanumeric) !== 0) {
      at = token(text, at, table, words, found);
      continue;
    }
    if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d) words.end();
    sign(text, at, byte, table, found);
    at++;
  }
  words.end();
}

function sign(text: TextView, at: number, byte: number, table: TriggerTable, found: OnTrigger): void {
  let which = -1;
  if (byte === atSign || byte === dot) {
    const isBetween = (classAt(text, at - 1) & alphanumeric) !== 0 && (classAt(text, at + 1) & alphanumeric) !== 0;
    if (isBetween) which = byte === atSign ? 0 : 2;
  } else if (byte === colon) {
    if (text.bytes[at + 1] === slash && text.bytes[at + 2] === slash && at + 2 < text.to) which = 1;
  } else if (byte === less && text.bytes[at + 1] === less && at + 1 < text.to) which = 3;
  if (which < 0) return;
  for (const recogniser of table.signs[which]!) found(recogniser, at);
}

/** Triggers of the one token that begins at `at`, which no run of words goes on with; returns its end. */
export function triggersOfToken(text: TextView, at: number, table: TriggerTable, found: OnTrigger): number {
  return token(text, at, table, new WordRun(table, found), found);
}

/** Handles the token that begins at `at`; returns its end. */
function token(text: TextView, at: number, table: TriggerTable, words: WordRun, found: OnTrigger): number {
  const { bytes, to } = text;
  let end = at;
  let seen = 0;
  let leadLetters = -1;
  let leadDigits = -1;
  for (; end < to; end++) {
    const kind = classes[bytes[end]!]!;
    if ((kind & alphanumeric) === 0) break;
    seen |= kind;
    if (leadLetters < 0 && (kind & letter) === 0) leadLetters = end - at;
    if (leadDigits < 0 && kind !== digit) leadDigits = end - at;
  }
  if (leadLetters < 0) leadLetters = end - at;
  if (leadDigits < 0) leadDigits = end - at;
  const length = Math.min(end - at, longest);
  if (seen === lower && length >= 3 && length <= 8) words.add(at, end);
  else words.end();
  let called = -1;
  let digits = -1;
  for (const rule of table.byLength[length]!) {
    if (rule.recogniser === called || ((rule.seen >> seen) & 1) === 0) continue;
    if (!isIn(rule.letters, Math.min(leadLetters, longest)) || !isIn(rule.digits, Math.min(leadDigits, longest)))
      continue;
    if (!isAmong(text, at, end, rule)) continue;
    if (rule.total !== null) {
      if (digits < 0) digits = leadDigits === end - at ? digitsFrom(text, at) : Math.min(leadDigits, longest);
      if (!isIn(rule.total, digits)) continue;
    }
    called = rule.recogniser;
    found(called, at);
  }
  return end;
}

/** Whether what the token from `at` to `end` begins with, and what stands around it, are as a rule asks. */
function isAmong(text: TextView, at: number, end: number, rule: TokenRule): boolean {
  const first = text.bytes[at]!;
  if (rule.first !== null && rule.first[first] === 0) return false;
  if (rule.before !== null && rule.before[byteAt(text, at - 1)] === 0) return false;
  if (rule.next !== null && rule.next[byteAt(text, end)] === 0) return false;
  if (rule.second !== null && rule.second[byteAt(text, end + 1)] === 0) return false;
  if (rule.pairs !== null && rule.pairs[pairOf(first, byteAt(text, at + 1))] === 0) return false;
  return rule.after === null || rule.after.has(endingKeyBefore(text, at));
}

const separators = new Set([0x20, 0x2d, 0x2e, 0x2f, 0x28, 0x29]);
const isSeparator = Uint8Array.from({ length: 256 }, (_, code) => (separators.has(code) ? 1 : 0));

/** Digits of a number with single separators, from its first digit on; at most `longest`. */
function digitsFrom(text: TextView, from: number): number {
  const { bytes, to } = text;
  let count = 0;
  for (let at = from; at < to && count < longest; at++) {
    if (classes[bytes[at]!] === digit) count++;
    else if (isSeparator[bytes[at]!] === 0 || at + 1 >= to || classes[bytes[at + 1]!] !== digit) break;
  }
  return count;
}

/** Short lower-case words that follow one another. */
class WordRun {
  readonly #table: TriggerTable;
  readonly #found: OnTrigger;
  #count = 0;
  #first = 0;
  #last = 0;

  constructor(table: TriggerTable, found: OnTrigger) {
    this.#table = table;
    this.#found = found;
  }

  add(at: number, end: number): void {
    if (this.#count > 0 && at - this.#last > 2) this.end();
    if (this.#count === 0) this.#first = at;
    this.#count++;
    this.#last = end;
  }

  end(): void {
    if (this.#count >= this.#table.wordCount)
      for (const recogniser of this.#table.words) this.#found(recogniser, this.#first);
    this.#count = 0;
  }
}
