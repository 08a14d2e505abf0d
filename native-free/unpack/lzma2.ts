/** LZMA2 (the .xz file format 1.2.1, section 5.3.1): chunks of LZMA, or of plain bytes, over one dictionary. */
import { type ByteFeed, UnpackStop } from "./byte-feed.ts";
import { LzmaDecoder } from "./lzma-decoder.ts";
import type { OutputWindow } from "./output-window.ts";

/** Dictionary size in bytes of the property byte; null where it is none. */
export function lzma2Dictionary(property: number): number | null {
  if (property > 40) return null;
  return property === 40 ? 0xffff_ffff : (2 | (property & 1)) * 2 ** (Math.floor(property / 2) + 11);
}

/** Decodes up to the end mark. The window gets everything, also what comes before a stop. */
export function* unlzma2(feed: ByteFeed, window: OutputWindow): Generator<Uint8Array> {
  const decoder = new LzmaDecoder(window);
  let [hasDictionary, hasProperties] = [false, false];
  for (;;) {
    const control = feed.byte();
    if (control === 0) return yield window.take();
    if (control === 1 || control >= 0xe0) {
      window.reset();
      decoder.startPositions();
      hasDictionary = true;
    } else if (control > 2 && control < 0x80) throw new UnpackStop("chunk");
    if (!hasDictionary) throw new UnpackStop("chunk");
    if (control <= 2) {
      yield* copyChunk(feed, window);
      continue;
    }
    const size = ((control & 0x1f) << 16) + (feed.byte() << 8) + feed.byte() + 1;
    const packedSize = (feed.byte() << 8) + feed.byte() + 1;
    if (control >= 0xc0) {
      if (!decoder.setProperties(feed.byte())) throw new UnpackStop("properties");
      hasProperties = true;
    } else if (!hasProperties) throw new UnpackStop("chunk");
    else if (control >= 0xa0) decoder.resetState();
    const end = feed.at + packedSize;
    yield* decodeChunk(feed, window, decoder, size);
    if (feed.at !== end) throw new UnpackStop("chunk-size");
  }
}

function* decodeChunk(feed: ByteFeed, window: OutputWindow, decoder: LzmaDecoder, size: number): Generator<Uint8Array> {
  decoder.startRange(feed);
  const limit = window.total + size;
  while (window.total < limit) {
    if (decoder.decode(limit)) throw new UnpackStop("marker");
    if (window.isFull) yield window.take();
  }
  if (!decoder.isFinished) throw new UnpackStop("range-coder");
}

function* copyChunk(feed: ByteFeed, window: OutputWindow): Generator<Uint8Array> {
  const size = (feed.byte() << 8) + feed.byte() + 1;
  for (let done = 0; done < size; done++) window.put(feed.byte());
  if (window.isFull) yield window.take();
}
