/** The check digit of GS1 keys (GS1 General Specifications, 7.9.1): GTIN-8, -12, -13, -14, SSCC, GLN. */

/** Whether ASCII digits, the check digit last, agree: weights 3 and 1 from the right. */
export function isGs1Check(bytes: Uint8Array, from: number, to: number): boolean {
  let sum = 0;
  let weight = 1;
  for (let place = to - 1; place >= from; place--) {
    sum += (bytes[place]! - 0x30) * weight;
    weight = 4 - weight;
  }
  return sum % 10 === 0;
}
