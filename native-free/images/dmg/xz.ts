/**
 * The xz file format (1.2.0) as far as disk images hold it: one stream, blocks with the filter LZMA2 alone, checks none, CRC-32,
 * CRC-64 and SHA-256.
 */
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";
import { LzmaDecoder } from "./lzma.ts";

const magic = Buffer.from("fd377a585a00", "hex");
const streamHeaderBytes = 12;
const lzma2Filter = 0x21;
/** Bytes of a check by its number. */
const checkBytes = [0, 4, 4, 4, 8, 8, 8, 16, 16, 16, 32, 32, 32, 64, 64, 64] as const;

/** Fills `target`; returns null, or a word for what is wrong. */
export function xzInto(packed: Uint8Array, target: Uint8Array): string | null {
  if (packed.length < streamHeaderBytes || magic.compare(packed, 0, magic.length) !== 0) return "signature";
  const view = new DataView(packed.buffer, packed.byteOffset, packed.length);
  if (crc32(packed.subarray(6, 8)) !== view.getUint32(8, true)) return "header";
  const check = packed[7]! & 0x0f;
  let from = streamHeaderBytes;
  let at = 0;
  // 0 is where the index begins.
  while (from < packed.length && packed[from] !== 0) {
    const start = blockStart(packed, from);
    if (typeof start === "string") return start;
    const block = new Lzma2(packed, start, target, at);
    if (!block.decode()) return "data";
    const padded = start + Math.ceil((block.from - start) / 4) * 4;
    if (!checkHolds(packed.subarray(padded, padded + checkBytes[check]!), check, target.subarray(at, block.at))) {
      return "checksum";
    }
    from = padded + checkBytes[check]!;
    at = block.at;
  }
  return at === target.length ? null : "length";
}

/** Where the data of the block begins whose header is at `from`. */
function blockStart(packed: Uint8Array, from: number): number | string {
  const size = (packed[from]! + 1) * 4;
  if (from + size > packed.length) return "truncated";
  const header = packed.subarray(from, from + size);
  const view = new DataView(header.buffer, header.byteOffset, size);
  if (crc32(header.subarray(0, size - 4)) !== view.getUint32(size - 4, true)) return "header";
  const flags = header[1]!;
  let at = 2;
  const skipNumber = () => {
    while (at < size && header[at++]! >= 0x80);
  };
  if ((flags & 0x40) !== 0) skipNumber();
  if ((flags & 0x80) !== 0) skipNumber();
  return (flags & 3) === 0 && header[at] === lzma2Filter ? from + size : "filter";
}

/** A sequence of LZMA2 chunks. */
class Lzma2 {
  from: number;
  readonly #packed: Uint8Array;
  readonly #target: Uint8Array;
  readonly #decoder: LzmaDecoder;

  constructor(packed: Uint8Array, from: number, target: Uint8Array, at: number) {
    this.#packed = packed;
    this.from = from;
    this.#target = target;
    this.#decoder = new LzmaDecoder(target, at);
  }

  get at(): number {
    return this.#decoder.at;
  }

  /** To the end mark; false where it is damaged. */
  decode(): boolean {
    const packed = this.#packed;
    while (this.from < packed.length) {
      const control = packed[this.from++]!;
      if (control === 0) return true;
      if (control === 1 || control >= 0xe0) this.#decoder.resetDictionary();
      if (control > 2 && control < 0x80) return false;
      if (!(control < 0x80 ? this.#storedChunk() : this.#lzmaChunk(control))) return false;
    }
    return false;
  }

  #storedChunk(): boolean {
    const packed = this.#packed;
    if (this.from + 2 > packed.length) return false;
    const length = ((packed[this.from]! << 8) | packed[this.from + 1]!) + 1;
    const start = this.from + 2;
    if (start + length > packed.length || this.at + length > this.#target.length) return false;
    this.#target.set(packed.subarray(start, start + length), this.at);
    this.#decoder.at += length;
    this.from = start + length;
    return true;
  }

  #lzmaChunk(control: number): boolean {
    const packed = this.#packed;
    const reset = (control >> 5) & 3;
    const head = this.from;
    const start = head + (reset >= 2 ? 5 : 4);
    if (start > packed.length) return false;
    const length = (((control & 0x1f) << 16) | (packed[head]! << 8) | packed[head + 1]!) + 1;
    const end = start + ((packed[head + 2]! << 8) | packed[head + 3]!) + 1;
    if (end > packed.length) return false;
    if (reset >= 2 && !this.#decoder.setProperties(packed[head + 4]!)) return false;
    if (reset >= 1) this.#decoder.resetState();
    this.from = end;
    return this.#decoder.chunk(packed.subarray(start, end), length);
  }
}

function checkHolds(stored: Uint8Array, check: number, data: Uint8Array): boolean {
  if (stored.length < checkBytes[check]!) return false;
  if (check === 1) return crc32(data) === new DataView(stored.buffer, stored.byteOffset).getUint32(0, true);
  if (check === 4) return Buffer.compare(crc64(data), stored) === 0;
  if (check === 10) return createHash("sha256").update(data).digest().equals(stored);
  // Of the others the format only says how long they are.
  return true;
}

/** CRC-64 of ECMA-182, reflected, as its lower and upper halves by byte. */
const crc64Low = new Int32Array(256);
const crc64High = new Int32Array(256);
for (let byte = 0; byte < 256; byte++) {
  let [low, high] = [byte, 0];
  for (let i = 0; i < 8; i++) {
    const odd = low & 1;
    low = (low >>> 1) | (high << 31);
    high >>>= 1;
    if (odd === 1) {
      low ^= 0xd7870f42;
      high ^= 0xc96c5795;
    }
  }
  crc64Low[byte] = low;
  crc64High[byte] = high;
}

/** Little-endian. */
function crc64(data: Uint8Array): Uint8Array {
  let [low, high] = [-1, -1];
  for (const byte of data) {
    const index = (low ^ byte) & 0xff;
    low = ((low >>> 8) | (high << 24)) ^ crc64Low[index]!;
    high = (high >>> 8) ^ crc64High[index]!;
  }
  const result = new DataView(new ArrayBuffer(8));
  result.setInt32(0, ~low, true);
  result.setInt32(4, ~high, true);
  return new Uint8Array(result.buffer);
}
