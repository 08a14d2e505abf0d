/** exFAT volumes that contradict themselves. */
import { describe, expect, it } from "vitest";
import { MemorySource, readRange } from "../../../../native-free/bytes/byte-source.ts";
import { exfatFormat } from "../../../../native-free/filesystems/exfat/format.ts";
import type { FileSystem, FileSystemEntry } from "../../../../native-free/filesystems/file-system.ts";
import { ExfatVolumeWriter, type ExfatFile, type ExfatOptions } from "../../../fixtures/filesystems/exfat-volume.ts";
import { told } from "../../../fixtures/filesystems/fat-volume.ts";
import { codes, walk } from "../../../fixtures/filesystems/walked.ts";

const chain: ExfatFile = { name: "chain.bin", data: told(3 * 512, 1), clusters: [30, 31, 33] };
const row: ExfatFile = { name: "row.bin", data: told(3 * 512, 2) };

function made(
  files: readonly ExfatFile[],
  damage: (volume: ExfatVolumeWriter) => void,
  options: ExfatOptions = {},
): FileSystem {
  const volume = new ExfatVolumeWriter({ clusters: 60, ...options }, files);
  damage(volume);
  volume.bytes[112] = 255;
  return exfatFormat.open(new MemorySource(volume.bytes))!;
}

function look(fs: FileSystem): { entries: Map<string, FileSystemEntry>; codes: string[] } {
  const entries = new Map(walk(fs).map(({ path, entry }) => [path, entry]));
  let at = 0;
  for (const { start, length } of fs.account()) {
    expect(start).toBe(at);
    at += length;
  }
  return { entries, codes: codes(fs) };
}

/** Codes of one file after something was done to its volume; the set is made sound again. */
function codesOf(file: ExfatFile, damage: (volume: ExfatVolumeWriter, at: number) => void, seal = true): string[] {
  const fs = made([file], (volume) => {
    damage(volume, volume.entries.get(`/${file.name}`)!);
    if (seal) volume.seal(`/${file.name}`);
  });
  return codes(look(fs).entries.get(`/${file.name}`)!);
}

describe("entries", () => {
  it.each<[string, ExfatFile, (volume: ExfatVolumeWriter, at: number) => unknown, string[]]>([
    ["a circle", chain, (volume) => volume.set(33, 30), ["filesystem/loop"]],
    ["a chain that breaks off", chain, (volume) => volume.set(31, 0), ["filesystem/chain-cut"]],
    ["a bad cluster in it", chain, (volume) => volume.set(31, 0xfffffff7), ["filesystem/chain-cut"]],
    ["a chain that leaves the volume", chain, (volume) => volume.set(31, 999), ["filesystem/outside-volume"]],
    ["a chain that is too short", chain, (volume) => volume.set(31, 0xffffffff), ["filesystem/content-short"]],
    [
      "a row that leaves the volume",
      row,
      (volume, at) => volume.bytes.writeUInt32LE(60, at + 52),
      ["exfat/unmarked", "filesystem/outside-volume"],
    ],
    ["no cluster", row, (volume, at) => volume.bytes.writeUInt32LE(0, at + 52), ["filesystem/content-short"]],
    [
      "a size beyond the volume",
      row,
      (volume, at) => volume.bytes.writeUInt32LE(0x1000_0000, at + 56),
      ["exfat/not-written", "exfat/unmarked", "filesystem/outside-volume", "filesystem/size-beyond-volume"],
    ],
    [
      "a size that is no number",
      row,
      (volume, at) => volume.bytes.fill(0xff, at + 56, at + 64),
      ["exfat/valid-length"],
    ],
    [
      "a valid length beyond the size",
      row,
      (volume, at) => volume.bytes.writeUInt32LE(9999, at + 40),
      ["exfat/valid-length"],
    ],
    [
      "clusters that it must not have",
      row,
      (volume, at) => volume.bytes.set([2], at + 33),
      ["exfat/allocation-forbidden"],
    ],
    ["a wrong hash", row, (volume, at) => volume.bytes.set([1, 2], at + 36), ["exfat/name-hash"]],
    [
      "a time that does not exist",
      row,
      (volume, at) => volume.bytes.set([0xff, 0xff], at + 12),
      ["filesystem/time-invalid"],
    ],
    [
      "clusters that are marked free",
      row,
      (volume) => volume.mark(volume.first.get("/row.bin")!, false),
      ["exfat/unmarked"],
    ],
  ])("%s", (_, file, damage, wanted) => {
    expect(codesOf(file, damage)).toEqual(wanted);
  });

  it("tells a wrong checksum, an incomplete set and a type that was damaged", () => {
    expect(codesOf(row, (volume, at) => volume.bytes.set([1], at + 4), false)).toEqual(["exfat/set-checksum"]);
    expect(codesOf(row, (volume, at) => volume.bytes.set([9], at + 1), true)).toEqual(["exfat/set-incomplete"]);
    expect(codesOf(row, (volume, at) => volume.bytes.set([0x2f], at + 32), false)).toEqual([
      "exfat/set-checksum",
      "exfat/set-damaged",
    ]);
    expect(codesOf(row, (volume, at) => volume.bytes.set([0x11], at + 64), false)).toEqual([
      "exfat/set-checksum",
      "exfat/set-damaged",
    ]);
  });

  it("keeps the content of a file whose first entry was destroyed", () => {
    const fs = made([row], ({ bytes, entries }) =>
      bytes.fill(0xf6, entries.get("/row.bin")!, entries.get("/row.bin")! + 32),
    );
    const { entries } = look(fs);
    const entry = entries.get("/row.bin")!;
    expect(entry).toMatchObject({ nameClaim: "allocated", size: 3 * 512, times: [] });
    expect(codes(entry)).toEqual(["exfat/set-incomplete"]);
    expect(readRange(fs.open(entry), 0, entry.size)).toEqual(row.data);
  });

  it("names both entries that claim a cluster, and what is allocated beyond the size", () => {
    const fs = made([chain, row], (volume) => {
      volume.set(33, volume.first.get("/row.bin")!);
      volume.set(volume.first.get("/row.bin")!, 0xffffffff);
    });
    const { entries } = look(fs);
    expect(codes(entries.get("/row.bin")!)).toEqual(["filesystem/cross-linked"]);
    expect(codes(entries.get("/chain.bin")!)).toEqual(["filesystem/content-long", "filesystem/cross-linked"]);
  });
});

