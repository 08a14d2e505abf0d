/** ISO/IEC 7064 mod 97-10, over capital letters and digits. */

/**
 * The remainder by 97 of the number that the characters spell, a letter standing for two digits (A = 10 to Z = 35);
 * `start` is the remainder of what came in front of them. An identifier whose two check digits are last holds where it
 * is 1.
 */
export function mod97(bytes: Uint8Array, from: number, to: number, start = 0): number {
  let remainder = start;
  for (let place = from; place < to; place++) {
    const byte = bytes[place]!;
    remainder = byte < 0x41 ? (remainder * 10 + byte - 0x30) % 97 : (remainder * 100 + byte - 55) % 97;
  }
  return remainder;
}

/** IBAN (ISO 13616): the first four characters are counted as if they were last. */
export function isIbanCheck(bytes: Uint8Array, from: number, to: number): boolean {
  return mod97(bytes, from, from + 4, mod97(bytes, from + 4, to)) === 1;
}
