/** The keys that may sign at each entry of a journal, as the journal's own entries give and take them. */
import type { EntryProblem } from "../../messages/en-verify-page.ts";
import {
  checkDelegation,
  isLoose,
  keyIdOf,
  textOf,
  type Delegation,
  type Keys,
  type KnownKey,
  type Loose,
} from "./signed-document.ts";

/** The parts of an entry's body that the checks use; `journal-check.ts` has seen to their types. */
export interface EntryBody extends Loose {
  readonly seq: number;
  readonly prev: string;
  readonly utc: string;
  readonly officer: string;
  readonly key: string;
  readonly delegation: string | null;
  readonly act: string;
  readonly phase: string;
  readonly intent: number | null;
  readonly details: Loose;
}

/** The problems of entries that are about keys. */
export type KeyProblem = Extract<
  EntryProblem,
  | "bad-genesis"
  | "bad-key"
  | "bad-delegation"
  | "unknown-session"
  | "unknown-key"
  | "revoked-key"
  | "wrong-officer"
  | "unknown-delegation"
  | "ended-delegation"
  | "outside-delegation"
>;

export interface OfficerState extends KnownKey {
  /** The entry that took the key back, or null. */
  revokedAt: number | null;
}

export class JournalKeys implements Keys {
  readonly caseId: string;
  readonly #officers = new Map<string, OfficerState>();
  readonly #sessions = new Map<string, Delegation & { ended: boolean }>();

  constructor(caseId: string) {
    this.caseId = caseId;
  }

  officerKey(keyId: string): KnownKey | null {
    return this.#officers.get(keyId) ?? null;
  }

  /** In the order of their entries. */
  officers(): readonly OfficerState[] {
    return [...this.#officers.values()];
  }

  #add(value: unknown): boolean {
    if (!isLoose(value)) return false;
    const officer = textOf(value, "officer");
    const keyId = textOf(value, "keyId");
    const publicKey = textOf(value, "publicKey");
    if (officer === null || keyId === null || publicKey === null || this.#officers.has(keyId)) return false;
    if (keyIdOf(publicKey) !== keyId) return false;
    this.#officers.set(keyId, { officer, keyId, publicKey, revokedAt: null });
    return true;
  }

  /** The keys that a genesis entry binds, or null where it binds none. */
  static ofGenesis(body: EntryBody): JournalKeys | null {
    const caseId = textOf(body.details, "caseId");
    const keys = body.details["keys"];
    if (body.act !== "genesis" || caseId === null || !Array.isArray(keys) || keys.length === 0) return null;
    const register = new JournalKeys(caseId);
    return keys.every((key) => register.#add(key)) ? register : null;
  }

  /** The raw public key (base64) that must have signed the entry, or why none may have. */
  keyFor(body: EntryBody): { readonly publicKey: string } | KeyProblem {
    if (body.delegation === null) {
      const known = this.#officers.get(body.key);
      if (!known) return "unknown-key";
      if (known.revokedAt !== null) return "revoked-key";
      return known.officer === body.officer ? known : "wrong-officer";
    }
    const session = this.#sessions.get(body.delegation);
    if (!session) return "unknown-delegation";
    if (session.sessionKey !== body.key) return "unknown-key";
    if (session.officer !== body.officer) return "wrong-officer";
    if (session.ended) return "ended-delegation";
    if (this.#officers.get(session.officerKey)?.revokedAt !== null) return "revoked-key";
    return body.utc >= session.from && body.utc <= session.until ? session : "outside-delegation";
  }

  /** Takes over what an entry after the genesis says about keys; null where it is in order or about something else. */
  apply(body: EntryBody): KeyProblem | null {
    if (body.phase !== "event") return null;
    const { details } = body;
    switch (body.act) {
      case "genesis":
        return "bad-genesis";
      case "key-added":
        return this.#add(details["key"]) ? null : "bad-key";
      case "key-revoked":
        return this.#revoke(textOf(details, "keyId") ?? "", body.seq);
      case "login":
        return this.#login(details["delegation"]);
      case "logout":
        return this.#logout(textOf(details, "delegationId") ?? "");
      default:
        return null;
    }
  }

  #revoke(keyId: string, seq: number): KeyProblem | null {
    const known = this.#officers.get(keyId);
    if (!known || known.revokedAt !== null) return "bad-key";
    known.revokedAt = seq;
    return null;
  }

  #login(delegation: unknown): KeyProblem | null {
    const vouched = checkDelegation(delegation, this);
    if (typeof vouched === "string" || keyIdOf(vouched.publicKey) !== vouched.sessionKey) return "bad-delegation";
    if (this.#officers.get(vouched.officerKey)?.revokedAt !== null) return "bad-delegation";
    // The id of a delegation is the first 32 hex digits of its hash.
    this.#sessions.set((textOf(delegation as Loose, "hash") ?? "").slice(0, 32), { ...vouched, ended: false });
    return null;
  }

  #logout(delegationId: string): KeyProblem | null {
    const session = this.#sessions.get(delegationId);
    if (!session || session.ended) return "unknown-session";
    session.ended = true;
    return null;
  }
}
