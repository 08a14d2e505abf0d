/**
 * What the engine can do and what it does: the run's own probes, every system call of a whole run, what its environment and
 * the logs hold, and what a full disk does to it.
 */
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { lstatSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openRunLog } from "../../src/cli/run-log.ts";
import { readRunRecord } from "../../src/examine/run-record.ts";
import { openCase } from "../../src/case/case-folder.ts";
import { acquireTestFolder, openTestCase, processTestExhibit, testMachine } from "../fixtures/case-desk.ts";
import { caseFlags, vestige } from "../fixtures/command.ts";
import { freshFolder, writeMixedEvidence, writeTree } from "../fixtures/evidence-folder.ts";
import {
  callsOf,
  changedPaths,
  isNetworkUse,
  readSystemCalls,
  straceFlags,
  type SystemCall,
} from "../fixtures/system-calls.ts";
import { zip } from "../fixtures/zip-writer.ts";

const onLinux = process.platform === "linux";
const asRoot = process.getuid?.() === 0;
const canTrace = onLinux && spawnSync("strace", [...straceFlags, "-o", "/dev/null", "true"]).status === 0;
const main = fileURLToPath(new URL("../../src/main.ts", import.meta.url));
const passphrase = "canary-passphrase-quixotl";
const canary = { name: "canarynamevexil", text: "canarytextzorble" };

const base = freshFolder("sandbox");
const home = `${base}/home`;
// A path that means something to shells, globs and lists.
const source = `${base}/odd, 'name' *é;$(id) #1`;

const run = (args: string[], more: Parameters<typeof vestige>[1] = { home }) => vestige(args, { ...more, passphrase });

beforeAll(() => {
  writeMixedEvidence(source, 40);
  writeTree(source, {
    [`${canary.name}/${canary.name}.txt`]: `some words and ${canary.text} and more`,
    [`${canary.name}.zip`]: zip([
      { name: `${canary.name}.txt`, data: canary.text },
      { name: "bad", data: canary.text, packed: Buffer.alloc(9, 255) },
    ]),
    [`${canary.name}.pdf`]: `%PDF-1.7 ${canary.text}`,
    [`${canary.name}.docx`]: zip([
      { name: "[Content_Types].xml", data: `<${canary.text}` },
      { name: "word/document.xml", data: `<w:p>${canary.text}` },
    ]),
  });
});

afterAll(() => rmSync(base, { recursive: true, force: true }));

/** Path, size and modification of everything below a folder. */
function stateOf(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .sort()
    .map((name) => {
      const { size, mode, mtimeNs, ctimeNs, atimeNs } = lstatSync(`${folder}/${name}`, { bigint: true });
      return [name, size, mode, mtimeNs, ctimeNs, atimeNs].join(" ");
    });
}

describe("the sandbox of a real run", () => {
  it("refuses what evidence must not reach, from any source path, and leaves the source as it was", async () => {
    const folder = `${base}/probed`;
    const before = stateOf(source);
    const result = await run(["run", source, "--case", folder, ...caseFlags]);
    expect(result.exit, result.stderr).toBe(1);
    const record = readRunRecord(openCase(folder).paths, "M01");
    expect(record?.probes.length).toBeGreaterThan(6);
    const isolated = record?.measures.find(({ id }) => id === "network")?.enforced;
    expect(
      record?.probes.filter(({ refused, tried }) => !refused && (isolated || !tried.includes("connection"))),
    ).toEqual([]);
    for (const id of ["files", "processes", "environment"]) {
      expect(record?.measures.find((measure) => measure.id === id)?.enforced, id).toBe(true);
    }
    const after = stateOf(source);
    const withoutAccess = (lines: string[]) => lines.map((line) => line.slice(0, line.lastIndexOf(" ")));
    expect(withoutAccess(after)).toEqual(withoutAccess(before));
    if (onLinux && asRoot) {
      const isFile = (line: string) => lstatSync(`${source}/${line.split(" ").slice(0, -5).join(" ")}`).isFile();
      expect(after.filter(isFile)).toEqual(before.filter(isFile));
    }
  });

  it("gives the engine neither passphrase nor home", async ({ skip }) => {
    skip(!onLinux, "needs Linux");
    const folder = `${base}/environment`;
    expect((await run(["init", folder, ...caseFlags])).exit).toBe(0);
    const seen = new Map<number, string>();
    let running = true;
    const watch = async (pid: number): Promise<void> => {
      while (running) {
        for (const child of descendantsOf(pid)) {
          const text = readText(`/proc/${child}/environ`);
          if (readText(`/proc/${child}/cmdline`).includes("examine/engine") && text !== "") seen.set(child, text);
        }
        await delay(10);
      }
    };
    const result = await run(["run", source, "--case", folder], {
      home,
      onStart: (child) => void watch(child.pid as number),
    });
    running = false;
    expect(result.exit, result.stderr).toBe(1);
    expect(seen.size).toBeGreaterThan(0);
    for (const text of seen.values()) {
      const names = text
        .split("\0")
        .filter((one) => one !== "")
        .map((one) => one.slice(0, one.indexOf("=")));
      expect(text).not.toContain(passphrase);
      const known = ["TZ", "PATH", "LANG", "TMPDIR", "TEMP", "NODE_CHANNEL_FD", "NODE_CHANNEL_SERIALIZATION_MODE"];
      expect(names.filter((name) => !known.includes(name))).toEqual([]);
    }
  });
});

