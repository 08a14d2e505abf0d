/** What the module exports. Defined by `../deflate.ts`, `../noise.ts` and `../adler32.ts`. */
import { finishOutput, putBlock, startOutput } from "./block";
import { INPUT, MOST_INPUT, OUTPUT, SEGMENT, SLACK } from "./layout";
import { findPairs, forgetPlaces, prepareLengths, slidePlaces } from "./matches";

export { adler32 } from "./adler32";
export { noise } from "./noise";

/** Where the input is put and the output is found, and how long the input may be. */
export const inputAt: u32 = <u32>INPUT;
export const outputAt: u32 = <u32>OUTPUT;
export const mostInput: u32 = MOST_INPUT;

prepareLengths();

/** The first `length` bytes of the input as a deflate stream; its bytes, or 0 where they would be more than `limit`. */
export function deflate(length: u32, limit: u32): u32 {
  memory.fill(INPUT + length, 0, SLACK);
  forgetPlaces();
  startOutput();
  let start: u32 = 0;
  do {
    const size = min<u32>(SEGMENT, length - start);
    let from = start;
    if (start > SEGMENT) {
      // The window holds the segment before and this one.
      memory.copy(INPUT, INPUT + SEGMENT, SEGMENT);
      memory.copy(INPUT + SEGMENT, INPUT + start, size);
      slidePlaces();
      from = SEGMENT;
    }
    findPairs(from, from + size);
    const last = <u32>(start + size === length);
    if (!putBlock(from, from + size, last, limit << 3)) return 0;
    start += size;
  } while (start < length);
  return finishOutput();
}
