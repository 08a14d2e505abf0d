/**
 * LZ4 frames (LZ4 frame format 1.6.3): descriptor with its checksum, blocks with theirs, end mark, checksum of the content; blocks are decoded
 * (LZ4 block format), of linked ones with 64 KiB of history. Frames that follow directly belong to the file.
 *
 * Not carved: legacy frames, skippable frames alone, frames that need a dictionary.
 */
import type { ByteSource } from "../../bytes/byte-source.ts";
import { CarveWindow } from "../carve-window.ts";
import { type Carver, signature } from "../carver.ts";
import { chained, firstBytes, typedKind } from "./verdict.ts";
import { XxHash32 } from "./xx-hash.ts";

const magic = 0x184d2204;
/** Bits of the FLG byte. */
const flag = {
  dictionary: 1,
  reserved: 2,
  contentChecksum: 4,
  contentSize: 8,
  blockChecksum: 16,
  independent: 32,
} as const;
const historyBytes = 1 << 16;
const rawBlock = 0x8000_0000;
const shortestFrame = 11;
const soundBlocks = 2;

export const lz4Carver: Carver = {
  id: "lz4",
  family: "carver",
  name: "LZ4 frame",
  spec: "LZ4 frame format 1.6.3",
  level: "complete",
  kinds: [typedKind("lz4")],
  signatures: [signature("04 22 4d 18")],
  limitBytes: 2 ** 34,
  carve(source, at, end) {
    if (!isHeader(source, at, end)) return null;
    const window = new CarveWindow(source, end);
    return chained("lz4", at, (place) =>
      place === at || isHeader(source, place, end) ? readFrame(window, place) : null,
    );
  },
};

function isHeader(source: ByteSource, at: number, end: number): boolean {
  const head = firstBytes(source, at, end, shortestFrame);
  if (head === null || head.getUint32(0, true) !== magic) return false;
  const flags = head.getUint8(4);
  const block = head.getUint8(5);
  return (
    flags >> 6 === 1 && (flags & (flag.reserved | flag.dictionary)) === 0 && (block & 0x8f) === 0 && block >> 4 >= 4
  );
}

interface Frame {
  readonly isWhole: boolean;
  readonly end: number;
}

function readFrame(window: CarveWindow, at: number): Frame | null {
  const flags = window.u8(at + 4);
  const has = (bit: number): boolean => (flags & bit) !== 0;
  const descriptorBytes = has(flag.contentSize) ? 10 : 2;
  const descriptor = window.bytes(at + 4, descriptorBytes);
  const checkAt = at + 4 + descriptorBytes;
  if (((new XxHash32().update(descriptor).digest() >>> 8) & 0xff) !== window.u8(checkAt)) return null;
  const blockLimit = 1 << (8 + 2 * (window.u8(at + 5) >> 4));
  const output = new BlockOutput(blockLimit);
  const content = new XxHash32();
  let next = checkAt + 1;
  let total = 0;
  // Blocks that were decoded or have a checksum of their own: what is stored as it is proves nothing.
  let proved = 0;
  for (;;) {
    const broken = proved >= soundBlocks ? { isWhole: false, end: next } : null;
    if (!window.has(next, 4)) return broken;
    const size = window.u32(next);
    if (size === 0) {
      const end = next + (has(flag.contentChecksum) ? 8 : 4);
      const sized = !has(flag.contentSize) || window.u64(at + 6) === total;
      const summed = !has(flag.contentChecksum) || window.u32(next + 4) === content.digest();
      return total > 0 && window.has(next, end - next) && sized && summed ? { isWhole: true, end } : broken;
    }
    const packed = size & ~rawBlock;
    const end = next + 4 + packed + (has(flag.blockChecksum) ? 4 : 0);
    if (packed > blockLimit || !window.has(next, end - next)) return broken;
    const bytes = window.bytes(next + 4, packed);
    if (has(flag.blockChecksum) && new XxHash32().update(bytes).digest() !== window.u32(end - 4)) return broken;
    const block = size >= rawBlock ? output.raw(bytes) : output.decode(bytes, has(flag.independent));
    if (block === null) return broken;
    if (size < rawBlock || has(flag.blockChecksum)) proved++;
    total += block.length;
    content.update(block);
    next = end;
  }
}

/** The last 64 KiB of the content and the block that is decoded behind them. */
class BlockOutput {
  readonly #bytes: Uint8Array;
  readonly #limit: number;
  /** Bytes of history, directly before the block. */
  #history = 0;

  constructor(limit: number) {
    this.#limit = limit;
    this.#bytes = new Uint8Array(historyBytes + limit);
  }

  raw(block: Uint8Array): Uint8Array {
    this.#bytes.set(block, historyBytes);
    return this.#done(historyBytes + block.length);
  }

  /** The block's content, borrowed; null where the block is none. */
  decode(packed: Uint8Array, isAlone: boolean): Uint8Array | null {
    const bytes = this.#bytes;
    const last = historyBytes + this.#limit;
    const first = isAlone ? historyBytes : historyBytes - this.#history;
    let to = historyBytes;
    for (let at = 0; at < packed.length;) {
      const token = packed[at++]!;
      let literals = token >> 4;
      if (literals === 15) for (let more = 255; more === 255; literals += more) more = packed[at++] ?? 0;
      if (at + literals > packed.length || to + literals > last) return null;
      bytes.set(packed.subarray(at, at + literals), to);
      at += literals;
      to += literals;
      if (at === packed.length) return this.#done(to);
      const distance = packed[at]! | ((packed[at + 1] ?? 0) << 8);
      at += 2;
      let length = token & 15;
      if (length === 15) for (let more = 255; more === 255; length += more) more = packed[at++] ?? 0;
      length += 4;
      if (distance === 0 || to - distance < first || to + length > last) return null;
      for (let left = length; left > 0; left--, to++) bytes[to] = bytes[to - distance]!;
    }
    return null;
  }

  /** Hands the block out; history for the next one is moved when that is asked for. */
  #done(to: number): Uint8Array {
    const block = this.#bytes.slice(historyBytes, to);
    const kept = Math.min(historyBytes, this.#history + block.length);
    this.#bytes.copyWithin(historyBytes - kept, to - kept, to);
    this.#history = kept;
    return block;
  }
}
