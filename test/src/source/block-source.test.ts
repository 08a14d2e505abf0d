import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { AcquisitionSource, BadRange, SourceErrors } from "../../../src/source/acquisition-source.ts";
import { BlockSource, type BlockSourceOptions } from "../../../src/source/block-source.ts";
import { faultyMedium, markedBytes, type Faults } from "../../fixtures/faulty-medium.ts";

const sectors = 2048;
const usualChunk = 64 * 512;

/** Into one buffer that was full of something else. */
function pour(source: AcquisitionSource, into: Buffer, chunk: number, from = 0, to = into.length): void {
  for (let at = from; at < to; at += chunk) {
    const part = into.subarray(at, Math.min(to, at + chunk));
    expect(source.readInto(part, at)).toBe(part.length);
  }
}

function readAll(faults: Partial<Faults>, chunk = usualChunk, options: BlockSourceOptions = {}) {
  const medium = faultyMedium({ bytes: sectors * 512, sectorBytes: 512, ...faults });
  const source = new BlockSource(medium, options);
  const all = Buffer.alloc(source.size, 0xa5);
  pour(source, all, chunk);
  return { source, all, medium, errors: source.errors };
}

function withZeros(bad: readonly number[], sectorBytes = 512, bytes = sectors * 512): Buffer {
  const all = markedBytes(bytes, sectorBytes);
  for (const sector of bad) all.subarray(sector * sectorBytes, (sector + 1) * sectorBytes).fill(0);
  return all;
}

/** Single sectors, ascending, as ranges. */
function rangesOf(bad: readonly number[]): BadRange[] {
  const ranges: { first: number; count: number }[] = [];
  for (const sector of bad) {
    const last = ranges.at(-1);
    if (last && last.first + last.count === sector) last.count += 1;
    else ranges.push({ first: sector, count: 1 });
  }
  return ranges;
}

const span = (first: number, count: number) => Array.from({ length: count }, (_, index) => first + index);

describe("unreadable sectors (DA-AM-09, DA-AM-10)", () => {
  it.each<[string, number[], BadRange[]]>([
    ["none", [], []],
    ["first", [0], [{ first: 0, count: 1 }]],
    ["last", [2047], [{ first: 2047, count: 1 }]],
    ["middle", [1000], [{ first: 1000, count: 1 }]],
    ["two adjacent across a chunk's edge", [63, 64], [{ first: 63, count: 2 }]],
    ["a whole chunk", span(64, 64), [{ first: 64, count: 64 }]],
    ["more than a chunk", span(100, 200), [{ first: 100, count: 200 }]],
    ["alternating", [10, 12, 14], [10, 12, 14].map((first) => ({ first, count: 1 }))],
  ])("%s: filled with zeros one by one, listed exactly, neighbours kept", (_, bad, ranges) => {
    const { errors, all } = readAll({ bad });
    expect(errors.badRanges).toEqual(ranges);
    expect(errors.unstable).toEqual([]);
    expect(all.equals(withZeros(bad))).toBe(true);
  });

  it("exactly those, for any map of them, any size of reads and sectors, by pages in the cache or not", () => {
    const map = fc.record({
      bad: fc.uniqueArray(fc.nat(255), { maxLength: 60 }),
      runs: fc.array(fc.tuple(fc.nat(255), fc.integer({ min: 1, max: 120 })), { maxLength: 2 }),
      sectorBytes: fc.constantFrom(512, 2048, 4096),
      readSectors: fc.integer({ min: 1, max: 300 }),
      shortSectors: fc.option(fc.integer({ min: 1, max: 40 })),
      byPage: fc.boolean(),
      tail: fc.nat(511),
      reread: fc.boolean(),
    });
    fc.assert(
      fc.property(map, ({ bad, runs, sectorBytes, readSectors, shortSectors, byPage, tail, reread }) => {
        const all = new Set([...bad, ...runs.flatMap(([first, count]) => span(first, count))]);
        const expected = [...all].filter((sector) => sector < 256).sort((a, b) => a - b);
        // The last sector of a file may be cut.
        const bytes = 256 * sectorBytes - tail;
        const shortReads = shortSectors === null ? {} : { shortReads: shortSectors * sectorBytes };
        const faults = { bytes, sectorBytes, bad: expected, byPage, ...shortReads };
        const read = readAll(faults, readSectors * sectorBytes, { reread });
        expect(read.errors.badRanges).toEqual(rangesOf(expected));
        expect(read.errors.unstable).toEqual([]);
        expect(read.all.equals(withZeros(expected, sectorBytes, bytes))).toBe(true);
      }),
      { numRuns: 150 },
    );
  });

  it("whichever read fails once: nothing is lost and nothing listed", () => {
    const faults = { bad: [700] };
    const reads = readAll(faults).medium.reads();
    for (let failsAtRead = 1; failsAtRead <= reads; failsAtRead++) {
      const { errors, all } = readAll({ ...faults, failsAtRead });
      expect([failsAtRead, errors.badRanges]).toEqual([failsAtRead, [{ first: 700, count: 1 }]]);
      expect(all.equals(withZeros([700]))).toBe(true);
    }
  });

  it.each(["EIO", "EREMOTEIO", "ENODATA", "EILSEQ", "EBADMSG", "ETIMEDOUT"])("%s is a bad sector", (code) => {
    expect(readAll({ bad: [3], code }).errors.badRanges).toEqual([{ first: 3, count: 1 }]);
  });

  it("tries a sector again, within its own budget and the budget of all", () => {
    const healed = readAll({ transient: { 5: 8, 900: 8 } });
    expect(healed.errors.badRanges).toEqual([]);
    expect(healed.all.equals(withZeros([]))).toBe(true);
    const spent = readAll({ bad: span(0, 100) }, usualChunk, {
      retries: { perSector: 3, inAll: 10, comparisons: 0 },
    });
    expect(spent.errors.retried).toBe(10);
    expect(spent.errors.badRanges).toEqual([{ first: 0, count: 100 }]);
  });

  it("costs few reads where few sectors are bad, and one a sector where all are", () => {
    expect(readAll({ bad: [1000] }).medium.reads()).toBeLessThan(32 + 20);
    const dead = readAll({ bad: span(0, 2048) }, 512 * 512, { retries: { inAll: 100 } });
    expect(dead.errors.badRanges).toEqual([{ first: 0, count: 2048 }]);
    expect(dead.medium.reads()).toBeLessThan(2048 + 100 + 2 * 64 + 4);
    for (const sector of span(0, 2048)) expect(dead.medium.triedAlone(sector)).toBeGreaterThan(0);
  });

  it("finds the end of a dead stretch inside of a read", () => {
    const bad = span(10, 400);
    const { errors, all, medium } = readAll({ bad }, 512 * 512, { retries: { inAll: 0 } });
    expect(errors.badRanges).toEqual([{ first: 10, count: 400 }]);
    expect(all.equals(withZeros(bad))).toBe(true);
    expect(medium.reads()).toBeLessThan(400 + 64 + 60);
  });

  it("says where single sectors could not be told apart", () => {
    expect(readAll({ bad: [1] }).source.notes).toEqual([]);
    expect(readAll({ bad: [1], cachedBecause: "EINVAL" }).source.notes.join()).toMatch(/page cache.*EINVAL/);
  });
});

