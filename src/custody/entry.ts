/**
 * One custody entry as a line of the journal (FORMAT.md): the canonical JSON of `{ body, hash, sig }` and a line feed.
 * hash = SHA-256("vestige.custody.1" ‖ 0x00 ‖ JCS(body)), hex; sig = Ed25519 over the 32 hash bytes, base64.
 */
import { createHash } from "node:crypto";
import { verifyBase64 } from "../../native-free/hash/ed25519.ts";
import { canonicalJson, type JsonObject, type JsonValue } from "../../native-free/model/canonical-json.ts";
import { canonicalHash, documentHash, domains, utcPattern } from "./document.ts";
import type { Signer } from "./signer.ts";

export type Phase = "event" | "intent" | "done" | "failed";

export interface ToolIdentity {
  readonly name: string;
  readonly version: string;
  /** Names the very bytes of the program; see `tool-identity.ts`. */
  readonly build: string;
}

export interface EntryBody {
  readonly v: 1;
  /** 0 for the genesis, then one more per entry. */
  readonly seq: number;
  /** Hash (hex) of the entry before; 64 zeros in the genesis. */
  readonly prev: string;
  /** ISO 8601 UTC with milliseconds, from the machine's clock. */
  readonly utc: string;
  /** The machine's monotonic clock in nanoseconds, a decimal string. Comparable on one host between two boots. */
  readonly monotonicNs: string;
  /** Offset and name of the machine's zone: `+01:00 Europe/Brussels`. */
  readonly zone: string;
  readonly officer: string;
  /** Id of the key that signed: the officer's, or a session's. */
  readonly key: string;
  /** Id of the delegation where a session signed, else null. */
  readonly delegation: string | null;
  readonly act: string;
  readonly phase: Phase;
  /** The entry of the intent that a `done` or `failed` ends, else null. */
  readonly intent: number | null;
  readonly exhibit: string | null;
  readonly details: JsonObject;
  readonly tool: ToolIdentity;
  readonly host: string;
  readonly pid: number;
}

export interface Entry {
  readonly body: EntryBody;
  readonly hash: string;
  readonly sig: string;
}

export const zeroHash = "0".repeat(64);

/** Signs a body. Throws JsonError or RangeError where the details cannot be written exactly. */
export function signEntry(body: EntryBody, signer: Signer): Entry {
  refuseInexact(body.details);
  const hash = documentHash(domains.custody, body);
  return { body, hash: hash.toString("hex"), sig: Buffer.from(signer.sign(hash)).toString("base64") };
}

/** Integers that may pass 2^53 are decimal strings; a number that a reader could round is refused. */
function refuseInexact(value: JsonValue): void {
  if (typeof value === "number") {
    if (Number.isInteger(value) && !Number.isSafeInteger(value))
      throw new RangeError("an integer beyond 2^53 must be text");
  } else if (value !== null && typeof value === "object") {
    for (const part of Object.values(value)) refuseInexact(part as JsonValue);
  }
}

/** The bytes of an entry in the journal, line feed included. */
export function entryLine(entry: Entry): Buffer {
  return Buffer.from(`${canonicalJson(entry)}\n`, "utf8");
}

export type EntryProblem = "not-utf8" | "not-json" | "not-canonical" | "malformed" | "newer-version" | "hash-mismatch";

/** A line longer than this is refused unread. */
export const lineLimitBytes = 64 * 1024 * 1024;

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * Reads a line (without its line feed). The text must be the canonical one, byte for byte, so duplicate keys, white
 * space and other spellings of the same value are refused; the hash is computed again.
 */
export function readEntryLine(line: Uint8Array): Entry | EntryProblem {
  let text: string;
  try {
    text = utf8.decode(line);
  } catch {
    return "not-utf8";
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return "not-json";
  }
  if (!isCanonical(value, text)) return "not-canonical";
  const version = (value as { body?: { v?: unknown } } | null)?.body?.v;
  if (typeof version === "number" && version > 1) return "newer-version";
  if (!isEntry(value)) return "malformed";
  return canonicalHash(domains.custody, bodyTextOf(value, text)).toString("hex") === value.hash
    ? value
    : "hash-mismatch";
}

