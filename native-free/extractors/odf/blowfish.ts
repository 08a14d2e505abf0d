/**
 * Blowfish in cipher feedback mode of 64 bits, as OpenDocument 1.0 to 1.1 packages use it (Schneier, "Description of a New
 * Variable-Length Key, 64-Bit Block Cipher", 1993; FIPS 81 for the mode): decryption alone. node:crypto no longer offers it.
 * The tables are the fraction of pi in binary, computed when first needed.
 */

const ROUNDS = 16;
const SUBKEYS = ROUNDS + 2;
const BOX_WORDS = 256;
const TABLE_WORDS = SUBKEYS + 4 * BOX_WORDS;
const BLOCK_BYTES = 8;

let pi: Uint32Array | null = null;

/** The first words of the fraction of pi by Machin's formula, with guard bits against the rounding of its terms. */
function piWords(): Uint32Array {
  const guardBits = 64n;
  const bits = BigInt(TABLE_WORDS * 32) + guardBits;
  const one = 1n << bits;
  const value = (4n * (4n * arctanOfInverse(5n, one) - arctanOfInverse(239n, one)) - 3n * one) >> guardBits;
  const digits = value.toString(16).padStart(TABLE_WORDS * 8, "0");
  return Uint32Array.from({ length: TABLE_WORDS }, (_, at) => Number.parseInt(digits.slice(at * 8, at * 8 + 8), 16));
}

function arctanOfInverse(x: bigint, one: bigint): bigint {
  let [power, sum, divisor, isPlus] = [one / x, one / x, 3n, false];
  while (power > 0n) {
    power /= x * x;
    sum += isPlus ? power / divisor : -power / divisor;
    divisor += 2n;
    isPlus = !isPlus;
  }
  return sum;
}

class Blowfish {
  readonly #words: Uint32Array;
  left = 0;
  right = 0;

  constructor(key: Uint8Array) {
    pi ??= piWords();
    this.#words = Uint32Array.from(pi);
    for (let at = 0; at < SUBKEYS; at++) {
      let word = 0;
      for (let byte = 0; byte < 4; byte++) word = (word << 8) | (key[(at * 4 + byte) % key.length] ?? 0);
      this.#words[at]! ^= word;
    }
    for (let at = 0; at < TABLE_WORDS; at += 2) {
      this.encrypt();
      this.#words[at] = this.left;
      this.#words[at + 1] = this.right;
    }
  }

  /** Encrypts `left` and `right` in place. */
  encrypt(): void {
    const words = this.#words;
    let [left, right] = [this.left, this.right];
    for (let round = 0; round < ROUNDS; round++) {
      left ^= words[round]!;
      right ^= this.#mix(left);
      [left, right] = [right, left];
    }
    this.left = (right ^ words[ROUNDS + 1]!) >>> 0;
    this.right = (left ^ words[ROUNDS]!) >>> 0;
  }

  #mix(half: number): number {
    const words = this.#words;
    const first = words[SUBKEYS + (half >>> 24)]!;
    const second = words[SUBKEYS + BOX_WORDS + ((half >>> 16) & 0xff)]!;
    const third = words[SUBKEYS + 2 * BOX_WORDS + ((half >>> 8) & 0xff)]!;
    const fourth = words[SUBKEYS + 3 * BOX_WORDS + (half & 0xff)]!;
    return ((((first + second) | 0) ^ third) + fourth) | 0;
  }
}

/** The plain text of as many bytes; `key` 4 to 56 bytes, `iv` 8 bytes. Nothing tells a wrong key but the result. */
export function decryptBlowfishCfb(data: Uint8Array, key: Uint8Array, iv: Uint8Array): Uint8Array {
  const cipher = new Blowfish(key);
  const view = new DataView(Uint8Array.from({ length: BLOCK_BYTES }, (_, at) => iv[at] ?? 0).buffer);
  const plain = new Uint8Array(data.length);
  const stream = new DataView(new ArrayBuffer(BLOCK_BYTES));
  for (let at = 0; at < data.length; at += BLOCK_BYTES) {
    cipher.left = view.getUint32(0);
    cipher.right = view.getUint32(4);
    cipher.encrypt();
    stream.setUint32(0, cipher.left);
    stream.setUint32(4, cipher.right);
    const count = Math.min(BLOCK_BYTES, data.length - at);
    for (let byte = 0; byte < count; byte++) {
      plain[at + byte] = data[at + byte]! ^ stream.getUint8(byte);
      view.setUint8(byte, data[at + byte]!);
    }
  }
  return plain;
}
