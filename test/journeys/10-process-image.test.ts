/**
 * An officer images a small disk and has it examined: words are found in a file, in a deleted file, in slack, in free space and
 * inside the disk of a virtual machine, each with its place and state. Killed and continued, and with any number of threads, it
 * comes to the same result.
 */
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { MediumAccount } from "../../native-free/layers/account.ts";
import { openCase } from "../../src/case/case-folder.ts";
import { digestCase } from "../../src/case/digest.ts";
import { readRunRecord } from "../../src/examine/run-record.ts";
import { searchCase } from "../../src/search/search-case.ts";
import { caseFlags, jsonLines, vestige } from "../fixtures/command.ts";
import { freshFolder } from "../fixtures/evidence-folder.ts";
import { FatVolumeWriter, type FatFile } from "../fixtures/filesystems/fat-volume.ts";
import { putEntry } from "../fixtures/volumes/partition-tables.ts";

const base = freshFolder("process-image");
const home = `${base}/home`;
const acquired = `${base}/acquired`;
const firstSector = 64;
const gapSectors = 128;

const text = (words: string): Buffer => Buffer.from(words.padEnd(700, " and so on"));

function innerDisk(): Buffer {
  return new FatVolumeWriter({ bits: 12, clusters: 60 }, [{ short: "INNER.TXT", data: text("walnut inside") }]).bytes;
}

/** A boot record, a gap, a FAT16 volume, a gap. */
function disk(): Buffer {
  const others: FatFile[] = Array.from({ length: 80 }, (_, index) => ({
    short: `F${index}.TXT`,
    data: text(`plain words of file ${index}`),
  }));
  const volume = new FatVolumeWriter({ bits: 16, clusterSectors: 4 }, [
    { short: "WINDOWS", children: [{ short: "SETUP.LOG", data: text("hazel of the system") }] },
    { short: "REPORT.TXT", data: text("chestnut in an allocated file") },
    { short: "GONE.TXT", data: text("almond in a deleted file"), deleted: true },
    { short: "DISK.IMG", data: innerDisk() },
    { short: "MANY", children: others },
  ]);
  const report = volume.place(volume.first.get("/REPORT.TXT") ?? 0);
  volume.bytes.write("cashew in the slack of a report", report + 1024, "latin1");
  volume.bytes.write("pistachio in free space", volume.place(4100), "latin1");
  const medium = Buffer.alloc((firstSector + gapSectors) * 512 + volume.bytes.length);
  volume.bytes.copy(medium, firstSector * 512);
  putEntry(medium, 0, { index: 0, type: 6, first: firstSector, count: volume.bytes.length / 512 });
  medium.write("peanut in the gap behind it", medium.length - 512, "latin1");
  return medium;
}

const run = (...args: string[]) => vestige(args, { home, passphrase: null });

function copyOf(name: string): string {
  cpSync(acquired, `${base}/${name}`, { recursive: true });
  return `${base}/${name}`;
}

function digestOf(folder: string): string {
  const { exhibits } = digestCase(openCase(folder), ["M01"]);
  expect(exhibits[0]).toMatchObject({ complete: true });
  return exhibits[0]?.digest ?? "";
}

async function processed(folder: string, ...more: string[]): Promise<string> {
  const result = await run("process", folder, ...more);
  expect(result.exit, result.stderr).toBeLessThanOrEqual(1);
  return digestOf(folder);
}

let expected = "";
const whole = `${base}/whole`;

beforeAll(async () => {
  writeFileSync(`${base}/disk.dd`, disk());
  expect((await vestige(["init", acquired, ...caseFlags], { home })).exit).toBe(0);
  expect((await vestige(["login", acquired], { home })).exit).toBe(0);
  expect((await run("intake", acquired, "M01", "--description", "disk")).exit).toBe(0);
  const made = await run("acquire", acquired, "M01", `${base}/disk.dd`, "--format", "e01");
  expect(made.exit, made.stderr).toBe(0);
  copyOf("whole");
  expected = await processed(whole, "--workers", "1");
});

afterAll(() => rmSync(base, { recursive: true, force: true }));

/** The hits of a query: their paths, in order. */
const hitsOf = (query: string): string[] => searchCase(openCase(whole), query).hits.map(({ path }) => path);

