/** Apple's map, BSD labels, tables that are only recognised, and media that two of them claim. */
import { describe, expect, it } from "vitest";
import { MemorySource } from "../../../native-free/bytes/byte-source.ts";
import { volumeSystemFormats } from "../../../native-free/volumes/index.ts";
import { openVolumes } from "../../../native-free/volumes/open-volumes.ts";
import { publishedDataPresent, publishedMedium } from "../../fixtures/published-media.ts";
import { putApple, putBsd, putEntry } from "../../fixtures/volumes/partition-tables.ts";

const mib = 1 << 20;
const open = (medium: Buffer, sectorBytes = 512) => openVolumes(new MemorySource(medium), { sectorBytes })!;
const said = (medium: Buffer): string[] =>
  open(medium).findings.map(({ code, params }) => [code, ...Object.values(params)].join(" "));

const map = [
  { name: "Apple", type: "Apple_partition_map", first: 1, count: 63 },
  { name: "Macintosh", type: "Apple_HFS", first: 64, count: 512, status: 0x4000_003b },
  { name: "read", type: "Apple_UFS", first: 576, count: 10, status: 0x13 },
  { name: "", type: "Apple_Free", first: 586, count: 100 },
];

describe("Apple's map", () => {
  it.each([512, 2048])("in blocks of %i bytes", (block) => {
    const medium = Buffer.alloc(2 * mib);
    putApple(medium, map, block);
    const system = open(medium);
    expect([system.format, system.sectorBytes, system.findings]).toEqual(["apm", block, []]);
    expect(
      system.volumes.map(({ name, label, start, typeName, flags }) => [name, label, start! / block, typeName, flags]),
    ).toEqual([
      ["p2", "Macintosh", 64, "HFS or HFS+", ["bootable"]],
      ["p3", "read", 576, "UFS", ["read-only"]],
    ]);
    expect(system.gaps.map(({ start }) => start / block)).toEqual([586]);
  });

  it("whose blocks are not those that it says, without descriptor, cut off, in disorder", () => {
    const other = Buffer.alloc(2 * mib);
    putApple(other, map, 512, 2048);
    expect(said(other)).toEqual([
      "volume/label-damaged partition map its blocks are not those of the driver descriptor",
    ]);
    const bare = Buffer.alloc(2 * mib);
    putApple(bare, map);
    bare.fill(0, 0, 512);
    expect(said(bare)).toEqual(["volume/label-damaged partition map no driver descriptor"]);
    const short = Buffer.alloc(2 * mib);
    putApple(short, map);
    short.fill(0, 4 * 512, 5 * 512);
    expect(said(short)).toEqual(["volume/label-damaged partition map fewer entries than it says"]);
    const odd = Buffer.alloc(2 * mib);
    putApple(odd, map);
    odd.writeUInt32BE(9, 3 * 512 + 4);
    odd.writeUInt32BE(11, 3 * 512 + 84);
    expect(said(odd)).toEqual([
      "volume/label-damaged partition map entries disagree about their number",
      "volume/entry-odd p3 its data leave it",
    ]);
  });
});

const label = [
  { index: 0, first: 16, count: 1000, type: 7 },
  { index: 1, first: 1016, count: 200, type: 1 },
  { index: 2, first: 0, count: 2048, type: 0 },
];
const places = (medium: Buffer) =>
  open(medium).volumes.map(({ name, start, length, typeName }) => [name, start! / 512, length / 512, typeName]);

