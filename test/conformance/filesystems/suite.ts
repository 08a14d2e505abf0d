/**
 * One suite over every registered file system: whatever the volume, it opens or is refused with an EvidenceError, its walk ends and
 * says the same twice, keys are unique, extents add up, and every byte is accounted for once. How much of what was not damaged still comes out
 * is recorded in filesystems-salvage.json, which may only rise (VESTIGE_RECORD=1 writes it).
 */
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { MemorySource, readRange } from "../../native-free/bytes/byte-source.ts";
import type { FileSystem } from "../../native-free/filesystems/file-system.ts";
import { fileSystemFormats } from "../../native-free/filesystems/index.ts";
import { isEvidenceError } from "../../native-free/model/errors.ts";
import { findings } from "../../native-free/model/findings.ts";
import { sampleVolumes as fat } from "../fixtures/filesystems/fat-volume.ts";
import type { SampleVolume } from "../fixtures/filesystems/sample-volume.ts";
import { lineOf, walk } from "../fixtures/filesystems/walked.ts";
import { mutate, randomFrom } from "./mutate.ts";

const samples: readonly SampleVolume[] = [...fat];
const campaign = process.env.VESTIGE_CAMPAIGN === "1";
const baseSeed = Number(process.env.VESTIGE_SEED ?? 1);
/** Over all samples of a format. */
const mutations = campaign ? 5000 : 500;
const record = fileURLToPath(new URL("filesystems-salvage.json", import.meta.url));
const recorded = JSON.parse(readFileSync(record, "utf8")) as Record<string, number>;
const measured: Record<string, number> = {};
const mostWalked = 200_000;

function open(format: string, bytes: Uint8Array): FileSystem | null {
  try {
    return fileSystemFormats.find(({ registration }) => registration.id === format)!.open(new MemorySource(bytes));
  } catch (error) {
    if (!isEvidenceError(error)) throw error;
    expect(Object.keys(findings)).toContain(error.code);
    return null;
  }
}

const digest = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

/** Everything that must hold of any volume; the digests of all contents that came out. */
function examine(fs: FileSystem, size: number): Set<string> {
  const keys = new Set<string>();
  const seen = new Set<string>();
  for (const entry of fs.entries()) {
    expect(keys.has(entry.key), `key ${entry.key} twice`).toBe(false);
    expect(entry.parent === null || keys.has(entry.parent), `parent of ${entry.key} before it`).toBe(true);
    keys.add(entry.key);
    if (keys.size > mostWalked) throw new Error("endless walk");
    const extents = fs.extentsOf(entry);
    expect(extents.reduce((sum, { length }) => sum + length, 0)).toBe(entry.size);
    for (const { start, length } of extents) expect(start === null || (start >= 0 && length > 0)).toBe(true);
    for (const { code } of entry.findings) expect(Object.keys(findings)).toContain(code);
    for (const { start, length } of fs.slackOf(entry)) expect(start >= 0 && length > 0).toBe(true);
    const source = fs.open(entry);
    expect(source.size).toBe(entry.size);
    if (entry.size < 1 << 20) seen.add(digest(readRange(source, 0, source.size)));
  }
  let at = 0;
  for (const { start, length, class: kind } of fs.account()) {
    expect(start).toBe(at);
    expect(length).toBeGreaterThan(0);
    expect(kind).toBeTruthy();
    at += length;
  }
  expect(at).toBe(size);
  for (const { code } of fs.findings) expect(Object.keys(findings)).toContain(code);
  return seen;
}

/** Of the files whose bytes are still on the volume, the share that comes out. */
function share(sample: SampleVolume, damaged: Uint8Array): number {
  const held = Buffer.from(damaged);
  const wanted = Object.values(sample.files).filter((file) => file.length > 0 && held.includes(Buffer.from(file)));
  const fs = open(sample.format, damaged);
  const seen = fs === null ? new Set<string>() : examine(fs, damaged.length);
  return wanted.length === 0 ? 1 : wanted.filter((file) => seen.has(digest(file))).length / wanted.length;
}

