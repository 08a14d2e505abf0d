/** The packed bytes of a stream, forward only, over a range of a `ByteSource`; and how unpackers say how a stream ended. */
import { type ByteSource, readRange, viewRange } from "../bytes/byte-source.ts";

/** How a stream ended. */
export interface Ending {
  /** One technical word; null where the stream is whole and its checksums fit. */
  readonly problem: string | null;
  /** First byte of the source behind the stream, or behind what could be followed of it. */
  readonly end: number;
}

/** Decoded bytes in pieces that are the caller's, then how it ended. All that could be decoded comes before the ending. */
export type Unpacked = Generator<Uint8Array, Ending>;
export type UnpackedLater = AsyncGenerator<Uint8Array, Ending>;

/** Decoders collect about so many bytes before they hand them on. */
export const PIECE_BYTES = 64 * 1024;
const INPUT_STEP_BYTES = 64 * 1024;
const EMPTY = new Uint8Array(0);

/** Thrown inside of decoders where the stream cannot be followed; never leaves an unpacker. */
export class UnpackStop extends Error {
  readonly problem: string;

  constructor(problem: string) {
    super(problem);
    this.problem = problem;
  }
}

/** Reads [at, end) of a source byte by byte. What lies behind the end is a stop: `truncated`. */
export class ByteFeed {
  readonly end: number;
  readonly #source: ByteSource;
  #input: Uint8Array = EMPTY;
  #position = 0;
  /** Offset in the source of the first byte of the input. */
  #base: number;

  constructor(source: ByteSource, at: number, end: number = source.size) {
    this.#source = source;
    this.end = Math.min(end, source.size);
    this.#base = Math.min(at, this.end);
  }

  /** Offset in the source of the next byte. */
  get at(): number {
    return this.#base + this.#position;
  }

  get left(): number {
    return this.end - this.at;
  }

  byte(): number {
    if (this.#position >= this.#input.length) this.#refill();
    return this.#input[this.#position++]!;
  }

  #refill(): void {
    const at = this.at;
    if (at >= this.end) throw new UnpackStop("truncated");
    this.#input = viewRange(this.#source, at, Math.min(INPUT_STEP_BYTES, this.end - at));
    this.#base = at;
    this.#position = 0;
  }

  u16(): number {
    return this.byte() | (this.byte() << 8);
  }

  u32(): number {
    return (this.u16() | (this.u16() << 16)) >>> 0;
  }

  /** Exactly `length` bytes in an array of their own. */
  take(length: number): Uint8Array {
    if (length > this.left) throw new UnpackStop("truncated");
    const bytes = readRange(this.#source, this.at, length);
    this.seek(this.at + length);
    return bytes;
  }

  /** Goes on at `at`, which lies in the range. */
  seek(at: number): void {
    const inside = at - this.#base;
    if (inside >= 0 && inside <= this.#input.length) {
      this.#position = inside;
      return;
    }
    this.#base = Math.min(at, this.end);
    this.#input = EMPTY;
    this.#position = 0;
  }
}

/** Runs the steps of a decoder; a stop becomes the problem of its ending, `last` gives what was decoded by then. */
export function* endingOf(feed: ByteFeed, steps: Iterable<Uint8Array>, last: () => Uint8Array | null): Unpacked {
  try {
    yield* steps;
  } catch (error) {
    if (!(error instanceof UnpackStop)) throw error;
    const rest = last();
    if (rest && rest.length > 0) yield rest;
    return { problem: error.problem, end: feed.at };
  }
  return { problem: null, end: feed.at };
}
