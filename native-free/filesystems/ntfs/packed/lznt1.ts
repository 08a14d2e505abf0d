/** LZNT1 ([MS-XCA] 2.5): chunks of 4096 bytes, each packed for itself. */
import type { HeldTo } from "./packed-source.ts";
import { copyMatch } from "./prefix-code.ts";

const CHUNK = 4096;
/** A chunk begins with 16 bits: how many bytes follow less one, a signature, and whether they are packed. */
const HEADER = 2;
const SIZE_MASK = 0x0fff;
const SIGNATURE_MASK = 0x7000;
const SIGNATURE = 0x3000;
const PACKED = 0x8000;

/** Told of each stretch of the target that did not come out. */
export type TellBad = (from: number, to: number) => void;

/**
 * Unpacks chunks into `target`, which holds zeros. A damaged chunk gives what came out before the damage, and the next one goes on;
 * behind a chunk header that is none or not there all is bad. What a complete chunk lacks of 4096 bytes are zeros.
 */
export function unpackLznt1(packed: Uint8Array, target: Uint8Array, heldTo: HeldTo, bad: TellBad): void {
  let from = 0;
  for (let at = 0; at < target.length; at += CHUNK) {
    const body = from + HEADER;
    const header = body <= packed.length && heldTo(from, body) === body ? packed[from]! | (packed[from + 1]! << 8) : 0;
    if ((header & SIGNATURE_MASK) !== SIGNATURE) {
      bad(at, target.length);
      return;
    }
    const end = body + (header & SIZE_MASK) + 1;
    const held = heldTo(body, Math.min(end, packed.length));
    const to = Math.min(at + CHUNK, target.length);
    const unpack = (header & PACKED) === 0 ? copyChunk : unpackChunk;
    const good = unpack(packed, body, held, target, at, to);
    if (good < 0) bad(~good, to);
    else if (held < end && good < to) bad(good, to);
    from = end;
  }
}

/** These return where they came to in the target; its complement where damage ended it. */
function copyChunk(packed: Uint8Array, from: number, end: number, target: Uint8Array, at: number, to: number): number {
  const length = Math.min(end - from, to - at);
  target.set(packed.subarray(from, from + length), at);
  return at + length;
}

function unpackChunk(
  packed: Uint8Array,
  begin: number,
  end: number,
  target: Uint8Array,
  start: number,
  to: number,
): number {
  let from = begin;
  let at = start;
  // The further a chunk has come, the more bits of a token are its distance, and the fewer its length.
  let lengthBits = 12;
  let widenAt = start + 16;
  while (from < end && at < to) {
    let flags = packed[from++]! | 0x100;
    for (; flags > 1 && from < end && at < to; flags >>>= 1) {
      if ((flags & 1) === 0) {
        target[at++] = packed[from++]!;
        continue;
      }
      if (from + 1 >= end) return ~at;
      const token = packed[from]! | (packed[from + 1]! << 8);
      from += 2;
      while (at > widenAt) {
        lengthBits--;
        widenAt = start + 2 * (widenAt - start);
      }
      const distance = (token >>> lengthBits) + 1;
      const length = (token & ((1 << lengthBits) - 1)) + 3;
      if (distance > at - start || !copyMatch(target, at, distance, length, to)) return ~at;
      at += length;
    }
  }
  return at;
}
