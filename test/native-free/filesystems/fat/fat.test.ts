/** What the reader of FAT says of volumes that are sound, damaged, or made to mislead. */
import { Buffer } from "node:buffer";
import { describe, expect, it } from "vitest";
import { MemorySource, readRange, type ByteSource, type Run } from "../../../../native-free/bytes/byte-source.ts";
import { fatFormat } from "../../../../native-free/filesystems/fat/format.ts";
import type { FileSystem, FileSystemEntry } from "../../../../native-free/filesystems/file-system.ts";
import {
  fatDate,
  fatTime,
  FatVolumeWriter,
  someFiles,
  told,
  type FatFile,
  type FatOptions,
} from "../../../fixtures/filesystems/fat-volume.ts";
import { codes, walk } from "../../../fixtures/filesystems/walked.ts";

const small: FatOptions = { bits: 12, clusters: 60 };
const opened = (bytes: Uint8Array): FileSystem => fatFormat.open(new MemorySource(bytes))!;

function made(
  options: FatOptions,
  files: readonly FatFile[],
  damage: (volume: FatVolumeWriter) => void = () => {},
): FileSystem {
  const volume = new FatVolumeWriter(options, files);
  damage(volume);
  return opened(volume.bytes);
}

function entryOf(fs: FileSystem, path: string): FileSystemEntry {
  const found = walk(fs).find((each) => each.path === path);
  if (!found)
    throw new Error(
      `no ${path} among ${walk(fs)
        .map((each) => each.path)
        .join(" ")}`,
    );
  return found.entry;
}

const contentOf = (fs: FileSystem, entry: FileSystemEntry): Uint8Array => readRange(fs.open(entry), 0, entry.size);
const two = told(2 * 512, 1);

describe("recognition", () => {
  it("leaves other volumes alone and refuses what only says that it is FAT", () => {
    expect(fatFormat.open(new MemorySource(new Uint8Array(0)))).toBeNull();
    expect(fatFormat.open(new MemorySource(new Uint8Array(4096).fill(0xf6)))).toBeNull();
    const volume = new FatVolumeWriter(small, []);
    volume.bytes[13] = 3;
    expect(() => opened(volume.bytes)).toThrow("filesystem/boot-damaged");
    volume.bytes.write("-FVE-FS-", 3, "latin1");
    expect(fatFormat.open(new MemorySource(volume.bytes))).toBeNull();
  });

  it("tells the variant by clusters, FAT32 by its layout, and names what the volume says of itself", () => {
    const fs = made({ bits: 32, clusters: 70, label: "BOOTLABEL  " }, []);
    expect(fs).toMatchObject({ variant: "FAT32", label: "BOOTLABEL", blockBytes: 512, findings: [] });
    const facts = Object.fromEntries(fs.facts.map(({ name, value }) => [name, value]));
    expect(facts).toMatchObject({ serial: "1234-ABCD", creator: "TESTMADE", clean: "yes", "free-blocks": 69 });
    expect(made({ bits: 16 }, [{ short: "ROOTLABL.EL", attributes: 8 }])).toMatchObject({
      variant: "FAT16",
      label: "ROOTLABLEL",
    });
    expect(made(small, [])).toMatchObject({ variant: "FAT12", label: null });
  });

  it("goes on with one weak mark wrong, and uses the copy of the boot sector", () => {
    expect(codes(made(small, [], ({ bytes }) => bytes.fill(0, 510, 512)))).toEqual(["filesystem/structure-damaged"]);
    const files = [{ short: "A", data: two }];
    const lost = made({ bits: 32, clusters: 70 }, files, ({ bytes }) => bytes.fill(0, 0, 512));
    expect(codes(lost)).toEqual(["filesystem/structure-replaced"]);
    expect(contentOf(lost, entryOf(lost, "/A"))).toEqual(two);
    const wrong = made({ bits: 32, clusters: 70 }, files, ({ bytes }) => bytes.writeUInt16LE(40, 14));
    expect(codes(wrong)).toContain("filesystem/structure-replaced");
    const other = made({ bits: 32, clusters: 70 }, files, ({ bytes }) => bytes.writeUInt32LE(7, 6 * 512 + 67));
    expect(codes(other)).toEqual(["filesystem/structures-differ"]);
    const none = made({ bits: 32, clusters: 70 }, files, ({ bytes }) => bytes.fill(0, 6 * 512, 7 * 512));
    expect(codes(none)).toEqual(["filesystem/structure-damaged"]);
  });
});

