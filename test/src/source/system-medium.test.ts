/** The real thing: files and loop devices of this machine, and reads that the C library refuses. */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, realpathSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { SourceErrors } from "../../../src/source/acquisition-source.ts";
import { openMedium } from "../../../src/source/medium.ts";
import { openSource } from "../../../src/source/open-source.ts";
import { markedBytes } from "../../fixtures/faulty-medium.ts";
import { buildFaultShim, shimEnvironment, type ShimFaults } from "../../fixtures/fault-shim.ts";
import { attachLoop, detachLoops, outputOf } from "../../fixtures/loop-device.ts";

const folder = realpathSync(mkdtempSync(join(tmpdir(), "vestige-medium-")));
const file = join(folder, "medium.img");
const bytes = markedBytes(4 << 20, 512);
const program = fileURLToPath(new URL("../../fixtures/read-source.ts", import.meta.url));
const needsLoop = "needs root and loop devices";

beforeAll(() => writeFileSync(file, bytes));
afterAll(() => {
  detachLoops();
  rmSync(folder, { recursive: true, force: true });
});

function sha256(content: Uint8Array): string {
  return createHash("sha256").update(content).digest("hex");
}

interface Outcome {
  readonly sha256: string;
  readonly errors: SourceErrors;
  readonly notes: readonly string[];
  readonly sectorBytes: number;
}

/** Null without the shim. */
function readWithFaults(faults: ShimFaults): Outcome | null {
  const library = buildFaultShim();
  if (library === null) return null;
  const flags = ["--disable-warning=ExperimentalWarning", ...process.execArgv.filter((flag) => flag === "--no-addons")];
  const child = spawnSync(process.execPath, [...flags, program, faults.path], {
    encoding: "utf8",
    env: { ...process.env, ...shimEnvironment(library, faults) },
  });
  expect(child.stderr).toBe("");
  return JSON.parse(child.stdout) as Outcome;
}

function zeroed(...ranges: readonly (readonly [number, number])[]): Buffer {
  const content = Buffer.from(bytes);
  for (const [start, end] of ranges) content.fill(0, start, end);
  return content;
}

/** Direct reads of this file system, told by trying. */
function readsDirectly(path: string): boolean {
  const medium = openMedium(path);
  medium.readAgain(Buffer.alloc(512), 0, 512, 0);
  medium.close();
  return medium.cachedBecause === null;
}

describe("reads past the page cache", () => {
  it("give the same bytes at any place and length, up to a cut end", () => {
    const cut = join(folder, "cut.img");
    writeFileSync(cut, bytes.subarray(0, 1_000_003));
    const medium = openMedium(cut);
    const target = Buffer.alloc(600_000, 0xa5);
    for (const [at, length] of [
      [0, 512],
      [4096, 262_144],
      [512, 1536],
      [700, 100],
      [999_936, 67],
    ] as const) {
      const got = medium.readAgain(target, 7, length, at);
      expect([at, got]).toEqual([at, Math.min(length, 262_144)]);
      expect(target.subarray(7, 7 + got).equals(bytes.subarray(at, at + got))).toBe(true);
    }
    expect(medium.readAgain(target, 0, 512, 1_000_448)).toBe(0);
    expect(medium.readAgain(target, 0, 400_000, 0)).toBeGreaterThan(0);
    medium.close();
  });
});

