/**
 * An officer asks what becomes of every byte of a stick: the sums add up to the medium, a partition can be asked for alone, and a copy that was
 * cut short says so and exits with 1.
 */
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { jsonLines, vestige, type CommandResult } from "../fixtures/command.ts";
import { freshFolder } from "../fixtures/evidence-folder.ts";
import { FatVolumeWriter } from "../fixtures/filesystems/fat-volume.ts";
import { putEntry } from "../fixtures/volumes/partition-tables.ts";

const base = freshFolder("account");
const at = (name: string): string => join(base, name);
const account = (...args: string[]): Promise<CommandResult> => vestige(["account", ...args], { home: base });
const firstSector = 64;

/** A boot record, a gap, and a FAT16 volume with one file. */
function stick(): Buffer {
  const volume = new FatVolumeWriter({ bits: 16, clusterSectors: 4 }, [
    { short: "REPORT.TXT", data: Buffer.from("All is well in the harbour.") },
  ]);
  const medium = Buffer.alloc(firstSector * 512 + volume.bytes.length);
  volume.bytes.copy(medium, firstSector * 512);
  putEntry(medium, 0, { index: 0, type: 6, first: firstSector, count: volume.bytes.length / 512 });
  return medium;
}

let size = 0;

beforeAll(() => {
  const medium = stick();
  size = medium.length;
  writeFileSync(at("stick.dd"), medium);
  writeFileSync(at("cut.dd"), medium.subarray(0, medium.length - 1_000_000));
  writeFileSync(at("empty.dd"), "");
});
afterAll(() => rmSync(base, { recursive: true, force: true }));

/** Bytes by class as the JSON line gives them, and the total. */
function classesOf(result: CommandResult): { sums: Record<string, number>; total: number } {
  const line = jsonLines(result).find(({ event }) => event === "account");
  return { sums: line?.["sums"] as Record<string, number>, total: Number(line?.["bytes"]) };
}

describe("the account of a stick", () => {
  it("has every byte once, and loses nothing of a whole one", async () => {
    const result = await account(at("stick.dd"), "--json");
    expect(result.exit, result.stderr).toBe(0);
    const { sums, total } = classesOf(result);
    expect(total).toBe(size);
    expect(Object.values(sums).reduce((sum, bytes) => sum + bytes, 0)).toBe(size);
    expect(sums["content"]).toBe(27);
    expect(sums["not-understood"]).toBe(0);
  });

  it("is of one volume where that is asked for", async () => {
    const result = await account(at("stick.dd"), "--at", "p1", "--json");
    expect(result.exit, result.stderr).toBe(0);
    expect(classesOf(result).total).toBe(size - firstSector * 512);
  });

  it("shows ranges in order and without gaps", async () => {
    const result = await account(at("stick.dd"), "--ranges", "--json");
    const ranges = jsonLines(result).filter(({ event }) => event === "range");
    let next = 0;
    for (const { start, length } of ranges) {
      expect(Number(start)).toBe(next);
      next += Number(length);
    }
    expect(next).toBe(size);
  });

  it("of a copy that was cut short says what is missing, and exits with 1", async () => {
    const result = await account(at("cut.dd"));
    expect(result.exit).toBe(1);
    expect(result.stdout + result.stderr).toMatch(/beyond the end of the medium/);
  });

  it("of an empty file is empty, and of none one sentence", async () => {
    const empty = await account(at("empty.dd"), "--json");
    expect(empty.exit, empty.stderr).toBe(0);
    expect(classesOf(empty).total).toBe(0);
    const absent = await account(at("absent.dd"));
    expect(absent.exit).toBe(2);
    expect(absent.stderr.trim().split("\n")).toHaveLength(1);
  });
});