function readText(file: string): string {
  try {
    return readFileSync(file, "latin1");
  } catch {
    return "";
  }
}

function descendantsOf(pid: number): number[] {
  const children = readText(`/proc/${pid}/task/${pid}/children`).split(" ").filter(Boolean).map(Number);
  return children.flatMap((child) => [child, ...descendantsOf(child)]);
}

describe("the system calls of a whole run", () => {
  it("write the work folder only, never the source, and reach for no network", async ({ skip }) => {
    skip(!canTrace, "needs strace and ptrace");
    const folder = `${base}/traced`;
    const trace = `${base}/trace`;
    const flags = [
      "--disable-warning=ExperimentalWarning",
      ...process.execArgv.filter((flag) => flag === "--no-addons"),
    ];
    const command = [process.execPath, ...flags, main, "run", source, "--case", folder, ...caseFlags];
    const env = {
      PATH: process.env.PATH,
      HOME: home,
      VESTIGE_HOME: home,
      XDG_RUNTIME_DIR: home,
      VESTIGE_PASSPHRASE: passphrase,
    };
    const child = spawn("strace", [...straceFlags, "-o", trace, ...command], {
      env,
      stdio: ["ignore", "ignore", "pipe"],
    });
    const said: Buffer[] = [];
    child.stderr.on("data", (bytes: Buffer) => said.push(bytes));
    const exit = await new Promise((resolve) => child.once("close", resolve));
    expect(exit, Buffer.concat(said).toString()).toBe(1);
    const calls = readSystemCalls(trace);
    const engine = callsOf(calls, "src/examine/engine.ts");
    const work = `${folder}/work/M01`;
    const writes = engine.flatMap(changedPaths);
    // The trace shows what it is asked about: without these it would prove nothing.
    expect(writes.filter((path) => path.startsWith(`${work}/items.db`)).length).toBeGreaterThan(0);
    expect(calls.flatMap(changedPaths).some((path) => path.includes("journal.jsonl"))).toBe(true);
    expect(engine.some(({ name, args }) => name === "openat" && /\/proc\/self\/fd\/\d+\/f0\.html/.test(args))).toBe(
      true,
    );
    const allowed = (path: string) =>
      path === work || path.startsWith(`${work}/`) || /^\/dev\/(null|tty|pts|shm\/)/.test(path);
    expect([...new Set(writes.filter((path) => !allowed(path)))]).toEqual([]);
    // No relative paths to slip through: the same holds of the whole tree and the source.
    const intoSource = (path: string) => unescaped(path).startsWith(source) || /^\/proc\/(self|\d+)\/fd\//.test(path);
    expect(calls.flatMap(changedPaths).filter(intoSource)).toEqual([]);
    expect(calls.filter(isNetworkUse).map(show)).toEqual([]);
    expect(calls.some(({ name }) => name === "socketpair" || name === "socket")).toBe(true);
    const started = engine.filter(({ name, result }) => name === "execve" && result === "0");
    // `unshare`, where there is one, and then the engine in its place: nothing else is ever started.
    expect(started.map(({ thread }) => thread)).toEqual(started.map(() => engine[0].thread));
    expect(started.length).toBeLessThanOrEqual(2);
    for (const { args } of started) expect(args).not.toContain(passphrase);
  });
});

