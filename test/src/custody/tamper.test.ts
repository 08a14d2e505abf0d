import {
  copyFileSync,
  existsSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
  cpSync,
  readdirSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { canonicalJson } from "../../../native-free/model/canonical-json.ts";
import { anchorOf, readAnchor } from "../../../src/custody/anchor.ts";
import { signEntry, entryLine, type Entry, type EntryBody } from "../../../src/custody/entry.ts";
import { createJournal, openJournal } from "../../../src/custody/journal.ts";
import type { Signer } from "../../../src/custody/signer.ts";
import { verifyJournal } from "../../../src/custody/verify-journal.ts";
import {
  ana,
  ben,
  fixedOptions,
  fixedSession,
  journalFile,
  makeJournal,
  pub,
  readLines,
  startMs,
  TestClock,
  temporaryFolder,
  writeLines,
} from "./fixture.ts";
import { MemoryFiles } from "./memory-files.ts";

const parse = (line: string) => JSON.parse(line) as Entry;
/** A line that is consistent in itself: what an attacker with the given key can make. */
const forge = (body: EntryBody, signer: Signer) => entryLine(signEntry(body, signer)).toString().trimEnd();

/** Signs every entry from `from` on again after `edit`, with one key, so that the chain holds in itself. */
function resign(lines: string[], from: number, signer: Signer, edit: (body: EntryBody) => EntryBody): string[] {
  const out = lines.slice(0, from);
  let prev = from === 0 ? "0".repeat(64) : parse(lines[from - 1] as string).hash;
  lines.slice(from).forEach((line, index) => {
    const entry = signEntry(edit({ ...parse(line).body, seq: from + index, prev }), signer);
    out.push(entryLine(entry).toString().trimEnd());
    prev = entry.hash;
  });
  return out;
}

describe("tampering with the journal", () => {
  it("leaves an untouched journal unchanged", () => {
    const { dir } = makeJournal(10);
    expect(verifyJournal(dir)).toMatchObject({ ok: true, entries: 11, firstBad: null, unanchoredTail: 11 });
  });

  it("is found for an edit of any field of any entry, at that entry", () => {
    const { dir } = makeJournal(3);
    const lines = readLines(dir);
    for (let at = 0; at < lines.length; at++) {
      const entry = parse(lines[at] as string);
      for (const field of Object.keys(entry.body) as (keyof EntryBody)[]) {
        const value = entry.body[field];
        const other =
          typeof value === "number" ? value + 1 : typeof value === "string" ? `${value}x` : { changed: true };
        const edited = canonicalJson({ ...entry, body: { ...entry.body, [field]: other } });
        writeLines(dir, lines.with(at, edited));
        const verdict = verifyJournal(dir);
        expect(verdict.ok, `${field} of ${at}`).toBe(false);
        expect(verdict.firstBad).toMatchObject({ seq: at, line: at + 1 });
        expect(verdict.entries).toBe(at);
      }
    }
  });

  it("is found for every single byte of an entry", () => {
    const { dir } = makeJournal(2);
    const lines = readLines(dir);
    const bytes = Buffer.from(lines[1] as string);
    for (let at = 0; at < bytes.length; at++) {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] as number) ^ 1;
      writeFileSync(
        journalFile(dir),
        Buffer.concat([Buffer.from(`${lines[0]}\n`), changed, Buffer.from(`\n${lines[2]}\n`)]),
      );
      const verdict = verifyJournal(dir);
      expect(verdict.ok, `byte ${at}`).toBe(false);
      expect(verdict.firstBad?.seq).toBe(1);
    }
  });

  it("is found for another spelling of the same values", () => {
    const { dir } = makeJournal(2);
    const lines = readLines(dir);
    for (const spelling of [` ${lines[1]}`, (lines[1] as string).replace('"v":1', '"v":1.0'), `\ufeff${lines[1]}`]) {
      writeLines(dir, lines.with(1, spelling));
      expect(verifyJournal(dir).firstBad).toMatchObject({ seq: 1 });
    }
    writeLines(dir, lines.with(1, (lines[1] as string).replace('{"body":', '{"body":{},"body":')));
    expect(verifyJournal(dir).firstBad).toMatchObject({ seq: 1, problem: "not-canonical" });
  });

  it("is found for deleted, swapped, doubled and inserted lines", () => {
    const { dir } = makeJournal(6);
    const lines = readLines(dir);
    const cases: [string[], number][] = [
      [lines.toSpliced(3, 1), 3],
      [lines.slice(1), 0],
      [lines.with(2, lines[3] as string).with(3, lines[2] as string), 2],
      [lines.toSpliced(4, 0, lines[4] as string), 5],
      [lines.toSpliced(4, 0, lines[0] as string), 4],
      [lines.toSpliced(2, 0, ""), 2],
    ];
    for (const [changed, seq] of cases) {
      writeLines(dir, changed);
      expect(verifyJournal(dir).firstBad?.seq).toBe(seq);
    }
  });

  it("is found for an appended line that a foreign key signed", () => {
    const { dir } = makeJournal(2);
    const lines = readLines(dir);
    const last = parse(lines[2] as string);
    const body = { ...last.body, seq: 3, prev: last.hash };
    writeLines(dir, [...lines, forge({ ...body, key: ben.keyId, officer: ben.officer }, ben)]);
    expect(verifyJournal(dir).firstBad).toMatchObject({ seq: 3, problem: "unknown-key" });
    writeLines(dir, [...lines, forge(body, ben)]);
    expect(verifyJournal(dir).firstBad).toMatchObject({ seq: 3, problem: "bad-signature" });
    writeLines(dir, [...lines, forge({ ...body, officer: "Ben" }, ana)]);
    expect(verifyJournal(dir).firstBad).toMatchObject({ seq: 3, problem: "wrong-officer" });
  });

  it("is found for a replaced key in the genesis", () => {
    const { dir } = makeJournal(2);
    const lines = readLines(dir);
    const genesis = parse(lines[0] as string);
    const body = { ...genesis.body, details: { ...genesis.body.details, keys: [pub(ben)] } };
    writeLines(dir, lines.with(0, canonicalJson({ ...genesis, body })));
    expect(verifyJournal(dir).firstBad).toMatchObject({ seq: 0, problem: "hash-mismatch" });
    writeLines(dir, lines.with(0, forge(body, ana)));
    expect(verifyJournal(dir).firstBad).toMatchObject({ seq: 0, problem: "unknown-key" });
    writeLines(dir, lines.with(0, forge({ ...body, key: ben.keyId, officer: ben.officer }, ben)));
    expect(verifyJournal(dir).firstBad?.seq).toBe(1);
  });
});

