/** What the acts `genesis`, `key-added`, `key-revoked`, `login` and `logout` do to the register of keys. */
import type { JsonObject } from "../../native-free/model/canonical-json.ts";
import { checkDelegation } from "./document.ts";
import type { Entry } from "./entry.ts";
import { KeyRegister, type OfficerKey } from "./key-register.ts";
import { delegationId } from "./signer.ts";

export type KeyProblem = "bad-genesis" | "bad-key" | "bad-delegation" | "unknown-session";

/** The register that a genesis entry starts. */
export function registerOfGenesis(entry: Entry): KeyRegister | KeyProblem {
  const { caseId, keys } = entry.body.details;
  if (entry.body.act !== "genesis" || typeof caseId !== "string" || !Array.isArray(keys)) return "bad-genesis";
  const register = new KeyRegister(caseId);
  for (const key of keys as readonly unknown[]) {
    if (!isOfficerKey(key) || !register.addOfficer(key)) return "bad-genesis";
  }
  return register.officers().length > 0 ? register : "bad-genesis";
}

/** Applies an entry after the genesis; null where it is in order or not about keys. */
export function applyKeyEvent(entry: Entry, register: KeyRegister): KeyProblem | null {
  const { act, details, seq, phase } = entry.body;
  if (phase !== "event") return null;
  switch (act) {
    case "genesis":
      return "bad-genesis";
    case "key-added":
      return isOfficerKey(details["key"]) && register.addOfficer(details["key"]) ? null : "bad-key";
    case "key-revoked":
      return register.revoke(String(details["keyId"]), seq) ? null : "bad-key";
    case "login":
      return addSession(details, register);
    case "logout":
      return register.endSession(String(details["delegationId"]), seq) ? null : "unknown-session";
    default:
      return null;
  }
}

function isOfficerKey(value: unknown): value is OfficerKey {
  const key = value as Partial<OfficerKey> | null;
  return (
    typeof key === "object" &&
    key !== null &&
    typeof key.officer === "string" &&
    typeof key.keyId === "string" &&
    typeof key.publicKey === "string"
  );
}

function addSession(details: JsonObject, register: KeyRegister): KeyProblem | null {
  const delegation = details["delegation"];
  const body = checkDelegation(delegation, register);
  if (typeof body === "string" || !register.isActive(body.officerKey)) return "bad-delegation";
  const id = delegationId(delegation as unknown as { hash: string });
  const added = register.addSession({
    officer: body.officer,
    keyId: body.sessionKey,
    publicKey: body.publicKey,
    delegation: id,
    officerKey: body.officerKey,
    from: body.from,
    until: body.until,
  });
  return added ? null : "bad-delegation";
}

export type SignatureProblem =
  | "unknown-key"
  | "revoked-key"
  | "wrong-officer"
  | "unknown-delegation"
  | "ended-delegation"
  | "outside-delegation"
  | "bad-signature";

/** The raw public key (base64) that must have signed the entry, by the register as it stood before it; or the problem. */
export function keyForEntry(entry: Entry, register: KeyRegister): { publicKey: string } | SignatureProblem {
  const { key, officer, delegation, utc } = entry.body;
  if (delegation === null) {
    const known = register.officerKey(key);
    if (!known) return "unknown-key";
    if (!register.isActive(key)) return "revoked-key";
    return known.officer === officer ? known : "wrong-officer";
  }
  const session = register.session(delegation);
  if (!session) return "unknown-delegation";
  if (session.keyId !== key) return "unknown-key";
  if (session.officer !== officer) return "wrong-officer";
  if (session.endedAt !== null) return "ended-delegation";
  if (!register.isActive(session.officerKey)) return "revoked-key";
  // Times of ours have one spelling, so their texts compare as they follow each other.
  return utc >= session.from && utc <= session.until ? session : "outside-delegation";
}
