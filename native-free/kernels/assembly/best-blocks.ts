/** Where the blocks of the level "best" end. Defined by `../deflate-best.ts`. */
import { blockBits, putBlock } from "./block";
import { COUNTS_BYTES, FIRST_COUNTS, PAIRS, TREE_COUNTS } from "./layout";
import { countPairs, endOfPairs } from "./matches";

const LEAST_PAIRS: u32 = 1024;
/** Of the nodes 1 (all pairs), 2 and 3 (its halves), 4 to 7 (its quarters): bytes that they stand for, and their bits; u32[8]. */
const TREE_SIZES: usize = TREE_COUNTS + 8 * COUNTS_BYTES;
const TREE_BITS: usize = TREE_SIZES + 32;

/** The counts of a node become those that `blockBits` and `putBlock` take. */
function takeCounts(node: usize): void {
  memory.copy(FIRST_COUNTS, TREE_COUNTS + node * COUNTS_BYTES, COUNTS_BYTES);
}

function keepCounts(node: usize, size: u32): void {
  memory.copy(TREE_COUNTS + node * COUNTS_BYTES, FIRST_COUNTS, COUNTS_BYTES);
  store<u32>(node << 2, size, TREE_SIZES);
  store<u32>(node << 2, blockBits(size), TREE_BITS);
}

/** A node is what its two halves are. */
function addHalves(node: usize): void {
  const low = TREE_COUNTS + 2 * node * COUNTS_BYTES;
  for (let at: usize = 0; at < COUNTS_BYTES; at += 16) {
    v128.store(at, i32x4.add(v128.load(low + at), v128.load(low + at, COUNTS_BYTES)), FIRST_COUNTS);
  }
  keepCounts(node, load<u32>(node << 3, TREE_SIZES) + load<u32>(node << 3, TREE_SIZES + 4));
}

/** Whether two halves take fewer bits than the whole; what they take then counts for the whole. */
function isCut(node: usize): bool {
  const both = load<u32>(node << 3, TREE_BITS) + load<u32>(node << 3, TREE_BITS + 4);
  if (both >= load<u32>(node << 2, TREE_BITS)) return false;
  store<u32>(node << 2, both, TREE_BITS);
  return true;
}

let start: u32 = 0;
let end: u32 = 0;
let last: u32 = 0;
let limit: u32 = 0;

/** The pairs of a node, at the addresses [from, to), as a block. */
function putNode(node: usize, from: usize, to: usize): bool {
  takeCounts(node);
  const begun = start;
  start += load<u32>(node << 2, TREE_SIZES);
  return putBlock(from, to, begun, start, start === end ? last : 0, limit);
}

function putHalf(node: usize, cut: bool, from: usize, middle: usize, to: usize): bool {
  if (!cut) return putNode(node, from, to);
  return putNode(2 * node, from, middle) && putNode(2 * node + 1, middle, to);
}

/** The pairs of the window's bytes [from, to) as blocks, unless more than `most` bits would then be written: false. */
export function putBestBlocks(from: u32, to: u32, isLast: u32, most: u32): bool {
  start = from;
  end = to;
  last = isLast;
  limit = most;
  const stop = endOfPairs();
  const count = (<u32>(stop - PAIRS)) >>> 2;
  if (count < LEAST_PAIRS) return putBlock(PAIRS, stop, from, from + countPairs(PAIRS, stop), last, limit);
  const half = count >>> 1;
  const middle = PAIRS + (half << 2);
  const first = PAIRS + ((half >>> 1) << 2);
  const third = PAIRS + (((half + count) >>> 1) << 2);
  keepCounts(4, countPairs(PAIRS, first));
  keepCounts(5, countPairs(first, middle));
  keepCounts(6, countPairs(middle, third));
  keepCounts(7, countPairs(third, stop));
  addHalves(2);
  addHalves(3);
  addHalves(1);
  const isLeftCut = isCut(2);
  const isRightCut = isCut(3);
  if (!isCut(1)) return putNode(1, PAIRS, stop);
  return putHalf(2, isLeftCut, PAIRS, first, middle) && putHalf(3, isRightCut, middle, third, stop);
}
