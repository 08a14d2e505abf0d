/** How often each byte value comes. Defined by `../../histogram.ts`. */

/** Four tables of u32[256], so that equal bytes in a row do not wait for one another; the first is the result. */
const COUNTS: usize = 0x1000;
const INPUT: usize = 0x10000;
const MOST_INPUT: u32 = 0x10000;

export const countsAt: u32 = <u32>COUNTS;
export const inputAt: u32 = <u32>INPUT;
export const mostInput: u32 = MOST_INPUT;

export function clear(): void {
  memory.fill(COUNTS, 0, 4096);
}

// @inline
function inFirst(value: u32): void {
  store<u32>(value << 2, load<u32>(value << 2, COUNTS) + 1, COUNTS);
}

// @inline
function inSecond(value: u32): void {
  store<u32>(value << 2, load<u32>(value << 2, COUNTS + 1024) + 1, COUNTS + 1024);
}

// @inline
function inThird(value: u32): void {
  store<u32>(value << 2, load<u32>(value << 2, COUNTS + 2048) + 1, COUNTS + 2048);
}

// @inline
function inFourth(value: u32): void {
  store<u32>(value << 2, load<u32>(value << 2, COUNTS + 3072) + 1, COUNTS + 3072);
}

/** Counts the first `length` bytes of the input on top of what was counted since `clear`. */
export function add(length: u32): void {
  let at: usize = INPUT;
  const end = INPUT + length;
  while (at + 16 <= end) {
    const low = load<u64>(at);
    const high = load<u64>(at, 8);
    if (low === high && low === rotl<u64>(low, 8)) {
      // Sixteen times the same: blank media consist of it.
      const value = ((<u32>low) & 0xff) << 2;
      store<u32>(value, load<u32>(value, COUNTS) + 16, COUNTS);
      at += 16;
      continue;
    }
    const a = <u32>low;
    const b = <u32>(low >>> 32);
    const c = <u32>high;
    const d = <u32>(high >>> 32);
    inFirst(a & 0xff);
    inSecond(b & 0xff);
    inThird(c & 0xff);
    inFourth(d & 0xff);
    inFirst((a >>> 8) & 0xff);
    inSecond((b >>> 8) & 0xff);
    inThird((c >>> 8) & 0xff);
    inFourth((d >>> 8) & 0xff);
    inFirst((a >>> 16) & 0xff);
    inSecond((b >>> 16) & 0xff);
    inThird((c >>> 16) & 0xff);
    inFourth((d >>> 16) & 0xff);
    inFirst(a >>> 24);
    inSecond(b >>> 24);
    inThird(c >>> 24);
    inFourth(d >>> 24);
    at += 16;
  }
  for (; at < end; at++) inFirst(<u32>load<u8>(at));
}

/** Puts the four tables together, into the first. */
export function sum(): void {
  for (let at: usize = 0; at < 1024; at += 16) {
    const low = i32x4.add(v128.load(at, COUNTS), v128.load(at, COUNTS + 1024));
    const high = i32x4.add(v128.load(at, COUNTS + 2048), v128.load(at, COUNTS + 3072));
    v128.store(at, i32x4.add(low, high), COUNTS);
  }
}
