/**
 * Merkle tree over SHA-256 in the shape of RFC 9162 section 2.1: leaf = SHA-256(0x00 ‖ data), node = SHA-256(0x01 ‖ left
 * ‖ right), the left subtree of n leaves being the largest power of two below n; the tree of no leaves is SHA-256 of
 * nothing. One damaged leaf fails alone, and one leaf is proved with log2(n) hashes.
 */
import { createHash } from "node:crypto";

const leafBytes = 32;
const leafPrefix = Uint8Array.of(0x00);
const nodePrefix = Uint8Array.of(0x01);

/** 32 bytes. */
export function leafHash(data: Uint8Array): Uint8Array {
  return createHash("sha256").update(leafPrefix).update(data).digest();
}

/** 32 bytes. */
export function nodeHash(left: Uint8Array, right: Uint8Array): Uint8Array {
  return createHash("sha256").update(nodePrefix).update(left).update(right).digest();
}

/**
 * The tree of a stream whose length is not known yet: holds the roots of the complete subtrees only, at most one per
 * bit of the leaf count. `frontier` can be stored and continued later.
 */
export class MerkleFrontier {
  #count: number;
  readonly #roots: Uint8Array[];

  /** `roots` from the largest (left) to the smallest subtree, one per set bit of `count`. Throws when they do not match. */
  constructor(count = 0, roots: readonly Uint8Array[] = []) {
    if (!Number.isSafeInteger(count) || count < 0 || bitCount(count) !== roots.length) {
      throw new RangeError("frontier does not fit its leaf count");
    }
    if (roots.some((root) => root.length !== 32)) throw new RangeError("a frontier hash is not 32 bytes");
    this.#count = count;
    this.#roots = [...roots];
  }

  /** Leaves so far. */
  get count(): number {
    return this.#count;
  }

  /** The roots of the complete subtrees, largest first. */
  get frontier(): readonly Uint8Array[] {
    return this.#roots;
  }

  /** Adds the leaf whose data is `data`. */
  addLeaf(data: Uint8Array): void {
    this.addLeafHash(leafHash(data));
  }

