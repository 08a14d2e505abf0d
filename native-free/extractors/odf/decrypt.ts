/**
 * Encrypted parts of OpenDocument packages (OASIS ODF 1.3 part 2, 3.4; ODF 1.4; W3C XML Encryption 1.1 for AES): start key by
 * SHA-1 or SHA-256, key by PBKDF2 or Argon2id, Blowfish in CFB, AES in CBC or GCM, then deflate. Not supported: keys for OpenPGP
 * recipients.
 */
import { Buffer } from "node:buffer";
import { createDecipheriv, createHash, pbkdf2Sync } from "node:crypto";
import { inflateRawSync } from "node:zlib";
import { decryptBlowfishCfb } from "./blowfish.ts";
import type { Encryption } from "./manifest.ts";

/** Values that a document may ask for; what lies beyond is made to exhaust readers. */
const MOST_ITERATIONS = 10_000_000;
const MOST_ARGON_KIB = 1 << 20;
const MOST_ARGON_PASSES = 64;
const CHECKED_BYTES = 1024;
const TAG_BYTES = 16;
const NONCE_BYTES = 12;
const BLOCK_BYTES = 16;

export type CipherKind = "aes-cbc" | "aes-gcm" | "blowfish";

/** Null for what is not read. */
export function cipherOf({ algorithm }: Encryption): CipherKind | null {
  if (/blowfish/i.test(algorithm)) return "blowfish";
  if (/aes(128|192|256)-gcm/i.test(algorithm)) return "aes-gcm";
  return /aes(128|192|256)-cbc/i.test(algorithm) ? "aes-cbc" : null;
}

/** Key of a part for a password; null where the derivation is not known or asks for too much. */
export async function deriveKey(encryption: Encryption, password: string): Promise<Uint8Array | null> {
  const { derivation, iterations, salt, keyBytes } = encryption;
  if (keyBytes < 4 || keyBytes > 56 || salt.length === 0) return null;
  const hash = /sha-?256/i.test(encryption.startKey) ? "sha256" : "sha1";
  const start = createHash(hash).update(password, "utf8").digest();
  if (/argon2id/i.test(derivation)) return deriveArgon(encryption, start);
  if (!/pbkdf2/i.test(derivation) || iterations < 1 || iterations > MOST_ITERATIONS) return null;
  return pbkdf2Sync(start, salt, iterations, keyBytes, "sha1");
}

async function deriveArgon(encryption: Encryption, start: Uint8Array): Promise<Uint8Array | null> {
  const { iterations, memoryKib, lanes, salt, keyBytes } = encryption;
  const isSane =
    iterations >= 1 &&
    iterations <= MOST_ARGON_PASSES &&
    lanes >= 1 &&
    lanes <= 64 &&
    memoryKib >= 8 * lanes &&
    memoryKib <= MOST_ARGON_KIB &&
    salt.length >= 8;
  if (!isSane) return null;
  const { argon2id } = await import("hash-wasm");
  return argon2id({
    password: start,
    salt,
    iterations,
    parallelism: lanes,
    memorySize: memoryKib,
    hashLength: keyBytes,
    outputType: "binary",
  });
}

/** The part as it was before it was encrypted and packed; null where the key does not fit or the data are damaged. */
export function decryptPart(
  data: Uint8Array,
  encryption: Encryption,
  key: Uint8Array,
  limitBytes: number,
): Uint8Array | null {
  const packed = decipher(data, encryption, key);
  if (packed === null || !hasChecksum(packed, encryption)) return null;
  if (packed.length === 0 || isPackage(packed)) return packed;
  try {
    return inflateRawSync(packed, { maxOutputLength: limitBytes });
  } catch {
    // Not deflate: without a checksum this is what a wrong key looks like.
    return null;
  }
}

/** A package as a whole is encrypted without being packed once more (ODF 1.4). */
function isPackage(bytes: Uint8Array): boolean {
  return bytes[0] === 0x50 && bytes[1] === 0x4b && bytes[2] === 3 && bytes[3] === 4;
}

function decipher(data: Uint8Array, encryption: Encryption, key: Uint8Array): Uint8Array | null {
  const kind = cipherOf(encryption);
  try {
    if (kind === "blowfish") return decryptBlowfishCfb(data, key, encryption.iv);
    if (kind === "aes-gcm") return decryptGcm(data, encryption.iv, key);
    return kind === "aes-cbc" ? decryptCbc(data, encryption.iv, key) : null;
  } catch {
    // node:crypto throws for keys that do not fit and for data that were changed.
    return null;
  }
}

/** Padding of XML Encryption: the last byte alone says how long it is (5.2). */
function decryptCbc(data: Uint8Array, iv: Uint8Array, key: Uint8Array): Uint8Array | null {
  if (data.length === 0 || data.length % BLOCK_BYTES !== 0) return null;
  const cipher = createDecipheriv(`aes-${key.length * 8}-cbc`, key, iv).setAutoPadding(false);
  const plain = Buffer.concat([cipher.update(data), cipher.final()]);
  const padding = plain.at(-1) ?? 0;
  return padding < 1 || padding > BLOCK_BYTES ? null : plain.subarray(0, plain.length - padding);
}

/** The nonce stands in front of the data as well (XML Encryption 1.1, 5.2.4), the tag behind them. */
function decryptGcm(data: Uint8Array, iv: Uint8Array, key: Uint8Array): Uint8Array | null {
  if (data.length < TAG_BYTES) return null;
  const repeated = Buffer.from(data.subarray(0, NONCE_BYTES)).equals(iv.subarray(0, NONCE_BYTES));
  const cipher = createDecipheriv(`aes-${(key.length * 8) as 256}-gcm`, key, iv);
  cipher.setAuthTag(data.subarray(data.length - TAG_BYTES));
  const body = data.subarray(repeated ? NONCE_BYTES : 0, data.length - TAG_BYTES);
  return Buffer.concat([cipher.update(body), cipher.final()]);
}

/** Checksums are of the packed bytes, mostly of the first 1024 (4.8.4); GCM needs none. */
function hasChecksum(packed: Uint8Array, { checksumType, checksum }: Encryption): boolean {
  if (checksum.length === 0) return true;
  const hash = /sha-?256/i.test(checksumType) ? "sha256" : /sha-?1(?!\d)/i.test(checksumType) ? "sha1" : null;
  if (hash === null) return true;
  const part = /1k/i.test(checksumType) ? packed.subarray(0, CHECKED_BYTES) : packed;
  return createHash(hash).update(part).digest().equals(checksum);
}
