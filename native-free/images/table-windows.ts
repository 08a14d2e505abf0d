/** Tables of a file that are looked up again and again, read in windows of which a bounded number is kept. */
import { readRange, type ByteSource } from "../bytes/byte-source.ts";

const usualWindow = 16 << 10;
/** Bytes of all windows. */
const mostBytes = 4 << 20;
/** A window holds this much of the next one, so that no entry is cut. */
const overlap = 64;

const nothing = new DataView(new ArrayBuffer(0));

export class TableWindows {
  readonly source: ByteSource;
  /** Hold what the last call of `find` or `bytesAt` asked for; to be read only. */
  window = new Uint8Array(0);
  view: DataView = nothing;
  #start = -1;
  readonly #windowBytes: number;
  /** By number, least recently read first. */
  readonly #kept = new Map<number, DataView<ArrayBuffer>>();

  /** `windowBytes`: at least 64; larger ones are for tables that are read as a whole. */
  constructor(source: ByteSource, windowBytes: number = usualWindow) {
    this.source = source;
    this.#windowBytes = windowBytes;
  }

  /** Where the `length` (≤ 64) bytes at `at` of the file lie in `window`; -1 where the file does not have them all. */
  find(at: number, length: number): number {
    // Negated, so that what is no number is refused, too.
    if (!(at >= 0 && at + length <= this.source.size)) return -1;
    const inside = at - this.#start;
    if (this.#start >= 0 && inside >= 0 && inside < this.#windowBytes) return inside;
    const number = Math.floor(at / this.#windowBytes);
    this.#start = number * this.#windowBytes;
    const window = this.#load(number);
    this.view = window;
    this.window = new Uint8Array(window.buffer);
    return at - this.#start;
  }

  /** The `length` bytes at `at`, to be read only and at once; null where the file does not have them all. */
  bytesAt(at: number, length: number): Uint8Array | null {
    if (!(at >= 0 && at + length <= this.source.size)) return null;
    const inside = this.find(at, 0);
    // What lies across windows that were made for smaller pieces is not kept.
    if (inside + length > this.window.length) return readRange(this.source, at, length);
    return this.window.subarray(inside, inside + length);
  }

  #load(number: number): DataView<ArrayBuffer> {
    const known = this.#kept.get(number);
    this.#kept.delete(number);
    const window = known ?? this.#read(number);
    this.#kept.set(number, window);
    return window;
  }

  /** The window that was not used for longest is overwritten: going through large tables should not fill the memory. */
  #read(number: number): DataView<ArrayBuffer> {
    let window: DataView<ArrayBuffer> | undefined;
    if (this.#kept.size * this.#windowBytes >= mostBytes) {
      const [oldest, room] = this.#kept.entries().next().value!;
      this.#kept.delete(oldest);
      window = room;
    }
    window ??= new DataView(new ArrayBuffer(this.#windowBytes + overlap));
    const at = number * this.#windowBytes;
    const held = Math.min(window.byteLength, this.source.size - at);
    this.source.readInto(new Uint8Array(window.buffer, 0, held), at);
    return window;
  }
}
