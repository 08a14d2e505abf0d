/** compress (.Z, ncompress): LZW with codes of 9 to 16 bits, least significant bit first. No checksum exists. */
import type { ByteSource } from "../bytes/byte-source.ts";
import { ByteFeed, endingOf, PIECE_BYTES, UnpackStop, type Unpacked } from "./byte-feed.ts";

const CLEAR = 256;
const FIRST_BITS = 9;
/** The longest string that a code can stand for. */
const MOST_STRING = 65536;

export function uncompress(source: ByteSource, at: number, end = source.size): Unpacked {
  const feed = new ByteFeed(source, at, end);
  const codes: { current: Codes | null } = { current: null };
  function* steps(): Generator<Uint8Array> {
    if (feed.u16() !== 0x9d1f) throw new UnpackStop("signature");
    const flags = feed.byte();
    const mostBits = flags & 0x1f;
    if ((flags & 0x60) !== 0 || mostBits < FIRST_BITS || mostBits > 16) throw new UnpackStop("unsupported-flags");
    codes.current = new Codes(feed, mostBits, (flags & 0x80) !== 0);
    yield* codes.current.pieces();
  }
  return endingOf(feed, steps(), () => codes.current?.take() ?? null);
}

class Codes {
  readonly #feed: ByteFeed;
  readonly #mostBits: number;
  readonly #hasClear: boolean;
  readonly #prefix = new Uint16Array(65536);
  readonly #suffix = new Uint8Array(65536);
  readonly #string = new Uint8Array(MOST_STRING);
  #output = new Uint8Array(PIECE_BYTES + MOST_STRING);
  #fill = 0;
  /** Codes come in groups of eight; what is left of a group is skipped where their width changes. */
  #group = new Uint8Array(16 + 2);
  #groupBits = 0;
  #groupAt = 0;
  #width = FIRST_BITS;

  constructor(feed: ByteFeed, mostBits: number, hasClear: boolean) {
    this.#feed = feed;
    this.#mostBits = mostBits;
    this.#hasClear = hasClear;
    for (let byte = 0; byte < 256; byte++) this.#suffix[byte] = byte;
  }

  take(): Uint8Array {
    const piece = this.#output.subarray(0, this.#fill);
    this.#output = new Uint8Array(PIECE_BYTES + MOST_STRING);
    this.#fill = 0;
    return piece;
  }

  /** -1 at the end of the data: nothing but the end of the file marks it. */
  #next(): number {
    if (this.#groupAt + this.#width > this.#groupBits) {
      const length = Math.min(this.#width, this.#feed.left);
      for (let at = 0; at < length; at++) this.#group[at] = this.#feed.byte();
      this.#groupBits = length * 8;
      this.#groupAt = 0;
      if (this.#width > this.#groupBits) return -1;
    }
    const at = this.#groupAt >>> 3;
    const group = this.#group;
    const word = group[at]! | (group[at + 1]! << 8) | (group[at + 2]! << 16);
    const code = (word >>> (this.#groupAt & 7)) & ((1 << this.#width) - 1);
    this.#groupAt += this.#width;
    return code;
  }

  #setWidth(width: number): void {
    this.#width = width;
    this.#groupAt = this.#groupBits;
  }

  *pieces(): Generator<Uint8Array> {
    const first = this.#hasClear ? CLEAR + 1 : CLEAR;
    let [free, last, lastByte] = [first, -1, 0];
    for (;;) {
      if (free > (1 << this.#width) - 1 && this.#width < this.#mostBits) this.#setWidth(this.#width + 1);
      const code = this.#next();
      if (code < 0) return yield this.take();
      if (code === CLEAR && this.#hasClear) {
        this.#setWidth(FIRST_BITS);
        [free, last] = [first, -1];
        continue;
      }
      if (code > free || (last < 0 && code > 255) || (code === free && last < 0)) throw new UnpackStop("code");
      lastByte = this.#put(code, code >= free ? last : -1, lastByte);
      if (last >= 0 && free < 1 << this.#mostBits) {
        this.#prefix[free] = last;
        this.#suffix[free++] = lastByte;
      }
      last = code;
      if (this.#fill >= PIECE_BYTES) yield this.take();
    }
  }

  /** Writes the string of a code, or that of `last` and its own first byte; returns its first byte. */
  #put(code: number, last: number, lastByte: number): number {
    let at = MOST_STRING;
    const string = this.#string;
    if (last >= 0) string[--at] = lastByte;
    let next = last >= 0 ? last : code;
    while (next >= 256) {
      if (at === 1) throw new UnpackStop("code");
      string[--at] = this.#suffix[next]!;
      next = this.#prefix[next]!;
    }
    string[--at] = next;
    this.#output.set(string.subarray(at), this.#fill);
    this.#fill += MOST_STRING - at;
    return next;
  }
}
