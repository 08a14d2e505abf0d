/**
 * The root over the lines of a manifest: RFC 9162 section 2.1.1 with SHA-256; a leaf is 0x00 and the bytes of a line without
 * its line feed, a node is 0x01 and its two children. Holds one hash per bit of the number of lines.
 */
import { sha256 } from "./sha256.ts";

const leafMark = Uint8Array.of(0x00);
const nodeMark = Uint8Array.of(0x01);

export class LineRoot {
  #count = 0;
  readonly #roots: Uint8Array[] = [];

  get count(): number {
    return this.#count;
  }

  /** Takes one line, without its line feed; the array is not kept. Returns the hash of its leaf. */
  add(line: Uint8Array): Uint8Array {
    const leaf = sha256(leafMark, line);
    this.addLeaf(leaf);
    return leaf;
  }

  /** Takes a leaf by its hash (32 bytes). */
  addLeaf(leaf: Uint8Array): void {
    let root = leaf;
    // A carry into a set bit joins two complete subtrees of the same size.
    for (let rest = this.#count; rest % 2 === 1; rest = Math.floor(rest / 2)) {
      root = sha256(nodeMark, this.#roots.pop() as Uint8Array, root);
    }
    this.#roots.push(root);
    this.#count++;
  }

  /** 32 bytes; SHA-256 of nothing for no lines. */
  root(): Uint8Array {
    if (this.#roots.length === 0) return sha256();
    return this.#roots.reduceRight((right, left) => sha256(nodeMark, left, right));
  }
}
