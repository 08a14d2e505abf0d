/**
 * Checksums of metadata (chapter "Checksums" of the kernel's documentation): CRC-32C that begins with all ones and is not inverted at the
 * end, and CRC-16 (polynomial 0x8005, reflected) of group descriptors in file systems with `uninit_bg`.
 */
import { crc32c } from "../../kernels/crc32c.ts";

/** Continues a checksum; the value before is as it is stored. */
export function checksumFrom(before: number, bytes: Uint8Array, from = 0, to = bytes.length): number {
  return ~crc32c(bytes, from, to, ~before) >>> 0;
}

const begin = 0xffff_ffff;

/** Of bytes that nothing stands before: the superblock, the identifier that is the seed of all others. */
export function superChecksum(bytes: Uint8Array): number {
  return checksumFrom(begin, bytes);
}

const word = new Uint8Array(4);
const wordView = new DataView(word.buffer);

/** Continues with a number of 32 bits, least significant byte first. */
export function checksumNumber(before: number, value: number): number {
  wordView.setUint32(0, value, true);
  return checksumFrom(before, word);
}

/** The same, most significant byte first, as the journal has its numbers. */
export function checksumNumberBe(before: number, value: number): number {
  wordView.setUint32(0, value);
  return checksumFrom(before, word);
}

const zeros = new Uint8Array(4);

/** Of `length` bytes at `at` as if `count` of them (at most 4), from `hole` on, were zero. */
export function checksumWithHole(
  before: number,
  bytes: Uint8Array,
  at: number,
  length: number,
  hole: number,
  count: number,
): number {
  const first = checksumFrom(before, bytes, at, at + hole);
  const second = checksumFrom(first, zeros, 0, count);
  return checksumFrom(second, bytes, at + hole + count, at + length);
}

const crc16Table = Uint16Array.from({ length: 256 }, (_, byte) => {
  let rest = byte;
  for (let bit = 0; bit < 8; bit++) rest = rest & 1 ? (rest >>> 1) ^ 0xa001 : rest >>> 1;
  return rest;
});

export function crc16(before: number, bytes: Uint8Array, from = 0, to = bytes.length): number {
  let rest = before;
  for (let at = from; at < to; at++) rest = (rest >>> 8) ^ crc16Table[(rest ^ bytes[at]!) & 0xff]!;
  return rest;
}
