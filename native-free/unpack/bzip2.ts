/**
 * bzip2 (no official specification; sourceware.org/bzip2, and J. Tsai, "bzip2: Format Specification", 2016): streams one behind the
 * other, block checksums and the stream's. Not supported: randomised blocks, which writers before 0.9.5 (1999) made.
 */
import { type ByteSource, readRange } from "../bytes/byte-source.ts";
import { ByteFeed, endingOf, PIECE_BYTES, UnpackStop, type Unpacked } from "./byte-feed.ts";

const RUN_A = 0;
const RUN_B = 1;
const GROUP_SYMBOLS = 50;
const MOST_CODE_BITS = 20;
const BLOCK_MAGIC = [0x314159, 0x265359] as const;
const END_MAGIC = [0x177245, 0x385090] as const;

const crcTable = new Int32Array(256);
for (let index = 0; index < 256; index++) {
  let value = index << 24;
  for (let bit = 0; bit < 8; bit++) value = (value << 1) ^ (value < 0 ? 0x04c11db7 : 0);
  crcTable[index] = value;
}

/** Bits, most significant first. */
class BitFeed {
  readonly feed: ByteFeed;
  #hold = 0;
  #held = 0;

  constructor(feed: ByteFeed) {
    this.feed = feed;
  }

  /** Up to 24 bits. */
  bits(count: number): number {
    while (this.#held < count) {
      this.#hold = (this.#hold << 8) | this.feed.byte();
      this.#held += 8;
    }
    this.#held -= count;
    return (this.#hold >>> this.#held) & ((1 << count) - 1);
  }

  alignToByte(): void {
    this.#held = 0;
  }
}

/** Canonical codes of up to 20 bits: the largest code of each length, and the symbols in order. */
interface Codes {
  readonly limit: Int32Array;
  readonly base: Int32Array;
  readonly symbols: Uint16Array;
  readonly shortest: number;
}

function makeCodes(lengths: Uint8Array): Codes {
  const counts = new Int32Array(MOST_CODE_BITS + 2);
  for (const length of lengths) counts[length] = counts[length]! + 1;
  const symbols = new Uint16Array(lengths.length);
  let place = 0;
  for (let length = 1; length <= MOST_CODE_BITS; length++) {
    for (let symbol = 0; symbol < lengths.length; symbol++) if (lengths[symbol] === length) symbols[place++] = symbol;
  }
  const limit = new Int32Array(MOST_CODE_BITS + 2).fill(-1);
  const base = new Int32Array(MOST_CODE_BITS + 2);
  let [code, index, shortest] = [0, 0, 0];
  for (let length = 1; length <= MOST_CODE_BITS; length++) {
    if (counts[length]! > 0 && shortest === 0) shortest = length;
    base[length] = index - code;
    code += counts[length]!;
    index += counts[length]!;
    limit[length] = code - 1;
    code <<= 1;
  }
  return { limit, base, symbols, shortest: Math.max(1, shortest) };
}

function nextSymbol(bits: BitFeed, codes: Codes): number {
  let length = codes.shortest;
  let code = bits.bits(length);
  while (code > codes.limit[length]!) {
    if (++length > MOST_CODE_BITS) throw new UnpackStop("symbol");
    code = (code << 1) | bits.bits(1);
  }
  return codes.symbols[codes.base[length]! + code] ?? 0;
}

/** Decodes streams up to what is none. */
export function bunzip2(source: ByteSource, at: number, end = source.size): Unpacked {
  const feed = new ByteFeed(source, at, end);
  return endingOf(feed, readStreams(source, feed), () => null);
}

function* readStreams(source: ByteSource, feed: ByteFeed): Generator<Uint8Array> {
  do yield* readStream(feed);
  while (feed.left >= 10 && isBzip2(readRange(source, feed.at, 4)));
}

function isBzip2(head: Uint8Array): boolean {
  return head[0] === 0x42 && head[1] === 0x5a && head[2] === 0x68 && head[3]! >= 0x31 && head[3]! <= 0x39;
}

function* readStream(feed: ByteFeed): Generator<Uint8Array> {
  const head = feed.take(4);
  if (!isBzip2(head)) throw new UnpackStop("signature");
  const mostBytes = (head[3]! - 0x30) * 100_000;
  const block = new Block(mostBytes);
  const bits = new BitFeed(feed);
  let sum = 0;
  for (;;) {
    const magic = [bits.bits(24), bits.bits(24)];
    const crc = (bits.bits(16) << 16) | bits.bits(16);
    if (magic[0] === END_MAGIC[0] && magic[1] === END_MAGIC[1]) {
      bits.alignToByte();
      if (crc !== sum) throw new UnpackStop("checksum");
      return;
    }
    if (magic[0] !== BLOCK_MAGIC[0] || magic[1] !== BLOCK_MAGIC[1]) throw new UnpackStop("block-signature");
    block.read(bits);
    yield* block.pieces();
    if (block.crc !== crc) throw new UnpackStop("checksum");
    sum = ((sum << 1) | (sum >>> 31)) ^ crc;
  }
}

class Block {
  /** Of the bytes that `pieces` gave. */
  crc = 0;
  readonly #links: Uint32Array;
  readonly #counts = new Uint32Array(256);
  #length = 0;
  #origin = 0;

  constructor(mostBytes: number) {
    this.#links = new Uint32Array(mostBytes);
  }

