/** Pairs to a block of a deflate stream (RFC 1951, section 3.2). Defined by `../deflate-block.ts`. */
import { buildLengths, nextCode, startCodes } from "./code-lengths";
import {
  CODE_LENGTHS,
  DISTANCE_LENGTHS,
  FIRST_CODES,
  FIRST_COUNTS,
  INPUT,
  LENGTH_EXTRAS,
  LENGTH_SYMBOLS,
  OUTPUT,
  RUN_CODES,
  RUN_COUNTS,
  RUN_LENGTHS,
  RUNS,
  SECOND_CODES,
  SECOND_COUNTS,
  SYMBOL_COUNTS,
} from "./layout";

const ORDER: usize = memory.data<u8>([16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]);

let output: usize = OUTPUT;
let bits: u64 = 0;
let bitCount: u32 = 0;

let literalCodes: u32 = 0;
let distanceCodes: u32 = 0;
let runLengthCodes: u32 = 0;
let runs: usize = 0;

export function startOutput(): void {
  output = OUTPUT;
  bits = 0;
  bitCount = 0;
}

/** Bits written so far. */
function bitsWritten(): u32 {
  return ((<u32>(output - OUTPUT)) << 3) + bitCount;
}

/** Zero bits up to the next byte; the number of bytes written. */
export function finishOutput(): u32 {
  if (bitCount > 0) put(0, 8 - bitCount);
  return <u32>(output - OUTPUT);
}

function put(value: u32, count: u32): void {
  bits |= (<u64>value) << bitCount;
  bitCount += count;
  store<u64>(output, bits);
  output += bitCount >>> 3;
  bits >>= bitCount & 56;
  bitCount &= 7;
}

/** Counts of halves become counts of symbols; the sum of their extra bits. */
function countSymbols(): u32 {
  for (let at: usize = 0; at < 1024; at += 4) {
    store<u32>(at, load<u32>(at, FIRST_COUNTS) + load<u32>(at + 128, SECOND_COUNTS), SYMBOL_COUNTS);
  }
  store<u32>(1024, 1, SYMBOL_COUNTS);
  memory.fill(SYMBOL_COUNTS + 1028, 0, 124);
  let extras: u32 = 0;
  for (let length: usize = 0; length < 256; length++) {
    const count = load<u32>(1024 + (length << 2), FIRST_COUNTS);
    const symbol = (<usize>load<u8>(length, LENGTH_SYMBOLS)) << 2;
    store<u32>(1028 + symbol, load<u32>(1028 + symbol, SYMBOL_COUNTS) + count, SYMBOL_COUNTS);
    extras += count * <u32>load<u8>(length, LENGTH_EXTRAS);
  }
  for (let symbol: u32 = 4; symbol < 30; symbol++) {
    extras += load<u32>(symbol << 2, SECOND_COUNTS) * ((symbol >>> 1) - 1);
  }
  return extras;
}

function addRun(symbol: u32, extra: u32): void {
  store<u16>(runs, symbol | (extra << 8), RUNS);
  runs += 2;
  store<u32>(symbol << 2, load<u32>(symbol << 2, RUN_COUNTS) + 1, RUN_COUNTS);
}

/** One run of `count` equal code lengths. */
function addRuns(length: u32, count: u32): void {
  if (length === 0) {
    for (; count >= 11; count -= min<u32>(count, 138)) addRun(18, min<u32>(count, 138) - 11);
    if (count >= 3) {
      addRun(17, count - 3);
      count = 0;
    }
  } else {
    addRun(length, 0);
    count--;
    for (; count >= 3; count -= min<u32>(count, 6)) addRun(16, min<u32>(count, 6) - 3);
  }
  for (; count > 0; count--) addRun(length, 0);
}

