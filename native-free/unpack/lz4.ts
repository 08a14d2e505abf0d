/**
 * LZ4 frames (LZ4 Frame Format 1.6.3), legacy frames and skippable ones, one behind the other. Checksums of headers, blocks and
 * contents are verified. Not supported: dictionaries that are not in the file.
 */
import { type ByteSource, viewRange } from "../bytes/byte-source.ts";
import { XxHash32 } from "../carving/archives/xx-hash.ts";
import { ByteFeed, endingOf, UnpackStop, type Unpacked } from "./byte-feed.ts";

const FRAME = 0x184d2204;
const LEGACY = 0x184c2102;
const SKIPPABLE = 0x184d2a50;
const LEGACY_BLOCK_BYTES = 8 * 1024 * 1024;
const HISTORY_BYTES = 64 * 1024;
const PLAIN = 0x8000_0000;

export function unlz4(source: ByteSource, at: number): Unpacked {
  const feed = new ByteFeed(source, at);
  const frame: { current: Frame | null } = { current: null };
  return endingOf(feed, readFrames(source, feed, frame), () => frame.current?.take() ?? null);
}

function magicAt(source: ByteSource, at: number): number {
  const bytes = viewRange(source, at, 4);
  return bytes.length < 4 ? -1 : (bytes[0]! | (bytes[1]! << 8) | (bytes[2]! << 16) | (bytes[3]! << 24)) >>> 0;
}

const isMagic = (magic: number): boolean =>
  magic === FRAME || magic === LEGACY || (magic >= SKIPPABLE && magic <= SKIPPABLE + 15);

function* readFrames(source: ByteSource, feed: ByteFeed, holder: { current: Frame | null }): Generator<Uint8Array> {
  if (!isMagic(magicAt(source, feed.at))) throw new UnpackStop("signature");
  for (let magic = magicAt(source, feed.at); isMagic(magic); magic = magicAt(source, feed.at)) {
    feed.seek(feed.at + 4);
    if (magic === FRAME) yield* readFrame(feed, holder);
    else if (magic === LEGACY) yield* readLegacy(source, feed, holder);
    else skip(feed, feed.u32());
  }
}

function skip(feed: ByteFeed, length: number): void {
  if (length > feed.left) throw new UnpackStop("truncated");
  feed.seek(feed.at + length);
}

/** The output of one frame: a block behind the history that it may copy from. */
class Frame {
  #buffer: Uint8Array;
  #begin = 0;
  #end = 0;

  constructor(blockBytes: number) {
    this.#buffer = new Uint8Array(HISTORY_BYTES + blockBytes);
  }

