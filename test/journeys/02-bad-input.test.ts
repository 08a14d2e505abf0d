/** Bad input: one clear sentence, the right exit code, nothing lost. */
import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { caseFlags, vestige, type CommandResult } from "../fixtures/command.ts";
import { freshFolder, writeMixedEvidence } from "../fixtures/evidence-folder.ts";

const base = freshFolder("bad");
const home = `${base}/home`;
const source = `${base}/source`;
const good = `${base}/good`;
const canMount = process.platform === "linux" && process.getuid?.() === 0;

beforeAll(async () => {
  writeMixedEvidence(source, 40);
  const run = await vestige(["run", source, "--case", good, ...caseFlags], { home });
  expect(run.exit, run.stderr).toBeLessThanOrEqual(1);
});

afterAll(() => rmSync(base, { recursive: true, force: true }));

/** One sentence on stderr that says what was expected, no stack, and the exit code. */
function expectSentence(result: CommandResult, exit: number, words: RegExp): void {
  expect(result.exit, result.stderr).toBe(exit);
  const said = result.stderr.split("\n").filter((line) => line.startsWith("vestige: "));
  expect(said, result.stderr).toHaveLength(1);
  expect(said[0]).toMatch(words);
  expect(result.stderr).not.toMatch(/\n\s+at /);
}

const run = (from: string, to: string, more: string[] = caseFlags) =>
  vestige(["run", from, "--case", to, ...more], { home });

describe("bad input", () => {
  it("an absent source", async () => {
    expectSentence(await run(`${base}/nowhere`, `${base}/c1`), 2, /found nothing there/);
    expect(existsSync(`${base}/c1`)).toBe(false);
  });

  it("a source that is a file", async () => {
    expectSentence(await run(`${source}/d0/f0.html`, `${base}/c2`), 2, /found a file/);
  });

  it("a case inside the source, also through a link", async () => {
    expectSentence(await run(source, `${source}/case`), 2, /outside the evidence/);
    symlinkSync(source, `${base}/link`);
    expectSentence(await run(source, `${base}/link/case`), 2, /outside the evidence/);
    expect(existsSync(`${source}/case`)).toBe(false);
  });

  it("a source inside the case", async () => {
    expectSentence(await run(`${good}/reports`, good, ["--label", "M02"]), 2, /outside the case/);
  });

  it("another source under the label of an acquired exhibit", async () => {
    mkdirSync(`${base}/other`);
    expectSentence(await run(`${base}/other`, good, []), 2, /was acquired from .*label of its own/);
  });

  it("everything missing is listed at once where nobody can be asked", async () => {
    const result = await run(source, `${base}/c3`, []);
    expectSentence(result, 2, /--number, --officer, --authority, --scope/);
    expectSentence(await vestige(["run", source], { home }), 2, /--case/);
  });

  it("an empty folder is acquired as empty", async () => {
    mkdirSync(`${base}/empty`);
    const result = await run(`${base}/empty`, `${base}/c4`);
    expect(result.exit, result.stderr).toBe(0);
    expect(result.stdout).toContain("0 in all");
    expect(result.stderr).toContain("holds nothing");
  });

  it("a wrong passphrase, and none", async () => {
    expectSentence(await vestige(["process", good], { home, passphrase: "wrong" }), 2, /passphrase/i);
    expectSentence(await vestige(["process", good], { home, passphrase: null }), 2, /passphrase/i);
  });

  it("a case that is not one, is damaged, or is newer", async () => {
    expectSentence(await vestige(["process", `${base}/nowhere`], { home }), 2, /found nothing there/);
    expectSentence(await vestige(["process", source], { home }), 2, /no case\.json/);
    const copy = (name: string) => {
      cpSync(good, `${base}/${name}`, { recursive: true });
      return `${base}/${name}`;
    };
    const torn = copy("torn");
    writeFileSync(`${torn}/case.json`, "{");
    expectSentence(await vestige(["process", torn], { home }), 2, /case\.json/);
    const newer = copy("newer");
    const text = readFileSync(`${newer}/case.json`, "utf8");
    writeFileSync(`${newer}/case.json`, text.replace('"format": 1', '"format": 99'));
    expectSentence(await vestige(["process", newer], { home }), 2, /newer Vestige/);
  });

  it("a damaged journal stops every act and loses nothing", async () => {
    const copy = `${base}/journal`;
    cpSync(good, copy, { recursive: true });
    const file = `${copy}/custody/journal.jsonl`;
    const bytes = readFileSync(file);
    bytes[bytes.length - 60] ^= 1;
    writeFileSync(file, bytes);
    const result = await vestige(["process", copy], { home });
    expectSentence(result, 2, /journal/);
    expect(readFileSync(file).equals(bytes)).toBe(true);
  });

  it("a changed manifest is not processed", async () => {
    const copy = `${base}/manifest`;
    cpSync(good, copy, { recursive: true });
    rmSync(`${copy}/work/M01`, { recursive: true });
    const file = `${copy}/exhibits/M01/files.jsonl`;
    writeFileSync(file, readFileSync(file, "utf8").replace('"size":500', '"size":501'));
    expectSentence(await vestige(["process", copy], { home }), 2, /manifest/);
  });

  it("two processes on one exhibit: the second is told who holds it", async () => {
    const copy = `${base}/two`;
    cpSync(good, copy, { recursive: true });
    rmSync(`${copy}/work/M01`, { recursive: true });
    mkdirSync(`${copy}/work/M01`);
    const holder = new URL("../fixtures/hold-lock.ts", import.meta.url).pathname;
    const flags = process.execArgv.filter((flag) => flag === "--no-addons");
    const { spawn } = await import("node:child_process");
    const child = spawn(process.execPath, [...flags, holder, `${copy}/work/M01/lock.db`], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    await new Promise((resolve) => child.stdout.once("data", resolve));
    const result = await vestige(["process", copy], { home });
    child.stdin.end();
    expectSentence(result, 2, new RegExp(String(child.pid)));
  });

  it("a full disk: stopped, and continued once there is space", async ({ skip }) => {
    skip(!canMount, "needs root and tmpfs");
    const small = `${base}/small`;
    mkdirSync(small);
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=500k", "none", small]);
    try {
      const result = await run(source, `${small}/case`);
      expectSentence(result, 4, /full/);
      execFileSync("mount", ["-o", "remount,size=64m", small]);
      const again =
        existsSync(`${small}/case/case.json`) && readdirSync(`${small}/case/custody`).includes("journal.jsonl");
      const resumed = await run(source, `${small}/case`, again ? [] : caseFlags);
      expect(resumed.exit, resumed.stderr).toBeLessThanOrEqual(1);
      expect((await vestige(["verify", `${small}/case`], { home })).exit).toBe(0);
    } finally {
      spawnSync("umount", [small]);
    }
  });

  it("unknown commands and flags, with a suggestion", async () => {
    const typo = await vestige(["serch", good, "x"], { home });
    expect(typo.exit).toBe(2);
    const flag = await vestige(["process", good, "--worker", "2"], { home });
    expect(flag.exit).toBe(2);
    expect(flag.stderr).toContain("--workers");
    expectSentence(await vestige(["process", good, "--workers", "many"], { home }), 2, /whole number/);
  });
});
