/** Corners of the NTFS reader, each on a volume that is damaged or forged by name. */
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { MemorySource, readRange } from "../../../../native-free/bytes/byte-source.ts";
import type { FileSystem, FileSystemEntry } from "../../../../native-free/filesystems/file-system.ts";
import { ntfsFormat } from "../../../../native-free/filesystems/ntfs/format.ts";
import {
  clustered,
  nameValue,
  reference,
  resident,
  standardValue,
  ticks,
} from "../../../fixtures/filesystems/ntfs-parts.ts";
import { filesOf, someFiles, told } from "../../../fixtures/filesystems/ntfs-volume.ts";
import { NtfsVolumeWriter, type NtfsOptions, type NtfsSpec } from "../../../fixtures/filesystems/ntfs-writer.ts";
import { codes, walk } from "../../../fixtures/filesystems/walked.ts";

const open = (bytes: Uint8Array): FileSystem => ntfsFormat.open(new MemorySource(bytes))!;

function made(files: readonly NtfsSpec[] = someFiles(512), options: NtfsOptions = {}): NtfsVolumeWriter {
  return new NtfsVolumeWriter(options, files);
}

function at(fs: FileSystem, path: string): FileSystemEntry {
  const found = walk(fs).find((each) => each.path === path);
  if (!found)
    throw new Error(
      `no ${path} among ${walk(fs)
        .map((each) => each.path)
        .join(" ")}`,
    );
  return found.entry;
}

const bytesOf = (fs: FileSystem, entry: FileSystemEntry): Uint8Array => readRange(fs.open(entry), 0, entry.size);

function contents(fs: FileSystem): Record<string, Uint8Array> {
  const files = walk(fs).filter(({ entry }) => entry.kind === "file" && entry.nameClaim === "allocated");
  return Object.fromEntries(files.map(({ path, entry }) => [path, bytesOf(fs, entry)]));
}

const digests = (files: Record<string, Uint8Array>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(files).map(([path, data]) => [path, createHash("sha256").update(data).digest("hex")]),
  );

const notRead = (fs: FileSystem): number => {
  const lost = Array.from(fs.account()).filter((range) => range.class === "not-understood");
  return lost.reduce((sum, { length }) => sum + length, 0);
};

describe("sizes", () => {
  it.each<[string, NtfsOptions]>([
    ["clusters of 64 KiB", { clusterBytes: 65536, clusters: 60, version: [3, 0] }],
    ["clusters of 128 KiB by a negative power", { clusterBytes: 1 << 17, clusters: 50 }],
    [
      "records of 2048 bytes, sectors of 1024",
      { sectorBytes: 1024, clusterBytes: 2048, recordBytes: 2048, clusters: 300 },
    ],
  ])("%s", (_, options) => {
    const tree = someFiles(options.clusterBytes!);
    const fs = open(made(tree, options).bytes);
    expect(digests(contents(fs))).toEqual(digests(filesOf(tree)));
    expect(notRead(fs)).toBe(0);
    expect(fs.blockBytes).toBe(options.clusterBytes);
  });

  it("two MiB clusters and NTFS 1.2", () => {
    const tree: NtfsSpec[] = [{ name: "a.bin", data: told(300, 1) }];
    const fs = open(made(tree, { clusterBytes: 2 << 20, clusters: 10, version: [1, 2] }).bytes);
    expect(contents(fs)).toEqual(filesOf(tree));
    expect(fs.variant).toBe("NTFS 1.2");
  });
});

