/** Packets of OpenPGP: their headers, and what of a key is its public part. Spec: RFC 9580 sections 3.2, 4.2, 5.5 and 5.6; RFC 4880. */
import type { CarveWindow } from "../carve-window.ts";

/** Types of packets (RFC 9580 section 5). */
export const tags = {
  sessionKey: 1,
  signature: 2,
  passphraseKey: 3,
  secretKey: 5,
  publicKey: 6,
  secretSubkey: 7,
  marker: 10,
  trust: 12,
  userId: 13,
  publicSubkey: 14,
  userAttribute: 17,
  protectedData: 18,
} as const;

/** One packet; reading it allocates nothing. */
export class Packet {
  tag = -1;
  bodyAt = 0;
  /** Exclusive; of all parts where the length comes in parts. */
  end = 0;
  isInParts = false;

  /** Reads the header at `at` and steps over parts; false where there is none, or its length is not given. */
  read(window: CarveWindow, at: number): boolean {
    const first = window.u8(at);
    this.isInParts = false;
    if (first < 0x80 || !window.has(at, 2)) return false;
    if (first < 0xc0) {
      this.tag = (first >> 2) & 15;
      const bytes = 1 << (first & 3);
      if (bytes > 4) return false;
      this.bodyAt = at + 1 + bytes;
      const length = bytes === 1 ? window.u8(at + 1) : bytes === 2 ? window.u16be(at + 1) : window.u32be(at + 1);
      this.end = this.bodyAt + length;
      return true;
    }
    this.tag = first & 63;
    return this.#newLength(window, at + 1);
  }

  #newLength(window: CarveWindow, at: number): boolean {
    let place = at;
    for (let parts = 0; window.has(place, 1); parts++) {
      const first = window.u8(place);
      const bytes = first < 192 || (first >= 224 && first < 255) ? 1 : first < 224 ? 2 : 5;
      const isPart = first >= 224 && first < 255;
      const length = isPart
        ? 2 ** (first & 31)
        : bytes === 1
          ? first
          : bytes === 2
            ? (first - 192) * 256 + window.u8(place + 1) + 192
            : window.u32be(place + 1);
      if (parts === 0) this.bodyAt = place + bytes;
      this.isInParts ||= isPart;
      place += bytes + length;
      this.end = place;
      if (!isPart) return true;
    }
    return false;
  }
}

/** Behind the number of a bit count and as many bits at `at` (section 3.2); -1 where its first bit is not set or it is not inside. */
export function behindNumber(window: CarveWindow, at: number, to: number): number {
  const bits = window.u16be(at);
  const end = at + 2 + ((bits + 7) >> 3);
  if (bits === 0 || end > to) return -1;
  return window.u8(at + 2) >> ((bits - 1) & 7) === 1 ? end : -1;
}

/** Numbers of the public part by algorithm (RSA, Elgamal, DSA); those of curves begin with the name of the curve. */
const publicNumbers: Readonly<Record<number, number>> = { 1: 2, 2: 2, 3: 2, 16: 3, 17: 4 };
const curves = new Set([18, 19, 22]);
const ecdh = 18;
/** Keys of one fixed length (X25519, X448, Ed25519, Ed448). */
const fixedKeys: Readonly<Record<number, number>> = { 25: 32, 26: 56, 27: 32, 28: 57 };
const keyHeaderBytes = 6;

/** Behind the public part of a version 4 key; -1 where it is not sound (section 5.5.2). */
export function behindPublicKey(window: CarveWindow, from: number, to: number): number {
  if (window.u8(from) !== 4) return -1;
  const algorithm = window.u8(from + 5);
  let at = from + keyHeaderBytes;
  const fixed = fixedKeys[algorithm];
  if (fixed !== undefined) return at + fixed <= to ? at + fixed : -1;
  if (curves.has(algorithm)) {
    const bytes = window.u8(at);
    if (bytes < 3 || bytes > 16) return -1;
    at = behindNumber(window, at + 1 + bytes, to);
    if (at > 0 && algorithm === ecdh) at += 1 + window.u8(at);
    return at > to ? -1 : at;
  }
  const numbers = publicNumbers[algorithm] ?? 0;
  for (let i = 0; i < numbers && at > 0; i++) at = behindNumber(window, at, to);
  return numbers === 0 ? -1 : at;
}
