/** 200,000 different words of one language, the frequent ones first and short, and chance to draw them with. */
import { Buffer } from "node:buffer";
import type { LanguageModel } from "./languages.ts";

export const wordsPerLanguage = 200_000;
/** Ranks of one syllable, and of two. */
const shortest = 150;
const short = 20_000;
/** One of so many of the rarer words has a syllable more. */
const oneInLonger = 8;
/** Larger than any number of words with so many syllables has factors: ranks spread over all of them. */
const stride = 1_299_709;

/** Bytes that no word is longer than. */
const longestWord = 64;

export class Vocabulary {
  /** UTF-8 of all words, one after the other. */
  readonly bytes: Uint8Array;
  /** Where the word of a rank begins; one more at the end. */
  readonly starts: Uint32Array;

  constructor({ heads, vowels, ends }: LanguageModel) {
    const parts = [heads, vowels, ends].map((list) => list.map((part) => Buffer.from(part))) as PartBytes;
    const bytes = Buffer.alloc(wordsPerLanguage * longestWord);
    this.starts = new Uint32Array(wordsPerLanguage + 1);
    let length = 0;
    for (let rank = 0; rank < wordsPerLanguage; rank++) {
      this.starts[rank] = length;
      length = putWord(parts, rank, bytes, length);
    }
    this.starts[wordsPerLanguage] = length;
    this.bytes = new Uint8Array(bytes.subarray(0, length));
  }

  word(rank: number): string {
    return Buffer.from(this.bytes.subarray(this.starts[rank], this.starts[rank + 1])).toString();
  }
}

type PartBytes = [heads: Buffer[], vowels: Buffer[], ends: Buffer[]];

/**
 * The rank says how many syllables, and which word of all that have so many: no two ranks give one word. Returns where the
 * word ends.
 */
function putWord([heads, vowels, ends]: PartBytes, rank: number, into: Buffer, at: number): number {
  const syllables = rank < shortest ? 1 : (rank < short ? 2 : 3) + (rank % oneInLonger === 5 ? 1 : 0);
  const count = (heads.length * vowels.length) ** syllables * ends.length;
  let number = ((rank + 1) * stride) % count;
  const end = ends[number % ends.length] as Buffer;
  number = Math.floor(number / ends.length);
  let length = at;
  for (let part = 0; part < syllables; part++) {
    length = put(heads[number % heads.length] as Buffer, into, length);
    number = Math.floor(number / heads.length);
    length = put(vowels[number % vowels.length] as Buffer, into, length);
    number = Math.floor(number / vowels.length);
  }
  return put(end, into, length);
}

/** A few bytes, for which a call of `copy` takes longer. Returns where they end. */
function put(part: Buffer, into: Buffer, at: number): number {
  for (let index = 0; index < part.length; index++) into[at + index] = part[index] as number;
  return at + part.length;
}

/** Numbers from a seed (xorshift, 32 bits); the same everywhere. */
export class Dice {
  #state: number;

  constructor(...seeds: readonly number[]) {
    let state = 0x9e3779b9;
    for (const seed of seeds) state = mixed(state ^ seed);
    this.#state = state === 0 ? 1 : state;
  }

  /** Unsigned, never 0. */
  bits(): number {
    let state = this.#state;
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    this.#state = state;
    return state >>> 0;
  }

  /** In [0, 1). */
  next(): number {
    return (this.bits() - 1) / 4294967296;
  }

  below(count: number): number {
    return Math.floor(this.next() * count);
  }

  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)] as T;
  }

  /** Log-normal with that mean. */
  lognormal(mean: number, sigma: number): number {
    const normal = Math.sqrt(-2 * Math.log(1 - this.next())) * Math.cos(2 * Math.PI * this.next());
    return mean * Math.exp(sigma * normal - (sigma * sigma) / 2);
  }

  /** A rank in [0, count) by the law of Zipf and Mandelbrot, from its integral. */
  zipf(count: number): number {
    const least = (1 + count / shift) ** (1 - exponent);
    const rank = Math.floor(shift * ((1 - this.next() * (1 - least)) ** (1 / (1 - exponent)) - 1));
    return rank < count ? rank : count - 1;
  }
}

/**
 * The frequency of a word is 1 / (rank + shift) ^ exponent. With these the first 135 of 200,000 words make half of a text, as in the
 * Brown corpus of English.
 */
const shift = 2.7;
const exponent = 1.1;

/** Spreads the bits of a number over all 32 (the finaliser of MurmurHash3). */
function mixed(number: number): number {
  let bits = Math.imul(number ^ (number >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}
