/**
 * LZX as WIM and WOF have it: windows of 32 KiB, each packed for itself. Blocks, codes and offsets are those of [MS-PATCH] 2; other
 * than there the stream begins with a block, a block says with one bit that it has 32 KiB, and calls (E8) are translated always, for a
 * file of 12,000,000 bytes.
 */
import { copyMatch, PrefixCode, WordBits } from "./prefix-code.ts";

const BYTES = 256;
/** 30 position slots of 8 lengths each. */
const MAIN_SYMBOLS = BYTES + 30 * 8;
const LENGTH_SYMBOLS = 249;
const ALIGNED_SYMBOLS = 8;
const PRE_SYMBOLS = 20;
const WHOLE_BLOCK = 32768;
const VERBATIM = 1;
const ALIGNED = 2;
const STORED = 3;
const CALL = 0xe8;
const CALL_FILE_BYTES = 12_000_000;
/** Calls are not looked for in the last bytes of a window. */
const CALL_TAIL = 10;

const mainCode = new PrefixCode(MAIN_SYMBOLS, 11);
const lengthCode = new PrefixCode(LENGTH_SYMBOLS, 10);
const alignedCode = new PrefixCode(ALIGNED_SYMBOLS, 7);
const preCode = new PrefixCode(PRE_SYMBOLS, 7);
const mainLengths = new Uint8Array(MAIN_SYMBOLS);
const lengthLengths = new Uint8Array(LENGTH_SYMBOLS);
const alignedLengths = new Uint8Array(ALIGNED_SYMBOLS);
const preLengths = new Uint8Array(PRE_SYMBOLS);
const bits = new WordBits();
/** The last three distances. */
const recent = new Int32Array(3);

/** Bits behind the symbol of each position slot, and the first distance of the slot before the two that repeats take are cut. */
const slotBits = Uint8Array.from({ length: 30 }, (_, slot) => (slot < 4 ? 0 : (slot >>> 1) - 1));
const slotBases = new Int32Array(30);
for (let slot = 1; slot < 30; slot++) slotBases[slot] = slotBases[slot - 1]! + (1 << slotBits[slot - 1]!);

/** Unpacks into `target`, a whole window, and returns how many bytes came out before what cannot be unpacked. */
export function unpackLzx(packed: Uint8Array, target: Uint8Array): number {
  bits.over(packed, 0);
  recent.fill(1);
  mainLengths.fill(0);
  lengthLengths.fill(0);
  let at = 0;
  let good = true;
  while (good && at < target.length) {
    const type = bits.take(3);
    const length = bits.take(1) === 1 ? WHOLE_BLOCK : bits.take(16);
    const end = at + length;
    if (bits.spent || length === 0 || end > target.length) break;
    if (type === STORED) at = copyBlock(packed, target, at, end);
    else if ((type === VERBATIM || type === ALIGNED) && readCodes(type)) at = unpackBlock(target, at, end, type);
    else break;
    good = at === end;
  }
  return translateCalls(target, at);
}

function copyBlock(packed: Uint8Array, target: Uint8Array, at: number, end: number): number {
  const from = bits.afterWord;
  const begin = from + 12;
  if (begin > packed.length) return at;
  const view = new DataView(packed.buffer, packed.byteOffset + from, 12);
  for (let index = 0; index < 3; index++) recent[index] = view.getInt32(4 * index, true);
  const length = Math.min(end - at, packed.length - begin);
  target.set(packed.subarray(begin, begin + length), at);
  bits.over(packed, begin + length + (length & 1));
  return at + length;
}

function readCodes(type: number): boolean {
  if (type === ALIGNED) {
    for (let symbol = 0; symbol < ALIGNED_SYMBOLS; symbol++) alignedLengths[symbol] = bits.take(3);
    if (!alignedCode.build(alignedLengths)) return false;
  }
  return (
    readLengths(mainLengths, 0, BYTES) &&
    readLengths(mainLengths, BYTES, MAIN_SYMBOLS) &&
    mainCode.build(mainLengths) &&
    readLengths(lengthLengths, 0, LENGTH_SYMBOLS) &&
    lengthCode.build(lengthLengths) &&
    !bits.spent
  );
}

