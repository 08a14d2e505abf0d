/**
 * An officer images a failing disk: a loop device where the machine allows one, else a file; three stretches of it cannot be
 * read. The machine goes down half-way. She continues, another maker's reader confirms, a byte changes later and is found.
 */
import { spawn } from "node:child_process";
import { closeSync, existsSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ImageBody } from "../../src/acquire/image/image-body.ts";
import { caseFlags, jsonLines, vestige, type CommandResult } from "../fixtures/command.ts";
import { compileCache } from "../fixtures/compile-cache.ts";
import { freshFolder } from "../fixtures/evidence-folder.ts";
import { mixedMedium } from "../fixtures/ewf-set.ts";
import { buildFaultShim, buildKillShim, killEnvironment, shimEnvironment } from "../fixtures/fault-shim.ts";
import { hex } from "../fixtures/imaging.ts";
import { attachLoop, detachLoops, outputOf } from "../fixtures/loop-device.ts";

const base = freshFolder("image-journey");
const home = join(base, "home");
const folder = join(base, "case");
const exhibit = join(folder, "exhibits", "M01");
const medium = join(base, "medium.img");
const size = 40 * 1024 * 1024;
const bytes = Buffer.from(mixedMedium(size));
for (let at = 0; at < size; at += 512) bytes.writeUInt32LE(at / 512, at);
const badRanges = [
  { first: 1000, count: 3 },
  { first: 20_007, count: 1 },
  { first: 81_919, count: 1 },
];
/** What an image of it holds. */
const expected = Buffer.from(bytes);
for (const { first, count } of badRanges) expected.fill(0, first * 512, (first + count) * 512);
const sha256 = hex("sha256", expected);

const [faults, kills] = [buildFaultShim(), buildKillShim()];
const noShim = "needs gcc and Linux";
let source = medium;

beforeAll(async () => {
  writeFileSync(medium, bytes);
  source = attachLoop(medium, "--read-only") ?? medium;
  const made = await vestige(["init", folder, ...caseFlags], { home });
  expect(made.exit, made.stderr).toBe(0);
  expect((await vestige(["intake", folder, "M01", "--description", "disk"], { home })).exit).toBe(0);
});

afterAll(() => {
  detachLoops();
  rmSync(base, { recursive: true, force: true });
});

/** Both shims at once: bad sectors, and reads so slow that there is a half-way. */
function environment(slowMs: number): Record<string, string> {
  const bad = badRanges.map(({ first, count }) => [first * 512, (first + count) * 512] as const);
  const failing = shimEnvironment(faults!, { path: source, bad, byPage: true });
  const slow = killEnvironment(kills!, slowMs > 0 ? { slow: { path: source, ms: slowMs } } : {});
  return { ...compileCache, ...failing, ...slow, LD_PRELOAD: `${faults!} ${kills!}` };
}

const acquire = (more: readonly string[], env: Record<string, string>, onStart?: (pid: number) => void) =>
  vestige(["acquire", folder, "M01", source, ...more, "--json"], {
    ...{ home, env },
    onStart: (child) => onStart?.(child.pid!),
  });

/** Blocks that the record beside the image vouches for: leaves without the line that counts them are not believed. */
function blocksKept(): number {
  const record = join(exhibit, "M01.resume.jsonl");
  const lines = existsSync(record) ? readFileSync(record, "utf8") : "";
  return Math.max(0, ...Array.from(lines.matchAll(/"blocks":(\d+).*\}\n/g), ([, blocks]) => Number(blocks)));
}

