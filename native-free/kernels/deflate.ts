/**
 * Deflate (RFC 1951) of chunks that stand alone, at two levels. What the WebAssembly kernel in `assembly/` writes is defined by
 * this file and those that it imports, byte for byte; they are used themselves where WebAssembly with SIMD is missing.
 *
 * The input is cut into segments of 32 KiB. "Fast" makes a block of each and finds matches as described here, "best" as
 * `deflate-best.ts` does.
 *
 * _Table._ By a hash of four bytes, the last two places where it came, 16 bits each; an empty bucket means place 0 twice,
 * which does no harm, since candidates are compared anyway.
 *
 * _Search._ Two neighbouring places are looked up together. The longest of the four candidates wins, judged by their first
 * 16 bytes; of equal ones the earlier place, then the nearer candidate. Of the places that a match covers, the first two and
 * the last two enter the table. Where no match was found for 64 places, only every other two are looked up and entered.
 */
import { findBestPairs, forgetChains, putBestBlocks, slideChains } from "./deflate-best.ts";
import { finishOutput, putBlock, startOutput } from "./deflate-block.ts";
import {
  addMatch,
  addPair,
  bytes,
  FARTHEST,
  NOTHING,
  pairCount,
  sameBytes,
  SECOND_LITERAL,
  SEGMENT,
  SLACK,
  startPairs,
} from "./deflate-pairs.ts";

const TABLE_BITS = 13;
const JUDGED = 16;
const CALM = 64;

const table = new Uint32Array(1 << TABLE_BITS);

function slotAt(place: number): number {
  const word = bytes[place]! | (bytes[place + 1]! << 8) | (bytes[place + 2]! << 16) | (bytes[place + 3]! << 24);
  return Math.imul(word, 0x9e37_79b1) >>> (32 - TABLE_BITS);
}

/** Enters a place; the bucket as it was. */
function swapIn(place: number): number {
  const slot = slotAt(place);
  const bucket = table[slot]!;
  table[slot] = (bucket << 16) | place;
  return bucket;
}

interface Match {
  readonly length: number;
  readonly candidate: number;
}

function longer(place: number, bucket: number): Match {
  const [near, far] = [bucket & 0xffff, bucket >>> 16];
  const nearLength = sameBytes(place, near, JUDGED);
  const farLength = sameBytes(place, far, JUDGED);
  return farLength > nearLength ? { length: farLength, candidate: far } : { length: nearLength, candidate: near };
}

/** Of the bytes [from, end) makes pairs. */
function findPairs(from: number, end: number): void {
  startPairs();
  let place = from;
  let calm = from + CALM;
  if (place === 0 && end > 0) addPair(bytes[place++]!, NOTHING);
  while (place + 1 < end) {
    const match0 = longer(place, swapIn(place));
    const match1 = longer(place + 1, swapIn(place + 1));
    const later = match1.length > match0.length;
    const { length: judged, candidate } = later ? match1 : match0;
    if (judged < 4) {
      const count = place + 2 >= calm && place + 4 <= end ? 4 : 2;
      for (const after = place + count; place < after; place += 2)
        addPair(bytes[place]!, SECOND_LITERAL + bytes[place + 1]!);
      continue;
    }
    const start = later ? place + 1 : place;
    const length = Math.min(judged < JUDGED ? judged : sameBytes(start, candidate, end - start), end - start);
    const back = start - candidate - 1;
    if (length < 3 || back >= FARTHEST) {
      addPair(bytes[place]!, SECOND_LITERAL + bytes[place + 1]!);
      place += 2;
      continue;
    }
    if (later) addPair(bytes[place]!, NOTHING);
    addMatch(length, back);
    place = start + length;
    calm = place + CALM;
    swapIn(place - 2);
    swapIn(place - 1);
  }
  if (place < end) addPair(bytes[place]!, NOTHING);
}

/** Moves all places down with the window; those that fall out become place 0. */
function slidePlaces(): void {
  for (let slot = 0; slot < table.length; slot++) {
    const bucket = table[slot]!;
    table[slot] = Math.max((bucket & 0xffff) - SEGMENT, 0) | (Math.max((bucket >>> 16) - SEGMENT, 0) << 16);
  }
}

/** Fast, or best. */
export type DeflateLevel = 1 | 9;

/** One segment as blocks, unless more than `limit` bits would then be written. */
function putSegment(from: number, end: number, last: number, limit: number, level: DeflateLevel): boolean {
  if (level === 1) {
    findPairs(from, end);
    return putBlock({ from: 0, to: pairCount(), start: from, end }, last, limit);
  }
  findBestPairs(from, end);
  return putBestBlocks(from, end, last, limit);
}

/**
 * `raw`, at most `MOST_INPUT` bytes, as a deflate stream, or null where that would be more than `limit` bytes. Borrowed:
 * valid until the next call.
 */
export function deflate(raw: Uint8Array, limit: number, level: DeflateLevel): Uint8Array | null {
  bytes.set(raw);
  bytes.fill(0, raw.length, raw.length + SLACK);
  if (level === 1) table.fill(0);
  else forgetChains();
  startOutput();
  let start = 0;
  do {
    const size = Math.min(SEGMENT, raw.length - start);
    let from = start;
    if (start > SEGMENT) {
      bytes.copyWithin(0, SEGMENT, 2 * SEGMENT);
      bytes.copyWithin(SEGMENT, start, start + size);
      if (level === 1) slidePlaces();
      else slideChains();
      from = SEGMENT;
    }
    const last = start + size === raw.length ? 1 : 0;
    if (!putSegment(from, from + size, last, 8 * limit, level)) return null;
    start += size;
  } while (start < raw.length);
  return finishOutput();
}
