/**
 * Where recognisers of identifiers want to look. Defined by `definedTriggersIn` of `../../../entities/triggers.ts`; the tables are
 * made by `../../../entities/trigger-kernel.ts`.
 *
 * 64 bytes at a time become bits of their classes; what is done for each token is arithmetic on these bits. Each rule is one bit of 128:
 * for everything seen of a token there is a table of the rules that it suits, and what is in all of them holds.
 */

/** v128[129][8]: by length and classes seen. */
const BY_LENGTH: usize = 0x41000;
/** v128[2][129]: by number of letters, then of digits, that it begins with. */
const BY_LEAD: usize = 0x45100;
/** v128[256] each: by first byte, byte in front, byte behind, second byte behind. */
const BY_FIRST: usize = 0x46200;
const BY_BEFORE: usize = 0x47200;
const BY_NEXT: usize = 0x48200;
const BY_SECOND: usize = 0x49200;
/** v128[129]: by number of digits. */
const BY_TOTAL: usize = 0x4a200;
/** v128[37][37]: by the first two bytes. */
const BY_PAIR: usize = 0x4ab00;
/** v128[256]: by kind of the word in front. */
const BY_ENDING: usize = 0x50100;
/** u8[33][32][32]: the kind of a word by its length, first and last character. */
const ENDINGS: usize = 0x51100;
/** u32[128]: recognisers of the rules. */
const RECOGNISERS: usize = 0x59500;
/** v128 each: rules that ask for digits in all, and for the word in front. */
const ASK_TOTAL: usize = 0x59700;
const ASK_ENDING: usize = 0x59710;
/** u32[6]: where the recognisers of each sign begin, then those of words. */
const OTHER_HEADS: usize = 0x59720;
/** u32 recogniser, u32 place. */
const EVENTS: usize = 0x10000;
const MOST_EVENTS: u32 = 0x4000;
const INPUT: usize = 0x30400;
const MOST_INPUT: u32 = 0x10800;
/** Lists of recognisers. */
const LISTS: usize = 0x5a000;

export const byLengthAt: u32 = <u32>BY_LENGTH;
export const byLeadAt: u32 = <u32>BY_LEAD;
export const byFirstAt: u32 = <u32>BY_FIRST;
export const byBeforeAt: u32 = <u32>BY_BEFORE;
export const byNextAt: u32 = <u32>BY_NEXT;
export const bySecondAt: u32 = <u32>BY_SECOND;
export const byTotalAt: u32 = <u32>BY_TOTAL;
export const byPairAt: u32 = <u32>BY_PAIR;
export const byEndingAt: u32 = <u32>BY_ENDING;
export const endingsAt: u32 = <u32>ENDINGS;
export const recognisersAt: u32 = <u32>RECOGNISERS;
export const askTotalAt: u32 = <u32>ASK_TOTAL;
export const askEndingAt: u32 = <u32>ASK_ENDING;
export const otherHeadsAt: u32 = <u32>OTHER_HEADS;
export const eventsAt: u32 = <u32>EVENTS;
export const mostEvents: u32 = MOST_EVENTS;
export const inputAt: u32 = <u32>INPUT;
export const mostInput: u32 = MOST_INPUT;
export const listsAt: u32 = <u32>LISTS;

const LONGEST: u32 = 128;
const LONGEST_WORD: u32 = 32;
const MOST_GAP: u32 = 4;
const WORDS: usize = 4;

// What `run` ended for.
const FINISHED: u32 = 0;
const FULL: u32 = 1;
const LONG_TOKEN: u32 = 2;

const DIGIT: u32 = 1;
const UPPER: u32 = 2;
const LOWER: u32 = 4;

let events: usize = EVENTS;
let mostOfStep: u32 = 0;
let mostDigits: u32 = LONGEST;
/** What is added to an address to make it a place in the text. */
let base: u32 = 0;
let ended: u32 = FINISHED;

let leastWords: u32 = 0xffffffff;
let words: u32 = 0;
let firstWord: u32 = 0;
let lastWord: u32 = 0;

/** At most so many events come of one token or sign; so many words in a row are wanted; more digits than these are as these. */
export function prepare(eventsOfStep: u32, wordCount: u32, digitCount: u32): void {
  mostOfStep = eventsOfStep;
  mostDigits = digitCount;
  leastWords = wordCount;
}

export function begin(): void {
  words = 0;
}

export function clearEvents(): void {
  events = EVENTS;
}
export function countEvents(): u32 {
  return (<u32>(events - EVENTS)) >>> 3;
}
export function reason(): u32 {
  return ended;
}

function add(recogniser: u32, place: u32): void {
  store<u32>(events, recogniser);
  store<u32>(events, place, 4);
  events += 8;
}

function addList(heads: usize, place: u32): void {
  const end = load<u32>(heads, 4);
  for (let at = load<u32>(heads); at < end; at += 4) add(load<u32>(at), place);
}

export function endWords(): void {
  if (words >= leastWords) addList(OTHER_HEADS + (WORDS << 2), firstWord);
  words = 0;
}

// @inline
function isBlank(byte: u32): bool {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d;
}

