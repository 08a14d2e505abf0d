/**
 * The .xz file format 1.2.1: streams of blocks, LZMA2 with filters before it, checks None, CRC-32, CRC-64 and SHA-256; others are
 * skipped by their size. Not supported: the IA-64 and RISC-V filters, checking the index against the blocks.
 */
import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";
import { type ByteSource, readRange } from "../bytes/byte-source.ts";
import { type Filter, filterOf } from "./branch-filters.ts";
import { ByteFeed, endingOf, UnpackStop, type Unpacked } from "./byte-feed.ts";
import { Crc64 } from "./crc64.ts";
import { lzma2Dictionary, unlzma2 } from "./lzma2.ts";
import { OutputWindow } from "./output-window.ts";

const MAGIC = "253,55,122,88,90,0";
const LZMA2 = 0x21;
const HEADER_BYTES = 12;
const FOOTER_BYTES = 12;
/** Bytes of a check by its number (2.1.1.2). */
const CHECK_BYTES = [0, 4, 4, 4, 8, 8, 8, 16, 16, 16, 32, 32, 32, 64, 64, 64];

interface Check {
  update(bytes: Uint8Array): void;
  /** Null where the check is not one that can be computed. */
  digest(): Uint8Array | null;
}

function checkOf(kind: number): Check {
  if (kind === 4) return new Crc64();
  if (kind === 10) {
    const hash = createHash("sha256");
    return { update: (bytes) => void hash.update(bytes), digest: () => hash.digest() };
  }
  if (kind !== 1) return { update: () => undefined, digest: () => null };
  let crc = 0;
  return {
    update: (bytes) => void (crc = crc32(bytes, crc)),
    digest: () => Uint8Array.of(crc, crc >>> 8, crc >>> 16, crc >>> 24),
  };
}

/** Streams one behind the other, with padding between them, up to what is none. */
export function unxz(source: ByteSource, at: number, end = source.size): Unpacked {
  const feed = new ByteFeed(source, at, end);
  const state: BlockState = { window: null, filters: [] };
  return endingOf(feed, readStreams(source, feed, state), () => remaining(state));
}

/** What of a block is there to be delivered when it breaks. */
interface BlockState {
  window: OutputWindow | null;
  filters: FilterStep[];
}

function remaining(state: BlockState): Uint8Array | null {
  const rest = state.window?.take();
  return rest ? through(state.filters, rest, true) : null;
}

function* readStreams(source: ByteSource, feed: ByteFeed, state: BlockState): Generator<Uint8Array> {
  for (;;) {
    yield* readStream(feed, state);
    const padded = skipPadding(source, feed.at, feed.end);
    if (!isXz(source, padded)) return;
    feed.seek(padded);
  }
}

const isXz = (source: ByteSource, at: number): boolean => readRange(source, at, 6).join() === MAGIC;

function skipPadding(source: ByteSource, at: number, end: number): number {
  let next = at;
  while (next + 4 <= end && readRange(source, next, 4).every((byte) => byte === 0)) next += 4;
  return next;
}

function* readStream(feed: ByteFeed, state: BlockState): Generator<Uint8Array> {
  const header = feed.take(HEADER_BYTES);
  if (header.subarray(0, 6).join() !== MAGIC) throw new UnpackStop("signature");
  const view = new DataView(header.buffer);
  if (view.getUint32(8, true) !== crc32(header.subarray(6, 8))) throw new UnpackStop("header-checksum");
  if (header[6] !== 0 || header[7]! > 15) throw new UnpackStop("unsupported-flags");
  for (;;) {
    const size = feed.byte();
    if (size === 0) break;
    yield* readBlock(feed, (size + 1) * 4, header[7]!, state);
  }
  readIndex(feed);
  const footer = feed.take(FOOTER_BYTES);
  const stored = new DataView(footer.buffer).getUint32(0, true);
  if (stored !== crc32(footer.subarray(4, 10))) throw new UnpackStop("footer");
}

