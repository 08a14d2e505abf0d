/** Deflate (RFC 1951) by node:zlib, with what lies before a break, and the place where the stream ends. */
import type { Buffer } from "node:buffer";
import { constants, createInflateRaw } from "node:zlib";
import { type ByteSource, readRange } from "../bytes/byte-source.ts";
import { type Ending, PIECE_BYTES, type UnpackedLater } from "./byte-feed.ts";
import { inflateSteps } from "./inflate.ts";

/** Decodes the stream at `at`, which uses at most `length` bytes. */
export async function* inflateStream(source: ByteSource, at: number, length: number): UnpackedLater {
  const end = Math.min(at + length, source.size);
  const state = { delivered: 0, last: Infinity };
  const inflate = createInflateRaw({ chunkSize: PIECE_BYTES, finishFlush: constants.Z_SYNC_FLUSH });
  // The loop below gets the error; this only keeps one that comes after an abandoned loop from being unhandled.
  inflate.on("error", () => undefined);
  feedFrom(source, at, end, inflate, state);
  try {
    for await (const piece of inflate) {
      const bytes: Buffer = piece;
      const wanted = Math.min(bytes.length, state.last - state.delivered);
      if (wanted <= 0) continue;
      state.delivered += wanted;
      yield wanted < bytes.length ? bytes.subarray(0, wanted) : bytes;
    }
    const isCut = inflate.bytesWritten > end - at;
    return isCut ? { problem: "truncated", end } : { problem: null, end: at + inflate.bytesWritten };
  } catch (error) {
    if (!isZlibError(error)) throw error;
  } finally {
    inflate.destroy();
  }
  // zlib drops what it decoded of the piece that breaks; decode again up to the very place.
  return yield* inflateAgain(source, at, end - at, state.delivered);
}

/**
 * Gives the range, then one byte more: only a stream that is cut off takes that one, and what comes of it does not count. Calls of
 * the streams are events: an error of the source has to reach whoever reads the output, not the process.
 */
function feedFrom(
  source: ByteSource,
  at: number,
  end: number,
  inflate: ReturnType<typeof createInflateRaw>,
  state: { delivered: number; last: number },
): void {
  let next = at;
  const feed = (): void => {
    try {
      while (next < end && !inflate.destroyed) {
        const piece = readRange(source, next, Math.min(PIECE_BYTES, end - next));
        next += piece.length;
        if (next >= end) inflate.write(piece, finish);
        else if (!inflate.write(piece)) return;
      }
    } catch (error) {
      inflate.destroy(error as Error);
    }
  };
  const finish = (): void => {
    if (inflate.destroyed || inflate.writableEnded) return;
    state.last = state.delivered + inflate.readableLength;
    inflate.end(Uint8Array.of(0xff));
  };
  inflate.on("drain", feed);
  if (at >= end) finish();
  else feed();
}

export function isZlibError(error: unknown): boolean {
  return String((error as { code?: unknown } | null)?.code).startsWith("Z_");
}

/** Decodes from the start, skipping the `delivered` bytes, up to where the stream breaks. */
function* inflateAgain(
  source: ByteSource,
  at: number,
  length: number,
  delivered: number,
): Generator<Uint8Array, Ending> {
  const pieces = inflateSteps(source, at, length, false);
  let skip = delivered;
  let step = pieces.next();
  while (!step.done) {
    if (skip < step.value.length) yield step.value.subarray(skip);
    skip = Math.max(0, skip - step.value.length);
    step = pieces.next();
  }
  // Both decoders agree on what is valid; should they ever not, the bytes are not to be called sound.
  return { problem: step.value.problem ?? "symbol", end: step.value.end };
}