function note(name: string, value: number): void {
  measured[name] = Math.floor(value * 1000) / 1000;
  if (process.env.VESTIGE_RECORD !== "1") expect(measured[name]).toBeGreaterThanOrEqual(recorded[name] ?? Number.NaN);
}

afterAll(() => {
  if (process.env.VESTIGE_RECORD === "1") writeFileSync(record, `${JSON.stringify(measured, null, 2)}\n`);
});

it("has a sample of every registered format", () => {
  const formats = fileSystemFormats.map(({ registration }) => registration.id);
  expect(new Set(samples.map(({ format }) => format))).toEqual(new Set(formats));
});

describe.each(samples)("$format: $name", (sample) => {
  it("gives every file, and nothing else as allocated", () => {
    const fs = open(sample.format, sample.bytes)!;
    examine(fs, sample.bytes.length);
    const found = walk(fs).filter(({ entry }) => entry.kind === "file" && entry.nameClaim === "allocated");
    expect(
      Object.fromEntries(found.map(({ path, entry }) => [path, readRange(fs.open(entry), 0, entry.size)])),
    ).toEqual(sample.files);
    for (const { entry } of found) expect(fs.extentsOf(entry).every(({ state }) => state === "intact")).toBe(true);
  });

  it("says the same each time, and list agrees with entries", () => {
    const first = open(sample.format, sample.bytes)!;
    const lines = Array.from(first.entries(), (entry) => lineOf(first, entry));
    expect(Array.from(first.entries(), (entry) => lineOf(first, entry))).toEqual(lines);
    const second = open(sample.format, sample.bytes)!;
    expect(Array.from(second.entries(), (entry) => lineOf(second, entry))).toEqual(lines);
    expect(Array.from(second.account())).toEqual(Array.from(first.account()));
    const listed = [null, ...walk(first).flatMap(({ entry }) => (entry.kind === "directory" ? [entry] : []))].flatMap(
      (directory) => Array.from(first.list(directory), ({ key }) => key),
    );
    const all = Array.from(first.entries()).filter(({ parent, kind }) => parent !== null || kind !== "metadata");
    for (const { key, nameClaim } of all) if (nameClaim === "allocated") expect(listed).toContain(key);
  });

  it("understands every byte", () => {
    const classes = Array.from(open(sample.format, sample.bytes)!.account(), (range) => range.class);
    expect(classes).not.toContain("not-understood");
  });

  it("ends and accounts for everything when it is cut off at any sector", () => {
    const shares: number[] = [];
    const sectors = sample.bytes.length / 512;
    const step = campaign ? 1 : Math.max(1, Math.floor(sectors / 300));
    for (let sector = 0; sector < sectors; sector += step)
      shares.push(share(sample, sample.bytes.subarray(0, sector * 512)));
    note(`${sample.format}: ${sample.name}: cut off`, shares.reduce((sum, each) => sum + each, 0) / shares.length);
  });

  it("ends and accounts for everything whatever is damaged", () => {
    const shares: number[] = [];
    const count = Math.ceil(mutations / samples.filter(({ format }) => format === sample.format).length);
    for (let seed = baseSeed; seed < baseSeed + count; seed++) {
      const damaged = mutate(structured(sample.bytes, seed), randomFrom(seed));
      shares.push(share(sample, damaged));
    }
    if (baseSeed === 1 && !campaign) {
      note(`${sample.format}: ${sample.name}: damaged`, shares.reduce((sum, each) => sum + each, 0) / shares.length);
    }
  });
});

/** Damage where it matters: at the begin of the volume and in the places that are not empty. */
function structured(bytes: Uint8Array, seed: number): Uint8Array {
  const random = randomFrom(seed ^ 0x5eed);
  const out = bytes.slice();
  for (let tries = 0, hits = 0; tries < 200 && hits < 3; tries++) {
    const at = seed % 3 === 0 ? random() % Math.min(out.length, 4096) : random() % out.length;
    if (out[at] === 0) continue;
    out[at] = random() & 0xff;
    hits++;
  }
  return out;
}