describe("a failing disk", () => {
  let resumedAt = 0;

  it("is being imaged as E01 when the machine goes down", async ({ skip }) => {
    if (faults === null || kills === null) return skip(noShim);
    let watch: NodeJS.Timeout | undefined;
    const cut = await acquire(["--format", "e01", "--segment-size", "1M"], environment(25), (pid) => {
      watch = setInterval(() => {
        if (blocksKept() > 3) process.kill(pid, "SIGKILL");
      }, 20);
    });
    clearInterval(watch);
    expect(cut.signal).toBe("SIGKILL");
    expect(readdirSync(exhibit).filter((name) => name.endsWith(".partial")).length).toBeGreaterThan(1);
    expect(existsSync(join(exhibit, "acquisition.json"))).toBe(false);
  });

  it("DA-09: is continued, every bad sector listed and nothing else filled", async ({ skip }) => {
    if (faults === null || kills === null) return skip(noShim);
    const made = await acquire(["--resume"], environment(0));
    expect(made.exit, made.stderr).toBe(1);
    expect(made.stderr).toMatch(/Continuing the acquisition that was begun/);
    expect(made.stderr).toMatch(/Unreadable: 5 sector\(s\) of 512 bytes in 3 range\(s\)/);
    const told = jsonLines(made).find(({ event }) => event === "acquisition");
    expect(told).toMatchObject({ bytes: size, badSectors: 5, badRanges, hashes: { sha256 } });
    [resumedAt] = told!["resumedAt"] as [number];
    expect(resumedAt).toBeGreaterThan(1 << 20);
    expect(readdirSync(exhibit).filter((name) => /\.(partial|jsonl|leaves)$/.test(name))).toEqual(["blocks.leaves"]);
  });

  it("DA-AO-01, DA-AO-02: holds the same for another maker's reader", ({ skip }) => {
    if (faults === null || kills === null) return skip(noShim);
    const said = outputOf("ewfverify", "-q", "-d", "sha256", join(exhibit, "M01.E01"));
    if (said === null) return skip("needs ewfverify (ewf-tools)");
    const { hashes } = manifest();
    expect(said).toMatch(/SUCCESS/);
    expect(said).toContain(hashes.md5);
    expect(said).toContain(sha256);
    expect(outputOf("ewfinfo", "-e", join(exhibit, "M01.E01"))).toMatch(/20007 - 20007 number: 1/);
    const exported = join(base, "exported");
    if (outputOf("ewfexport", "-u", "-q", "-f", "raw", "-t", exported, join(exhibit, "M01.E01")) === null) return;
    expect(hex("sha256", readFileSync(`${exported}.raw`))).toBe(sha256);
  });

  const manifest = () =>
    (JSON.parse(readFileSync(join(exhibit, "acquisition.json"), "utf8")) as { manifest: ImageBody }).manifest;

  it("DA-AO-23: is recorded as it was", ({ skip }) => {
    if (faults === null || kills === null) return skip(noShim);
    const body = manifest();
    expect(body).toMatchObject({
      bytes: size,
      badSectors: 5,
      badRanges,
      fill: "zeros",
      sectorBytes: 512,
      unstable: [],
    });
    expect(body.resumptions.map(({ at }) => at)).toEqual([resumedAt]);
    expect(body.source).toBe(source);
    if (source !== medium) expect(body).toMatchObject({ sourceKind: "device", medium: { readOnly: true } });
  });

  it("verifies, is refused a second time, and is in the report", async ({ skip }) => {
    if (faults === null || kills === null) return skip(noShim);
    const verified = await vestige(["verify", folder, "--own-only"], { home });
    expect(verified.exit, verified.stdout).toBe(0);
    expect(verified.stdout).toMatch(/image M01 .*read again/);
    expect((await acquire(["--format", "raw"], compileCache)).stderr).toMatch(/already acquired/);
    const report = await vestige(["report", folder, "--json"], { home });
    expect([0, 1], report.stderr).toContain(report.exit);
    const html = readdirSync(join(folder, "reports")).find((name) => name.endsWith(".html") && name !== "verify.html")!;
    const page = readFileSync(join(folder, "reports", html), "utf8");
    for (const part of [sha256, "M01.E01"]) expect(page).toContain(part);
  });

  it("DA-AO-08: names block and segment when a byte of it changed", async ({ skip }) => {
    if (faults === null || kills === null) return skip(noShim);
    const descriptor = openSync(join(exhibit, "M01.E03"), "r+");
    writeSync(descriptor, Buffer.from("!"), 0, 1, 500_000);
    closeSync(descriptor);
    const verified = await vestige(["verify", folder, "--own-only"], { home });
    expect(verified.exit).toBe(1);
    expect(verified.stdout).toMatch(/changed: M01\.E03: its SHA-256 differs/);
    expect(verified.stdout).toMatch(/bytes [\d,]+ to [\d,]+ of the medium \(from block \d+ on, .*\) in .*M01\.E03/);
    expect(verified.stdout).toMatch(/39 of 40 block\(s\) of 1 MiB still stand/);
  });
});

describe("what is refused says so", () => {
  const refused = async (args: readonly string[], words: RegExp): Promise<void> => {
    const { exit, stderr }: CommandResult = await vestige(args, { home });
    expect([exit, stderr]).toEqual([2, expect.stringMatching(words)]);
  };

  it("a source without --format, one mounted read-write, a target on the source", async ({ skip }) => {
    await refused(["acquire", medium, "--to", join(base, "x")], /--format raw/);
    const disk = join(base, "mounted.img");
    writeFileSync(disk, Buffer.alloc(4 << 20));
    const mounted = attachLoop(disk);
    const at = freshFolder("image-mount");
    if (mounted === null || outputOf("mkfs.ext4", "-q", mounted) === null || outputOf("mount", mounted, at) === null) {
      rmSync(at, { recursive: true });
      return skip("needs root, loop devices and mkfs.ext4");
    }
    try {
      await refused(["acquire", mounted, "--to", join(base, "x"), "--format", "raw"], /mounted read-write/);
      outputOf("mount", "-o", "remount,ro", at);
      await refused(["acquire", mounted, "--to", join(at, "x"), "--format", "e01"], /does not lie on the source/);
    } finally {
      outputOf("umount", at);
      rmSync(at, { recursive: true });
    }
  });

  it("an officer who stops it: exit 4, and what to do next", async () => {
    const program = fileURLToPath(new URL("../../src/main.ts", import.meta.url));
    const args = ["acquire", "-", "--to", join(base, "stopped"), "--format", "raw"];
    const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", program, ...args], {
      env: { PATH: process.env.PATH, HOME: home, VESTIGE_HOME: home, ...compileCache },
    });
    let said = "";
    child.stderr.on("data", (part: Buffer) => (said += part.toString()));
    child.stdin.write(bytes.subarray(0, 3 << 20));
    await new Promise<void>((resolve) => {
      const timer = setInterval(() => {
        if (!existsSync(join(base, "stopped.raw.partial"))) return;
        clearInterval(timer);
        resolve();
      }, 20);
    });
    child.kill("SIGINT");
    // Who writes the stream sees that nobody reads it any more.
    const exit = new Promise<number | null>((resolve) => child.once("exit", resolve));
    child.stdin.destroy();
    expect([await exit, said]).toEqual([4, expect.stringMatching(/Stopped; what came through the stream/)]);
  });
});
