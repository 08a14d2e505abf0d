/**
 * DEFLATE (RFC 1951) with fixed codes and no back references: not small, but the same bytes on every machine and with
 * every version of zlib, so that samples can be compared byte by byte.
 */
import { Buffer } from "node:buffer";
import { crc32 } from "node:zlib";

/** Raw DEFLATE data: one final block with fixed Huffman codes (3.2.6), literals only. */
export function deflateFixed(data: Uint8Array): Uint8Array {
  const out = Buffer.alloc(Math.ceil((data.length * 9 + 10) / 8) + 1);
  let at = 0;
  let held = 0;
  let bits = 0;
  const put = (value: number, count: number): void => {
    held |= value << bits;
    bits += count;
    for (; bits >= 8; bits -= 8, held >>>= 8) out[at++] = held & 0xff;
  };
  // Huffman codes go most significant bit first, everything else least significant first (3.1.1).
  const code = (value: number, count: number): void => {
    for (let bit = count - 1; bit >= 0; bit--) put((value >> bit) & 1, 1);
  };
  put(1, 1);
  put(1, 2);
  for (const byte of data) {
    if (byte < 144) code(0x30 + byte, 8);
    else code(0x190 + byte - 144, 9);
  }
  code(0, 7);
  if (bits > 0) put(0, 8 - bits);
  return out.subarray(0, at);
}

/** The zlib wrapper (RFC 1950) around `deflateFixed`, as PNG and PDF want it. */
export function zlibFixed(data: Uint8Array): Uint8Array {
  let a = 1;
  let b = 0;
  for (const byte of data) {
    a = (a + byte) % 65521;
    b = (b + a) % 65521;
  }
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(b * 65536 + a);
  return Buffer.concat([Buffer.from([0x78, 0x01]), deflateFixed(data), sum]);
}

/** A gzip member (RFC 1952) with a file name and time. */
export function gzipFixed(data: Uint8Array, name: string, unixTime: number): Uint8Array {
  const head = Buffer.from([0x1f, 0x8b, 8, 8, 0, 0, 0, 0, 0, 3]);
  head.writeUInt32LE(unixTime, 4);
  const tail = Buffer.alloc(8);
  tail.writeUInt32LE(crc32(data), 0);
  tail.writeUInt32LE(data.length, 4);
  return Buffer.concat([head, Buffer.from(`${name}\0`, "latin1"), deflateFixed(data), tail]);
}
