/**
 * Many patterns in one pass. Defined by `../../pattern-scan.ts`; tables are made by `../../pattern-plan.ts`, which says what they are.
 *
 * Each set of windows is asked at every place of its grid whether a pattern may stand around: candidates go to a list without a branch
 * for each, then the list is looked up.
 */

/** Places of windows that are in their set: u32[2048]. */
const CANDIDATES: usize = 0x1000;
const LIST_WINDOWS: u32 = 2048;
/** Pairs of bytes, asked at every byte and at every second: 4 for each that is in the set, else 0. */
const PAIRS_ONE: usize = 0x10000;
const PAIRS_TWO: usize = 0x20000;
const TABLES: usize = 0x30000;

export const pairsOneAt: u32 = <u32>PAIRS_ONE;
export const pairsTwoAt: u32 = <u32>PAIRS_TWO;
export const tablesAt: u32 = <u32>TABLES;

const ENTRY: u32 = 24;

// What is asked for: pattern records, the list of hits, places wanted and the end of the bytes, as addresses.
let patterns: u32 = 0;
let hits: u32 = 0;
let hitsFrom: u32 = 0;
let hitsEnd: u32 = 0;
let first: u32 = 0;
let last: u32 = 0;
let end: u32 = 0;

export function prepare(patternsAt: u32, hitsAt: u32, capacity: u32): void {
  patterns = patternsAt;
  hitsFrom = hitsAt;
  hitsEnd = hitsAt + (capacity << 3);
}

/** Patterns that begin in [from, to) and end at `endOfBytes` at the latest, from now on. */
export function start(from: u32, to: u32, endOfBytes: u32): void {
  hits = hitsFrom;
  first = from;
  last = to;
  end = endOfBytes;
}

/** Number of hits since `start`; more than the capacity means that some are lost. */
export function found(): u32 {
  return (hits - hitsFrom) >>> 3;
}

const KEYS: u32 = 0x9e3779b1;
const KEYS_HIGH: u32 = 0xc2b2ae35;
const SLOTS: u32 = 0x85ebca6b;
const SLOTS_HIGH: u32 = 0x27d4eb2f;

// @inline
function hashOf(at: u32, mask: u32, high: u32, shift: u32): u32 {
  return ((load<u32>(at) & mask) * KEYS + (load<u32>(at, 4) & high) * KEYS_HIGH) >>> shift;
}

/** Asks the windows of the list which patterns stand around them. */
function verify(list: usize, listEnd: usize, heads: u32, mask: u32, high: u32, shift: u32): void {
  for (; list < listEnd; list += 4) {
    const at = load<u32>(list);
    const key = (load<u32>(at) & mask) * SLOTS + (load<u32>(at, 4) & high) * SLOTS_HIGH;
    const slot = heads + ((key >>> shift) << 2);
    let entry = load<u32>(slot);
    const entriesEnd = load<u32>(slot, 4);
    for (; entry < entriesEnd; entry += ENTRY) {
      const place = at - load<u32>(entry, 20);
      if (((load<u64>(place) ^ load<u64>(entry)) & load<u64>(entry, 8)) !== 0) continue;
      if (place - first >= last - first) continue;
      const pattern = load<u32>(entry, 16);
      const record = patterns + (pattern << 3);
      const length = load<u32>(record);
      if (place + length > end || !restMatches(place, length, load<u32>(record, 4))) continue;
      if (hits < hitsEnd) store<f64>(hits, <f64>(place - first) * 1048576.0 + <f64>pattern);
      else hits = hitsEnd;
      hits += 8;
    }
  }
}

function restMatches(place: u32, length: u32, rest: u32): bool {
  for (let at: u32 = 8; at < length; at += 8) {
    if (((load<u64>(place + at) ^ load<u64>(rest)) & load<u64>(rest, 8)) !== 0) return false;
    rest += 16;
  }
  return true;
}

// @inline
function inOne(pair: u32): u32 {
  return <u32>load<u8>(pair, PAIRS_ONE);
}

// @inline
function inTwo(pair: u32): u32 {
  return <u32>load<u8>(pair, PAIRS_TWO);
}

/** Whether 80 bytes are all the same. */
function isFlat(at: usize): bool {
  const bytes = i8x16.splat(load<i8>(at));
  const a = v128.or(v128.xor(v128.load(at), bytes), v128.xor(v128.load(at, 16), bytes));
  const b = v128.or(v128.xor(v128.load(at, 32), bytes), v128.xor(v128.load(at, 48), bytes));
  return !v128.any_true(v128.or(v128.or(a, b), v128.xor(v128.load(at, 64), bytes)));
}

