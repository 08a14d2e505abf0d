/**
 * A lock between processes that the kernel frees when its holder dies: `BEGIN EXCLUSIVE` on a small SQLite file, since
 * Node has no flock. A note beside it says who took it last, for the sentence that a waiting officer gets.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { escapeForTerminal } from "../../native-free/model/escape.ts";
import { caseSays, custodySays } from "../messages/en.ts";
import { exitCodes, OperatorError } from "../messages/operator-error.ts";
import { asOperatorError } from "./atomic-file.ts";
import { openDatabase, sqliteCode, type Database } from "./sqlite.ts";

export interface FileLock {
  /**
   * Waits up to `timeoutMs` for the lock. Throws OperatorError `case/locked` that names the holder. Not re-entrant.
   * `purpose` is one or two words of ours for the holder's note.
   */
  acquire(purpose: string, timeoutMs?: number): void;
  release(): void;
  /** Releases and closes the file. */
  close(): void;
}

/** Databases whose lock is held: garbage collection would close one that nothing else refers to, and free its lock. */
const holding = new Set<Database>();

/** A lock over `file` (`…/lock.db`), made where it is absent; nothing is opened before the first `acquire`. */
export function fileLock(file: string): FileLock {
  let database: Database | null = null;
  let held = false;
  const release = () => {
    if (!held || !database) return;
    database.exec("ROLLBACK");
    holding.delete(database);
    held = false;
  };
  return {
    acquire(purpose, timeoutMs = 10_000) {
      try {
        database ??= openDatabase(file, { timeoutMs });
        database.exec(`PRAGMA busy_timeout = ${Math.floor(timeoutMs)}`);
        database.exec("BEGIN EXCLUSIVE");
      } catch (error) {
        throw lockError(error, file, timeoutMs);
      }
      held = true;
      holding.add(database);
      noteHolder(file, purpose);
    },
    release,
    close() {
      release();
      database?.close();
      database = null;
    },
  };
}

function holderFile(file: string): string {
  return `${file}.holder`;
}

/** Not durable on purpose: only a waiting process of the same boot reads it. */
function noteHolder(file: string, purpose: string): void {
  const note = { pid: process.pid, host: hostname(), since: new Date().toISOString(), purpose };
  try {
    writeFileSync(holderFile(file), `${JSON.stringify(note)}\n`);
  } catch (error) {
    // A full disk must not keep the lock from its holder: without the note the sentence says "another process".
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
  }
}

function lockError(error: unknown, file: string, timeoutMs: number): unknown {
  const message = error instanceof Error ? error.message : String(error);
  const code = sqliteCode(error);
  if (code === "SQLITE_BUSY" || code === "SQLITE_LOCKED") {
    const sentence = custodySays.lockBusy(file, Math.round(timeoutMs / 1000), lockHolder(file));
    return new OperatorError("case/locked", sentence);
  }
  if (code === "SQLITE_FULL") return new OperatorError("case/disk-full", caseSays.diskFull(file), exitCodes.stopped);
  const known = asOperatorError(error, file);
  return known === error ? new OperatorError("case/lock-failed", custodySays.lockFailed(file, message)) : known;
}

/** Who took the lock last, in a sentence's words. */
export function lockHolder(file: string): string {
  try {
    const note = JSON.parse(readFileSync(holderFile(file), "utf8")) as Record<string, unknown>;
    const text = (name: string) => escapeForTerminal(String(note[name]));
    return custodySays.lockHolder(Number(note["pid"]), text("host"), text("since"), text("purpose"));
  } catch {
    // The note is a courtesy; a holder of an older run or a half-written note changes nothing of the lock.
    return custodySays.lockHolderUnknown();
  }
}
