/**
 * The custody journal: append-only, hash-chained, signed (FORMAT.md). Writers are many, appends are serial: each takes
 * the lock, re-reads and verifies the tail, adds its lines by one write and syncs before it returns. What it returned is
 * on the disk.
 */
import { createHash } from "node:crypto";
import { hostname } from "node:os";
import { basename } from "node:path";
import { escapeForTerminal } from "../../native-free/model/escape.ts";
import type { JsonObject } from "../../native-free/model/canonical-json.ts";
import { fileLock, type FileLock } from "../case/file-lock.ts";
import { custodySays } from "../messages/en.ts";
import { exitCodes, isOperatorError, OperatorError } from "../messages/operator-error.ts";
import { checkpointInterval, makeCheckpoint, checkpointFile, type Checkpoint } from "./checkpoint.ts";
import { systemClock, type Clock } from "./clock.ts";
import { entryLine, lineLimitBytes, readEntryLine, signEntry, zeroHash } from "./entry.ts";
import type { Entry, EntryBody, Phase, ToolIdentity } from "./entry.ts";
import { diskFiles, linesOf, type JournalFiles } from "./journal-files.ts";
import { journalPaths, type JournalPaths } from "./journal-paths.ts";
import { DamagedJournal, JournalState, type Head, type OpenIntent } from "./journal-state.ts";
import type { KeyRegister, OfficerKey } from "./key-register.ts";
import { delegationId, type Signer } from "./signer.ts";
import { keepTornAside, tornFilesAt } from "./torn-tail.ts";
import { toolIdentity } from "./tool-identity.ts";
import { verifyJournal } from "./verify-journal.ts";

export interface JournalOptions {
  readonly files?: JournalFiles;
  readonly clock?: Clock;
  readonly lock?: FileLock;
  readonly tool?: ToolIdentity;
  readonly host?: string;
  readonly pid?: number;
  /** How long an append waits for another process. Default 10 s. */
  readonly lockTimeoutMs?: number;
}

/** What the genesis binds. `details` may add what else must never change (authority, format version, demonstration). */
export interface Genesis {
  readonly caseId: string;
  readonly caseNumber: string;
  readonly officers: readonly OfficerKey[];
  readonly details?: JsonObject;
}

export interface Appended {
  readonly seq: number;
  /** Hex. */
  readonly hash: string;
}

/** An act that was announced and is to be ended once, by `done` or `failed`. */
export interface Act extends Appended {
  done(details?: JsonObject, signer?: Signer): Appended;
  failed(details?: JsonObject, signer?: Signer): Appended;
}

export interface AppendPlace {
  /** Label of the exhibit that the act is about. */
  readonly exhibit?: string | null;
}

/** Starts a journal with its genesis entry. Throws OperatorError where one exists. */
export function createJournal(
  caseDir: string,
  genesis: Genesis,
  signer: Signer,
  options: JournalOptions = {},
): Journal {
  const files = options.files ?? diskFiles;
  const paths = journalPaths(caseDir);
  try {
    files.makeFolder(paths.custody);
  } catch (error) {
    throw diskError(error, paths.journal);
  }
  const journal = new Journal(paths, options);
  // A genesis that was interrupted left a torn line only; it is kept aside by the append like any other.
  journal.refresh();
  if (journal.head().seq >= 0) {
    throw new OperatorError("custody/journal-exists", custodySays.journalExists(paths.journal));
  }
  const keys = genesis.officers.map(({ officer, keyId, publicKey }) => ({ officer, keyId, publicKey }));
  journal.append(
    "genesis",
    { ...genesis.details, caseId: genesis.caseId, caseNumber: genesis.caseNumber, keys },
    signer,
  );
  return journal;
}

/**
 * Opens a journal for reading and appending; brings `openIntents` and `keys` up to date. The hash of every entry and its
 * link to the one before are checked. Throws OperatorError; where the journal is damaged it names the first bad entry.
 */
export function openJournal(caseDir: string, options: JournalOptions = {}): Journal {
  const paths = journalPaths(caseDir);
  if (!(options.files ?? diskFiles).size(paths.journal)) {
    throw new OperatorError("custody/journal-absent", custodySays.journalAbsent(paths.journal));
  }
  const journal = new Journal(paths, options);
  try {
    journal.refresh();
  } catch (error) {
    if (!isOperatorError(error) || error.code !== "custody/journal-damaged") throw error;
    // Opening checks no signatures, so what it met may follow from an earlier entry: verification names the first.
    const first = verifyJournal(caseDir, { files: options.files ?? diskFiles }).firstBad;
    throw first ? damagedJournal(paths.journal, first) : error;
  }
  return journal;
}

interface Draft {
  readonly act: string;
  readonly phase: Phase;
  readonly intent: number | null;
  readonly exhibit: string | null;
  readonly details: JsonObject;
}

export class Journal {
  readonly paths: JournalPaths;
  readonly #files: JournalFiles;
  readonly #clock: Clock;
  readonly #lock: FileLock;
  readonly #timeoutMs: number;
  readonly #origin: Pick<EntryBody, "tool" | "host" | "pid">;
  readonly #state: JournalState;
  /** Set once a sync failed: the kernel may have dropped what it could not write, so this object writes no more. */
  #stopped: string | null = null;

