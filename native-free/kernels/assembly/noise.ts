/** Whether deflate is worth a try. Defined by `../noise.ts`, which says why it decides as it does. */
import { BINS, INPUT, SEEN } from "./layout";

const SAMPLE: u32 = 4096;
const STRIPES: u32 = 16;
const STRIPE: u32 = SAMPLE / STRIPES;
const MOST_COLLISIONS: u32 = 74600;
const FIRST_STRIPES: u32 = 4;
const CLEARLY_MORE: u32 = 8000;

/** Adds stripes to the counts; the sum of the squares of how often each byte value has come. */
function collisions(length: u32, from: u32, to: u32): u32 {
  const step = length / STRIPES;
  for (let stripe = from; stripe < to; stripe++) {
    const end = stripe * step + STRIPE;
    for (let at = stripe * step; at < end; at++) {
      const bin = (<usize>load<u8>(at, INPUT)) << 2;
      store<u32>(bin, load<u32>(bin, BINS) + 1, BINS);
    }
  }
  let sum: u32 = 0;
  for (let bin: usize = 0; bin < 1024; bin += 4) sum += load<u32>(bin, BINS) * load<u32>(bin, BINS);
  return sum;
}

/** 1 where the first `length` bytes of the input, at least 8192, look like noise. */
export function noise(length: u32): u32 {
  memory.fill(BINS, 0, 1024);
  if (collisions(length, 0, FIRST_STRIPES) > CLEARLY_MORE) return 0;
  if (collisions(length, FIRST_STRIPES, STRIPES) > MOST_COLLISIONS) return 0;
  memory.fill(SEEN, 0, 16384);
  const allowed = length >>> 13;
  let matches: u32 = 0;
  const last = length - 19;
  for (let at: u32 = 0; at < last; at += 16) {
    let places = i8x16.bitmask(i8x16.eq(v128.and(v128.load(at, INPUT), i8x16.splat(15)), i8x16.splat(0)));
    while (places !== 0) {
      const word = load<u32>(at + <u32>ctz(places), INPUT);
      const slot = ((word * 0x9e3779b1) >>> 18) & 0x3ffc;
      matches += <u32>(load<u32>(slot, SEEN) === word);
      store<u32>(slot, word, SEEN);
      places &= places - 1;
    }
    if (matches > allowed) return 0;
  }
  return 1;
}
