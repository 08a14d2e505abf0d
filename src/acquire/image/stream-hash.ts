/** One whole-stream hash, whoever computes it: OpenSSL where it has the algorithm (several times faster), else a kernel of ours. */
import { createHash } from "node:crypto";
import { hexOf } from "../../../native-free/hash/merkle.ts";
import { newBlake3 } from "../../../native-free/kernels/blake3.ts";
import type { HashName } from "./image-body.ts";

/** Nothing is allocated for the bytes that are taken. */
export interface StreamHash {
  /** Takes the bytes before it returns. */
  update(bytes: Uint8Array): void;
  /** Hex. */
  digest(): string;
}

export function streamHash(name: HashName): StreamHash {
  if (name === "blake3") {
    const hash = newBlake3();
    return { update: (bytes) => hash.update(bytes), digest: () => hexOf(hash.digest()) };
  }
  const hash = createHash(name);
  return { update: (bytes) => void hash.update(bytes), digest: () => hash.digest("hex") };
}
