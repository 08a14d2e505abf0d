/** Check digits whose weights are places: of ships, of chemicals, of post, of air waybills. ASCII digits, the check digit last. */
import { numberOf, weighted } from "./weighted.ts";

const shipWeights = [7, 6, 5, 4, 3, 2];
const postWeights = [8, 6, 4, 2, 3, 5, 9, 7];

/** IMO ship identification number (IMO Resolution A.1117(30)): seven digits; the last digit of the sum is the check digit. */
export function isImoCheck(bytes: Uint8Array, from: number): boolean {
  return weighted(bytes, from, shipWeights) % 10 === bytes[from + 6]! - 0x30;
}

/** CAS Registry Number: weights 1, 2, 3 … from the right, mod 10. */
export function isCasCheck(bytes: Uint8Array, from: number, to: number): boolean {
  let sum = 0;
  for (let place = to - 2; place >= from; place--) sum += (bytes[place]! - 0x30) * (to - 1 - place);
  return sum % 10 === bytes[to - 1]! - 0x30;
}

/**
 * What the last character of an EC number (EINECS, ELINCS, list numbers) or of an index number of Annex VI of Regulation (EC) 1272/2008
 * must stand for, 0 to 10: weights 1, 2, 3 … from the left, mod 11. `to` is behind the last counted digit.
 */
export function ecRemainder(bytes: Uint8Array, from: number, to: number): number {
  let sum = 0;
  for (let place = from; place < to; place++) sum += (bytes[place]! - 0x30) * (place - from + 1);
  return sum % 11;
}

/** UPU S10, section 4.3: eight digits and their check digit. */
export function isPostCheck(bytes: Uint8Array, from: number): boolean {
  const value = 11 - (weighted(bytes, from, postWeights) % 11);
  const wanted = value === 10 ? 0 : value === 11 ? 5 : value;
  return wanted === bytes[from + 8]! - 0x30;
}

/** IATA Resolution 600a: seven digits and their remainder by 7. */
export function isWaybillCheck(bytes: Uint8Array, from: number): boolean {
  return numberOf(bytes, from, from + 7) % 7 === bytes[from + 7]! - 0x30;
}