describe("names, times, attributes", () => {
  it("puts long names together and keeps bytes that no code page tells", () => {
    const long = "Ærø – 文件 with a name that needs several pieces 😀.bin";
    const fs = made(
      small,
      [{ short: "RO~1.BIN", long, data: two }, { short: "N\x99ME.TXT" }, { short: "lower.txt" }],
      (v) => {
        v.bytes[v.entries.get("/lower.txt")! + 12] = 0;
      },
    );
    expect(entryOf(fs, `/${long}`).attributes).toMatchObject({ "short-name": "RO~1.BIN", attributes: "archive" });
    expect(entryOf(fs, "/NÖME.TXT").name.bytes).toBe(Buffer.from("N\x99ME.TXT", "latin1").toString("base64"));
  });

  it("keeps units that are no text as UTF-16LE", () => {
    const fs = made(small, [{ short: "X.BIN", long: "a\ud800b" }]);
    const { name } = entryOf(fs, "/a\ufffdb");
    expect(Buffer.from(name.bytes!, "base64").toString("utf16le")).toBe("a\ud800b");
  });

  it("honours the case flags and the escape of 0xe5", () => {
    const fs = made(small, [{ short: "BASE.EXT" }, { short: "KANJI" }], (v) => {
      v.bytes[v.entries.get("/BASE.EXT")! + 12] = 0x18;
      v.bytes[v.entries.get("/KANJI")!] = 5;
    });
    expect(entryOf(fs, "/base.ext").name.bytes).toBeNull();
    const kanji = entryOf(fs, "/σANJI");
    expect([kanji.nameClaim, Buffer.from(kanji.name.bytes!, "base64")[0]]).toEqual(["allocated", 0xe5]);
  });

  it("gives times as they are kept, without a zone, and leaves out those that cannot exist", () => {
    const fs = made(small, [{ short: "A" }, { short: "B" }, { short: "C" }], (v) => {
      v.bytes.writeUInt16LE(fatDate | 0x1e0, v.entries.get("/B")! + 24);
      v.bytes.fill(0, v.entries.get("/C")! + 13, v.entries.get("/C")! + 20);
    });
    expect([fatDate, fatTime]).toEqual([22705, 27819]);
    expect(entryOf(fs, "/A").times).toEqual([
      { kind: "m", value: "2024-05-17T13:37:22", zone: "local-unknown", source: "fat" },
      { kind: "a", value: "2024-05-17", zone: "local-unknown", source: "fat" },
      { kind: "b", value: "2024-05-17T13:37:23.50", zone: "local-unknown", source: "fat" },
    ]);
    expect(entryOf(fs, "/B").times.map(({ kind }) => kind)).toEqual(["a", "b"]);
    expect(codes(entryOf(fs, "/B"))).toEqual(["filesystem/time-invalid"]);
    expect(entryOf(fs, "/C").times.map(({ kind }) => kind)).toEqual(["m"]);
    expect(codes(entryOf(fs, "/C"))).toEqual([]);
  });

  it("tells pieces of a long name that lost their entry", () => {
    const fs = made(small, [{ short: "A", long: "The old long name" }], (v) =>
      v.bytes.write("RENAMED ", v.entries.get("/The old long name")!),
    );
    expect(codes(entryOf(fs, "/RENAMED"))).toEqual(["fat/long-name-broken"]);
    const remains = entryOf(fs, "/The old long name");
    expect(remains).toMatchObject({ nameClaim: "deleted", contentClaim: "none", size: 0 });
    expect(contentOf(fs, remains)).toHaveLength(0);
  });

  it("shows labels with content or outside of the root, and names that no system writes", () => {
    const fs = made(
      small,
      [
        { short: "HIDDEN", attributes: 8, data: two },
        { short: "A", data: two },
      ],
      (v) => {
        v.bytes[v.entries.get("/A")! + 1] = 0x2a;
      },
    );
    expect(codes(entryOf(fs, "/HIDDEN"))).toEqual(["fat/label-with-content"]);
    expect(contentOf(fs, entryOf(fs, "/HIDDEN"))).toEqual(two);
    expect(codes(entryOf(fs, "/A*"))).toEqual(["fat/entry-implausible"]);
  });
});