describe("loop devices", () => {
  for (const sector of [512, 4096]) {
    it(`with sectors of ${sector} bytes are read in full, twice, the second time directly`, ({ skip }) => {
      const device = attachLoop(file, "--read-only", "--sector-size", String(sector));
      if (device === null) return skip(needsLoop);
      const source = openSource({ kind: "medium", path: device }, { reread: true });
      const all = Buffer.alloc(bytes.length);
      for (let at = 0; at < all.length; at += 262_144) source.readInto(all.subarray(at, at + 262_144), at);
      source.checkUnchanged();
      expect([source.size, source.sectorBytes, source.notes]).toEqual([bytes.length, sector, []]);
      expect(all.equals(bytes)).toBe(true);
      source.close();
    });

    it(`with sectors of ${sector} bytes lose single sectors only, although the cache fails by pages`, ({ skip }) => {
      const device = attachLoop(file, "--read-only", "--sector-size", String(sector));
      if (device === null) return skip(needsLoop);
      const bad = [3, 100, 101, 900].map((each) => [each * sector, (each + 1) * sector] as const);
      const read = readWithFaults({ path: device, bad, byPage: true });
      if (read === null) return skip("needs gcc");
      expect([read.errors.badRanges, read.errors.unstable, read.notes, read.sectorBytes]).toEqual([
        [
          { first: 3, count: 1 },
          { first: 100, count: 2 },
          { first: 900, count: 1 },
        ],
        [],
        [],
        sector,
      ]);
      expect(read.sha256).toBe(sha256(zeroed(...bad)));
    });
  }

  it("are opened for reading only, and nothing else is done with them (REQ-SRC-1, DA-AO-24)", ({ skip }) => {
    const device = attachLoop(file);
    if (device === null) return skip(needsLoop);
    const trace = join(folder, "trace");
    const traced = ["-f", "-y", "-o", trace, "-e", "trace=all", process.execPath, program, device];
    if (outputOf("strace", ...traced) === null) return skip("needs strace");
    const onDevice = readFileSync(trace, "latin1")
      .split("\n")
      .filter((line) => line.includes(`"${device}"`) || line.includes(`<${device}`));
    const calls = new Set(onDevice.map((line) => /^\d+ +(?:<\.\.\. )?([a-z0-9_]+)[( ]/.exec(line)?.[1]));
    expect(calls).toContain("pread64");
    const harmless = ["execve", "openat", "pread64", "statx", "fstat", "newfstatat", "close"];
    expect([...calls].filter((call) => !harmless.includes(call ?? ""))).toEqual([]);
    const opened = onDevice.filter((line) => line.includes("openat("));
    expect(opened.length).toBeGreaterThan(0);
    for (const line of opened) expect(line).toMatch(/O_RDONLY(\|O_CLOEXEC|\|O_DIRECT)*(\)| <unfinished)/);
    expect(readFileSync(file).equals(bytes)).toBe(true);
  });

  it("whose file was cut say their old size: an error, not an image with bad sectors", ({ skip }) => {
    const cut = join(folder, "shrinking.img");
    writeFileSync(cut, bytes);
    const device = attachLoop(cut, "--read-only");
    if (device === null) return skip(needsLoop);
    const source = openSource({ kind: "medium", path: device });
    const chunk = Buffer.alloc(262_144);
    expect(source.readInto(chunk, 0)).toBe(chunk.length);
    truncateSync(cut, 3 << 20);
    expect(source.size).toBe(4 << 20);
    const changed = { code: "source/size-changed", exit: 4 };
    expect(() => source.readInto(chunk, 3 << 20)).toThrow(expect.objectContaining(changed));
    expect(() => source.checkUnchanged()).toThrow(expect.objectContaining(changed));
    expect(source.errors.badRanges).toEqual([]);
    source.close();
  });

  it("that lead to another medium by now are gone", ({ skip }) => {
    const device = attachLoop(file, "--read-only");
    if (device === null) return skip(needsLoop);
    const medium = openMedium(device);
    expect(medium.sizeNow()).toBe(bytes.length);
    medium.close();
    detachLoops();
    expect(medium.sizeNow()).not.toBe(bytes.length);
    const again = attachLoop(file, "--read-only");
    if (again === device) expect(medium.sizeNow()).toBe(null);
  });
});

describe("files", () => {
  it("lose single sectors only, where their file system reads directly", ({ skip }) => {
    if (!readsDirectly(file)) skip("needs a file system with direct reads");
    const bad = [
      [0, 1],
      [5000, 5001],
      [4_194_303, 4_194_304],
    ] as const;
    const read = readWithFaults({ path: file, bad, byPage: true });
    if (read === null) return skip("needs gcc");
    expect(read.errors.badRanges).toEqual([0, 9, 8191].map((first) => ({ first, count: 1 })));
    expect(read.sha256).toBe(sha256(zeroed([0, 512], [4608, 5120], [4_193_792, 4_194_304])));
  });

  it("that grow or shrink while they are read are an error", () => {
    const path = join(folder, "growing.img");
    for (const size of [4096, 12_288]) {
      writeFileSync(path, bytes.subarray(0, 8192));
      const source = openSource({ kind: "medium", path });
      truncateSync(path, size);
      const changed = expect.objectContaining({ code: "source/size-changed", exit: 4 }) as Error;
      if (size < 8192) expect(() => source.readInto(Buffer.alloc(8192), 0)).toThrow(changed);
      expect(() => source.checkUnchanged()).toThrow(changed);
      source.close();
    }
  });

  it("that cannot be opened are the officer's", () => {
    const absent = { kind: "medium", path: join(folder, "absent") } as const;
    expect(() => openSource(absent)).toThrow(expect.objectContaining({ code: "source/unreadable", exit: 2 }));
  });
});
