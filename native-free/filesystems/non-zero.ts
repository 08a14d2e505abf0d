/** Looks into areas where nothing should be. */
import { readRange, type ByteSource } from "../bytes/byte-source.ts";

/** How much of an area is looked at. */
const lookedBytes = 4 << 20;
const windowBytes = 256 << 10;

/** How many bytes of a stretch are not zero; only the first few MiB of it are looked at. */
export function nonZeroBytes(source: ByteSource, start: number, length: number): number {
  let count = 0;
  const end = Math.min(source.size, start + Math.min(length, lookedBytes));
  for (let from = start; from < end; from += windowBytes) {
    for (const byte of readRange(source, from, Math.min(windowBytes, end - from))) if (byte !== 0) count++;
  }
  return count;
}
