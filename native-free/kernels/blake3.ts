/**
 * BLAKE3 with 32 bytes, without key, of a stream: the WebAssembly kernel of `assembly/digest/`, or its definition in TypeScript.
 * Nothing is allocated for the bytes of the stream. Specification: "BLAKE3: one function, fast everywhere", section 2.
 */
import { copyBytes } from "../bytes/copy-bytes.ts";
import { mixtures } from "./blake-mixtures.ts";
import { blake3Base64 } from "./digest-wasm.ts";
import { kernelExports, type KernelMemory, type KernelNumber } from "./scan-module.ts";

const DIGEST_BYTES = 32;

/** Of one stream. */
export interface Blake3 {
  /** Takes the next bytes before it returns. */
  update(bytes: Uint8Array): void;
  /** Ends the stream: its 32 bytes. */
  digest(): Uint8Array;
}

interface Exports {
  readonly memory: KernelMemory;
  readonly digestAt: KernelNumber;
  readonly inputAt: KernelNumber;
  readonly mostInput: KernelNumber;
  start(): void;
  add(length: number): void;
  end(): void;
}

function wasmBlake3(exports: Exports): Blake3 {
  const memory = new Uint8Array(exports.memory.buffer);
  const [digestAt, input, most] = [exports.digestAt.value, exports.inputAt.value, exports.mostInput.value];
  exports.start();
  return {
    update(bytes) {
      for (let at = 0; at < bytes.length; at += most) {
        const length = Math.min(most, bytes.length - at);
        copyBytes(bytes, at, length, memory, input);
        exports.add(length);
      }
    },
    digest() {
      exports.end();
      return memory.slice(digestAt, digestAt + DIGEST_BYTES);
    },
  };
}

const BLOCK = 64;
const CHUNK_BLOCKS = 16;
const ROUNDS = 7;
const CHUNK_START = 1;
const CHUNK_END = 2;
const PARENT = 4;
const ROOT = 8;

const initial = Uint32Array.of(
  ...[0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19],
);
/** Of the words of the message between two rounds, table 2. */
const permutation = [2, 6, 3, 10, 7, 0, 4, 13, 1, 11, 12, 5, 9, 14, 15, 8] as const;

const work = new Uint32Array(16);

const turned = (word: number, bits: number): number => (word >>> bits) | (word << (32 - bits));

function mix([a, b, c, d]: (typeof mixtures)[number], first: number, second: number): void {
  work[a] = work[a]! + work[b]! + first;
  work[d] = turned(work[d]! ^ work[a], 16);
  work[c] = work[c]! + work[d];
  work[b] = turned(work[b]! ^ work[c], 12);
  work[a] = work[a] + work[b] + second;
  work[d] = turned(work[d] ^ work[a], 8);
  work[c] = work[c] + work[d];
  work[b] = turned(work[b] ^ work[c], 7);
}

/** The chaining value that follows on `value` by a block of 16 words, 2.2. */
function compressed(
  value: Uint32Array,
  block: Uint32Array,
  counter: number,
  length: number,
  flags: number,
): Uint32Array {
  work.set(value);
  work.set(initial.subarray(0, 4), 8);
  work.set([counter, Math.floor(counter / 0x1_0000_0000), length, flags], 12);
  let message = block;
  for (let round = 0; round < ROUNDS; round++) {
    for (const [place, words] of mixtures.entries()) mix(words, message[2 * place]!, message[2 * place + 1]!);
    message = Uint32Array.from(permutation, (from) => message[from]!);
  }
  return Uint32Array.from({ length: 8 }, (_, word) => work[word]! ^ work[word + 8]!);
}

/** The definition. */
export class DefinedBlake3 implements Blake3 {
  /** Of whole subtrees, the largest first. */
  readonly #stack: Uint32Array[] = [];
  readonly #block = new Uint8Array(BLOCK);
  #length = 0;
  #value: Uint32Array = initial;
  #blocks = 0;
  #chunks = 0;

  update(bytes: Uint8Array): void {
    for (const byte of bytes) {
      if (this.#length === BLOCK) this.#addBlock();
      this.#block[this.#length++] = byte;
    }
  }

  /** The block, behind which there is more. */
  #addBlock(): void {
    const isEnd = this.#blocks === CHUNK_BLOCKS - 1;
    this.#compress(isEnd ? CHUNK_END : 0);
    this.#length = 0;
    if (!isEnd) {
      this.#blocks++;
      return;
    }
    this.#chunks++;
    for (let whole = this.#chunks; whole % 2 === 0; whole /= 2) this.#merge(0);
    this.#stack.push(this.#value);
    this.#value = initial;
    this.#blocks = 0;
  }

  #compress(flags: number): void {
    const words = new Uint32Array(BLOCK / 4);
    for (let at = 0; at < this.#length; at++) words[at >>> 2] = words[at >>> 2]! | (this.#block[at]! << (8 * (at & 3)));
    const starts = this.#blocks === 0 ? CHUNK_START : 0;
    this.#value = compressed(this.#value, words, this.#chunks, this.#length, starts | flags);
  }

  /** The subtree on top of the stack and the value become one, 2.3. */
  #merge(flags: number): void {
    const block = Uint32Array.of(...this.#stack.pop()!, ...this.#value);
    this.#value = compressed(initial, block, 0, BLOCK, PARENT | flags);
  }

  digest(): Uint8Array {
    this.#compress(CHUNK_END | (this.#stack.length === 0 ? ROOT : 0));
    while (this.#stack.length > 0) this.#merge(this.#stack.length === 1 ? ROOT : 0);
    return Uint8Array.from({ length: DIGEST_BYTES }, (_, at) => this.#value[at >>> 2]! >>> (8 * (at & 3)));
  }
}

/** Begins a hash. */
export function newBlake3(): Blake3 {
  const exports = kernelExports(blake3Base64) as Exports | null;
  return exports ? wasmBlake3(exports) : new DefinedBlake3();
}
