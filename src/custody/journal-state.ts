/**
 * What a process knows of the journal, brought up to date by reading what was added since: keys, open intents, the last
 * entry. Of lines that bear on none of these only the hash and the link to the line before are checked, without parsing
 * them, so a long journal opens fast; `vestige verify` is what checks signatures.
 */
import type { JsonObject } from "../../native-free/model/canonical-json.ts";
import { entrySignedBy, lineLimitBytes, readEntryLine, readLink, zeroHash, type Entry } from "./entry.ts";
import { linesOf, type JournalFiles } from "./journal-files.ts";
import { applyKeyEvent, keyForEntry, registerOfGenesis } from "./key-events.ts";
import type { KeyRegister } from "./key-register.ts";

/** An act that was begun and not ended. */
export interface OpenIntent {
  readonly seq: number;
  readonly act: string;
  readonly exhibit: string | null;
  readonly utc: string;
  readonly officer: string;
  /** As they were announced. */
  readonly details: JsonObject;
}

export interface Head {
  readonly seq: number;
  readonly hash: string;
  readonly utc: string;
}

/** The journal cannot be continued: `problem` is a word of verification, `seq` the entry. */
export class DamagedJournal extends Error {
  readonly kind = "damaged-journal";
  readonly problem: string;
  readonly seq: number;

  constructor(problem: string, seq: number) {
    super(`${problem} at entry ${seq}`);
    this.problem = problem;
    this.seq = seq;
  }
}

export class JournalState {
  readonly #files: JournalFiles;
  readonly #file: string;
  #offset = 0;
  #lastLineStart = 0;
  #lastLine: Uint8Array = new Uint8Array(0);
  #head: Head = { seq: -1, hash: zeroHash, utc: "" };
  #genesis: string | null = null;
  #lastCheckpoint = -1;
  #keys: KeyRegister | null = null;
  readonly #intents = new Map<number, OpenIntent>();

  constructor(files: JournalFiles, file: string) {
    this.#files = files;
    this.#file = file;
  }

  get head(): Head {
    return this.#head;
  }

  /** Bytes of complete lines. */
  get offset(): number {
    return this.#offset;
  }

