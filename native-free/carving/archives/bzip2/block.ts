/** One block of bzip2: codes, move to front, Burrows-Wheeler, runs (bzip2 1.0.8 format, as published by its documentation and by J. Tsai). */
import type { Bits } from "./bits.ts";

const groupSymbols = 50;
const longestCode = 20;
const fastBits = 10;
const mostSelectors = 18_002;
const levelBytes = 100_000;
const crcTable = new Uint32Array(256);
for (let byte = 0; byte < 256; byte++) {
  let value = byte << 24;
  for (let bit = 0; bit < 8; bit++) value = value & 0x8000_0000 ? (value << 1) ^ 0x04c11db7 : value << 1;
  crcTable[byte] = value >>> 0;
}

/** A code's table: entries of `symbol · 32 + length` for short codes, limits for the others. */
class Code {
  readonly #fast = new Uint16Array(1 << fastBits);
  readonly #counts = new Uint16Array(longestCode + 1);
  readonly #symbols = new Uint16Array(258);

  /** False where more codes are used than there are. */
  build(lengths: Uint8Array, count: number): boolean {
    const counts = this.#counts.fill(0);
    for (let i = 0; i < count; i++) counts[lengths[i]!]!++;
    let index = 0;
    let code = 0;
    this.#fast.fill(0);
    for (let length = 1; length <= longestCode; length++) {
      for (let symbol = 0; symbol < count; symbol++) {
        if (lengths[symbol] !== length) continue;
        this.#symbols[index++] = symbol;
        if (length <= fastBits) {
          const from = code << (fastBits - length);
          this.#fast.fill((symbol << 5) | length, from, from + (1 << (fastBits - length)));
        }
        code++;
      }
      if (code > 1 << length) return false;
      code <<= 1;
    }
    return true;
  }

  /** The next symbol; -1 where no code fits. */
  read(bits: Bits): number {
    const entry = this.#fast[bits.peek(fastBits)]!;
    if (entry !== 0) {
      bits.skip(entry & 31);
      return entry >> 5;
    }
    let code = 0;
    let first = 0;
    let index = 0;
    for (let length = 1; length <= longestCode; length++) {
      code |= bits.read(1);
      const count = this.#counts[length]!;
      if (code - count < first) return this.#symbols[index + code - first]!;
      index += count;
      first = (first + count) << 1;
      code <<= 1;
    }
    return -1;
  }
}

export class BlockDecoder {
  readonly #links = new Uint32Array(9 * levelBytes);
  #limit = 0;
  readonly #codes = Array.from({ length: 6 }, () => new Code());
  readonly #lengths = new Uint8Array(258);
  readonly #selectors = new Uint8Array(mostSelectors);
  readonly #used = new Uint8Array(256);
  #usedCount = 0;

  /** `level` 1 to 9: blocks of at most so many times 100 000 bytes. */
  begin(level: number): void {
    this.#limit = level * levelBytes;
  }

  /** CRC-32 of the block's content, from behind the block's own CRC on; null where it is none. With `isWalked` only its end is found: 0. */
  read(bits: Bits, isWalked: boolean): number | null {
    const isRandomised = bits.read(1) === 1;
    const origin = bits.read(24);
    if (isRandomised || !this.#readUsed(bits)) return null;
    const groups = this.#readTables(bits);
    const count = groups === 0 ? -1 : this.#readSymbols(bits, groups);
    if (count <= 0 || origin >= count || bits.isSpent) return null;
    return isWalked ? 0 : this.#crc(origin, count);
  }

  #readUsed(bits: Bits): boolean {
    const rows = bits.read(16);
    this.#usedCount = 0;
    for (let row = 0; row < 16; row++) {
      if ((rows & (0x8000 >> row)) === 0) continue;
      const columns = bits.read(16);
      for (let i = 0; i < 16; i++) if ((columns & (0x8000 >> i)) !== 0) this.#used[this.#usedCount++] = row * 16 + i;
    }
    return this.#usedCount > 0;
  }

  /** Number of selectors; 0 where the tables are none. */
  #readTables(bits: Bits): number {
    const tables = bits.read(3);
    const selectors = bits.read(15);
    if (tables < 2 || tables > 6 || selectors === 0) return 0;
    const order = [0, 1, 2, 3, 4, 5];
    for (let i = 0; i < selectors; i++) {
      let place = 0;
      while (bits.read(1) === 1) if (++place >= tables) return 0;
      order.unshift(...order.splice(place, 1));
      if (i < mostSelectors) this.#selectors[i] = order[0]!;
    }
    for (let table = 0; table < tables; table++) if (!this.#readLengths(bits, this.#codes[table]!)) return 0;
    return Math.min(selectors, mostSelectors);
  }

  #readLengths(bits: Bits, code: Code): boolean {
    let length = bits.read(5);
    for (let symbol = 0; symbol < this.#usedCount + 2; symbol++) {
      for (;;) {
        if (length < 1 || length > longestCode || bits.isSpent) return false;
        if (bits.read(1) === 0) break;
        length += bits.read(1) === 0 ? 1 : -1;
      }
      this.#lengths[symbol] = length;
    }
    return code.build(this.#lengths, this.#usedCount + 2);
  }

  /** Bytes before the transform are left in the low bytes of the links; their number, or -1. */
  #readSymbols(bits: Bits, selectors: number): number {
    const { front, last } = { front: this.#used.slice(0, this.#usedCount), last: this.#usedCount + 1 };
    const links = this.#links;
    let count = 0;
    let run = 0;
    let runBit = 1;
    for (let group = 0; group < selectors; group++) {
      const code = this.#codes[this.#selectors[group]!]!;
      for (let i = 0; i < groupSymbols; i++) {
        const symbol = code.read(bits);
        if (symbol === 0 || symbol === 1) {
          run += runBit << symbol;
          runBit *= 2;
          if (run > this.#limit) return -1;
          continue;
        }
        if (count + run > this.#limit) return -1;
        links.fill(front[0]!, count, count + run);
        count += run;
        run = 0;
        runBit = 1;
        if (symbol === last) return count;
        if (symbol < 0 || symbol > last || count >= this.#limit || bits.isSpent) return -1;
        const byte = front[symbol - 1]!;
        front.copyWithin(1, 0, symbol - 1);
        front[0] = byte;
        links[count++] = byte;
      }
    }
    return -1;
  }

  /** Undoes the transform and the runs, and keeps only the CRC-32, which is that of POSIX cksum without the length. */
  #crc(origin: number, count: number): number {
    const links = this.#links;
    const starts = new Uint32Array(257);
    for (let i = 0; i < count; i++) starts[(links[i]! & 0xff) + 1]!++;
    for (let byte = 0; byte < 256; byte++) starts[byte + 1]! += starts[byte]!;
    for (let i = 0; i < count; i++) links[starts[links[i]! & 0xff]!++]! |= i << 8;
    let crc = 0xffff_ffff;
    let place = links[origin]! >>> 8;
    let previous = -1;
    let repeated = 0;
    for (let i = 0; i < count; i++) {
      const entry = links[place]!;
      const byte = entry & 0xff;
      place = entry >>> 8;
      if (repeated === 4) {
        for (let times = byte; times > 0; times--) crc = (crc << 8) ^ crcTable[((crc >>> 24) ^ previous) & 0xff]!;
        repeated = 0;
        previous = -1;
        continue;
      }
      repeated = byte === previous ? repeated + 1 : 1;
      previous = byte;
      crc = (crc << 8) ^ crcTable[((crc >>> 24) ^ byte) & 0xff]!;
    }
    return ~crc >>> 0;
  }
}