const bodyStart = Buffer.from('{"body":');
const hashMark = Buffer.from(',"hash":"');
const prevMark = Buffer.from('"prev":"');
const hashed = Buffer.from(`${domains.custody}\0`);
const afterPrev = /^([0-9a-f]{64})","seq":(\d{1,16}),"tool":/;
const afterHash = /^([0-9a-f]{64})","sig":"[A-Za-z0-9+/=]*"\}$/;

/**
 * The hash, the link and the number of a line that is taken to be an entry, without parsing it: the hash is computed over
 * the bytes of the body as they stand. In canonical text `prev` is followed by `seq`, `tool`, `utc`, `v` and `zone`, none
 * of which can hold its mark with bare quotes. Where the line has another shape, the problem is that of `readEntryLine`.
 */
export function readLink(line: Uint8Array): { hash: string; prev: string; seq: number } | EntryProblem {
  const bytes = Buffer.from(line.buffer, line.byteOffset, line.byteLength);
  const hashAt = bytes.lastIndexOf(hashMark);
  const prevAt = bytes.lastIndexOf(prevMark, hashAt);
  const end = afterHash.exec(bytes.toString("latin1", hashAt + hashMark.length));
  const prevFrom = prevAt + prevMark.length;
  const link = afterPrev.exec(bytes.toString("latin1", prevFrom, prevFrom + 96));
  if (hashAt < 0 || prevAt < 0 || !end || !link || !bytes.subarray(0, bodyStart.length).equals(bodyStart)) {
    const entry = readEntryLine(line);
    return typeof entry === "string" ? entry : "malformed";
  }
  const body = bytes.subarray(bodyStart.length, hashAt);
  const hash = createHash("sha256").update(hashed).update(body).digest("hex");
  return hash === end[1] ? { hash, prev: link[1] as string, seq: Number(link[2]) } : "hash-mismatch";
}

/** The body's part of an entry's canonical text: what stands before and after it is of known length. */
function bodyTextOf({ hash, sig }: Entry, text: string): string {
  const after = `,"hash":"${hash}","sig":${JSON.stringify(sig)}}`;
  return text.slice('{"body":'.length, text.length - after.length);
}

/** `canonicalJson` throws for what JSON.parse lets through (lone surrogates, depth): then no text is canonical. */
function isCanonical(value: unknown, text: string): boolean {
  try {
    return canonicalJson(value) === text;
  } catch {
    return false;
  }
}

const hex64 = /^[0-9a-f]{64}$/;
const bodyKeys =
  "act,delegation,details,exhibit,host,intent,key,monotonicNs,officer,phase,pid,prev,seq,tool,utc,v,zone";
const phases: readonly unknown[] = ["event", "intent", "done", "failed"];

function isEntry(value: unknown): value is Entry {
  const entry = value as { body?: unknown; hash?: unknown; sig?: unknown } | null;
  if (typeof entry !== "object" || entry === null || Object.keys(entry).sort().join() !== "body,hash,sig") return false;
  if (typeof entry.hash !== "string" || !hex64.test(entry.hash) || typeof entry.sig !== "string") return false;
  return isBody(entry.body);
}

function isBody(value: unknown): boolean {
  const body = value as Record<string, unknown> | null;
  if (typeof body !== "object" || body === null || Object.keys(body).sort().join() !== bodyKeys) return false;
  const texts = ["zone", "officer", "key", "act", "host"].every((name) => typeof body[name] === "string");
  const optional = ["delegation", "exhibit"].every((name) => body[name] === null || typeof body[name] === "string");
  const numbers = isCount(body["seq"]) && isCount(body["pid"]) && (body["intent"] === null || isCount(body["intent"]));
  const tool = body["tool"] as Record<string, unknown> | null;
  const toolFits =
    typeof tool === "object" &&
    tool !== null &&
    ["name", "version", "build"].every((name) => typeof tool[name] === "string");
  const details = body["details"];
  const detailsFit = typeof details === "object" && details !== null && !Array.isArray(details);
  const exact =
    hex64.test(String(body["prev"])) &&
    utcPattern.test(String(body["utc"])) &&
    /^\d+$/.test(String(body["monotonicNs"]));
  return (
    body["v"] === 1 && phases.includes(body["phase"]) && texts && optional && numbers && toolFits && detailsFit && exact
  );
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/** Whether the entry's signature is that of the key (raw public key, base64). */
export function entrySignedBy(entry: Entry, publicKey: string): boolean {
  return verifyBase64(Buffer.from(entry.hash, "hex"), entry.sig, publicKey);
}
