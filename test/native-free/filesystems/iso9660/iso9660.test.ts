/** What the conformance suite does not say: trees, sessions, system use fields, lies. */
import { describe, expect, it } from "vitest";
import { MemorySource, readRange } from "../../../../native-free/bytes/byte-source.ts";
import type { FileSystem, FileSystemEntry } from "../../../../native-free/filesystems/file-system.ts";
import { iso9660Format } from "../../../../native-free/filesystems/iso9660/format.ts";
import { both32, told } from "../../../fixtures/filesystems/iso9660-fields.ts";
import { written } from "../../../fixtures/filesystems/iso9660-volume.ts";
import { IsoVolumeWriter } from "../../../fixtures/filesystems/iso9660-writer.ts";
import { codes, walk } from "../../../fixtures/filesystems/walked.ts";

const opened = (writer: IsoVolumeWriter | Uint8Array): FileSystem =>
  iso9660Format.open(new MemorySource(Uint8Array.from(writer instanceof Uint8Array ? writer : writer.bytes)))!;
const at = (fs: FileSystem, path: string): FileSystemEntry => {
  const found = walk(fs).find((each) => each.path === path);
  if (!found) throw new Error(`no ${path}: ${walk(fs).map((each) => each.path)}`);
  return found.entry;
};
const bytesOf = (fs: FileSystem, entry: FileSystemEntry): Buffer =>
  Buffer.from(readRange(fs.open(entry), 0, entry.size));
/** Of the entries and, after them, of the file system. */
const all = (fs: FileSystem): string[] => {
  const entries = Array.from(fs.entries(), codes).flat();
  return [...entries, ...codes(fs)].toSorted();
};

describe("trees", () => {
  it("names the one that is shown", () => {
    expect(opened(written.plain()).variant).toBe("ISO 9660");
    expect(opened(written.joliet()).variant).toBe("ISO 9660, Joliet");
    expect(opened(written.rockRidge()).variant).toBe("ISO 9660, Rock Ridge");
    expect(opened(written.plain()).label).toBe("TESTMADE");
  });

  it("strips the version of a name and keeps it", () => {
    const fs = opened(written.plain());
    expect(at(fs, "/SHORT.TXT").attributes).toMatchObject({ version: "1", tree: "primary" });
    expect(at(fs, "/EMPTY").attributes.version).toBe("1");
  });

  it("finds nothing to tell on sound volumes", () => {
    for (const make of [
      written.plain,
      written.joliet,
      written.rockRidge,
      written.sections,
      written.boot,
      written.zisofs,
    ]) {
      expect(all(opened(make()))).toEqual([]);
    }
  });

  it("shows what only one tree has once, and says so", () => {
    const files = [
      { name: "BOTH.TXT;1", long: "both.txt", data: told(100, 1) },
      { name: "HIDDEN.TXT;1", long: "hidden.txt", data: told(300, 2), only: "primary" as const },
      {
        name: "D",
        long: "Folder",
        children: [{ name: "X.;1", long: "x", data: told(50, 3), only: "joliet" as const }],
      },
    ];
    const joliet = opened(new IsoVolumeWriter().session(files, { joliet: true }));
    expect(codes(at(joliet, "/HIDDEN.TXT"))).toEqual(["iso9660/only-in-tree"]);
    expect(codes(at(joliet, "/Folder/x"))).toEqual([]);
    expect(walk(joliet).filter(({ entry }) => entry.kind === "file")).toHaveLength(3);
    const rock = opened(new IsoVolumeWriter().session(files, { joliet: true, rockRidge: true }));
    expect(codes(at(rock, "/Folder/x"))).toEqual(["iso9660/only-in-tree"]);
    expect(Array.from(rock.list(at(rock, "/Folder")), ({ name }) => name.text)).toEqual(["x"]);
    expect(walk(rock).filter(({ entry }) => entry.kind === "file")).toHaveLength(3);
  });
});

