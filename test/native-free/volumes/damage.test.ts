/** Every volume system under mutation and truncation: an answer, and an account of every byte. */
import { describe, expect, it } from "vitest";
import { MemorySource, readRange, type ByteSource } from "../../../native-free/bytes/byte-source.ts";
import { findings as registry } from "../../../native-free/model/findings.ts";
import { volumeToken } from "../../../native-free/model/forensic-path.ts";
import { openVolumes } from "../../../native-free/volumes/open-volumes.ts";
import type { VolumeSystem } from "../../../native-free/volumes/volume-system.ts";
import { putApple, putBsd, putEntry, putGpt } from "../../fixtures/volumes/partition-tables.ts";
import { groupText, physicalVolume } from "../../fixtures/volumes/volume-group.ts";

const kib = 1024;

function seeds(): ReadonlyMap<string, Buffer> {
  const mbr = Buffer.alloc(256 * kib);
  putEntry(mbr, 0, { index: 0, type: 0x07, first: 8, count: 90 });
  putEntry(mbr, 0, { index: 1, type: 0x05, first: 100, count: 300 });
  putEntry(mbr, 100, { index: 0, type: 0x83, first: 1, count: 50 });
  putEntry(mbr, 100, { index: 1, type: 0x05, first: 100, count: 50 });
  putEntry(mbr, 200, { index: 0, type: 0x83, first: 1, count: 50 });
  const gpt = Buffer.alloc(256 * kib);
  putGpt(gpt, [
    { first: 64, last: 127, name: "one" },
    { first: 128, last: 255, name: "two" },
  ]);
  const apm = Buffer.alloc(256 * kib);
  putApple(apm, [
    { name: "Apple", type: "Apple_partition_map", first: 1, count: 15 },
    { name: "one", type: "Apple_HFS", first: 16, count: 100 },
  ]);
  const bsd = Buffer.alloc(256 * kib);
  putBsd(bsd, 512, [
    { index: 0, first: 16, count: 100, type: 7 },
    { index: 2, first: 0, count: 512, type: 0 },
  ]);
  const identity = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA1";
  const text = groupText({
    ...{ name: "lab", sequence: 3, extentSectors: 16, members: [{ name: "pv0", identity, extents: 24 }] },
    volumes: [
      { name: "one", segments: [{ start: 0, count: 4, type: "striped", stripes: [["pv0", 2]] }] },
      {
        name: "two",
        segments: [
          {
            start: 0,
            count: 2,
            type: "striped",
            stripeSectors: 4,
            stripes: [
              ["pv0", 8],
              ["pv0", 9],
            ],
          },
        ],
      },
    ],
  });
  return new Map([
    ...Object.entries({ mbr, gpt, apm, bsd }),
    ["lvm2", physicalVolume({ identity, bytes: 256 * kib, text })],
  ]);
}

/** Numbers from 0 to below `limit`, the same for the same seed. */
function generator(seed: number): (limit: number) => number {
  let state = seed >>> 0;
  return (limit) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
}

/** What must hold of any answer. */
function check(system: VolumeSystem, source: ByteSource): void {
  const taken = new Uint8Array(source.size);
  const mark = (start: number, length: number): void =>
    void taken.fill(1, Math.max(0, start), Math.max(0, start + length));
  for (const { start, length, name, source: own } of system.volumes) {
    expect(name).toMatch(volumeToken);
    expect(own.size).toBe(length);
    if (start !== null) mark(start, length);
    else
      for (const { kind, place, length: bytes } of own.runsIn(0, Math.min(length, 1 << 20))) {
        if (kind === "data") mark(place.offset, bytes);
      }
    const at = Math.max(0, Math.min(length, source.size) - 700);
    let named = 0;
    for (const run of own.runsIn(at, 700)) named += run.length;
    expect(named).toBe(Math.min(700, length - at));
    expect(readRange(own, at, 700)).toHaveLength(Math.min(700, length - at));
  }
  for (const { start, length } of [...system.tables, ...system.gaps]) {
    expect(start + length).toBeLessThanOrEqual(source.size);
    mark(start, length);
  }
  expect(system.gaps.filter(({ start, length }) => length <= 0 || start < 0)).toEqual([]);
  expect(taken.indexOf(0)).toBe(-1);
  expect(new Set(system.volumes.map(({ name }) => name)).size).toBe(system.volumes.length);
  for (const { code } of system.findings) expect(Object.hasOwn(registry, code), code).toBe(true);
  for (const { source: own } of system.volumes) openVolumes(own, { sectorBytes: 512 });
}

describe.each([...seeds()])("%s", (format, seed) => {
  it("is whole to begin with", () => {
    const source = new MemorySource(seed);
    const system = openVolumes(source, { sectorBytes: 512 })!;
    expect([system.format, system.findings]).toEqual([format, []]);
    check(system, source);
  });

  it("300 mutations", () => {
    // Where the tables lie, and now and then elsewhere.
    const tables = openVolumes(new MemorySource(seed), { sectorBytes: 512 })!.tables;
    let opened = 0;
    for (let run = 0; run < 300; run++) {
      const next = generator(run * 7919 + format.length);
      const medium = Buffer.from(seed);
      for (let count = 1 + next(8); count > 0; count--) {
        const { start, length } = tables[next(tables.length)]!;
        const at = next(20) === 0 ? next(medium.length) : start + next(Math.min(length, 2048));
        medium[at] = [0, 0xff, medium[at]! ^ (1 << next(8)), next(256)][next(4)]!;
      }
      const source = new MemorySource(medium);
      const system = openVolumes(source, { sectorBytes: 512 });
      if (!system) continue;
      opened += 1;
      check(system, source);
    }
    expect(opened).toBeGreaterThan(150);
  });

  it("cut off at every sector", () => {
    for (let sectors = 0; sectors < seed.length / 512; sectors++) {
      const source = new MemorySource(seed.subarray(0, sectors * 512));
      const system = openVolumes(source, { sectorBytes: 512 });
      if (system) check(system, source);
    }
  });
});

it("noise is no table", () => {
  for (let run = 0; run < 500; run++) {
    const next = generator(run);
    const medium = Buffer.from(Uint8Array.from({ length: 8192 }, () => next(256)));
    if (run % 2 === 0) medium.writeUInt16LE(0xaa55, 510);
    expect(openVolumes(new MemorySource(medium), { sectorBytes: 512 })).toBeNull();
  }
});
