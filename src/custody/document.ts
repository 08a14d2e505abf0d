/**
 * Signed documents: a body, the hash of its canonical text under a domain, and an Ed25519 signature over the hash.
 * hash = SHA-256(domain ‖ 0x00 ‖ JCS(body)). The domain keeps a signature over one kind of document from being valid for
 * another. The byte format is described in FORMAT.md.
 */
import { createHash } from "node:crypto";
import { verifyBase64 } from "../../native-free/hash/ed25519.ts";
import { canonicalJson, type JsonObject, type JsonValue } from "../../native-free/model/canonical-json.ts";
import type { KeyRegister } from "./key-register.ts";
import { delegationId, type DelegationBody, type Signer, type SignedDelegation } from "./signer.ts";

export const domains = {
  custody: "vestige.custody.1",
  checkpoint: "vestige.checkpoint.1",
  delegation: "vestige.delegation.1",
  manifest: "vestige.manifest.1",
  report: "vestige.report.1",
  wipe: "vestige.wipe.1",
} as const;

export type Domain = (typeof domains)[keyof typeof domains];

/** Manifests and reports name their two parts after what they are. */
const fieldNames: Readonly<Record<string, { body: string; hash: string }>> = {
  [domains.manifest]: { body: "manifest", hash: "hash" },
  [domains.report]: { body: "content", hash: "contentHash" },
};

function fieldsOf(domain: Domain): { body: string; hash: string } {
  return fieldNames[domain] ?? { body: "body", hash: "hash" };
}

/**
 * `{ body, hash, sig, officer, key, delegation }`; a manifest has `manifest` for `body`, a report `content` and
 * `contentHash`. `hash` is hex, `sig` base64, `key` the id of the signing key, `delegation` the signed delegation or null.
 */
export type SignedDocument = { readonly [field: string]: JsonValue };

/** The 32 hash bytes of a body under a domain. Throws JsonError for values without a JSON form. */
export function documentHash(domain: Domain, body: unknown): Buffer {
  return canonicalHash(domain, canonicalJson(body));
}

/** The same where the canonical text of the body is at hand. */
export function canonicalHash(domain: Domain, canonical: string): Buffer {
  return createHash("sha256").update(`${domain}\0${canonical}`, "utf8").digest();
}

/** Signs a body. Throws OperatorError where the signer may no longer sign, JsonError where the body is not JSON. */
export function signDocument(domain: Domain, body: unknown, signer: Signer, utcMs = Date.now()): SignedDocument {
  signer.assertUsable(utcMs);
  const hash = documentHash(domain, body);
  const fields = fieldsOf(domain);
  return {
    [fields.body]: body as JsonValue,
    [fields.hash]: hash.toString("hex"),
    sig: Buffer.from(signer.sign(hash)).toString("base64"),
    officer: signer.officer,
    key: signer.keyId,
    delegation: signer.delegation as unknown as JsonValue,
  };
}

/** Why a document is not what was signed. */
export type DocumentProblem =
  | "malformed"
  | "hash-mismatch"
  | "unknown-key"
  | "bad-signature"
  | "bad-delegation"
  | "foreign-delegation"
  | "wrong-officer";

export interface DocumentVerdict {
  readonly ok: boolean;
  readonly problem: DocumentProblem | null;
  /** Hex; what the body's hash is. Empty where the document has no body. */
  readonly hash: string;
}

/**
 * Whether the document is what a key of the case signed. `keys` come from the journal (`readJournalKeys`). A delegation
 * is checked against the officer's key and the case; its window is checked by the journal entry that records the document.
 */
export function verifyDocument(domain: Domain, document: unknown, keys: KeyRegister): DocumentVerdict {
  const fields = fieldsOf(domain);
  const doc = document as Record<string, unknown> | null;
  const body = doc?.[fields.body];
  const stated = doc?.[fields.hash];
  if (typeof doc !== "object" || doc === null || body === undefined || typeof stated !== "string")
    return bad("malformed");
  if (
    Object.keys(doc).sort().join() !== ["delegation", "key", "officer", "sig", fields.body, fields.hash].sort().join()
  ) {
    return bad("malformed");
  }
  const { sig, key, officer, delegation } = doc;
  if (typeof sig !== "string" || typeof key !== "string" || typeof officer !== "string") return bad("malformed");
  const hash = documentHash(domain, body);
  const hex = hash.toString("hex");
  if (hex !== stated) return bad("hash-mismatch", hex);
  const signingKey = findSigningKey(key, officer, delegation, keys);
  if (typeof signingKey === "string") return bad(signingKey, hex);
  const valid = verifyBase64(hash, sig, signingKey.publicKey);
  return valid ? { ok: true, problem: null, hash: hex } : bad("bad-signature", hex);
}

function bad(problem: DocumentProblem, hash = ""): DocumentVerdict {
  return { ok: false, problem, hash };
}

function findSigningKey(
  key: string,
  officer: string,
  delegation: unknown,
  keys: KeyRegister,
): { publicKey: string } | DocumentProblem {
  if (delegation === null) {
    const known = keys.officerKey(key);
    if (!known) return "unknown-key";
    return known.officer === officer ? known : "wrong-officer";
  }
  const checked = checkDelegation(delegation, keys);
  if (typeof checked === "string") return checked;
  if (checked.sessionKey !== key) return "unknown-key";
  return checked.officer === officer ? checked : "wrong-officer";
}

/** The body of a delegation that an officer's key of the case signed for this case, or the problem. */
export function checkDelegation(delegation: unknown, keys: KeyRegister): DelegationBody | DocumentProblem {
  const body = (delegation as { body?: unknown } | null)?.body;
  if (!isDelegationBody(body) || (delegation as { delegation?: unknown }).delegation !== null) return "bad-delegation";
  const verdict = verifyDocument(domains.delegation, delegation, keys);
  if (!verdict.ok) return verdict.problem === "unknown-key" ? "unknown-key" : "bad-delegation";
  if (body.officerKey !== (delegation as { key?: unknown }).key) return "bad-delegation";
  if (body.officer !== (delegation as { officer?: unknown }).officer) return "wrong-officer";
  return body.caseId === keys.caseId ? body : "foreign-delegation";
}

function isDelegationBody(value: unknown): value is DelegationBody {
  const body = value as Record<string, unknown> | null;
  if (typeof body !== "object" || body === null || body["v"] !== 1) return false;
  const texts = ["caseId", "officer", "officerKey", "sessionKey", "publicKey", "from", "until"];
  if (!texts.every((name) => typeof body[name] === "string")) return false;
  return utcPattern.test(body["from"] as string) && utcPattern.test(body["until"] as string);
}

/** Times of ours: ISO 8601 UTC with milliseconds, so that their texts sort as they follow each other. */
export const utcPattern = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

/** A JSON object as journal details take it. */
export function delegationDetails(delegation: SignedDelegation): JsonObject {
  return { delegation: delegation as unknown as JsonValue, delegationId: delegationId(delegation) };
}
