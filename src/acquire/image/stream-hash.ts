/** One whole-stream hash, whoever computes it: OpenSSL where it has the algorithm (several times faster), else WebAssembly. */
import { createHash } from "node:crypto";
import type { HashName } from "./image-body.ts";

export interface StreamHash {
  /** Takes the bytes before it returns. */
  update(bytes: Uint8Array): void;
  /** Hex. */
  digest(): string;
}

export async function streamHash(name: HashName): Promise<StreamHash> {
  if (name === "blake3") {
    // Only loaded where it is asked for: every thread of an acquisition would pay for it at its start.
    const { createBLAKE3 } = await import("hash-wasm");
    const hash = await createBLAKE3();
    hash.init();
    return { update: (bytes) => void hash.update(bytes), digest: () => hash.digest("hex") };
  }
  const hash = createHash(name);
  return { update: (bytes) => void hash.update(bytes), digest: () => hash.digest("hex") };
}