/** The header of a block with its own codes, made ready; its bits. */
function planHeader(): u32 {
  literalCodes = 286;
  while (literalCodes > 257 && load<u8>(literalCodes - 1, CODE_LENGTHS) === 0) literalCodes--;
  distanceCodes = 30;
  while (distanceCodes > 1 && load<u8>(distanceCodes - 1, DISTANCE_LENGTHS) === 0) distanceCodes--;
  memory.fill(RUN_COUNTS, 0, 76);
  runs = 0;
  const all = literalCodes + distanceCodes;
  let length: u32 = 16;
  let count: u32 = 0;
  for (let code: u32 = 0; code < all; code++) {
    const at = code < literalCodes ? CODE_LENGTHS + code : DISTANCE_LENGTHS + code - literalCodes;
    const next = <u32>load<u8>(at);
    if (next !== length && count > 0) {
      addRuns(length, count);
      count = 0;
    }
    length = next;
    count++;
  }
  addRuns(length, count);
  buildLengths(RUN_COUNTS, 19, 7, RUN_LENGTHS);
  runLengthCodes = 19;
  while (runLengthCodes > 4 && load<u8>(RUN_LENGTHS + load<u8>(ORDER + runLengthCodes - 1)) === 0) runLengthCodes--;
  let sum = 14 + 3 * runLengthCodes;
  for (let symbol: u32 = 0; symbol < 19; symbol++) {
    sum += load<u32>(symbol << 2, RUN_COUNTS) * (<u32>load<u8>(symbol, RUN_LENGTHS) + extraOfRun(symbol));
  }
  return sum;
}

function extraOfRun(symbol: u32): u32 {
  if (symbol < 16) return 0;
  return symbol === 18 ? 7 : symbol - 14;
}

function putHeader(): void {
  put((literalCodes - 257) | ((distanceCodes - 1) << 5) | ((runLengthCodes - 4) << 10), 14);
  for (let at: u32 = 0; at < runLengthCodes; at++) put(<u32>load<u8>(RUN_LENGTHS + load<u8>(ORDER + at)), 3);
  startCodes(RUN_LENGTHS, 19);
  for (let symbol: u32 = 0; symbol < 19; symbol++) {
    store<u16>(symbol << 1, nextCode(<u32>load<u8>(symbol, RUN_LENGTHS)), RUN_CODES);
  }
  for (let at: usize = 0; at < runs; at += 2) {
    const run = <u32>load<u16>(at, RUNS);
    const symbol = run & 31;
    const length = <u32>load<u8>(symbol, RUN_LENGTHS);
    put((<u32>load<u16>(symbol << 1, RUN_CODES)) | ((run >>> 8) << length), length + extraOfRun(symbol));
  }
}

/** A code, extra bits included, in the low 24 bits, and its length in the high 8; of second halves see `makeSecondCodes`. */
function makeFirstCodes(): void {
  startCodes(CODE_LENGTHS, 288);
  for (let literal: u32 = 0; literal < 256; literal++) {
    const length = <u32>load<u8>(literal, CODE_LENGTHS);
    const code = nextCode(length);
    store<u32>(literal << 2, code | (length << 24), FIRST_CODES);
    store<u32>(128 + (literal << 2), code | (length << 24), SECOND_CODES);
  }
}

/** The end of the block takes the place of the unused pair half 512. */
function makeLengthCodes(): void {
  const lengthOfEnd = <u32>load<u8>(256, CODE_LENGTHS);
  store<u32>(2048, nextCode(lengthOfEnd) | (lengthOfEnd << 24), FIRST_CODES);
  let half: usize = 1024;
  for (let symbol: u32 = 257; symbol < 286; symbol++) {
    const length = <u32>load<u8>(symbol, CODE_LENGTHS);
    const code = nextCode(length);
    const extra: u32 = <u32>load<u8>((half >>> 2) - 256, LENGTH_EXTRAS);
    const count: u32 = symbol === 284 ? 31 : (<u32>1) << extra;
    for (let value: u32 = 0; value < count; value++) {
      store<u32>(half, code | (value << length) | ((length + extra) << 24), FIRST_CODES);
      half += 4;
    }
  }
}

/** Code in the low 16 bits, its own length from bit 16, its length with extra bits from bit 24. */
function makeDistanceCodes(): void {
  startCodes(DISTANCE_LENGTHS, 32);
  for (let symbol: u32 = 0; symbol < 30; symbol++) {
    const length = <u32>load<u8>(symbol, DISTANCE_LENGTHS);
    const extra: u32 = symbol < 4 ? 0 : (symbol >>> 1) - 1;
    store<u32>(symbol << 2, nextCode(length) | (length << 16) | ((length + extra) << 24), SECOND_CODES);
  }
  store<u32>(120, 0, SECOND_CODES);
}

