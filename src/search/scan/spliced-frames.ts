/**
 * Many small zstd frames as one (RFC 8878, sections 3.1.1.1 and 3.1.1.2), so that they are decompressed in one call: the blocks of each frame,
 * and after them a few blocks of ours that write a separator and set the repeated offsets to what a frame begins with. A first block of a frame
 * never refers to tables of another. Frames with a dictionary, a reserved bit or a window above 8 MiB are not joined. Checksums are left out; an
 * offset that damage led to before the beginning of its frame finds the text of another one.
 */
import { copyBytes } from "../../../native-free/bytes/copy-bytes.ts";

const magic = 0xfd2fb528;
const mostWindow = 1 << 23;
/** Block types. */
const blockTypes = { raw: 0, repeated: 1, compressed: 2 } as const;
const separatorByte = 0xff;

function compressedBlock(...content: number[]): number[] {
  const header = (content.length << 3) | (blockTypes.compressed << 1);
  return [header & 0xff, header >> 8, 0, ...content];
}

/** Tables of one symbol each for literal lengths, offsets and match lengths. */
const oneSymbolEach = 0b01010100;
const eightLiterals = new Array<number>(8).fill(separatorByte);
/**
 * Eight literals, then matches of three bytes with the offsets 8, 4 and 1: 17 times 0xFF, and the repeated offsets are 1, 4 and 8. A block is its
 * literals, number of sequences, modes, the three symbols (literal length, offset, match length), and the offsets' bits behind a 1.
 */
const separatorBlocks = Uint8Array.from([
  ...compressedBlock(8 << 3, ...eightLiterals, 1, oneSymbolEach, 8, 3, 0, 0b1_011),
  ...compressedBlock(0, 2, oneSymbolEach, 0, 2, 0, 0b1_11_00),
]);
/** Bytes 0xFF behind the text of each frame. */
export const separatorBytes = 17;

/** Magic number, no content size, window of 8 MiB. */
const frameHeader = Uint8Array.from([0x28, 0xb5, 0x2f, 0xfd, 0, 13 << 3]);
/** An empty raw block, the last one. */
const lastBlock = Uint8Array.from([1, 0, 0]);

export class FrameSplicer {
  #joined = new Uint8Array(1 << 20);
  #length = 0;

  /** `ends`: where each of the `count` frames ends in `bytes`. Valid until the next call; null where one of them cannot be joined. */
  join(bytes: Uint8Array, ends: ArrayLike<number>, count: number): Uint8Array | null {
    const total = (ends[count - 1] ?? 0) + count * separatorBlocks.length + frameHeader.length + lastBlock.length;
    if (total > this.#joined.length) this.#joined = new Uint8Array(total * 2);
    this.#length = 0;
    this.#put(frameHeader, 0, frameHeader.length);
    for (let at = 0; at < count; at += 1) {
      if (!this.#frame(bytes, at === 0 ? 0 : (ends[at - 1] as number), ends[at] as number)) return null;
      this.#put(separatorBlocks, 0, separatorBlocks.length);
    }
    this.#put(lastBlock, 0, lastBlock.length);
    return this.#joined.subarray(0, this.#length);
  }

  #put(bytes: Uint8Array, from: number, to: number): void {
    copyBytes(bytes, from, to - from, this.#joined, this.#length);
    this.#length += to - from;
  }

  /** The blocks of one frame; false where it is not one that can be joined. */
  #frame(bytes: Uint8Array, from: number, end: number): boolean {
    const blocks = firstBlock(bytes, from, end);
    if (blocks === null) return false;
    const stop = end - ((bytes[from + 4] as number) & 4);
    const copied = this.#length;
    this.#put(bytes, blocks, stop);
    for (let at = blocks; at + 3 <= stop;) {
      const header = uint24(bytes, at);
      const type = (header >> 1) & 3;
      // No longer the last block of its frame.
      this.#joined[copied + at - blocks] = header & 0xfe;
      if (type > blockTypes.compressed) return false;
      at += 3 + (type === blockTypes.repeated ? 1 : header >> 3);
      if ((header & 1) === 1) return at === stop;
    }
    return false;
  }
}

/** Where the blocks of a frame begin; null where the frame is damaged or cannot be joined. */
function firstBlock(bytes: Uint8Array, from: number, end: number): number | null {
  if (end - from < 9 || (uint24(bytes, from) | ((bytes[from + 3] as number) << 24)) >>> 0 !== magic) return null;
  const descriptor = bytes[from + 4] as number;
  const isSingle = (descriptor & 0x20) !== 0;
  const hasDictionary = (descriptor & 3) !== 0;
  const hasReservedBit = (descriptor & 8) !== 0;
  if (hasDictionary || hasReservedBit) return null;
  const sizeBytes = contentSizeBytes(descriptor >> 6, isSingle);
  if (isSingle) return contentSize(bytes, from + 5, sizeBytes) <= mostWindow ? from + 5 + sizeBytes : null;
  const window = bytes[from + 5] as number;
  const base = 2 ** (10 + (window >> 3));
  return base + (base / 8) * (window & 7) <= mostWindow ? from + 6 + sizeBytes : null;
}

function contentSizeBytes(flag: number, isSingle: boolean): number {
  if (flag === 0) return isSingle ? 1 : 0;
  return 1 << flag;
}

/** Little-endian; two bytes count from 256. */
function contentSize(bytes: Uint8Array, at: number, length: number): number {
  let size = length === 2 ? 256 : 0;
  for (let index = 0; index < length; index += 1) size += (bytes[at + index] ?? 0) * 2 ** (8 * index);
  return size;
}

function uint24(bytes: Uint8Array, at: number): number {
  return (bytes[at] as number) | ((bytes[at + 1] as number) << 8) | ((bytes[at + 2] as number) << 16);
}
