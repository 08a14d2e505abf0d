/** RC4, which the crypto library of the runtime no longer offers. */

export class Rc4 {
  readonly #state = Uint8Array.from({ length: 256 }, (_, i) => i);
  #i = 0;
  #j = 0;

  constructor(key: Uint8Array) {
    const state = this.#state;
    for (let i = 0, j = 0; i < 256; i++) {
      j = (j + state[i]! + key[i % key.length]!) & 255;
      [state[i], state[j]] = [state[j]!, state[i]!];
    }
  }

  /** Applies the next bytes of the key stream to the array itself. */
  apply(bytes: Uint8Array): Uint8Array {
    const state = this.#state;
    let [i, j] = [this.#i, this.#j];
    for (let at = 0; at < bytes.length; at++) {
      i = (i + 1) & 255;
      const a = state[i]!;
      j = (j + a) & 255;
      const b = state[j]!;
      state[i] = b;
      state[j] = a;
      bytes[at]! ^= state[(a + b) & 255]!;
    }
    [this.#i, this.#j] = [i, j];
    return bytes;
  }
}
