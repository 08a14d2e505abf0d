import { describe, expect, it } from "vitest";
import { MemorySource } from "../../../native-free/bytes/byte-source.ts";
import { gptEntry, gptHeader } from "../../../native-free/volumes/table-layouts.ts";
import { openVolumes } from "../../../native-free/volumes/open-volumes.ts";
import { putEntry, putGpt, sealGpt, type GptOptions } from "../../fixtures/volumes/partition-tables.ts";

const mib = 1 << 20;
const open = (medium: Buffer, sectorBytes = 512) => openVolumes(new MemorySource(medium), { sectorBytes })!;
const codes = (found: readonly { code: string }[]): string[] => found.map(({ code }) => code);
const said = (medium: Buffer): string[] =>
  open(medium).findings.map(({ code, params }) => [code, ...Object.values(params)].join(" "));

function table(options: GptOptions = {}): Buffer {
  const medium = Buffer.alloc(8 * mib);
  const { sector = 512 } = options;
  const volumes = [
    { first: mib / sector, last: (3 * mib) / sector - 1, name: "Données", attributes: [5, 0xd000_0000] as const },
    { first: (3 * mib) / sector, last: (4 * mib) / sector - 1, name: "Boot", type: "28732ac11ff8d211ba4b00a0c93ec93b" },
  ];
  putGpt(medium, volumes, options);
  return medium;
}

describe("an intact table", () => {
  it.each([
    [512, {}],
    [4096, {}],
    [512, { entryBytes: 256 }],
    [512, { entryCount: 4096 }],
  ])("of sectors of %i bytes %j", (sector, options) => {
    const system = open(table({ sector, ...options }), sector);
    expect([system.format, system.sectorBytes, system.findings]).toEqual(["gpt", sector, []]);
    expect(system.volumes.map(({ name, start, length, label }) => [name, start! / mib, length / mib, label])).toEqual([
      ["p1", 1, 2, "Données"],
      ["p2", 3, 1, "Boot"],
    ]);
    expect(system.volumes.map(({ typeName, flags }) => [typeName, flags])).toEqual([
      ["Microsoft basic data", ["required", "bootable", "read-only", "hidden", "no-automount"]],
      ["EFI system", []],
    ]);
    expect(system.tables.map(({ what }) => what)).toEqual([
      "boot record",
      "primary header",
      "partition entries",
      "backup entries",
      "backup header",
    ]);
    expect(system.volumes[0]!.uuid).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  });

  it("in other sectors than the caller thinks", () => {
    expect(said(table({ sector: 4096 }))).toEqual(["volume/sector-size 4096 512"]);
  });
});

describe("one table damaged", () => {
  it("the backup is used for the primary header, its entries, and both gone", () => {
    const header = table();
    header[512 + 40]! ^= 1;
    const entries = table();
    entries[1024 + 60]! ^= 1;
    const gone = table();
    gone.fill(0, 512, 1024 + 16_384);
    for (const [medium, problem] of [
      [header, "header checksum"],
      [entries, "checksum of the entries"],
      [gone, "not there"],
    ] as const) {
      expect(said(medium)).toEqual([`volume/gpt-header-damaged primary ${problem}`, "volume/gpt-copy-used"]);
      expect(open(medium).volumes.map(({ label }) => label)).toEqual(["Données", "Boot"]);
    }
  });

  it("the backup gone, cut off, or at the end of a smaller medium", () => {
    const gone = table();
    gone.fill(0, 8 * mib - 512);
    expect(said(gone)).toEqual(["volume/gpt-backup-missing 16383"]);
    expect(said(table().subarray(0, 7 * mib))).toEqual(["volume/gpt-backup-missing 16383"]);
    const grown = Buffer.concat([table(), Buffer.alloc(mib)]);
    expect(said(grown)).toEqual([
      "volume/gpt-backup-place 16383 18431",
      "volume/gpt-no-protection does not cover the medium",
    ]);
    const damaged = table();
    damaged[8 * mib - 512 + 24]! ^= 1;
    expect(said(damaged)[0]).toMatch(/^volume\/gpt-header-damaged backup header checksum/);
  });

  it("both damaged: what is left is used and said; nothing left gives no volumes", () => {
    const both = table();
    both[1024 + 60]! ^= 1;
    both[8 * mib - 512 + 40]! ^= 1;
    expect(open(both).volumes).toHaveLength(2);
    expect(codes(open(both).findings).filter((code) => code === "volume/gpt-header-damaged")).toHaveLength(2);
    const cleared = table();
    for (const at of [512, 8 * mib - 512]) cleared.fill(0xff, at + 72, at + 92);
    cleared.fill(0, 446, 510);
    expect(open(cleared).volumes).toEqual([]);
  });
});

