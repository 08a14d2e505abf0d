/** Deflate (RFC 1951) of short streams, by zlib. */
import { crc32 } from "node:zlib";
import type { ByteSource } from "../../bytes/byte-source.ts";
import { inflateSome } from "../../kernels/inflate-some.ts";
import type { Inflated } from "./inflate.ts";

/** Bytes that are read of a stream that may be short, and the most that may come out of them. */
const shortSteps = [
  [1 << 16, 1 << 22],
  [1 << 20, 1 << 24],
] as const;
let packed = new Uint8Array(0);
let unpacked = new Uint8Array(0);

/**
 * The stream at `at` by zlib, several times as fast, where it ends within 1 MiB and comes to less than 16 MiB; null for every other, a
 * damaged one too. Less strict than `inflateAt`: a checksum has to agree.
 */
export function inflateShort(
  source: ByteSource,
  at: number,
  end: number,
): Pick<Inflated, "end" | "outputBytes" | "crc"> | null {
  for (const [inputLength, outputLength] of shortSteps) {
    if (packed.length < inputLength) packed = new Uint8Array(inputLength);
    if (unpacked.length < outputLength) unpacked = new Uint8Array(outputLength);
    const length = Math.max(0, Math.min(inputLength, Math.min(end, source.size) - at));
    const input = packed.subarray(0, length);
    source.readInto(input, at);
    const { written, consumed, ended } = inflateSome(input, unpacked.subarray(0, outputLength), "raw");
    if (ended) return { end: at + consumed, outputBytes: written, crc: crc32(unpacked.subarray(0, written)) };
    if (consumed < length || length < inputLength || written === outputLength) return null;
  }
  return null;
}