describe("Rock Ridge", () => {
  it("gives owners, modes, times with their zone, and links", () => {
    const fs = opened(written.rockRidge());
    const entry = at(fs, "/short.txt");
    expect(entry.attributes).toMatchObject({
      mode: "0100644",
      uid: "1000",
      gid: "100",
      links: "1",
      "recorded-name": "SHORT.TXT;1",
    });
    const value = "2024-05-17T13:37:22+02:00";
    expect(entry.times).toEqual([
      { kind: "m", value, zone: "offset", source: "iso9660" },
      { kind: "m", value, zone: "offset", source: "rock-ridge" },
      { kind: "a", value, zone: "offset", source: "rock-ridge" },
      { kind: "c", value, zone: "offset", source: "rock-ridge" },
    ]);
    expect(at(fs, "/link")).toMatchObject({ kind: "symlink", size: 0, target: { text: "../Sub folder/inner.dat" } });
  });

  it("shows a moved directory in its place alone", () => {
    const fs = opened(written.rockRidge());
    expect(at(fs, "/top/moved").kind).toBe("directory");
    expect(Array.from(fs.list(at(fs, "/rr_moved")))).toEqual([]);
    expect(walk(fs).filter(({ entry }) => entry.name.text === "moved")).toHaveLength(1);
  });

  it("shows it where it is kept when nothing leads to it", () => {
    const writer = written.rockRidge();
    const place = writer.records.get("/top/moved")!;
    const fields = writer.bytes.indexOf("CL", place, "latin1");
    both32(writer.bytes, 0x00ff_ffff, fields + 4);
    const fs = opened(writer);
    expect(at(fs, "/rr_moved/moved/in").size).toBe(700);
    expect(codes(at(fs, "/top/moved"))).toEqual(["filesystem/outside-volume"]);
  });

  it("ends where continuations lead in a circle", () => {
    const writer = written.rockRidge();
    const place = [...writer.records].find(([path]) => path.startsWith("/a name"))![1];
    const fields = writer.bytes.indexOf("CE", place, "latin1");
    const [block, offset] = [writer.bytes.readUInt32LE(fields + 4), writer.bytes.readUInt32LE(fields + 12)];
    const area = block * 2048 + offset;
    // The continued area holds nothing but a field that leads to itself.
    writer.bytes.copy(writer.bytes, area, fields, fields + 28);
    both32(writer.bytes, 28, fields + 20);
    both32(writer.bytes, 28, area + 20);
    const entry = [...opened(writer).entries()].find(({ key }) => key === String(place))!;
    expect(codes(entry)).toEqual(["iso9660/system-use-damaged"]);
  });
});

