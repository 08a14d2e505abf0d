/**
 * Blocks of hibernation files of Windows XP to 7: 32 bytes of header, then up to 16 pages of memory packed as plain LZ77. Each block is a
 * stream of its own: the pages of a block lie beside one another in memory, those of two blocks need not.
 * Spec: [MS-XCA] 2.4 (plain LZ77); the header as IMAGE_XPRESS_HEADER of the debug symbols. Not supported: the blocks of Windows 8 and later,
 * which have no mark of their own and are found by tables of the file only.
 */
import { readRange } from "../../bytes/byte-source.ts";
import { signature } from "../../carving/carver.ts";
import type { StreamDecoder } from "../stream-decoder.ts";

const headerBytes = 32;
const pageBytes = 4096;
const mostPages = 16;
/** Sixteen pages that nothing was saved on take a little more than they are. */
const mostPacked = mostPages * pageBytes + (mostPages * pageBytes) / 8 + 64;
/** The word at 8: pages but one in the low ten bits, packed bytes but one above. */
const sizesAt = 8;

export const xpressBlocks: StreamDecoder = {
  id: "xpress",
  signatures: [signature("81 81 78 70 72 65 73 73")],
  decode(source, at, end, limitBytes) {
    const head = readRange(source, at, Math.min(headerBytes, end - at));
    if (head.length < headerBytes) return null;
    const sizes = new DataView(head.buffer, head.byteOffset).getUint32(sizesAt, true);
    const [pages, packedBytes] = [(sizes & 0x3ff) + 1, (sizes >>> 10) + 1];
    if (pages > mostPages || packedBytes > mostPacked) return null;
    const packed = readRange(source, at + headerBytes, Math.min(packedBytes, end - at - headerBytes));
    const whole = pages * pageBytes;
    // A block that packing did not make smaller stands as it was.
    const bytes = packedBytes === whole ? packed : unpackLz77(packed, whole);
    if (bytes.length === 0) return null;
    const isCut = bytes.length > limitBytes;
    return {
      bytes: isCut ? bytes.subarray(0, limitBytes) : bytes,
      name: null,
      end: at + headerBytes + packed.length,
      isCut,
    };
  },
};

const longLength = 7;
const longerLength = 15;
const longestLength = 255;
const leastMatch = 3;

/** [MS-XCA] 2.4.4: at most `size` bytes, as many as could be had. */
export function unpackLz77(packed: Uint8Array, size: number): Uint8Array {
  const input = new PackedBytes(packed);
  const target = new Uint8Array(size);
  let to = 0;
  while (to < size && !input.isSpent) {
    if (!input.isMatch()) {
      if (!input.isSpent) target[to++] = input.byte();
      continue;
    }
    const match = input.word();
    const distance = (match >>> 3) + 1;
    const length = input.length(match & 7);
    if (input.isSpent || length === 0 || distance > to) break;
    for (let i = Math.min(length, size - to); i > 0; i--, to++) target[to] = target[to - distance]!;
  }
  return target.subarray(0, to);
}

class PackedBytes {
  readonly #bytes: Uint8Array;
  #at = 0;
  #flags = 0;
  #left = 0;
  /** Place of a byte of which two matches have a half each; -1 where both were taken. */
  #half = -1;
  /** Something was asked for that is not there. */
  isSpent = false;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  byte(): number {
    if (this.#at >= this.#bytes.length) this.isSpent = true;
    return this.#bytes[this.#at++] ?? 0;
  }

  word(): number {
    return this.byte() | (this.byte() << 8);
  }

  isMatch(): boolean {
    if (this.#left === 0) {
      this.#flags = this.word() | (this.word() << 16);
      this.#left = 32;
    }
    this.#left--;
    // The end of the packed bytes is seen by whoever reads the next one.
    if (this.#at >= this.#bytes.length) this.isSpent = true;
    return ((this.#flags >>> this.#left) & 1) === 1;
  }

  /** Of a match whose word says `short`; 0 where the bytes that say so are none. */
  length(short: number): number {
    if (short < longLength) return short + leastMatch;
    const half = this.#halfByte();
    if (half < longerLength) return half + longLength + leastMatch;
    const more = this.byte();
    if (more < longestLength) return more + longerLength + longLength + leastMatch;
    const whole = this.word() || this.word() + this.word() * 65_536;
    return whole < longerLength + longLength ? 0 : whole + leastMatch;
  }

  #halfByte(): number {
    if (this.#half < 0) {
      this.#half = this.#at;
      return this.byte() & 15;
    }
    const value = (this.#bytes[this.#half] ?? 0) >> 4;
    this.#half = -1;
    return value;
  }
}
