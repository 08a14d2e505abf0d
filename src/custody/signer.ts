/** Who signs: an officer's key, or a session key that the officer's key vouches for until a stated time. */
import { createPrivateKey, type KeyObject } from "node:crypto";
import { signBytes } from "../../native-free/hash/ed25519.ts";

/** What an officer's signature says of a session key: it may sign for the officer, for one case, for a while. */
export interface DelegationBody {
  readonly v: 1;
  readonly caseId: string;
  readonly officer: string;
  /** Key id of the officer's key, which signs this body. */
  readonly officerKey: string;
  /** Key id and raw public key (base64) of the session. */
  readonly sessionKey: string;
  readonly publicKey: string;
  /** ISO 8601 UTC, both inclusive. */
  readonly from: string;
  readonly until: string;
}

/** `{ body, hash, sig, officer, key, delegation: null }` under the domain `vestige.delegation.1`. */
export interface SignedDelegation {
  readonly body: DelegationBody;
  readonly hash: string;
  readonly sig: string;
  readonly officer: string;
  readonly key: string;
  readonly delegation: null;
}

export interface Signer {
  /** The officer's name as registered in the case. */
  readonly officer: string;
  /** Key id (16 hex) of the key that signs: the officer's or the session's. */
  readonly keyId: string;
  /** Raw Ed25519 public key, base64. */
  readonly publicKey: string;
  readonly delegation: SignedDelegation | null;
  /** Ed25519 over `bytes`: 64 bytes. */
  sign(bytes: Uint8Array): Uint8Array;
  /** Throws OperatorError where the signer may no longer sign at `utcMs` (expired, signed out). */
  assertUsable(utcMs: number): void;
}

/** Id of a delegation as journal entries carry it: the first 32 hex digits of its hash. */
export function delegationId(delegation: { readonly hash: string }): string {
  return delegation.hash.slice(0, 32);
}

/** A signer over an officer's own key. */
export function officerSigner(officer: string, keyId: string, publicKey: string, privateKey: KeyObject): Signer {
  return {
    officer,
    keyId,
    publicKey,
    delegation: null,
    sign: (bytes) => signBytes(bytes, privateKey),
    assertUsable: () => undefined,
  };
}

/** The private key object of PKCS #8 DER bytes. */
export function privateKeyFromDer(der: Uint8Array): KeyObject {
  return createPrivateKey({ key: Buffer.from(der), format: "der", type: "pkcs8" });
}