describe("the words of an image", () => {
  it.each([
    ["chestnut", "allocated", /^M01\/p1\/fat:\/REPORT\.TXT$/],
    ["cashew", "slack", /^M01\/p1\/fat:\/REPORT\.TXT#slack$/],
    ["pistachio", "unallocated", /^M01\/p1\/fat:\/#unallocated@0$/],
    ["peanut", "unallocated", /^M01\/gap2$/],
    ["walnut", "allocated", /^M01\/p1\/fat:\/DISK\.IMG\/fat:\/INNER\.TXT$/],
    ["hazel", "allocated", /^M01\/p1\/fat:\/WINDOWS\/SETUP\.LOG$/],
  ])("%s is found once, %s", (word, state, path) => {
    expect(hitsOf(word)).toEqual([expect.stringMatching(path)]);
    expect(hitsOf(`${word} state:${state}`)).toHaveLength(1);
  });

  it("of a deleted file are found in it, and in the free space that they lie in", async () => {
    const deleted = expect.stringMatching(/^M01\/p1\/fat:\/%E5ONE\.TXT#\d+$/);
    expect(hitsOf("almond state:deleted")).toEqual([deleted]);
    const result = await run("search", whole, "--json", "almond");
    const hits = jsonLines(result).filter(({ event }) => event === "hit");
    expect(hits.map(({ path }) => path)).toEqual(["M01/p1/fat:/#unallocated@0", deleted]);
  });

  it("are examined in the order of what people ask for", () => {
    const lines = readFileSync(`${whole}/work/M01/listing.jsonl`, "utf8").trim().split("\n").slice(1);
    const paths = lines.map((line) => (JSON.parse(line) as { path: string }).path);
    const at = (part: string) => paths.findIndex((path) => path.includes(part));
    const order = ["REPORT.TXT", "SETUP.LOG", "ONE.TXT#", "REPORT.TXT#slack", "#unallocated@0"].map(at);
    expect(order).toEqual([...order].sort((a, b) => a - b));
    expect(order.every((place) => place >= 0)).toBe(true);
  });
});

describe("the record of the run", () => {
  it("names list and account by their hashes, and counts the slack that holds nothing", () => {
    const record = readRunRecord(openCase(whole).paths, "M01");
    expect(record?.medium).toMatchObject({
      listing: { file: "listing.jsonl", sha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
      account: { file: "account.json", sha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
    });
    // All but that of the report: 80 files, one of the system, and a directory of two clusters.
    expect(record?.counts.zeroSlack.items).toBeGreaterThan(80);
    expect(record?.probes.filter(({ refused }) => !refused)).toEqual([]);
    const account = JSON.parse(readFileSync(`${whole}/work/M01/account.json`, "utf8")) as MediumAccount;
    expect(account.bytes).toBe(disk().length);
    expect(account.sums["not-understood"]).toBe(0);
  });

  it("leaves nothing of the work behind", () => {
    const names = readdirSync(`${whole}/work/M01`).filter((name) => !name.startsWith("items.db"));
    expect(names.filter((name) => /^(listing\.jsonl\.|enumerating|account\.json\.)/.test(name))).toEqual([]);
  });
});

describe("the same result", () => {
  it("comes from two threads", async () => {
    expect(await processed(copyOf("two"), "--workers", "2")).toBe(expected);
  });

  it.each(["listing.jsonl.0", "listing.jsonl", "items.db-wal"])("comes after a kill once %s is there", async (file) => {
    const folder = copyOf(`killed-${file}`);
    let killed = false;
    let running = true;
    // The parts of the listing may be gone for the whole one before anybody looks.
    const signs = file === "listing.jsonl.0" ? [file, "listing.jsonl"] : [file];
    const isThere = (): boolean => signs.some((name) => existsSync(`${folder}/work/M01/${name}`));
    const watch = async (pid: number): Promise<void> => {
      while (running && !isThere()) await delay(2);
      if (running) killed = process.kill(pid, "SIGKILL");
    };
    const result = await vestige(["process", folder], {
      ...{ home, passphrase: null },
      onStart: (child) => void watch(child.pid as number),
    });
    running = false;
    expect(killed, result.stderr).toBe(true);
    expect(await processed(folder)).toBe(expected);
    expect((await run("verify", folder)).exit).toBe(0);
  });
});

describe("vestige run", () => {
  it("takes an image as its source", async () => {
    const folder = `${base}/in-one-go`;
    const result = await vestige(["run", `${base}/disk.dd`, "--case", folder, "--json", ...caseFlags], {
      ...{ home },
    });
    expect(result.exit, result.stderr).toBeLessThanOrEqual(1);
    expect(jsonLines(result).at(-1)).toMatchObject({ event: "summary" });
    expect(existsSync(`${folder}/exhibits/M01/M01.E01`)).toBe(true);
    expect(digestOf(folder)).toBe(expected);
  });

  it("names the file of an image that is gone", async () => {
    const folder = copyOf("gone");
    rmSync(`${folder}/exhibits/M01/M01.E01`);
    const result = await run("process", folder);
    expect(result.exit).toBe(4);
    expect(result.stderr).toMatch(/Expected the image of exhibit M01 in .*M01\.E01/);
  });
});