/** Those at the addresses [from, to), and the end of the block. */
function putPairs(from: usize, to: usize): void {
  let at = output;
  let word = bits;
  let count = bitCount;
  for (let pair = from; pair < to; pair += 4) {
    const halves = load<u32>(pair);
    const first = load<u32>((halves & 511) << 2, FIRST_CODES);
    const second = load<u32>((halves >>> 7) & 0x7fc, SECOND_CODES);
    word |= (<u64>(first & 0xffffff)) << count;
    count += first >>> 24;
    word |= (<u64>((second & 0xffff) | ((halves >>> 18) << ((second >>> 16) & 15)))) << count;
    count += second >>> 24;
    store<u64>(at, word);
    at += count >>> 3;
    word >>= count & 56;
    count &= 7;
  }
  output = at;
  bits = word;
  bitCount = count;
  const ending = load<u32>(2048, FIRST_CODES);
  put(ending & 0xffffff, ending >>> 24);
}

function fixedLength(symbol: u32): u32 {
  if (symbol < 144) return 8;
  if (symbol < 256) return 9;
  return symbol < 280 ? 7 : 8;
}

function putStored(from: u32, size: u32, last: u32): void {
  put(last, 3);
  if (bitCount > 0) put(0, 8 - bitCount);
  put(size | (~size << 16), 32);
  memory.copy(output, INPUT + from, size);
  output += size;
}

/** Bits of the pairs that are counted as a block with their own codes, which are made ready, and with the fixed ones. */
let ownBits: u32 = 0;
let fixedBits: u32 = 0;

function planBlock(): void {
  const extras = countSymbols();
  buildLengths(SYMBOL_COUNTS, 286, 15, CODE_LENGTHS);
  store<u16>(286, 0, CODE_LENGTHS);
  buildLengths(SECOND_COUNTS, 30, 15, DISTANCE_LENGTHS);
  store<u16>(30, 0, DISTANCE_LENGTHS);
  ownBits = 3 + planHeader() + extras;
  fixedBits = 3 + extras;
  for (let symbol: u32 = 0; symbol < 286; symbol++) {
    const count = load<u32>(symbol << 2, SYMBOL_COUNTS);
    ownBits += count * <u32>load<u8>(symbol, CODE_LENGTHS);
    fixedBits += count * fixedLength(symbol);
  }
  for (let symbol: u32 = 0; symbol < 30; symbol++) {
    const count = load<u32>(symbol << 2, SECOND_COUNTS);
    ownBits += count * <u32>load<u8>(symbol, DISTANCE_LENGTHS);
    fixedBits += count * 5;
  }
}

/** Bits that the pairs which are counted would take as a block for `size` bytes, wherever it begins. */
export function blockBits(size: u32): u32 {
  planBlock();
  return min<u32>(min<u32>(ownBits, fixedBits), 35 + (size << 3));
}

/**
 * The counted pairs, those at the addresses [pairs, pairsEnd) for the window's bytes [from, end), as a block, unless more than
 * `limit` bits would then be written: false.
 */
export function putBlock(pairs: usize, pairsEnd: usize, from: u32, end: u32, last: u32, limit: u32): bool {
  planBlock();
  const size = end - from;
  const stored = 3 + ((0 - (bitCount + 3)) & 7) + 32 + (size << 3);
  const best = min<u32>(min<u32>(ownBits, fixedBits), stored);
  if (bitsWritten() + best > limit) return false;
  if (best === stored) {
    putStored(from, size, last);
    return true;
  }
  if (best === fixedBits) {
    memory.fill(CODE_LENGTHS, 8, 288);
    memory.fill(CODE_LENGTHS + 144, 9, 112);
    memory.fill(CODE_LENGTHS + 256, 7, 24);
    memory.fill(DISTANCE_LENGTHS, 5, 32);
    put(last | 2, 3);
  } else {
    put(last | 4, 3);
    putHeader();
  }
  makeFirstCodes();
  makeLengthCodes();
  makeDistanceCodes();
  putPairs(pairs, pairsEnd);
  return true;
}
