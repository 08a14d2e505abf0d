/**
 * The keys that may sign in a case, as its journal states them: officers' keys by the genesis and `key-added`, taken back
 * by `key-revoked`; session keys by `login`, ended by `logout`. Built by walking the journal, so that it is right at
 * every entry.
 */
import { keyIdOf } from "../../native-free/hash/ed25519.ts";

export interface OfficerKey {
  readonly officer: string;
  readonly keyId: string;
  /** Raw Ed25519 public key, base64. */
  readonly publicKey: string;
}

export interface SessionKey extends OfficerKey {
  readonly delegation: string;
  readonly officerKey: string;
  readonly from: string;
  readonly until: string;
}

export class KeyRegister {
  readonly caseId: string;
  readonly #officers = new Map<string, OfficerKey & { revokedAt: number | null }>();
  readonly #sessions = new Map<string, SessionKey & { endedAt: number | null }>();

  constructor(caseId: string) {
    this.caseId = caseId;
  }

  /** A register that can be changed without changing this one. */
  copy(): KeyRegister {
    const copy = new KeyRegister(this.caseId);
    for (const [id, key] of this.#officers) copy.#officers.set(id, { ...key });
    for (const [id, session] of this.#sessions) copy.#sessions.set(id, { ...session });
    return copy;
  }

  /** Registers an officer's key. False where the id is not that of the key, or is already taken. */
  addOfficer(key: OfficerKey): boolean {
    if (keyIdOf(key.publicKey) !== key.keyId || this.#officers.has(key.keyId)) return false;
    this.#officers.set(key.keyId, { ...key, revokedAt: null });
    return true;
  }

  /** Takes a key back from entry `seq` on. False where it is not registered. */
  revoke(keyId: string, seq: number): boolean {
    const known = this.#officers.get(keyId);
    if (!known || known.revokedAt !== null) return false;
    known.revokedAt = seq;
    return true;
  }

  addSession(session: SessionKey): boolean {
    if (keyIdOf(session.publicKey) !== session.keyId) return false;
    this.#sessions.set(session.delegation, { ...session, endedAt: null });
    return true;
  }

  endSession(delegation: string, seq: number): boolean {
    const known = this.#sessions.get(delegation);
    if (!known || known.endedAt !== null) return false;
    known.endedAt = seq;
    return true;
  }

  /** An officer's key, also one that was revoked later: what it signed before stays signed. */
  officerKey(keyId: string): OfficerKey | null {
    return this.#officers.get(keyId) ?? null;
  }

  /** True where the officer's key may sign the next entry. */
  isActive(keyId: string): boolean {
    return this.#officers.get(keyId)?.revokedAt === null;
  }

  /** A session by its delegation id; `endedAt` is the entry of its logout. */
  session(delegation: string): (SessionKey & { readonly endedAt: number | null }) | null {
    return this.#sessions.get(delegation) ?? null;
  }

  /** Officers' keys in the order of registration. */
  officers(): readonly (OfficerKey & { readonly revokedAt: number | null })[] {
    return [...this.#officers.values()];
  }
}

/** A register of officers' keys alone, for documents checked without a journal. */
export function registerOf(caseId: string, officers: readonly OfficerKey[]): KeyRegister {
  const register = new KeyRegister(caseId);
  for (const key of officers) register.addOfficer(key);
  return register;
}
