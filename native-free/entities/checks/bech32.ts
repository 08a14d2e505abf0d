/** Bech32 (BIP-173) and Bech32m (BIP-350), with the rules of SegWit addresses. */

const characters = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
const invalid = 255;
const values = new Uint8Array(256).fill(invalid);
for (let i = 0; i < 32; i++) {
  values[characters.charCodeAt(i)] = i;
  values[characters.toUpperCase().charCodeAt(i)] = i;
}

const generators = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3];
const bech32 = 1;
const bech32m = 0x2bc830a3;

const step = (sum: number, value: number): number => {
  let next = ((sum & 0x1ffffff) << 5) ^ value;
  for (let i = 0; i < 5; i++) if (((sum >>> (25 + i)) & 1) === 1) next ^= generators[i]!;
  return next;
};

/** Whether all bytes are of the alphabet. */
export function isBech32Text(bytes: Uint8Array, from: number, to: number): boolean {
  for (let place = from; place < to; place++) if (values[bytes[place]!] === invalid) return false;
  return true;
}

/**
 * Whether a SegWit address holds: `prefix` in small letters stands in front of the `1` at `dataFrom - 1`; either case,
 * not both.
 */
export function isSegwit(bytes: Uint8Array, prefix: string, dataFrom: number, to: number): boolean {
  const length = to - dataFrom;
  if (length < 14 || length > 71) return false;
  let sum = 1;
  for (let i = 0; i < prefix.length; i++) sum = step(sum, prefix.charCodeAt(i) >> 5);
  sum = step(sum, 0);
  for (let i = 0; i < prefix.length; i++) sum = step(sum, prefix.charCodeAt(i) & 31);
  for (let place = dataFrom; place < to; place++) {
    const value = values[bytes[place]!]!;
    if (value === invalid) return false;
    sum = step(sum, value);
  }
  const version = values[bytes[dataFrom]!]!;
  if (sum !== (version === 0 ? bech32 : bech32m) || version > 16) return false;
  // Five bits each without version and check; what is over eight is padding of less than five.
  const bits = (length - 7) * 5;
  const size = bits >> 3;
  if (bits % 8 > 4 || size < 2 || size > 40) return false;
  return version !== 0 || size === 20 || size === 32;
}
