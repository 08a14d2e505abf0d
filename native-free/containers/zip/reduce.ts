/** Reducing, ZIP methods 2 to 5 (APPNOTE 6.3.10, 5.2): bytes that often follow others are coded short, then repeated stretches are expanded. */
import type { ByteSource } from "../../bytes/byte-source.ts";
import { ByteFeed, endingOf, type Unpacked } from "../../unpack/byte-feed.ts";
import { LowBits } from "./low-bits.ts";
import { ZeroedWindow } from "./zeroed-window.ts";

const MARK = 144;
const WINDOW_BYTES = 4096 + 256;

/** `factor` is the method less 1, from 1 to 4. Decodes up to the declared size. */
export function unreduce(source: ByteSource, at: number, length: number, size: number, factor: number): Unpacked {
  const feed = new ByteFeed(source, at, at + length);
  const window = new ZeroedWindow(WINDOW_BYTES);
  return endingOf(feed, decode(new LowBits(feed), window, size, factor), () => window.take());
}

/** For each byte those that may follow it, in short codes. */
function readFollowers(bits: LowBits): Uint8Array[] {
  const sets: Uint8Array[] = Array.from({ length: 256 }, () => new Uint8Array(0));
  for (let byte = 255; byte >= 0; byte--) {
    const set = new Uint8Array(bits.bits(6));
    for (let index = 0; index < set.length; index++) set[index] = bits.bits(8);
    sets[byte] = set;
  }
  return sets;
}

function* decode(bits: LowBits, window: ZeroedWindow, size: number, factor: number): Generator<Uint8Array> {
  const followers = size > 0 ? readFollowers(bits) : [];
  const lengthBits = 8 - factor;
  const lengthMask = (1 << lengthBits) - 1;
  let last = 0;
  const next = (): number => {
    const set = followers[last]!;
    const isPlain = set.length === 0 || bits.bits(1) === 1;
    const place = isPlain ? 0 : bits.bits(Math.max(1, 32 - Math.clz32(set.length - 1)));
    last = isPlain ? bits.bits(8) : (set[place] ?? 0);
    return last;
  };
  while (window.total < size) {
    const byte = next();
    const value = byte === MARK ? next() : 0;
    if (byte !== MARK) window.put(byte);
    else if (value === 0) window.put(MARK);
    else {
      let length = value & lengthMask;
      if (length === lengthMask) length += next();
      const distance = (value >>> lengthBits) * 256 + next() + 1;
      window.copy(distance, Math.min(length + 3, size - window.total));
    }
    if (window.isFull) yield window.take();
  }
  yield window.take();
}
