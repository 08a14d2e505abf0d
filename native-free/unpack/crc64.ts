/** CRC-64 of ECMA-182, reflected, as the .xz file format 1.2.1 uses it (section 6), in two halves of 32 bits. */
const low = new Int32Array(256);
const high = new Int32Array(256);

for (let index = 0; index < 256; index++) {
  let [lo, hi] = [index, 0];
  for (let bit = 0; bit < 8; bit++) {
    const carry = lo & 1;
    lo = (lo >>> 1) | (hi << 31);
    hi >>>= 1;
    if (carry === 1) {
      hi ^= 0xc96c5795;
      lo ^= 0xd7870f42;
    }
  }
  low[index] = lo;
  high[index] = hi;
}

export class Crc64 {
  #low = -1;
  #high = -1;

  update(bytes: Uint8Array): void {
    let [lo, hi] = [this.#low, this.#high];
    for (let at = 0; at < bytes.length; at++) {
      const index = (lo ^ bytes[at]!) & 0xff;
      lo = ((lo >>> 8) | (hi << 24)) ^ low[index]!;
      hi = (hi >>> 8) ^ high[index]!;
    }
    this.#low = lo;
    this.#high = hi;
  }

  /** Eight bytes, the least significant first. */
  digest(): Uint8Array {
    const bytes = new Uint8Array(8);
    const view = new DataView(bytes.buffer);
    view.setInt32(0, ~this.#low, true);
    view.setInt32(4, ~this.#high, true);
    return bytes;
  }
}