describe("contents", () => {
  it("joins sections", () => {
    const fs = opened(written.sections());
    const entry = at(fs, "/BIG.DAT");
    expect(bytesOf(fs, entry).equals(told(14_000, 7))).toBe(true);
    expect(fs.extentsOf(entry)).toHaveLength(3);
    expect(entry.attributes.sections).toBe("3");
  });

  it("reads interleaved files, associated files and extended attributes in blocks of 512 bytes", () => {
    const fs = opened(written.odd());
    expect(fs.blockBytes).toBe(512);
    expect(fs.extentsOf(at(fs, "/MIXED.DAT"))).toHaveLength(5);
    expect(at(fs, "/MIXED.DAT").attributes.interleave).toBe("2/1");
    const stream = walk(fs).find(({ entry }) => entry.kind === "stream")!.entry;
    expect(stream).toMatchObject({ size: 600, parent: at(fs, "/ASSOC").key });
    const entry = at(fs, "/WITHXAR.DAT");
    expect(entry.attributes).toMatchObject({
      "xar-owner": "7",
      "xar-group": "9",
      "xar-permissions": "0x5a5a",
      attributes: "hidden",
    });
    expect(entry.times.map(({ source, value }) => `${source} ${value}`)).toContain("xar 2023-01-02T03:04:05.06Z");
  });

  it("unpacks zisofs, and names a damaged block", () => {
    const writer = written.zisofs();
    const fs = opened(writer);
    const entry = at(fs, "/packed");
    expect(entry.attributes.compression).toBe("zisofs");
    expect(Array.from(fs.open(entry).runsIn(0, entry.size), ({ kind }) => kind)).toEqual([
      "data",
      "data",
      "sparse",
      "data",
    ]);
    const stored = fs.extentsOf(entry)[0]!.start!;
    const first = writer.bytes.readUInt32LE(stored + 16);
    writer.bytes.fill(0xaa, stored + first + 200, stored + first + 260);
    const damaged = opened(writer);
    const kinds = Array.from(damaged.open(at(damaged, "/packed")).runsIn(0, entry.size), ({ kind }) => kind);
    expect(kinds).toEqual(["unreadable", "data", "sparse", "data"]);
    writer.bytes[stored] = 0;
    const unmarked = opened(writer);
    expect(codes(at(unmarked, "/packed"))).toEqual(["iso9660/packed-damaged"]);
    expect(at(unmarked, "/packed").size).not.toBe(entry.size);
  });

  it("says when a file is in the sparse form", () => {
    const writer = written.rockRidge();
    const place = writer.records.get("/short.txt")!;
    const fields = writer.bytes.indexOf("TF", place, "latin1");
    writer.bytes.write("SF", fields, "latin1");
    both32(writer.bytes, 0, fields + 4);
    both32(writer.bytes, 123_456, fields + 12);
    const entry = at(opened(writer), "/short.txt");
    expect(codes(entry)).toEqual(["iso9660/sparse-form"]);
    expect(entry.attributes["sparse-size"]).toBe("123456");
  });

  it("opens boot images as entries", () => {
    const fs = opened(written.boot());
    expect(bytesOf(fs, at(fs, "/$Boot-1.img")).equals(Buffer.from(told(4096, 8).subarray(0, 2048)))).toBe(true);
    expect(at(fs, "/$BootCatalog").attributes.maker).toBe("TESTMADE");
    const files = [{ name: "A.;1", data: told(10, 1) }];
    const floppy = new IsoVolumeWriter().session(files, {
      boot: { image: new Uint8Array(1_474_560).fill(7), media: 2 },
    });
    expect(at(opened(floppy), "/$Boot-1.img")).toMatchObject({ kind: "file", size: 1_474_560, nameClaim: "none" });
  });

  it("says what does not hold of the boot catalog", () => {
    const writer = written.boot();
    const catalog = writer.bytes.indexOf("TESTMADE", 19 * 2048, "latin1") - 4;
    writer.bytes.writeUInt32LE(0x00ff_ffff, catalog + 40);
    expect(all(opened(writer))).toEqual(["iso9660/boot-catalog"]);
    writer.bytes[catalog + 28]! ^= 1;
    expect(all(opened(writer))).toContain("iso9660/boot-catalog");
  });
});

describe("sessions", () => {
  it("shows the last one, and lists what it does not name any more as deleted", () => {
    const fs = opened(written.twoSessions());
    expect(fs.label).toBe("SECOND");
    expect(codes(fs)).toEqual([]);
    const entries = walk(fs);
    expect(codes(fs)).toEqual(["iso9660/sessions"]);
    const deleted = entries.filter(({ entry }) => entry.nameClaim === "deleted");
    expect(deleted.map(({ path, entry }) => [path, entry.kind, entry.contentClaim, entry.size])).toEqual([
      ["/empty", "file", "none", 0],
      ["/A rather long name.bin", "file", "unallocated", 9000],
      ["/Sub folder/deeper", "directory", "allocated", 2048],
      ["/Sub folder/deeper/bottom ä.dat", "file", "unallocated", 2500],
    ]);
    const [, old] = deleted;
    expect(bytesOf(fs, old!.entry).equals(told(9000, 2))).toBe(true);
    expect(Array.from(fs.list(null), ({ name }) => name.text)).toContain("empty");
    expect(Array.from(fs.account(), ({ what }) => what)).toContain("files of earlier sessions");
  });

  it("never gives out blocks of a deleted file that another file has now", () => {
    const writer = written.twoSessions();
    const fs = opened(writer);
    const deleted = walk(fs).find(
      ({ path, entry }) => path.endsWith("bottom ä.dat") && entry.nameClaim === "deleted",
    )!.entry;
    const block = fs.extentsOf(deleted)[0]!.start! / 2048;
    // The new file of the second session is said to begin there.
    for (const path of ["/new.txt", "joliet:/new.txt"]) both32(writer.bytes, block, writer.records.get(path)! + 2);
    const changed = opened(writer);
    const again = changed.entryOf(deleted.key)!;
    expect(again.contentClaim).toBe("partly-overwritten");
    expect(changed.extentsOf(again).map(({ state, length }) => [state, length])).toEqual([
      ["overwritten", 2048],
      ["intact", 452],
    ]);
    expect(
      bytesOf(changed, again)
        .subarray(0, 2048)
        .every((byte) => byte === 0),
    ).toBe(true);
  });
});

