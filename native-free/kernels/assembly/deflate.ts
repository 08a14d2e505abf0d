/** What the deflate module exports. Defined by `../deflate.ts`, `../noise.ts` and `../adler32.ts`. */
import { putBestBlocks } from "./best-blocks";
import { findBestPairs, forgetChains, slideChains } from "./best-matches";
import { finishOutput, putBlock, startOutput } from "./block";
import { INPUT, MOST_INPUT, OUTPUT, PAIRS, SEGMENT, SLACK } from "./layout";
import { endOfPairs, findPairs, forgetPlaces, prepareLengths, slidePlaces } from "./matches";

export { adler32 } from "./adler32";
export { noise } from "./noise";

/** Where the input is put and the output is found, and how long the input may be. */
export const inputAt: u32 = <u32>INPUT;
export const outputAt: u32 = <u32>OUTPUT;
export const mostInput: u32 = MOST_INPUT;

prepareLengths();

/** One segment as blocks, unless more than `limit` bits would then be written: false. */
function putSegment(from: u32, end: u32, last: u32, limit: u32, best: bool): bool {
  if (best) {
    findBestPairs(from, end);
    return putBestBlocks(from, end, last, limit);
  }
  findPairs(from, end);
  return putBlock(PAIRS, endOfPairs(), from, end, last, limit);
}

/**
 * The first `length` bytes of the input as a deflate stream of the level "fast" or "best"; its bytes, or 0 where they would be
 * more than `limit`.
 */
export function deflate(length: u32, limit: u32, best: bool): u32 {
  memory.fill(INPUT + length, 0, SLACK);
  if (best) forgetChains();
  else forgetPlaces();
  startOutput();
  let start: u32 = 0;
  do {
    const size = min<u32>(SEGMENT, length - start);
    let from = start;
    if (start > SEGMENT) {
      // The window holds the segment before and this one.
      memory.copy(INPUT, INPUT + SEGMENT, SEGMENT);
      memory.copy(INPUT + SEGMENT, INPUT + start, size);
      if (best) slideChains();
      else slidePlaces();
      from = SEGMENT;
    }
    const last = <u32>(start + size === length);
    if (!putSegment(from, from + size, last, limit << 3, best)) return 0;
    start += size;
  } while (start < length);
  return finishOutput();
}
