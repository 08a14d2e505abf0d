/** The check digit of ISO 6346 annex A (freight containers), used alike by EN 13044 and by the customs' MRN and ARC. */

/** Values of letters: 10 to 38 without the multiples of 11. */
const values = Uint8Array.from({ length: 91 }, (_, code) => {
  if (code < 0x41) return code >= 0x30 && code <= 0x39 ? code - 0x30 : 0;
  const plain = code - 55;
  if (plain === 10) return 10;
  if (plain <= 20) return plain + 1;
  return plain <= 30 ? plain + 2 : plain + 3;
});

/**
 * The digit (0 to 9; a remainder of 10 counts as 0) over capital letters and digits, the check digit itself not among
 * them.
 */
export function wDigit(bytes: Uint8Array, from: number, to: number): number {
  let sum = 0;
  // 2^i of ISO 6346 mod 11, so that the sum stays small for any length.
  let weight = 1;
  for (let place = from; place < to; place++) {
    sum += values[bytes[place]!]! * weight;
    weight = (weight * 2) % 11;
  }
  return (sum % 11) % 10;
}
