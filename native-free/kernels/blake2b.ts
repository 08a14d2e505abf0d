/**
 * BLAKE2b with 64 bytes and without key, into memory of the caller: the WebAssembly kernel of `assembly/digest/`, or its definition
 * in TypeScript. For hashes of chunks, many a second: nothing is allocated for one. Specification: RFC 7693, sections 2 and 3.
 */
import { copyBytes } from "../bytes/copy-bytes.ts";
import { mixtures } from "./blake-mixtures.ts";
import { blake2bBase64 } from "./digest-wasm.ts";
import { kernelExports, type KernelMemory, type KernelNumber } from "./scan-module.ts";

export const BLAKE2B_BYTES = 64;

/** One per thread. */
export interface Blake2b {
  /** Puts the digest of `bytes` into `target`, 64 bytes from `at` on. RangeError where there is no room. */
  digest(bytes: Uint8Array, target: Uint8Array, at: number): void;
}

interface Exports {
  readonly memory: KernelMemory;
  readonly digestAt: KernelNumber;
  readonly inputAt: KernelNumber;
  readonly mostInput: KernelNumber;
  start(): void;
  addAll(): void;
  end(length: number): void;
}

function wasmBlake2b(exports: Exports): Blake2b {
  const memory = new Uint8Array(exports.memory.buffer);
  const [digestAt, input, most] = [exports.digestAt.value, exports.inputAt.value, exports.mostInput.value];
  return {
    digest(bytes, target, at) {
      exports.start();
      let done = 0;
      for (; bytes.length - done > most; done += most) {
        copyBytes(bytes, done, most, memory, input);
        exports.addAll();
      }
      copyBytes(bytes, done, bytes.length - done, memory, input);
      exports.end(bytes.length - done);
      copyBytes(memory, digestAt, BLAKE2B_BYTES, target, at);
    },
  };
}

const BLOCK = 128;
const ROUNDS = 12;

/** IV, 2.6: the words of SHA-512, high half first. */
const initial = Uint32Array.of(
  ...[0x6a09_e667, 0xf3bc_c908, 0xbb67_ae85, 0x84ca_a73b, 0x3c6e_f372, 0xfe94_f82b, 0xa54f_f53a, 0x5f1d_36f1],
  ...[0x510e_527f, 0xade6_82d1, 0x9b05_688c, 0x2b3e_6c1f, 0x1f83_d9ab, 0xfb41_bd6b, 0x5be0_cd19, 0x137e_2179],
);

/** SIGMA, 2.7; round 10 is round 0 again, 11 is 1. */
const schedules = [
  [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
  [14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3],
  [11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4],
  [7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8],
  [9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13],
  [2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9],
  [12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11],
  [13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10],
  [6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5],
  [10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0],
] as const;

const state = new Uint32Array(16);
const work = new Uint32Array(32);
const message = new Uint32Array(32);

/** Adds a word of `from` to word `to` of the work vector. */
function add(to: number, from: Uint32Array, word: number): void {
  const low = work[2 * to + 1]! + from[2 * word + 1]!;
  work[2 * to + 1] = low;
  work[2 * to] = work[2 * to]! + from[2 * word]! + (low > 0xffff_ffff ? 1 : 0);
}

/** XORs word `by` into word `to` and turns it right by `bits`, which are fewer than 64 and not 0. */
function turn(to: number, by: number, bits: number): void {
  const high = work[2 * to]! ^ work[2 * by]!;
  const low = work[2 * to + 1]! ^ work[2 * by + 1]!;
  const [first, second] = bits >= 32 ? [low, high] : [high, low];
  const rest = bits & 31;
  work[2 * to] = rest === 0 ? first : (first >>> rest) | (second << (32 - rest));
  work[2 * to + 1] = rest === 0 ? second : (second >>> rest) | (first << (32 - rest));
}

/** F of 3.2, over a block of at most 128 bytes, the missing ones zero; `hashed` bytes with those. */
function compress(bytes: Uint8Array, at: number, length: number, hashed: number, isLast: boolean): void {
  message.fill(0);
  for (let byte = 0; byte < length; byte++) {
    // Little-endian: the low half of a word comes first.
    const half = (byte >>> 2) ^ 1;
    message[half] = message[half]! | (bytes[at + byte]! << (8 * (byte & 3)));
  }
  work.set(state);
  work.set(initial, 16);
  work[24] = work[24]! ^ Math.floor(hashed / 0x1_0000_0000);
  work[25] = work[25]! ^ hashed;
  if (isLast) for (const half of [28, 29]) work[half] = ~work[half]!;
  for (let round = 0; round < ROUNDS; round++) {
    const order = schedules[round % schedules.length]!;
    for (const [mixture, [a, b, c, d]] of mixtures.entries()) {
      for (const [step, turns] of [[32, 24] as const, [16, 63] as const].entries()) {
        add(a, work, b);
        add(a, message, order[2 * mixture + step]!);
        turn(d, a, turns[0]);
        add(c, work, d);
        turn(b, c, turns[1]);
      }
    }
  }
  for (let half = 0; half < 16; half++) state[half] = state[half]! ^ work[half]! ^ work[16 + half]!;
}

/** The definition. */
export const definedBlake2b: Blake2b = {
  digest(bytes, target, at) {
    if (at < 0 || at + BLAKE2B_BYTES > target.length) throw new RangeError(`no room for a digest at ${at}`);
    state.set(initial);
    // The parameter block: a digest of 64 bytes, no key, one leaf.
    state[1] = state[1]! ^ 0x0101_0040;
    let done = 0;
    for (; bytes.length - done > BLOCK; done += BLOCK) compress(bytes, done, BLOCK, done + BLOCK, false);
    compress(bytes, done, bytes.length - done, bytes.length, true);
    for (let byte = 0; byte < BLAKE2B_BYTES; byte++) {
      target[at + byte] = state[(byte >>> 2) ^ 1]! >>> (8 * (byte & 3));
    }
  },
};

let made: Blake2b | undefined;

/** That of this thread, compiled at its first use. */
export function blake2b(): Blake2b {
  const exports = made ? null : (kernelExports(blake2bBase64) as Exports | null);
  made ??= exports ? wasmBlake2b(exports) : definedBlake2b;
  return made;
}