describe("what a file says of itself", () => {
  const fs = open(made().bytes);

  it("times to the last digit, with their sources", () => {
    const { times } = at(fs, "/readme.txt");
    expect(times).toHaveLength(8);
    expect(times[0]).toEqual({ kind: "b", value: "2024-02-29T09:57:02.1234567Z", zone: "utc", source: "$SI" });
    expect(new Set(times.map(({ kind, source }) => `${source} ${kind}`)).size).toBe(8);
  });

  it("owner, short name, links, reparse point, streams", () => {
    const attributes = at(fs, "/Long name of a file Ünïcödé 文件.txt").attributes;
    expect(attributes).toMatchObject({ "short-name": "LONGNA~1.TXT", owner: "S-1-5-32-544", attributes: "archive" });
    expect(at(fs, "/a too.bin").attributes.links).toBe("2");
    expect(at(fs, "/mounted")).toMatchObject({ kind: "symlink", target: { text: "\\??\\C:\\elsewhere", bytes: null } });
    expect(at(fs, "/secret.bin").attributes.encryption).toBe("EFS");
    expect(at(fs, "/packed.bin").attributes.compression).toBe("LZNT1");
    expect(at(fs, "/filtered.bin").attributes).toMatchObject({
      compression: "XPRESS4K",
      "reparse-tag": "0x80000017 WOF",
    });
    const streams = Array.from(fs.entries()).filter(({ kind }) => kind === "stream");
    expect(streams.map(({ name }) => name.text).sort()).toEqual([
      "$EFS",
      "WofCompressedData",
      "large",
      "note",
      "small",
    ]);
    const owner = at(fs, "/many").key;
    expect(streams.find(({ name }) => name.text === "note")!.parent).toBe(owner);
  });

  it("zeros behind what was written, and the rest as slack", () => {
    const [entry, behind] = [at(fs, "/half.bin"), "behind the valid data length"];
    expect(fs.slackOf(entry).map(({ what, length }) => [what, length])).toContainEqual([behind, 40]);
    expect(fs.extentsOf(entry).at(-1)).toEqual({ start: null, length: 40, state: "intact" });
  });

  it("slack of record, sector, cluster and directory", () => {
    const words = (path: string): string[] => [...new Set(fs.slackOf(at(fs, path)).map(({ what }) => what))];
    expect(words("/spread.bin")).toEqual(["record slack", "ram slack"]);
    expect(words("/readme.txt")).toContain("record slack");
    expect(words("/many")).toContain("directory slack");
    const large = open(made(someFiles(4096), { clusterBytes: 4096, clusters: 150 }).bytes);
    const slack = large.slackOf(at(large, "/spread.bin")).map(({ what, length }) => [what, length]);
    expect(slack).toContainEqual(["ram slack", 511]);
    expect(slack).toContainEqual(["drive slack", 4096 - 512]);
    expect(large.slackOf(null).map(({ what }) => what)).toContain("directory slack");
  });
});