/** Pairs at even places. */
export function pairsTwo(from: u32, to: u32, heads: u32, mask: u32, high: u32, shift: u32): void {
  let at: u32 = (from + 1) & ~1;
  while (at < to) {
    let list = CANDIDATES;
    const stop = min<u32>(to, at + 2 * LIST_WINDOWS);
    while (at + 64 <= stop) {
      if (load<u64>(at) === load<u64>(at, 8) && isFlat(at) && inTwo(<u32>load<u16>(at)) === 0) {
        at += 64;
        continue;
      }
      for (const blockEnd = at + 64; at < blockEnd; at += 16) {
        const a = inTwo(<u32>load<u16>(at));
        const b = inTwo(<u32>load<u16>(at, 2));
        const c = inTwo(<u32>load<u16>(at, 4));
        const d = inTwo(<u32>load<u16>(at, 6));
        const e = inTwo(<u32>load<u16>(at, 8));
        const f = inTwo(<u32>load<u16>(at, 10));
        const g = inTwo(<u32>load<u16>(at, 12));
        const h = inTwo(<u32>load<u16>(at, 14));
        if ((a | b | c | d | e | f | g | h) !== 0) list = addEight(list, at, 2, a, b, c, d, e, f, g, h);
      }
    }
    for (; at < stop; at += 2) {
      store<u32>(list, at);
      list += inTwo(<u32>load<u16>(at));
    }
    verify(CANDIDATES, list, heads, mask, high, shift);
  }
}

/** Pairs at every place. */
export function pairsOne(from: u32, to: u32, heads: u32, mask: u32, high: u32, shift: u32): void {
  let at = from;
  while (at < to) {
    let list = CANDIDATES;
    const stop = min<u32>(to, at + LIST_WINDOWS);
    while (at + 64 <= stop) {
      if (load<u64>(at) === load<u64>(at, 8) && isFlat(at) && inOne(<u32>load<u16>(at)) === 0) {
        at += 64;
        continue;
      }
      for (const blockEnd = at + 64; at < blockEnd; at += 8) {
        const a = inOne(<u32>load<u16>(at));
        const b = inOne(<u32>load<u16>(at, 1));
        const c = inOne(<u32>load<u16>(at, 2));
        const d = inOne(<u32>load<u16>(at, 3));
        const e = inOne(<u32>load<u16>(at, 4));
        const f = inOne(<u32>load<u16>(at, 5));
        const g = inOne(<u32>load<u16>(at, 6));
        const h = inOne(<u32>load<u16>(at, 7));
        if ((a | b | c | d | e | f | g | h) !== 0) list = addEight(list, at, 1, a, b, c, d, e, f, g, h);
      }
    }
    for (; at < stop; at++) {
      store<u32>(list, at);
      list += inOne(<u32>load<u16>(at));
    }
    verify(CANDIDATES, list, heads, mask, high, shift);
  }
}

// @inline
function inBytes(map: u32, hash: u32): u32 {
  return <u32>load<u8>(map + hash);
}

// @inline
function inBits(map: u32, hash: u32): u32 {
  return ((load<u32>(map + ((hash >>> 3) & ~3)) >>> (hash & 31)) & 1) << 2;
}

/** Of the four windows at `at` and every fourth byte from there. */
// @inline
function hashes(at: usize, masks: v128, highs: v128, shift: u32): v128 {
  const low = i32x4.mul(v128.and(v128.load(at), masks), i32x4.splat(KEYS));
  const high = i32x4.mul(v128.and(v128.load(at, 4), highs), i32x4.splat(KEYS_HIGH));
  return i32x4.shr_u(i32x4.add(low, high), shift);
}

/** Up to eight bytes at even places, by a map with a byte (4 or 0) for each hash. */
export function bytesTwo(
  from: u32,
  to: u32,
  heads: u32,
  mask: u32,
  high: u32,
  shift: u32,
  map: u32,
  mapShift: u32,
): void {
  const masks = i32x4.splat(mask);
  const highs = i32x4.splat(high);
  let at: u32 = (from + 1) & ~1;
  while (at < to) {
    let list = CANDIDATES;
    const stop = min<u32>(to, at + 2 * LIST_WINDOWS);
    while (at + 64 <= stop) {
      if (load<u64>(at) === load<u64>(at, 8) && isFlat(at)) {
        if (inBytes(map, hashOf(at, mask, high, mapShift)) === 0) {
          at += 64;
          continue;
        }
      }
      for (const blockEnd = at + 64; at < blockEnd; at += 16) {
        const even = hashes(at, masks, highs, mapShift);
        const odd = hashes(at + 2, masks, highs, mapShift);
        const a = inBytes(map, i32x4.extract_lane(even, 0));
        const b = inBytes(map, i32x4.extract_lane(odd, 0));
        const c = inBytes(map, i32x4.extract_lane(even, 1));
        const d = inBytes(map, i32x4.extract_lane(odd, 1));
        const e = inBytes(map, i32x4.extract_lane(even, 2));
        const f = inBytes(map, i32x4.extract_lane(odd, 2));
        const g = inBytes(map, i32x4.extract_lane(even, 3));
        const h = inBytes(map, i32x4.extract_lane(odd, 3));
        if ((a | b | c | d | e | f | g | h) !== 0) list = addEight(list, at, 2, a, b, c, d, e, f, g, h);
      }
    }
    for (; at < stop; at += 2) {
      store<u32>(list, at);
      list += inBytes(map, hashOf(at, mask, high, mapShift));
    }
    verify(CANDIDATES, list, heads, mask, high, shift);
  }
}

