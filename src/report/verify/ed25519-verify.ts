/**
 * Verification of Ed25519 signatures (RFC 8032 section 5.1.7) with BigInts. Part of the stand-alone page: browsers differ
 * in whether WebCrypto knows Ed25519, and a checker must not depend on that. Verification handles public data only, so
 * nothing here is constant-time. The equation is checked without the cofactor, as RFC 8032 allows and OpenSSL does.
 * Signing is not supported.
 */
import { sameBytes } from "./octets.ts";
import { sha512 } from "./sha512.ts";

/** 2^255 − 19 (RFC 8032 section 5.1). */
const p = 2n ** 255n - 19n;
const fieldMask = 2n ** 255n - 1n;
/** Order of the base point. */
const order = 2n ** 252n + 27742317777372353535851937790883648493n;
const curveD = 0x52036cee2b6ffe738cc740797779e89800700a4d4141d8ab75eb4dca135978a3n;
const twiceD = (2n * curveD) % p;

/** Extended homogeneous coordinates (X : Y : Z : T), x = X/Z, y = Y/Z, xy = T/Z (RFC 8032 section 5.1.4). */
type Point = readonly [x: bigint, y: bigint, z: bigint, t: bigint];

const neutral: Point = [0n, 1n, 1n, 0n];

/** A value below 2^512 brought below 2^256 and congruent modulo p: 2^255 is 19 there. Not always the least residue. */
function reduce(value: bigint): bigint {
  const once = (value & fieldMask) + 19n * (value >> 255n);
  return (once & fieldMask) + 19n * (once >> 255n);
}

function leastResidue(value: bigint): bigint {
  const rest = value % p;
  return rest < 0n ? rest + p : rest;
}

/** The complete addition of RFC 8032 section 5.1.4. */
function addPoints([x1, y1, z1, t1]: Point, [x2, y2, z2, t2]: Point): Point {
  // p is added before a subtraction so that `reduce` never sees a negative value.
  const a = reduce((y1 - x1 + 4n * p) * (y2 - x2 + 4n * p));
  const b = reduce((y1 + x1) * (y2 + x2));
  const c = reduce(reduce(t1 * twiceD) * t2);
  const d = reduce(2n * z1 * z2);
  const e = b - a + 4n * p;
  const f = d - c + 4n * p;
  const g = d + c;
  const h = b + a;
  return [reduce(e * f), reduce(g * h), reduce(f * g), reduce(e * h)];
}

function power(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  let square = base;
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = reduce(result * square);
    square = reduce(square * square);
  }
  return leastResidue(result);
}

function littleEndian(bytes: Uint8Array): bigint {
  let value = 0n;
  for (let index = bytes.length - 1; index >= 0; index--) value = (value << 8n) | BigInt(bytes[index]);
  return value;
}

/** A point from its 32 bytes (RFC 8032 section 5.1.3); null where they are no point. */
function decodePoint(bytes: Uint8Array): Point | null {
  const value = littleEndian(bytes);
  const sign = value >> 255n;
  const y = value & fieldMask;
  if (y >= p) return null;
  const u = leastResidue(y * y - 1n);
  const v = leastResidue(curveD * y * y + 1n);
  const v3 = reduce(reduce(v * v) * v);
  const v7 = reduce(reduce(v3 * v3) * v);
  let x = leastResidue(reduce(u * v3) * power(reduce(u * v7), (p - 5n) / 8n));
  const check = leastResidue(v * x * x);
  if (check === leastResidue(-u)) x = leastResidue(x * power(2n, (p - 1n) / 4n));
  else if (check !== u) return null;
  if (x === 0n && sign === 1n) return null;
  if ((x & 1n) !== sign) x = p - x;
  return [x, y, 1n, leastResidue(x * y)];
}

function encodePoint([x, y, z]: Point): Uint8Array {
  const inverse = power(leastResidue(z), p - 2n);
  const affineX = leastResidue(x * inverse);
  let value = leastResidue(y * inverse) | ((affineX & 1n) << 255n);
  const out = new Uint8Array(32);
  for (let index = 0; index < 32; index++, value >>= 8n) out[index] = Number(value & 0xffn);
  return out;
}

/** Multiples 0 to 15 of 16^i times a point, for every hex digit i of a scalar: a product is then 64 additions. */
type Multiples = readonly (readonly Point[])[];

function multiplesOf(point: Point): Multiples {
  const rows: Point[][] = [];
  let unit = point;
  for (let digit = 0; digit < 64; digit++) {
    const row: Point[] = [neutral];
    for (let times = 1; times < 16; times++) row.push(addPoints(row[times - 1], unit));
    rows.push(row);
    unit = addPoints(row[15], unit);
  }
  return rows;
}

function multiply(multiples: Multiples, scalar: bigint, start: Point): Point {
  let sum = start;
  const digits = scalar.toString(16).padStart(64, "0");
  for (let digit = 0; digit < 64; digit++) {
    const times = Number.parseInt(digits[63 - digit], 16);
    if (times !== 0) sum = addPoints(sum, multiples[digit][times]);
  }
  return sum;
}

let baseMultiples: Multiples | null = null;

function multiplesOfBase(): Multiples {
  if (!baseMultiples) {
    const encoded = new Uint8Array(32).fill(0x66);
    encoded[0] = 0x58;
    baseMultiples = multiplesOf(decodePoint(encoded) as Point);
  }
  return baseMultiples;
}

/** A public key made ready: the same few keys sign thousands of entries. */
export class VerifyKey {
  readonly #bytes: Uint8Array;
  readonly #multiples: Multiples;

  private constructor(bytes: Uint8Array, multiples: Multiples) {
    this.#bytes = bytes;
    this.#multiples = multiples;
  }

  /** From 32 bytes; null where they are no point of the curve. */
  static from(bytes: Uint8Array): VerifyKey | null {
    const point = bytes.length === 32 ? decodePoint(bytes) : null;
    if (!point) return null;
    const [x, y, z, t] = point;
    return new VerifyKey(bytes.slice(), multiplesOf([leastResidue(-x), y, z, leastResidue(-t)]));
  }

  /** Whether `signature` (64 bytes) is this key's over `message` (RFC 8032 section 5.1.7). */
  verifies(message: Uint8Array, signature: Uint8Array): boolean {
    if (signature.length !== 64) return false;
    const r = signature.subarray(0, 32);
    const s = littleEndian(signature.subarray(32));
    if (s >= order) return false;
    const k = littleEndian(sha512(r, this.#bytes, message)) % order;
    // [S]B − [k]A must be R; the table holds multiples of −A.
    return sameBytes(encodePoint(multiply(this.#multiples, k, multiply(multiplesOfBase(), s, neutral))), r);
  }
}
