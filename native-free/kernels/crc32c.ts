/** CRC-32C (Castagnoli, RFC 3720 section 12.1 and appendix B.4), eight bytes at a time from eight tables. */

/** 0x1EDC6F41 with its bits reversed. */
const POLYNOMIAL = 0x82f6_3b78;

/** Table k tells what a byte does when k further bytes follow it. */
const tables: readonly Int32Array[] = makeTables();

function makeTables(): Int32Array[] {
  const first = new Int32Array(256);
  for (let byte = 0; byte < 256; byte++) {
    let rest = byte;
    for (let bit = 0; bit < 8; bit++) rest = rest & 1 ? (rest >>> 1) ^ POLYNOMIAL : rest >>> 1;
    first[byte] = rest;
  }
  const made = [first];
  for (let table = 1; table < 8; table++) {
    made.push(made[table - 1]!.map((rest) => first[rest & 0xff]! ^ (rest >>> 8)));
  }
  return made;
}

/** The checksum of `bytes[from, to)`; `start` is that of the bytes before them, 0 for none. */
export function crc32c(bytes: Uint8Array, from = 0, to = bytes.length, start = 0): number {
  const [t0, t1, t2, t3, t4, t5, t6, t7] = tables as [
    Int32Array,
    Int32Array,
    Int32Array,
    Int32Array,
    Int32Array,
    Int32Array,
    Int32Array,
    Int32Array,
  ];
  let rest = ~start;
  let at = from;
  for (; at + 8 <= to; at += 8) {
    rest =
      t7[(rest ^ bytes[at]!) & 0xff]! ^
      t6[((rest >>> 8) ^ bytes[at + 1]!) & 0xff]! ^
      t5[((rest >>> 16) ^ bytes[at + 2]!) & 0xff]! ^
      t4[(rest >>> 24) ^ bytes[at + 3]!]! ^
      t3[bytes[at + 4]!]! ^
      t2[bytes[at + 5]!]! ^
      t1[bytes[at + 6]!]! ^
      t0[bytes[at + 7]!]!;
  }
  for (; at < to; at++) rest = t0[(rest ^ bytes[at]!) & 0xff]! ^ (rest >>> 8);
  return ~rest >>> 0;
}
