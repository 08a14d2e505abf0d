/** Places past 2^31 and 2^32 sectors: addresses stay exact, and so do the sectors that are listed. */
import { describe, expect, it } from "vitest";
import { BlockSource } from "../../../src/source/block-source.ts";
import type { Medium } from "../../../src/source/medium.ts";

const sectorBytes = 512;

/** Every sector begins with its own number as text; those in `bad` cannot be read. */
function numbered(sectors: number, bad: ReadonlySet<number>): Medium {
  const read = (target: Uint8Array, offset: number, length: number, at: number): number => {
    for (let done = 0; done < length; done += sectorBytes) {
      const sector = (at + done) / sectorBytes;
      if (bad.has(sector)) throw Object.assign(new Error("EIO"), { code: "EIO" });
      const text = Buffer.from(String(sector).padEnd(sectorBytes));
      target.set(text, offset + done);
    }
    return length;
  };
  const size = sectors * sectorBytes;
  return {
    ...{ path: "/dev/large", size, sectorBytes, cachedBecause: null },
    ...{ read, readAgain: read, sizeNow: () => size, close: () => undefined },
  };
}

describe("a medium of more than 2^32 sectors", () => {
  it.each([2 ** 31, 2 ** 32])("is read and its bad sectors are named around sector %i", (middle) => {
    const bad = new Set([middle - 1, middle, middle + 5]);
    const source = new BlockSource(numbered(2 ** 32 + 4096, bad));
    const first = middle - 256;
    const target = new Uint8Array(512 * sectorBytes);
    expect(source.readInto(target, first * sectorBytes)).toBe(target.length);
    for (let index = 0; index < 512; index++) {
      const sector = target.subarray(index * sectorBytes, (index + 1) * sectorBytes);
      const text = Buffer.from(sector).toString("latin1").trimEnd();
      expect(text).toBe(bad.has(first + index) ? "\0".repeat(sectorBytes) : String(first + index));
    }
    expect(source.errors.badRanges).toEqual([
      { first: middle - 1, count: 2 },
      { first: middle + 5, count: 1 },
    ]);
  });
});
