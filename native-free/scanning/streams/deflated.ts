/** Reads a deflate stream whose length is not known. */
import { readRange, type ByteSource } from "../../bytes/byte-source.ts";
import { inflateSome } from "../../kernels/inflate-some.ts";
import type { Wrapping } from "../../kernels/inflate-into.ts";

/** Read first; if the stream goes on, ever more, each time from its beginning. */
const firstBytes = 1 << 14;
const growth = 16;

/** Kept from call to call: most of what looks like a stream ends soon, and clearing as much as might come out costs more than it. */
let room = new Uint8Array(0);

function roomFor(bytes: number): Uint8Array {
  if (room.length < bytes) room = new Uint8Array(bytes);
  return room.subarray(0, bytes);
}

export interface Deflated {
  readonly bytes: Uint8Array;
  /** Bytes of the source. */
  readonly consumed: number;
  readonly isCut: boolean;
}

/** Null where not one byte comes out. `limitBytes` of what comes out. */
export function inflateAt(
  source: ByteSource,
  at: number,
  end: number,
  limitBytes: number,
  wrapping: Wrapping,
): Deflated | null {
  const available = end - at;
  for (let length = firstBytes; ; length *= growth) {
    const packed = readRange(source, at, Math.min(length, available));
    // Deflate makes a thousandth of it at best.
    const into = roomFor(Math.min(limitBytes, Math.max(1, packed.length * 1032)));
    const { written, consumed, ended } = inflateSome(packed, into, wrapping);
    const isFull = written === into.length;
    const wantsMore = !ended && !isFull && consumed === packed.length && length < available;
    if (wantsMore && written > 0) continue;
    if (written === 0) return null;
    return { bytes: into.slice(0, written), consumed, isCut: isFull && written === limitBytes };
  }
}
