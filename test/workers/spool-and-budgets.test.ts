import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { readRange } from "../../native-free/bytes/byte-source.ts";
import { ByteBudget } from "../../workers/byte-budget.ts";
import { ChildSpool } from "../../workers/child-spool.ts";
import { FileSource } from "../../workers/file-source.ts";
import { UnitBudget } from "../../workers/unit-budget.ts";
import { randomOf } from "../fixtures/evidence-folder.ts";

const base = mkdtempSync(join(tmpdir(), "vestige-spool-"));
afterAll(() => rmSync(base, { recursive: true, force: true }));

function randomBytes(size: number, seed: number): Uint8Array {
  const random = randomOf(seed);
  return Uint8Array.from({ length: size }, () => Math.floor(random() * 256));
}

describe("ChildSpool", () => {
  const limit = 8 << 20;

  it.each([0, 1, limit, limit + 1, limit + 100_000])("holds %d bytes with their hashes, and leaves no file", (size) => {
    const pattern = randomBytes(65_537, size);
    const bytes = new Uint8Array(size);
    for (let at = 0; at < size; at += pattern.length)
      bytes.set(pattern.subarray(0, Math.min(pattern.length, size - at)), at);
    let made = 0;
    const spool = new ChildSpool(() => join(base, `child-${size}-${made++}`));
    const piece = new Uint8Array(70_001);
    for (let at = 0; at < size; at += piece.length) {
      const part = piece.subarray(0, Math.min(piece.length, size - at));
      part.set(bytes.subarray(at, at + part.length));
      spool.add(part);
      // The caller's buffer is its own again.
      part.fill(0xee);
    }
    expect(made).toBe(size > limit ? 1 : 0);
    if (process.platform !== "win32") expect(readdirSync(base)).toEqual([]);
    const facts = spool.facts();
    for (const algorithm of ["md5", "sha1", "sha256"] as const) {
      expect(facts[algorithm]).toBe(createHash(algorithm).update(bytes).digest("hex"));
    }
    const counts = new Float64Array(256);
    for (const byte of bytes) counts[byte] += 1;
    expect(Buffer.compare(Buffer.from(facts.histogram.buffer), Buffer.from(counts.buffer))).toBe(0);
    const { source, close } = spool.open("-/x");
    expect(source.size).toBe(size);
    expect(Buffer.compare(readRange(source, 0, size), bytes)).toBe(0);
    expect(readRange(source, Math.max(0, size - 5), 100)).toEqual(bytes.slice(Math.max(0, size - 5)));
    expect(source.readInto(new Uint8Array(4), size)).toBe(0);
    expect(source instanceof FileSource).toBe(size > limit);
    close();
  });

  it("frees what is discarded", () => {
    const spool = new ChildSpool(() => join(base, "discarded"));
    const before = openFiles();
    spool.add(new Uint8Array(limit + 1));
    if (before !== null) expect(openFiles()).toBe(before + 1);
    spool.discard();
    expect(openFiles()).toBe(before);
  });

  it("says the system's error where there is no room for the file", () => {
    const spool = new ChildSpool(() => join(base, "absent", "file"));
    expect(() => spool.add(new Uint8Array(limit + 1))).toThrow(/ENOENT/);
  });
});

function openFiles(): number | null {
  return process.platform === "linux" ? readdirSync("/proc/self/fd").length : null;
}

describe("ByteBudget", () => {
  it("never lets more out than its limit, except one larger taker alone, and serves everybody", async () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 250 }), { minLength: 1, maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(sizes, async (takers) => {
        const budget = new ByteBudget(100);
        const out: number[] = [];
        let served = 0;
        const work = takers.map(async (bytes) => {
          await budget.take(bytes);
          out.push(bytes);
          served += 1;
          expect(budget.used === bytes || budget.used <= 100).toBe(true);
        });
        while (served < takers.length) {
          await new Promise((resolve) => setImmediate(resolve));
          const bytes = out.shift();
          if (bytes !== undefined) budget.give(bytes);
        }
        await Promise.all(work);
        for (const bytes of out) budget.give(bytes);
        expect(budget.used).toBe(0);
      }),
      { numRuns: 40 },
    );
  });

  it("does not go below nothing", () => {
    const budget = new ByteBudget(10);
    budget.give(50);
    expect(budget.used).toBe(0);
  });
});

describe("UnitBudget", () => {
  const limits = { depth: 3, entries: 7, outputBytes: 1000, ratio: 10, ratioFloorBytes: 200 };

  it("counts over the whole unit, to the byte", () => {
    const budget = new UnitBudget(limits, 1_000_000);
    expect([budget.takeBytes(600), budget.takeBytes(400), budget.takeBytes(1)]).toEqual([
      null,
      null,
      "engine/budget-bytes",
    ]);
  });

  it("allows a small root its floor, a larger one its ratio", () => {
    const small = new UnitBudget(limits, 5);
    expect([small.takeBytes(200), small.takeBytes(1)]).toEqual([null, "engine/budget-ratio"]);
    const larger = new UnitBudget(limits, 30);
    expect([larger.takeBytes(300), larger.takeBytes(1)]).toEqual([null, "engine/budget-ratio"]);
    expect(new UnitBudget(limits, 0).takeBytes(200)).toBeNull();
  });

  it("names the limit behind each code", () => {
    const budget = new UnitBudget(limits, 0);
    const codes = ["engine/budget-entries", "engine/budget-bytes", "engine/budget-ratio"] as const;
    expect(codes.map((code) => budget.limitOf(code))).toEqual([7, 1000, 10]);
  });
});