describe("the volume", () => {
  it("tells directories that lead to themselves, and lists them once", () => {
    const tree = [{ name: "one", children: [{ name: "two", children: [row] }] }];
    const fs = made(tree, (volume) => {
      volume.bytes.writeUInt32LE(volume.first.get("/one")!, volume.entries.get("/one/two")! + 52);
      volume.seal("/one/two");
    });
    const { entries } = look(fs);
    expect(codes(entries.get("/one/two")!)).toEqual(["filesystem/directory-loop"]);
    expect([...entries.keys()].filter((path) => path.startsWith("/one/two/"))).toEqual([]);
  });

  it("counts clusters that nothing has, gives them, and finds directories among them", () => {
    const fs = made([{ name: "folder", children: [row] }, chain], (volume) => {
      volume.bytes.fill(0x05, volume.entries.get("/folder")!, volume.entries.get("/folder")! + 1);
      volume.bytes.fill(0, volume.entries.get("/folder")! + 32, volume.entries.get("/folder")! + 96);
      volume.bytes.fill(0, volume.entries.get("/chain.bin")!, volume.entries.get("/chain.bin")! + 96);
    });
    const { entries, codes: found } = look(fs);
    expect(found).toEqual(["filesystem/lost-chains"]);
    const orphan = [...entries].find(([path]) => path.startsWith("/directory@"))!;
    expect(orphan[1]).toMatchObject({ nameClaim: "orphan", kind: "directory" });
    const inside = entries.get(`${orphan[0]}/row.bin`)!;
    expect(inside.nameClaim).toBe("orphan");
    expect(readRange(fs.open(inside), 0, inside.size)).toEqual(row.data);
    const lost = [...entries.values()].filter(({ key }) => key.startsWith("chain@"));
    expect(lost.map(({ size }) => size)).toEqual([3 * 512]);
    expect(readRange(fs.open(lost[0]!), 0, 3 * 512)).toEqual(chain.data);
    expect(codes(lost[0]!)).toEqual(["filesystem/lost-chain"]);
  });

  it("tells clusters of entries that are marked free, and bad ones", () => {
    const fs = made([row], (volume) => {
      volume.mark(volume.first.get("/row.bin")!, false);
      volume.set(50, 0xfffffff7);
    });
    expect(look(fs).codes).toEqual(["exfat/clusters-unmarked", "fat/bad-clusters"]);
    expect(Array.from(fs.account(), ({ what }) => what)).toContain("bad clusters");
  });

  it("compares tables and bitmaps of TexFAT, and goes by the one that is active", () => {
    const fs = made(
      [row],
      (volume) => {
        volume.set(40, 41, 1);
        volume.bytes[volume.entries.get("$Bitmap2")! + 5]! ^= 3;
      },
      { tables: 2 },
    );
    expect(fs.variant).toBe("TexFAT");
    const { codes: found } = look(fs);
    expect(found).toEqual(["exfat/bitmaps-differ", "fat/tables-differ"]);
    expect(fs.findings.find(({ code }) => code === "exfat/bitmaps-differ")!.params).toEqual({
      clusters: 2,
      cluster: 42,
    });
    const second = made([chain], ({ bytes }) => bytes.set([1], 106), { tables: 2 });
    const entry = look(second).entries.get("/chain.bin")!;
    expect(readRange(second.open(entry), 0, entry.size)).toEqual(chain.data);
  });

  it("goes on without a bitmap or an up-case table, and says so", () => {
    const fs = made([row], ({ bytes, entries }) =>
      bytes.fill(0x01, entries.get("$Bitmap")!, entries.get("$Bitmap")! + 1),
    );
    const { entries, codes: found } = look(fs);
    expect(found).toContain("filesystem/structure-damaged");
    expect(entries.get("/row.bin")!.findings).toEqual([]);
    const table = made([row], (volume) => volume.bytes.fill(0x55, volume.place(3), volume.place(3) + 4));
    expect(look(table).codes).toEqual(["filesystem/structure-damaged"]);
  });

  it("tells a table that is too small", () => {
    const large = new ExfatVolumeWriter({ clusters: 126 }, []);
    const grown = Buffer.concat([large.bytes, Buffer.alloc(20 * 512)]);
    grown.writeUInt32LE(146, 92);
    grown.writeBigUInt64LE(BigInt(grown.length / 512), 72);
    large.bytes.set(grown.subarray(0, 512));
    large.sealBoot();
    large.bytes.copy(grown, 0, 0, 24 * 512);
    const opened = exfatFormat.open(new MemorySource(grown))!;
    expect(codes(opened)).toContain("fat/table-too-small");
  });
});
