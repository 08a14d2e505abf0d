/** Ed25519 (RFC 8032 section 5.1) by node:crypto, with keys as their 32 raw bytes in base64. */
import { createHash, createPublicKey, sign, verify, type KeyObject } from "node:crypto";

/**
 * The bytes of a base64 text (RFC 4648 section 4) where it is the one spelling of them: alphabet, padding, and the unused
 * bits of the last character zero. Else null: another spelling of a signature would be an unnoticed change.
 */
export function strictBase64(text: string): Uint8Array | null {
  const bytes = Buffer.from(text, "base64");
  return bytes.toString("base64") === text ? bytes : null;
}

/** Key objects by their text: a journal has few keys and many signatures, and making the object is a good part of checking one. */
const keyObjects = new Map<string, KeyObject>();
const maxKeyObjects = 256;

/** The public key object of 32 raw bytes in base64; null where it is not such a text. */
export function publicKeyOf(publicKey: string): KeyObject | null {
  const known = keyObjects.get(publicKey);
  if (known) return known;
  const made = makePublicKey(publicKey);
  if (made === null) return null;
  if (keyObjects.size >= maxKeyObjects) keyObjects.clear();
  keyObjects.set(publicKey, made);
  return made;
}

function makePublicKey(publicKey: string): KeyObject | null {
  const bytes = strictBase64(publicKey);
  if (bytes?.length !== 32) return null;
  const x = Buffer.from(bytes).toString("base64url");
  return createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x }, format: "jwk" });
}

/** The raw public key (base64) of a key object, private or public. */
export function rawPublicKey(key: KeyObject): string {
  const jwk = key.export({ format: "jwk" });
  return Buffer.from(jwk.x as string, "base64url").toString("base64");
}

/** First 16 hex digits of SHA-256 of the raw public key. */
export function keyIdOf(publicKey: string): string {
  return createHash("sha256").update(Buffer.from(publicKey, "base64")).digest("hex").slice(0, 16);
}

/** 64 bytes. */
export function signBytes(bytes: Uint8Array, privateKey: KeyObject): Uint8Array {
  return sign(null, bytes, privateKey);
}

/** Whether `signature` (64 bytes) is that of `bytes` under the key; false for anything malformed. */
export function verifyBytes(bytes: Uint8Array, signature: Uint8Array, publicKey: KeyObject): boolean {
  return signature.length === 64 && verify(null, bytes, publicKey, signature);
}

/** The same for a signature and a raw public key in base64. */
export function verifyBase64(bytes: Uint8Array, signature: string, publicKey: string): boolean {
  const key = publicKeyOf(publicKey);
  const raw = strictBase64(signature);
  return key !== null && raw !== null && verifyBytes(bytes, raw, key);
}