  constructor(paths: JournalPaths, options: JournalOptions) {
    this.paths = paths;
    this.#files = options.files ?? diskFiles;
    this.#clock = options.clock ?? systemClock;
    this.#lock = options.lock ?? fileLock(paths.lock);
    this.#timeoutMs = options.lockTimeoutMs ?? 10_000;
    this.#origin = {
      tool: options.tool ?? toolIdentity(),
      host: options.host ?? hostname(),
      pid: options.pid ?? process.pid,
    };
    this.#state = new JournalState(this.#files, paths.journal);
  }

  /** Adds one entry; it is on the disk when this returns. Throws OperatorError and leaves nothing acknowledged. */
  append(act: string, details: JsonObject, signer: Signer, place: AppendPlace = {}): Appended {
    return this.#append({ act, phase: "event", intent: null, exhibit: place.exhibit ?? null, details }, signer);
  }

  /** Announces an act before it begins. */
  begin(act: string, details: JsonObject, signer: Signer, place: AppendPlace = {}): Act {
    const exhibit = place.exhibit ?? null;
    const intent = this.#append({ act, phase: "intent", intent: null, exhibit, details }, signer);
    const end = (phase: Phase, outcome: JsonObject, by: Signer) =>
      this.#append({ act, phase, intent: intent.seq, exhibit, details: outcome }, by);
    return {
      ...intent,
      done: (outcome = {}, by = signer) => end("done", outcome, by),
      failed: (outcome = {}, by = signer) => end("failed", outcome, by),
    };
  }

  /** Ends an act that another process announced and did not end. */
  endIntent(intent: OpenIntent, phase: "done" | "failed", details: JsonObject, signer: Signer): Appended {
    return this.#append({ act: intent.act, phase, intent: intent.seq, exhibit: intent.exhibit, details }, signer);
  }

  /** The last entry as this object knows it; `refresh` brings it up to date. */
  head(): Head {
    return this.#state.head;
  }

  /** The officers' and session keys as of the head. */
  keys(): KeyRegister {
    return this.#state.keys;
  }

  openIntents(): readonly OpenIntent[] {
    return this.#state.openIntents();
  }

  /** Hash (hex) of the genesis entry. */
  genesisHash(): string {
    return this.#state.genesis;
  }

  /** Reads what others added. Takes no lock and changes nothing. Throws OperatorError on a damaged tail. */
  refresh(): void {
    this.#guard(() => this.#state.catchUp());
  }

  /** Every entry from `from` on, streaming. Throws OperatorError at a line that is not an entry; signatures are verification's. */
  *entries(from = 0): Iterable<Entry> {
    this.refresh();
    let seq = 0;
    for (const line of linesOf(this.#files, this.paths.journal, 0, this.#state.offset, lineLimitBytes)) {
      if (seq++ < from) continue;
      const entry = readEntryLine(line.bytes);
      if (typeof entry === "string") throw this.#damaged(new DamagedJournal(entry, seq - 1));
      yield entry;
    }
  }

  /** Signs, stores and records a checkpoint over everything so far. */
  checkpoint(signer: Signer): Checkpoint {
    return this.#locked("checkpoint", () => {
      this.#settle(signer);
      return this.#makeCheckpoint(signer);
    });
  }

  /** Frees the lock file. The journal may be used again afterwards. */
  close(): void {
    this.#lock.close();
  }

  #append(draft: Draft, signer: Signer): Appended {
    return this.#locked(draft.act, () => {
      this.#settle(signer);
      // Before the entry and not after it: when the checkpoint fails, nothing was acknowledged.
      if (this.#state.sinceCheckpoint >= checkpointInterval) this.#makeCheckpoint(signer);
      return this.#write(draft, signer);
    });
  }

  #locked<T>(purpose: string, work: () => T): T {
    if (this.#stopped !== null) throw this.#stoppedError();
    this.#lock.acquire(purpose, this.#timeoutMs);
    try {
      return this.#guard(work);
    } finally {
      this.#lock.release();
    }
  }

  /** Brings the tail in order under the lock: reads on, keeps a torn line aside, records it. */
  #settle(signer: Signer): void {
    signer.assertUsable(this.#clock.utcMs());
    const torn = this.#state.catchUp();
    const next = this.#state.head.seq + 1;
    if (torn) keepTornAside(this.#files, this.paths, torn, next);
    if (next === 0) return;
    // A genesis cannot be preceded by an entry, so the one after it names what was torn there.
    const files = [next, ...(next === 1 ? [0] : [])].flatMap((seq) =>
      tornFilesAt(this.#files, this.paths.custody, seq),
    );
    if (files.length > 0) {
      this.#write({ act: "recovered", phase: "event", intent: null, exhibit: null, details: { files } }, signer);
    }
  }

  #write(draft: Draft, signer: Signer): Appended {
    const utcMs = this.#clock.utcMs();
    const entries = [];
    const { head } = this.#state;
    const last = Date.parse(head.utc);
    let before: { seq: number; hash: string } = head;
    if (head.seq >= 0 && utcMs < last) {
      const details = { before: head.utc, now: new Date(utcMs).toISOString(), backMs: last - utcMs };
      const jump = this.#entry(
        { act: "clock-back", phase: "event", intent: null, exhibit: null, details },
        before,
        signer,
        utcMs,
      );
      entries.push(jump);
      before = { seq: jump.body.seq, hash: jump.hash };
    }
    const entry = this.#entry(draft, before, signer, utcMs);
    entries.push(entry);
    const refusal = this.#state.refusal(entry);
    if (refusal !== null) throw refusedEntry(refusal, signer);
    this.#store(Buffer.concat(entries.map(entryLine)));
    return { seq: entry.body.seq, hash: entry.hash };
  }

  #entry(draft: Draft, before: { seq: number; hash: string }, signer: Signer, utcMs: number): Entry {
    const body: EntryBody = {
      v: 1,
      seq: before.seq + 1,
      prev: before.seq < 0 ? zeroHash : before.hash,
      utc: new Date(utcMs).toISOString(),
      monotonicNs: String(this.#clock.monotonicNs()),
      zone: this.#clock.zone(),
      officer: signer.officer,
      key: signer.keyId,
      delegation: signer.delegation ? delegationId(signer.delegation) : null,
      ...draft,
      ...this.#origin,
    };
    return signEntry(body, signer);
  }

  /** One write, one sync. The state is brought up to date from the file, so that what is on it is what was meant. */
  #store(bytes: Buffer): void {
    const { journal, custody } = this.paths;
    const size = this.#state.offset;
    this.#files.append(journal, bytes);
    try {
      this.#files.sync(journal);
      if (size === 0) this.#files.syncFolder(custody);
    } catch (error) {
      this.#stopped = error instanceof Error ? error.message : String(error);
      // Nothing was acknowledged: take the entry back, since a later sync would not say whether it reached the disk.
      try {
        this.#files.truncate(journal, size);
      } catch (second) {
        this.#stopped += `, and taking it back failed (${String(second)})`;
      }
      throw error;
    }
    this.#state.catchUp();
  }

  #makeCheckpoint(signer: Signer): Checkpoint {
    const { head, genesis, keys, offset } = this.#state;
    const position = { caseId: keys.caseId, genesis, seq: head.seq, hash: head.hash, bytes: offset };
    const checkpoint = makeCheckpoint(this.#files, this.paths, position, keys, signer, this.#clock.utcMs());
    const { seq, headHash, merkleRoot } = checkpoint.body;
    const file = basename(checkpointFile(this.paths.checkpoints, seq));
    const details = { seq, headHash, merkleRoot, file, hash: checkpoint.hash };
    this.#write({ act: "checkpoint", phase: "event", intent: null, exhibit: null, details }, signer);
    return checkpoint;
  }

  /** Turns what the disk and the tail say into the officer's words. */
  #guard<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      if (error instanceof DamagedJournal) throw this.#damaged(error);
      throw diskError(error, this.paths.journal);
    }
  }

  #stoppedError(): OperatorError {
    const sentence = custodySays.journalStopped(this.paths.journal, this.#stopped ?? "");
    return new OperatorError("custody/journal-stopped", sentence);
  }

  #damaged(error: DamagedJournal): OperatorError {
    if (error.problem === "newer-version") {
      return new OperatorError("custody/journal-newer", custodySays.journalNewer(this.paths.journal, 2));
    }
    return damagedJournal(this.paths.journal, error);
  }
}

