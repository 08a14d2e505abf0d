/** Copying between arrays in hot loops. */
import { Buffer } from "node:buffer";

const { copy } = Buffer.prototype;

/**
 * Puts `length` bytes of `source` from `from` on into `target` at `at`, without a view of either; the arrays may overlap. Between
 * an array and shared memory it is many times faster than `target.set`, which copies such memory element by element. RangeError
 * where one of them has no such bytes.
 */
export function copyBytes(source: Uint8Array, from: number, length: number, target: Uint8Array, at: number): void {
  if (from < 0 || at < 0 || length < 0 || from + length > source.length || at + length > target.length) {
    throw new RangeError(`no ${length} bytes from ${from} to ${at}`);
  }
  copy.call(source as Buffer, target, at, from, from + length);
}
