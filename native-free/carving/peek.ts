/** A cheap first look at what stands at a signature, before a carver takes a window. */
import type { ByteSource } from "../bytes/byte-source.ts";

const first = new Uint8Array(64);

/** Up to 64 bytes at `at`; zeros behind `end`. Borrowed until the next call. */
export function peek(source: ByteSource, at: number, end: number): Uint8Array {
  const count = Math.max(0, Math.min(first.length, Math.min(end, source.size) - at));
  if (count < first.length) first.fill(0, count);
  if (count > 0) source.readInto(first.subarray(0, count), at);
  return first;
}

/** Whether the bytes hold the ASCII text at a place. */
export function startsWith(bytes: Uint8Array, text: string, at = 0): boolean {
  for (let i = 0; i < text.length; i++) if (bytes[at + i] !== text.charCodeAt(i)) return false;
  return true;
}
