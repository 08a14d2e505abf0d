/** Journals with fixed keys and a clock that tests move. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";
import { domains, signDocument } from "../../../src/custody/document.ts";
import { createJournal, type Journal, type JournalOptions } from "../../../src/custody/journal.ts";
import type { DelegationBody, SignedDelegation, Signer } from "../../../src/custody/signer.ts";
import { fixedSigner } from "./signers.ts";
import type { Clock } from "../../../src/custody/clock.ts";

const made: string[] = [];
afterAll(() => {
  for (const folder of made.splice(0)) rmSync(folder, { recursive: true, force: true });
});

export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "vestige-custody-"));
  made.push(folder);
  return folder;
}

export const ana = fixedSigner("Ana Novák", 1);
export const ben = fixedSigner("Ben Ó Briain", 2);
export const startMs = Date.UTC(2026, 10, 21, 9, 0, 0);

/** A session of `officer` with a fixed key, valid from `fromMs` for an hour. */
export function fixedSession(officer: Signer, caseId: string, fromMs: number, byte = 9): Signer {
  const session = fixedSigner(officer.officer, byte);
  const body: DelegationBody = {
    v: 1,
    caseId,
    officer: officer.officer,
    officerKey: officer.keyId,
    sessionKey: session.keyId,
    publicKey: session.publicKey,
    from: new Date(fromMs).toISOString(),
    until: new Date(fromMs + 3_600_000).toISOString(),
  };
  const delegation = signDocument(domains.delegation, body, officer) as unknown as SignedDelegation;
  return { ...session, delegation };
}

/** Moves a second at each reading; `jump` moves it by hand. */
export class TestClock implements Clock {
  #now: number;
  #ticks = 0n;
  constructor(start = startMs) {
    this.#now = start;
  }
  utcMs(): number {
    return this.#now;
  }
  monotonicNs(): bigint {
    return (this.#ticks += 1_000_000n);
  }
  zone(): string {
    return "+01:00 Europe/Brussels";
  }
  jump(ms: number): void {
    this.#now += ms;
  }
}

export const fixedTool = { name: "vestige", version: "0.0.0", build: "0".repeat(32) };

export function fixedOptions(clock: Clock = new TestClock()): JournalOptions {
  return { clock, tool: fixedTool, host: "bench", pid: 1 };
}

export interface TestJournal {
  readonly dir: string;
  readonly journal: Journal;
  readonly clock: TestClock;
}

/** A new case folder with a genesis by Ana and the given number of further entries. */
export function makeJournal(entries = 0, more: JournalOptions = {}): TestJournal {
  const dir = temporaryFolder();
  const clock = new TestClock();
  const genesis = { caseId: "case-1", caseNumber: "2026-0042", officers: [{ ...pub(ana) }] };
  const journal = createJournal(dir, genesis, ana, { ...fixedOptions(clock), ...more });
  for (let index = 0; index < entries; index++) {
    clock.jump(1000);
    journal.append("search", { query: `term ${index}` }, ana);
  }
  return { dir, journal, clock };
}

export function pub(signer: Signer): { officer: string; keyId: string; publicKey: string } {
  return { officer: signer.officer, keyId: signer.keyId, publicKey: signer.publicKey };
}

export function journalFile(dir: string): string {
  return join(dir, "custody", "journal.jsonl");
}

export function readLines(dir: string): string[] {
  return readFileSync(journalFile(dir), "utf8").split("\n").slice(0, -1);
}

export function writeLines(dir: string, lines: readonly string[]): void {
  writeFileSync(journalFile(dir), lines.map((line) => `${line}\n`).join(""));
}

/** `case.json` as a case has it, for `verifyCase`. */
export function writeCaseFile(dir: string, officers: readonly Signer[] = [ana]): void {
  mkdirSync(dir, { recursive: true });
  const listed = officers.map(({ officer, keyId, publicKey }) => ({ name: officer, keyId, publicKey }));
  writeFileSync(join(dir, "case.json"), JSON.stringify({ format: 1, id: "case-1", officers: listed }));
}