/** Up to eight bytes at every fourth place, by a map with a byte for each hash. */
export function bytesFour(
  from: u32,
  to: u32,
  heads: u32,
  mask: u32,
  high: u32,
  shift: u32,
  map: u32,
  mapShift: u32,
): void {
  const masks = i32x4.splat(mask);
  const highs = i32x4.splat(high);
  let at: u32 = (from + 3) & ~3;
  while (at < to) {
    let list = CANDIDATES;
    const stop = min<u32>(to, at + 4 * LIST_WINDOWS);
    while (at + 64 <= stop) {
      if (load<u64>(at) === load<u64>(at, 8) && isFlat(at)) {
        if (inBytes(map, hashOf(at, mask, high, mapShift)) === 0) {
          at += 64;
          continue;
        }
      }
      for (const blockEnd = at + 64; at < blockEnd; at += 32) {
        const low = hashes(at, masks, highs, mapShift);
        const high = hashes(at + 16, masks, highs, mapShift);
        const a = inBytes(map, i32x4.extract_lane(low, 0));
        const b = inBytes(map, i32x4.extract_lane(low, 1));
        const c = inBytes(map, i32x4.extract_lane(low, 2));
        const d = inBytes(map, i32x4.extract_lane(low, 3));
        const e = inBytes(map, i32x4.extract_lane(high, 0));
        const f = inBytes(map, i32x4.extract_lane(high, 1));
        const g = inBytes(map, i32x4.extract_lane(high, 2));
        const h = inBytes(map, i32x4.extract_lane(high, 3));
        if ((a | b | c | d | e | f | g | h) !== 0) list = addEight(list, at, 4, a, b, c, d, e, f, g, h);
      }
    }
    for (; at < stop; at += 4) {
      store<u32>(list, at);
      list += inBytes(map, hashOf(at, mask, high, mapShift));
    }
    verify(CANDIDATES, list, heads, mask, high, shift);
  }
}

/** Up to eight bytes at every second or fourth place, by a map with a bit for each hash: of sets too large for bytes. */
export function bits(
  from: u32,
  to: u32,
  heads: u32,
  mask: u32,
  high: u32,
  shift: u32,
  map: u32,
  mapShift: u32,
  stride: u32,
): void {
  let at: u32 = (from + stride - 1) & -stride;
  while (at < to) {
    let list = CANDIDATES;
    const stop = min<u32>(to, at + stride * LIST_WINDOWS);
    while (at + 64 <= stop) {
      if (load<u64>(at) === load<u64>(at, 8) && isFlat(at)) {
        if (inBits(map, hashOf(at, mask, high, mapShift)) === 0) {
          at += 64;
          continue;
        }
      }
      for (const blockEnd = at + 64; at < blockEnd; at += 4 * stride)
        list = addBits(list, at, mask, high, map, mapShift, stride);
    }
    for (; at < stop; at += stride) {
      store<u32>(list, at);
      list += inBits(map, hashOf(at, mask, high, mapShift));
    }
    verify(CANDIDATES, list, heads, mask, high, shift);
  }
}

// @inline
function addBits(list: usize, at: u32, mask: u32, high: u32, map: u32, mapShift: u32, stride: u32): usize {
  for (let window: u32 = 0; window < 4; window++) {
    store<u32>(list, at);
    list += inBits(map, hashOf(at, mask, high, mapShift));
    at += stride;
  }
  return list;
}

/** Adds those of eight windows that are in the set: 4 where one is, which is how far the list moves on. */
// @inline
function addEight(
  list: usize,
  at: u32,
  stride: u32,
  a: u32,
  b: u32,
  c: u32,
  d: u32,
  e: u32,
  f: u32,
  g: u32,
  h: u32,
): usize {
  store<u32>(list, at);
  list += a;
  store<u32>(list, at + stride);
  list += b;
  store<u32>(list, at + 2 * stride);
  list += c;
  store<u32>(list, at + 3 * stride);
  list += d;
  store<u32>(list, at + 4 * stride);
  list += e;
  store<u32>(list, at + 5 * stride);
  list += f;
  store<u32>(list, at + 6 * stride);
  list += g;
  store<u32>(list, at + 7 * stride);
  return list + h;
}
