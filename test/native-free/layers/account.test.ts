/** The account of a medium: every byte once, whatever lies on it and however its volumes lie. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MemorySource, type ByteSource, type Run } from "../../../native-free/bytes/byte-source.ts";
import type { DiskImage } from "../../../native-free/images/index.ts";
import { RawImage } from "../../../native-free/images/raw/image.ts";
import {
  accountIn,
  accountOf,
  cellLetters,
  mediumClasses,
  type AccountRange,
} from "../../../native-free/layers/account.ts";
import { mediumOf } from "../../../native-free/layers/resolve.ts";
import { FatVolumeWriter, someFiles } from "../../fixtures/filesystems/fat-volume.ts";
import { sampleVolumes as discs } from "../../fixtures/filesystems/iso9660-volume.ts";
import { putEntry } from "../../fixtures/volumes/partition-tables.ts";
import { groupText, physicalVolume } from "../../fixtures/volumes/volume-group.ts";

const rawOf = (bytes: Uint8Array): DiskImage =>
  new RawImage([{ name: "m.raw", source: new MemorySource(new Uint8Array(bytes), "m.raw") }]);
const fat = new FatVolumeWriter({ bits: 12, clusters: 60 }, someFiles(512)).bytes;

function partitioned(...parts: readonly (readonly [volume: Uint8Array, first: number, type?: number])[]): Buffer {
  const end = Math.max(...parts.map(([volume, first]) => first * 512 + volume.length));
  const medium = Buffer.alloc(end + 8 * 512);
  for (const [index, [volume, first, type = 0x06]] of parts.entries()) {
    putEntry(medium, 0, { index, type, first, count: volume.length / 512 });
    medium.set(volume, first * 512);
  }
  return medium;
}

/** In order, without gaps and overlaps, from 0 to the size. */
function checked(image: DiskImage): AccountRange[] {
  const ranges = Array.from(accountIn(mediumOf(image)));
  let at = 0;
  for (const { start, length } of ranges) {
    expect(start).toBe(at);
    expect(length).toBeGreaterThan(0);
    at += length;
  }
  expect(at).toBe(image.size);
  const account = accountOf(mediumOf(image), { cells: 50 });
  for (const kind of mediumClasses) {
    const bytes = ranges.reduce((sum, range) => sum + (range.class === kind ? range.length : 0), 0);
    expect(account.sums[kind]).toBe(bytes);
    expect(account.parts.reduce((sum, part) => sum + part.sums[kind], 0)).toBe(bytes);
  }
  expect(account.strip).toHaveLength(Math.ceil(image.size / account.cellBytes));
  return ranges;
}

const ofClass = (ranges: readonly AccountRange[], kind: string) => ranges.filter((range) => range.class === kind);

