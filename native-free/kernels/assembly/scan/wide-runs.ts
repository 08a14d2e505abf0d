/** Where UTF-16 text begins. Defined by `anchorIn` of `../../wide-runs.ts`. */

const INPUT: usize = 0x1000;
const MOST_INPUT: u32 = 0x10000;

export const inputAt: u32 = <u32>INPUT;
export const mostInput: u32 = MOST_INPUT;

// @inline
function zeros(at: usize): u64 {
  const nothing = i8x16.splat(0);
  return (
    (<u64>(<u32>i8x16.bitmask(i8x16.eq(v128.load(at), nothing)))) |
    ((<u64>(<u32>i8x16.bitmask(i8x16.eq(v128.load(at, 16), nothing)))) << 16) |
    ((<u64>(<u32>i8x16.bitmask(i8x16.eq(v128.load(at, 32), nothing)))) << 32) |
    ((<u64>(<u32>i8x16.bitmask(i8x16.eq(v128.load(at, 48), nothing)))) << 48)
  );
}

/** Bits of bytes from 0x20 to 0x7e, and of tab, line feed and carriage return. */
// @inline
function printableOf(bytes: v128): u64 {
  const plain = i8x16.gt_s(bytes, i8x16.splat(0x1f));
  const isDelete = i8x16.eq(bytes, i8x16.splat(0x7f));
  const line = v128.or(i8x16.eq(bytes, i8x16.splat(0x0a)), i8x16.eq(bytes, i8x16.splat(0x0d)));
  const space = v128.or(line, i8x16.eq(bytes, i8x16.splat(0x09)));
  return <u64>(<u32>i8x16.bitmask(v128.or(v128.andnot(plain, isDelete), space)));
}

// @inline
function printables(at: usize): u64 {
  return (
    printableOf(v128.load(at)) |
    (printableOf(v128.load(at, 16)) << 16) |
    (printableOf(v128.load(at, 32)) << 32) |
    (printableOf(v128.load(at, 48)) << 48)
  );
}

/** A bit where `count` (1 to 4) set bits stand, each two from the next. */
// @inline
function rows(bits: u64, count: u32): u64 {
  if (count >= 2) bits &= bits >>> 2;
  if (count === 3) bits &= bits >>> 2;
  if (count >= 4) bits &= bits >>> 4;
  return bits;
}

/**
 * The first place in [from, length) of the input where `count` (1 to 4) narrow characters of either order stand, wholly before
 * `length`; `length` where none do. Up to 64 bytes behind `length` are overwritten.
 */
export function anchor(from: u32, length: u32, count: u32): u32 {
  // 0x01 is neither zero nor printable.
  memory.fill(INPUT + length, 1, 64);
  const end = INPUT + length;
  for (let at = INPUT + from; at < end; at += 56) {
    const blanks = zeros(at);
    // Half of the bytes of such a row are zero, none is next to another.
    if (rows(blanks, count) === 0) continue;
    const letters = printables(at);
    const little = rows(letters & (blanks >>> 1), count);
    const big = rows(blanks & (letters >>> 1), count);
    // A row at one of the last eight places is not seen whole here.
    const both = little | big;
    if (both !== 0) return <u32>(at - INPUT) + <u32>ctz(both);
  }
  return length;
}