describe("chains", () => {
  const file: FatFile[] = [
    { short: "A", data: told(4 * 512, 2) },
    { short: "B", data: told(512, 3) },
  ];
  const after = (change: (v: FatVolumeWriter) => void): [FileSystem, FileSystemEntry] => {
    const fs = made(small, file, change);
    return [fs, entryOf(fs, "/A")];
  };

  it.each([
    ["filesystem/loop", 2, 2 * 512],
    ["filesystem/outside-volume", 500, 2 * 512],
    ["filesystem/chain-cut", 0, 2 * 512],
    ["filesystem/chain-cut", 0xff7, 2 * 512],
    ["filesystem/content-short", 0xfff, 2 * 512],
  ])("%s where an entry says %i", (code, value, held) => {
    const [fs, entry] = after((v) => v.set(3, value));
    expect(codes(entry)).toEqual([code]);
    expect(fs.extentsOf(entry).map(({ length, state }) => [length, state])).toEqual([
      [held, "intact"],
      [2048 - held, "missing"],
    ]);
    const kinds = Array.from(fs.open(entry).runsIn(0, 2048), ({ kind }) => kind);
    expect(kinds).toEqual(["data", "missing"]);
    expect(contentOf(fs, entry).subarray(0, held)).toEqual(told(2048, 2).subarray(0, held));
  });

  it("tells both files that claim a cluster", () => {
    const [fs, entry] = after((v) => v.set(6, 4));
    expect(codes(entry)).toEqual(["filesystem/cross-linked"]);
    expect(codes(entryOf(fs, "/B"))).toContain("filesystem/cross-linked");
  });

  it("tells clusters beyond the size, a size beyond the volume, a size without clusters", () => {
    const [long, entry] = after((v) => v.bytes.writeUInt32LE(100, v.entries.get("/A")! + 28));
    expect(codes(entry)).toEqual(["filesystem/content-long"]);
    expect(long.slackOf(entry)).toEqual([
      { start: expect.any(Number), length: 412, what: "ram slack" },
      { start: expect.any(Number), length: 3 * 512, what: "drive slack" },
    ]);
    const [huge, big] = after((v) => v.bytes.writeUInt32LE(0xffff_ffff, v.entries.get("/A")! + 28));
    expect(codes(big)).toEqual(["filesystem/content-short", "filesystem/size-beyond-volume"]);
    expect(huge.open(big).size).toBe(0xffff_ffff);
    const [, none] = after((v) => v.bytes.writeUInt16LE(0, v.entries.get("/A")! + 26));
    expect(codes(none)).toContain("filesystem/content-short");
  });

  it("lists what is in use by nothing", () => {
    const fs = made(small, [{ short: "A", data: two }], (v) =>
      v.bytes.fill(0, v.entries.get("/A")!, v.entries.get("/A")! + 32),
    );
    const lost = entryOf(fs, "/chain@2");
    expect([lost.nameClaim, codes(lost), contentOf(fs, lost)]).toEqual(["orphan", ["filesystem/lost-chain"], two]);
    expect(codes(fs)).toEqual(["filesystem/lost-chains"]);
  });

  it("ends in directories that lead to themselves or to a parent", () => {
    const fs = made(small, [{ short: "D", children: [{ short: "E", children: [{ short: "F", data: two }] }] }], (v) => {
      v.bytes.writeUInt16LE(v.first.get("/D")!, v.entries.get("/D/E")! + 26);
    });
    expect(codes(entryOf(fs, "/D/E"))).toContain("filesystem/directory-loop");
    expect(() => Array.from(fs.list(entryOf(fs, "/D/E")))).not.toThrow();
  });

  it("tells a directory that names another parent", () => {
    const fs = made(small, [{ short: "D", children: [] }], (v) => v.bytes.writeUInt16LE(9, v.place(2) + 32 + 26));
    expect(codes(entryOf(fs, "/D"))).toEqual(["filesystem/parent-mismatch"]);
  });

  it("finds directories and their files again whose entries are gone", () => {
    const tree: FatFile[] = [{ short: "D", children: [{ short: "F", data: two }] }];
    const cut = (v: FatVolumeWriter): unknown => v.bytes.fill(0, v.entries.get("/D")!, v.entries.get("/D")! + 32);
    const lost = made(small, tree, cut);
    expect(contentOf(lost, entryOf(lost, "/directory@2/F"))).toEqual(two);
    expect(entryOf(lost, "/directory@2/F")).toMatchObject({ nameClaim: "orphan", contentClaim: "allocated" });
    const orphan = made(small, tree, (v) => {
      cut(v);
      for (let cluster = 2; cluster < 6; cluster++) v.set(cluster, 0);
    });
    expect(entryOf(orphan, "/directory@2/F")).toMatchObject({ nameClaim: "orphan", contentClaim: "unallocated" });
    expect(contentOf(orphan, entryOf(orphan, "/directory@2/F"))).toEqual(two);
    expect(Array.from(orphan.entries({ searchUnallocated: false }), ({ key }) => key)).not.toContain("directory@2");
  });

  it("counts what stands in a directory and is no entry", () => {
    const fs = made(small, [{ short: "D", children: [] }], (v) =>
      v.bytes.fill(0x99, v.place(2) + 64, v.place(2) + 512),
    );
    expect(codes(entryOf(fs, "/D"))).toEqual(["filesystem/directory-damaged"]);
    const root = made(small, [], (v) => v.bytes.fill(0x99, v.rootStart, v.rootStart + 512));
    walk(root);
    expect(codes(root)).toContain("filesystem/directory-damaged");
  });

  it("refuses to list what is no directory", () => {
    const fs = made(small, file);
    expect(() => Array.from(fs.list(entryOf(fs, "/A")))).toThrow("filesystem/no-directory");
  });
});