describe("the account of a medium", () => {
  it("has tables, gaps, and the classes of file systems at their places", () => {
    const medium = partitioned([fat, 8], [Buffer.alloc(16 * 512, 7), 8 + fat.length / 512 + 4, 0x83]);
    const ranges = checked(rawOf(medium));
    expect(ranges[0]).toEqual({ start: 0, length: 512, class: "metadata", what: "boot record", path: "" });
    expect(ofClass(ranges, "gap").map(({ start, length, path }) => [start, length, path])).toEqual([
      [512, 7 * 512, "gap1"],
      [8 * 512 + fat.length, 4 * 512, "gap2"],
      [medium.length - 8 * 512, 8 * 512, "gap3"],
    ]);
    expect(ofClass(ranges, "not-understood")).toMatchObject([{ path: "p2", what: "unknown volume", length: 16 * 512 }]);
    const content = someFiles(512).find(({ short }) => short === "README.TXT")!.data!;
    const [place] = [medium.indexOf(Buffer.from(content.subarray(0, 512)))];
    const owner = ranges.find(({ start, length }) => start <= place && place < start + length);
    expect(owner).toMatchObject({ class: "content", path: "p1" });
  });

  it("says of what nobody reads what it is", () => {
    const xfs = Buffer.alloc(128 * 1024);
    xfs.write("XFSB", 0, "latin1");
    xfs.writeUInt32BE(4096, 4);
    xfs.writeUInt16BE(512, 102);
    const words = new Set(ofClass(checked(rawOf(xfs)), "not-understood").map(({ what }) => what));
    expect([...words]).toEqual(["XFS: known, not read"]);
    expect(ofClass(checked(rawOf(Buffer.alloc(4096, 1))), "not-understood")).toMatchObject([
      { what: "unknown volume" },
    ]);
    expect(checked(rawOf(Buffer.alloc(0)))).toEqual([]);
  });

  it("takes the bytes of striped and scattered logical volumes where they are", () => {
    const extentBytes = 16 * 512;
    const text = groupText({
      ...{ name: "lab", sequence: 3, extentSectors: 16 },
      members: [{ name: "pv0", identity: "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA1", extents: 12 }],
      volumes: [
        {
          name: "data",
          segments: [
            {
              start: 0,
              count: 4,
              type: "striped",
              stripes: [
                ["pv0", 6],
                ["pv0", 0],
              ],
              stripeSectors: 8,
            },
            { start: 4, count: 1, type: "striped", stripes: [["pv0", 3]] },
          ],
        },
      ],
    });
    const at = 65_536;
    const medium = physicalVolume({ identity: "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA1", bytes: at + 12 * extentBytes, text });
    const volume = Buffer.alloc(5 * extentBytes);
    fat.copy(volume, 0);
    const stripe = 8 * 512;
    for (let chunk = 0; chunk < (4 * extentBytes) / stripe; chunk++) {
      const place = at + (chunk % 2 === 0 ? 6 : 0) * extentBytes + Math.floor(chunk / 2) * stripe;
      volume.copy(medium, place, chunk * stripe, (chunk + 1) * stripe);
    }
    volume.copy(medium, at + 3 * extentBytes, 4 * extentBytes);
    const ranges = checked(rawOf(medium));
    const logical = ranges.filter(({ path }) => path === "lv1");
    expect(logical.reduce((sum, { length }) => sum + length, 0)).toBe(volume.length);
    const boot = logical.find(({ what }) => what === "boot sector");
    expect(boot?.start).toBe(at + 6 * extentBytes);
    expect(ofClass(ranges, "gap").length).toBeGreaterThan(0);
  });

  it("names what the medium itself lacks as unreadable, whatever it would be", () => {
    const bytes = partitioned([fat, 8]);
    const whole = new MemorySource(new Uint8Array(bytes), "m.raw");
    const holes: readonly (readonly [number, number])[] = [
      [1024, 512],
      [8 * 512 + 4 * 512, 2048],
    ];
    const holed: ByteSource = {
      size: whole.size,
      readInto: (target, at) => whole.readInto(target, at),
      *runsIn(at, length): Iterable<Run> {
        for (let from = at; from < Math.min(whole.size, at + length);) {
          const hole = holes.find(([start, bytesOf]) => from >= start && from < start + bytesOf);
          const next = Math.min(...holes.flatMap(([start]) => (start > from ? [start] : [])), at + length, whole.size);
          const end = hole ? Math.min(hole[0] + hole[1], at + length) : next;
          const place = { path: "m.raw", offset: from, exact: true };
          yield { start: from, length: end - from, kind: hole ? "unreadable" : "data", place };
          from = end;
        }
      },
    };
    const ranges = checked(new RawImage([{ name: "m.raw", source: holed }]));
    expect(ofClass(ranges, "unreadable").map(({ start, length }) => [start, length])).toEqual(holes);
    expect(accountOf(mediumOf(new RawImage([{ name: "m.raw", source: holed }]))).strip).toContain(
      cellLetters.unreadable,
    );
  });

  it("has the files of a disc and of the disk that it is as well", () => {
    const disc = discs.find(({ name }) => /rock ridge/i.test(name)) ?? discs[0]!;
    const start = Math.ceil(disc.bytes.length / 512);
    const medium = Buffer.alloc((start + 4) * 512 + fat.length);
    medium.set(disc.bytes);
    medium.set(fat, start * 512);
    putEntry(medium, 0, { index: 0, type: 0xef, first: start, count: fat.length / 512 });
    const { volumes } = mediumOf(rawOf(medium));
    expect(volumes.hybrid).toBe(true);
    expect(volumes.children.map(({ path }) => path)).toEqual(["gap1", "p1", "gap2"]);
    const ranges = checked(rawOf(medium));
    const bytesOf = (path: string, kind: string) =>
      ranges.reduce((sum, range) => sum + (range.path === path && range.class === kind ? range.length : 0), 0);
    const alone = Array.from(accountIn(mediumOf(rawOf(disc.bytes))));
    const content = alone.reduce((sum, range) => sum + (range.class === "content" ? range.length : 0), 0);
    expect(bytesOf("", "content")).toBe(content);
    expect(bytesOf("p1", "content")).toBeGreaterThan(0);
    expect(ranges[0]).toMatchObject({ what: "boot record", length: 512 });
    expect(ofClass(ranges, "not-understood")).toEqual([]);
  });

  it("counts every byte once, however volumes overlap or reach out of the medium", () => {
    const places = fc.array(fc.tuple(fc.integer({ min: 1, max: 180 }), fc.integer({ min: 1, max: 120 })), {
      ...{ minLength: 1, maxLength: 4 },
    });
    fc.assert(
      fc.property(places, fc.integer({ min: 64, max: 200 }), (volumes, sectors) => {
        const medium = Buffer.alloc(sectors * 512);
        for (const [index, [first, count]] of volumes.entries())
          putEntry(medium, 0, { index, type: 0x83, first, count });
        checked(rawOf(medium));
      }),
      { numRuns: 60 },
    );
  });
});
