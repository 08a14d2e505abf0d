import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { gptEntry, gptHeader, bootEntry } from "../../../native-free/volumes/table-layouts.ts";
import { Triage } from "../../../native-free/triage/triage.ts";
import { triageSays } from "../../../src/messages/en.ts";
import { freshFolder } from "../../fixtures/evidence-folder.ts";

const base = freshFolder("triage");
afterAll(() => rmSync(base, { recursive: true, force: true }));

const slotBytes = 1 << 18;
const mib = 1 << 20;

function slotsOf(medium: Buffer): { at: number; bytes: Buffer }[] {
  const count = Math.ceil(medium.length / slotBytes);
  return Array.from({ length: count }, (_, n) => ({
    at: n * slotBytes,
    bytes: medium.subarray(n * slotBytes, (n + 1) * slotBytes),
  }));
}

function looked(medium: Buffer, order = slotsOf(medium), size: number | null = medium.length): Triage {
  const triage = new Triage({ size });
  for (const { bytes, at } of order) triage.look(bytes, at);
  return triage;
}

function putEntry(medium: Buffer, sector: number, index: number, type: number, first: number, count: number): void {
  const at = sector * 512;
  Object.assign(bootEntry.cursor().over(medium, at + 446 + index * 16), {
    type,
    firstSector: first,
    sectorCount: count,
  });
  medium.writeUInt16LE(0xaa55, at + 510);
}

function putNtfs(medium: Buffer, at: number, sectors: number): void {
  medium[at] = 0xeb;
  medium.write("NTFS    ", at + 3, "latin1");
  medium.writeUInt16LE(512, at + 11);
  medium.writeUInt32LE(sectors - 1, at + 40);
  medium.writeUInt16LE(0xaa55, at + 510);
}

function putXfs(medium: Buffer, at: number, label: string): void {
  medium.write("XFSB", at, "latin1");
  medium.writeUInt32BE(4096, at + 4);
  medium.writeUInt32BE(256, at + 12);
  medium.write(label, at + 108, "latin1");
}

/** A primary and a backup header with one array of entries each, as UEFI Specification 5.3 lays them out. */
function putGpt(medium: Buffer, volumes: readonly { first: number; last: number; name: string }[], sector = 512): void {
  const last = medium.length / sector - 1;
  const entries = Buffer.alloc(128 * 128);
  volumes.forEach(({ first, last: end, name }, index) => {
    const type = Buffer.from("a2a0d0ebe5b9334487c068b6b72699c7", "hex");
    Object.assign(gptEntry.cursor().over(entries, index * 128), {
      type,
      identity: randomBytes(16),
      first,
      last: end,
      name,
    });
  });
  const headerAt = (own: number, other: number, entriesSector: number) => {
    entries.copy(medium, entriesSector * sector);
    const header = medium.subarray(own * sector, own * sector + 92);
    const fields = { signature: "EFI PART", revision: 0x10000, headerBytes: 92, ownSector: own, otherSector: other };
    const array = { entriesSector, entryCount: 128, entryBytes: 128, entriesCrc: crc32(entries) };
    const cursor = Object.assign(gptHeader.cursor().over(header), fields, array);
    cursor.headerCrc = crc32(header);
  };
  headerAt(1, last, 2);
  headerAt(last, 1, last - Math.ceil(entries.length / sector));
}

