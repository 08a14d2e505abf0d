/** Structural checks of archives whose signatures are short, late or missing. */
import { inflateSync } from "node:zlib";
import type { Probe } from "./probe.ts";

/** The header's checksum, signed or unsigned, over its field taken as blanks (POSIX.1-2017 pax, ustar). */
export function isTar(probe: Probe): boolean {
  if (probe.size < 512) return false;
  const header = probe.bytes(0, 512);
  const stored = Number.parseInt(probe.ascii(148, 8).replaceAll("\0", " ").trim(), 8);
  if (!(stored > 256)) return false;
  let unsigned = 0;
  let signed = 0;
  for (let index = 0; index < 512; index++) {
    const byte = index >= 148 && index < 156 ? 32 : header[index]!;
    unsigned += byte;
    signed += byte > 127 ? byte - 256 : byte;
  }
  return stored === unsigned || stored === signed;
}

/** The basic header's CRC cannot be weighed by two bytes of signature: its size and its version fields can. */
export function isArj(probe: Probe): boolean {
  const length = probe.u16le(2);
  const first = probe.u8(4);
  return length >= 30 && length <= 2600 && first >= 30 && first <= length && probe.u8(5) < 20 && probe.u8(7) < 12;
}

/** Method characters, and level 0 to 3 (level 0 and 1 carry a checksum over the header as well). */
export function isLzh(probe: Probe): boolean {
  const method = probe.ascii(2, 5);
  if (!/^-(lh[0-9a-z]|lz[s2-9]|pm[0-2s]|pc1)-$/.test(method)) return false;
  const level = probe.u8(20);
  if (level > 3) return false;
  if (level > 1) return true;
  const length = probe.u8(0);
  let sum = 0;
  for (let at = 2; at < 2 + length; at++) sum = (sum + probe.u8(at)) & 0xff;
  return length >= 20 && sum === probe.u8(1);
}

/** Sizes of the dictionary are powers of two, or one and a half of those; the first byte of the coded data is 0. */
export function isLzma(probe: Probe): boolean {
  const dictionary = probe.u32le(1);
  const power = 2 ** Math.floor(Math.log2(Math.max(1, dictionary)));
  const isPlain =
    dictionary >= 4096 && (dictionary === power || dictionary === power * 1.5 || dictionary === 2 ** 32 - 1);
  const [low, high] = [probe.u32le(5), probe.u32le(9)];
  const isSized = (low === 0xffffffff && high === 0xffffffff) || (high < 256 && low + high > 0);
  return probe.size > 18 && isPlain && isSized && probe.u8(13) === 0;
}

/** Two bytes prove nothing: the first part must inflate. */
export function isCompressedZlib(probe: Probe): boolean {
  try {
    const out = inflateSync(probe.bytes(0, 4096), { maxOutputLength: 1 << 20, finishFlush: 2 });
    return out.length > 0 || probe.size < 16;
  } catch (error) {
    // More output than the limit is a stream too; anything else says that it is none.
    return (error as { code?: string }).code === "ERR_BUFFER_TOO_LARGE";
  }
}

/** A ZIP whose end record closes the file although something else opens it: installers, pictures with a tail. */
export function isWholeArchive(probe: Probe): boolean {
  const { tail, size } = probe;
  if (probe.u16be(0) === 0x504b) return false;
  for (let at = tail.length - 22; at >= 0; at--) {
    if (tail[at] !== 0x50 || tail[at + 1] !== 0x4b || tail[at + 2] !== 5 || tail[at + 3] !== 6) continue;
    const view = new DataView(tail.buffer, tail.byteOffset + at, 22);
    if (at + 22 + view.getUint16(20, true) !== tail.length) continue;
    const directory = size - tail.length + at - view.getUint32(12, true);
    return view.getUint16(10, true) > 0 && directory > 0 && probe.u32be(directory) === 0x504b0102;
  }
  return false;
}
