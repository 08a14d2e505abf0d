/** Inflates as much of a damaged or cut stream as there is. */
import { Buffer } from "node:buffer";
import { constants, createInflate, createInflateRaw, inflateRawSync, inflateSync } from "node:zlib";
import type { StreamInside, Wrapping } from "./inflate-into.ts";

export interface Inflated {
  /** Bytes in `into`. */
  readonly written: number;
  /** Bytes of `packed` up to the end of the stream, or up to where it could not be followed. */
  readonly consumed: number;
  /** True where the end of the stream was seen. False also where it ends with the last byte of `packed`. */
  readonly ended: boolean;
}

/** Given in pieces: zlib does not say how much came out of the one with the damage. That one is given once more in smaller pieces. */
const pieceBytes = 4096;
const finePieceBytes = 16;

export type InflateSome = (packed: Uint8Array, into: Uint8Array) => Inflated;

/** By one stream for all calls, like `reusedInflate`; null where this Node's streams are made otherwise. */
export function reusedInflateSome(stream: object): InflateSome | null {
  const { _handle: handle, _writeState: state } = stream as StreamInside;
  if (!handle?.writeSync || !handle.reset || !(state instanceof Uint32Array)) return null;
  let failed = false;
  handle.onerror = () => {
    failed = true;
  };
  const inflate = (packed: Uint8Array, into: Uint8Array, from: number, piece: number): Inflated => {
    failed = false;
    handle.reset!();
    let [written, consumed] = [0, 0];
    while (consumed < packed.length && written < into.length) {
      const length = Math.min(consumed < from ? from - consumed : piece, packed.length - consumed);
      handle.writeSync!(constants.Z_SYNC_FLUSH, packed, consumed, length, into, written, into.length - written);
      if (failed) break;
      const [roomLeft = 0, inputLeft = 0] = state;
      written = into.length - roomLeft;
      consumed += length - inputLeft;
      if (inputLeft > 0) return { written, consumed, ended: roomLeft > 0 };
    }
    return { written, consumed, ended: false };
  };
  return (packed, into) => {
    const some = inflate(packed, into, 0, pieceBytes);
    return failed ? inflate(packed, into, some.consumed, finePieceBytes) : some;
  };
}

/** By the documented functions, which give nothing of a damaged stream: the longest beginning that is sound is looked for. */
export function inflateSomeAnew(packed: Uint8Array, into: Uint8Array, wrapping: Wrapping): Inflated {
  let best = begun(packed, into, wrapping);
  if (best) return best;
  best = { written: 0, consumed: 0, ended: false };
  for (let [low, high] = [0, packed.length]; high - low > 1;) {
    const middle = (low + high) >>> 1;
    const some = begun(packed.subarray(0, middle), into, wrapping);
    if (some) [best, low] = [{ ...some, ended: false }, middle];
    else high = middle;
  }
  return best;
}

/** Null where there is damage, or more than `into` holds. */
function begun(packed: Uint8Array, into: Uint8Array, wrapping: Wrapping): Inflated | null {
  try {
    const options = { maxOutputLength: into.length, finishFlush: constants.Z_SYNC_FLUSH, info: true };
    const inflate = wrapping === "zlib" ? inflateSync : inflateRawSync;
    const { buffer, engine } = inflate(packed, options) as unknown as {
      readonly buffer: Uint8Array;
      readonly engine: { readonly bytesWritten: number };
    };
    into.set(buffer);
    const consumed = engine.bytesWritten;
    return { written: buffer.length, consumed, ended: consumed < packed.length };
  } catch {
    return null;
  }
}

function chosenWay(wrapping: Wrapping): InflateSome {
  const reused = reusedInflateSome(wrapping === "zlib" ? createInflate() : createInflateRaw());
  return reused && isReliable(reused, wrapping) ? reused : (packed, into) => inflateSomeAnew(packed, into, wrapping);
}

/** True where a stream is followed to its end, and a cut one as far as it goes. */
function isReliable(inflate: InflateSome, wrapping: Wrapping): boolean {
  const sample = wrapping === "zlib" ? [0x78, 0x01] : [];
  // One stored block (RFC 1951, section 3.2.4) and behind it what is no part of the stream.
  const stored = [1, 5, 0, 0xfa, 0xff, ...Buffer.from("sound")];
  const packed = Uint8Array.from([...sample, ...stored, ...(wrapping === "zlib" ? [6, 0x9f, 2, 0x2a] : []), 9, 9, 9]);
  const into = new Uint8Array(16);
  try {
    const whole = inflate(packed, into);
    const cut = inflate(packed.subarray(0, sample.length + 8), new Uint8Array(16));
    return whole.written === 5 && whole.ended && whole.consumed === packed.length - 3 && cut.written === 3;
  } catch {
    // Undocumented parts may throw anything; it means that they are not to be used.
    return false;
  }
}

const chosen = new Map<Wrapping, InflateSome>();

/** What can be had of the stream at the start of `packed`, at most as much as `into` holds. */
export function inflateSome(packed: Uint8Array, into: Uint8Array, wrapping: Wrapping): Inflated {
  const known = chosen.get(wrapping);
  if (known) return known(packed, into);
  const way = chosenWay(wrapping);
  chosen.set(wrapping, way);
  return way(packed, into);
}
