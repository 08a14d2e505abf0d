/** The blocks of a volume, read in windows so that neighbours cost one read. */
import { MemorySource, viewRange, type ByteSource } from "../../bytes/byte-source.ts";
import { tagIdAt } from "./tag.ts";

const windowBytes = 256 << 10;
const windows = 8;

export class Blocks {
  readonly source: ByteSource;
  readonly blockBytes: number;
  /** Whole blocks, and one more for a rest that is shorter. */
  readonly count: number;
  readonly #held: (Uint8Array | undefined)[] = [];
  readonly #heldAt = new Float64Array(windows).fill(-1);
  readonly #zeros: Uint8Array;
  readonly #inMemory: Uint8Array | null;

  constructor(source: ByteSource, blockBytes: number) {
    this.source = source;
    this.blockBytes = blockBytes;
    this.count = Math.ceil(source.size / blockBytes);
    this.#zeros = new Uint8Array(blockBytes);
    this.#inMemory = source instanceof MemorySource ? viewRange(source, 0, source.size) : null;
  }

  /** One block for reading only; zeros where the volume ends before. */
  read(block: number): Uint8Array {
    const at = block * this.blockBytes;
    if (!(at >= 0) || at >= this.source.size) return this.#zeros;
    const window = this.#inMemory ?? this.#window(at);
    const from = this.#inMemory ? at : at % windowBytes;
    if (from + this.blockBytes <= window.length) return window.subarray(from, from + this.blockBytes);
    const out = new Uint8Array(this.blockBytes);
    out.set(window.subarray(from));
    return out;
  }

  /** Kind of the descriptor that a block begins with, 0 for none, as `tagIdAt`. */
  tagOf(block: number): number {
    const at = block * this.blockBytes;
    if (!(at >= 0) || at >= this.source.size) return 0;
    return this.#inMemory ? tagIdAt(this.#inMemory, at) : tagIdAt(this.#window(at), at % windowBytes);
  }

  /** Bytes of a stretch for reading only, in a fresh array or borrowed from the volume; zeros behind its end. */
  bytes(at: number, length: number): Uint8Array {
    const held = viewRange(this.source, at, length);
    if (held.length === length) return held;
    const out = new Uint8Array(length);
    out.set(held);
    return out;
  }

  /** The size of a block divides that of a window. */
  #window(at: number): Uint8Array {
    const index = Math.floor(at / windowBytes);
    const slot = index % windows;
    if (this.#heldAt[slot] !== index) {
      this.#held[slot] = viewRange(this.source, index * windowBytes, windowBytes);
      this.#heldAt[slot] = index;
    }
    return this.#held[slot]!;
  }
}