describe("what was deleted", () => {
  it("has its path, bytes and states", () => {
    const { bytes } = made();
    const fs = open(bytes);
    expect(bytesOf(fs, at(fs, "/gone.bin"))).toEqual(told(1033, 4));
    expect(at(fs, "/gone.bin")).toMatchObject({ nameClaim: "deleted", contentClaim: "unallocated" });
    expect(at(fs, "/small and gone.txt").contentClaim).toBe("resident");
    expect(at(fs, "/old/in old.txt").nameClaim).toBe("deleted");
    expect(at(fs, "/orphan.bin")).toMatchObject({ nameClaim: "orphan", parent: null });
  });

  it("never gives clusters of others", () => {
    const volume = made([
      { name: "old.bin", data: told(1536, 1), deleted: true, clusters: [600, 601, 602] },
      { name: "other.bin", data: told(512, 2), deleted: true, clusters: [602] },
      { name: "new.bin", data: told(512, 3), clusters: [600] },
    ]);
    const fs = open(volume.bytes);
    const entry = at(fs, "/old.bin");
    expect(fs.extentsOf(entry).map(({ state }) => state)).toEqual(["overwritten", "intact", "partly overwritten"]);
    expect(entry.contentClaim).toBe("partly-overwritten");
    expect(bytesOf(fs, entry).subarray(0, 512)).toEqual(new Uint8Array(512));
    Array.from(fs.account());
    expect(codes(fs)).toContain("ntfs/clusters-not-marked");
  });

  it("names in the slack of an index", () => {
    const fs = open(made().bytes);
    const entry = at(fs, "/many/was here once.doc");
    expect(entry).toMatchObject({ nameClaim: "deleted", contentClaim: "none", size: 0 });
    expect(entry.attributes).toMatchObject({ "found-in": "$I30 slack", inode: "90", "stated-size": "1234" });
    expect(fs.entryOf(entry.key)!.name.text).toBe("was here once.doc");
    expect(Array.from(fs.list(at(fs, "/many")), ({ name }) => name.text)).toContain("was here once.doc");
  });

  it("a name in the slack leads to the record that lost it", () => {
    const volume = made();
    volume.put(90, 2, 0, [resident(0x10, "", standardValue(0x20)), resident(0x80, "", Buffer.from("still here"))]);
    const fs = open(volume.bytes);
    expect(Buffer.from(bytesOf(fs, at(fs, "/many/was here once.doc"))).toString()).toBe("still here");
    volume.put(91, 2, 0, [resident(0x10, "", standardValue(0x20)), resident(0x80, "", Buffer.from("without name"))]);
    const again = open(volume.bytes);
    expect(at(again, "/record 91-2")).toMatchObject({ nameClaim: "orphan", contentClaim: "resident" });
  });

  it("records outside of the table", () => {
    const volume = made();
    volume.put(92, 3, 1, [
      resident(0x10, "", standardValue(0x20)),
      resident(0x30, "", nameValue(reference(5, 5), "from before.txt")),
      resident(0x80, "", Buffer.from("left over")),
    ]);
    const place = 650 * 512;
    volume.bytes.copy(volume.bytes, place, volume.recordAt(92), volume.recordAt(93));
    volume.bytes.fill(0, volume.recordAt(92), volume.recordAt(93));
    const fs = open(volume.bytes);
    const entry = at(fs, "/from before.txt");
    expect(entry).toMatchObject({ origin: "unallocated", nameClaim: "deleted" });
    expect(entry.attributes.inode).toBe("92");
    expect(Buffer.from(bytesOf(fs, entry)).toString()).toBe("left over");
    expect(fs.entryOf(entry.key)!.key).toBe(entry.key);
    expect(Array.from(fs.entries({ searchUnallocated: false })).map(({ key }) => key)).not.toContain(entry.key);
  });

  it("a continuation whose file is gone", () => {
    const volume = made();
    volume.bytes.fill(
      0,
      volume.recordAt(volume.numbers.get("/spread.bin")!),
      volume.recordAt(volume.numbers.get("/spread.bin")! + 1),
    );
    const fs = open(volume.bytes);
    const entry = at(fs, "/second name.bin".replace("/", "/dir/"));
    expect(bytesOf(fs, entry)).toEqual(told(1537, 15));
  });
});

