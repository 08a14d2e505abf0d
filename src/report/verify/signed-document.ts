/**
 * Signed documents (custody format, "Signed documents"): a body, its hash under a domain, an Ed25519 signature over the
 * hash, by an officer's key or by a session key that an officer's key vouches for. Written from the format's description,
 * apart from the program that makes them, so that one checks the other.
 */
import type { DocumentProblem } from "../../messages/en-verify-page.ts";
import { canonicalJson } from "../../../native-free/model/canonical-json.ts";
import { VerifyKey } from "./ed25519-verify.ts";
import { fromBase64, toHex, utf8 } from "./octets.ts";
import { sha256 } from "./sha256.ts";

/** A parsed JSON object of unknown shape. */
export type Loose = { readonly [key: string]: unknown };

export function isLoose(value: unknown): value is Loose {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The text of a field, or null where it is absent or something else. */
export function textOf(object: Loose | null, field: string): string | null {
  const value = object?.[field];
  return typeof value === "string" ? value : null;
}

export interface KnownKey {
  readonly officer: string;
  readonly keyId: string;
  /** Raw Ed25519 public key, base64. */
  readonly publicKey: string;
}

export type Kind = "custody" | "checkpoint" | "delegation" | "manifest" | "report";

/** Manifests and reports name their body and hash after what they are. */
const bodyFields: Readonly<Record<Kind, readonly [body: string, hash: string]>> = {
  custody: ["body", "hash"],
  checkpoint: ["body", "hash"],
  delegation: ["body", "hash"],
  manifest: ["manifest", "hash"],
  report: ["content", "contentHash"],
};

/** SHA-256("vestige.<kind>.1" ‖ 0x00 ‖ JCS(body)), 32 bytes. Throws JsonError where the body has no canonical form. */
export function documentHash(kind: Kind, body: unknown): Uint8Array {
  return sha256(utf8(`vestige.${kind}.1\0${canonicalJson(body)}`));
}

/** First 16 hex digits of SHA-256 of the raw public key. */
export function keyIdOf(publicKey: string): string | null {
  const raw = fromBase64(publicKey);
  return raw ? toHex(sha256(raw)).slice(0, 16) : null;
}

const readyKeys = new Map<string, VerifyKey | null>();

/** Whether `signature` (base64) is that of the public key (base64) over the bytes. */
export function signedBy(publicKey: string, bytes: Uint8Array, signature: string): boolean {
  const raw = fromBase64(publicKey);
  const sig = fromBase64(signature);
  if (!raw || !sig) return false;
  let key = readyKeys.get(publicKey);
  if (key === undefined) {
    key = VerifyKey.from(raw);
    readyKeys.set(publicKey, key);
  }
  return key !== null && key.verifies(bytes, sig);
}

export interface DocumentResult {
  readonly problem: DocumentProblem | null;
  /** Hex of the hash computed here; empty where there was nothing to hash. */
  readonly hash: string;
  readonly officer: string;
  /** Key id of the officer's own key that stands behind the signature. */
  readonly officerKey: string;
}

/** Officers' keys by id; `caseId` null where no case or journal was given. */
export interface Keys {
  readonly caseId: string | null;
  officerKey(keyId: string): KnownKey | null;
}

/** Checks hash, delegation and signature of one document against the keys. */
export function checkDocument(kind: Kind, document: Loose, keys: Keys): DocumentResult {
  const [bodyField, hashField] = bodyFields[kind];
  const sig = textOf(document, "sig");
  const key = textOf(document, "key");
  const officer = textOf(document, "officer");
  const stated = textOf(document, hashField);
  if (document[bodyField] === undefined || sig === null || key === null || officer === null || stated === null) {
    return { problem: "malformed", hash: "", officer: "", officerKey: "" };
  }
  const hash = documentHash(kind, document[bodyField]);
  const result = { hash: toHex(hash), officer, officerKey: key };
  if (result.hash !== stated) return { ...result, problem: "hash-mismatch" };
  const signer = signerOf(key, officer, document["delegation"], keys);
  if (typeof signer === "string") return { ...result, problem: signer };
  const problem = signedBy(signer.publicKey, hash, sig) ? null : "bad-signature";
  return { ...result, officerKey: signer.officerKey, problem };
}

function signerOf(
  key: string,
  officer: string,
  delegation: unknown,
  keys: Keys,
): { publicKey: string; officerKey: string } | DocumentProblem {
  if (delegation === null || delegation === undefined) {
    const known = keys.officerKey(key);
    if (!known) return "unknown-key";
    return known.officer === officer ? { publicKey: known.publicKey, officerKey: known.keyId } : "wrong-officer";
  }
  const vouched = checkDelegation(delegation, keys);
  if (typeof vouched === "string") return vouched;
  if (vouched.sessionKey !== key || keyIdOf(vouched.publicKey) !== key) return "unknown-key";
  return vouched.officer === officer ? vouched : "wrong-officer";
}

export interface Delegation {
  readonly officer: string;
  readonly officerKey: string;
  readonly sessionKey: string;
  /** Raw Ed25519 public key of the session, base64. */
  readonly publicKey: string;
  readonly from: string;
  readonly until: string;
}

const delegationFields = ["caseId", "officer", "officerKey", "sessionKey", "publicKey", "from", "until"] as const;

/** What an officer's key of the case vouches for, or what is wrong with the delegation. */
export function checkDelegation(delegation: unknown, keys: Keys): Delegation | DocumentProblem {
  if (!isLoose(delegation) || !isLoose(delegation["body"]) || delegation["delegation"] !== null)
    return "bad-delegation";
  const body = delegation["body"];
  if (body["v"] !== 1 || !delegationFields.every((field) => typeof body[field] === "string")) return "bad-delegation";
  const result = checkDocument("delegation", delegation, keys);
  if (result.problem === "unknown-key") return "unknown-key";
  if (result.problem !== null || body["officerKey"] !== delegation["key"]) return "bad-delegation";
  if (body["officer"] !== delegation["officer"]) return "wrong-officer";
  if (keys.caseId !== null && body["caseId"] !== keys.caseId) return "foreign-delegation";
  return body as unknown as Delegation;
}