function addWord(at: u32, end: u32): void {
  const place = at + base;
  if (words > 0) {
    const gap = place - lastWord;
    if (gap > 2 || !isBlank(load<u8>(at - 1)) || (gap === 2 && !isBlank(load<u8>(at - 2)))) endWords();
  }
  if (words === 0) firstWord = place;
  words++;
  lastWord = end + base;
}

/** The number of bytes from `value` up to `value + count`, as lanes. */
// @inline
function within(bytes: v128, value: i8, most: i8): v128 {
  const above = i8x16.sub(bytes, i8x16.splat(value));
  return i8x16.eq(i8x16.min_u(above, i8x16.splat(most)), above);
}

// @inline
function marksOf(bytes: v128): v128 {
  return v128.or(
    v128.or(i8x16.eq(bytes, i8x16.splat(0x40)), i8x16.eq(bytes, i8x16.splat(0x3a))),
    v128.or(i8x16.eq(bytes, i8x16.splat(0x2e)), i8x16.eq(bytes, i8x16.splat(0x3c))),
  );
}

/** One bit for each byte of four vectors. */
// @inline
function bitsOf(a: v128, b: v128, c: v128, d: v128): u64 {
  const low = (<u32>i8x16.bitmask(a)) | ((<u32>i8x16.bitmask(b)) << 16);
  const high = (<u32>i8x16.bitmask(c)) | ((<u32>i8x16.bitmask(d)) << 16);
  return (<u64>low) | ((<u64>high) << 32);
}

function classOf(byte: u32): u32 {
  if (byte - 0x30 < 10) return DIGIT;
  if (byte - 0x41 < 26) return UPPER;
  return byte - 0x61 < 26 ? LOWER : 0;
}

function sign(at: u32): void {
  const byte = <u32>load<u8>(at);
  const next = <u32>load<u8>(at, 1);
  let which: u32 = 0;
  if (byte === 0x3a) {
    if (next !== 0x2f || load<u8>(at, 2) !== 0x2f) return;
    which = 1;
  } else if (byte === 0x3c) {
    if (next !== 0x3c) return;
    which = 3;
  } else {
    if (classOf(next) === 0 || classOf(<u32>load<u8>(at - 1)) === 0) return;
    which = byte === 0x40 ? 0 : 2;
  }
  endWords();
  addList(OTHER_HEADS + (which << 2), at + base);
}

function isSeparator(byte: u32): bool {
  return byte === 0x20 || byte - 0x2d < 3 || byte - 0x28 < 2;
}

/** Digits of a number with single separators, at most `mostDigits`; what is behind the end of the input is no digit. */
function digitsFrom(at: u32): u32 {
  let count: u32 = 0;
  for (; count < mostDigits; at++) {
    const byte = <u32>load<u8>(at);
    if (byte - 0x30 < 10) count++;
    else if (!isSeparator(byte) || <u32>load<u8>(at, 1) - 0x30 >= 10) break;
  }
  return count;
}

/** The kind of the word in front of a place, 0 where it is no ending of a name. */
function endingBefore(at: u32): u32 {
  let end = at;
  while (at - end < MOST_GAP && classOf(<u32>load<u8>(end - 1)) === 0) end--;
  let start = end;
  while (end - start <= LONGEST_WORD && classOf(<u32>load<u8>(start - 1)) !== 0) start--;
  const length = end - start;
  if (length === 0 || length > LONGEST_WORD) return 0;
  const key = (length << 10) | (((<u32>load<u8>(start)) & 31) << 5) | ((<u32>load<u8>(end - 1)) & 31);
  return <u32>load<u8>(key, ENDINGS);
}

// @inline
function codeOfPair(byte: u32): u32 {
  if (byte - 0x30 < 10) return byte - 0x30;
  return (byte | 0x20) - 0x61 < 26 ? (byte & 0x1f) + 9 : 36;
}

/** Rules of a half, from rule `first` on; the recogniser that was added last, or that of the half before. */
function addRules(rules: u64, first: u32, last: u32, place: u32): u32 {
  for (; rules !== 0; rules &= rules - 1) {
    const recogniser = load<u32>((first + <u32>ctz(rules)) << 2, RECOGNISERS);
    if (recogniser !== last) add(recogniser, place);
    last = recogniser;
  }
  return last;
}

/** Events of a token of which the rules that may hold are known; `lead` digits begin it. */
function wantedToken(at: u32, size: u32, lead: u32, suited: v128): void {
  const pair = codeOfPair(<u32>load<u8>(at)) * 37 + codeOfPair(<u32>load<u8>(at, 1));
  let rules = v128.and(suited, v128.load(pair << 4, BY_PAIR));
  if (v128.any_true(v128.and(rules, v128.load(ASK_TOTAL)))) {
    const count = lead === size ? digitsFrom(at) : min<u32>(lead, LONGEST);
    rules = v128.and(rules, v128.load(count << 4, BY_TOTAL));
  }
  if (v128.any_true(v128.and(rules, v128.load(ASK_ENDING))))
    rules = v128.and(rules, v128.load(endingBefore(at) << 4, BY_ENDING));
  const last = addRules(<u64>i64x2.extract_lane(rules, 0), 0, 0xffffffff, at + base);
  addRules(<u64>i64x2.extract_lane(rules, 1), 64, last, at + base);
}

