/** Deflate of chunks: the WebAssembly kernel, or its definition in TypeScript, which writes the same bytes. */
import { Buffer } from "node:buffer";
import { copyBytes } from "../bytes/copy-bytes.ts";
import { adler32 } from "./adler32.ts";
import { deflate, type DeflateLevel } from "./deflate.ts";
import { MOST_INPUT } from "./deflate-pairs.ts";
import { wasmBase64 } from "./deflate-wasm.ts";
import { looksIncompressible } from "./noise.ts";

/** One per thread. No method allocates memory for the chunk, nor a view of what it wrote. */
export interface DeflateKernel {
  /** Longest input of `zlib` and `raw`, in bytes; they throw a RangeError where it is longer. */
  readonly mostInput: number;
  /** What `zlib` wrote, from the first byte on, or `raw`, from `rawFrom` on; valid until the next call of one of them. */
  readonly output: Uint8Array;
  readonly rawFrom: number;
  /**
   * Writes a zlib stream of `raw` (RFC 1950) and returns its length; 0 where it would not be smaller than `raw` or, if asked
   * for, where `raw` looks like noise. Level 1, "fast", unless told.
   */
  zlib(raw: Uint8Array, unlessNoise?: boolean, level?: DeflateLevel): number;
  /** Writes a deflate stream of `raw` (RFC 1951) and returns its length; 0 where it would not be smaller. */
  raw(raw: Uint8Array, level?: DeflateLevel): number;
  /** Adler-32 of any number of bytes. */
  adler32(bytes: Uint8Array): number;
  /** Whether deflate would gain less than 1 %; false for chunks below 8 KiB. */
  looksIncompressible(raw: Uint8Array): boolean;
}

/** CMF of RFC 1950, section 2.2: deflate with a window of 32 KiB; FLG: no dictionary, the fastest level or the slowest. */
const METHOD = 0x78;
const flagsOf = (level: DeflateLevel): number => (level === 1 ? 0x01 : 0xda);
const HEADER_BYTES = 2;
const CHECKSUM_BYTES = 4;
const WRAPPER_BYTES = HEADER_BYTES + CHECKSUM_BYTES;
const LEAST_NOISE = 8192;

interface Memory {
  readonly buffer: ArrayBuffer;
}
interface Place {
  readonly value: number;
}
interface Exports {
  readonly memory: Memory;
  readonly inputAt: Place;
  readonly outputAt: Place;
  readonly mostInput: Place;
  deflate(length: number, limit: number, best: boolean): number;
  adler32(length: number, start: number): number;
  noise(length: number): number;
}

declare const WebAssembly:
  | {
      validate(bytes: Uint8Array): boolean;
      readonly Module: new (bytes: Uint8Array) => object;
      readonly Instance: new (module: object, imports: object) => { readonly exports: unknown };
    }
  | undefined;

function checkedLength(raw: Uint8Array): number {
  if (raw.length > MOST_INPUT) throw new RangeError(`${raw.length} bytes are more than ${MOST_INPUT}`);
  return raw.length;
}

function putChecksum(bytes: Uint8Array, at: number, checksum: number): void {
  bytes[at] = checksum >>> 24;
  bytes[at + 1] = (checksum >>> 16) & 0xff;
  bytes[at + 2] = (checksum >>> 8) & 0xff;
  bytes[at + 3] = checksum & 0xff;
}

function wasmKernel(exports: Exports): DeflateKernel {
  const memory = new Uint8Array(exports.memory.buffer);
  const [input, output, mostInput] = [exports.inputAt.value, exports.outputAt.value, exports.mostInput.value];
  const start = output - HEADER_BYTES;
  memory[start] = METHOD;
  return {
    mostInput,
    output: memory.subarray(start),
    rawFrom: HEADER_BYTES,
    zlib(raw, unlessNoise = false, level = 1) {
      const length = checkedLength(raw);
      copyBytes(raw, 0, length, memory, input);
      if (unlessNoise && length >= LEAST_NOISE && exports.noise(length) === 1) return 0;
      // First, since the input is moved when it is longer than the window.
      const checksum = exports.adler32(length, 1);
      const size = exports.deflate(length, Math.max(0, length - 1 - WRAPPER_BYTES), level === 9);
      if (size === 0) return 0;
      memory[start + 1] = flagsOf(level);
      putChecksum(memory, output + size, checksum);
      return WRAPPER_BYTES + size;
    },
    raw(raw, level = 1) {
      const length = checkedLength(raw);
      copyBytes(raw, 0, length, memory, input);
      return exports.deflate(length, Math.max(0, length - 1), level === 9);
    },
    adler32(bytes) {
      let sum = 1;
      for (let at = 0; at < bytes.length; at += mostInput) {
        const length = Math.min(mostInput, bytes.length - at);
        copyBytes(bytes, at, length, memory, input);
        sum = exports.adler32(length, sum);
      }
      return sum >>> 0;
    },
    looksIncompressible(raw) {
      const length = checkedLength(raw);
      if (length < LEAST_NOISE) return false;
      copyBytes(raw, 0, length, memory, input);
      return exports.noise(length) === 1;
    },
  };
}

/** The same in TypeScript. */
export function definedKernel(): DeflateKernel {
  const output = new Uint8Array(MOST_INPUT + WRAPPER_BYTES);
  output[0] = METHOD;
  const rawFrom = HEADER_BYTES;
  const put = (packed: Uint8Array | null): number => {
    if (packed) output.set(packed, rawFrom);
    return packed?.length ?? 0;
  };
  return {
    mostInput: MOST_INPUT,
    output,
    rawFrom,
    zlib(raw, unlessNoise = false, level = 1) {
      if (unlessNoise && looksIncompressible(raw)) return 0;
      const size = put(deflate(raw, Math.max(0, checkedLength(raw) - 1 - WRAPPER_BYTES), level));
      if (size === 0) return 0;
      output[1] = flagsOf(level);
      putChecksum(output, rawFrom + size, adler32(raw));
      return WRAPPER_BYTES + size;
    },
    raw: (raw, level = 1) => put(deflate(raw, Math.max(0, checkedLength(raw) - 1), level)),
    adler32: (bytes) => adler32(bytes),
    looksIncompressible,
  };
}

function makeKernel(): DeflateKernel {
  const code = Buffer.from(wasmBase64, "base64");
  // Processors without 128-bit SIMD and runtimes without WebAssembly do not accept the module.
  if (typeof WebAssembly === "undefined" || !WebAssembly.validate(code)) return definedKernel();
  return wasmKernel(new WebAssembly.Instance(new WebAssembly.Module(code), {}).exports as Exports);
}

let kernel: DeflateKernel | undefined;

/** The kernel of this thread, compiled at its first use. */
export function deflateKernel(): DeflateKernel {
  kernel ??= makeKernel();
  return kernel;
}
