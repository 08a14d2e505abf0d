/**
 * Base58 as Bitcoin writes numbers, with the check of Base58Check (the first four bytes of SHA-256 twice), in Bitcoin's
 * alphabet and in that of the XRP ledger.
 */
import { createHash } from "node:crypto";

const invalid = 255;

function alphabet(characters: string): Uint8Array {
  const values = new Uint8Array(256).fill(invalid);
  for (let i = 0; i < characters.length; i++) values[characters.charCodeAt(i)] = i;
  return values;
}

export const bitcoinAlphabet = alphabet("123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz");
export const rippleAlphabet = alphabet("rpshnaf39wBUDNEGHJKLM4PQRST7VWXYZ2bcdeCg65jkm8oFqi1tuvAxyz");

/** Whether all bytes are of the alphabet. */
export function isBase58(bytes: Uint8Array, from: number, to: number, values = bitcoinAlphabet): boolean {
  for (let place = from; place < to; place++) if (values[bytes[place]!] === invalid) return false;
  return true;
}

/**
 * The number as exactly `out.length` bytes, big endian; false where it does not fit. Leading zeros are not compared.
 */
export function decodeBase58(
  bytes: Uint8Array,
  from: number,
  to: number,
  out: Uint8Array,
  values = bitcoinAlphabet,
): boolean {
  out.fill(0);
  for (let place = from; place < to; place++) {
    let carry = values[bytes[place]!]!;
    if (carry === invalid) return false;
    for (let i = out.length - 1; i >= 0; i--) {
      carry += out[i]! * 58;
      out[i] = carry;
      carry >>= 8;
    }
    if (carry !== 0) return false;
  }
  return true;
}

/** Whether the last four bytes are the check over those in front. */
export function isBase58Check(decoded: Uint8Array): boolean {
  const body = decoded.length - 4;
  const once = createHash("sha256").update(decoded.subarray(0, body)).digest();
  const twice = createHash("sha256").update(once).digest();
  for (let i = 0; i < 4; i++) if (twice[i] !== decoded[body + i]) return false;
  return true;
}