/** A token that begins with so many letters and digits, one of which is 0. */
// @inline
function token(at: u32, size: u32, seen: u32, letters: u32, lead: u32): void {
  if (seen === LOWER && size - 3 <= 5) addWord(at, at + size);
  else if (words !== 0) endWords();
  const length = min<u32>(size, LONGEST);
  let rules = v128.and(
    v128.load(((length << 3) | seen) << 4, BY_LENGTH),
    v128.load((<u32>load<u8>(at + size)) << 4, BY_NEXT),
  );
  if (!v128.any_true(rules)) return;
  const begin = lead > 0 ? min<u32>(lead, LONGEST) + LONGEST + 1 : min<u32>(letters, LONGEST);
  rules = v128.and(rules, v128.load(begin << 4, BY_LEAD));
  rules = v128.and(rules, v128.load((<u32>load<u8>(at)) << 4, BY_FIRST));
  rules = v128.and(rules, v128.load((<u32>load<u8>(at - 1)) << 4, BY_BEFORE));
  rules = v128.and(rules, v128.load((<u32>load<u8>(at + size, 1)) << 4, BY_SECOND));
  if (v128.any_true(rules)) wantedToken(at, size, lead, rules);
}

/** A token that goes on behind the 64 bytes; where it ends, 0 where that is behind the input. */
function longToken(at: u32, end: u32, isLast: bool): u32 {
  let seen: u32 = 0;
  let to = at;
  for (; to < end; to++) {
    const kind = classOf(<u32>load<u8>(to));
    if (kind === 0) break;
    seen |= kind;
  }
  // What stands behind it must be seen too.
  if (to + 2 > end && !isLast) return 0;
  let letters: u32 = 0;
  while (letters < to - at && classOf(<u32>load<u8>(at + letters)) > DIGIT) letters++;
  let lead: u32 = 0;
  while (lead < to - at && classOf(<u32>load<u8>(at + lead)) === DIGIT) lead++;
  token(at, to - at, seen, letters, lead);
  return to;
}

/**
 * Events of tokens and signs that begin in [from, to) of the input, of which `length` bytes are there and up to 40 before it; behind them at least 64 zeros. Returns where to go on; `reason` says why it ended. `offset` is the place of the input
 * in the text, `isLast` whether the text ends with the input.
 */
export function run(from: u32, to: u32, length: u32, offset: u32, isLast: bool): u32 {
  const limit = EVENTS + (MOST_EVENTS << 3) - (mostOfStep << 3);
  const stop = <u32>INPUT + to;
  const end = <u32>INPUT + length;
  base = offset - <u32>INPUT;
  ended = FULL;
  let at = <u32>INPUT + from;
  while (at < stop) {
    const a = v128.load(at);
    const b = v128.load(at, 16);
    const c = v128.load(at, 32);
    const d = v128.load(at, 48);
    const isDigit = bitsOf(within(a, 0x30, 9), within(b, 0x30, 9), within(c, 0x30, 9), within(d, 0x30, 9));
    const isUpper = bitsOf(within(a, 0x41, 25), within(b, 0x41, 25), within(c, 0x41, 25), within(d, 0x41, 25));
    const isLower = bitsOf(within(a, 0x61, 25), within(b, 0x61, 25), within(c, 0x61, 25), within(d, 0x61, 25));
    const isAlnum = isDigit | isUpper | isLower;
    let next = min<u32>(at + 64, stop);
    let steps = (isAlnum & ~(isAlnum << 1)) | bitsOf(marksOf(a), marksOf(b), marksOf(c), marksOf(d));
    if (stop - at < 64) steps &= ((<u64>1) << (stop - at)) - 1;
    for (; steps !== 0; steps &= steps - 1) {
      const bit = ctz(steps);
      const place = at + <u32>bit;
      if (events > limit) return place - <u32>INPUT;
      const size = <u32>ctz(~(isAlnum >>> bit));
      if (size === 0) {
        sign(place);
        continue;
      }
      if (<u32>bit + size >= 64) {
        next = longToken(place, end, isLast);
        if (next === 0) {
          ended = LONG_TOKEN;
          return place - <u32>INPUT;
        }
        break;
      }
      const mask = (((<u64>1) << size) - 1) << bit;
      const digit = isDigit & mask;
      const upper = isUpper & mask;
      const seen = (<u32>(digit !== 0)) | ((<u32>(upper !== 0)) << 1) | ((<u32>((digit | upper) !== mask)) << 2);
      const letters = min<u32>(<u32>ctz((isDigit >>> bit) | ((<u64>1) << 63)), size);
      const lead = <u32>ctz(~(isDigit >>> bit));
      token(place, size, seen, letters, lead);
      // The last one may end behind `to`.
      next = max<u32>(next, place + size);
    }
    at = next;
  }
  ended = FINISHED;
  return at - <u32>INPUT;
}