describe("lies", () => {
  it("uses the byte order that can be, and says that they differ", () => {
    const writer = written.plain();
    const place = writer.records.get("/LONG.BIN")!;
    writer.bytes.writeUInt32LE(0xfff_ffff, place + 2);
    const fs = opened(writer);
    expect(bytesOf(fs, at(fs, "/LONG.BIN")).equals(told(9000, 2))).toBe(true);
    expect(codes(at(fs, "/LONG.BIN"))).toEqual(["iso9660/byte-orders-differ"]);
    writer.bytes.writeUInt32LE(1, 16 * 2048 + 80);
    expect(codes(opened(writer))).toContain("iso9660/byte-orders-differ");
  });

  it("ends where a directory leads to its parent", () => {
    const writer = written.plain();
    both32(writer.bytes, writer.blocks.get("primary:")!, writer.records.get("/SUB/DEEP")! + 2);
    const fs = opened(writer);
    const paths = walk(fs).map(({ path }) => path);
    // The one that leads in a circle, and the directory that lost its record: the path table still has it.
    expect(paths.filter((path) => path.endsWith("/DEEP"))).toEqual(["/SUB/DEEP", "/SUB/DEEP"]);
    expect(codes(at(fs, "/SUB/DEEP"))).toContain("filesystem/directory-loop");
    expect(codes(fs)).toContain("iso9660/path-table-only");
    const orphan = [...fs.entries()].find(({ key }) => key === `directory@${writer.blocks.get("primary:/SUB/DEEP")}`)!;
    expect(orphan).toMatchObject({ nameClaim: "orphan", name: { text: "DEEP" }, parent: at(fs, "/SUB").key });
    expect(walk(fs).some(({ path }) => path === "/SUB/DEEP/BOTTOM.DAT")).toBe(true);
  });

  it("tells files that share blocks, but not names of one extent", () => {
    const data = told(5000, 1);
    const files = [
      { name: "A.;1", data },
      { name: "B.;1", data },
      { name: "C.;1", data: told(100, 2) },
    ];
    const writer = new IsoVolumeWriter().session(files);
    expect(all(opened(writer))).toEqual([]);
    both32(writer.bytes, writer.blocks.get("/A")! + 1, writer.records.get("/C")! + 2);
    const fs = opened(writer);
    for (const path of ["/A", "/B", "/C"]) expect(codes(at(fs, path))).toEqual(["filesystem/cross-linked"]);
  });

  it("names what lies outside of the volume as missing", () => {
    const writer = written.plain();
    both32(writer.bytes, 0x00ff_ffff, writer.records.get("/SHORT.TXT")! + 2);
    const fs = opened(writer);
    const entry = at(fs, "/SHORT.TXT");
    expect(codes(entry)).toEqual(["filesystem/outside-volume"]);
    expect(Array.from(fs.open(entry).runsIn(0, entry.size), ({ kind }) => kind)).toEqual(["missing"]);
    both32(writer.bytes, 0xffff_ffff, writer.records.get("/SHORT.TXT")! + 10);
    expect(codes(at(opened(writer), "/SHORT.TXT"))).toContain("filesystem/size-beyond-volume");
  });

  it("compares the path tables", () => {
    const writer = written.plain();
    const table = writer.bytes.readUInt32BE(16 * 2048 + 148) * 2048;
    writer.bytes[table + 15]! ^= 3;
    expect(all(opened(writer))).toContain("iso9660/path-tables-differ");
    const short = written.plain();
    both32(short.bytes, 10, 16 * 2048 + 132);
    expect(all(opened(short))).toContain("iso9660/path-table-count");
  });

  it("says that a time is none", () => {
    const writer = written.plain();
    writer.bytes[writer.records.get("/SHORT.TXT")! + 19] = 13;
    const entry = at(opened(writer), "/SHORT.TXT");
    expect([entry.times, codes(entry)]).toEqual([[], ["filesystem/time-invalid"]]);
  });

  it("finds data where discs keep nothing, but takes a known boot block for what it is", () => {
    const writer = written.plain();
    writer.bytes.write("hidden", 1000, "latin1");
    const fs = opened(
      new Uint8Array(Buffer.concat([writer.bytes, Buffer.alloc(4096), Buffer.from("behind"), Buffer.alloc(100)])),
    );
    Array.from(fs.account());
    expect(codes(fs)).toEqual(["filesystem/hidden-data", "filesystem/hidden-data"]);
    writer.bytes.writeUInt16LE(0xaa55, 510);
    expect(all(opened(writer))).toEqual([]);
  });

  it("lists what lies in gaps, without the zeros behind it", () => {
    const writer = written.plain();
    const block = writer.room(2048);
    writer.put(block, told(500, 77));
    both32(writer.bytes, writer.bytes.length / 2048, 16 * 2048 + 80);
    const fs = opened(writer);
    const gap = at(fs, `/gap@${block}`);
    expect(gap).toMatchObject({ origin: "unallocated", nameClaim: "none", contentClaim: "unallocated", size: 500 });
    expect([...fs.entries({ searchUnallocated: false })].map(({ key }) => key)).not.toContain(gap.key);
  });
});

