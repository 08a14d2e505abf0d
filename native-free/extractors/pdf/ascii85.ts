/** ASCII85Decode (ISO 32000-2, 7.4.3). */

const FIRST = 0x21;
const LAST = 0x75;
const ZEROS = 0x7a;
const END = 0x7e;
/** A letter `z` stands for four bytes; packed data hold next to none, so that this many are an attack on memory. */
const MOST_ZEROS = 1 << 20;

/** The bytes up to `~>` or the end; null where a character stands that the coding does not have. */
export function decodeAscii85(coded: Uint8Array): Uint8Array | null {
  let zeros = 0;
  for (const sign of coded) zeros += Number(sign === ZEROS);
  if (zeros > MOST_ZEROS) return null;
  const out = new Uint8Array(coded.length + zeros * 4);
  let [length, value, digits] = [0, 0, 0];
  for (const sign of coded) {
    if (sign === END) break;
    if (sign <= 0x20) continue;
    if (sign === ZEROS && digits === 0) length += 4;
    else if (sign < FIRST || sign > LAST) return null;
    else {
      value = value * 85 + (sign - FIRST);
      digits += 1;
      if (digits < 5) continue;
      if (value > 0xffff_ffff) return null;
      for (let shift = 24; shift >= 0; shift -= 8) out[length++] = (value >>> shift) & 0xff;
      [value, digits] = [0, 0];
    }
  }
  if (digits < 2) return out.subarray(0, length);
  for (let missing = digits; missing < 5; missing++) value = value * 85 + 84;
  for (let index = 0; index < digits - 1; index++) out[length++] = (value >>> (24 - 8 * index)) & 0xff;
  return out.subarray(0, length);
}
