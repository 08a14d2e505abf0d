/**
 * BLAKE3 with 32 bytes, without key, defined by `../../blake3.ts`. Specification: "BLAKE3: one function, fast everywhere", section 2.
 *
 * The sixteen words of the state are four registers of four: the four mixtures of a column or diagonal step go side by side.
 */

/** Of each round, where its words of the message begin in the block. */
const SCHEDULE: usize = memory.data<u8>([
  0, 4, 8, 12, 16, 20, 24, 28, 32, 36, 40, 44, 48, 52, 56, 60, 8, 24, 12, 40, 28, 0, 16, 52, 4, 44, 48, 20, 36, 56, 60,
  32, 12, 16, 40, 48, 52, 8, 28, 56, 24, 20, 36, 0, 44, 60, 32, 4, 40, 28, 48, 36, 56, 12, 52, 60, 16, 0, 44, 8, 20, 32,
  4, 24, 48, 52, 36, 44, 60, 40, 56, 32, 28, 8, 20, 12, 0, 4, 24, 16, 36, 56, 44, 20, 32, 48, 60, 4, 52, 12, 0, 40, 8,
  24, 16, 28, 44, 60, 20, 0, 4, 36, 32, 24, 56, 40, 8, 48, 12, 16, 28, 52,
]);
const SCHEDULE_BYTES: usize = 112;

/** Chaining values of whole subtrees, the largest first, and behind them those of the open chunk and of what a parent is made. */
const STACK: usize = 0x800;
const CHUNK: usize = 0xf00;
const VALUE_BYTES: usize = 32;
/** What is left of the input until a block is full. */
const REST: usize = 0xf40;
const INPUT: usize = 0x1000;
const MOST_INPUT: u32 = 0x8000;
const BLOCK: u32 = 64;
const CHUNK_BLOCKS: u32 = 16;

const CHUNK_START: u32 = 1;
const CHUNK_END: u32 = 2;
const PARENT: u32 = 4;
const ROOT: u32 = 8;

export const digestAt: u32 = <u32>CHUNK;
export const inputAt: u32 = <u32>INPUT;
export const mostInput: u32 = MOST_INPUT;

let chunks: u64 = 0;
/** Blocks of the open chunk that are done, and bytes of the rest. */
let blocks: u32 = 0;
let rest: u32 = 0;
let stackEnd: usize = STACK;

// @inline
function words(block: usize, s: usize): v128 {
  const first = v128.load32_zero(block + <usize>load<u8>(s));
  const second = v128.load_lane<u32>(block + <usize>load<u8>(s, 2), first, 1);
  const third = v128.load_lane<u32>(block + <usize>load<u8>(s, 4), second, 2);
  return v128.load_lane<u32>(block + <usize>load<u8>(s, 6), third, 3);
}

// @inline
function right16(x: v128): v128 {
  return v128.shuffle<u16>(x, x, 1, 0, 3, 2, 5, 4, 7, 6);
}

// @inline
function right8(x: v128): v128 {
  return v128.shuffle<u8>(x, x, 1, 2, 3, 0, 5, 6, 7, 4, 9, 10, 11, 8, 13, 14, 15, 12);
}

// @inline
function right12(x: v128): v128 {
  return v128.or(i32x4.shr_u(x, 12), i32x4.shl(x, 20));
}

// @inline
function right7(x: v128): v128 {
  return v128.or(i32x4.shr_u(x, 7), i32x4.shl(x, 25));
}

