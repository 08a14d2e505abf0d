/**
 * Bytes of a source for a carver that walks along it: one window of 64 KiB, moved where it is needed. Reading a number costs no
 * allocation, and what lies behind the end reads as zero: ask `has` first where it matters.
 */
import type { ByteSource } from "../bytes/byte-source.ts";

const windowBytes = 1 << 16;

export class CarveWindow {
  readonly source: ByteSource;
  /** Exclusive; nothing behind it is read. */
  readonly end: number;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #from = 0;
  #to = 0;

  constructor(source: ByteSource, end: number = source.size) {
    this.source = source;
    this.end = Math.min(end, source.size);
    this.#bytes = new Uint8Array(windowBytes);
    this.#view = new DataView(this.#bytes.buffer);
  }

  /** Whether `length` bytes from `at` on are before the end. */
  has(at: number, length: number): boolean {
    return at >= 0 && length >= 0 && at + length <= this.end;
  }

  u8(at: number): number {
    return this.#view.getUint8(this.#at(at, 1));
  }
  u16(at: number): number {
    return this.#view.getUint16(this.#at(at, 2), true);
  }
  u16be(at: number): number {
    return this.#view.getUint16(this.#at(at, 2));
  }
  u32(at: number): number {
    return this.#view.getUint32(this.#at(at, 4), true);
  }
  u32be(at: number): number {
    return this.#view.getUint32(this.#at(at, 4));
  }
  /** Numbers above 2^53 come out as the nearest that a number can hold: above every end, so that `has` refuses them. */
  u64(at: number): number {
    const place = this.#at(at, 8);
    return this.#view.getUint32(place + 4, true) * 2 ** 32 + this.#view.getUint32(place, true);
  }
  u64be(at: number): number {
    const place = this.#at(at, 8);
    return this.#view.getUint32(place) * 2 ** 32 + this.#view.getUint32(place + 4);
  }

  /** Up to 64 KiB, borrowed until the next call of anything here; shorter where the end comes first. */
  view(at: number, length: number): Uint8Array {
    const count = Math.max(0, Math.min(length, this.end - at, windowBytes));
    if (count === 0) return this.#bytes.subarray(0, 0);
    const place = this.#at(at, count);
    return this.#bytes.subarray(place, place + count);
  }

  /** The same, copied, and of any length up to the end. */
  bytes(at: number, length: number): Uint8Array {
    const copy = new Uint8Array(Math.max(0, Math.min(length, this.end - at)));
    this.source.readInto(copy, at);
    return copy;
  }

  /** Whether the ASCII text stands at `at`. */
  isText(at: number, text: string): boolean {
    if (!this.has(at, text.length)) return false;
    for (let i = 0; i < text.length; i++) if (this.u8(at + i) !== text.charCodeAt(i)) return false;
    return true;
  }

  /** Where the bytes stand first at or behind `at` and wholly before `to`; -1 where nowhere. */
  find(wanted: Uint8Array, at: number, to = this.end): number {
    const last = Math.min(to, this.end);
    for (let from = Math.max(0, at); from + wanted.length <= last;) {
      const window = this.view(from, Math.min(windowBytes, last - from));
      const found = Buffer.from(window.buffer, window.byteOffset, window.length).indexOf(wanted);
      if (found >= 0) return from + found;
      from += Math.max(1, window.length - wanted.length + 1);
    }
    return -1;
  }

  /** Place in the window of `length` bytes (at most 64 KiB) from `at` on. */
  #at(at: number, length: number): number {
    if (at >= this.#from && at + length <= this.#to) return at - this.#from;
    const place = Number.isSafeInteger(at) && at >= 0 ? at : this.end;
    const count = Math.max(0, Math.min(windowBytes, this.end - place));
    if (count > 0) this.source.readInto(this.#bytes.subarray(0, count), place);
    // The rest may hold what stood there before.
    if (count < windowBytes) this.#bytes.fill(0, count);
    this.#from = place;
    this.#to = place + windowBytes;
    return 0;
  }
}