function damagedJournal(file: string, { seq, problem }: { seq: number; problem: string }): OperatorError {
  const where = custodySays.badEntry(seq, seq + 1, custodySays.problem(problem));
  return new OperatorError("custody/journal-damaged", custodySays.journalDamaged(file, where));
}

/** What the disk refused, in the officer's words; anything else unchanged. */
function diskError(error: unknown, journal: string): unknown {
  const { code, syscall } = error as NodeJS.ErrnoException;
  if (code === undefined || syscall === undefined) return error;
  if (code === "ENOSPC" || code === "EDQUOT") {
    return new OperatorError("custody/journal-full", custodySays.journalFull(journal), exitCodes.stopped);
  }
  return new OperatorError("custody/journal-stopped", custodySays.journalStopped(journal, code));
}

/** Who may not sign hears how to be able to; any other refusal is a mistake of the calling code. */
function refusedEntry(refusal: string, signer: Signer): Error {
  const officer = escapeForTerminal(signer.officer);
  if (refusal === "unknown-key" || refusal === "wrong-officer" || refusal === "revoked-key") {
    return new OperatorError("custody/officer-unknown", custodySays.officerUnknown(officer));
  }
  if (refusal.endsWith("-delegation")) {
    return new OperatorError("custody/session-unusable", custodySays.sessionUnusable(refusal));
  }
  return new Error(`the journal does not take this entry: ${refusal}`);
}

/** SHA-256 (hex) of bytes; for details that name a file. */
export function sha256Hex(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
