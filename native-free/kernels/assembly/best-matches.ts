/** The search for matches of the level "best". Defined by `../deflate-best.ts`, which describes chains, search and lateness. */
import {
  BEFORE,
  BEFORE_BYTES,
  CHAIN_BITS,
  CHAIN_HEADS,
  CHAIN_HEADS_BYTES,
  INPUT,
  NEAR_BITS,
  NEAR_HEADS,
  NEAR_HEADS_BYTES,
  PAIRS,
} from "./layout";
import { addMatch, endPairs, FARTHEST, LONGEST, NOTHING, SECOND_LITERAL } from "./matches";

const DEEPEST: u32 = 96;
const GOOD: u32 = 16;
const DEEPEST_OF_GOOD: u32 = 24;
const SETTLED: u32 = 128;
const FARTHEST_OF_THREE: u32 = 4096;
const CALM: u32 = 128;
const LEAST_GAIN: i32 = 1;
const NO_LITERAL: u32 = 256;

export function forgetChains(): void {
  memory.fill(CHAIN_HEADS, 0, CHAIN_HEADS_BYTES);
  memory.fill(NEAR_HEADS, 0, NEAR_HEADS_BYTES);
}

function slide(places: usize, size: usize): void {
  const by = i16x8.splat(-32768);
  for (let at = places; at < places + size; at += 16) v128.store(at, i16x8.sub_sat_u(v128.load(at), by));
}

/** Moves all places 32 KiB down, as the window moves up; those that fall out become place 0. */
export function slideChains(): void {
  slide(CHAIN_HEADS, CHAIN_HEADS_BYTES);
  slide(BEFORE, BEFORE_BYTES);
  slide(NEAR_HEADS, NEAR_HEADS_BYTES);
}

/** A place enters; the last places before with the same four bytes, and from bit 16 with the same three. */
function enter(place: u32): u32 {
  const word = load<u32>(place, INPUT);
  const slot = ((word * 0x9e3779b1) >>> (32 - CHAIN_BITS)) << 1;
  const nearSlot = (((word << 8) * 0x9e3779b1) >>> (32 - NEAR_BITS)) << 1;
  const last = <u32>load<u16>(slot, CHAIN_HEADS);
  const lastNear = <u32>load<u16>(nearSlot, NEAR_HEADS);
  store<u16>((place & 0x7fff) << 1, last, BEFORE);
  store<u16>(slot, place, CHAIN_HEADS);
  store<u16>(nearSlot, place, NEAR_HEADS);
  return last | (lastNear << 16);
}

/** How many bytes of two places are the same, up to `most`. */
function matchLength(a: u32, b: u32, most: u32): u32 {
  let length: u32 = 0;
  while (length < most) {
    const same = i8x16.eq(v128.load(a + length, INPUT), v128.load(b + length, INPUT));
    const more = <u32>ctz(~i8x16.bitmask(same));
    length += more;
    if (more !== 16) break;
  }
  return min<u32>(length, most);
}

/** A match of three bytes with the last place where they came, as `search` gives matches. */
function nearMatch(place: u32, candidate: u32): u32 {
  if (((load<u32>(candidate, INPUT) ^ load<u32>(place, INPUT)) & 0xffffff) !== 0) return 0;
  const back = place - candidate - 1;
  return back < FARTHEST_OF_THREE ? (3 << 16) | back : 0;
}

/** The longest match along a chain, longer than `longest`, of 4 to `most` bytes: length << 16 | distance less one; else `found`. */
function search(place: u32, candidate: u32, most: u32, longest: u32, left: u32, found: u32): u32 {
  const lowest: u32 = place > FARTHEST ? place - FARTHEST : 0;
  let ending = load<u32>(place + longest, INPUT - 3);
  for (; left > 0 && candidate >= lowest; left--) {
    if (load<u32>(candidate + longest, INPUT - 3) === ending) {
      const length = matchLength(candidate, place, most);
      if (length > longest) {
        longest = length;
        found = (length << 16) | (place - candidate - 1);
        if (length === most) break;
        ending = load<u32>(place + longest, INPUT - 3);
      }
    }
    const next = <u32>load<u16>((candidate & 0x7fff) << 1, BEFORE);
    if (next >= candidate) break;
    candidate = next;
  }
  return found;
}

let pair: usize = PAIRS;
let literal: u32 = NO_LITERAL;

function addLiteral(place: u32): void {
  const byte = <u32>load<u8>(place, INPUT);
  if (literal === NO_LITERAL) {
    literal = byte;
    return;
  }
  store<u32>(pair, literal | ((byte + SECOND_LITERAL) << 9));
  pair += 4;
  literal = NO_LITERAL;
}

function endLiterals(): void {
  if (literal === NO_LITERAL) return;
  store<u32>(pair, literal | (NOTHING << 9));
  pair += 4;
  literal = NO_LITERAL;
}

/** The next match, where it is worth a literal more than that of `length` and `back`; else 0. */
function better(place: u32, most: u32, length: u32, back: u32): u32 {
  const last = enter(place);
  const longest = max<u32>(length - 1, 3);
  if (longest >= most) return 0;
  const found = search(place, last & 0xffff, most, longest, length > GOOD ? DEEPEST_OF_GOOD : DEEPEST, 0);
  if (found === 0) return 0;
  const gain = 4 * <i32>((found >>> 16) - length) + <i32>clz(found & 0xffff) - <i32>clz(back);
  return gain > LEAST_GAIN ? found : 0;
}

/** Of the window's bytes [from, end) makes pairs; their halves are not counted. */
export function findBestPairs(from: u32, end: u32): void {
  pair = PAIRS;
  literal = NO_LITERAL;
  let place = from;
  if (place === 0 && end > 0) addLiteral(place++);
  let calm = place + CALM;
  while (place < end) {
    const last = enter(place);
    const most = min<u32>(LONGEST, end - place);
    let found: u32 = most < 3 ? 0 : nearMatch(place, last >>> 16);
    if (most > 3) found = search(place, last & 0xffff, most, 3, DEEPEST, found);
    if (found === 0) {
      addLiteral(place++);
      if (place >= calm && place < end) addLiteral(place++);
      continue;
    }
    let length = found >>> 16;
    let back = found & 0xffff;
    let entered = place + 1;
    while (length < SETTLED && place + 1 < end) {
      entered = place + 2;
      found = better(place + 1, min<u32>(LONGEST, end - place - 1), length, back);
      if (found === 0) break;
      addLiteral(place++);
      length = found >>> 16;
      back = found & 0xffff;
    }
    endLiterals();
    pair = addMatch(pair, length, back);
    for (place += length; entered < place; entered++) enter(entered);
    calm = place + CALM;
  }
  endLiterals();
  endPairs(pair);
}