/** The chaining value at `value` goes on by a block. */
function compress(value: usize, block: usize, counter: u64, length: u32, flags: u32): void {
  let a = v128.load(value);
  let b = v128.load(value, 16);
  let c = i32x4(0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a);
  let d = i64x2.replace_lane(i64x2.splat(counter), 1, (<u64>length) | ((<u64>flags) << 32));
  for (let s: usize = SCHEDULE; s < SCHEDULE + SCHEDULE_BYTES; s += 16) {
    a = i32x4.add(i32x4.add(a, b), words(block, s));
    d = right16(v128.xor(d, a));
    c = i32x4.add(c, d);
    b = right12(v128.xor(b, c));
    a = i32x4.add(i32x4.add(a, b), words(block, s + 1));
    d = right8(v128.xor(d, a));
    c = i32x4.add(c, d);
    b = right7(v128.xor(b, c));
    // Rows are turned so that diagonals stand one above the other.
    b = v128.shuffle<u32>(b, b, 1, 2, 3, 0);
    c = v128.shuffle<u32>(c, c, 2, 3, 0, 1);
    d = v128.shuffle<u32>(d, d, 3, 0, 1, 2);
    a = i32x4.add(i32x4.add(a, b), words(block, s + 8));
    d = right16(v128.xor(d, a));
    c = i32x4.add(c, d);
    b = right12(v128.xor(b, c));
    a = i32x4.add(i32x4.add(a, b), words(block, s + 9));
    d = right8(v128.xor(d, a));
    c = i32x4.add(c, d);
    b = right7(v128.xor(b, c));
    b = v128.shuffle<u32>(b, b, 3, 0, 1, 2);
    c = v128.shuffle<u32>(c, c, 2, 3, 0, 1);
    d = v128.shuffle<u32>(d, d, 1, 2, 3, 0);
  }
  v128.store(value, v128.xor(a, c));
  v128.store(value, v128.xor(b, d), 16);
}

function setInitial(value: usize): void {
  v128.store(value, i32x4(0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a));
  v128.store(value, i32x4(0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19), 16);
}

/** The subtree on top of the stack and the chunk, which stand behind each other, become one: that is the chunk now. */
function merge(flags: u32): void {
  stackEnd -= VALUE_BYTES;
  v128.store(stackEnd, v128.load(CHUNK), VALUE_BYTES);
  v128.store(stackEnd, v128.load(CHUNK, 16), VALUE_BYTES + 16);
  setInitial(CHUNK);
  compress(CHUNK, stackEnd, 0, BLOCK, PARENT | flags);
}

/** A block of the open chunk behind which there is more. */
function addBlock(block: usize): void {
  const starts: u32 = blocks === 0 ? CHUNK_START : 0;
  if (blocks + 1 < CHUNK_BLOCKS) {
    compress(CHUNK, block, chunks, BLOCK, starts);
    blocks++;
    return;
  }
  compress(CHUNK, block, chunks, BLOCK, starts | CHUNK_END);
  chunks++;
  for (let whole = chunks; (whole & 1) === 0; whole >>= 1) merge(0);
  v128.store(stackEnd, v128.load(CHUNK));
  v128.store(stackEnd, v128.load(CHUNK, 16), 16);
  stackEnd += VALUE_BYTES;
  setInitial(CHUNK);
  blocks = 0;
}

/** Begins a hash. */
export function start(): void {
  chunks = 0;
  blocks = 0;
  rest = 0;
  stackEnd = STACK;
  setInitial(CHUNK);
}

/** Takes the first `length` bytes of the input. */
export function add(length: u32): void {
  let at: usize = INPUT;
  const end = INPUT + length;
  if (rest > 0 && length > 0) {
    const taken = min<u32>(BLOCK - rest, length);
    memory.copy(REST + rest, at, taken);
    rest += taken;
    at += taken;
    if (at === end) return;
    addBlock(REST);
    rest = 0;
  }
  for (; at + BLOCK < end; at += BLOCK) addBlock(at);
  if (at === end) return;
  rest = <u32>(end - at);
  memory.copy(REST, at, rest);
}

/** Ends the hash: its digest stands. */
export function end(): void {
  memory.fill(REST + rest, 0, BLOCK - rest);
  const starts: u32 = blocks === 0 ? CHUNK_START : 0;
  compress(CHUNK, REST, chunks, rest, starts | CHUNK_END | (stackEnd === STACK ? ROOT : 0));
  while (stackEnd > STACK) merge(stackEnd === STACK + VALUE_BYTES ? ROOT : 0);
}
