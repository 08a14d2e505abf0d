/** A list of numbers at eight bytes each. */
export class NumberList {
  #numbers = new Float64Array(1024);
  #length = 0;

  push(value: number): void {
    if (this.#length === this.#numbers.length) {
      const larger = new Float64Array(this.#length * 2);
      larger.set(this.#numbers);
      this.#numbers = larger;
    }
    this.#numbers[this.#length++] = value;
  }

  /** The numbers; not to be used together with further pushes. */
  toArray(): Float64Array {
    return this.#numbers.subarray(0, this.#length);
  }
}
