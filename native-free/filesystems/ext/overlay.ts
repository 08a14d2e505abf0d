/** A volume with the blocks that its journal has and that were not yet written to their places. */
import type { ByteSource, Run } from "../../bytes/byte-source.ts";
import type { BlockCopy } from "./journal.ts";

/** The journal's mark, which is taken out of blocks that begin with it. */
const mark = Uint8Array.of(0xc0, 0x3b, 0x39, 0x98);

export class OverlaySource implements ByteSource {
  readonly size: number;
  readonly #volume: ByteSource;
  readonly #blockBytes: number;
  readonly #copies: readonly BlockCopy[];

  constructor(volume: ByteSource, blockBytes: number, copies: readonly BlockCopy[]) {
    this.size = volume.size;
    this.#volume = volume;
    this.#blockBytes = blockBytes;
    this.#copies = copies.toSorted((a, b) => a.block - b.block);
  }

  readInto(target: Uint8Array, at: number): number {
    const count = this.#volume.readInto(target, at);
    const end = at + count;
    for (let index = this.#find(at); index < this.#copies.length; index++) {
      const { block, place, escaped } = this.#copies[index]!;
      const start = block * this.#blockBytes;
      if (start >= end) break;
      const [from, to] = [Math.max(start, at), Math.min(start + this.#blockBytes, end)];
      if (from >= to) continue;
      this.#volume.readInto(target.subarray(from - at, to - at), place + from - start);
      if (!escaped) continue;
      for (let byte = from; byte < Math.min(to, start + mark.length); byte++) target[byte - at] = mark[byte - start]!;
    }
    return count;
  }

  *runsIn(at: number, length: number): Iterable<Run> {
    const end = Math.min(this.size, at + length);
    let next = at;
    for (let index = this.#find(at); index < this.#copies.length && next < end; index++) {
      const { block, place } = this.#copies[index]!;
      const start = block * this.#blockBytes;
      if (start >= end) break;
      const [from, to] = [Math.max(start, next), Math.min(start + this.#blockBytes, end)];
      if (from > next) yield* this.#volume.runsIn(next, from - next);
      const shift = place - start;
      for (const run of this.#volume.runsIn(from + shift, to - from)) yield { ...run, start: run.start - shift };
      next = to;
    }
    if (next < end) yield* this.#volume.runsIn(next, end - next);
  }

  /** Index of the first copy that ends behind a byte. */
  #find(at: number): number {
    let [low, high] = [0, this.#copies.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#copies[middle]!.block + 1) * this.#blockBytes > at) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}