describe("partition tables", () => {
  it("MBR with a chain of logical volumes, one of them a loop's end", () => {
    const medium = Buffer.alloc(8 * mib);
    putEntry(medium, 0, 0, 0x07, 63, 2000);
    putEntry(medium, 0, 1, 0x05, 4096, 8192);
    putEntry(medium, 4096, 0, 0x83, 63, 1000);
    putEntry(medium, 4096, 1, 0x05, 2048, 2048);
    putEntry(medium, 6144, 0, 0x83, 2, 1000);
    putEntry(medium, 6144, 1, 0x05, 2048, 2048);
    putNtfs(medium, 63 * 512, 2000);
    putXfs(medium, (6144 + 2) * 512, "second");
    const { table, fileSystems } = looked(medium).summary();
    expect(table.scheme).toBe("MBR");
    expect(table.volumes.map(({ at, bytes, from }) => [at / 512, bytes / 512, from])).toEqual([
      [63, 2000, "MBR"],
      [4159, 1000, "chain"],
      [6146, 1000, "chain"],
    ]);
    expect(table.notSeen).toEqual([]);
    expect(fileSystems).toEqual([
      { at: 63 * 512, kind: "NTFS", label: null, bytes: 2000 * 512 },
      { at: 6146 * 512, kind: "XFS", label: "second", bytes: 256 * 4096 },
    ]);
  });

  const volumes = (sector: number) => [
    { first: mib / sector, last: (3 * mib) / sector - 1, name: "Données" },
    { first: (3 * mib) / sector, last: (5 * mib) / sector - 1, name: "Boot" },
  ];
  const gptMedium = (sector = 512): Buffer => {
    const medium = Buffer.alloc(6 * mib);
    putEntry(medium, 0, 0, 0xee, 1, 12287);
    putGpt(medium, volumes(sector), sector);
    putXfs(medium, 3 * mib, "boot");
    return medium;
  };

  it.each([512, 4096])("GPT in sectors of %i bytes, both headers", (sector) => {
    const { table, fileSystems } = looked(gptMedium(sector)).summary();
    expect(table).toMatchObject({ scheme: "GPT", sectorBytes: sector, gpt: { primary: "valid", backup: "valid" } });
    expect(table.volumes.map(({ at, name, from, seen }) => [at, name, from, seen])).toEqual([
      [mib, "Données", "GPT", "all"],
      [3 * mib, "Boot", "GPT", "all"],
    ]);
    expect(fileSystems).toEqual([{ at: 3 * mib, kind: "XFS", label: "boot", bytes: mib }]);
  });

  it("a damaged primary GPT: the backup is used, and what passed before is remembered", () => {
    const medium = gptMedium();
    medium[512 + 40]! ^= 1;
    const { table, fileSystems } = looked(medium).summary();
    expect(table.gpt).toEqual({ primary: "damaged", backup: "valid" });
    expect(table.volumes.map(({ from, seen }) => [from, seen])).toEqual([
      ["GPT backup", "none"],
      ["GPT backup", "part"],
    ]);
    expect(fileSystems).toEqual([{ at: 3 * mib, kind: "XFS", label: "boot", bytes: mib }]);
  });

  it("damaged entries are said", () => {
    const medium = gptMedium();
    medium[1024 + 60]! ^= 1;
    expect(looked(medium).summary().table.gpt).toEqual({ primary: "damaged", backup: "valid" });
  });

  it("a missed start of a volume and a missed table are named", () => {
    const medium = gptMedium();
    const withoutVolume = slotsOf(medium).filter(({ at }) => at !== 3 * mib);
    const first = looked(medium, withoutVolume).summary();
    expect(first.table.volumes.map(({ seen }) => seen)).toEqual(["all", "none"]);
    expect(first.fileSystems).toEqual([]);
    expect(first.looked).toEqual({ bytes: medium.length - slotBytes, share: 0.9583 });
    expect(looked(medium, slotsOf(medium).slice(1, -1)).summary().table.scheme).toBe("not seen");
    const chained = Buffer.alloc(4 * mib);
    putEntry(chained, 0, 0, 0x0f, 4096, 1000);
    const missed = slotsOf(chained).filter(({ at }) => at !== 2 * mib);
    expect(looked(chained, missed).summary().table.notSeen).toEqual([2 * mib]);
  });

  it("slots in any order give the same", () => {
    const medium = gptMedium();
    const inOrder = looked(medium).summary();
    fc.assert(
      fc.property(fc.shuffledSubarray(slotsOf(medium), { minLength: slotsOf(medium).length }), (order) => {
        const { table, fileSystems, blocks, entropy } = looked(medium, order).summary();
        expect(table.volumes.map(({ at, bytes, name }) => ({ at, bytes, name }))).toEqual(
          inOrder.table.volumes.map(({ at, bytes, name }) => ({ at, bytes, name })),
        );
        expect([fileSystems, blocks, entropy]).toEqual([inOrder.fileSystems, inOrder.blocks, inOrder.entropy]);
      }),
      { numRuns: 20 },
    );
  });

  it("Apple's map", () => {
    const medium = Buffer.alloc(mib);
    medium.writeUInt16BE(0x4552, 0);
    medium.writeUInt16BE(512, 2);
    [
      ["Apple", "Apple_partition_map", 1, 63],
      ["disk", "Apple_HFS", 64, 512],
    ].forEach(([name, type, first, count], index) => {
      const at = 512 * (index + 1);
      medium.writeUInt16BE(0x504d, at);
      [2, first, count].forEach((value, n) => medium.writeUInt32BE(Number(value), at + 4 + 4 * n));
      medium.write(String(name), at + 16, "latin1");
      medium.write(String(type), at + 48, "latin1");
    });
    const { table } = looked(medium).summary();
    expect(table.scheme).toBe("APM");
    expect(table.volumes).toEqual([
      { at: 64 * 512, bytes: 512 * 512, type: "Apple_HFS", name: "disk", from: "APM", seen: "all" },
    ]);
  });
});