describe("a journal that its own key signed again", () => {
  it("contradicts its checkpoints, and the first bad entry follows the last good checkpoint", () => {
    const { dir, journal } = makeJournal(4);
    journal.checkpoint(ana);
    for (let index = 0; index < 4; index++) journal.append("search", { index }, ana);
    const second = journal.checkpoint(ana);
    expect(verifyJournal(dir)).toMatchObject({ ok: true, checkpoints: 2, unanchoredTail: 1 });
    const changed = resign(readLines(dir), 7, ana, (body) =>
      body.seq === 7 ? { ...body, details: { index: 99 } } : body,
    );
    writeLines(dir, changed);
    const verdict = verifyJournal(dir);
    expect(verdict.ok).toBe(false);
    // Entries 0 to 4 are pinned by the first checkpoint, 5 to 9 by the second.
    expect(verdict.firstBad).toMatchObject({ seq: 5, problem: "checkpoint-mismatch" });
    expect(second.body.seq).toBe(9);
  });

  it("with a new key throughout is found by an anchor at entry 0, and by the checkpoints beside it", () => {
    const { dir, journal } = makeJournal(4);
    const anchor = anchorOf(journal.checkpoint(ana));
    const rewritten = resign(readLines(dir), 0, ben, (body) => {
      const details = body.seq === 0 ? { ...body.details, keys: [pub(ben)] } : body.details;
      return { ...body, details, key: ben.keyId, officer: ben.officer };
    });
    writeLines(dir, rewritten);
    expect(verifyJournal(dir).ok).toBe(false);
    expect(verifyJournal(dir, { anchor }).firstBad).toMatchObject({ seq: 0, problem: "foreign-genesis" });
    const { checkpoint: _, genesis: __, ...typed } = anchor;
    expect(verifyJournal(dir, { anchor: { ...typed, genesis: null, checkpoint: null } }).ok).toBe(false);
  });

  it("with a new key and new checkpoints is found by an anchor alone", () => {
    const { dir, journal } = makeJournal(4);
    const anchor = anchorOf(journal.checkpoint(ana));
    const other = temporaryFolder();
    const genesis = { caseId: "case-1", caseNumber: "2026-0042", officers: [pub(ben)] };
    const forged = createJournal(other, genesis, ben, fixedOptions());
    for (let index = 0; index < 4; index++) forged.append("search", { query: `term ${index}` }, ben);
    forged.checkpoint(ben);
    rmSync(join(dir, "custody"), { recursive: true });
    cpSync(join(other, "custody"), join(dir, "custody"), { recursive: true });
    expect(verifyJournal(dir).ok).toBe(true);
    expect(verifyJournal(dir, { anchor }).firstBad).toMatchObject({ seq: 0 });
  });
});

