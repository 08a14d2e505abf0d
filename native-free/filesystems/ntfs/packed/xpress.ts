/** XPRESS Huffman, the LZ77+Huffman variant of [MS-XCA] 2.1 and 2.2, for targets of up to 64 KiB: one code for all of it. */
import { copyMatch, PrefixCode } from "./prefix-code.ts";

/** Code lengths of 512 symbols, four bits each, the lower ones first: 256 bytes, 256 matches. */
const TABLE_BYTES = 256;
const SYMBOLS = 512;
const FIRST_MATCH = 256;
const LEAST_MATCH = 3;
/** Length of a match that a further byte adds to; and such a byte that two more replace. */
const LONG = 15;
const LONGER = 255;

const FAST_BITS = 11;
const FAST_SHIFT = 32 - FAST_BITS;
const code = new PrefixCode(SYMBOLS, FAST_BITS);
const lengths = new Uint8Array(SYMBOLS);

/**
 * Unpacks into `target` and returns how many bytes came out before the end of it or of what can be unpacked. The bits at hand are
 * in locals (as `WordBits` has them, at least 16 always): this loop is all the time that it takes.
 */
export function unpackXpress(packed: Uint8Array, target: Uint8Array): number {
  if (packed.length < TABLE_BYTES || !readTable(packed)) return 0;
  const last = packed.length - 2;
  const { fast } = code;
  let from = TABLE_BYTES + 4;
  let held = (wordAt(packed, TABLE_BYTES) << 16) | wordAt(packed, TABLE_BYTES + 2);
  let count = 32;
  let beyond = Math.max(0, Math.ceil((from - packed.length) / 2)) * 16;
  let at = 0;
  while (at < target.length) {
    const entry = fast[held >>> FAST_SHIFT]! || code.lookLong(held >>> 16);
    held <<= entry & 31;
    count -= entry & 31;
    if (count < 16) {
      if (from <= last) held |= (packed[from]! | (packed[from + 1]! << 8)) << (16 - count);
      else beyond += 16;
      from += 2;
      count += 16;
    }
    if (count < beyond || entry === 0) return at;
    const symbol = entry >>> 5;
    if (symbol < FIRST_MATCH) {
      target[at++] = symbol;
      continue;
    }
    let length = (symbol & LONG) + LEAST_MATCH;
    if (length === LONG + LEAST_MATCH) {
      length = longLength(packed, from);
      from += packed[from] === LONGER ? 3 : 1;
    }
    const offsetBits = (symbol - FIRST_MATCH) >>> 4;
    const distance = (1 << offsetBits) + (offsetBits === 0 ? 0 : held >>> (32 - offsetBits));
    held <<= offsetBits;
    count -= offsetBits;
    if (count < 16) {
      if (from <= last) held |= (packed[from]! | (packed[from + 1]! << 8)) << (16 - count);
      else beyond += 16;
      from += 2;
      count += 16;
    }
    if (count < beyond || length === 0 || !copyMatch(target, at, distance, length, target.length)) return at;
    at += length;
  }
  return at;
}

function readTable(packed: Uint8Array): boolean {
  for (let index = 0; index < TABLE_BYTES; index++) {
    lengths[2 * index] = packed[index]! & 15;
    lengths[2 * index + 1] = packed[index]! >>> 4;
  }
  return code.build(lengths);
}

/** Zero where it is not there. */
function wordAt(packed: Uint8Array, at: number): number {
  return at + 1 < packed.length ? packed[at]! | (packed[at + 1]! << 8) : 0;
}

/** Zero where the bytes that say so are not there or not true. Longer than 64 KiB is longer than any target. */
function longLength(packed: Uint8Array, at: number): number {
  if (at >= packed.length) return 0;
  const added = packed[at]!;
  if (added < LONGER) return LONG + added + LEAST_MATCH;
  const whole = at + 2 < packed.length ? wordAt(packed, at + 1) : 0;
  return whole < LONG ? 0 : whole + LEAST_MATCH;
}
