/**
 * The level "best" of deflate: matches by chains of all places with the same four bytes, decided upon late, and blocks that end
 * where the data changes. Defines, byte for byte, what `assembly/best-matches.ts` and `assembly/best-blocks.ts` do.
 *
 * _Chains._ By a hash of four bytes the last place where it came, and of every place the one before with the same hash, 16 bits
 * each; by a hash of three bytes the last place only. Place 0 ends a chain, after it was tried.
 *
 * _Search._ Of at most `DEEPEST` places of a chain the longest match, of equal ones the nearest. One of three bytes must be near.
 * All places enter. Where no match was found for `CALM` places, only every other one is looked up and entered.
 *
 * _Lateness._ A match is taken when the next place has none that is worth a literal more: a byte longer counts as four bits, and
 * so many bits as the distance has, count against it. What is longer than `GOOD` is not worth a long search for more.
 *
 * _Blocks._ The pairs of a segment are one block, two halves, or each half again in two, whichever takes the fewest bits.
 */
import { blockBits, putBlock } from "./deflate-block.ts";
import {
  addMatch,
  addPair,
  bytes,
  countPairs,
  FARTHEST,
  LONGEST,
  NOTHING,
  pairCount,
  sameBytes,
  SECOND_LITERAL,
  SEGMENT,
  startPairs,
} from "./deflate-pairs.ts";

const CHAIN_BITS = 15;
const NEAR_BITS = 13;
const DEEPEST = 96;
const GOOD = 16;
const DEEPEST_OF_GOOD = 24;
/** What is so long is taken at once. */
const SETTLED = 128;
/** A match of three bytes from farther away costs more than its literals. */
const FARTHEST_OF_THREE = 4096;
/** Bits that a later match must be better by. */
const LEAST_GAIN = 1;
const CALM = 128;
/** Fewer pairs than this are one block. */
const LEAST_PAIRS = 1024;

const heads = new Uint16Array(1 << CHAIN_BITS);
const before = new Uint16Array(SEGMENT);
const nearHeads = new Uint16Array(1 << NEAR_BITS);

export function forgetChains(): void {
  heads.fill(0);
  nearHeads.fill(0);
}

/** Moves all places down with the window; those that fall out become place 0. */
export function slideChains(): void {
  for (const places of [heads, before, nearHeads]) {
    for (let at = 0; at < places.length; at++) places[at] = Math.max(places[at]! - SEGMENT, 0);
  }
}

const wordAt = (place: number): number =>
  bytes[place]! | (bytes[place + 1]! << 8) | (bytes[place + 2]! << 16) | (bytes[place + 3]! << 24);

/** The last places before with the same four and the same three bytes. */
interface Last {
  readonly ofFour: number;
  readonly ofThree: number;
}

function enter(place: number): Last {
  const word = wordAt(place);
  const slot = Math.imul(word, 0x9e37_79b1) >>> (32 - CHAIN_BITS);
  const nearSlot = Math.imul(word << 8, 0x9e37_79b1) >>> (32 - NEAR_BITS);
  const last = { ofFour: heads[slot]!, ofThree: nearHeads[nearSlot]! };
  before[place & (SEGMENT - 1)] = last.ofFour;
  heads[slot] = place;
  nearHeads[nearSlot] = place;
  return last;
}

interface Match {
  readonly length: number;
  /** The distance less one. */
  readonly back: number;
}

function nearMatch(place: number, candidate: number): Match | null {
  const back = place - candidate - 1;
  const isSame = ((wordAt(candidate) ^ wordAt(place)) & 0xff_ffff) === 0;
  return isSame && back < FARTHEST_OF_THREE ? { length: 3, back } : null;
}