describe("a shortened journal", () => {
  it("shows an unanchored tail, whose loss only then leaves no trace", () => {
    const { dir, journal } = makeJournal(4);
    journal.checkpoint(ana);
    for (let index = 0; index < 3; index++) journal.append("search", { index }, ana);
    expect(verifyJournal(dir)).toMatchObject({ ok: true, entries: 9, unanchoredTail: 4 });
    const lines = readLines(dir);
    writeLines(dir, lines.slice(0, 7));
    expect(verifyJournal(dir)).toMatchObject({ ok: true, entries: 7, unanchoredTail: 2 });
    writeLines(dir, lines.slice(0, 4));
    expect(verifyJournal(dir).firstBad).toMatchObject({ seq: 4, problem: "shorter" });
  });

  it("rolled back with its checkpoints is found by an anchor", () => {
    const { dir, journal } = makeJournal(2);
    journal.checkpoint(ana);
    const kept = temporaryFolder();
    cpSync(join(dir, "custody"), join(kept, "custody"), { recursive: true });
    for (let index = 0; index < 3; index++) journal.append("search", { index }, ana);
    const newer = journal.checkpoint(ana);
    const file = join(temporaryFolder(), "anchor.json");
    copyFileSync(join(dir, "custody", "checkpoints", "0000000006.json"), file);
    rmSync(join(dir, "custody"), { recursive: true });
    cpSync(join(kept, "custody"), join(dir, "custody"), { recursive: true });
    expect(verifyJournal(dir).ok).toBe(true);
    expect(verifyJournal(dir, { anchor: readAnchor(file) }).firstBad).toMatchObject({ seq: 4, problem: "shorter" });
    const typed = readAnchor(`${newer.body.seq}:${newer.body.headHash.toUpperCase()}`);
    expect(verifyJournal(dir, { anchor: typed }).firstBad).toMatchObject({ seq: 4, problem: "shorter" });
  });

  it("cut at any byte of its last lines is found or is a shorter unanchored tail", () => {
    const { dir } = makeJournal(2);
    const whole = readFileSync(journalFile(dir));
    const ends = [...whole.entries()].filter(([, byte]) => byte === 10).map(([at]) => at + 1);
    for (let size = (ends[1] as number) - 3; size < whole.length; size += 31) {
      writeFileSync(journalFile(dir), whole.subarray(0, size));
      const verdict = verifyJournal(dir);
      expect(verdict.ok, String(size)).toBe(ends.includes(size));
      if (!verdict.ok) expect(verdict.firstBad?.problem).toBe("torn-tail");
    }
    truncateSync(journalFile(dir), 0);
    expect(verifyJournal(dir).firstBad).toMatchObject({ seq: 0, problem: "no-journal" });
    rmSync(journalFile(dir));
    expect(verifyJournal(dir).firstBad).toMatchObject({ seq: 0, problem: "no-journal" });
  });
});

describe("checkpoints", () => {
  it("that were changed, removed or forged are named", () => {
    const { dir, journal } = makeJournal(2);
    journal.checkpoint(ana);
    const folder = join(dir, "custody", "checkpoints");
    const file = join(folder, readdirSync(folder)[0] as string);
    const text = readFileSync(file, "utf8");
    for (let at = 0; at < text.length - 1; at += 2) {
      const bytes = Buffer.from(text);
      bytes[at] = (bytes[at] as number) ^ 1;
      writeFileSync(file, bytes);
      expect(verifyJournal(dir).ok, `byte ${at}`).toBe(false);
    }
    rmSync(file);
    expect(verifyJournal(dir).badCheckpoints).toMatchObject([{ seq: 2, problem: "checkpoint-missing" }]);
    writeFileSync(file, text);
    expect(verifyJournal(dir).ok).toBe(true);
    expect(existsSync(file)).toBe(true);
  });

  it("are made every thousand entries", () => {
    const files = new MemoryFiles();
    const lock = { acquire: () => undefined, release: () => undefined, close: () => undefined };
    const { dir } = makeJournal(1002, { files, lock });
    const verdict = verifyJournal(dir, { files });
    expect(verdict).toMatchObject({ ok: true, entries: 1004, checkpoints: 1 });
    expect(verdict.unanchoredTail).toBe(4);
  });
});

