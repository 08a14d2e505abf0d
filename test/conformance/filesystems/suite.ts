/**
 * One suite for every registered file system (`FORMAT.test.ts` beside it): whatever the volume, it opens or is refused with an EvidenceError, its walk ends and
 * says the same twice, keys are unique, extents add up, and every byte is accounted for once. How much of what was not damaged still comes out
 * is recorded in FORMAT.json, which may only rise (VESTIGE_RECORD=1 writes it).
 */
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { MemorySource, readRange } from "../../../native-free/bytes/byte-source.ts";
import type { FileSystem } from "../../../native-free/filesystems/file-system.ts";
import { fileSystemFormats } from "../../../native-free/filesystems/index.ts";
import { isEvidenceError } from "../../../native-free/model/errors.ts";
import { findings } from "../../../native-free/model/findings.ts";
import type { SampleVolume } from "../../fixtures/filesystems/sample-volume.ts";
import { lineOf, walk } from "../../fixtures/filesystems/walked.ts";
import { mutate, randomFrom } from "../mutate.ts";

const campaign = process.env.VESTIGE_CAMPAIGN === "1";
const baseSeed = Number(process.env.VESTIGE_SEED ?? 1);
/** Over all samples of a format. */
const mutations = campaign ? 5000 : 500;
const mostWalked = 200_000;

function open(format: string, bytes: Uint8Array): FileSystem | null {
  try {
    return fileSystemFormats.find(({ registration }) => registration.id === format)!.open(new MemorySource(bytes));
  } catch (error) {
    if (!isEvidenceError(error)) throw error;
    must(codes.has(error.code), () => `${error.code} is not registered`);
    return null;
  }
}

const digest = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

const codes = new Set(Object.keys(findings));

/** Cheaper than an assertion: this runs for every entry of every damaged volume. */
function must(holds: boolean, what: () => string): void {
  if (!holds) throw new Error(what());
}

/** Everything that must hold of any volume; the digests of all contents that came out. */
function examine(fs: FileSystem, size: number): Set<string> {
  const keys = new Set<string>();
  const seen = new Set<string>();
  const known = ({ code }: { readonly code: string }) => must(codes.has(code), () => `${code} is not registered`);
  for (const entry of fs.entries()) {
    const { key, parent } = entry;
    must(!keys.has(key), () => `key ${key} twice`);
    must(parent === null || keys.has(parent), () => `parent of ${key} not before it`);
    keys.add(key);
    must(keys.size <= mostWalked, () => "endless walk");
    const extents = fs.extentsOf(entry);
    const length = extents.reduce((sum, each) => sum + each.length, 0);
    must(length === entry.size, () => `extents of ${key}: ${length} bytes, size ${entry.size}`);
    for (const each of extents)
      must(each.start === null || (each.start >= 0 && each.length > 0), () => `extent of ${key}`);
    entry.findings.forEach(known);
    for (const each of fs.slackOf(entry)) must(each.start >= 0 && each.length > 0, () => `slack of ${key}`);
    const source = fs.open(entry);
    must(source.size === entry.size, () => `size of what ${key} opens as`);
    if (entry.size < 1 << 20) seen.add(digest(readRange(source, 0, source.size)));
  }
  let at = 0;
  for (const { start, length, class: kind, what } of fs.account()) {
    must(start === at && length > 0 && kind !== undefined, () => `account: ${what} at ${start}, not at ${at}`);
    at += length;
  }
  must(at === size, () => `account ends at ${at} of ${size}`);
  fs.findings.forEach(known);
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

/** The suite over the samples of one format. Shares are recorded in `FORMAT.json`. */
export function checkFileSystem(format: string, samples: readonly SampleVolume[]): void {
  const record = fileURLToPath(new URL(`${format}.json`, import.meta.url));
  const recorded = existsSync(record) ? (JSON.parse(readFileSync(record, "utf8")) as Record<string, number>) : {};
  const measured: Record<string, number> = {};

  function note(name: string, value: number): void {
    measured[name] = Math.floor(value * 1000) / 1000;
    if (process.env.VESTIGE_RECORD !== "1") expect(measured[name]).toBeGreaterThanOrEqual(recorded[name] ?? Number.NaN);
  }

  afterAll(() => {
    if (process.env.VESTIGE_RECORD === "1") writeFileSync(record, `${JSON.stringify(measured, null, 2)}\n`);
  });

  it("is registered, and every sample is of it", () => {
    expect(fileSystemFormats.map(({ registration }) => registration.id)).toContain(format);
    expect(new Set(samples.map((sample) => sample.format))).toEqual(new Set([format]));
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
      for (const entry of first.entries()) {
        const found = first.entryOf(entry.key);
        expect(found && lineOf(first, found, entry.parent), entry.key).toBe(lineOf(first, entry));
      }
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
      // A finer average is another number.
      if (!campaign) note(`${sample.name}: cut off`, shares.reduce((sum, each) => sum + each, 0) / shares.length);
    });

    it("ends and accounts for everything whatever is damaged", () => {
      const shares: number[] = [];
      const count = Math.ceil(mutations / samples.length);
      for (let seed = baseSeed; seed < baseSeed + count; seed++) {
        const damaged = mutate(structured(sample.bytes, seed), randomFrom(seed));
        shares.push(share(sample, damaged));
      }
      if (baseSeed === 1 && !campaign) {
        note(`${sample.name}: damaged`, shares.reduce((sum, each) => sum + each, 0) / shares.length);
      }
    });
  });
}

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
