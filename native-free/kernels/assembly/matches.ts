/**
 * Bytes to pairs: the fast search for matches. Defined by `../deflate.ts`, which describes the table, and `../deflate-pairs.ts`.
 *
 * What is fast here: two places are looked up together, so that most literals cost half a branch; the decision between the
 * four candidates is arithmetic; the one branch that is hard to foresee is whether there is a match at all.
 */
import {
  FIRST_COUNTS,
  INPUT,
  LENGTH_EXTRAS,
  LENGTH_SYMBOLS,
  PAIRS,
  SECOND_COUNTS,
  TABLE,
  TABLE_BITS,
  TABLE_BYTES,
} from "./layout";

export const NOTHING: u32 = 30;
export const SECOND_LITERAL: u32 = 32;
export const FARTHEST: u32 = 32768;
export const LONGEST: u32 = 258;
const CALM: u32 = 64;

let pairsEnd: usize = PAIRS;

/** Address behind the last pair. */
export function endOfPairs(): usize {
  return pairsEnd;
}

/** Where pairs end that were found elsewhere. */
export function endPairs(end: usize): void {
  pairsEnd = end;
}

/** Once: the symbols of match lengths, RFC 1951, section 3.2.5. */
export function prepareLengths(): void {
  let at: usize = 0;
  for (let symbol: u32 = 0; symbol < 28; symbol++) {
    const extra: u32 = symbol < 8 ? 0 : (symbol >>> 2) - 1;
    for (const end = at + ((<usize>1) << extra); at < end; at++) {
      store<u8>(at, symbol, LENGTH_SYMBOLS);
      store<u8>(at, extra, LENGTH_EXTRAS);
    }
  }
  // 258 has a symbol of its own.
  store<u8>(255, 28, LENGTH_SYMBOLS);
  store<u8>(255, 0, LENGTH_EXTRAS);
}

export function forgetPlaces(): void {
  memory.fill(TABLE, 0, TABLE_BYTES);
}

/** Moves all places 32 KiB down, as the window moves up; those that fall out become place 0. */
export function slidePlaces(): void {
  const by = i16x8.splat(-32768);
  for (let at: usize = TABLE; at < TABLE + TABLE_BYTES; at += 16) {
    v128.store(at, i16x8.sub_sat_u(v128.load(at), by));
  }
}

function slotOf(word: u32): u32 {
  return ((word * 0x9e3779b1) >>> (30 - TABLE_BITS)) & ((1 << (TABLE_BITS + 2)) - 4);
}

function remember(place: u32): void {
  const slot = slotOf(load<u32>(place, INPUT));
  store<u32>(slot, (load<u32>(slot, TABLE) << 16) | place, TABLE);
}

/** How many of 16 bytes are the same. */
function sameBytes(a: v128, b: v128): u32 {
  return <u32>ctz(~i8x16.bitmask(i8x16.eq(a, b)));
}

/** Length of the match of two places whose first 16 bytes are the same; more than `most` means `most`. */
function longMatch(place: u32, candidate: u32, most: u32): u32 {
  let length: u32 = 16;
  while (length < most) {
    const more = sameBytes(v128.load(place + length, INPUT), v128.load(candidate + length, INPUT));
    length += more;
    if (more !== 16) return length;
  }
  return length;
}

/** A pair of two literals; the address behind it. */
function addLiterals(pair: usize, first: u32, second: u32): usize {
  store<u32>(pair, first | ((second + SECOND_LITERAL) << 9));
  countFirst(first);
  countSecond(second + SECOND_LITERAL);
  return pair + 4;
}

function countFirst(half: u32): void {
  store<u32>(half << 2, load<u32>(half << 2, FIRST_COUNTS) + 1, FIRST_COUNTS);
}

function countSecond(half: u32): void {
  store<u32>(half << 2, load<u32>(half << 2, SECOND_COUNTS) + 1, SECOND_COUNTS);
}

function clearCounts(): void {
  memory.fill(FIRST_COUNTS, 0, 2048);
  memory.fill(SECOND_COUNTS, 0, 1152);
}

/** Counts the halves of the pairs at the addresses [from, to) and nothing else; the bytes that they stand for. */
export function countPairs(from: usize, to: usize): u32 {
  clearCounts();
  let covered: u32 = 0;
  for (let pair = from; pair < to; pair += 4) {
    const first = load<u32>(pair) & 511;
    const second = (load<u32>(pair) >>> 9) & 511;
    countFirst(first);
    countSecond(second);
    covered += first < 256 ? 1 : first - 253;
    covered += <u32>(second >= SECOND_LITERAL);
  }
  return covered;
}

