/** Data that stand in the file as hexadecimal digits or as they are, gathered under a limit. */
import { type ByteSource, readRange } from "../../bytes/byte-source.ts";

export class HexData {
  #bytes = new Uint8Array(4096);
  #size = 0;
  /** The first digit of a pair, or -1. */
  #half = -1;
  readonly #limit: number;
  /** True where more was there than the limit allows. */
  isCut = false;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#size);
  }

  /** Whatever is no digit is passed over, as the programs do. */
  addDigits(text: Uint8Array): void {
    this.#reserve(text.length >>> 1);
    for (const byte of text) {
      const digit = digitOf(byte);
      if (digit < 0) continue;
      if (this.#half < 0) this.#half = digit;
      else {
        this.#put(this.#half * 16 + digit);
        this.#half = -1;
      }
    }
  }

  addBinary(source: ByteSource, at: number, length: number): void {
    const count = Math.min(length, this.#limit - this.#size);
    this.isCut ||= count < length;
    this.#reserve(count);
    this.#bytes.set(readRange(source, at, count), this.#size);
    this.#size += count;
  }

  #put(byte: number): void {
    if (this.#size >= this.#limit) {
      this.isCut = true;
      return;
    }
    if (this.#size === this.#bytes.length) this.#reserve(1);
    this.#bytes[this.#size++] = byte;
  }

  #reserve(more: number): void {
    const needed = Math.min(this.#limit, this.#size + more + 1);
    if (needed <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.min(this.#limit, Math.max(needed, this.#bytes.length * 2)));
    larger.set(this.bytes);
    this.#bytes = larger;
  }
}

function digitOf(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const lower = byte | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}
