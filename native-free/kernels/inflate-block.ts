/** Unpacks blocks whose size is known beforehand. */
import { inflateInto, inflateRawInto } from "./inflate-into.ts";

/** Used again and again: the functions want room for one byte more than there should be. */
let room = new Uint8Array(0);

/**
 * Fills `target` from the zlib stream (RFC 1950; with `raw` the bare one of RFC 1951) at the start of `packed`. Returns the number
 * of bytes that the stream has; -1 where it is damaged, cut short, or has more than `most`. What `target` holds of a stream that
 * is shorter is undefined.
 */
export function inflateBlock(packed: Uint8Array, target: Uint8Array, options: InflateBlockOptions = {}): number {
  const { most = target.length, raw = false } = options;
  if (room.length <= most) room = new Uint8Array(most + 1);
  const into = room.length === most + 1 ? room : room.subarray(0, most + 1);
  const length = raw ? inflateRawInto(packed, into) : inflateInto(packed, into);
  if (length >= target.length) target.set(into.subarray(0, target.length));
  return length;
}

export interface InflateBlockOptions {
  /** Bytes that the stream may have: those of `target` unless told otherwise. */
  readonly most?: number;
  readonly raw?: boolean;
}