/** Puts a match at the address `pair`, its halves not counted; the address behind it. At most LONGEST bytes. */
export function addMatch(pair: usize, length: u32, back: u32): usize {
  const extra = 30 - clz(back | 2);
  const distance = (((extra << 1) + (back >>> extra)) << 9) | ((back & ((1 << extra) - 1)) << 18);
  store<u32>(pair, (253 + length) | distance);
  return pair + 4;
}

/** Of the window's bytes [from, end) makes pairs and counts their halves. */
export function findPairs(from: u32, end: u32): void {
  clearCounts();
  let place = from;
  let pair: usize = PAIRS;
  let part: u32 = 0;
  let calm = from + CALM;
  if (place === 0 && end > 0) {
    // Empty buckets name place 0, which must be behind.
    const literal = <u32>load<u8>(INPUT);
    store<u32>(pair, literal | (NOTHING << 9));
    pair += 4;
    countFirst(literal);
    place = 1;
  }
  while (place + 1 < end) {
    const words = load<u64>(place, INPUT);
    const word0 = <u32>words;
    const word1 = <u32>(words >>> 8);
    const slot0 = slotOf(word0);
    const slot1 = slotOf(word1);
    const bucket0 = load<u32>(slot0, TABLE);
    store<u32>(slot0, (bucket0 << 16) | place, TABLE);
    const bucket1 = load<u32>(slot1, TABLE);
    store<u32>(slot1, (bucket1 << 16) | (place + 1), TABLE);
    const near0 = bucket0 & 0xffff;
    const far0 = bucket0 >>> 16;
    const near1 = bucket1 & 0xffff;
    const far1 = bucket1 >>> 16;
    const unlike0 = min<u32>(load<u32>(near0, INPUT) ^ word0, load<u32>(far0, INPUT) ^ word0);
    const unlike1 = min<u32>(load<u32>(near1, INPUT) ^ word1, load<u32>(far1, INPUT) ^ word1);
    if (min<u32>(unlike0, unlike1) !== 0) {
      pair = addLiterals(pair, word0 & 0xff, word1 & 0xff);
      place += 2;
      if (place < calm || place + 2 > end) continue;
      pair = addLiterals(pair, load<u8>(place, INPUT), load<u8>(place + 1, INPUT));
      place += 2;
      continue;
    }
    const here = v128.load(place, INPUT);
    const next = v128.load(place + 1, INPUT);
    const nearLength0 = sameBytes(v128.load(near0, INPUT), here);
    const farLength0 = sameBytes(v128.load(far0, INPUT), here);
    const nearLength1 = sameBytes(v128.load(near1, INPUT), next);
    const farLength1 = sameBytes(v128.load(far1, INPUT), next);
    const length0 = max<u32>(nearLength0, farLength0);
    const length1 = max<u32>(nearLength1, farLength1);
    const candidate0 = select<u32>(far0, near0, farLength0 > nearLength0);
    const candidate1 = select<u32>(far1, near1, farLength1 > nearLength1);
    const isLater = length1 > length0;
    const later = <u32>isLater;
    const candidate = select<u32>(candidate1, candidate0, isLater);
    const start = place + later;
    let length = max<u32>(length0, length1);
    if (length === 16) length = longMatch(start, candidate, end - start);
    length = min<u32>(length, end - start);
    const back = start - candidate - 1;
    const literal = <u32>load<u8>(place, INPUT);
    if (length < 3 || back >= FARTHEST) {
      pair = addLiterals(pair, literal, load<u8>(place + 1, INPUT));
      place += 2;
      continue;
    }
    // The literal before a later match is written in any case, and kept or not.
    store<u32>(pair, literal | (NOTHING << 9));
    pair += later << 2;
    store<u32>(literal << 2, load<u32>(literal << 2, FIRST_COUNTS) + later, FIRST_COUNTS);
    const extra = 30 - clz(back | 2);
    const symbol = (extra << 1) + (back >>> extra);
    const distance = (symbol << 9) | ((back & ((1 << extra) - 1)) << 18);
    place = start + length;
    calm = place + CALM;
    for (; length > LONGEST; length -= part) {
      part = min<u32>(LONGEST, length - 3);
      store<u32>(pair, (253 + part) | distance);
      pair += 4;
      countFirst(253 + part);
      countSecond(symbol);
    }
    store<u32>(pair, (253 + length) | distance);
    pair += 4;
    countFirst(253 + length);
    countSecond(symbol);
    remember(place - 2);
    remember(place - 1);
  }
  if (place < end) {
    const literal = <u32>load<u8>(place, INPUT);
    store<u32>(pair, literal | (NOTHING << 9));
    pair += 4;
    countFirst(literal);
  }
  pairsEnd = pair;
}
