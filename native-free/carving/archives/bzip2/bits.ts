/** Bits of a source, the most significant of each byte first. Behind the end zeros come, and are counted. */
import type { CarveWindow } from "../../carve-window.ts";

const inputBytes = 1 << 14;

export class Bits {
  readonly #window: CarveWindow;
  #input: Uint8Array = new Uint8Array(0);
  #next: number;
  #position = 0;
  #hold = 0;
  #held = 0;
  #beyond = 0;

  constructor(window: CarveWindow, at: number) {
    this.#window = window;
    this.#next = at;
  }

  /** Up to 24. */
  read(count: number): number {
    if (this.#held < count) this.#refill();
    this.#held -= count;
    return (this.#hold >>> this.#held) & ((1 << count) - 1);
  }

  /** The next `count` bits, at most 20, without taking them. */
  peek(count: number): number {
    if (this.#held < count) this.#refill();
    return (this.#hold >>> (this.#held - count)) & ((1 << count) - 1);
  }

  /** Takes bits that `peek` has shown. */
  skip(count: number): void {
    this.#held -= count;
  }

  #refill(): void {
    while (this.#held <= 24) {
      if (this.#position === this.#input.length) {
        this.#input = this.#window.view(this.#next, inputBytes).slice();
        this.#next += this.#input.length;
        this.#position = 0;
      }
      if (this.#input.length === 0) this.#beyond++;
      this.#hold = (this.#hold << 8) | (this.#input[this.#position] ?? 0);
      if (this.#input.length > 0) this.#position++;
      this.#held += 8;
    }
  }

  /** Whether more was taken than there is. */
  get isSpent(): boolean {
    return this.#beyond * 8 > this.#held;
  }

  /** Behind the last byte of which a bit was taken. */
  get place(): number {
    return this.#next - (this.#input.length - this.#position) + this.#beyond - (this.#held >> 3);
  }
}