  /** Makes room for a block; the last 64 KiB stay in reach. */
  start(keepsHistory: boolean): void {
    const keep = keepsHistory ? Math.min(HISTORY_BYTES, this.#end) : 0;
    this.#buffer.copyWithin(0, this.#end - keep, this.#end);
    this.#begin = this.#end = keep;
  }

  put(bytes: Uint8Array): void {
    if (bytes.length > this.#buffer.length - this.#end) throw new UnpackStop("block-size");
    this.#buffer.set(bytes, this.#end);
    this.#end += bytes.length;
  }

  take(): Uint8Array {
    const piece = this.#buffer.slice(this.#begin, this.#end);
    this.#begin = this.#end;
    return piece;
  }

  /** Decodes a block; what comes before a stop can be taken. */
  decode(packed: Uint8Array, most: number): void {
    const target = this.#buffer;
    const room = Math.min(target.length, this.#end + most);
    let at = 0;
    while (at < packed.length) {
      const token = packed[at++]!;
      let length = token >>> 4;
      if (length === 15) [length, at] = longLength(packed, at, length);
      if (length > packed.length - at || length > room - this.#end) {
        this.put(packed.subarray(at, at + Math.min(length, room - this.#end)));
        throw new UnpackStop("literals");
      }
      target.set(packed.subarray(at, at + length), this.#end);
      this.#end += length;
      at += length;
      if (at === packed.length) return;
      if (at + 2 > packed.length) throw new UnpackStop("block");
      const distance = packed[at]! | (packed[at + 1]! << 8);
      at += 2;
      length = token & 15;
      if (length === 15) [length, at] = longLength(packed, at, length);
      this.#repeat(distance, length + 4, room);
    }
  }

  #repeat(distance: number, length: number, room: number): void {
    const target = this.#buffer;
    if (distance === 0 || distance > this.#end || length > room - this.#end) throw new UnpackStop("distance");
    let to = this.#end;
    if (distance >= length) target.copyWithin(to, to - distance, to - distance + length);
    else for (const end = to + length; to < end; to++) target[to] = target[to - distance]!;
    this.#end += length;
  }
}

/** A block of `length` packed bytes, which may be cut; what it gives up to the cut stays in the frame. */
function decodeBlock(frame: Frame, packed: Uint8Array, length: number, most: number): void {
  try {
    frame.decode(packed, most);
  } catch (error) {
    if (packed.length < length && error instanceof UnpackStop) throw new UnpackStop("truncated");
    throw error;
  }
}

function longLength(packed: Uint8Array, at: number, base: number): [length: number, at: number] {
  let length = base;
  for (;;) {
    if (at >= packed.length) throw new UnpackStop("block");
    const more = packed[at++]!;
    length += more;
    if (more < 255) return [length, at];
  }
}

interface FrameHeader {
  readonly isIndependent: boolean;
  readonly hasBlockChecksums: boolean;
  readonly hasChecksum: boolean;
  readonly size: number | null;
  readonly blockBytes: number;
}

function readHeader(feed: ByteFeed): FrameHeader {
  const start = feed.at;
  const [flags, block] = [feed.byte(), feed.byte()];
  if (flags >>> 6 !== 1 || (flags & 2) !== 0) throw new UnpackStop("unsupported-version");
  const kind = (block >>> 4) & 7;
  if (kind < 4) throw new UnpackStop("block-size");
  const size = (flags & 8) === 0 ? null : feed.u32() + feed.u32() * 0x1_0000_0000;
  if ((flags & 1) !== 0) throw new UnpackStop("unsupported-dictionary");
  const length = feed.at - start;
  feed.seek(start);
  const sum = new XxHash32().update(feed.take(length)).digest();
  if (feed.byte() !== ((sum >>> 8) & 0xff)) throw new UnpackStop("header-checksum");
  return {
    isIndependent: (flags & 0x20) !== 0,
    hasBlockChecksums: (flags & 0x10) !== 0,
    hasChecksum: (flags & 4) !== 0,
    size,
    blockBytes: 2 ** (8 + 2 * kind),
  };
}

function* readFrame(feed: ByteFeed, holder: { current: Frame | null }): Generator<Uint8Array> {
  const header = readHeader(feed);
  const frame = new Frame(header.blockBytes);
  holder.current = frame;
  const hash = new XxHash32();
  let size = 0;
  for (let word = feed.u32(); word !== 0; word = feed.u32()) {
    const length = word % PLAIN;
    if (length > header.blockBytes) throw new UnpackStop("block-size");
    const packed = feed.take(Math.min(length, feed.left));
    frame.start(!header.isIndependent);
    if (word >= PLAIN) frame.put(packed);
    else decodeBlock(frame, packed, length, header.blockBytes);
    if (packed.length < length) throw new UnpackStop("truncated");
    const piece = frame.take();
    hash.update(piece);
    size += piece.length;
    yield piece;
    if (header.hasBlockChecksums && feed.u32() !== new XxHash32().update(packed).digest()) {
      throw new UnpackStop("checksum");
    }
  }
  if (header.hasChecksum && feed.u32() !== hash.digest()) throw new UnpackStop("checksum");
  if (header.size !== null && header.size !== size) throw new UnpackStop("size");
}

/** Blocks of 8 MiB up to the end of the file or the next frame. */
function* readLegacy(source: ByteSource, feed: ByteFeed, holder: { current: Frame | null }): Generator<Uint8Array> {
  const frame = new Frame(LEGACY_BLOCK_BYTES);
  holder.current = frame;
  while (feed.left > 0 && !isMagic(magicAt(source, feed.at))) {
    const length = feed.u32();
    if (length > LEGACY_BLOCK_BYTES + LEGACY_BLOCK_BYTES / 255 + 16) throw new UnpackStop("block-size");
    const packed = feed.take(Math.min(length, feed.left));
    frame.start(false);
    decodeBlock(frame, packed, length, LEGACY_BLOCK_BYTES);
    if (packed.length < length) throw new UnpackStop("truncated");
    yield frame.take();
  }
}