describe("damage", () => {
  it("of boot sector and name", () => {
    const volume = made();
    const whole = contents(open(volume.bytes));
    const broken = Buffer.from(volume.bytes);
    broken.fill(0, 0, 512);
    expect(contents(open(broken))).toEqual(whole);
    expect(codes(open(broken))).toContain("filesystem/structure-replaced");
    const unnamed = Buffer.from(volume.bytes);
    unnamed.write("XXXX", 3);
    expect(codes(open(unnamed))).toContain("filesystem/structure-damaged");
    // Neither numbers nor copy: the record of $MFT says where it lies.
    const bare = Buffer.from(volume.bytes);
    bare.fill(0, 11, 84);
    bare.fill(0, bare.length - 512);
    expect(contents(open(bare))).toEqual(whole);
  });

  it("of the record of the table, then of its copy, too", () => {
    const volume = made();
    const whole = contents(open(volume.bytes));
    volume.bytes.fill(0, volume.tableStart, volume.tableStart + 1024);
    expect(contents(open(volume.bytes))).toEqual(whole);
    expect(codes(open(volume.bytes))).toContain("filesystem/structure-replaced");
    volume.bytes.fill(0, volume.mirrorStart, volume.mirrorStart + 1024);
    const fs = open(volume.bytes);
    expect(contents(fs)).toEqual(whole);
    expect(codes(fs)).toContain("ntfs/table-rebuilt");
  });

  it("of the copies alone is told", () => {
    const volume = made();
    volume.bytes[volume.mirrorStart + 1024 + 80]! ^= 0xff;
    volume.bytes[volume.bytes.length - 512 + 72]! ^= 0xff;
    expect(codes(open(volume.bytes))).toEqual(["filesystem/structures-differ", "filesystem/structures-differ"]);
  });

  it("of records", () => {
    const volume = made();
    const torn = volume.numbers.get("/readme.txt")!;
    volume.bytes[volume.recordAt(torn) + 1023]! ^= 0xff;
    volume.bytes.write("JUNKJUNKJUNK", volume.recordAt(volume.numbers.get("/empty")!), "latin1");
    volume.bytes.fill(
      0xee,
      volume.recordAt(volume.numbers.get("/empty")!) + 12,
      volume.recordAt(volume.numbers.get("/empty")!) + 60,
    );
    const chain = volume.recordAt(volume.numbers.get("/pieces.bin")!);
    volume.bytes.writeUInt32LE(0x13, volume.bytes.readUInt16LE(chain + 20) + chain + 4);
    const fs = open(volume.bytes);
    expect(codes(at(fs, "/readme.txt"))).toEqual(["ntfs/record-torn"]);
    expect(bytesOf(fs, at(fs, "/readme.txt"))).toEqual(told(120, 1));
    expect(codes(at(fs, "/pieces.bin"))).toContain("ntfs/record-damaged");
    expect(bytesOf(fs, at(fs, "/pieces.bin"))).toEqual(told(3069, 3));
    expect(codes(fs)).toContain("ntfs/records-damaged");
  });

  it("of attribute lists and run lists", () => {
    const volume = made();
    const spread = volume.recordAt(volume.numbers.get("/spread.bin")!);
    const record = volume.bytes.subarray(spread, spread + 1024);
    let list = record.readUInt16LE(20);
    while (record.readUInt32LE(list) !== 0x20) list += record.readUInt32LE(list + 4);
    const behind = record.readUInt32LE(list + 16);
    // The last two entries name the record of the further name and of the content.
    for (const back of [32, 64]) record.writeUInt32LE(95, list + 24 + behind - back + 16);
    const holes = volume.bytes.subarray(volume.recordAt(volume.numbers.get("/pieces.bin")!));
    const data = holes.indexOf(Buffer.from([0x80, 0, 0, 0]), 56);
    holes[data + 64] = 0xff;
    const fs = open(volume.bytes);
    expect(codes(at(fs, "/spread.bin"))).toContain("ntfs/continuation-missing");
    expect(codes(at(fs, "/pieces.bin"))).toEqual(["filesystem/content-short", "ntfs/run-list-damaged"]);
    expect(fs.extentsOf(at(fs, "/pieces.bin"))).toEqual([{ start: null, length: 3069, state: "missing" }]);
  });
});