describe("two tables that differ", () => {
  it("in their fields and entries", () => {
    const medium = table();
    const other = Buffer.alloc(8 * mib);
    putGpt(other, [{ first: 2048, last: 4095, name: "older" }]);
    const backup = 8 * mib - 33 * 512;
    other.copy(medium, backup, backup);
    gptHeader.cursor().over(medium, 8 * mib - 512).lastUsable = 9000;
    sealGpt(medium, 16_383);
    expect(said(medium)).toEqual(["volume/gpt-differ last usable sector", "volume/gpt-entries-differ 2 1"]);
    expect(open(medium).volumes).toHaveLength(2);
  });
});

describe("entries in disorder", () => {
  it("overlaps, identifiers twice, outside of what is usable, backwards", () => {
    const medium = Buffer.alloc(8 * mib);
    const identity = "00112233445566778899aabbccddeeff";
    putGpt(medium, [
      { first: 2048, last: 4095, name: "one", identity },
      { first: 3000, last: 5000, name: "two", identity },
      { first: 6000, last: 5990, name: "backwards" },
      { first: 16_000, last: 16_380, name: "in the backup" },
      { first: 2 ** 40, last: 2 ** 60, name: "nowhere" },
      { first: 17_000, last: 17_010, name: "behind" },
    ]);
    const system = open(medium);
    expect(system.volumes.map(({ name }) => name)).toEqual(["p1", "p2", "p4", "p6"]);
    expect(codes(system.findings).toSorted()).toEqual([
      "volume/entry-odd",
      "volume/entry-odd",
      "volume/gpt-identifier-twice",
      "volume/gpt-outside-usable",
      "volume/gpt-outside-usable",
      "volume/outside-medium",
      "volume/over-table",
      "volume/overlap",
    ]);
  });

  it("more entries than any program writes are counted", () => {
    const medium = Buffer.alloc(8 * mib);
    const volumes = Array.from({ length: 3000 }, (_, index) => ({ first: 3000 + index, last: 3000 + index, name: "" }));
    putGpt(medium, volumes, { entryCount: 4096 });
    expect(open(medium).volumes).toHaveLength(1024);
    expect(said(medium)).toEqual(["volume/gpt-many 1024 1976"]);
  });

  it("an array of more bytes than any program writes is damage", () => {
    const medium = table();
    gptHeader.cursor().over(medium, 512).entryCount = 0xffff_ffff;
    sealGpt(medium, 1);
    expect(said(medium)).toEqual(["volume/gpt-header-damaged primary place of the entries", "volume/gpt-copy-used"]);
  });

  it("entries at a place of another header are read once each", () => {
    const medium = table();
    gptEntry.cursor().over(medium, 1024).last = 4095;
    expect(open(medium).volumes[0]!.length).toBe(2 * mib);
  });
});

describe("the boot record in front of it", () => {
  it("absent, without protection, too small", () => {
    const none = table();
    none.fill(0, 0, 512);
    expect(said(none)).toEqual(["volume/gpt-no-protection no boot record"]);
    const other = table();
    other.fill(0, 446, 510);
    putEntry(other, 0, { index: 0, type: 0x83, first: 12_000, count: 100 });
    expect(said(other)).toEqual(["volume/gpt-no-protection no entry of the type 0xee", "volume/hybrid 1 1"]);
    const small = table();
    putEntry(small, 0, { index: 0, type: 0xee, first: 2, count: 100 });
    expect(said(small)).toEqual([
      "volume/gpt-no-protection begins elsewhere",
      "volume/gpt-no-protection does not cover the medium",
    ]);
  });

  it("hybrid: volumes that only it has are there, behind the others", () => {
    const medium = table();
    putEntry(medium, 0, { index: 1, type: 0x07, first: 2048, count: 4096 });
    putEntry(medium, 0, { index: 2, type: 0x0c, first: 10_000, count: 100 });
    putEntry(medium, 0, { index: 3, type: 0x05, first: 12_000, count: 1000 });
    putEntry(medium, 12_000, { index: 0, type: 0x83, first: 1, count: 10 });
    const system = open(medium);
    expect(system.volumes.map(({ name, type, start }) => [name, type, start! / 512]).slice(2)).toEqual([
      ["p131", "0x0c", 10_000],
      ["p133", "0x83", 12_001],
    ]);
    expect(said(medium)).toEqual(["volume/hybrid 3 2"]);
    expect(new Set(system.volumes.map(({ name }) => name)).size).toBe(system.volumes.length);
  });
});
