/**
 * Interrupted, and continued: by the officer's Ctrl-C at any moment, by a source that goes away, by a profile that changes.
 * Whatever happens, nothing is lost and the final result set equals the uninterrupted one.
 */
import { cpSync, existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openCase } from "../../src/case/case-folder.ts";
import { digestCase } from "../../src/case/digest.ts";
import { caseFlags, vestige, type CommandResult } from "../fixtures/command.ts";
import { freshFolder, randomOf, writeMixedEvidence } from "../fixtures/evidence-folder.ts";
import { journalBodies } from "../fixtures/journal-bodies.ts";

const campaign = process.env.VESTIGE_CAMPAIGN === "1";
const seed = Number(process.env.VESTIGE_SEED ?? 3);
const stops = campaign ? 60 : 2;
const base = freshFolder("resume-journey");
const home = `${base}/home`;
const source = `${base}/source`;
const acquired = `${base}/acquired`;
let expected = "";

// A session is open: the passphrase, made slow on purpose, is asked for once.
const run = (...args: string[]) => vestige(args, { home, passphrase: null });

beforeAll(async () => {
  writeMixedEvidence(source, campaign ? 3000 : 800, seed);
  // Without native calls the first listing moves the folders' access times; later ones do not.
  readdirSync(source, { recursive: true });
  await openCaseIn(acquired);
  expect((await run("intake", acquired, "M01")).exit).toBe(0);
  const acquisition = await run("acquire", acquired, "M01", source);
  expect(acquisition.exit, acquisition.stderr).toBe(0);
  const whole = copyOf("whole");
  const result = await run("process", whole, "--workers", "1");
  expect(result.exit, result.stderr).toBeLessThanOrEqual(1);
  expected = await digestOf(whole);
});

afterAll(() => rmSync(base, { recursive: true, force: true }));

async function openCaseIn(folder: string): Promise<void> {
  expect((await vestige(["init", folder, ...caseFlags], { home })).exit).toBe(0);
  expect((await vestige(["login", folder], { home })).exit).toBe(0);
}

/** A case that is acquired and not processed. */
function copyOf(name: string): string {
  cpSync(acquired, `${base}/${name}`, { recursive: true });
  return `${base}/${name}`;
}

async function digestOf(folder: string): Promise<string> {
  const { exhibits } = digestCase(openCase(folder), ["M01"]);
  expect(exhibits[0]).toMatchObject({ complete: true });
  return exhibits[0].digest;
}

/** Exit 4, one sentence, no stack. */
function expectStopped(result: CommandResult, words: RegExp): void {
  expect(result.exit, result.stderr).toBe(4);
  const said = result.stderr.split("\n").filter((line) => line.startsWith("vestige: "));
  expect(said, result.stderr).toHaveLength(1);
  expect(said[0]).toMatch(words);
  expect(result.stderr).not.toMatch(/\n\s+at /);
}

interface Interruption {
  readonly args: readonly string[];
  /** True when it is time; asked often. */
  readonly when: () => boolean;
  readonly act: (pid: number) => void;
}

/** Runs a command and acts once its time has come, if it still runs then. */
async function interrupted({ args, when, act }: Interruption): Promise<CommandResult & { acted: boolean }> {
  let acted = false;
  let running = true;
  const watch = async (pid: number): Promise<void> => {
    while (running && !when()) await delay(5);
    if (!running) return;
    acted = true;
    act(pid);
  };
  const result = await vestige(args, { home, passphrase: null, onStart: (child) => void watch(child.pid as number) });
  running = false;
  return { ...result, acted };
}

const interrupt = (pid: number): void => void process.kill(pid, "SIGINT");
const after = (milliseconds: number): (() => boolean) => {
  const end = performance.now() + milliseconds;
  return () => performance.now() > end;
};
/** Once the engine has its work file open. */
const atWork = (folder: string) => () => existsSync(`${folder}/work/M01/items.db-wal`);

