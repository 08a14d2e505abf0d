/** Windows of a volume, the last ones kept: tables and directories are read through them. */
import { Buffer } from "node:buffer";
import { MemorySource, viewRange, type ByteSource } from "../../bytes/byte-source.ts";

/** A multiple of every block size, so that no block lies in two windows. */
const windowBytes = 256 << 10;
const mostWindows = 64;

export class Windows {
  readonly #source: ByteSource;
  readonly #windows: Map<number, Uint8Array>;
  #index = -1;
  /** The bytes that `seek` found, all of the length of a window: zeros behind the end of the source. */
  bytes: Uint8Array = new Uint8Array(0);

  /** `other`: one over the same source, whose windows are shared. */
  constructor(source: ByteSource, other: Windows | null = null) {
    this.#source = source;
    this.#windows = other === null ? new Map<number, Uint8Array>() : other.#windows;
  }

  /** Makes `bytes` the window with a place in the source; where the place lies in it. */
  seek(place: number): number {
    const index = Math.floor(place / windowBytes);
    if (index !== this.#index) this.#load(index);
    return place - index * windowBytes;
  }

  #load(index: number): void {
    let window = this.#windows.get(index);
    if (window === undefined) {
      window = this.#read(index * windowBytes);
    } else this.#windows.delete(index);
    this.#windows.set(index, window);
    if (this.#windows.size > mostWindows) this.#windows.delete(this.#windows.keys().next().value!);
    this.#index = index;
    this.bytes = window;
  }

  #read(place: number): Uint8Array {
    const source = this.#source;
    if (source instanceof MemorySource && place + windowBytes <= source.size)
      return viewRange(source, place, windowBytes);
    // Not zeroed first: all of it is written.
    const window = new Uint8Array(Buffer.allocUnsafeSlow(windowBytes).buffer);
    return window.fill(0, source.readInto(window, place));
  }
}
