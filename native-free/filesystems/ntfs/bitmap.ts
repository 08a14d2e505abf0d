/** $Bitmap: a bit for each cluster of the volume, read in windows. */
import type { ByteSource } from "../../bytes/byte-source.ts";

const windowBytes = 256 << 10;

export class Bitmap {
  readonly #source: ByteSource | null;
  readonly #clusters: number;
  #window = new Uint8Array(0);
  #from = -1;

  /** Null where it cannot be read: no cluster is told to be in use then. */
  constructor(source: ByteSource | null, clusters: number) {
    this.#source = source;
    this.#clusters = clusters;
  }

  get isKnown(): boolean {
    return this.#source !== null && this.#source.size * 8 >= this.#clusters;
  }

  has(cluster: number): boolean {
    if (this.#source === null) return false;
    const byte = Math.floor(cluster / 8);
    const from = byte - (byte % windowBytes);
    if (from !== this.#from) {
      this.#from = from;
      this.#window = new Uint8Array(Math.max(0, Math.min(windowBytes, this.#source.size - from)));
      this.#source.readInto(this.#window, from);
    }
    return (((this.#window[byte - from] ?? 0) >>> (cluster & 7)) & 1) === 1;
  }
}
