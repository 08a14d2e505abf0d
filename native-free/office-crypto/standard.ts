/** Standard encryption of a package (MS-OFFCRYPTO 2.3.4.5 to 2.3.4.9): AES in ECB mode, key from SHA-1 with 50 000 rounds. */
import { Buffer } from "node:buffer";
import { createDecipheriv, createHash } from "node:crypto";
import { bytes, struct, u32 } from "../bytes/struct.ts";
import type { PackageKey, PackageProtection } from "./package.ts";
import { spin } from "./spin.ts";

/** MS-OFFCRYPTO 2.3.2, behind version (4 bytes), flags and the header's size */
const header = struct("officeCrypto.standardHeader", 32, {
  flags: [0, u32],
  sizeExtra: [4, u32],
  cipher: [8, u32, "algorithm id"],
  hash: [12, u32, "algorithm id"],
  keyBits: [16, u32],
  provider: [20, u32],
  reserved1: [24, u32],
  reserved2: [28, u32],
});

/** MS-OFFCRYPTO 2.3.3 */
const verifier = struct("officeCrypto.standardVerifier", 72, {
  saltBytes: [0, u32, "16"],
  salt: [4, bytes(16)],
  input: [20, bytes(16), "encrypted"],
  hashBytes: [36, u32, "20"],
  hash: [40, bytes(32), "encrypted"],
});

const headerAt = 12;
const rounds = 50_000;
const aesBits: Readonly<Record<number, number>> = { 0x660e: 128, 0x660f: 192, 0x6610: 256 };

export function standardProtection(info: Uint8Array): PackageProtection | null {
  if (info.length < headerAt + header.size) return null;
  const headerBytes = new DataView(info.buffer, info.byteOffset).getUint32(8, true);
  const bits = aesBits[header.cursor().over(info, headerAt).cipher];
  const at = headerAt + headerBytes;
  if (bits === undefined || at + verifier.size > info.length) return null;
  const { salt, input, hash } = verifier.cursor().over(info, at);
  return {
    method: `standard AES-${bits}`,
    open(password) {
      const key = keyOf(password, salt, bits / 8);
      const plain = decrypt(key, input);
      const expected = createHash("sha1").update(plain).digest();
      if (!expected.equals(decrypt(key, hash).subarray(0, 20))) return null;
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