  /** Hash of the genesis entry. Throws where nothing was read yet. */
  get genesis(): string {
    if (this.#genesis === null) throw new DamagedJournal("no-genesis", 0);
    return this.#genesis;
  }

  get keys(): KeyRegister {
    if (!this.#keys) throw new DamagedJournal("no-genesis", 0);
    return this.#keys;
  }

  /** Entries after the last one that a recorded checkpoint covers. */
  get sinceCheckpoint(): number {
    return this.#head.seq - this.#lastCheckpoint;
  }

  /** Why the journal could not take this entry next, or null. Asked before anything is written. */
  refusal(entry: Entry): string | null {
    if (entry.body.act === "genesis") {
      const register = registerOfGenesis(entry);
      return this.#head.seq >= 0 ? "second-genesis" : typeof register === "string" ? register : null;
    }
    const problem = keyForEntry(entry, this.keys);
    if (typeof problem === "string") return problem;
    if (entry.body.intent !== null && this.#intents.get(entry.body.intent)?.act !== entry.body.act)
      return "no-open-intent";
    return applyKeyEvent(entry, this.keys.copy());
  }

  openIntents(): readonly OpenIntent[] {
    return [...this.#intents.values()];
  }

  /**
   * Reads what was added, verifies the last entry in full. Returns where a torn tail begins (an unterminated line, or
   * lines of blocks that never reached the disk), null where there is none. Throws DamagedJournal.
   */
  catchUp(): { tornAt: number; size: number } | null {
    const size = this.#files.size(this.#file) ?? 0;
    this.#checkKnownTail(size);
    let tornAt: number | null = null;
    let last: { bytes: Uint8Array; start: number } | null = null;
    for (const line of linesOf(this.#files, this.#file, this.#offset, size, lineLimitBytes)) {
      if (!line.terminated || line.bytes.includes(0)) {
        tornAt ??= line.start;
        continue;
      }
      if (tornAt !== null) throw new DamagedJournal("not-json", this.#head.seq + 1);
      if (last) this.#takeLine(last.bytes);
      last = { bytes: line.bytes, start: line.start };
    }
    if (last) this.#takeLast(last.bytes, last.start);
    return tornAt === null ? null : { tornAt, size };
  }

  /** What this process read or wrote last must still be there. */
  #checkKnownTail(size: number): void {
    if (this.#offset === 0) return;
    if (size < this.#offset) throw new DamagedJournal("shorter", this.#head.seq);
    const now = this.#files.read(this.#file, this.#lastLineStart, this.#lastLine.length);
    if (Buffer.compare(now, this.#lastLine) !== 0) throw new DamagedJournal("changed", this.#head.seq);
  }

  /** A line that others follow: parsed only where it matters. Signatures are verification's. */
  #takeLine(bytes: Uint8Array): void {
    const seq = this.#head.seq + 1;
    if (seq === 0 || bearsOnState(bytes)) {
      const entry = readEntryLine(bytes);
      if (typeof entry === "string") throw new DamagedJournal(entry, seq);
      if (entry.body.prev !== this.#head.hash) throw new DamagedJournal("prev-mismatch", seq);
      this.#apply(entry, seq);
    } else {
      const link = readLink(bytes);
      if (typeof link === "string") throw new DamagedJournal(link, seq);
      if (link.seq !== seq) throw new DamagedJournal("wrong-seq", seq);
      if (link.prev !== this.#head.hash) throw new DamagedJournal("prev-mismatch", seq);
      this.#head = { seq, hash: link.hash, utc: "" };
    }
  }

  #takeLast(bytes: Uint8Array, start: number): void {
    const seq = this.#head.seq + 1;
    const entry = readEntryLine(bytes);
    if (typeof entry === "string") throw new DamagedJournal(entry, seq);
    if (entry.body.prev !== this.#head.hash) throw new DamagedJournal("prev-mismatch", seq);
    const register = seq === 0 ? registerOfGenesis(entry) : this.keys;
    if (typeof register === "string") throw new DamagedJournal(register, seq);
    const key = keyForEntry(entry, register);
    if (typeof key === "string") throw new DamagedJournal(key, seq);
    if (!entrySignedBy(entry, key.publicKey)) throw new DamagedJournal("bad-signature", seq);
    this.#apply(entry, seq);
    this.#lastLine = Uint8Array.from(bytes);
    this.#lastLineStart = start;
    this.#offset = start + bytes.length + 1;
  }

  #apply(entry: Entry, seq: number): void {
    if (entry.body.seq !== seq) throw new DamagedJournal("wrong-seq", seq);
    if (seq === 0) {
      const register = registerOfGenesis(entry);
      if (typeof register === "string") throw new DamagedJournal(register, seq);
      this.#keys = register;
      this.#genesis = entry.hash;
    } else {
      const problem = applyKeyEvent(entry, this.keys);
      if (problem) throw new DamagedJournal(problem, seq);
    }
    trackIntent(entry, this.#intents);
    const covered = entry.body.details["seq"];
    if (entry.body.act === "checkpoint" && typeof covered === "number") this.#lastCheckpoint = covered;
    this.#head = { seq, hash: entry.hash, utc: entry.body.utc };
  }
}

/** Keeps the open intents. Returns false where a `done` or `failed` ends nothing that is open. */
export function trackIntent(entry: Entry, intents: Map<number, OpenIntent>): boolean {
  const { seq, act, phase, exhibit, utc, officer, intent, details } = entry.body;
  if (phase === "intent") intents.set(seq, { seq, act, exhibit, utc, officer, details });
  if (phase !== "done" && phase !== "failed") return intent === null;
  if (intent === null || intents.get(intent)?.act !== act) return false;
  return intents.delete(intent);
}

const knownActs = ["key-added", "key-revoked", "login", "logout", "checkpoint"].map((act) =>
  Buffer.from(`{"body":{"act":"${act}"`),
);
const phaseMark = Buffer.from('"phase":"');
const eventPhase = Buffer.from('"phase":"event"');

/**
 * Canonical text puts `act` first, and nothing after the body's own `phase` can hold its mark with bare quotes, so the
 * two are found without parsing.
 */
function bearsOnState(bytes: Uint8Array): boolean {
  const line = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (knownActs.some((act) => line.subarray(0, act.length).equals(act))) return true;
  const at = line.lastIndexOf(phaseMark);
  return at < 0 || !line.subarray(at, at + eventPhase.length).equals(eventPhase);
}
