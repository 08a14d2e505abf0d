import { describe, expect, it } from "vitest";
import { MemorySource, type ByteSource } from "../../../native-free/bytes/byte-source.ts";
import { openVolumes } from "../../../native-free/volumes/open-volumes.ts";
import { putEntry, putXfs } from "../../fixtures/volumes/partition-tables.ts";

const mib = 1 << 20;
const open = (medium: Buffer, sectorBytes = 512) => openVolumes(new MemorySource(medium), { sectorBytes });
const codes = (found: readonly { code: string }[]): string[] => found.map(({ code }) => code);
const places = (system: ReturnType<typeof open>, sector = 512) =>
  system!.volumes.map(({ name, start, length }) => [name, start! / sector, length / sector]);

/** Two primary partitions, an extended one with three logical ones. */
function chained(): Buffer {
  const medium = Buffer.alloc(4 * mib);
  putEntry(medium, 0, { index: 0, type: 0x07, first: 64, count: 1000, flag: 0x80 });
  putEntry(medium, 0, { index: 1, type: 0x0f, first: 2048, count: 4096 });
  putEntry(medium, 0, { index: 3, type: 0x1b, first: 1064, count: 500 });
  putEntry(medium, 2048, { index: 0, type: 0x83, first: 63, count: 900 });
  putEntry(medium, 2048, { index: 1, type: 0x05, first: 1024, count: 1024 });
  putEntry(medium, 3072, { index: 0, type: 0x82, first: 1, count: 100 });
  putEntry(medium, 3072, { index: 1, type: 0x85, first: 2048, count: 1024 });
  putEntry(medium, 4096, { index: 0, type: 0x8e, first: 2, count: 100 });
  return medium;
}

describe("a boot record with a chain", () => {
  const system = open(chained());

  it("lists volumes, their types and flags", () => {
    expect(system!.format).toBe("mbr");
    expect(places(system)).toEqual([
      ["p1", 64, 1000],
      ["p4", 1064, 500],
      ["p5", 2111, 900],
      ["p6", 3073, 100],
      ["p7", 4098, 100],
    ]);
    expect(system!.volumes.map(({ type, typeName, flags }) => [type, typeName, flags])).toEqual([
      ["0x07", "NTFS or exFAT", ["bootable"]],
      ["0x1b", "hidden FAT32", ["hidden"]],
      ["0x83", "Linux", ["logical"]],
      ["0x82", "Linux swap or Solaris", ["logical"]],
      ["0x8e", "Linux LVM", ["logical"]],
    ]);
    expect(system!.findings).toEqual([]);
  });

  it("accounts for tables and gaps", () => {
    expect(system!.tables.map(({ start, what }) => [start / 512, what])).toEqual([
      [0, "boot record"],
      [2048, "extended boot record"],
      [3072, "extended boot record"],
      [4096, "extended boot record"],
    ]);
    expect(system!.gaps.map(({ name, start, length }) => [name, start / 512, length / 512])).toEqual([
      ["gap1", 1, 63],
      ["gap2", 1564, 484],
      ["gap3", 2049, 62],
      ["gap4", 3011, 61],
      ["gap5", 3173, 923],
      ["gap6", 4097, 1],
      ["gap7", 4198, 3994],
    ]);
  });
});

describe("chains in disorder", () => {
  it("a loop, a self-reference and a link that is none end the chain", () => {
    const loop = chained();
    putEntry(loop, 4096, { index: 1, type: 0x05, first: 0, count: 10 });
    expect(places(open(loop))).toHaveLength(5);
    expect(codes(open(loop)!.findings)).toEqual(["volume/chain-loop"]);
    const self = chained();
    putEntry(self, 3072, { index: 1, type: 0x05, first: 1024, count: 10 });
    expect(codes(open(self)!.findings)).toEqual(["volume/chain-loop"]);
    const broken = chained();
    broken.fill(0, 4096 * 512 + 510, 4096 * 512 + 512);
    expect(places(open(broken))).toHaveLength(4);
    expect(open(broken)!.findings).toMatchObject([{ code: "volume/chain-broken", params: { sector: 4096 } }]);
  });

  it("links and volumes outside of the extended partition are followed and said", () => {
    const medium = chained();
    putEntry(medium, 4096, { index: 1, type: 0x05, first: 5000, count: 10 });
    putEntry(medium, 7048, { index: 0, type: 0x83, first: 1, count: 10 });
    expect(places(open(medium)).at(-1)).toEqual(["p8", 7049, 10]);
    expect(open(medium)!.findings.map(({ code, params }) => [code, params])).toEqual([
      ["volume/chain-leaves", { what: "link", sector: 7048 }],
      ["volume/chain-leaves", { what: "volume", sector: 7049 }],
    ]);
  });

  it("a chain without end is left", () => {
    const medium = Buffer.alloc(2 * mib);
    putEntry(medium, 0, { index: 0, type: 0x05, first: 1, count: 4000 });
    for (let link = 1; link < 2000; link++) putEntry(medium, link, { index: 1, type: 0x05, first: link, count: 1 });
    expect(codes(open(medium)!.findings)).toContain("volume/chain-long");
  });
});

