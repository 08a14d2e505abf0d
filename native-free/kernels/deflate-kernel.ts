/** Fast deflate of chunks: the WebAssembly kernel, or its definition in TypeScript, which writes the same bytes. */
import { Buffer } from "node:buffer";
import { adler32 } from "./adler32.ts";
import { deflate, MOST_INPUT } from "./deflate.ts";
import { wasmBase64 } from "./deflate-wasm.ts";
import { looksIncompressible } from "./noise.ts";

/** One per thread. No method allocates memory for the chunk. */
export interface DeflateKernel {
  /** Longest input of `zlib` and `raw`, in bytes; they throw a RangeError where it is longer. */
  readonly mostInput: number;
  /**
   * A zlib stream of `raw` (RFC 1950), or null where it would not be smaller than `raw` or, if asked for, where `raw` looks
   * like noise. Borrowed: valid until the next call.
   */
  zlib(raw: Uint8Array, unlessNoise?: boolean): Uint8Array | null;
  /** A deflate stream of `raw` (RFC 1951), or null where it would not be smaller. Borrowed: valid until the next call. */
  raw(raw: Uint8Array): Uint8Array | null;
  /** Adler-32 of any number of bytes. */
  adler32(bytes: Uint8Array): number;
  /** Whether deflate would gain less than 1 %; false for chunks below 8 KiB. */
  looksIncompressible(raw: Uint8Array): boolean;
}

/** CMF and FLG of RFC 1950, section 2.2: deflate with a window of 32 KiB, the fastest level, no dictionary. */
const HEADER = [0x78, 0x01];
const CHECKSUM_BYTES = 4;
const WRAPPER_BYTES = HEADER.length + CHECKSUM_BYTES;
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
  deflate(length: number, limit: number): number;
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
  const start = output - HEADER.length;
  memory.set(HEADER, start);
  return {
    mostInput,
    zlib(raw, unlessNoise = false) {
      const length = checkedLength(raw);
      memory.set(raw, input);
      if (unlessNoise && length >= LEAST_NOISE && exports.noise(length) === 1) return null;
      // First, since the input is moved when it is longer than the window.
      const checksum = exports.adler32(length, 1);
      const size = exports.deflate(length, Math.max(0, length - 1 - WRAPPER_BYTES));
      if (size === 0) return null;
      putChecksum(memory, output + size, checksum);
      return memory.subarray(start, output + size + CHECKSUM_BYTES);
    },
    raw(raw) {
      const length = checkedLength(raw);
      memory.set(raw, input);
      const size = exports.deflate(length, Math.max(0, length - 1));
      return size === 0 ? null : memory.subarray(output, output + size);
    },
    adler32(bytes) {
      let sum = 1;
      for (let at = 0; at < bytes.length; at += mostInput) {
        const part = bytes.length <= mostInput ? bytes : bytes.subarray(at, at + mostInput);
        memory.set(part, input);
        sum = exports.adler32(part.length, sum);
      }
      return sum >>> 0;
    },
    looksIncompressible(raw) {
      const length = checkedLength(raw);
      if (length < LEAST_NOISE) return false;
      memory.set(raw, input);
      return exports.noise(length) === 1;
    },
  };
}

/** The same in TypeScript. */
export function definedKernel(): DeflateKernel {
  const wrapped = new Uint8Array(MOST_INPUT + WRAPPER_BYTES);
  wrapped.set(HEADER);
  return {
    mostInput: MOST_INPUT,
    zlib(raw, unlessNoise = false) {
      if (unlessNoise && looksIncompressible(raw)) return null;
      const packed = deflate(raw, Math.max(0, checkedLength(raw) - 1 - WRAPPER_BYTES));
      if (packed === null) return null;
      wrapped.set(packed, HEADER.length);
      putChecksum(wrapped, HEADER.length + packed.length, adler32(raw));
      return wrapped.subarray(0, WRAPPER_BYTES + packed.length);
    },
    raw: (raw) => deflate(raw, Math.max(0, checkedLength(raw) - 1)),
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
