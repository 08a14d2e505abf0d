/** How often each byte value comes in a block, and what that says about it. */
import { copyBytes } from "../bytes/copy-bytes.ts";
import { kernelExports, type KernelMemory, type KernelNumber } from "./scan-module.ts";
import { histogramBase64 } from "./scan-wasm.ts";

/** Counts bytes; one per thread. */
export interface Histogram {
  /**
   * Counts the bytes [from, to) into `counts`, 256 numbers, which it sets anew. At most 2^32 − 1 bytes.
   */
  count(bytes: Uint8Array, from: number, to: number, counts: Uint32Array): void;
}

interface Exports {
  readonly memory: KernelMemory;
  readonly countsAt: KernelNumber;
  readonly inputAt: KernelNumber;
  readonly mostInput: KernelNumber;
  clear(): void;
  add(length: number): void;
  sum(): void;
}

/** The definition. */
export const definedHistogram: Histogram = {
  count(bytes, from, to, counts) {
    counts.fill(0);
    for (let at = from; at < to; at++) counts[bytes[at]!]!++;
  },
};

function wasmHistogram(exports: Exports): Histogram {
  const memory = new Uint8Array(exports.memory.buffer);
  const sums = new Uint32Array(exports.memory.buffer, exports.countsAt.value, 256);
  const [input, most] = [exports.inputAt.value, exports.mostInput.value];
  return {
    count(bytes, from, to, counts) {
      exports.clear();
      for (let at = from; at < to; at += most) {
        const length = Math.min(most, to - at);
        copyBytes(bytes, at, length, memory, input);
        exports.add(length);
      }
      exports.sum();
      counts.set(sums);
    },
  };
}

let made: Histogram | undefined;

/** The counter of this thread, compiled at its first use. */
export function histogram(): Histogram {
  const exports = made ? null : (kernelExports(histogramBase64) as Exports | null);
  made ??= exports ? wasmHistogram(exports) : definedHistogram;
  return made;
}

/**
 * Shannon's entropy of a block by its histogram, in bits a byte: 0 where all bytes are equal (or there are none), 8 where all values come
 * equally often.
 */
export function entropyOf(counts: Uint32Array): number {
  let total = 0;
  for (let value = 0; value < 256; value++) total += counts[value]!;
  let sum = 0;
  for (let value = 0; value < 256; value++) {
    const count = counts[value]!;
    if (count > 0) sum += count * Math.log2(total / count);
  }
  return total === 0 ? 0 : sum / total;
}