describe("volumes in disorder", () => {
  it("overlaps and what lies beyond the end are said and read as missing", () => {
    const medium = Buffer.alloc(mib);
    putEntry(medium, 0, { index: 0, type: 0x07, first: 64, count: 1000 });
    putEntry(medium, 0, { index: 1, type: 0x07, first: 500, count: 2000 });
    putEntry(medium, 0, { index: 2, type: 0x07, first: 510, count: 10, flag: 0x80 });
    const system = open(medium)!;
    expect(system.findings.map(({ code, params }) => [code, params])).toEqual([
      ["volume/overlap", { first: "p1", second: "p2", bytes: 564 * 512 }],
      ["volume/overlap", { first: "p2", second: "p3", bytes: 10 * 512 }],
      ["volume/outside-medium", { volume: "p2", bytes: 452 * 512 }],
    ]);
    const runs = [...system.volumes[1]!.source.runsIn(0, 2000 * 512)].map(({ length, kind }) => [length / 512, kind]);
    expect(runs).toEqual([
      [1548, "data"],
      [452, "missing"],
    ]);
  });

  it("a flag that is none is said where the rest leads somewhere", () => {
    const medium = chained();
    putXfs(medium, 1064 * 512);
    medium[446] = 0x12;
    expect(open(medium)!.findings).toMatchObject([{ code: "volume/entry-odd", params: { entry: "p1" } }]);
  });

  it("more of one kind than anybody reads are counted", () => {
    const medium = Buffer.alloc(2 * mib);
    putEntry(medium, 0, { index: 0, type: 0x05, first: 1, count: 4000 });
    for (let link = 1; link < 100; link++) {
      putEntry(medium, link, { index: 0, type: 0x83, first: 4000, count: 100 });
      putEntry(medium, link, { index: 1, type: 0x05, first: link, count: 1 });
    }
    const { findings } = open(medium)!;
    expect(findings.filter(({ code }) => code === "volume/overlap")).toHaveLength(64);
    expect(findings.filter(({ code }) => code === "volume/more-of-them").map(({ params }) => params)).toContainEqual({
      code: "volume/overlap",
      count: 34,
    });
  });
});

describe("what is a table and what is not", () => {
  it("a medium of 4096-byte sectors that is said to have 512", () => {
    const medium = Buffer.alloc(8 * mib);
    putEntry(medium, 0, { index: 0, type: 0x83, first: 256, count: 256 });
    putXfs(medium, mib);
    const system = open(medium)!;
    expect([system.sectorBytes, ...places(system, 4096)]).toEqual([4096, ["p1", 256, 256]]);
    expect(system.findings).toMatchObject([{ code: "volume/sector-size", params: { bytes: 4096, expected: 512 } }]);
    expect(open(medium, 4096)!.findings).toEqual([]);
  });

  it("a record without entries, and one that protects a table that is gone", () => {
    const empty = Buffer.alloc(mib);
    empty.writeUInt16LE(0xaa55, 510);
    expect([places(open(empty)), codes(open(empty)!.findings)]).toEqual([[], ["volume/empty-table"]]);
    const lost = Buffer.alloc(mib);
    putEntry(lost, 0, { index: 0, type: 0xee, first: 1, count: 2047 });
    expect(codes(open(lost)!.findings)).toEqual(["volume/gpt-lost"]);
  });

  it("boot sectors of file systems are none, even with text or code where entries stand", () => {
    const fat = Buffer.alloc(mib);
    fat.set([0xeb, 0x3c, 0x90], 0);
    fat.writeUInt16LE(512, 11);
    fat.set([4, 1, 0, 2, 0, 2, 0, 8, 0xf8, 2, 0], 13);
    fat.writeUInt16LE(0xaa55, 510);
    expect(open(fat)).toBeNull();
    fat.write("\r\nRemove disks or other media.\xff\r\nDisk error\xff", 446, "latin1");
    expect(open(fat)).toBeNull();
    // A real table in a sector that passes for a boot sector: sticks are made so.
    fat.fill(0, 446, 510);
    putEntry(fat, 0, { index: 0, type: 0x83, first: 100, count: 1000 });
    expect(open(fat)).toBeNull();
    putXfs(fat, 100 * 512);
    expect(codes(open(fat)!.findings)).toEqual(["volume/also-file-system"]);
  });

  it("a superblock left beside a table does not hide it", () => {
    const medium = chained();
    medium.writeUInt32LE(16, 1024);
    medium.writeUInt32LE(4096, 1028);
    medium.writeUInt16LE(0xef53, 1080);
    expect(places(open(medium))).toHaveLength(5);
    expect(open(medium)!.findings).toMatchObject([{ code: "volume/also-file-system", params: { kind: "ext2" } }]);
  });

  it("the head of a dynamic disk stands beside its table", () => {
    const medium = chained();
    medium.write("PRIVHEAD", 3072);
    medium.writeUInt16BE(2, 3084);
    expect([open(medium)!.volumes.length, open(medium)!.findings]).toEqual([5, []]);
  });

  it("a hybrid disc: the volume that begins with the table is not opened without end", () => {
    const medium = Buffer.alloc(mib);
    const descriptor = 16 * 2048;
    medium[descriptor] = 1;
    medium.write("CD001", descriptor + 1, "latin1");
    putEntry(medium, 0, { index: 0, type: 0x17, first: 0, count: 2048, flag: 0x80 });
    putEntry(medium, 0, { index: 1, type: 0xef, first: 400, count: 100 });
    const system = open(medium)!;
    expect(codes(system.findings)).toEqual(["volume/also-file-system", "volume/overlap", "volume/over-table"]);
    expect(openVolumes(system.volumes[0]!.source, { sectorBytes: 512 })).toBeNull();
  });
});

it("a link that could not be read is said, since it reads as zeros", () => {
  const medium = chained();
  medium.fill(0, 3072 * 512, 3073 * 512);
  const broken = new MemorySource(medium);
  const source: ByteSource = {
    size: broken.size,
    readInto: (target, at) => broken.readInto(target, at),
    *runsIn(at, length) {
      for (const run of broken.runsIn(at, length)) yield at === 0 ? { ...run, kind: "unreadable" } : run;
    },
  };
  const system = openVolumes(source, { sectorBytes: 512 })!;
  expect(codes(system.findings)).toEqual(["volume/chain-broken", "volume/table-unreadable"]);
});
