/** The allocation bitmap (exFAT specification, 7.1): which clusters are in use, least significant bit first. Read in windows. */
import { readRange, type ByteSource } from "../../bytes/byte-source.ts";

const windowShift = 16;
const windowBytes = 1 << windowShift;
const mostWindows = 128;

export class AllocationBitmap {
  /** Bytes of the content. */
  readonly source: ByteSource;
  readonly #windows = new Map<number, Uint8Array>();
  #current = -1;
  #window: Uint8Array = new Uint8Array(0);

  constructor(source: ByteSource) {
    this.source = source;
  }

  /** Whether the bitmap has a bit for the cluster. */
  covers(cluster: number): boolean {
    return cluster >= 2 && (cluster - 2) / 8 < this.source.size;
  }

  /** Of a cluster that it covers; false for others. */
  has(cluster: number): boolean {
    return ((this.byteOf(cluster) >>> ((cluster - 2) & 7)) & 1) === 1;
  }

  /** The byte of a cluster, which has those of the seven beside it. */
  byteOf(cluster: number): number {
    const at = Math.floor((cluster - 2) / 8);
    const index = Math.floor(at / windowBytes);
    if (index !== this.#current) this.#load(index);
    return this.#window[at & (windowBytes - 1)] ?? 0;
  }

  #load(index: number): void {
    const window = this.#windows.get(index) ?? readRange(this.source, index * windowBytes, windowBytes);
    this.#windows.delete(index);
    this.#windows.set(index, window);
    if (this.#windows.size > mostWindows) this.#windows.delete(this.#windows.keys().next().value!);
    this.#current = index;
    this.#window = window;
  }
}
