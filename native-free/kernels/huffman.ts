/** Huffman codes of deflate (RFC 1951, sections 3.2.1 and 3.2.2): frequencies to code lengths, code lengths to codes. */

const LONGEST_CODE = 15;

/** Symbols that occur, rarest first, of equal ones the lower first. */
function sortedSymbols(counts: Uint32Array, symbols: number): number[] {
  return Array.from({ length: symbols }, (_, symbol) => symbol)
    .filter((symbol) => counts[symbol]! > 0)
    .sort((a, b) => counts[a]! - counts[b]! || a - b);
}

/** Frequencies, ascending, become depths of inner nodes (Moffat and Katajainen, in place). */
function growTree(tree: number[]): void {
  let [root, leaf] = [0, 2];
  tree[0]! += tree[1]!;
  for (let node = 1; node < tree.length - 1; node++) {
    let sum = 0;
    for (let child = 0; child < 2; child++) {
      if (leaf >= tree.length || (root < node && tree[root]! < tree[leaf]!)) {
        sum += tree[root]!;
        tree[root++] = node;
      } else {
        sum += tree[leaf++]!;
      }
    }
    tree[node] = sum;
  }
  tree[tree.length - 2] = 0;
  for (let node = tree.length - 3; node >= 0; node--) tree[node] = tree[tree[node]!]! + 1;
}

/** How many codes there are of each length; deeper leaves come up to `limit`, and others go down until the code fits. */
function countLengths(tree: readonly number[], limit: number): number[] {
  const found = new Array<number>(LONGEST_CODE + 1).fill(0);
  let node = tree.length - 2;
  let depth = 0;
  for (let open = 1; open > 0; depth++) {
    let inner = 0;
    for (; node >= 0 && tree[node] === depth; node--) inner++;
    found[Math.min(depth, limit)]! += open - inner;
    open = 2 * inner;
  }
  let total = 0;
  for (let length = 1; length <= limit; length++) total += found[length]! * 2 ** (limit - length);
  for (; total > 2 ** limit; total--) {
    let length = limit - 1;
    while (found[length] === 0) length--;
    found[limit]!--;
    found[length]!--;
    found[length + 1]! += 2;
  }
  return found;
}

/**
 * Lengths of the codes of `symbols` symbols that occur as often as `counts` says, at most `limit` bits each; 0 for those that
 * do not occur. Where fewer than two occur, two get one bit, so that the code is complete.
 */
export function codeLengths(counts: Uint32Array, symbols: number, limit: number): Uint8Array {
  const lengths = new Uint8Array(symbols);
  const sorted = sortedSymbols(counts, symbols);
  if (sorted.length < 2) {
    const only = sorted[0] ?? 0;
    lengths[only] = 1;
    lengths[only === 0 ? 1 : 0] = 1;
    return lengths;
  }
  const tree = sorted.map((symbol) => counts[symbol]!);
  growTree(tree);
  const found = countLengths(tree, limit);
  let at = 0;
  for (let length = limit; length > 0; length--) {
    for (let left = found[length]!; left > 0; left--) lengths[sorted[at++]!] = length;
  }
  return lengths;
}

function reversed(code: number, length: number): number {
  let bits = 0;
  for (let at = 0; at < length; at++) bits |= ((code >>> at) & 1) << (length - 1 - at);
  return bits;
}

/** The code of each symbol, its first bit lowest. */
export function codesOf(lengths: Uint8Array): Uint16Array {
  const found = new Array<number>(LONGEST_CODE + 1).fill(0);
  for (const length of lengths) if (length > 0) found[length]!++;
  const next = new Array<number>(LONGEST_CODE + 1).fill(0);
  for (let length = 1; length <= LONGEST_CODE; length++) {
    next[length] = (next[length - 1]! + found[length - 1]!) << 1;
  }
  return Uint16Array.from(lengths, (length) => (length === 0 ? 0 : reversed(next[length]!++, length)));
}
