/**
 * Zstandard (RFC 8878): frames and skippable frames, one behind the other, found by their block headers and decoded by node:zlib block
 * by block, so that everything before damage is had. Not supported: dictionaries, frames of the formats before 0.8.
 */
import { constants, createZstdDecompress } from "node:zlib";
import { type ByteSource, readRange } from "../bytes/byte-source.ts";
import type { Ending, UnpackedLater } from "./byte-feed.ts";

const MAGIC = 0xfd2fb528;
const SKIPPABLE = 0x184d2a50;
const BLOCK_HEADER_BYTES = 3;
const MOST_BLOCK_BYTES = 128 * 1024;
/** What the library allows by itself. */
const USUAL_WINDOW_LOG = 27;
const MOST_WINDOW_LOG = 31;
/** A larger window than usual is only given to a file that has at least one byte for so many of the window. */
const WINDOW_PER_BYTE = 64;

interface FrameHeader {
  /** Bytes up to the first block. */
  readonly length: number;
  readonly hasChecksum: boolean;
  readonly windowLog: number;
  readonly hasDictionary: boolean;
}

/** Stops with `signature` at once where no frame is. */
export async function* unzstd(source: ByteSource, at: number, end = source.size): UnpackedLater {
  let next = at;
  for (let count = 0; ; count++) {
    const magic = wordAt(source, next, end);
    if (magic >= SKIPPABLE && magic <= SKIPPABLE + 15) {
      const length = wordAt(source, next + 4, end);
      if (length < 0 || next + 8 + length > end) return { problem: "truncated", end: next };
      next += 8 + length;
      continue;
    }
    if (magic !== MAGIC) return { problem: count === 0 ? "signature" : null, end: next };
    const ending = yield* readFrame(source, next, end);
    next = ending.end;
    if (ending.problem !== null) return ending;
  }
}

function wordAt(source: ByteSource, at: number, end: number): number {
  if (at + 4 > end) return -1;
  const bytes = readRange(source, at, 4);
  return (bytes[0]! | (bytes[1]! << 8) | (bytes[2]! << 16) | (bytes[3]! << 24)) >>> 0;
}

/** Section 3.1.1.1; null where it is cut off. */
function readHeader(bytes: Uint8Array): FrameHeader | null {
  const flags = bytes[4] ?? 0;
  const isSingle = (flags & 0x20) !== 0;
  const dictionaryBytes = [0, 1, 2, 4][flags & 3]!;
  const sizeBytes = [isSingle ? 1 : 0, 2, 4, 8][flags >>> 6]!;
  const length = 5 + (isSingle ? 0 : 1) + dictionaryBytes + sizeBytes;
  if (bytes.length < length) return null;
  const dictionaryAt = 5 + (isSingle ? 0 : 1);
  const hasDictionary = bytes.subarray(dictionaryAt, dictionaryAt + dictionaryBytes).some((byte) => byte !== 0);
  let size = sizeBytes === 2 ? 256 : 0;
  for (let index = 0; index < sizeBytes; index++) size += bytes[length - sizeBytes + index]! * 2 ** (8 * index);
  const windowLog = isSingle ? Math.ceil(Math.log2(Math.max(1024, size))) : 11 + ((bytes[5] ?? 0) >>> 3);
  return { length, hasChecksum: (flags & 4) !== 0, windowLog, hasDictionary };
}

/** The bytes of the block at `at` with its header; null where it is cut off or of no kind. */
function blockAt(source: ByteSource, at: number, end: number): { length: number; isLast: boolean } | null {
  if (at + BLOCK_HEADER_BYTES > end) return null;
  const bytes = readRange(source, at, BLOCK_HEADER_BYTES);
  const word = bytes[0]! | (bytes[1]! << 8) | (bytes[2]! << 16);
  const kind = (word >>> 1) & 3;
  const size = kind === 1 ? 1 : word >>> 3;
  if (kind === 3 || size > MOST_BLOCK_BYTES || at + BLOCK_HEADER_BYTES + size > end) return null;
  return { length: BLOCK_HEADER_BYTES + size, isLast: (word & 1) === 1 };
}

async function* readFrame(source: ByteSource, at: number, end: number): AsyncGenerator<Uint8Array, Ending> {
  const header = readHeader(readRange(source, at, Math.min(18, end - at)));
  if (!header) return { problem: "truncated", end: at };
  if (header.hasDictionary) return { problem: "unsupported-dictionary", end: at };
  const window = windowFor(header, source.size);
  if (window === null) return { problem: "unsupported-window", end: at };
  const decoder = new FrameDecoder(window);
  try {
    let next = at + header.length;
    yield* decoder.decode(readRange(source, at, header.length));
    for (;;) {
      const block = blockAt(source, next, end);
      if (!block) return { problem: next + BLOCK_HEADER_BYTES > end ? "truncated" : "block", end: next };
      yield* decoder.decode(readRange(source, next, block.length));
      if (decoder.isBroken) return { problem: "block-data", end: next };
      next += block.length;
      if (!block.isLast) continue;
      if (!header.hasChecksum) return { problem: null, end: next };
      if (next + 4 > end) return { problem: "truncated", end: next };
      yield* decoder.decode(readRange(source, next, 4));
      return { problem: decoder.isBroken ? "checksum" : null, end: next + 4 };
    }
  } finally {
    decoder.close();
  }
}

function windowFor({ windowLog }: FrameHeader, sourceBytes: number): number | null {
  if (windowLog <= USUAL_WINDOW_LOG) return USUAL_WINDOW_LOG;
  return windowLog <= MOST_WINDOW_LOG && 2 ** windowLog <= sourceBytes * WINDOW_PER_BYTE ? windowLog : null;
}

/** One frame, given block by block. */
class FrameDecoder {
  isBroken = false;
  readonly #stream;
  #pieces: Uint8Array[] = [];

  constructor(windowLog: number) {
    this.#stream = createZstdDecompress({
      chunkSize: MOST_BLOCK_BYTES,
      params: { [constants.ZSTD_d_windowLogMax]: windowLog },
    });
    // Writing gets the error; this only keeps it from being unhandled.
    this.#stream.on("error", () => undefined);
    this.#stream.on("data", (piece: Uint8Array) => this.#pieces.push(piece));
  }

  /** What one block gives; a stream that ends or fails in the middle of it is broken. */
  async *decode(packed: Uint8Array): AsyncGenerator<Uint8Array> {
    const stream = this.#stream;
    this.isBroken = await new Promise<boolean>((resolve) => {
      const broken = (): void => resolve(true);
      // A frame that ends before its last block leaves the call of the writer unanswered.
      stream.on("end", broken).on("error", broken);
      stream.write(packed, (error) => {
        stream.off("end", broken).off("error", broken);
        resolve(!!error);
      });
    });
    // What still waits in the stream goes to the listener, too.
    while (stream.read() !== null);
    const pieces = this.#pieces;
    this.#pieces = [];
    yield* pieces;
  }

  close(): void {
    this.#stream.destroy();
  }
}
