/** The bytes that typing looks at: head, tail and, for structural checks, any range. Reads past the end give zeros. */
import { type ByteSource, viewRange } from "../bytes/byte-source.ts";

/** Reaches the superblocks that lie deepest: ISO 9660 at 32 KiB, ReiserFS and Btrfs at 64 KiB. */
export const headBytes = 69_632;
/** Footers: DMG and fixed VHD 512, ZIP's end record 22 and its comment. */
export const tailBytes = 1024;

export class Probe {
  readonly source: ByteSource;
  readonly size: number;
  /** Borrowed, as all that this hands out: do not write. */
  readonly head: Uint8Array;
  readonly tail: Uint8Array;

  constructor(source: ByteSource) {
    this.source = source;
    this.size = source.size;
    this.head = viewRange(source, 0, headBytes);
    this.tail =
      source.size <= headBytes
        ? this.head.subarray(Math.max(0, source.size - tailBytes))
        : viewRange(source, source.size - tailBytes, tailBytes);
  }

  /** Up to `length` bytes from `at`; fewer at the end, none outside. Borrowed: do not write. */
  bytes(at: number, length: number): Uint8Array {
    if (at < 0 || at >= this.size || length <= 0) return new Uint8Array(0);
    const end = Math.min(this.size, at + length);
    if (end <= this.head.length) return this.head.subarray(at, end);
    return viewRange(this.source, at, end - at);
  }

  u8(at: number): number {
    return at >= 0 && at < this.head.length ? this.head[at]! : (this.bytes(at, 1)[0] ?? 0);
  }

  u16le(at: number): number {
    return this.u8(at) | (this.u8(at + 1) << 8);
  }

  u16be(at: number): number {
    return (this.u8(at) << 8) | this.u8(at + 1);
  }

  u32le(at: number): number {
    return (this.u16le(at) | (this.u16le(at + 2) << 16)) >>> 0;
  }

  u32be(at: number): number {
    return ((this.u16be(at) << 16) | this.u16be(at + 2)) >>> 0;
  }

  /** 64-bit size, exact up to 2^53. */
  u64le(at: number): number {
    return this.u32le(at + 4) * 2 ** 32 + this.u32le(at);
  }

  /** Bytes as Latin-1 text, shorter at the end. */
  ascii(at: number, length: number): string {
    return Buffer.from(this.bytes(at, length)).toString("latin1");
  }
}