/** Code lengths are told as what they differ in from those of the block before, under a code of their own. */
function readLengths(of: Uint8Array, from: number, end: number): boolean {
  for (let symbol = 0; symbol < PRE_SYMBOLS; symbol++) preLengths[symbol] = bits.take(4);
  if (!preCode.build(preLengths)) return false;
  for (let at = from; at < end;) {
    const symbol = preSymbol();
    if (symbol < 0 || bits.spent) return false;
    if (symbol < 17) {
      of[at] = (of[at]! + 17 - symbol) % 17;
      at++;
      continue;
    }
    const run = symbol === 17 ? 4 + bits.take(4) : symbol === 18 ? 20 + bits.take(5) : 4 + bits.take(1);
    const difference = symbol === 19 ? preSymbol() : -1;
    if (symbol === 19 && (difference < 0 || difference > 16)) return false;
    const value = symbol === 19 ? (of[at]! + 17 - difference) % 17 : 0;
    if (at + run > end) return false;
    of.fill(value, at, at + run);
    at += run;
  }
  return true;
}

function preSymbol(): number {
  const entry = preCode.look(bits.next);
  if (entry === 0) return -1;
  bits.drop(entry & 31);
  return entry >>> 5;
}

function unpackBlock(target: Uint8Array, begin: number, end: number, type: number): number {
  let at = begin;
  while (at < end) {
    const entry = mainCode.look(bits.next);
    if (entry === 0) return at;
    bits.drop(entry & 31);
    if (bits.spent) return at;
    const symbol = entry >>> 5;
    if (symbol < BYTES) {
      target[at++] = symbol;
      continue;
    }
    let length = (symbol & 7) + 2;
    if (length === 9) {
      const more = lengthCode.look(bits.next);
      if (more === 0) return at;
      bits.drop(more & 31);
      length += more >>> 5;
    }
    const distance = distanceOf((symbol - BYTES) >>> 3, type === ALIGNED);
    if (bits.spent || !copyMatch(target, at, distance, length, end)) return at;
    at += length;
  }
  return at;
}

/** Zero where it cannot be read. */
function distanceOf(slot: number, aligned: boolean): number {
  if (slot < 3) {
    const distance = recent[slot]!;
    recent[slot] = recent[0]!;
    recent[0] = distance;
    return distance;
  }
  const extra = slotBits[slot]!;
  let distance = slotBases[slot]! - 2;
  if (aligned && extra >= 3) {
    distance += bits.take(extra - 3) << 3;
    const entry = alignedCode.look(bits.next);
    if (entry === 0) return 0;
    bits.drop(entry & 31);
    distance += entry >>> 5;
  } else {
    distance += bits.take(extra);
  }
  recent[2] = recent[1]!;
  recent[1] = recent[0]!;
  recent[0] = distance;
  return distance;
}

/** Makes absolute targets of calls relative again in the first `good` bytes; returns how many of them are good then. */
function translateCalls(target: Uint8Array, good: number): number {
  const end = target.length - CALL_TAIL;
  if (end <= 0) return good;
  const view = new DataView(target.buffer, target.byteOffset, target.length);
  for (let at = target.indexOf(CALL); at >= 0 && at < Math.min(end, good); at = target.indexOf(CALL, at + 5)) {
    if (at + 5 > good) return at + 1;
    const absolute = view.getInt32(at + 1, true);
    if (absolute >= CALL_FILE_BYTES || absolute < -at) continue;
    view.setInt32(at + 1, absolute >= 0 ? absolute - at : absolute + CALL_FILE_BYTES, true);
  }
  return good;
}