describe("lies", () => {
  it("directories that lie in each other", () => {
    const volume = made([
      { name: "one", children: [{ name: "in one.txt", data: told(9, 1) }], parent: [27, 1] },
      { name: "two", children: [], parent: [24, 1] },
      { name: "own", children: [], parent: [28, 1] },
    ]);
    const two = volume.numbers.get("/two")!;
    volume.put(24, 1, 3, [
      resident(0x10, "", standardValue(0)),
      resident(0x30, "", nameValue(reference(two, 1), "one")),
    ]);
    volume.put(two, 1, 3, [
      resident(0x10, "", standardValue(0)),
      resident(0x30, "", nameValue(reference(24, 1), "two")),
    ]);
    const fs = open(volume.bytes);
    expect(codes(at(fs, "/one"))).toContain("ntfs/parent-cycle");
    expect(at(fs, "/one/two").nameClaim).toBe("orphan");
    expect(at(fs, "/one/in one.txt").nameClaim).toBe("orphan");
    expect(fs.entryOf(at(fs, "/one/two").key)!.nameClaim).toBe("orphan");
    const single = open(volume.bytes).entryOf(at(fs, "/one").key)!;
    expect([single.nameClaim, codes(single)]).toEqual(["orphan", codes(at(fs, "/one"))]);
  });

  it("two files in one cluster, and clusters that the volume does not have", () => {
    const fs = open(
      made([
        { name: "one.bin", data: told(512, 1), clusters: [600] },
        { name: "two.bin", data: told(512, 1), clusters: [600] },
        { name: "far.bin", data: told(512, 1) },
      ]).bytes,
    );
    expect(codes(at(fs, "/one.bin"))).toEqual(["filesystem/cross-linked"]);
    expect(codes(at(fs, "/two.bin"))).toEqual(["filesystem/cross-linked"]);
    const volume = made([{ name: "far.bin", data: told(900, 1) }]);
    const standard = resident(0x10, "", standardValue(0x20));
    const name = resident(0x30, "", nameValue(reference(5, 5), "far.bin"));
    volume.put(24, 1, 1, [standard, name, clustered(0x80, "", [[699, 3]], { size: 1200, clusterBytes: 512 })]);
    const far = open(volume.bytes);
    expect(codes(at(far, "/far.bin"))).toContain("filesystem/outside-volume");
    expect(far.extentsOf(at(far, "/far.bin")).map(({ state }) => state)).toEqual(["intact", "missing"]);
  });

  it("times", () => {
    const second = ticks - (ticks % 10_000_000n) - 10_000_000n;
    const fs = open(
      made([
        { name: "before.txt", times: [ticks - 1n, ticks, ticks, ticks] },
        { name: "set.txt", times: [second, second, second, second] },
        { name: "never.txt", times: [2n ** 62n, ticks, ticks, 0n] },
      ]).bytes,
    );
    expect(codes(at(fs, "/before.txt"))).toEqual(["ntfs/times-before-name"]);
    expect(codes(at(fs, "/set.txt"))).toEqual(["ntfs/times-set"]);
    expect(codes(at(fs, "/never.txt"))).toEqual(["filesystem/time-invalid"]);
    expect(at(fs, "/never.txt").times).toHaveLength(6);
  });

  it("content that a filter keeps elsewhere is missing, not zero", () => {
    const volume = made([{ name: "cloud.docx", data: told(9, 1) }]);
    const reparse = Buffer.alloc(16);
    reparse.writeUInt32LE(0x9000_601a, 0);
    reparse.writeUInt16LE(8, 4);
    const hole = clustered(0x80, "", [[null, 2]], { size: 1000, written: 0, flags: 0x8000, clusterBytes: 512 });
    const name = resident(0x30, "", nameValue(reference(5, 5), "cloud.docx"));
    volume.put(24, 1, 1, [resident(0x10, "", standardValue(0x20)), name, hole, resident(0xc0, "", reparse)]);
    const fs = open(volume.bytes);
    const entry = at(fs, "/cloud.docx");
    expect(codes(entry)).toEqual(["ntfs/content-elsewhere"]);
    expect(fs.extentsOf(entry)).toEqual([{ start: null, length: 1000, state: "missing" }]);
    expect(Array.from(fs.open(entry).runsIn(0, 1000), ({ kind }) => kind)).toEqual(["missing"]);
  });

  it("clusters in use by nothing, bad ones, and bytes where nothing is kept", () => {
    const volume = made();
    volume.bytes[volume.place(volume.bitmapCluster) + (640 >> 3)]! |= 1;
    const size = 700 * 512;
    const bad = clustered(
      0x80,
      "$Bad",
      [
        [null, 650],
        [650, 2],
        [null, 48],
      ],
      { size, clusterBytes: 512 },
    );
    const parts = [resident(0x10, "", standardValue(6)), resident(0x30, "", nameValue(reference(5, 5), "$BadClus"))];
    volume.put(8, 8, 1, [...parts, resident(0x80, "", Buffer.alloc(0)), bad]);
    const fs = open(Buffer.concat([volume.bytes, Buffer.alloc(512), Buffer.from("hidden".padEnd(512))]));
    const ranges = Array.from(fs.account());
    expect(codes(fs)).toEqual([
      "filesystem/hidden-data",
      "ntfs/bad-clusters",
      "ntfs/clusters-not-marked",
      "ntfs/clusters-ownerless",
    ]);
    expect(ranges.find(({ what }) => what === "bad clusters")).toMatchObject({ start: 650 * 512, length: 1024 });
    expect(ranges.find(({ what }) => what === "clusters in use by no file")).toMatchObject({ start: 640 * 512 });
  });
});

describe("other volumes", () => {
  it("are none of NTFS", () => {
    expect(ntfsFormat.open(new MemorySource(new Uint8Array(0)))).toBeNull();
    expect(ntfsFormat.open(new MemorySource(new Uint8Array(1 << 16)))).toBeNull();
    const other = made().bytes;
    other.fill(0, 0, 512);
    other.write("\xeb\x3c\x90MSDOS5.0", 0, "latin1");
    expect(ntfsFormat.open(new MemorySource(other))).toBeNull();
  });

  it("without any record are refused by name", () => {
    const { bytes } = made();
    expect(() => open(Buffer.from(bytes.subarray(0, 512)))).toThrow("filesystem/boot-damaged");
  });
});