/** The longest match along a chain that is longer than `least`, at least four and up to `most` bytes. */
function search(place: number, first: number, most: number, least: number, deepest: number): Match | null {
  let found: Match | null = null;
  let longest = Math.max(least, 3);
  const lowest = Math.max(0, place - FARTHEST);
  let candidate = first;
  for (let left = deepest; left > 0 && candidate >= lowest && longest < most; left--) {
    const length = sameBytes(candidate, place, most);
    if (length > longest) {
      found = { length, back: place - candidate - 1 };
      longest = length;
    }
    const next = before[candidate & (SEGMENT - 1)]!;
    if (next >= candidate) break;
    candidate = next;
  }
  return found;
}

const bitsOf = (back: number): number => 32 - Math.clz32(back);

/** The match of a place, where it is worth a literal more than that of the place before. */
function better(place: number, end: number, { length, back }: Match): Match | null {
  const first = enter(place).ofFour;
  const deepest = length > GOOD ? DEEPEST_OF_GOOD : DEEPEST;
  const found = search(place, first, Math.min(LONGEST, end - place), length - 1, deepest);
  if (found === null) return null;
  const gain = 4 * (found.length - length) + bitsOf(back) - bitsOf(found.back);
  return gain > LEAST_GAIN ? found : null;
}

/** The match of a place, if there is one. */
function firstMatch(place: number, end: number): Match | null {
  const last = enter(place);
  const most = Math.min(LONGEST, end - place);
  return search(place, last.ofFour, most, 3, DEEPEST) ?? (most < 3 ? null : nearMatch(place, last.ofThree));
}

let literal = -1;

/** Literals go in twos. */
function addLiteral(byte: number): void {
  if (literal < 0) {
    literal = byte;
    return;
  }
  addPair(literal, SECOND_LITERAL + byte);
  literal = -1;
}

function endLiterals(): void {
  if (literal >= 0) addPair(literal, NOTHING);
  literal = -1;
}

/** Of the bytes [from, end) makes pairs. */
export function findBestPairs(from: number, end: number): void {
  startPairs();
  literal = -1;
  let place = from;
  if (place === 0 && end > 0) addLiteral(bytes[place++]!);
  let calm = place + CALM;
  while (place < end) {
    let match = firstMatch(place, end);
    if (match === null) {
      addLiteral(bytes[place++]!);
      if (place >= calm && place < end) addLiteral(bytes[place++]!);
      continue;
    }
    let entered = place + 1;
    while (match.length < SETTLED && place + 1 < end) {
      entered = place + 2;
      const later = better(place + 1, end, match);
      if (later === null) break;
      addLiteral(bytes[place++]!);
      match = later;
    }
    endLiterals();
    addMatch(match.length, match.back);
    for (place += match.length; entered < place; entered++) enter(entered);
    calm = place + CALM;
  }
  endLiterals();
}

interface Part {
  readonly from: number;
  readonly to: number;
}

/** The pairs [from, to) in up to `depth` halvings, and the bits of that: whatever takes the fewest. */
function planParts(
  from: number,
  to: number,
  depth: number,
): { readonly bits: number; readonly parts: readonly Part[] } {
  const whole = { bits: blockBits(countPairs(from, to)), parts: [{ from, to }] };
  if (depth === 0) return whole;
  const middle = (from + to) >>> 1;
  const [left, right] = [planParts(from, middle, depth - 1), planParts(middle, to, depth - 1)];
  const bits = left.bits + right.bits;
  return bits < whole.bits ? { bits, parts: [...left.parts, ...right.parts] } : whole;
}

/** The pairs of the window's bytes [from, end) as blocks, unless more than `limit` bits would then be written. */
export function putBestBlocks(from: number, end: number, last: number, limit: number): boolean {
  const { parts } = planParts(0, pairCount(), pairCount() < LEAST_PAIRS ? 0 : 2);
  let start = from;
  for (const part of parts) {
    const stop = start + countPairs(part.from, part.to);
    if (!putBlock({ ...part, start, end: stop }, stop === end ? last : 0, limit)) return false;
    start = stop;
  }
  return true;
}
