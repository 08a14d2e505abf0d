/** Countries whose customs number movements and offices as the European Union's do. */
import { isMemberState } from "../countries.ts";

/** Contracting parties of the Common Transit Convention, Northern Ireland, and the customs unions with Andorra and San Marino. */
const others = new Set("GB, XI, CH, LI, NO, IS, TR, MK, RS, UA, GE, MD, ME, AD, SM".split(", "));
const otherCodes = new Uint8Array(256 * 26);
for (const code of others) otherCodes[code.charCodeAt(0) * 26 + code.charCodeAt(1) - 65] = 1;

/** Member states and parties of common transit; bytes are capitals. */
export function isCustomsTerritory(first: number, second: number): boolean {
  if (isMemberState(first, second)) return true;
  return second >= 65 && second <= 90 && otherCodes[first * 26 + second - 65] === 1;
}

/** Member states and Northern Ireland (with the United Kingdom for older numbers), Greece also as EL as in excise and tax. */
export function isExciseTerritory(first: number, second: number): boolean {
  if (isMemberState(first, second)) return true;
  const isGreece = first === 0x45 && second === 0x4c;
  const isBritish = (first === 0x47 && second === 0x42) || (first === 0x58 && second === 0x49);
  return isGreece || isBritish;
}
