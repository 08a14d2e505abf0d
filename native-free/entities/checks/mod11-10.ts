/** ISO/IEC 7064 mod 11,10 (hybrid system) over ASCII digits: VAT numbers of Germany and Croatia. */

/** Whether digits, the check digit last, agree. */
export function isMod11And10(bytes: Uint8Array, from: number, to: number): boolean {
  let product = 10;
  for (let place = from; place < to - 1; place++) {
    const sum = (bytes[place]! - 0x30 + product) % 10;
    product = ((sum === 0 ? 10 : sum) * 2) % 11;
  }
  return (product + bytes[to - 1]! - 0x30) % 10 === 1;
}
