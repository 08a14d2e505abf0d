/**
 * The check of a whole custody journal, line by line with flat memory but for one hash per entry: canonical text, hash,
 * number, link to the entry before, key, signature, ends of acts, checkpoints. Stops judging at the first bad entry,
 * since nothing after it is worth more than that one.
 */
import type { EntryProblem } from "../../messages/en-verify-page.ts";
import { canonicalJson } from "../../../native-free/model/canonical-json.ts";
import { JournalKeys, type EntryBody } from "./journal-keys.ts";
import { LineRoot } from "./line-root.ts";
import { fromHex, fromUtf8, toHex } from "./octets.ts";
import { linesOfFile, type PageFile, type Progress } from "./page-file.ts";
import { documentHash, isLoose, signedBy, textOf, type Loose } from "./signed-document.ts";
import { Sha256 } from "./sha256.ts";

export interface BadEntry {
  /** 1 for the first line of the file. */
  readonly line: number;
  /** Number that the entry ought to have. */
  readonly seq: number;
  readonly problem: EntryProblem;
}

export interface JournalResult {
  /** Entries in order from the first on. */
  readonly entries: number;
  /** Lines in the file. */
  readonly lines: number;
  readonly bad: BadEntry | null;
  /** True where the file ends inside a line. */
  readonly torn: boolean;
  readonly caseNumber: string | null;
  readonly demonstration: boolean;
  readonly keys: JournalKeys | null;
  /** Hash (hex) of every good entry, by number. */
  readonly hashes: readonly string[];
  readonly firstUtc: string;
  readonly lastUtc: string;
  /** The last entry that a checkpoint in the journal covers; -1 for none. */
  readonly anchored: number;
  /** Acts that were announced and not ended. */
  readonly open: readonly { seq: number; act: string }[];
  /** Every SHA-256 that an entry names, with the first entry that does. */
  readonly named: ReadonlyMap<string, number>;
  /** SHA-256 (hex) of the whole file. */
  readonly sha256: string;
}

const zeros = "0".repeat(64);
const hexHash = /^[0-9a-f]{64}$/;

/** Reads and judges the journal. Rejects only where the file cannot be read. */
export async function checkJournal(file: PageFile, progress: Progress): Promise<JournalResult> {
  const walk = new JournalWalk();
  const whole = new Sha256();
  let lines = 0;
  let torn = false;
  for await (const line of linesOfFile(file, whole, progress)) {
    lines = line.number;
    if (!line.terminated) torn = true;
    else walk.take(line.bytes, line.number);
  }
  return { ...walk.result(), lines, torn, sha256: toHex(whole.digest()) };
}

class JournalWalk {
  #keys: JournalKeys | null = null;
  #caseNumber: string | null = null;
  #demonstration = false;
  #bad: BadEntry | null = null;
  #firstUtc = "";
  #lastUtc = "";
  #anchored = -1;
  readonly #hashes: string[] = [];
  readonly #tree = new LineRoot();
  readonly #open = new Map<number, string>();
  readonly #named = new Map<string, number>();

