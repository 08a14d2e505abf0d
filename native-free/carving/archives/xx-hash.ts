/** xxHash of 32 bits (xxHash specification 0.1.1, XXH32), seed 0, over bytes in memory and in steps. */
const prime1 = 0x9e3779b1;
const prime2 = 0x85ebca77;
const prime3 = 0xc2b2ae3d;
const prime4 = 0x27d4eb2f;
const prime5 = 0x165667b1;
const stripeBytes = 16;

const rotated = (value: number, count: number): number => (value << count) | (value >>> (32 - count));
const word = (bytes: Uint8Array, at: number): number =>
  bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
const round = (lane: number, value: number): number =>
  Math.imul(rotated((lane + Math.imul(value, prime2)) | 0, 13), prime1);

export class XxHash32 {
  #lane1 = (prime1 + prime2) | 0;
  #lane2 = prime2 | 0;
  #lane3 = 0;
  #lane4 = -prime1 | 0;
  readonly #rest = new Uint8Array(stripeBytes);
  #held = 0;
  #total = 0;

  update(bytes: Uint8Array): this {
    this.#total += bytes.length;
    let at = 0;
    if (this.#held > 0) {
      at = Math.min(bytes.length, stripeBytes - this.#held);
      this.#rest.set(bytes.subarray(0, at), this.#held);
      this.#held += at;
      if (this.#held < stripeBytes) return this;
      this.#stripe(this.#rest, 0);
    }
    for (; at + stripeBytes <= bytes.length; at += stripeBytes) this.#stripe(bytes, at);
    this.#rest.set(bytes.subarray(at));
    this.#held = bytes.length - at;
    return this;
  }

  #stripe(bytes: Uint8Array, at: number): void {
    this.#lane1 = round(this.#lane1, word(bytes, at));
    this.#lane2 = round(this.#lane2, word(bytes, at + 4));
    this.#lane3 = round(this.#lane3, word(bytes, at + 8));
    this.#lane4 = round(this.#lane4, word(bytes, at + 12));
  }

  /** Unsigned; more may be added afterwards. */
  digest(): number {
    let hash = prime5;
    if (this.#total >= stripeBytes) {
      hash = rotated(this.#lane1, 1) + rotated(this.#lane2, 7) + rotated(this.#lane3, 12) + rotated(this.#lane4, 18);
    }
    hash = (hash + this.#total) | 0;
    let at = 0;
    for (; at + 4 <= this.#held; at += 4) {
      hash = Math.imul(rotated((hash + Math.imul(word(this.#rest, at), prime3)) | 0, 17), prime4);
    }
    for (; at < this.#held; at++) {
      hash = Math.imul(rotated((hash + Math.imul(this.#rest[at]!, prime5)) | 0, 11), prime1);
    }
    hash = Math.imul(hash ^ (hash >>> 15), prime2);
    hash = Math.imul(hash ^ (hash >>> 13), prime3);
    return (hash ^ (hash >>> 16)) >>> 0;
  }
}