describe("unstable sectors", () => {
  const hashed = (added: number, sector: number) =>
    createHash("sha256")
      .update(
        markedBytes(sectors * 512, 512)
          .subarray(sector * 512, (sector + 1) * 512)
          .map((byte) => byte + added),
      )
      .digest("hex");
  const keptOf = (all: Buffer, sector: number) =>
    createHash("sha256")
      .update(all.subarray(sector * 512, (sector + 1) * 512))
      .digest("hex");

  it.each<[string, number[], [number, number] | null]>([
    ["alike", [7], null],
    ["the second twice", [1, 2, 2], [1, 2]],
    ["the first twice", [1, 2, 1], [2, 1]],
    ["twice alike later", [1, 2, 3, 3], [1, 3]],
    ["never twice alike", [1, 2, 3, 4, 5, 6, 7], [1, 6]],
  ])("a sector that reads at last is read twice more: %s", (_, answers, expected) => {
    const { errors, all } = readAll({ transient: { 5: 8 }, changing: { 5: answers } });
    expect(errors.badRanges).toEqual([]);
    expect(errors.unstable).toEqual(
      expected === null ? [] : [{ sector: 5, sha256: [hashed(expected[0], 5), hashed(expected[1], 5)] }],
    );
    expect(keptOf(all, 5)).toBe(hashed(expected?.[1] ?? 7, 5));
  });

  it("a range that failed and whose parts then read is compared as a whole", () => {
    const { errors } = readAll({ transient: { 20: 1 }, changing: { 23: [0, 9, 9] } });
    expect(errors.unstable.map(({ sector }) => sector)).toEqual([23]);
  });

  it("neighbours of a bad sector are read twice more, what lies far away is not", () => {
    const { errors, all } = readAll({ bad: [40], changing: { 38: [1, 2, 2], 20: [1, 2, 2] } });
    expect(errors.badRanges).toEqual([{ first: 40, count: 1 }]);
    expect(errors.unstable).toEqual([{ sector: 38, sha256: [hashed(1, 38), hashed(2, 38)] }]);
    expect(keptOf(all, 38)).toBe(hashed(2, 38));
  });

  it("with everything read twice they are found wherever they are", () => {
    const changing = { 20: [1, 2, 2], 38: [3, 4, 3], 2000: [0, 5, 5] };
    expect(readAll({ changing }).errors.unstable).toEqual([]);
    const { errors, all } = readAll({ changing, bad: [40] }, usualChunk, { reread: true });
    expect(errors.unstable).toEqual([
      { sector: 20, sha256: [hashed(1, 20), hashed(2, 20)] },
      { sector: 38, sha256: [hashed(4, 38), hashed(3, 38)] },
      { sector: 2000, sha256: [hashed(0, 2000), hashed(5, 2000)] },
    ]);
    expect([20, 38, 2000].map((sector) => keptOf(all, sector))).toEqual([
      hashed(2, 20),
      hashed(3, 38),
      hashed(5, 2000),
    ]);
  });

  it("comparing ends with its budget, and never loses a sector that fails meanwhile", () => {
    const changing = { 38: [1, 2, 2] };
    expect(readAll({ bad: [40], changing }, usualChunk, { retries: { comparisons: 1 } }).errors.unstable).toEqual([]);
    const medium = faultyMedium({ bytes: 64 * 512, sectorBytes: 512, bad: [40] });
    const source = new BlockSource({
      ...medium,
      // Sector 42 reads the first time alone and never again.
      readAgain: (target, offset, length, at) => {
        if (at <= 42 * 512 && at + length > 42 * 512 && medium.triedAlone(40) > 1)
          throw Object.assign(new Error(), { code: "EIO" });
        return medium.readAgain(target, offset, length, at);
      },
    });
    const all = Buffer.alloc(64 * 512);
    source.readInto(all, 0);
    expect(source.errors.badRanges).toEqual([{ first: 40, count: 1 }]);
    expect(all.equals(withZeros([40], 512, 64 * 512))).toBe(true);
  });
});

