import { describe, expect, it } from "vitest";
import { BlockSource } from "../../../src/source/block-source.ts";
import { faultyMedium, markedBytes, type Faults } from "../../fixtures/faulty-medium.ts";

const sectors = 2048;

function readAll(faults: Partial<Faults>, chunk = 64 * 512, retries?: { perSector: number; inAll: number }) {
  const medium = faultyMedium({ bytes: sectors * 512, sectorBytes: 512, ...faults });
  const source = new BlockSource(medium, retries);
  const all = Buffer.alloc(source.size, 0xa5);
  for (let at = 0; at < source.size; at += chunk) {
    source.readInto(all.subarray(at, Math.min(source.size, at + chunk)), at);
  }
  return { source, all, reads: medium.reads() };
}

function withZeros(bad: readonly number[], sectorBytes = 512): Buffer {
  const all = markedBytes(sectors * 512, sectorBytes);
  for (const sector of bad) all.fill(0, sector * sectorBytes, (sector + 1) * sectorBytes);
  return all;
}

const span = (first: number, count: number) => Array.from({ length: count }, (_, index) => first + index);

describe("unreadable sectors (DA-AM-09, DA-AM-10)", () => {
  it.each<[string, number[], { first: number; count: number }[]]>([
    ["none", [], []],
    ["first", [0], [{ first: 0, count: 1 }]],
    ["last", [2047], [{ first: 2047, count: 1 }]],
    ["middle", [1000], [{ first: 1000, count: 1 }]],
    ["two adjacent across a chunk's edge", [63, 64], [{ first: 63, count: 2 }]],
    ["a whole chunk", span(64, 64), [{ first: 64, count: 64 }]],
    ["more than a chunk", span(100, 200), [{ first: 100, count: 200 }]],
    ["alternating", [10, 12, 14], [10, 12, 14].map((first) => ({ first, count: 1 }))],
  ])("%s: filled with zeros one by one, listed exactly, neighbours kept", (_, bad, ranges) => {
    const { source, all } = readAll({ bad });
    expect(source.badRanges).toEqual(ranges);
    expect(all.equals(withZeros(bad))).toBe(true);
  });

  it("counts in sectors of 4096 bytes where the medium has such", () => {
    const { source, all } = readAll({ sectorBytes: 4096, bad: [7] }, 262144);
    expect(source.badRanges).toEqual([{ first: 7, count: 1 }]);
    expect(all.equals(withZeros([7], 4096))).toBe(true);
  });

  it("tries a sector again, within its own budget and the budget of all", () => {
    const healed = readAll({ transient: { 5: 8, 900: 8 } });
    expect(healed.source.badRanges).toEqual([]);
    expect(healed.all.equals(withZeros([]))).toBe(true);
    const spent = readAll({ bad: span(0, 100) }, 64 * 512, { perSector: 3, inAll: 10 });
    expect(spent.source.retried).toBe(10);
    expect(spent.source.badRanges).toEqual([{ first: 0, count: 100 }]);
  });

  it("costs few reads where few sectors are bad", () => {
    expect(readAll({ bad: [1000] }).reads).toBeLessThan(32 + 20);
  });
});

describe("a medium that is not what it said", () => {
  const outcome = (faults: Partial<Faults>): string => {
    try {
      readAll(faults).source.checkUnchanged();
      return "whole";
    } catch (error) {
      const { code, exit } = error as { code: string; exit: number };
      return `${code} ${exit}`;
    }
  };

  it("that gives fewer bytes a read than asked is read on", () => {
    expect(readAll({ shortReads: 700 }).all.equals(withZeros([]))).toBe(true);
  });
  it("that ends early, changes its size or is gone is loud", () => {
    expect(outcome({})).toBe("whole");
    expect(outcome({ endsAt: 5000 })).toBe("source/short 4");
    expect(outcome({ laterBytes: sectors * 512 + 512 })).toBe("source/size-changed 4");
    expect(outcome({ goneAt: 100_000 })).toBe("source/gone 4");
  });
});
