/** Standard encryption of a package (MS-OFFCRYPTO 2.3.4.5 to 2.3.4.9): AES in ECB mode, key from SHA-1 with 50 000 rounds. */
import { Buffer } from "node:buffer";
import { createDecipheriv, createHash } from "node:crypto";
import { aesVerifier, cipherHeader } from "./layouts.ts";
import type { PackageKey, PackageProtection } from "./package.ts";
import { spin } from "./spin.ts";

/** The header stands behind version (4 bytes), flags and its size. */
const headerAt = 12;
const rounds = 50_000;
const aesBits: Readonly<Record<number, number>> = { 0x660e: 128, 0x660f: 192, 0x6610: 256 };

export function standardProtection(info: Uint8Array): PackageProtection | null {
  if (info.length < headerAt + cipherHeader.size) return null;
  const headerBytes = new DataView(info.buffer, info.byteOffset).getUint32(8, true);
  const bits = aesBits[cipherHeader.cursor().over(info, headerAt).cipher];
  const at = headerAt + headerBytes;
  if (bits === undefined || at + aesVerifier.size > info.length) return null;
  const { salt, verifier, verifierHash } = aesVerifier.cursor().over(info, at);
  return {
    method: `standard AES-${bits}`,
    open(password) {
      const key = keyOf(password, salt, bits / 8);
      const plain = decrypt(key, verifier);
      const expected = createHash("sha1").update(plain).digest();
      if (!expected.equals(decrypt(key, verifierHash).subarray(0, 20))) return null;
      return { decrypt: (segment) => decrypt(key, segment) } satisfies PackageKey;
    },
  };
}

function keyOf(password: string, salt: Uint8Array, keyBytes: number): Buffer {
  const last = spin("sha1", password, salt, rounds);
  const final = createHash("sha1").update(last).update(Buffer.alloc(4)).digest();
  const part = (fill: number): Buffer => {
    const block = Buffer.alloc(64, fill);
    for (let i = 0; i < final.length; i++) block[i]! ^= final[i]!;
    return createHash("sha1").update(block).digest();
  };
  return Buffer.concat([part(0x36), part(0x5c)]).subarray(0, keyBytes);
}

function decrypt(key: Buffer, bytes: Uint8Array): Buffer {
  const cipher = createDecipheriv(`aes-${key.length * 8}-ecb`, key, null).setAutoPadding(false);
  return Buffer.concat([cipher.update(bytes), cipher.final()]);
}
