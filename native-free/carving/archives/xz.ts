/**
 * xz streams (.xz file format 1.2.1): stream header, block headers, LZMA2 chunks by their lengths, index against what was met, footer against
 * the index; each of these has its CRC-32. Streams and padding that follow directly belong to the file.
 *
 * The LZMA data are not decoded: a change inside a chunk is not seen. Not supported: filters behind which chunks cannot be walked.
 */
import { crc32 } from "node:zlib";
import type { ByteSource } from "../../bytes/byte-source.ts";
import { CarveWindow } from "../carve-window.ts";
import { type Carver, signature } from "../carver.ts";
import { complete, firstBytes, truncated, typedKind } from "./verdict.ts";

const streamBytes = 12;
const lzma2 = 0x21;
/** Bytes of the check by its id (2.1.1.2). */
const checkBytes = [0, 4, 4, 4, 8, 8, 8, 16, 16, 16, 32, 32, 32, 64, 64, 64];
const highestProperties = 224;
const mostBlocks = 1 << 20;
/** So many chunk headers in a row do not come by chance. */
const soundChunks = 12;
/** So many blocks, each with a header that agrees with its CRC-32, do not either. */
const soundBlocks = 2;
const footerMark = 0x5a59;
const paddingUnit = 4;

export const xzCarver: Carver = {
  id: "xz",
  family: "carver",
  name: "xz stream",
  spec: ".xz file format 1.2.1",
  level: "partial",
  kinds: [typedKind("xz")],
  signatures: [signature("fd 37 7a 58 5a 00")],
  limitBytes: 2 ** 38,
  carve(source, at, end) {
    if (!isHeader(source, at, end)) return null;
    const window = new CarveWindow(source, end);
    let behind = at;
    for (let next = at; ;) {
      const stream = next === at || isHeader(source, next, end) ? readStream(window, next) : null;
      if (stream?.isWhole !== true) {
        if (behind > at) return complete("xz", behind - at);
        return stream === null ? null : truncated("xz", stream.end - at);
      }
      behind = stream.end;
      // Padding counts only where another stream follows: else nobody can tell it from zeros behind the file.
      for (next = behind; next < behind + 1024 && window.has(next, 4) && window.u32(next) === 0;) next += paddingUnit;
    }
  },
};

function isHeader(source: ByteSource, at: number, end: number): boolean {
  const head = firstBytes(source, at, end, streamBytes);
  if (head === null || head.getUint32(0) !== 0xfd377a58 || head.getUint8(6) !== 0 || head.getUint8(7) > 15)
    return false;
  return crc32(new Uint8Array(head.buffer, 6, 2)) === head.getUint32(8, true);
}

interface Stream {
  readonly isWhole: boolean;
  readonly end: number;
}

/** Sizes of a block as the index has them. */
interface Block {
  readonly end: number;
  readonly unpadded: number;
  readonly size: number;
  readonly chunks: number;
}

interface Vli {
  readonly value: number;
  readonly end: number;
}

/** Multibyte integer (1.2); null where it is longer than a number holds. */
function readVli(window: CarveWindow, at: number): Vli | null {
  let value = 0;
  for (let i = 0; i < 8; i++) {
    const byte = window.u8(at + i);
    value += (byte & 0x7f) * 2 ** (7 * i);
    if (byte < 0x80) return { value, end: at + i + 1 };
  }
  return null;
}

function readStream(window: CarveWindow, at: number): Stream | null {
  const flags = window.u16(at + 6);
  const check = checkBytes[flags >> 8]!;
  const blocks: Block[] = [];
  let next = at + streamBytes;
  while (blocks.length < mostBlocks && window.has(next, 1) && window.u8(next) !== 0) {
    const block = readBlock(window, next, check);
    if (block === null || typeof block === "number") {
      const end = block ?? next;
      return blocks.length >= soundBlocks || block !== null ? { isWhole: false, end } : null;
    }
    blocks.push(block);
    next = block.end;
  }
  const isBeginning = blocks.length >= soundBlocks || blocks.some(({ chunks }) => chunks >= soundChunks);
  const broken = isBeginning ? { isWhole: false, end: next } : null;
  const index = blocks.length > 0 ? readIndex(window, next, blocks) : null;
  if (index === null || !window.has(index, streamBytes)) return broken;
  const agrees =
    window.u32(index) === crc32(window.bytes(index + 4, 6)) &&
    (window.u32(index + 4) + 1) * 4 === index - next &&
    window.u16(index + 8) === flags &&
    window.u16(index + 10) === footerMark;
  return agrees ? { isWhole: true, end: index + streamBytes } : broken;
}

