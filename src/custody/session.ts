/**
 * Sessions: `vestige login` lets a fresh key sign for the officer, for one case and at most twelve hours, so that a search
 * does not ask for the passphrase. The delegation is in the journal; the session's private key is in a file of mode 0600
 * in the run-time directory, and ends with it.
 */
import { createHash, generateKeyPairSync } from "node:crypto";
import { existsSync, lstatSync, readdirSync, readFileSync, unlinkSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { keyIdOf, rawPublicKey, signBytes } from "../../native-free/hash/ed25519.ts";
import { writeAtomically } from "../case/atomic-file.ts";
import { custodySays } from "../messages/en.ts";
import { OperatorError } from "../messages/operator-error.ts";
import { checkDelegation, delegationDetails, domains, signDocument } from "./document.ts";
import { makePrivateFolder, sessionsFolder } from "./home.ts";
import type { Journal } from "./journal.ts";
import type { KeyRegister } from "./key-register.ts";
import { delegationId, privateKeyFromDer, type DelegationBody, type SignedDelegation, type Signer } from "./signer.ts";

export const sessionLimitHours = 12;

const utc = z.iso.datetime();

const delegationShape = z.strictObject({
  v: z.literal(1),
  caseId: z.string(),
  officer: z.string(),
  officerKey: z.string(),
  sessionKey: z.string(),
  publicKey: z.string(),
  from: utc,
  until: utc,
});

const sessionShape = z.strictObject({
  schema: z.literal("vestige.session/1"),
  privateKey: z.string(),
  delegation: z.strictObject({
    body: delegationShape,
    hash: z.string(),
    sig: z.string(),
    officer: z.string(),
    key: z.string(),
    delegation: z.null(),
  }),
});

export interface SessionOptions {
  /** Default `sessionsFolder()`. */
  readonly folder?: string;
  /** Default Date.now(). */
  readonly nowMs?: number;
}

export interface FindSession extends SessionOptions {
  /** Only a session of this officer. */
  readonly officer?: string | null;
  /** The case's keys (`journal.keys()`): the delegation is checked against them. */
  readonly keys?: KeyRegister;
}

/** Random case ids may come from a foreign file, so the name is a hash. */
function sessionFile(folder: string, caseId: string, keyId: string): string {
  return join(folder, `${casePrefix(caseId)}-${keyId}.session.json`);
}

function casePrefix(caseId: string): string {
  return createHash("sha256").update(caseId).digest("hex").slice(0, 32);
}

/**
 * Signs a session key with the officer's key, records the login, stores the session. `hours` above 0, at most 12.
 * Throws OperatorError where the officer has no key in the case.
 */
export function login(
  journal: Journal,
  officer: Signer,
  hours: number,
  options: SessionOptions = {},
): Signer & { until: string } {
  if (!(hours > 0 && hours <= sessionLimitHours)) {
    throw new OperatorError("custody/session-hours", custodySays.sessionHours(sessionLimitHours));
  }
  const folder = options.folder ?? sessionsFolder();
  const nowMs = options.nowMs ?? Date.now();
  const pair = generateKeyPairSync("ed25519");
  const publicKey = rawPublicKey(pair.publicKey);
  const body: DelegationBody = {
    v: 1,
    caseId: journal.keys().caseId,
    officer: officer.officer,
    officerKey: officer.keyId,
    sessionKey: keyIdOf(publicKey),
    publicKey,
    from: new Date(nowMs).toISOString(),
    until: new Date(nowMs + hours * 3_600_000).toISOString(),
  };
  const delegation = signDocument(domains.delegation, body, officer, nowMs) as unknown as SignedDelegation;
  journal.append("login", delegationDetails(delegation), officer);
  makePrivateFolder(folder);
  const privateKey = pair.privateKey.export({ type: "pkcs8", format: "der" }).toString("base64");
  const file = sessionFile(folder, body.caseId, body.sessionKey);
  writeAtomically(file, `${JSON.stringify({ schema: "vestige.session/1", privateKey, delegation })}\n`, 0o600);
  return { ...sessionSigner(delegation, privateKey, file), until: body.until };
}

/**
 * The newest usable session of this user for the case, or null where there is none. Throws OperatorError where the one
 * there is cannot be used: expired, tampered with, made for another case, readable by others.
 */
export function currentSession(caseId: string, options: FindSession = {}): Signer | null {
  const folder = options.folder ?? sessionsFolder();
  const nowMs = options.nowMs ?? Date.now();
  let problem: OperatorError | null = null;
  const usable: { until: string; signer: Signer }[] = [];
  for (const file of sessionFiles(folder, caseId)) {
    const found = loadSession(file, caseId, options, nowMs);
    if (found instanceof OperatorError) problem = found;
    else if (found) usable.push(found);
  }
  usable.sort((a, b) => (a.until < b.until ? 1 : -1));
  if (usable[0]) return usable[0].signer;
  if (problem) throw problem;
  return null;
}

function sessionFiles(folder: string, caseId: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.startsWith(`${casePrefix(caseId)}-`) && name.endsWith(".session.json"))
    .map((name) => join(folder, name));
}