describe("tables, flags, counts and what is hidden", () => {
  it.each<[string, FatOptions, (v: FatVolumeWriter) => void]>([
    ["fat/tables-differ", small, (v) => v.set(9, 0xfff, 1)],
    ["fat/table-replaced", small, (v) => v.set(0, 0, 0)],
    ["filesystem/structure-damaged", small, (v) => v.set(0, 0)],
    ["fat/bad-clusters", small, (v) => v.set(9, 0xff7)],
    ["filesystem/not-clean", { bits: 16 }, (v) => v.set(1, 0x7fff)],
    ["filesystem/media-errors", { bits: 16 }, (v) => v.set(1, 0xbfff)],
    ["filesystem/not-clean", small, (v) => void (v.bytes[37] = 1)],
    ["filesystem/not-clean", { bits: 32 }, (v) => v.set(1, 0x07ff_ffff)],
    ["filesystem/free-count", { bits: 32 }, (v) => v.bytes.writeUInt32LE(3, 512 + 488)],
    ["filesystem/structure-damaged", { bits: 32 }, (v) => v.bytes.writeUInt32LE(3, 512)],
    ["filesystem/hidden-data", { bits: 32 }, (v) => v.bytes.write("secret", 20 * 512)],
    ["filesystem/hidden-data", { bits: 12, spareSectors: 0 }, (v) => v.bytes.write("secret", 2 * 512 - 8)],
    ["filesystem/truncated", small, (v) => v.bytes.writeUInt32LE(400, 32)],
    ["fat/table-too-small", { bits: 12, clusters: 330 }, (v) => v.bytes.writeUInt32LE(900, 32)],
  ])("%s", (code, options, damage) => {
    const fs = made(options, [], damage);
    walk(fs);
    expect(codes(fs)).toContain(code);
    const clean = made(options, []);
    walk(clean);
    expect(codes(clean)).toEqual([]);
  });

  it("uses the table that the flags name", () => {
    const fs = made({ bits: 32, clusters: 70 }, [{ short: "A", data: two }], (v) => {
      v.bytes.writeUInt16LE(0x81, 40);
      v.bytes.writeUInt16LE(0x81, 6 * 512 + 40);
      v.set(3, 0, 0);
    });
    expect(contentOf(fs, entryOf(fs, "/A"))).toEqual(two);
    expect(codes(fs)).toEqual([]);
  });

  it("takes from the other table what the medium lacks of the first", () => {
    const volume = new FatVolumeWriter(small, [{ short: "A", data: two }]);
    const inner = new MemorySource(volume.bytes);
    const holed: ByteSource = {
      size: inner.size,
      readInto(target, at) {
        const count = inner.readInto(target, at);
        for (let i = 0; i < count; i++) if (at + i >= 512 && at + i < 1024) target[i] = 0;
        return count;
      },
      *runsIn(at, length): Iterable<Run> {
        for (const run of inner.runsIn(at, length)) {
          const cuts = [run.start, 512, 1024, run.start + run.length].filter(
            (x) => x >= run.start && x <= run.start + run.length,
          );
          for (const [i, start] of cuts.entries()) {
            const end = cuts[i + 1] ?? start;
            const kind = start >= 512 && end <= 1024 ? "unreadable" : run.kind;
            if (end > start) yield { start, length: end - start, kind, place: { ...run.place, offset: start } };
          }
        }
      },
    };
    const fs = fatFormat.open(holed)!;
    expect(contentOf(fs, entryOf(fs, "/A"))).toEqual(two);
    const unreadable = Array.from(fs.account()).filter((range) => range.class === "unreadable");
    expect(unreadable).toEqual([{ start: 512, length: 512, class: "unreadable", what: "unreadable" }]);
  });

  it("accounts for bytes behind the file system as volume slack", () => {
    const { bytes } = new FatVolumeWriter(small, someFiles(512));
    const longer = Buffer.concat([bytes, Buffer.from("secret"), Buffer.alloc(1018)]);
    const fs = opened(longer);
    const ranges = Array.from(fs.account());
    expect(ranges.at(-1)).toEqual({ start: bytes.length, length: 1024, class: "slack", what: "volume slack" });
    expect(codes(fs)).toEqual(["filesystem/hidden-data"]);
  });
});