describe("delegations", () => {
  const caseId = "case-1";
  const details = (session: Signer) => ({ delegation: session.delegation as never, delegationId: "" });

  it("let a session sign within its window", () => {
    const { dir, journal } = makeJournal(1);
    const session = fixedSession(ana, caseId, startMs);
    journal.append("login", details(session), ana);
    journal.append("search", { query: "x" }, session);
    expect(verifyJournal(dir)).toMatchObject({ ok: true, entries: 4 });
  });

  it("that are wrong are found at their entry", () => {
    const { dir, journal, clock } = makeJournal(1);
    const session = fixedSession(ana, caseId, startMs);
    journal.append("login", details(session), ana);
    journal.append("search", { query: "x" }, session);
    const lines = readLines(dir);
    const last = parse(lines[3] as string).body;
    const at = (change: Partial<EntryBody>, signer: Signer = session) => {
      writeLines(dir, lines.with(3, forge({ ...last, ...change }, signer)));
      return verifyJournal(dir).firstBad;
    };
    expect(at({ utc: "2026-11-21T10:00:00.001Z" })).toMatchObject({ seq: 3, problem: "outside-delegation" });
    expect(at({ delegation: "0".repeat(32) })).toMatchObject({ seq: 3, problem: "unknown-delegation" });
    expect(at({}, fixedSession(ana, caseId, startMs, 10))).toMatchObject({ seq: 3, problem: "bad-signature" });
    expect(at({ delegation: null })).toMatchObject({ seq: 3, problem: "unknown-key" });
    const login = parse(lines[2] as string).body;
    const relogin = (other: Signer) => {
      writeLines(dir, [...lines.slice(0, 2), forge({ ...login, details: details(other) }, ana)]);
      return verifyJournal(dir).firstBad;
    };
    expect(relogin(fixedSession(ana, "case-2", startMs))).toMatchObject({ seq: 2, problem: "bad-delegation" });
    expect(relogin(fixedSession(ben, caseId, startMs))).toMatchObject({ seq: 2, problem: "bad-delegation" });
    const delegation = session.delegation as NonNullable<Signer["delegation"]>;
    const longer = { ...delegation, body: { ...delegation.body, until: "2027-01-01T00:00:00.000Z" } };
    expect(relogin({ ...session, delegation: longer })).toMatchObject({ seq: 2, problem: "bad-delegation" });
    expect(clock.utcMs()).toBeGreaterThan(0);
  });

  it("end with their logout, and with the key behind them", () => {
    const { dir, journal } = makeJournal(0);
    const session = fixedSession(ana, caseId, startMs);
    journal.append("login", details(session), ana);
    journal.append("key-added", { key: pub(ben) }, session);
    journal.append("logout", { delegationId: session.delegation?.hash.slice(0, 32) as string }, session);
    expect(() => journal.append("search", {}, session)).toThrow(/session/);
    const lines = readLines(dir);
    const last = parse(lines[3] as string);
    const after = { ...last.body, seq: 4, prev: last.hash, act: "search", details: {} };
    writeLines(dir, [...lines, forge(after, session)]);
    expect(verifyJournal(dir).firstBad).toMatchObject({ seq: 4, problem: "ended-delegation" });
    writeLines(dir, lines);
    openJournal(dir, fixedOptions()).append("key-revoked", { keyId: ana.keyId, reason: "lost" }, ben);
    expect(() => openJournal(dir, fixedOptions()).append("search", {}, ana)).toThrow(/no key in this case/);
    expect(verifyJournal(dir).ok).toBe(true);
  });
});

describe("the clock", () => {
  it("going back is recorded, and unrecorded is found", () => {
    const { dir, journal, clock } = makeJournal(1);
    clock.jump(-60_000);
    journal.append("search", { query: "later" }, ana);
    const acts = [...journal.entries()].map((entry) => entry.body.act);
    expect(acts).toEqual(["genesis", "search", "clock-back", "search"]);
    expect([...journal.entries()][2]?.body.details).toMatchObject({ backMs: 60_000 });
    expect(verifyJournal(dir).ok).toBe(true);
    const lines = readLines(dir);
    const early = { ...parse(lines[1] as string).body, utc: "2026-11-20T00:00:00.000Z" };
    writeLines(dir, [lines[0] as string, forge(early, ana)]);
    expect(verifyJournal(dir).firstBad).toMatchObject({ seq: 1, problem: "clock-back" });
  });

  it("is shown with its zone in every entry", () => {
    const { journal } = makeJournal(1, { clock: new TestClock(startMs) });
    for (const { body } of journal.entries()) expect(body.zone).toBe("+01:00 Europe/Brussels");
  });
});
