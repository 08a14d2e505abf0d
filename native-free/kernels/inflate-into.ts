/**
 * Inflates one zlib stream (RFC 1950), or a bare one (RFC 1951), at a time into memory of the caller. node:zlib makes a stream with a window for every
 * call of its synchronous functions, which costs more than a chunk of 32 KiB does. One stream is used again and again here,
 * through parts of Node that are not documented; they are tried out first, and the documented function takes their place
 * where they do not do as expected.
 */
import { Buffer } from "node:buffer";
import {
  constants,
  createInflate,
  createInflateRaw,
  deflateRawSync,
  deflateSync,
  inflateRawSync,
  inflateSync,
} from "node:zlib";

/**
 * The number of bytes of the stream at the start of `packed`, put into `into`, which has at least one byte more than they
 * take. -1 where the stream is damaged, cut short, or has too many bytes for `into`; what `into` holds is then undefined.
 */
export type InflateInto = (packed: Uint8Array, into: Uint8Array) => number;

/** What of a stream of node:zlib is used beyond its documentation: `[bytes left of the output, of the input]`, the engine. */
export interface StreamInside {
  readonly _writeState?: Uint32Array;
  readonly _handle?: {
    onerror?: (message: string) => void;
    reset?(): void;
    writeSync?(
      flush: number,
      input: Uint8Array,
      inputOffset: number,
      inputLength: number,
      output: Uint8Array,
      outputOffset: number,
      outputLength: number,
    ): void;
  } | null;
}

/** What wraps a stream: `zlib` has a checksum, `raw` nothing. */
export type Wrapping = "zlib" | "raw";

/** By the documented functions. */
export function inflateAnew(packed: Uint8Array, into: Uint8Array, wrapping: Wrapping = "zlib"): number {
  try {
    const options = { maxOutputLength: into.length };
    const raw = wrapping === "zlib" ? inflateSync(packed, options) : inflateRawSync(packed, options);
    if (raw.length === into.length) return -1;
    into.set(raw);
    return raw.length;
  } catch {
    // Whatever zlib finds wrong, the stream is bad as a whole; its reader names what that means.
    return -1;
  }
}

/** By one stream for all calls; null where this Node's streams are made otherwise. */
export function reusedInflate(stream: object = createInflate()): InflateInto | null {
  const { _handle: handle, _writeState: state } = stream as StreamInside;
  if (!handle?.writeSync || !handle.reset || !(state instanceof Uint32Array)) return null;
  let failed = false;
  handle.onerror = () => {
    failed = true;
  };
  return (packed, into) => {
    failed = false;
    handle.reset!();
    handle.writeSync!(constants.Z_FINISH, packed, 0, packed.length, into, 0, into.length);
    const left = state[0]!;
    return failed || left === 0 ? -1 : into.length - left;
  };
}

/** True where good, damaged, cut and overlong streams are told apart, twice over. */
export function isReliable(inflate: InflateInto, wrapping: Wrapping = "zlib"): boolean {
  const raw = Buffer.from("a stream that is used again, again and again ".repeat(20));
  const good = wrapping === "zlib" ? deflateSync(raw) : deflateRawSync(raw);
  const damaged = Uint8Array.from(good);
  // Of a bare stream only what no stream begins with is told for certain: blocks of the kind that is reserved.
  if (wrapping === "zlib") damaged[damaged.length - 1]! ^= 1;
  else damaged[0]! |= 6;
  const into = Buffer.alloc(raw.length + 1);
  const followed = Buffer.concat([good, good]);
  try {
    return [1, 2].every(
      () =>
        inflate(good, into) === raw.length &&
        Buffer.compare(into.subarray(0, raw.length), raw) === 0 &&
        inflate(damaged, into) === -1 &&
        inflate(good.subarray(0, good.length - 5), into) === -1 &&
        (wrapping === "raw" || inflate(raw, into) === -1) &&
        inflate(good, into.subarray(0, raw.length)) === -1 &&
        inflate(followed, into) === raw.length,
    );
  } catch {
    // Undocumented parts may throw anything; it means that they are not to be used.
    return false;
  }
}

function chosenWay(wrapping: Wrapping): InflateInto {
  const reused = reusedInflate(wrapping === "zlib" ? createInflate() : createInflateRaw());
  if (reused && isReliable(reused, wrapping)) return reused;
  return (packed, into) => inflateAnew(packed, into, wrapping);
}

let chosen: InflateInto | undefined;
let chosenRaw: InflateInto | undefined;

/** As `InflateInto` says, by the faster way that works here. */
export const inflateInto: InflateInto = (packed, into) => (chosen ??= chosenWay("zlib"))(packed, into);

/** The same of a bare stream, which has no checksum. */
export const inflateRawInto: InflateInto = (packed, into) => (chosenRaw ??= chosenWay("raw"))(packed, into);