describe("damage", () => {
  it("opens what has lost its first descriptor by the next one", () => {
    const writer = written.joliet();
    writer.bytes.fill(0, 16 * 2048, 17 * 2048);
    const fs = opened(writer);
    expect(at(fs, "/short.txt").size).toBe(900);
    expect(codes(fs)).toContain("filesystem/structure-damaged");
  });

  it("opens a descriptor without its mark, and one whose root is lost", () => {
    const writer = written.plain();
    writer.bytes[16 * 2048 + 3]! ^= 1;
    expect(at(opened(writer), "/SHORT.TXT").size).toBe(900);
    writer.bytes.fill(0xff, 16 * 2048 + 130, 16 * 2048 + 190);
    writer.bytes[16 * 2048 + 3]! ^= 1;
    expect(at(opened(writer), "/SHORT.TXT").size).toBe(900);
  });

  it("is none without descriptors, and refused where they lead nowhere", () => {
    const writer = written.plain();
    const none = Uint8Array.from(writer.bytes);
    none.fill(0, 16 * 2048, 18 * 2048);
    expect(iso9660Format.open(new MemorySource(none))).toBeNull();
    expect(iso9660Format.open(new MemorySource(new Uint8Array(100)))).toBeNull();
    const lost = Uint8Array.from(writer.bytes.subarray(0, 18 * 2048));
    expect(() => iso9660Format.open(new MemorySource(lost))).toThrow("filesystem/boot-damaged");
  });

  it("goes on behind a damaged record", () => {
    const writer = written.plain();
    writer.bytes[writer.records.get("/LONG.BIN")!] = 3;
    const fs = opened(writer);
    expect(at(fs, "/SHORT.TXT").size).toBe(900);
    Array.from(fs.entries());
    expect(codes(fs)).toContain("filesystem/directory-damaged");
    expect(walk(fs).some(({ entry }) => entry.origin === "unallocated" && entry.size === 9000)).toBe(true);
  });
});
