/** How many samples the codes of a GIF image stand for. Spec: GIF89a appendix F (variable-length-code LZW compression). */

const codeLimit = 4096;

/** Takes the codes in byte by byte, and keeps of each only how long its string is. */
export class GifCodes {
  samples = 0;
  codes = 0;
  /** The end code was there. */
  ended = false;
  readonly #lengths = new Uint32Array(codeLimit);
  readonly #clear: number;
  readonly #firstBits: number;
  #bits: number;
  #next = 0;
  #previous = 0;
  #held = 0;
  #heldBits = 0;

  /** `size`: bits of a sample, 1 to 8. */
  constructor(size: number) {
    this.#clear = 1 << size;
    this.#firstBits = size + 1;
    this.#bits = size + 1;
    this.#lengths.fill(1, 0, this.#clear);
    this.#reset();
  }

  /** False at the first code that cannot be. What stands behind the end code is not looked at. */
  take(bytes: Uint8Array): boolean {
    for (let i = 0; i < bytes.length && !this.ended; i++) {
      this.#held |= bytes[i]! << this.#heldBits;
      this.#heldBits += 8;
      while (this.#heldBits >= this.#bits && !this.ended) {
        const code = this.#held & ((1 << this.#bits) - 1);
        this.#held >>>= this.#bits;
        this.#heldBits -= this.#bits;
        if (!this.#code(code)) return false;
      }
    }
    return true;
  }

  #reset(): void {
    this.#bits = this.#firstBits;
    this.#next = this.#clear + 2;
    this.#previous = -1;
  }

  #code(code: number): boolean {
    this.codes++;
    if (code === this.#clear) this.#reset();
    else if (code === this.#clear + 1) this.ended = true;
    else return this.#string(code);
    return true;
  }

  #string(code: number): boolean {
    const previous = this.#previous;
    // A code may be the one that is made by it; none behind that.
    if (code > this.#next || (code === this.#next && previous < 0)) return false;
    if (previous >= 0 && this.#next < codeLimit) {
      this.#lengths[this.#next++] = this.#lengths[previous]! + 1;
      if (this.#next === 1 << this.#bits && this.#bits < 12) this.#bits++;
    } else if (code >= this.#next) {
      return false;
    }
    this.samples += this.#lengths[code]!;
    this.#previous = code;
    return true;
  }
}
