/** Triggers of tokens and numbers as rules on what is seen of a token, which can all be looked up in tables. */
import type { Trigger } from "./entity.ts";
import { NameEnding } from "./name-ending.ts";
import { alphanumeric, classes, digit, letter, lower } from "./text-view.ts";

/** Tokens and numbers longer than this are handed out as such of this length. */
export const longest = 128;

type Range = readonly [least: number, most: number];

/** Null is no condition. */
export interface TokenRule {
  /** Its index. */
  readonly recogniser: number;
  readonly length: Range;
  /** Of the run that the token begins with. */
  readonly letters: Range;
  readonly digits: Range;
  /** Digits of the number that begins there, over separators. */
  readonly total: Range | null;
  /** By set of classes seen (below 8), as bits. */
  readonly seen: number;
  /** By byte: 1 where it may be so; `second` is behind `next`. */
  readonly before: Uint8Array | null;
  readonly first: Uint8Array | null;
  readonly next: Uint8Array | null;
  readonly second: Uint8Array | null;
  /** By `pairOf` the first two bytes. */
  readonly pairs: Uint8Array | null;
  readonly after: NameEnding | null;
}

const any: Range = [0, Infinity];

/** The rule of a trigger on tokens or numbers. */
export function ruleOf(recogniser: number, trigger: Extract<Trigger, { on: "token" | "number" }>): TokenRule {
  const isNumber = trigger.on === "number";
  return {
    recogniser,
    length: isNumber ? any : trigger.length,
    letters: (isNumber ? undefined : trigger.letters) ?? any,
    digits: isNumber ? (trigger.first ?? [1, Infinity]) : (trigger.digits ?? any),
    total: isNumber ? trigger.digits : null,
    seen: isNumber ? setsOf(undefined, undefined) : setsOf(trigger.has, trigger.case),
    before: trigger.before === undefined ? null : setOf(trigger.before),
    first: trigger.begins === undefined ? null : setOf(trigger.begins),
    next: trigger.next === undefined ? null : setOf(trigger.next[0]),
    second: trigger.next?.[1] === undefined ? null : setOf(trigger.next[1]),
    pairs: trigger.pairs === undefined ? null : setOfPairs(trigger.pairs),
    after: trigger.after === undefined ? null : new NameEnding(trigger.after),
  };
}

/** A bit for each set of classes that has what is wanted. */
function setsOf(has: "digit" | "letter" | "both" | undefined, wanted: "upper" | undefined): number {
  let sets = 0;
  for (let seen = 1; seen <= alphanumeric; seen++) {
    const lacksDigit = (has === "digit" || has === "both") && (seen & digit) === 0;
    const lacksLetter = (has === "letter" || has === "both") && (seen & letter) === 0;
    if (!lacksDigit && !lacksLetter && !(wanted && (seen & lower) !== 0)) sets |= 1 << seen;
  }
  return sets;
}

function setOf(characters: string): Uint8Array {
  const set = new Uint8Array(256);
  for (const character of characters) set[character.charCodeAt(0) & 0xff] = 1;
  return set;
}

/** What a byte is in a pair: digits 0 to 9, letters of either case 10 to 35, else 36. */
const codesOfPair = Uint8Array.from(classes, (kind, byte) => {
  if (kind === digit) return byte - 0x30;
  return (kind & letter) === 0 ? 36 : (byte & 0x1f) + 9;
});
const pairCodes = 37;
export const pairCount = pairCodes * pairCodes;

export const pairOf = (first: number, second: number): number => codesOfPair[first]! * pairCodes + codesOfPair[second]!;

function setOfPairs(pairs: readonly string[]): Uint8Array {
  const set = new Uint8Array(pairCount);
  for (const pair of pairs) set[pairOf(pair.charCodeAt(0), pair.charCodeAt(1))] = 1;
  return set;
}

/** Whether a number, at most `longest`, is in a range. */
export const isIn = (range: Range, value: number): boolean => value >= range[0] && value <= range[1];
