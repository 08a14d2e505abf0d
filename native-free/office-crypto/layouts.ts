/** Records that RC4 of the CryptoAPI and standard encryption share (MS-OFFCRYPTO 2.3.2 and 2.3.3). */
import { bytes, struct, u32 } from "../bytes/struct.ts";

/** MS-OFFCRYPTO 2.3.2 */
export const cipherHeader = struct("officeCrypto.header", 32, {
  flags: [0, u32],
  sizeExtra: [4, u32],
  cipher: [8, u32, "algorithm id"],
  hash: [12, u32, "algorithm id"],
  keyBits: [16, u32],
  provider: [20, u32],
  reserved1: [24, u32],
  reserved2: [28, u32],
});

/** MS-OFFCRYPTO 2.3.3 up to the hash, whose length is the cipher's. */
const verifierFields = {
  saltBytes: [0, u32, "16"],
  salt: [4, bytes(16)],
  verifier: [20, bytes(16), "encrypted"],
  hashBytes: [36, u32, "20"],
} as const;

/** With the hash as RC4 leaves it. */
export const rc4Verifier = struct("officeCrypto.verifier", 60, {
  ...verifierFields,
  verifierHash: [40, bytes(20), "encrypted"],
});

/** With the hash filled up to whole blocks of AES. */
export const aesVerifier = struct("officeCrypto.standardVerifier", 72, {
  ...verifierFields,
  verifierHash: [40, bytes(32), "encrypted"],
});