describe("BSD labels", () => {
  it("at the begin of a medium", () => {
    const medium = Buffer.alloc(mib);
    putBsd(medium, 512, label);
    expect(places(medium)).toEqual([
      ["bsd1", 16, 1000, "UFS (4.2BSD)"],
      ["bsd2", 1016, 200, "swap"],
    ]);
    expect(said(medium)).toEqual([]);
  });

  it.each([0, 4096])("in a partition, counting from sector %i", (base) => {
    const medium = Buffer.alloc(4 * mib);
    putEntry(medium, 0, { index: 0, type: 0xa5, first: 4096, count: 2048 });
    const shifted = label.map((each) => ({ ...each, first: each.first + base }));
    const others = [...shifted, { index: 8 - 1, first: base === 0 ? 3000 : 100, count: 50, type: 8 }];
    putBsd(medium, 4096 * 512 + 512, others);
    const inner = openVolumes(open(medium).volumes[0]!.source, { sectorBytes: 512 })!;
    expect(inner.volumes.map(({ name, start }) => [name, start! / 512])).toEqual([
      ["bsd1", 16],
      ["bsd2", 1016],
    ]);
    expect(inner.findings.map(({ code, params }) => [code, ...Object.values(params)].join(" "))).toEqual([
      ...(base === 0 ? [] : ["volume/label-base 4096"]),
      "volume/label-elsewhere bsd8",
    ]);
    // A volume that begins with its label is not divided by it again.
    const first = openVolumes(open(medium).volumes[0]!.source, { sectorBytes: 512 })!.volumes[0]!;
    expect(openVolumes(first.source, { sectorBytes: 512 })).toBeNull();
  });

  it("whose checksum does not hold", () => {
    const medium = Buffer.alloc(mib);
    putBsd(medium, 512, [{ index: 0, first: 0, count: 2048, type: 7 }]);
    medium[512 + 30]! ^= 1;
    expect(said(medium)).toEqual(["volume/label-damaged disklabel checksum", "volume/over-table bsd1 disklabel"]);
    expect(openVolumes(open(medium).volumes[0]!.source, { sectorBytes: 512 })).toBeNull();
  });

  it.skipIf(!publishedDataPresent)("published: a label in a partition, in sectors of the disk", () => {
    const medium = publishedMedium("images/util-linux/tests/ts/blkid/images-pt/dos+bsd.img.xz");
    const inner = openVolumes(open(medium).volumes[1]!.source, { sectorBytes: 512 })!;
    expect(inner.volumes.map(({ name, start, length }) => [name, start! / 512 + 7680, length / 512])).toEqual([
      ["bsd5", 7936, 4864],
      ["bsd6", 12_544, 3584],
    ]);
  });
});

describe("tables that are not read", () => {
  const marks: readonly (readonly [string, (medium: Buffer) => void])[] = [
    ["Sun", (medium) => void (medium.writeUInt16BE(0xdabe, 508), medium.writeUInt16BE(0xdabe, 510))],
    ["Solaris", (medium) => void medium.writeUInt32LE(0x600d_deee, 512 + 12)],
    ["SGI", (medium) => void medium.writeUInt32BE(0x0be5_a941, 0)],
    ["Amiga", (medium) => void (medium.write("RDSK", 1024, "latin1"), medium.writeUInt32BE(64, 1028))],
    ["DragonFly", (medium) => void medium.writeUInt32LE(0xc446_4c59, 512)],
    ["AIX", (medium) => void medium.writeUInt32BE(0xc9c2_d4c1, 0)],
    [
      "PC-98",
      (medium) => void (medium.write("IPL1", 4, "latin1"), medium.writeUInt16LE(0xaa55, 510), (medium[446] = 5)),
    ],
  ];

  it.each(marks)("%s", (scheme, mark) => {
    const medium = Buffer.alloc(mib);
    mark(medium);
    const used = open(medium);
    expect([used.format, said(medium)]).toEqual(["unread", [`volume/scheme-not-read ${scheme}`]]);
    expect(used.gaps.reduce((sum, { length }) => sum + length, 0)).toBe(mib - 512);
  });

  it.skipIf(!publishedDataPresent)("Atari, published", () => {
    const medium = publishedMedium("images/util-linux/tests/ts/blkid/images-pt/atari-primary.img.xz");
    expect(said(medium)).toEqual(["volume/scheme-not-read Atari"]);
  });
});

it("media of two tables: one is used, the other is said", () => {
  const medium = Buffer.alloc(2 * mib);
  putApple(medium, map.slice(0, 2), 2048);
  putEntry(medium, 0, { index: 0, type: 0xef, first: 1000, count: 100 });
  expect([open(medium).format, said(medium)]).toEqual(["apm", ["volume/two-schemes apm mbr 1"]]);
});

it("formats have names of their own, all of the family", () => {
  const ids = volumeSystemFormats.map(({ registration }) => registration.id);
  expect(new Set(ids).size).toBe(ids.length);
  expect(volumeSystemFormats.every(({ registration }) => registration.family === "volume")).toBe(true);
});
