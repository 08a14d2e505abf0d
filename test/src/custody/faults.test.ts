import { describe, expect, it } from "vitest";
import fc from "fast-check";
import { createJournal, openJournal } from "../../../src/custody/journal.ts";
import { verifyJournal } from "../../../src/custody/verify-journal.ts";
import type { FileLock } from "../../../src/case/file-lock.ts";
import { isOperatorError } from "../../../src/messages/operator-error.ts";
import { ana, fixedOptions, pub } from "./fixture.ts";
import { MemoryFiles } from "./memory-files.ts";

const freeLock: FileLock = { acquire: () => undefined, release: () => undefined, close: () => undefined };
const genesis = { caseId: "case-1", caseNumber: "2026-0042", officers: [pub(ana)] };
const options = (files: MemoryFiles) => ({ ...fixedOptions(), files, lock: freeLock });

/** What a run is told is on the disk: act and number of each acknowledged entry. */
interface Acknowledged {
  readonly seq: number;
  readonly hash: string;
}

/** Creates where needed, appends, makes a checkpoint in the middle; remembers what was acknowledged. */
function work(files: MemoryFiles, acknowledged: Acknowledged[], rounds: number): void {
  const exists = (files.size("/case/custody/journal.jsonl") ?? 0) > 0;
  let journal = exists ? openJournal("/case", options(files)) : null;
  if (!journal || journal.head().seq < 0) journal = createJournal("/case", genesis, ana, options(files));
  acknowledged.push(journal.head());
  for (let round = 0; round < rounds; round++) {
    acknowledged.push(journal.append("search", { round }, ana));
    if (round === 1) {
      journal.checkpoint(ana);
      acknowledged.push(journal.head());
    }
  }
}

function allThere(files: MemoryFiles, acknowledged: readonly Acknowledged[]): boolean {
  const hashes = new Map<number, string>();
  for (const entry of openJournal("/case", options(files)).entries()) hashes.set(entry.body.seq, entry.hash);
  return acknowledged.every(({ seq, hash }) => hashes.get(seq) === hash);
}

describe("the n-th failing operation", () => {
  const counted = new MemoryFiles();
  work(counted, [], 4);
  const operations = counted.operations;

  for (const code of ["ENOSPC", "EIO"]) {
    it(`leaves every acknowledged entry and a journal that goes on (${code}, each of ${operations})`, () => {
      expect(operations).toBeGreaterThan(15);
      for (let nth = 1; nth <= operations; nth++) {
        const files = new MemoryFiles();
        const acknowledged: Acknowledged[] = [];
        files.failAt(nth, code);
        let failure: unknown = null;
        try {
          work(files, acknowledged, 4);
        } catch (error) {
          failure = error;
        }
        expect(isOperatorError(failure), `operation ${nth}: ${String(failure)}`).toBe(true);
        if (isOperatorError(failure)) expect(failure.exit).toBe(code === "ENOSPC" ? 4 : 2);
        files.failAt(0, "");
        work(files, acknowledged, 2);
        expect(verifyJournal("/case", { files }), `operation ${nth}`).toMatchObject({ ok: true, firstBad: null });
        expect(allThere(files, acknowledged), `operation ${nth}`).toBe(true);
      }
    });
  }

  it("stops an object whose sync failed from acknowledging more", () => {
    const files = new MemoryFiles();
    const journal = createJournal("/case", genesis, ana, options(files));
    files.failSync(true);
    expect(() => journal.append("search", {}, ana)).toThrow(/EIO/);
    files.failSync(false);
    expect(() => journal.append("search", {}, ana)).toThrow(/failed/);
    expect(openJournal("/case", options(files)).append("search", {}, ana).seq).toBe(1);
  });
});

describe("a power cut", () => {
  it("never costs an acknowledged entry, and a torn line is kept aside and recorded", () => {
    let torn = 0;
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 1, max: operationsOfRun() }), (seed, cutAt) => {
        const files = new MemoryFiles();
        const acknowledged: Acknowledged[] = [];
        files.cutAt(cutAt);
        try {
          work(files, acknowledged, 4);
        } catch (error) {
          if ((error as Error).message !== "power cut" && !isOperatorError(error)) throw error;
        }
        files.restart(seed);
        // What the disk kept either ends cleanly or with a torn tail, never with a changed entry.
        const found = verifyJournal("/case", { files });
        if (acknowledged.length > 0 && found.firstBad) expect(found.firstBad.problem).toBe("torn-tail");
        if (found.firstBad?.problem === "torn-tail") torn++;
        work(files, acknowledged, 2);
        const after = verifyJournal("/case", { files });
        expect(after.firstBad).toBeNull();
        expect(after.badCheckpoints).toEqual([]);
        expect(allThere(files, acknowledged)).toBe(true);
        expect(files.list("/case/custody").filter((name) => name.endsWith(".bin")).length).toBeLessThanOrEqual(1);
      }),
      { numRuns: process.env["VESTIGE_CAMPAIGN"] ? 5000 : 100 },
    );
    expect(torn).toBeGreaterThan(3);
  }, 60_000);
});

function operationsOfRun(): number {
  const files = new MemoryFiles();
  work(files, [], 4);
  return files.operations;
}

describe("a torn last line", () => {
  const tornJournal = (tail: Uint8Array) => {
    const files = new MemoryFiles();
    const journal = createJournal("/case", genesis, ana, options(files));
    journal.append("search", { query: "x" }, ana);
    files.append("/case/custody/journal.jsonl", tail);
    return files;
  };

  for (const [name, tail] of [
    ["half an entry", Buffer.from('{"body":{"act":"sea')],
    ["blocks that never reached the disk", Buffer.alloc(40)],
    ["such blocks before an end", Buffer.concat([Buffer.alloc(40), Buffer.from('"}\n')])],
  ] as const) {
    it(`(${name}) is kept aside, recorded, and guarded from then on`, () => {
      const files = tornJournal(tail);
      expect(verifyJournal("/case", { files }).firstBad).toMatchObject({ seq: 2, problem: "torn-tail" });
      openJournal("/case", options(files)).append("search", { query: "y" }, ana);
      const entries = [...openJournal("/case", options(files)).entries()];
      expect(entries.map((entry) => entry.body.act)).toEqual(["genesis", "search", "recovered", "search"]);
      const kept = "/case/custody/torn-2-1.bin";
      expect(Buffer.from(files.read(kept, 0, 1000))).toEqual(Buffer.from(tail));
      expect(verifyJournal("/case", { files }).ok).toBe(true);
      files.write(kept, Buffer.from("other"));
      expect(verifyJournal("/case", { files }).firstBad).toMatchObject({ seq: 2, problem: "torn-file" });
      files.remove(kept);
      expect(verifyJournal("/case", { files }).firstBad).toMatchObject({ seq: 2, problem: "torn-file" });
    });
  }

  it("is not made of a line that was changed: appending is refused", () => {
    const files = tornJournal(Buffer.from('{"body":1}\n'));
    expect(() => openJournal("/case", options(files))).toThrow(/damaged at entry /);
  });
});
