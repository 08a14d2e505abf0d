/** Bits of a feed, least significant first, for the old methods of ZIP. */
import type { ByteFeed } from "../../unpack/byte-feed.ts";

export class LowBits {
  readonly #feed: ByteFeed;
  #hold = 0;
  #held = 0;

  constructor(feed: ByteFeed) {
    this.#feed = feed;
  }

  /** Up to 16 bits. */
  bits(count: number): number {
    while (this.#held < count) {
      this.#hold |= this.#feed.byte() << this.#held;
      this.#held += 8;
    }
    const value = this.#hold & ((1 << count) - 1);
    this.#hold >>>= count;
    this.#held -= count;
    return value;
  }
}
