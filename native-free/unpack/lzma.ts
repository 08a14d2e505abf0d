/**
 * Streams of one LZMA coder: LZMA alone (LZMA specification, ".lzma file format"), the data of ZIP method 14 (APPNOTE 6.3.10, 5.8)
 * and members of lzip (lzip manual, "File format", versions 0 and 1).
 */
import { crc32 } from "node:zlib";
import type { ByteSource } from "../bytes/byte-source.ts";
import { ByteFeed, endingOf, UnpackStop, type Unpacked } from "./byte-feed.ts";
import { LzmaDecoder } from "./lzma-decoder.ts";
import { OutputWindow } from "./output-window.ts";

const UNKNOWN_SIZE = 0xffff_ffff;
const TWO_32 = 0x1_0000_0000;

interface Plan {
  readonly properties: number;
  readonly dictionaryBytes: number;
  /** Null where an end marker ends the stream. */
  readonly size: number | null;
}

function* decodeAll(feed: ByteFeed, window: OutputWindow, plan: Plan): Generator<Uint8Array> {
  const decoder = new LzmaDecoder(window);
  if (!decoder.setProperties(plan.properties)) throw new UnpackStop("properties");
  decoder.startRange(feed);
  const limit = plan.size ?? Number.MAX_SAFE_INTEGER;
  for (;;) {
    const isMarked = decoder.decode(limit);
    if (isMarked && plan.size !== null && window.total < plan.size) throw new UnpackStop("early-end");
    if (isMarked) return yield window.take();
    if (window.total >= limit) break;
    yield window.take();
  }
  yield window.take();
  // A marker may follow although the size was known.
  if (!decoder.isFinished && !decoder.decode(limit + 1)) throw new UnpackStop("marker");
}

/** Properties, dictionary size, size of the content, data. */
export function unlzma(source: ByteSource, at: number, end = source.size): Unpacked {
  const feed = new ByteFeed(source, at, end);
  const window = { current: null as OutputWindow | null };
  function* steps(): Generator<Uint8Array> {
    const properties = feed.byte();
    const dictionaryBytes = feed.u32();
    const [low, high] = [feed.u32(), feed.u32()];
    const isUnknown = low === UNKNOWN_SIZE && high === UNKNOWN_SIZE;
    window.current = new OutputWindow(Math.max(4096, dictionaryBytes));
    yield* decodeAll(feed, window.current, {
      properties,
      dictionaryBytes,
      size: isUnknown ? null : high * TWO_32 + low,
    });
  }
  return endingOf(feed, steps(), () => window.current?.take() ?? null);
}

/** Version of the coder, length of its properties, properties, dictionary size; the size is the archive's, null for a marker. */
export function unlzmaZip(source: ByteSource, at: number, end: number, size: number | null): Unpacked {
  const feed = new ByteFeed(source, at, end);
  const window = { current: null as OutputWindow | null };
  function* steps(): Generator<Uint8Array> {
    feed.u16();
    if (feed.u16() !== 5) throw new UnpackStop("properties");
    const properties = feed.byte();
    const dictionaryBytes = feed.u32();
    window.current = new OutputWindow(Math.max(4096, dictionaryBytes));
    yield* decodeAll(feed, window.current, { properties, dictionaryBytes, size });
  }
  return endingOf(feed, steps(), () => window.current?.take() ?? null);
}

const LZIP_PROPERTIES = 93;

/** Members one behind the other, up to what is none. */
export function unlzip(source: ByteSource, at: number): Unpacked {
  const feed = new ByteFeed(source, at);
  const window = { current: null as OutputWindow | null };
  function* steps(): Generator<Uint8Array> {
    do yield* member(feed, window);
    while (isLzip(source, feed.at));
  }
  return endingOf(feed, steps(), () => window.current?.take() ?? null);
}

function isLzip(source: ByteSource, at: number): boolean {
  const head = new Uint8Array(4);
  return source.readInto(head, at) === 4 && head.join() === "76,90,73,80";
}

function* member(feed: ByteFeed, window: { current: OutputWindow | null }): Generator<Uint8Array> {
  const start = feed.at;
  feed.seek(start + 4);
  const version = feed.byte();
  if (version > 1) throw new UnpackStop("unsupported-version");
  const coded = feed.byte();
  const power = 1 << (coded & 31);
  const dictionaryBytes = power - (power >>> 4) * (coded >>> 5);
  window.current = new OutputWindow(Math.max(4096, dictionaryBytes));
  let [crc, size] = [0, 0];
  for (const piece of decodeAll(feed, window.current, { properties: LZIP_PROPERTIES, dictionaryBytes, size: null })) {
    crc = crc32(piece, crc);
    size += piece.length;
    yield piece;
  }
  if (feed.u32() !== crc) throw new UnpackStop("checksum");
  if (feed.u32() + feed.u32() * TWO_32 !== size) throw new UnpackStop("size");
  if (version === 1 && feed.u32() + feed.u32() * TWO_32 !== feed.at - start) throw new UnpackStop("member-size");
}
