/** The slow hash of both ways of encryption (MS-OFFCRYPTO 2.3.4.7 and 2.3.4.11). */
import { Buffer } from "node:buffer";
import { createHash, hash } from "node:crypto";
import { utf16 } from "./passwords.ts";

/** H(n) = hash(n as 32 bits, H(n−1)), from hash(salt, password) on. */
export function spin(algorithm: string, password: string, salt: Uint8Array, rounds: number): Buffer {
  const first = createHash(algorithm).update(salt).update(utf16(password)).digest();
  const work = Buffer.alloc(4 + first.length);
  first.copy(work, 4);
  for (let round = 0; round < rounds; round++) {
    work.writeUInt32LE(round, 0);
    hash(algorithm, work, "buffer").copy(work, 4);
  }
  return work.subarray(4);
}