const show = ({ name, args, result }: SystemCall) => `${name}(${args.slice(0, 300)}) = ${result}`;

/** strace writes bytes above ASCII in octal. */
function unescaped(path: string): string {
  const latin = path.replace(/\\([0-7]{1,3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
  return Buffer.from(latin, "latin1").toString("utf8");
}

describe("the logs", () => {
  it("name items by id: no name, no text, no secret, also where readers and threads fail", async () => {
    const place = `${base}/logged`;
    const evidence = `${place}/source`;
    writeTree(evidence, {
      [`${canary.name}-throw.txt`]: `POISON-throw ${canary.text}`,
      [`${canary.name}-exit.txt`]: `POISON-exit ${canary.text}`,
      [`${canary.name}.txt`]: canary.text,
    });
    const desk = await openTestCase(place, { ...testMachine, workerMemoryMb: 96 });
    await acquireTestFolder(desk, evidence);
    const threadEntry = new URL("../fixtures/poison-thread.ts", import.meta.url).href;
    const record = await processTestExhibit(desk, { threadEntry, onLog: openRunLog(desk.theCase.paths) });
    expect(record.lostThreads).toBeGreaterThan(0);
    const logs = readdirSync(desk.theCase.paths.logs).map((name) =>
      readFileSync(`${desk.theCase.paths.logs}/${name}`, "utf8"),
    );
    const lines = logs.join("").trim().split("\n");
    expect(lines.some((line) => line.includes('"reader-fault"'))).toBe(true);
    expect(lines.some((line) => line.includes('"thread-lost"'))).toBe(true);
    for (const line of lines) {
      expect(JSON.parse(line)).toHaveProperty("event");
      expect(line).not.toMatch(new RegExp(`${canary.name}|${canary.text}|passphrase|POISON`));
    }
    desk.journal.close();
  });

  it("of a real run hold no canary, nor does the journal hold the passphrase", () => {
    const folder = `${base}/probed`;
    for (const part of ["logs", "custody"]) {
      for (const name of readdirSync(`${folder}/${part}`, { recursive: true, encoding: "utf8" })) {
        if (!lstatSync(`${folder}/${part}/${name}`).isFile()) continue;
        const text = readFileSync(`${folder}/${part}/${name}`, "latin1");
        expect(text).not.toContain(passphrase);
        if (part === "logs") expect(text).not.toMatch(new RegExp(`${canary.name}|${canary.text}`));
      }
    }
    expect(readFileSync(`${folder}/work/M01/run.json`, "utf8")).not.toContain(passphrase);
    const known = /^((items|inflight|lock)\.db(-wal|-shm)?|lock\.db\.holder|run\.json|spool)$/;
    expect(readdirSync(`${folder}/work/M01`).filter((name) => !known.test(name))).toEqual([]);
  });
});

describe("a disk that is full in mid-run", () => {
  const large = zip([{ name: "large", data: Buffer.alloc(12 << 20, "words of a large child ") }]);

  it.for([
    ["the work file", "600k", {}],
    ["the spool of a large child", "10m", { "large.zip": large }],
  ] as const)("(%s) stops the run, which continues to the same result", async ([what, size, more], { skip }) => {
    skip(!onLinux || !asRoot, "needs Linux and root");
    const place = `${base}/full ${what}`;
    writeMixedEvidence(`${place}/source`, 200);
    writeTree(`${place}/source`, more);
    const desk = await openTestCase(place);
    await acquireTestFolder(desk, `${place}/source`);
    const work = desk.theCase.paths.work("M01");
    const { digest } = await processTestExhibit(desk);
    rmSync(work, { recursive: true });
    mkdirSync(work);
    execFileSync("mount", ["-t", "tmpfs", "-o", `size=${size}`, "none", work]);
    try {
      const full = { code: "case/disk-full", exit: 4, message: expect.stringContaining("is full; free some space") };
      await expect(processTestExhibit(desk)).rejects.toMatchObject(full);
      // Nothing is gained by trying again before there is room, and nothing is lost.
      await expect(processTestExhibit(desk)).rejects.toMatchObject(full);
      execFileSync("mount", ["-o", "remount,size=128m", work]);
      const rest = await processTestExhibit(desk);
      expect(rest.counts.unitsDone).toBe(rest.counts.units);
      expect(rest.digest).toBe(digest);
    } finally {
      desk.journal.close();
      spawnSync("umount", [work]);
    }
  });
});