  result(): Omit<JournalResult, "lines" | "torn" | "sha256"> {
    return {
      entries: this.#hashes.length,
      bad: this.#bad,
      caseNumber: this.#caseNumber,
      demonstration: this.#demonstration,
      keys: this.#keys,
      hashes: this.#hashes,
      firstUtc: this.#firstUtc,
      lastUtc: this.#lastUtc,
      anchored: this.#anchored,
      open: [...this.#open].map(([seq, act]) => ({ seq, act })),
      named: this.#named,
    };
  }

  take(bytes: Uint8Array, line: number): void {
    if (this.#bad) return;
    const seq = this.#hashes.length;
    const entry = readEntry(bytes);
    const problem = typeof entry === "string" ? entry : this.#judge(entry, seq);
    if (problem !== null) this.#bad = { line, seq, problem };
  }

  #judge(entry: { body: EntryBody; hash: string; sig: string }, seq: number): EntryProblem | null {
    const { body, hash, sig } = entry;
    if (body.seq !== seq) return "wrong-seq";
    if (body.prev !== (this.#hashes[seq - 1] ?? zeros)) return "prev-mismatch";
    if (seq === 0) this.#keys = JournalKeys.ofGenesis(body);
    if (!this.#keys) return "bad-genesis";
    const key = this.#keys.keyFor(body);
    if (typeof key === "string") return key;
    if (!signedBy(key.publicKey, fromHex(hash) as Uint8Array, sig)) return "bad-signature";
    // A clock that was put back is stated by an entry of its own.
    if (body.utc < this.#lastUtc && body.act !== "clock-back") return "clock-back";
    const problem = (seq > 0 ? this.#keys.apply(body) : null) ?? this.#followAct(body) ?? this.#followCheckpoint(body);
    if (problem === null) this.#accept(body, hash);
    return problem;
  }

  #accept(body: EntryBody, hash: string): void {
    if (body.seq === 0) {
      this.#firstUtc = body.utc;
      this.#caseNumber = textOf(body.details, "caseNumber");
      this.#demonstration = body.details["demonstration"] === true;
    }
    this.#lastUtc = body.utc;
    this.#hashes.push(hash);
    this.#tree.add(fromHex(hash) as Uint8Array);
    for (const text of textsIn(body.details)) {
      if (hexHash.test(text) && !this.#named.has(text)) this.#named.set(text, body.seq);
    }
  }

  #followAct(body: EntryBody): EntryProblem | null {
    if (body.phase === "intent") this.#open.set(body.seq, body.act);
    if (body.phase !== "done" && body.phase !== "failed") return body.intent === null ? null : "no-intent";
    if (body.intent === null || this.#open.get(body.intent) !== body.act) return "no-intent";
    this.#open.delete(body.intent);
    return null;
  }

  #followCheckpoint(body: EntryBody): EntryProblem | null {
    if (body.act !== "checkpoint") return null;
    const covered = body.details["seq"];
    if (covered !== body.seq - 1) return "bad-checkpoint";
    const { headHash, merkleRoot } = body.details;
    if (headHash !== body.prev || merkleRoot !== toHex(this.#tree.root())) return "bad-checkpoint";
    this.#anchored = body.seq - 1;
    return null;
  }
}

/** RFC 9162 root (hex) over the entries 0 to `seq`; the data of a leaf is the 32 bytes of an entry's hash. */
export function rootUpTo(hashes: readonly string[], seq: number): string {
  const tree = new LineRoot();
  for (const hash of hashes.slice(0, seq + 1)) tree.add(fromHex(hash) as Uint8Array);
  return toHex(tree.root());
}

function* textsIn(value: unknown): Iterable<string> {
  if (typeof value === "string") yield value;
  else if (typeof value === "object" && value !== null) for (const part of Object.values(value)) yield* textsIn(part);
}

function readEntry(bytes: Uint8Array): { body: EntryBody; hash: string; sig: string } | EntryProblem {
  const text = fromUtf8(bytes);
  if (text === null) return "not-utf8";
  const value = jsonOf(text);
  if (!isLoose(value)) return value === undefined ? "not-json" : "malformed";
  if (canonicalOf(value) !== text) return "not-canonical";
  const { body, hash, sig } = value;
  if (isLoose(body) && typeof body["v"] === "number" && body["v"] > 1) return "newer-version";
  const fits = Object.keys(value).length === 3 && typeof hash === "string" && typeof sig === "string" && isBody(body);
  if (!fits) return "malformed";
  return toHex(documentHash("custody", body)) === hash ? { body, hash, sig } : "hash-mismatch";
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** Null for values that have no canonical text (lone surrogates, too deep): no text equals it. */
function canonicalOf(value: unknown): string | null {
  try {
    return canonicalJson(value);
  } catch {
    return null;
  }
}

const entryBodyFields =
  "act,delegation,details,exhibit,host,intent,key,monotonicNs,officer,phase,pid,prev,seq,tool,utc,v,zone";
const utcPattern = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

function isBody(body: unknown): body is EntryBody {
  if (!isLoose(body) || Object.keys(body).sort().join() !== entryBodyFields || body["v"] !== 1) return false;
  const texts = ["officer", "key", "act", "host", "zone"].every((field) => typeof body[field] === "string");
  const optional = ["delegation", "exhibit"].every((field) => body[field] === null || typeof body[field] === "string");
  const counts =
    ["seq", "pid"].every((field) => isCount(body[field])) && (body["intent"] === null || isCount(body["intent"]));
  const phase = ["event", "intent", "done", "failed"].includes(String(body["phase"]));
  const exact = hexHash.test(String(body["prev"])) && utcPattern.test(String(body["utc"]));
  const parts = isLoose(body["details"]) && isTool(body["tool"]) && /^\d+$/.test(String(body["monotonicNs"]));
  return texts && optional && counts && phase && exact && parts;
}

function isTool(tool: unknown): boolean {
  return isLoose(tool) && ["name", "version", "build"].every((field) => typeof (tool as Loose)[field] === "string");
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
