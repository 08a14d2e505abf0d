/** From a 32-bit hash to the terms that have it. A look-up that finds nothing, which is nearly every one, costs one bit. */

const bitsPerTerm = 16;
const slotsPerTerm = 2;

export const hashSeed = 0x811c9dc5 | 0;
const prime = 0x01000193;

/** One step of FNV-1a, over a UTF-16 unit. */
export function hashStep(hash: number, unit: number): number {
  return Math.imul(hash ^ unit, prime);
}

export function hashOf(text: string): number {
  let hash = hashSeed;
  for (let at = 0; at < text.length; at++) hash = hashStep(hash, text.charCodeAt(at));
  return hash;
}

/** The hash of two words one after the other. */
export function pairHash(first: number, second: number): number {
  return Math.imul(first ^ (first >>> 15), 0x2c1b3c6d) ^ Math.imul(second, 0x297a2d39);
}

export class TermTable {
  readonly #hashes: Int32Array;
  /** Per slot the first term plus one; 0 where there is none. */
  readonly #heads: Int32Array;
  /** Per term the next of its slot plus one. */
  readonly #next: Int32Array;
  readonly #mask: number;
  readonly #bits: Int32Array;
  readonly #bitMask: number;

  /** Terms are numbered in the order of their hashes. */
  constructor(hashes: readonly number[]) {
    const slots = powerOfTwo(hashes.length * slotsPerTerm);
    const bits = powerOfTwo(hashes.length * bitsPerTerm);
    this.#hashes = Int32Array.from(hashes);
    this.#heads = new Int32Array(slots);
    this.#next = new Int32Array(hashes.length);
    this.#mask = slots - 1;
    this.#bits = new Int32Array(Math.max(1, bits >>> 5));
    this.#bitMask = Math.max(31, bits - 1);
    for (let term = hashes.length - 1; term >= 0; term--) {
      const mixed = mix(this.#hashes[term]!);
      this.#next[term] = this.#heads[mixed & this.#mask]!;
      this.#heads[mixed & this.#mask] = term + 1;
      this.#bits[(mixed & this.#bitMask) >>> 5]! |= 1 << (mixed & 31);
    }
  }

  /** The first term with a hash, -1 where none has it. */
  first(hash: number): number {
    const mixed = mix(hash);
    if ((this.#bits[(mixed & this.#bitMask) >>> 5]! & (1 << (mixed & 31))) === 0) return -1;
    return this.#skip(this.#heads[mixed & this.#mask]!, hash);
  }

  /** The term after one that has the same hash, -1 behind the last. */
  next(term: number): number {
    return this.#skip(this.#next[term]!, this.#hashes[term]!);
  }

  #skip(link: number, hash: number): number {
    let at = link;
    while (at !== 0 && this.#hashes[at - 1] !== hash) at = this.#next[at - 1]!;
    return at - 1;
  }
}

function mix(hash: number): number {
  const mixed = Math.imul(hash ^ (hash >>> 16), 0x7feb352d);
  return mixed ^ (mixed >>> 15);
}

function powerOfTwo(least: number): number {
  let size = 32;
  while (size < least) size *= 2;
  return size;
}