describe("an acquisition that goes on", () => {
  it("has the same list as one that was not interrupted, wherever it was", () => {
    const bad = [0, 63, 64, ...span(100, 200), 1999, 2047];
    const whole = readAll({ bad });
    const faults = { bytes: sectors * 512, sectorBytes: 512, bad };
    for (const cut of [1, 64, 101, 150, 300, 2000, 2047].map((sector) => sector * 512)) {
      const all = Buffer.alloc(sectors * 512);
      const first = new BlockSource(faultyMedium(faults));
      // More was read than was kept.
      pour(first, all, usualChunk, 0, Math.min(all.length, cut + usualChunk));
      const before = JSON.parse(JSON.stringify(first.errors)) as SourceErrors;
      const second = new BlockSource(faultyMedium(faults), { from: cut, before });
      pour(second, all, usualChunk, cut);
      expect([cut, second.errors.badRanges]).toEqual([cut, whole.errors.badRanges]);
      expect(second.errors.retried).toBeGreaterThanOrEqual(before.retried);
      expect(all.equals(whole.all)).toBe(true);
    }
  });

  it("gives the same list object until something is added", () => {
    const source = new BlockSource(faultyMedium({ bytes: sectors * 512, sectorBytes: 512, bad: [70] }));
    const chunk = Buffer.alloc(usualChunk);
    const start = source.errors;
    source.readInto(chunk, 0);
    expect(source.errors).toBe(start);
    source.readInto(chunk, usualChunk);
    expect([start.badRanges, source.errors.badRanges]).toEqual([[], [{ first: 70, count: 1 }]]);
  });
});

describe("a medium that is not what it said", () => {
  const outcome = (faults: Partial<Faults>): string => {
    try {
      readAll(faults).source.checkUnchanged();
      return "whole";
    } catch (error) {
      const { code, exit, message } = error as { code: string; exit: number; message: string };
      return `${code} ${exit} ${message.includes("--resume") ? "says how to go on" : ""}`;
    }
  };

  it("that gives fewer bytes a read than asked is read on", () => {
    expect(readAll({ shortReads: 700 }).all.equals(withZeros([]))).toBe(true);
  });
  it.each<[string, Partial<Faults>, string]>([
    ["the same", {}, "whole"],
    ["ends early", { endsAt: 5000 }, "source/short"],
    ["ends early behind a bad sector", { endsAt: 5000, bad: [0] }, "source/short"],
    ["grew", { laterBytes: sectors * 512 + 512 }, "source/size-changed"],
    ["shrank", { laterBytes: sectors * 512 - 512 }, "source/size-changed"],
    ["shrank, and its reads fail", { laterBytes: 4096, bad: [90] }, "source/size-changed"],
    ["gone", { goneAt: 100_000 }, "source/gone"],
    ["gone from the system, and its reads fail", { laterBytes: null, bad: [90] }, "source/gone"],
    ["empty drive", { laterBytes: 0, bad: [90] }, "source/gone"],
    ["unplugged (ENXIO)", { bad: [90], code: "ENXIO" }, "source/gone"],
    ["link lost (ENOLINK)", { bad: [90], code: "ENOLINK" }, "source/gone"],
  ])("%s", (_, faults, expected) => {
    expect(outcome(faults)).toBe(expected === "whole" ? expected : `${expected} 4 says how to go on`);
  });
});