function loadSession(
  file: string,
  caseId: string,
  options: FindSession,
  nowMs: number,
): { until: string; signer: Signer } | OperatorError | null {
  const unusable = (problem: string) =>
    new OperatorError("custody/session-unusable", custodySays.sessionUnusable(problem));
  const stat = lstatSync(file);
  if (!stat.isFile()) return unusable("not a file");
  if (process.platform !== "win32" && ((stat.mode & 0o077) !== 0 || stat.uid !== process.getuid?.())) {
    return unusable("others can read it");
  }
  const parsed = sessionShape.safeParse(jsonOrNull(readFileSync(file, "utf8")));
  if (!parsed.success) return unusable("damaged");
  const delegation: SignedDelegation = parsed.data.delegation;
  const { body } = delegation;
  if (body.caseId !== caseId) return unusable("made for another case");
  if (options.officer && body.officer !== options.officer) return null;
  if (nowMs > Date.parse(body.until)) {
    return new OperatorError("custody/session-expired", custodySays.sessionExpired(body.until));
  }
  if (options.keys) {
    const checked = checkDelegation(delegation, options.keys);
    if (typeof checked === "string") return unusable(checked);
    if (options.keys.session(delegationId(delegation))?.endedAt !== null) return unusable("signed out");
  }
  return openSession(delegation, parsed.data.privateKey, file) ?? unusable("damaged");
}

function openSession(
  delegation: SignedDelegation,
  privateKey: string,
  file: string,
): { until: string; signer: Signer } | null {
  try {
    const signer = sessionSigner(delegation, privateKey, file);
    return { until: delegation.body.until, signer };
  } catch (error) {
    // A private key that is not one, or not the delegated one.
    if (error instanceof Error) return null;
    throw error;
  }
}

/** Throws where the private key does not belong to the delegation. */
function sessionSigner(delegation: SignedDelegation, privateKey: string, file: string): Signer {
  const key = privateKeyFromDer(Buffer.from(privateKey, "base64"));
  const { body } = delegation;
  if (rawPublicKey(key) !== body.publicKey) throw new Error("the session's key is not the delegated one");
  const from = Date.parse(body.from);
  const until = Date.parse(body.until);
  return {
    officer: body.officer,
    keyId: body.sessionKey,
    publicKey: body.publicKey,
    delegation,
    sign: (bytes) => signBytes(bytes, key),
    assertUsable(utcMs) {
      if (utcMs > until) throw new OperatorError("custody/session-expired", custodySays.sessionExpired(body.until));
      if (utcMs < from)
        throw new OperatorError("custody/session-unusable", custodySays.sessionUnusable("not yet valid"));
      // Signing out removes the file first: whoever asks after that signs no more.
      if (!existsSync(file)) throw new OperatorError("custody/session-none", custodySays.sessionNone());
    },
  };
}

/**
 * Removes the session's file, then records the logout, signed by the session itself for the last time.
 * Throws OperatorError where nobody is signed in.
 */
export function logout(journal: Journal, options: FindSession = {}): { officer: string } {
  const folder = options.folder ?? sessionsFolder();
  const session = currentSession(journal.keys().caseId, { ...options, keys: journal.keys() });
  if (!session?.delegation) throw new OperatorError("custody/session-none", custodySays.sessionNone());
  const { delegation } = session;
  unlinkSync(sessionFile(folder, delegation.body.caseId, session.keyId));
  journal.append("logout", { delegationId: delegationId(delegation) }, { ...session, assertUsable: () => undefined });
  return { officer: session.officer };
}

/** Null is refused by the shape like any other wrong value. */
function jsonOrNull(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}
