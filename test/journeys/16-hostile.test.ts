/**
 * Files made to break readers: bombs, archives that lie, damaged file systems, the finds of fuzzers. An officer takes them all in one go; the
 * run ends, every item has a state, nothing crashes, and memory and the case stay small.
 */
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openCase } from "../../src/case/case-folder.ts";
import { WorkFileReader } from "../../src/case/work-file-reader.ts";
import { readRunRecord, type RunRecord } from "../../src/examine/run-record.ts";
import { measure, type Measured } from "../bench/folder/measure.ts";
import { caseFlags } from "../fixtures/command.ts";
import { compileCache } from "../fixtures/compile-cache.ts";
import { freshFolder } from "../fixtures/evidence-folder.ts";
import { publishedData } from "../fixtures/published-media.ts";

const source = join(publishedData, "hostile");
const absent = existsSync(source) ? null : "needs the published data beside the project";
const main = fileURLToPath(new URL("../../src/main.ts", import.meta.url));
const base = freshFolder("hostile");
const folder = join(base, "case");
/** Of the whole tree of processes; each thread may have 1024 MB. */
const mostMemory = 3 * 2 ** 30;
/** What the run may leave: results and texts of 10 MB of files, not what the bombs unpack to. */
const mostCaseBytes = 256 * 2 ** 20;

/**
 * What bombs may unpack to is less than by default, and pages are read with one model, for the time of the test: every file is taken all the
 * same.
 */
const profile = { format: 1, budgets: { ratio: 50, ratioFloorBytes: 32 * 2 ** 20 }, ocr: { languages: ["eng"] } };

let done: Measured;
let record: RunRecord;

const filesBelow = (place: string): string[] =>
  readdirSync(place, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name));

beforeAll(async () => {
  if (absent !== null) return;
  const flags = process.execArgv.filter((flag) => flag === "--no-addons");
  const program = ["--disable-warning=ExperimentalWarning", ...flags, main];
  const home = { HOME: base, VESTIGE_HOME: base, XDG_RUNTIME_DIR: base };
  const env = { PATH: process.env.PATH, ...home, ...compileCache, VESTIGE_PASSPHRASE: "passphrase" };
  const opened = await measure(process.execPath, [...program, "init", folder, ...caseFlags], { env });
  expect(opened.status, opened.stderr).toBe(0);
  writeFileSync(openCase(folder).paths.profile, JSON.stringify(profile));
  done = await measure(process.execPath, [...program, "run", source, "--case", folder], { env, keep: true });
  record = readRunRecord(openCase(folder).paths, "M01")!;
}, 600_000);

afterAll(() => rmSync(base, { recursive: true, force: true }));

function read<T>(work: (reader: WorkFileReader) => T): T {
  const reader = WorkFileReader.open(join(folder, "work", "M01", "items.db"));
  try {
    return work(reader);
  } finally {
    reader.close();
  }
}

/** Counts by status, with the reason behind each. */
function statusCounts(): Record<string, number> {
  const counts: Record<string, number> = {};
  read((reader) => {
    for (const { status, reason } of reader.items()) {
      const key = reason === null ? status : `${status}, ${reason}`;
      counts[key] = (counts[key] ?? 0) + 1;
    }
  });
  return counts;
}

/** Mistakes of readers as the flight log tells them: reader, item and the places in the code. */
function faults(): string[] {
  const logs = filesBelow(join(folder, "logs"));
  const lines = logs.flatMap((file) => readFileSync(file, "utf8").split("\n"));
  return lines.filter((line) => line.includes('"reader-fault"'));
}

describe("hostile files", () => {
  it("are all taken, and the run ends without a loss of processes or threads", ({ skip }) => {
    if (absent !== null) return skip(absent);
    expect([0, 1], done.stderr.slice(-2000)).toContain(done.status);
    expect(record.finished).not.toBeNull();
    const { starts, deaths, lostThreads } = record;
    expect({ starts, deaths, lostThreads }).toEqual({ starts: 1, deaths: 0, lostThreads: 0 });
    const { units, unitsDone } = read((reader) => reader.totals());
    expect(unitsDone).toBe(units);
    const manifest = readFileSync(join(folder, "exhibits", "M01", "files.jsonl"), "utf8");
    expect(manifest.match(/"sha256"/g)?.length).toBeGreaterThanOrEqual(filesBelow(source).length);
  });

  it("each come to a state, none by a crash, a time-out or a mistake of a reader", ({ skip }) => {
    if (absent !== null) return skip(absent);
    const counts = statusCounts();
    const listed = Object.entries(counts).map(([key, count]) => `${count} ${key}`);
    process.stdout.write(`   hostile: ${listed.join("; ")}; ${done.seconds.toFixed(0)} s, ${done.peakBytes} bytes\n`);
    const states = Object.values(counts).reduce((sum, count) => sum + count, 0);
    expect(states).toBe(record.counts.items);
    expect(states).toBeGreaterThan(filesBelow(source).length);
    expect(faults()).toEqual([]);
    const ours = Object.keys(counts).filter((key) => /crashed|fault|oom|timeout/.test(key));
    expect(ours).toEqual([]);
  });

  it("leave memory and the case small", ({ skip }) => {
    if (absent !== null) return skip(absent);
    if (done.peakBytes === null) return skip("needs /proc");
    expect(done.peakBytes).toBeLessThan(mostMemory);
    const bytes = filesBelow(folder).reduce((sum, file) => sum + statSync(file).size, 0);
    expect(bytes).toBeLessThan(mostCaseBytes);
  });

  it("of the bombs are cut off at the budget", ({ skip }) => {
    if (absent !== null) return skip(absent);
    const cut = read((reader) =>
      Array.from(reader.items(), ({ path, status, reason }) => ({ path, status, reason })).filter(
        ({ path, reason }) => path.includes("/bombs/") && reason === "budget",
      ),
    );
    for (const bomb of ["10GB/10GB.gz", "10GB/10GB.lz4", "10GB/10GB.xz", "10GB/10GB.zip", "evil-headers/30GB.zip"])
      expect(
        cut.some(({ path }) => path.includes(`/${bomb}.bz2`)),
        bomb,
      ).toBe(true);
  });
});