  read(bits: BitFeed): void {
    if (bits.bits(1) === 1) throw new UnpackStop("unsupported-randomised");
    this.#origin = bits.bits(24);
    const used = readUsed(bits);
    const tables = bits.bits(3);
    const selectorCount = bits.bits(15);
    if (tables < 2 || tables > 6 || selectorCount === 0 || used.length === 0) throw new UnpackStop("block-header");
    const selectors = readSelectors(bits, selectorCount, tables);
    const codes = Array.from({ length: tables }, () => makeCodes(readLengths(bits, used.length + 2)));
    this.#readSymbols(bits, used, selectors, codes);
    if (this.#origin >= this.#length) throw new UnpackStop("origin");
    this.#link();
  }

  /** Move-to-front and runs of the front symbol, into the low bytes of the links. */
  #readSymbols(bits: BitFeed, front: Uint8Array, selectors: Uint8Array, codes: readonly Codes[]): void {
    const links = this.#links;
    const endSymbol = front.length + 1;
    this.#counts.fill(0);
    let [length, group, inGroup, run, weight] = [0, 0, 0, 0, 1];
    let current = codes[selectors[0]!]!;
    for (;;) {
      if (inGroup === GROUP_SYMBOLS) {
        inGroup = 0;
        if (++group >= selectors.length) throw new UnpackStop("selectors");
        current = codes[selectors[group]!]!;
      }
      inGroup++;
      const symbol = nextSymbol(bits, current);
      if (symbol === RUN_A || symbol === RUN_B) {
        run += weight << symbol;
        weight <<= 1;
        if (run > links.length) throw new UnpackStop("block-size");
        continue;
      }
      if (run > 0) {
        length = this.#putRun(front[0]!, run, length);
        [run, weight] = [0, 1];
      }
      if (symbol === endSymbol) break;
      if (length >= links.length) throw new UnpackStop("block-size");
      const byte = front[symbol - 1]!;
      front.copyWithin(1, 0, symbol - 1);
      front[0] = byte;
      this.#counts[byte] = this.#counts[byte]! + 1;
      links[length++] = byte;
    }
    this.#length = length;
  }

  #putRun(byte: number, run: number, length: number): number {
    if (length + run > this.#links.length) throw new UnpackStop("block-size");
    this.#links.fill(byte, length, length + run);
    this.#counts[byte] = this.#counts[byte]! + run;
    return length + run;
  }

  /** The inverse of the Burrows-Wheeler transform: where the next byte stands, above the byte itself. */
  #link(): void {
    const [links, counts] = [this.#links, this.#counts];
    let sum = 0;
    for (let byte = 0; byte < 256; byte++) {
      const count = counts[byte]!;
      counts[byte] = sum;
      sum += count;
    }
    for (let at = 0; at < this.#length; at++) {
      const byte = links[at]! & 0xff;
      const place = counts[byte]!;
      counts[byte] = place + 1;
      links[place] = (links[place]! & 0xff) | (at << 8);
    }
  }

  /** The bytes of the block; four equal ones are followed by the number of further ones. */
  *pieces(): Generator<Uint8Array> {
    const links = this.#links;
    let piece = new Uint8Array(PIECE_BYTES + 256);
    let [fill, crc, same, last] = [0, -1, 0, -1];
    let link = links[this.#origin]! >>> 8;
    for (let left = this.#length; left > 0; left--) {
      link = links[link]!;
      const byte = link & 0xff;
      link >>>= 8;
      if (same === 4) {
        for (let count = byte; count > 0; count--) {
          piece[fill++] = last;
          crc = (crc << 8) ^ crcTable[(crc >>> 24) ^ last]!;
        }
        [same, last] = [0, -1];
      } else {
        same = byte === last ? same + 1 : 1;
        last = byte;
        piece[fill++] = byte;
        crc = (crc << 8) ^ crcTable[(crc >>> 24) ^ byte]!;
      }
      if (fill < PIECE_BYTES) continue;
      yield piece.subarray(0, fill);
      piece = new Uint8Array(PIECE_BYTES + 256);
      fill = 0;
    }
    this.crc = ~crc;
    if (fill > 0) yield piece.subarray(0, fill);
  }
}

function readUsed(bits: BitFeed): Uint8Array {
  const groups = bits.bits(16);
  const used: number[] = [];
  for (let group = 0; group < 16; group++) {
    if (((groups >>> (15 - group)) & 1) === 0) continue;
    const map = bits.bits(16);
    for (let bit = 0; bit < 16; bit++) if (((map >>> (15 - bit)) & 1) === 1) used.push(group * 16 + bit);
  }
  return Uint8Array.from(used);
}

function readSelectors(bits: BitFeed, count: number, tables: number): Uint8Array {
  const front = Array.from({ length: tables }, (_, index) => index);
  const selectors = new Uint8Array(count);
  for (let index = 0; index < count; index++) {
    let place = 0;
    while (bits.bits(1) === 1) if (++place >= tables) throw new UnpackStop("selectors");
    const [table = 0] = front.splice(place, 1);
    front.unshift(table);
    selectors[index] = table;
  }
  return selectors;
}

function readLengths(bits: BitFeed, count: number): Uint8Array {
  const lengths = new Uint8Array(count);
  let length = bits.bits(5);
  for (let symbol = 0; symbol < count; symbol++) {
    for (;;) {
      if (length < 1 || length > MOST_CODE_BITS) throw new UnpackStop("code-lengths");
      if (bits.bits(1) === 0) break;
      length += bits.bits(1) === 0 ? 1 : -1;
    }
    lengths[symbol] = length;
  }
  return lengths;
}
