/** Back-pressure by bytes, not by count: a sender may have so many bytes on the way and waits for receipts beyond that. */
export class ByteBudget {
  readonly limit: number;
  #used = 0;
  #waiting: (() => void)[] = [];

  /** `limit` in bytes; a single taker larger than it may still pass when nothing else is on the way. */
  constructor(limit: number) {
    this.limit = limit;
  }

  /** Bytes taken and not yet given back. */
  get used(): number {
    return this.#used;
  }

  async take(bytes: number): Promise<void> {
    while (this.#used > 0 && this.#used + bytes > this.limit) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    this.#used += bytes;
  }

  give(bytes: number): void {
    this.#used = Math.max(0, this.#used - bytes);
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const wake of waiting) wake();
  }
}