describe("what is made by the system's tools is recognised", () => {
  const tools = [
    ["mkfs.ext4", ["-q", "-F", "-L", "Mixte"], "ext4", "Mixte"],
    ["mkfs.ext3", ["-q", "-F"], "ext3", null],
    ["mkfs.ext2", ["-q", "-F", "-L", "old"], "ext2", "old"],
    ["mkfs.ntfs", ["-q", "-F", "-f"], "NTFS", null],
    ["mkswap", ["-q", "-L", "paging"], "Linux swap", "paging"],
    ["mkfs.vfat", ["-F", "32", "-n", "STICK"], "FAT32", "STICK"],
    ["mkfs.xfs", ["-q", "-f"], "XFS", null],
    ["mkfs.btrfs", ["-q", "-L", "tree"], "Btrfs", "tree"],
    ["mkfs.exfat", [], "exFAT", null],
  ] as const;
  for (const [tool, args, kind, label] of tools) {
    const path = ["/usr/sbin", "/sbin"].map((folder) => join(folder, tool)).find((each) => existsSync(each));
    it(tool, (context) => {
      if (path === undefined) context.skip(`${tool} is not installed`);
      const file = join(base, tool);
      const large = kind === "XFS" || kind === "Btrfs";
      writeFileSync(file, Buffer.alloc(large ? 310 * mib : 12 * mib));
      execFileSync(path!, [...args, file], { stdio: "ignore" });
      const { table, fileSystems } = looked(readFileSync(file)).summary();
      rmSync(file);
      expect(table.scheme).toBe("superfloppy");
      expect(fileSystems).toMatchObject([{ at: 0, kind, label }]);
    });
  }
});

describe("entropy and emptiness", () => {
  const medium = Buffer.concat([Buffer.alloc(4 * mib), randomBytes(4 * mib), Buffer.alloc(8 * mib, "plain text. ")]);

  it("each stretch shows what it holds", () => {
    const { entropy, blocks } = looked(medium).summary();
    expect(entropy.cellBytes).toBe(slotBytes);
    expect(entropy.cells.slice(0, 16)).toEqual(Array.from({ length: 16 }, () => 0));
    expect(entropy.cells.slice(16, 32).every((cell) => cell !== null && cell > 7.9)).toBe(true);
    expect(entropy.cells.slice(32).every((cell) => cell !== null && cell > 2 && cell < 4)).toBe(true);
    expect(entropy).toMatchObject({ measured: 256, high: 64, highShare: 0.25 });
    expect(blocks).toEqual({ bytes: 4096, count: 4096, empty: 1024, emptyShare: 0.25 });
  });

  it("a medium of unknown size gets the same shares, and its size at the end", () => {
    const triage = looked(medium, slotsOf(medium), null);
    expect(triage.summary().looked).toEqual({ bytes: 16 * mib, share: null });
    const { size, looked: all, entropy } = triage.summary(16 * mib);
    expect([size, all.share, entropy.highShare, entropy.cells.length]).toEqual([16 * mib, 1, 0.25, 64]);
    expect(entropy.cells).toEqual(looked(medium).summary().entropy.cells);
  });

  it("the line says it in numbers and our own words", () => {
    expect(triageSays.triageLine(looked(medium).facts())).toBe(
      "no partition table; 25 % empty, 25 % compressed or encrypted",
    );
    expect(triageSays.triageLine(new Triage({ size: null }).facts())).toBe("partition table not seen yet");
    expect(JSON.parse(JSON.stringify(looked(medium).summary()))).toEqual(looked(medium).summary());
  });
});

describe("garbage", () => {
  it("never throws, whatever a table says", () => {
    const seeds = [
      Buffer.alloc(slotBytes),
      gptSeed(),
      Buffer.from(Uint8Array.from({ length: slotBytes }, (_, n) => Math.imul(n, 0x9e37_79b1) >>> 13)),
    ];
    const patch = fc.record({ at: fc.nat(8191), bytes: fc.uint8Array({ minLength: 1, maxLength: 32 }) });
    fc.assert(
      fc.property(
        fc.constantFrom(...seeds),
        fc.array(patch, { maxLength: 12 }),
        fc.option(fc.nat(4 * slotBytes)),
        fc.array(fc.nat(8), { maxLength: 4 }),
        fc.nat(slotBytes),
        (seed, patches, size, places, length) => {
          const bytes = Buffer.from(seed);
          for (const { at, bytes: patched } of patches) bytes.set(patched, at);
          const triage = new Triage({ size });
          triage.look(bytes, 0);
          for (const place of places) triage.look(bytes.subarray(0, length), place * slotBytes);
          expect(triage.summary().table.volumes.length).toBeLessThanOrEqual(256);
          expect(triageSays.triageLine(triage.facts())).not.toBe("");
        },
      ),
      { numRuns: 200 },
    );
  });

  function gptSeed(): Buffer {
    const medium = Buffer.alloc(slotBytes);
    putEntry(medium, 0, 0, 0x0f, 3, 100);
    putGpt(medium, [{ first: 40, last: 200, name: "x" }]);
    return medium;
  }
});
