import { spawn } from "node:child_process";
import { mkdirSync, renameSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readDocument } from "../../../src/custody/manifest.ts";
import type { AcquisitionBody } from "../../../src/acquire/folder/acquisition.ts";
import { defaultProfile, profileHash } from "../../../src/examine/profile.ts";
import { superviseEngine, type SupervisionOptions } from "../../../src/examine/supervise.ts";
import { isOperatorError, type OperatorError } from "../../../src/messages/operator-error.ts";
import type { Desk } from "../../../src/pipeline.ts";
import { acquireTestFolder, openTestCase, processTestExhibit, testMachine } from "../../fixtures/case-desk.ts";
import { freshFolder, writeMixedEvidence } from "../../fixtures/evidence-folder.ts";

let base = "";
let source = "";
let desk: Desk;

beforeEach(async () => {
  base = freshFolder("supervise");
  source = `${base}/source`;
  mkdirSync(source);
  desk = await openTestCase(base);
});

afterEach(() => {
  desk.journal.close();
  rmSync(base, { recursive: true, force: true });
});

async function refusalOf(work: Promise<unknown>): Promise<OperatorError> {
  try {
    await work;
  } catch (error) {
    if (isOperatorError(error)) return error as OperatorError;
    throw error;
  }
  throw new Error("expected a refusal");
}

function supervise(changes: Partial<SupervisionOptions["job"]> = {}, signal = new AbortController().signal) {
  const { paths } = desk.theCase;
  const { manifest } = readDocument(paths.acquisition("M01")) as unknown as { manifest: AcquisitionBody };
  mkdirSync(paths.work("M01"), { recursive: true });
  const job: SupervisionOptions["job"] = {
    label: "M01",
    source,
    manifest: paths.manifest("M01"),
    manifestLines: manifest.files.lines,
    manifestBytes: manifest.bytes,
    image: null,
    workFile: paths.items("M01"),
    others: [],
    hashSets: { files: [], identity: "[]" },
    lockFile: paths.lock("M01"),
    spool: paths.spool("M01"),
    profile: defaultProfile,
    profileHash: profileHash(defaultProfile),
    passwords: { revision: 0, passwords: [] },
    watchLists: [],
    workers: 2,
    stallMs: testMachine.stallMs,
    workerMemoryMb: testMachine.workerMemoryMb,
    probe: { unreadable: [], unwritable: [] },
    threadEntry: null,
    ...changes,
  };
  return superviseEngine({ job, memoryMb: 4096, signal, onProgress: () => undefined, onLog: () => undefined });
}

describe("superviseEngine", () => {
  it("finishes an exhibit without entries, with the same digest every time", async () => {
    await acquireTestFolder(desk, source);
    const record = await processTestExhibit(desk);
    expect(record.counts).toEqual({ units: 0, unitsDone: 0, items: 0, contents: 0, zeroSlack: { items: 0, bytes: 0 } });
    expect(record.digest).toMatch(/^[0-9a-f]{64}$/);
    expect((await processTestExhibit(desk)).digest).toBe(record.digest);
    rmSync(desk.theCase.paths.work("M01"), { recursive: true });
    expect((await processTestExhibit(desk)).digest).toBe(record.digest);
  });

  it("stops with one sentence where the source is gone when the threads open it, and goes on when it is back", async () => {
    writeMixedEvidence(source, 30);
    await acquireTestFolder(desk, source);
    renameSync(source, `${base}/away`);
    const refusal = await refusalOf(supervise());
    expect(refusal).toMatchObject({ code: "source/gone", exit: 4 });
    expect(refusal.message).toContain(source);
    expect((await refusalOf(processTestExhibit(desk))).exit).toBe(4);
    renameSync(`${base}/away`, source);
    expect((await supervise()).outcome).toMatchObject({ complete: true, lostThreads: 0 });
  });

  it("gives up on threads that end before they begin, instead of replacing them for ever", async () => {
    writeMixedEvidence(source, 10);
    await acquireTestFolder(desk, source);
    await expect(supervise({ threadEntry: "file:///nowhere/thread.ts" })).rejects.toThrow();
  });

  it("reports a manifest of another length as our fault, not as a result", async () => {
    writeMixedEvidence(source, 10);
    await acquireTestFolder(desk, source);
    await expect(supervise({ manifestLines: 99 })).rejects.toThrow(/manifest has \d+ lines, not 99/);
  });

  it("starts nothing that was called off before, and the next run does it all", async () => {
    writeMixedEvidence(source, 30);
    await acquireTestFolder(desk, source);
    const called = new AbortController();
    called.abort();
    expect((await supervise({}, called.signal)).outcome).toMatchObject({ complete: false, unitsDone: 0, items: 0 });
    expect((await supervise()).outcome.complete).toBe(true);
  });

  it("names the holder of the exhibit's lock", async () => {
    await acquireTestFolder(desk, source);
    mkdirSync(desk.theCase.paths.work("M01"), { recursive: true });
    const holder = fileURLToPath(new URL("../../fixtures/hold-lock.ts", import.meta.url));
    const flags = process.execArgv.filter((flag) => flag === "--no-addons");
    const args = [...flags, holder, desk.theCase.paths.lock("M01")];
    const child = spawn(process.execPath, args, { stdio: ["pipe", "pipe", "inherit"] });
    await new Promise((resolve) => child.stdout.once("data", resolve));
    try {
      const refusal = await refusalOf(supervise());
      expect(refusal.exit).toBe(2);
      expect(refusal.message).toContain(String(child.pid));
    } finally {
      child.stdin.end();
    }
  });

  it("gives the sandbox's probes a chance to fail: all were refused, and each says what was tried", async () => {
    writeMixedEvidence(source, 5);
    await acquireTestFolder(desk, source);
    const { paths } = desk.theCase;
    const probe = {
      unreadable: [paths.journal],
      unwritable: [paths.journal, `${source}/d0/f0.html`, `${source}/vestige-probe`],
    };
    const { probes } = await supervise({ probe });
    expect(probes.map(({ tried }) => tried)).toHaveLength(7);
    expect(probes.filter(({ refused, tried }) => !refused && tried !== "open a connection")).toEqual([]);
    // What the engine may write must show as not refused.
    const open = await supervise({ probe: { unreadable: [`${source}/d0/f0.html`], unwritable: [paths.items("M01")] } });
    expect(open.probes.slice(0, 2).map(({ refused }) => refused)).toEqual([false, false]);
  });
});
