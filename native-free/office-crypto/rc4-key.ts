/**
 * Keys of the binary formats of Office 97 to 2003: RC4 with 40 bits (MS-OFFCRYPTO 2.3.6) and RC4 of the CryptoAPI
 * (2.3.5). Each block of a stream has a key of its own. Not supported: other ciphers in a CryptoAPI header, which no
 * program writes into binary documents.
 */
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { bytes, struct, u16, u32 } from "../bytes/struct.ts";
import { cipherHeader, rc4Verifier } from "./layouts.ts";
import { utf16 } from "./passwords.ts";
import { Rc4 } from "./rc4.ts";

/** MS-OFFCRYPTO 2.3.6.1 */
const plainHeader = struct("officeCrypto.rc4", 52, {
  major: [0, u16, "1"],
  minor: [2, u16, "1"],
  salt: [4, bytes(16)],
  verifier: [20, bytes(16), "encrypted"],
  verifierHash: [36, bytes(16), "encrypted"],
});

/** MS-OFFCRYPTO 2.3.5.1, up to the header's variable part */
const apiHeader = struct("officeCrypto.cryptoApi", 12, {
  major: [0, u16, "2, 3 or 4"],
  minor: [2, u16, "2"],
  flags: [4, u32],
  headerBytes: [8, u32],
});

const rc4Cipher = 0x6801;

/** Gives the cipher of each block of a stream. */
export interface BlockCipher {
  block(number: number): Rc4;
}

export interface Rc4Protection {
  /** Short technical word. */
  readonly method: string;
  /** Null where the password does not fit. */
  open(password: string): BlockCipher | null;
}

/** Of an encryption header; null where it is none that is known. */
export function rc4Protection(header: Uint8Array): Rc4Protection | null {
  if (header.length < 4) return null;
  const major = header[0]! | (header[1]! << 8);
  const minor = header[2]! | (header[3]! << 8);
  if (major === 1 && minor === 1 && header.length >= plainHeader.size) return plainProtection(header);
  return major >= 2 && major <= 4 && minor === 2 ? apiProtection(header) : null;
}

const hashed = (algorithm: "md5" | "sha1", ...parts: readonly Uint8Array[]): Buffer => {
  const hash = createHash(algorithm);
  for (const part of parts) hash.update(part);
  return hash.digest();
};

function numberBytes(number: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(number >>> 0);
  return bytes;
}

function plainProtection(header: Uint8Array): Rc4Protection {
  const { salt, verifier, verifierHash } = plainHeader.cursor().over(header);
  return {
    method: "RC4 40 bit",
    open(password) {
      const first = hashed("md5", utf16(password)).subarray(0, 5);
      const repeated = Buffer.concat(Array.from({ length: 16 }, () => Buffer.concat([first, salt])));
      const base = hashed("md5", repeated).subarray(0, 5);
      const cipher = { block: (number: number) => new Rc4(hashed("md5", base, numberBytes(number))) };
      return fits(cipher, "md5", verifier, verifierHash) ? cipher : null;
    },
  };
}

function apiProtection(header: Uint8Array): Rc4Protection | null {
  if (header.length < apiHeader.size + cipherHeader.size) return null;
  const { headerBytes } = apiHeader.cursor().over(header);
  const { cipher: algorithm, keyBits } = cipherHeader.cursor().over(header, apiHeader.size);
  const verifierAt = apiHeader.size + headerBytes;
  if (algorithm !== rc4Cipher || verifierAt + rc4Verifier.size > header.length) return null;
  const { salt, verifier, verifierHash } = rc4Verifier.cursor().over(header, verifierAt);
  const bits = keyBits === 0 ? 40 : Math.min(128, keyBits);
  return {
    method: `RC4 CryptoAPI ${bits} bit`,
    open(password) {
      const base = hashed("sha1", salt, utf16(password));
      const cipher = { block: (number: number) => new Rc4(apiKey(hashed("sha1", base, numberBytes(number)), bits)) };
      return fits(cipher, "sha1", verifier, verifierHash) ? cipher : null;
    },
  };
}

/** 40 bits are filled with zeros up to 128 (MS-OFFCRYPTO 2.3.5.2). */
function apiKey(hash: Buffer, bits: number): Uint8Array {
  const key = hash.subarray(0, bits >>> 3);
  return bits === 40 ? Buffer.concat([key, Buffer.alloc(11)]) : key;
}

function fits(cipher: BlockCipher, algorithm: "md5" | "sha1", verifier: Uint8Array, hash: Uint8Array): boolean {
  const stream = cipher.block(0);
  const plain = stream.apply(Uint8Array.from(verifier));
  return hashed(algorithm, plain).equals(stream.apply(Uint8Array.from(hash)));
}

/** Decrypts a stretch of a stream that starts at `at`, in place; the key changes every `blockBytes`. */
export function decryptBlocks(cipher: BlockCipher, bytes: Uint8Array, at: number, blockBytes: number): Uint8Array {
  let done = 0;
  while (done < bytes.length) {
    const place = at + done;
    const stream = cipher.block(Math.floor(place / blockBytes));
    const skipped = place % blockBytes;
    if (skipped > 0) stream.apply(new Uint8Array(skipped));
    const count = Math.min(blockBytes - skipped, bytes.length - done);
    stream.apply(bytes.subarray(done, done + count));
    done += count;
  }
  return bytes;
}