  /** Adds a leaf by its hash (32 bytes). */
  addLeafHash(hash: Uint8Array): void {
    let root = hash;
    for (let rest = this.#count; rest % 2 === 1; rest = Math.floor(rest / 2)) {
      root = nodeHash(this.#roots.pop() as Uint8Array, root);
    }
    this.#roots.push(root);
    this.#count++;
  }

  /** The root of the tree over the leaves so far; leaves may be added afterwards. */
  root(): Uint8Array {
    if (this.#roots.length === 0) return createHash("sha256").digest();
    return this.#roots.reduceRight((right, left) => nodeHash(left, right));
  }
}

function bitCount(value: number): number {
  let bits = 0;
  for (let rest = value; rest > 0; rest = Math.floor(rest / 2)) bits += rest % 2;
  return bits;
}

/** The root over leaf hashes. */
export function merkleRoot(leafHashes: Iterable<Uint8Array>): Uint8Array {
  const tree = new MerkleFrontier();
  for (const hash of leafHashes) tree.addLeafHash(hash);
  return tree.root();
}

/** Hashes from the leaf's sibling up to below the root (RFC 9162 section 2.1.3.1). Throws RangeError on a bad index. */
export function inclusionProof(leafHashes: readonly Uint8Array[], index: number): Uint8Array[] {
  if (!Number.isInteger(index) || index < 0 || index >= leafHashes.length) throw new RangeError("no such leaf");
  const proof: Uint8Array[] = [];
  let start = 0;
  let end = leafHashes.length;
  while (end - start > 1) {
    const middle = start + largestPowerBelow(end - start);
    if (index < middle) {
      proof.push(merkleRoot(leafHashes.slice(middle, end)));
      end = middle;
    } else {
      proof.push(merkleRoot(leafHashes.slice(start, middle)));
      start = middle;
    }
  }
  return proof.reverse();
}

function largestPowerBelow(count: number): number {
  let power = 1;
  while (power * 2 < count) power *= 2;
  return power;
}

/** Whether the leaf stands at `index` of the tree of `count` leaves with this root (RFC 9162 section 2.1.3.2). */
export function checkInclusion(
  leaf: Uint8Array,
  index: number,
  count: number,
  proof: readonly Uint8Array[],
  root: Uint8Array,
): boolean {
  if (!Number.isSafeInteger(index) || !Number.isSafeInteger(count) || index < 0 || index >= count) return false;
  let position = index;
  let last = count - 1;
  let hash = leaf;
  for (const sibling of proof) {
    if (last === 0) return false;
    if (position % 2 === 1 || position === last) {
      hash = nodeHash(sibling, hash);
      while (position % 2 === 0 && position !== 0) {
        position = Math.floor(position / 2);
        last = Math.floor(last / 2);
      }
    } else {
      hash = nodeHash(hash, sibling);
    }
    position = Math.floor(position / 2);
    last = Math.floor(last / 2);
  }
  return last === 0 && equalBytes(hash, root);
}

/**
 * The hashes that lead from the leaves `from` to `to` (exclusive) to the root: of one leaf the audit path of RFC 9162
 * section 2.1.3.1, of several in a row its generalisation, in which a subtree that holds leaves of both sides of its middle
 * gives the hashes of its left part, then of its right part. `leaves` holds 32 bytes a leaf. At most 2·log2(n) hashes,
 * whatever the number of leaves proved. Throws RangeError on bad bounds.
 */
export function rangeProof(leaves: Uint8Array, from: number, to: number): Uint8Array[] {
  const count = leaves.length / leafBytes;
  if (!isRange(from, to, count)) throw new RangeError("no such leaves");
  const path: Uint8Array[] = [];
  const subtree = (start: number, end: number) => {
    const tree = new MerkleFrontier();
    for (let at = start; at < end; at++) tree.addLeafHash(leaves.subarray(at * leafBytes, (at + 1) * leafBytes));
    return tree.root();
  };
  const walk = (start: number, end: number): void => {
    if (from <= start && end <= to) return;
    const middle = start + largestPowerBelow(end - start);
    if (from < middle) walk(start, middle);
    if (to > middle) walk(middle, end);
    if (to <= middle) path.push(subtree(middle, end));
    if (from >= middle) path.push(subtree(start, middle));
  };
  walk(0, count);
  return path;
}

/**
 * The root of a tree of `count` leaves that the leaf hashes from number `from` on and a path as `rangeProof` makes it give;
 * null where path and leaves do not fit such a tree.
 */
export function rangeRoot(
  leafHashes: readonly Uint8Array[],
  from: number,
  count: number,
  path: readonly Uint8Array[],
): Uint8Array | null {
  const to = from + leafHashes.length;
  if (!isRange(from, to, count)) return null;
  let used = 0;
  let isShort = false;
  const sibling = (): Uint8Array => {
    isShort ||= used >= path.length;
    return path[used++] ?? leafPrefix;
  };
  const walk = (start: number, end: number): Uint8Array => {
    if (from <= start && end <= to) return merkleRoot(leafHashes.slice(start - from, end - from));
    const middle = start + largestPowerBelow(end - start);
    const left = from < middle ? walk(start, middle) : null;
    const right = to > middle ? walk(middle, end) : sibling();
    return nodeHash(left ?? sibling(), right);
  };
  const root = walk(0, count);
  return isShort || used !== path.length ? null : root;
}

function isRange(from: number, to: number, count: number): boolean {
  const whole = [from, to, count].every((value) => Number.isSafeInteger(value));
  return whole && from >= 0 && from < to && to <= count;
}

/** Cuts a stream into blocks of `blockSize` bytes (the last one shorter) and keeps one leaf hash per block. */
export class BlockTree {
  readonly blockSize: number;
  readonly #tree = new MerkleFrontier();
  /** Packed: an object per block would cost several times the hash. */
  #leaves = new Uint8Array(leafBytes * 1024);
  #count = 0;
  #block = createHash("sha256").update(leafPrefix);
  #filled = 0;

  constructor(blockSize = 1024 * 1024) {
    if (!Number.isSafeInteger(blockSize) || blockSize < 1) throw new RangeError("a block holds at least one byte");
    this.blockSize = blockSize;
  }

  /** Blocks that are complete. */
  get count(): number {
    return this.#count;
  }

  /** Leaf hashes from block `first` to the last complete one, 32 bytes each, in a fresh array. */
  leavesFrom(first: number): Uint8Array {
    return this.#leaves.slice(first * leafBytes, this.#count * leafBytes);
  }

  /** Takes the next bytes of the stream; the array is not kept. */
  update(bytes: Uint8Array): void {
    let at = 0;
    while (at < bytes.length) {
      const count = Math.min(bytes.length - at, this.blockSize - this.#filled);
      this.#block.update(count === bytes.length ? bytes : bytes.subarray(at, at + count));
      this.#filled += count;
      at += count;
      if (this.#filled === this.blockSize) this.#close();
    }
  }

  #close(): void {
    const leaf = this.#block.digest();
    if ((this.#count + 1) * leafBytes > this.#leaves.length) {
      const larger = new Uint8Array(2 * this.#leaves.length);
      larger.set(this.#leaves);
      this.#leaves = larger;
    }
    this.#leaves.set(leaf, this.#count * leafBytes);
    this.#count += 1;
    this.#tree.addLeafHash(leaf);
    this.#block = createHash("sha256").update(leafPrefix);
    this.#filled = 0;
  }

  /** Ends the stream. Leaf hashes in order, 32 bytes each, and their root. */
  finish(): { leaves: Uint8Array; root: Uint8Array } {
    if (this.#filled > 0) this.#close();
    return { leaves: this.leavesFrom(0), root: this.#tree.root() };
  }
}

/**
 * What a manifest says of its line file: SHA-256 of all bytes, number of lines, root over the lines. A leaf is the bytes
 * of one line without its line feed. Memory does not grow with the number of lines.
 */
export class LineTree {
  readonly #tree = new MerkleFrontier();
  readonly #whole = createHash("sha256");

  /** Takes one line, without its line feed; the array is not kept. */
  add(line: Uint8Array): void {
    this.#tree.addLeaf(line);
    this.#whole.update(line).update("\n");
  }

  /** Ends the file. Hashes in hex. */
  finish(): { sha256: string; lines: number; root: string } {
    return { sha256: this.#whole.digest("hex"), lines: this.#tree.count, root: hexOf(this.#tree.root()) };
  }
}

/** Lower-case hex. */
export function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("hex");
}

function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}
