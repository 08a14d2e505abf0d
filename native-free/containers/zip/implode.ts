/** Imploding, ZIP method 6 (APPNOTE 6.3.10, 5.3): a sliding dictionary of 4 or 8 KiB, Shannon-Fano trees. */
import type { ByteSource } from "../../bytes/byte-source.ts";
import { ByteFeed, endingOf, type Unpacked, UnpackStop } from "../../unpack/byte-feed.ts";
import { LowBits } from "./low-bits.ts";
import { ZeroedWindow } from "./zeroed-window.ts";

const LARGE_DICTIONARY = 2;
const LITERAL_TREE = 4;
const LONG_LENGTH = 63;

/** `flags` are the entry's. Decodes up to the declared size. */
export function explode(source: ByteSource, at: number, length: number, size: number, flags: number): Unpacked {
  const feed = new ByteFeed(source, at, at + length);
  const window = new ZeroedWindow(8192);
  return endingOf(feed, decode(feed, window, size, flags), () => window.take());
}

/** Nodes by two: where a 0 leads and where a 1; below 0 the complement of a symbol, 0 for nowhere. */
type Tree = Int32Array;

/** Lengths of codes in runs, then codes: the longest first, from 0 upwards (5.3.6 to 5.3.8). */
function readTree(feed: ByteFeed, symbols: number): Tree {
  const lengths: number[] = [];
  for (let count = feed.byte() + 1; count > 0; count--) {
    const run = feed.byte();
    for (let times = (run >>> 4) + 1; times > 0; times--) lengths.push((run & 15) + 1);
  }
  if (lengths.length !== symbols) throw new UnpackStop("code-lengths");
  const order = [...lengths.keys()].sort((a, b) => lengths[a]! - lengths[b]! || a - b);
  const tree = new Int32Array(2 * 16 * (symbols + 1));
  const state = { nodes: 1 };
  let [code, step, last] = [0, 0, 0];
  for (const symbol of order.reverse()) {
    code += step;
    const length = lengths[symbol]!;
    if (length !== last) step = 1 << (16 - length);
    last = length;
    if (code > 0xffff) throw new UnpackStop("code-lengths");
    insert(tree, state, code, length, symbol);
  }
  return tree;
}

function insert(tree: Tree, state: { nodes: number }, code: number, length: number, symbol: number): void {
  let node = 0;
  for (let bit = 0; bit < length; bit++) {
    const branch = node * 2 + ((code >>> (15 - bit)) & 1);
    if (bit === length - 1) {
      if (tree[branch] !== 0) throw new UnpackStop("code-lengths");
      tree[branch] = ~symbol;
      return;
    }
    if (tree[branch]! < 0) throw new UnpackStop("code-lengths");
    if (tree[branch] === 0) tree[branch] = state.nodes++;
    node = tree[branch]!;
  }
}

function symbolOf(bits: LowBits, tree: Tree): number {
  let node = 0;
  for (;;) {
    const next = tree[node * 2 + bits.bits(1)]!;
    if (next < 0) return ~next;
    if (next === 0) throw new UnpackStop("symbol");
    node = next;
  }
}

function* decode(feed: ByteFeed, window: ZeroedWindow, size: number, flags: number): Generator<Uint8Array> {
  const literals = (flags & LITERAL_TREE) === 0 ? null : readTree(feed, 256);
  const lengths = readTree(feed, 64);
  const distances = readTree(feed, 64);
  const bits = new LowBits(feed);
  const lowBits = (flags & LARGE_DICTIONARY) === 0 ? 6 : 7;
  const shortest = literals ? 3 : 2;
  while (window.total < size) {
    if (bits.bits(1) === 1) window.put(literals ? symbolOf(bits, literals) : bits.bits(8));
    else {
      const low = bits.bits(lowBits);
      const distance = ((symbolOf(bits, distances) << lowBits) | low) + 1;
      let length = symbolOf(bits, lengths);
      if (length === LONG_LENGTH) length += bits.bits(8);
      window.copy(distance, Math.min(length + shortest, size - window.total));
    }
    if (window.isFull) yield window.take();
  }
  yield window.take();
}