/** The block at `at`; null where its header is none, the place where its chunks break when enough of them were met. */
function readBlock(window: CarveWindow, at: number, check: number): Block | number | null {
  const headerBytes = (window.u8(at) + 1) * 4;
  if (!window.has(at, headerBytes)) return null;
  if (crc32(window.bytes(at, headerBytes - 4)) !== window.u32(at + headerBytes - 4)) return null;
  const flags = window.u8(at + 1);
  let next = at + 2;
  const sizes: number[] = [];
  for (const bit of [0x40, 0x80]) {
    const vli = (flags & bit) === 0 ? null : readVli(window, next);
    sizes.push(vli?.value ?? -1);
    next = vli?.end ?? next;
  }
  if (!endsInLzma2(window, next, flags & 3)) return null;
  const dataAt = at + headerBytes;
  const chunks = walkChunks(window, dataAt);
  if (chunks.broken) return chunks.count >= soundChunks ? chunks.end : null;
  const packed = chunks.end - dataAt;
  if (sizes[0] !== -1 && sizes[0] !== packed) return null;
  let end = chunks.end;
  for (; (end - dataAt) % 4 !== 0; end++) if (window.u8(end) !== 0) return null;
  if (!window.has(end, check)) return null;
  return { end: end + check, unpadded: headerBytes + packed + check, size: chunks.size, chunks: chunks.count };
}

function endsInLzma2(window: CarveWindow, at: number, others: number): boolean {
  let next = at;
  for (let i = 0; i <= others; i++) {
    const id = readVli(window, next);
    const length = id === null ? null : readVli(window, id.end);
    if (id === null || length === null) return false;
    if (i === others) return id.value === lzma2;
    next = length.end + length.value;
  }
  return false;
}

interface Chunks {
  /** Behind the mark of the end, or behind the last sound chunk. */
  readonly end: number;
  /** Unpacked bytes. */
  readonly size: number;
  readonly count: number;
  readonly broken: boolean;
}

/** LZMA2 chunks (as the xz format's 5.3.1 refers to them): control byte, sizes, properties where the control byte announces them. */
function walkChunks(window: CarveWindow, start: number): Chunks {
  let at = start;
  let size = 0;
  for (let count = 0; ; count++) {
    const broken = { end: at, size, count, broken: true };
    if (!window.has(at, 1)) return broken;
    const control = window.u8(at);
    if (control === 0) return { end: at + 1, size, count, broken: false };
    // The first chunk resets dictionary and state.
    if (count === 0 && control !== 1 && control < 0xe0) return broken;
    if (control < 0x80) {
      if (control > 2) return broken;
      const length = window.u16be(at + 1) + 1;
      if (!window.has(at, 3 + length)) return broken;
      size += length;
      at += 3 + length;
      continue;
    }
    const withProperties = control >= 0xc0;
    const length = window.u16be(at + 3) + 1;
    const headerBytes = withProperties ? 6 : 5;
    if (!window.has(at, headerBytes + length) || (withProperties && window.u8(at + 5) > highestProperties))
      return broken;
    // A range coder's first byte is 0.
    if (window.u8(at + headerBytes) !== 0) return broken;
    size += (control & 0x1f) * 0x1_0000 + window.u16be(at + 1) + 1;
    at += headerBytes + length;
  }
}

/** Behind the index (4), whose records are those of the blocks; null where they are not. */
function readIndex(window: CarveWindow, at: number, blocks: readonly Block[]): number | null {
  const count = readVli(window, at + 1);
  if (count === null || count.value !== blocks.length) return null;
  let next = count.end;
  for (const block of blocks) {
    const unpadded = readVli(window, next);
    const size = unpadded === null ? null : readVli(window, unpadded.end);
    if (unpadded?.value !== block.unpadded || size?.value !== block.size) return null;
    next = size.end;
  }
  for (; (next - at) % 4 !== 0; next++) if (window.u8(next) !== 0) return null;
  if (!window.has(next, 4)) return null;
  return crc32(window.bytes(at, next - at)) === window.u32(next) ? next + 4 : null;
}
