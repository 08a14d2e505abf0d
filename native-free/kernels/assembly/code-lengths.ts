/** Frequencies to code lengths and codes. Defined by `../huffman.ts`. */
import { BINS, NEXT_CODES, SORTED, TREE } from "./layout";

function sortBy(shift: u32, from: usize, to: usize, bytes: usize): void {
  memory.fill(BINS, 0, 1024);
  for (let at: usize = 0; at < bytes; at += 4) {
    const bin = ((load<u32>(from + at) >>> shift) & 255) << 2;
    store<u32>(bin, load<u32>(bin, BINS) + 4, BINS);
  }
  let sum: u32 = 0;
  for (let bin: usize = 0; bin < 1024; bin += 4) {
    const size = load<u32>(bin, BINS);
    store<u32>(bin, sum, BINS);
    sum += size;
  }
  for (let at: usize = 0; at < bytes; at += 4) {
    const key = load<u32>(from + at);
    const bin = ((key >>> shift) & 255) << 2;
    const place = load<u32>(bin, BINS);
    store<u32>(bin, place + 4, BINS);
    store<u32>(to + place, key);
  }
}

/** The symbols that occur as frequency << 9 | symbol in SORTED, rarest first; their number. */
function sortSymbols(counts: usize, symbols: u32): u32 {
  let used: u32 = 0;
  let most: u32 = 0;
  for (let symbol: u32 = 0; symbol < symbols; symbol++) {
    const count = load<u32>(counts + (symbol << 2));
    store<u32>(used << 2, (count << 9) | symbol, TREE);
    used += <u32>(count !== 0);
    most = max<u32>(most, count);
  }
  sortBy(9, TREE, SORTED, used << 2);
  if (most > 255) {
    memory.copy(TREE, SORTED, used << 2);
    sortBy(17, TREE, SORTED, used << 2);
  }
  return used;
}

/** Frequencies in TREE, ascending, become depths of inner nodes (Moffat and Katajainen, in place). */
function growTree(leaves: u32): void {
  const end: usize = TREE + (leaves << 2);
  let root: usize = TREE;
  let leaf: usize = TREE + 8;
  store<u32>(TREE, load<u32>(TREE) + load<u32>(TREE + 4));
  for (let node: usize = TREE + 4; node < end - 4; node += 4) {
    let sum: u32 = 0;
    for (let child = 0; child < 2; child++) {
      if (leaf >= end || (root < node && load<u32>(root) < load<u32>(leaf))) {
        sum += load<u32>(root);
        store<u32>(root, <u32>node);
        root += 4;
      } else {
        sum += load<u32>(leaf);
        leaf += 4;
      }
    }
    store<u32>(node, sum);
  }
  store<u32>(end - 8, 0);
  for (let node: usize = end - 12; node >= TREE; node -= 4) store<u32>(node, load<u32>(load<u32>(node)) + 1);
}

/** How many codes there are of each length up to `limit`, in NEXT_CODES. */
function countLengths(leaves: u32, limit: u32): void {
  memory.fill(NEXT_CODES, 0, 64);
  let open: u32 = 1;
  let depth: u32 = 0;
  let node: usize = TREE + (leaves << 2) - 8;
  while (open > 0) {
    let inner: u32 = 0;
    for (; node >= TREE && load<u32>(node) === depth; node -= 4) inner++;
    const bin = min<u32>(depth, limit) << 2;
    store<u32>(bin, load<u32>(bin, NEXT_CODES) + open - inner, NEXT_CODES);
    open = inner << 1;
    depth++;
  }
  if (depth - 1 <= limit) return;
  let total: u32 = 0;
  for (let length: u32 = 1; length <= limit; length++) {
    total += load<u32>(length << 2, NEXT_CODES) << (limit - length);
  }
  for (; total > (<u32>1) << limit; total--) {
    let length = limit - 1;
    while (load<u32>(length << 2, NEXT_CODES) === 0) length--;
    store<u32>(limit << 2, load<u32>(limit << 2, NEXT_CODES) - 1, NEXT_CODES);
    store<u32>(length << 2, load<u32>(length << 2, NEXT_CODES) - 1, NEXT_CODES);
    const longer = (length + 1) << 2;
    store<u32>(longer, load<u32>(longer, NEXT_CODES) + 2, NEXT_CODES);
  }
}

/** From u32[symbols] at `counts`, fewer than 2^16 in sum, the code lengths up to `limit` to u8[symbols] at `lengths`. */
export function buildLengths(counts: usize, symbols: u32, limit: u32, lengths: usize): void {
  memory.fill(lengths, 0, symbols);
  const used = sortSymbols(counts, symbols);
  if (used < 2) {
    // Two codes of one bit, so that the code is complete.
    const only: u32 = used === 0 ? 0 : load<u32>(SORTED) & 511;
    store<u8>(lengths + only, 1);
    store<u8>(lengths + (only === 0 ? 1 : 0), 1);
    return;
  }
  for (let at: usize = 0; at < used << 2; at += 4) store<u32>(at, load<u32>(at, SORTED) >>> 9, TREE);
  growTree(used);
  countLengths(used, limit);
  let at: usize = SORTED;
  for (let length = limit; length > 0; length--) {
    for (let left = load<u32>(length << 2, NEXT_CODES); left > 0; left--) {
      store<u8>(lengths + (load<u32>(at) & 511), length);
      at += 4;
    }
  }
}

/** Before the codes of u8[symbols] at `lengths` are taken one after the other (RFC 1951, section 3.2.2). */
export function startCodes(lengths: usize, symbols: u32): void {
  memory.fill(NEXT_CODES, 0, 64);
  for (let symbol: u32 = 0; symbol < symbols; symbol++) {
    const bin = (<usize>load<u8>(lengths + symbol)) << 2;
    store<u32>(bin, load<u32>(bin, NEXT_CODES) + 1, NEXT_CODES);
  }
  store<u32>(0, 0, NEXT_CODES);
  let code: u32 = 0;
  let shorter: u32 = 0;
  for (let bin: usize = 4; bin < 64; bin += 4) {
    code = (code + shorter) << 1;
    shorter = load<u32>(bin, NEXT_CODES);
    store<u32>(bin, code, NEXT_CODES);
  }
}

/** The code of the next symbol, which has this length, first bit lowest; 0 of length 0. */
export function nextCode(length: u32): u32 {
  const code = load<u32>(length << 2, NEXT_CODES);
  store<u32>(length << 2, code + 1, NEXT_CODES);
  let bits = ((code & 0x5555) << 1) | ((code >>> 1) & 0x5555);
  bits = ((bits & 0x3333) << 2) | ((bits >>> 2) & 0x3333);
  bits = ((bits & 0x0f0f) << 4) | ((bits >>> 4) & 0x0f0f);
  return (((bits & 0xff) << 8) | (bits >>> 8)) >>> (16 - length);
}