/** Number of records, records of two numbers, padding, CRC-32. Its first byte has been read. */
function readIndex(feed: ByteFeed): void {
  const start = feed.at - 1;
  const records = vli(feed);
  for (let index = 0; index < records; index++) {
    vli(feed);
    vli(feed);
  }
  while ((feed.at - start) % 4 !== 0) if (feed.byte() !== 0) throw new UnpackStop("index");
  feed.u32();
}

function vli(feed: ByteFeed): number {
  let value = 0;
  for (let power = 0; power < 9; power++) {
    const byte = feed.byte();
    value += (byte & 0x7f) * 2 ** (7 * power);
    if (byte < 0x80) return value;
  }
  throw new UnpackStop("number");
}

interface FilterStep {
  readonly apply: Filter;
  /** Bytes that the filter wants to see again with what follows. */
  held: Uint8Array;
}

interface BlockHeader {
  readonly packedSize: number | null;
  readonly size: number | null;
  readonly dictionaryBytes: number;
  /** In the order in which they are undone. */
  readonly filters: FilterStep[];
}

function readHeader(feed: ByteFeed, headerBytes: number): BlockHeader {
  const start = feed.at - 1;
  const flags = feed.byte();
  if ((flags & 0x3c) !== 0) throw new UnpackStop("unsupported-flags");
  const packedSize = (flags & 0x40) === 0 ? null : vli(feed);
  const size = (flags & 0x80) === 0 ? null : vli(feed);
  const filters: FilterStep[] = [];
  const count = (flags & 3) + 1;
  for (let index = 1; index < count; index++) {
    const id = vli(feed);
    const filter = filterOf(id, feed.take(Math.min(1024, vli(feed))));
    if (!filter) throw new UnpackStop("unsupported-filter");
    filters.unshift({ apply: filter, held: new Uint8Array(0) });
  }
  if (vli(feed) !== LZMA2 || vli(feed) !== 1) throw new UnpackStop("unsupported-filter");
  const dictionaryBytes = lzma2Dictionary(feed.byte());
  if (dictionaryBytes === null) throw new UnpackStop("dictionary");
  if (feed.at > start + headerBytes - 4) throw new UnpackStop("block-header");
  feed.seek(start);
  const whole = feed.take(headerBytes);
  const stored = new DataView(whole.buffer).getUint32(headerBytes - 4, true);
  if (stored !== crc32(whole.subarray(0, headerBytes - 4))) throw new UnpackStop("header-checksum");
  return { packedSize, size, dictionaryBytes, filters };
}

function* readBlock(feed: ByteFeed, headerBytes: number, kind: number, state: BlockState): Generator<Uint8Array> {
  const header = readHeader(feed, headerBytes);
  const start = feed.at;
  const check = checkOf(kind);
  const window = new OutputWindow(Math.max(4096, header.dictionaryBytes));
  state.window = window;
  state.filters = header.filters;
  let size = 0;
  for (const piece of unlzma2(feed, window)) {
    const bytes = through(header.filters, piece, false);
    check.update(bytes);
    size += bytes.length;
    yield bytes;
  }
  const rest = through(header.filters, new Uint8Array(0), true);
  check.update(rest);
  size += rest.length;
  yield rest;
  const packedSize = feed.at - start;
  for (let at = packedSize; at % 4 !== 0; at++) if (feed.byte() !== 0) throw new UnpackStop("padding");
  const stored = feed.take(CHECK_BYTES[kind]!);
  if ((check.digest() ?? stored).join() !== stored.join()) throw new UnpackStop("checksum");
  if ((header.size ?? size) !== size) throw new UnpackStop("size");
  if ((header.packedSize ?? packedSize) !== packedSize) throw new UnpackStop("packed-size");
}

/** A piece after all filters; what they hold back comes with a later piece, at the latest with the last one. */
function through(filters: readonly FilterStep[], piece: Uint8Array, isLast: boolean): Uint8Array {
  let bytes = piece;
  for (const step of filters) {
    const joined = new Uint8Array(step.held.length + bytes.length);
    joined.set(step.held);
    joined.set(bytes, step.held.length);
    const done = step.apply(joined);
    step.held = isLast ? new Uint8Array(0) : joined.slice(done);
    bytes = isLast ? joined : joined.subarray(0, done);
  }
  return bytes;
}