describe("Ctrl-C", () => {
  it("stops processing at work, says how to continue, and continuing comes to the same result", async () => {
    const folder = copyOf("stopped");
    const random = randomOf(seed);
    let last = 0;
    let hits = 0;
    for (let stop = 0; stop < stops; stop++) {
      // By turns while the work file is being written, and at any moment.
      const when = stop % 2 === 0 ? atWork(folder) : after(300 + random() * 1500);
      const result = await interrupted({ args: ["process", folder], when, act: interrupt });
      // Before the program listens, or after its end, the signal ends it as any program.
      if (result.signal === "SIGINT") continue;
      if (!result.acted || result.exit !== 4) {
        expect(result.exit, result.stderr).toBeLessThanOrEqual(1);
        break;
      }
      hits += 1;
      expectStopped(result, /nothing is lost.*vestige process/i);
      const file = `${folder}/work/M01/run.json`;
      if (!existsSync(file)) continue;
      const { counts, digest } = JSON.parse(readFileSync(file, "utf8")) as {
        counts: { unitsDone: number };
        digest: null;
      };
      expect(digest).toBeNull();
      // What is done stays done.
      expect(counts.unitsDone).toBeGreaterThanOrEqual(last);
      last = counts.unitsDone;
    }
    expect(hits).toBeGreaterThan(0);
    const rest = await run("process", folder);
    expect(rest.exit, rest.stderr).toBeLessThanOrEqual(1);
    expect(await digestOf(folder)).toBe(expected);
    expect((await run("verify", folder)).exit).toBe(0);
    const spool = `${folder}/work/M01/spool`;
    if (existsSync(spool)) expect(readdirSync(spool)).toEqual([]);
  });

  it("before the engine is ready stops it as well", async () => {
    const folder = copyOf("early");
    // The folder of the work file is made right before the engine is started.
    const when = () => existsSync(`${folder}/work/M01`);
    const result = await interrupted({ args: ["process", folder], when, act: interrupt });
    expectStopped(result, /nothing is lost/i);
    const rest = await run("process", folder);
    expect(rest.exit, rest.stderr).toBeLessThanOrEqual(1);
    expect(await digestOf(folder)).toBe(expected);
  });

  it("stops an acquisition, which continues to the same manifest", async () => {
    const folder = `${base}/half`;
    await openCaseIn(folder);
    expect((await run("intake", folder, "M01")).exit).toBe(0);
    const partial = `${folder}/exhibits/M01/files.jsonl.partial`;
    const args = ["acquire", folder, "M01", source, "--workers", "1"];
    const result = await interrupted({ args, when: () => existsSync(partial), act: interrupt });
    expectStopped(result, /nothing is lost/i);
    expect(existsSync(partial)).toBe(true);
    const again = await run(...args);
    expect(again.exit, again.stderr).toBe(0);
    const lines = (of: string) => readFileSync(`${of}/exhibits/M01/files.jsonl`);
    // Reading moved no time that the manifest records, so both are the same bytes.
    expect(lines(folder).equals(lines(acquired))).toBe(true);
    expect((await run("verify", folder)).exit).toBe(0);
    const acts = journalBodies(folder).filter(({ act }) => act === "acquire");
    expect(acts.map(({ phase }) => phase)).toEqual(["intent", "done"]);
  });
});

describe("a source that goes away in mid-run", () => {
  it("stops the run with one sentence; back in its place, the run comes to the same result", async () => {
    const folder = copyOf("unplugged");
    const backup = `${base}/backup`;
    cpSync(source, backup, { recursive: true, preserveTimestamps: true });
    // Renamed first: at no moment is there a source with some files missing.
    const unplug = () => {
      renameSync(source, `${base}/gone`);
      rmSync(`${base}/gone`, { recursive: true });
    };
    const result = await interrupted({
      args: ["process", folder, "--workers", "1"],
      when: atWork(folder),
      act: unplug,
    });
    expect(result.acted).toBe(true);
    expectStopped(result, /is gone; reconnect it/);
    renameSync(backup, source);
    const rest = await run("process", folder);
    expect(rest.exit, rest.stderr).toBeLessThanOrEqual(1);
    expect(await digestOf(folder)).toBe(expected);
  });
});

describe("a profile that changes between runs", () => {
  it("rebuilds the work file, says so, and records it; changed back, the result is the first one again", async () => {
    const folder = copyOf("profile");
    const stopped = await interrupted({ args: ["process", folder], when: atWork(folder), act: interrupt });
    expect(stopped.exit, stopped.stderr).toBe(4);
    const file = `${folder}/profile.json`;
    const before = readFileSync(file, "utf8");
    const profile = JSON.parse(before) as { budgets: { depth: number } };
    profile.budgets.depth = 1;
    writeFileSync(file, JSON.stringify(profile));
    const result = await run("process", folder);
    expect(result.exit, result.stderr).toBe(1);
    expect(result.stderr).toMatch(/profile or a watch-list changed/);
    expect(await digestOf(folder)).not.toBe(expected);
    const removed = journalBodies(folder).filter(({ act }) => act === "work-file-removed");
    expect(removed).toHaveLength(1);
    expect(removed[0]).toMatchObject({ exhibit: "M01", details: { reason: "profile" } });
    writeFileSync(file, before);
    expect((await run("process", folder)).exit).toBeLessThanOrEqual(1);
    expect(await digestOf(folder)).toBe(expected);
    expect((await run("verify", folder)).exit).toBe(0);
  });
});
