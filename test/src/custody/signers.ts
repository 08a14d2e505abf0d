/** Signers with fixed secret keys, without a test framework, so that child processes can use them. */
import { createPrivateKey } from "node:crypto";
import { keyIdOf, rawPublicKey } from "../../../native-free/hash/ed25519.ts";
import { ed25519PrivateKeyDer } from "../../../native-free/hash/self-test.ts";
import { officerSigner, type Signer } from "../../../src/custody/signer.ts";

/** A signer whose secret key is 32 times the same byte. */
export function fixedSigner(officer: string, byte: number): Signer {
  const secret = Buffer.alloc(32, byte).toString("hex");
  const key = createPrivateKey({ key: ed25519PrivateKeyDer(secret), format: "der", type: "pkcs8" });
  const publicKey = rawPublicKey(key);
  return officerSigner(officer, keyIdOf(publicKey), publicKey, key);
}
