/** Chunks of one stream that turned out bad when they were read, neighbours joined. */
import type { Aff4ChunkProblem } from "./chunk-codec.ts";

export interface BadStretch {
  readonly first: number;
  count: number;
  /** Of the volume that holds them. */
  readonly volume: number;
  readonly problem: Aff4ChunkProblem;
}

export class BadChunks {
  /** In order. */
  readonly stretches: BadStretch[] = [];

  add(chunk: number, volume: number, problem: Aff4ChunkProblem): void {
    const index = this.#indexAfter(chunk);
    const next = this.stretches[index];
    if (next && next.first <= chunk) return;
    const before = this.stretches[index - 1];
    const joins = before && before.first + before.count === chunk;
    if (joins && before.volume === volume && before.problem === problem) before.count++;
    else this.stretches.splice(index, 0, { first: chunk, count: 1, volume, problem });
  }

  /** The first stretch that ends behind `chunk`. */
  from(chunk: number): BadStretch | undefined {
    return this.stretches[this.#indexAfter(chunk)];
  }

  #indexAfter(chunk: number): number {
    let [low, high] = [0, this.stretches.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      const { first, count } = this.stretches[middle]!;
      if (first + count > chunk) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}
