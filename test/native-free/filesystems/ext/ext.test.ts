/** What ext volumes say when something is wrong with them, one damage at a time. */
import { describe, expect, it } from "vitest";
import { MemorySource, readRange } from "../../../../native-free/bytes/byte-source.ts";
import { checksumFrom, crc16 } from "../../../../native-free/filesystems/ext/checksums.ts";
import { aclText } from "../../../../native-free/filesystems/ext/acl.ts";
import { extFormat } from "../../../../native-free/filesystems/ext/format.ts";
import { timeText } from "../../../../native-free/filesystems/ext/times.ts";
import type { FileSystem, FileSystemEntry } from "../../../../native-free/filesystems/file-system.ts";
import { writeJournal } from "../../../fixtures/filesystems/ext-journal.ts";
import { someFiles, told, variants } from "../../../fixtures/filesystems/ext-volume.ts";
import { ExtVolumeWriter, type ExtFile } from "../../../fixtures/filesystems/ext-writer.ts";
import { codes, walk } from "../../../fixtures/filesystems/walked.ts";

const [ext2, ext3, ext4, checked] = variants.map(([, options]) => options);
const made = (options = ext2!, files: readonly ExtFile[] = someFiles(options.blockBytes)): ExtVolumeWriter =>
  new ExtVolumeWriter(options, files);

const opened = ({ bytes }: { bytes: Uint8Array }): FileSystem => extFormat.open(new MemorySource(bytes))!;
const entryAt = (fs: FileSystem, path: string): FileSystemEntry => walk(fs).find((each) => each.path === path)!.entry;

/** Findings of the file system after everything was looked at. */
function all(fs: FileSystem): string[] {
  for (const entry of fs.entries()) void entry.findings;
  for (const range of fs.account()) expect(range.class).not.toBe("not-understood");
  return codes(fs);
}

describe("an ext volume", () => {
  it.each(variants)("%s has nothing to find fault with", (_, options) => {
    const fs = opened(made(options));
    expect(all(fs)).toEqual([]);
    for (const { path, entry } of walk(fs)) if (entry.nameClaim === "allocated") expect(codes(entry), path).toEqual([]);
  });

  it("keeps deleted names, and what their inodes still say", () => {
    const fs = opened(made());
    const entry = entryAt(fs, "/folder/gone.bin");
    expect(entry).toMatchObject({ nameClaim: "deleted", contentClaim: "unallocated", size: 2039 });
    expect(entry.attributes["deleted-at"]).toBe("2024-05-18T02:41:40Z");
    expect(readRange(fs.open(entry), 0, 2039)).toEqual(told(2039, 5));
    expect(entryAt(fs, "/emptied.bin")).toMatchObject({ nameClaim: "deleted", contentClaim: "none", size: 0 });
  });

  it("lists deleted names whose inode was taken out, and none that cannot be names", () => {
    const volume = made();
    const block = volume.place(volume.blocksOf.get("/folder/")![0]!);
    const at = volume.bytes.indexOf("gone.bin", block) - 8;
    volume.bytes.writeUInt32LE(0, at);
    const behind = at + 16;
    const record = (place: number, type: number, length: number, name: string): void => {
      volume.bytes.writeUInt16LE(length, place + 4);
      volume.bytes[place + 6] = name.length;
      volume.bytes[place + 7] = type;
      volume.bytes.write(name, place + 8, "latin1");
    };
    record(behind, 2, block + 1024 - behind, "lost.dir");
    // No type, a length that ends within the name, one behind the block, a letter that is none.
    record(behind + 32, 0, 64, "typeless");
    record(behind + 64, 1, 12, "cut.off.");
    record(behind + 96, 1, 2048, "outside.");
    record(behind + 128, 1, 64, "bell\u0007...");
    const fs = opened(volume);
    const gone = walk(fs).filter(({ entry }) => entry.nameClaim === "deleted" && codes(entry).length > 0);
    expect(gone.map(({ path, entry }) => [path, entry.kind])).toEqual([
      ["/folder/gone.bin", "file"],
      ["/folder/lost.dir", "directory"],
    ]);
    const folder = entryAt(fs, "/folder").key;
    for (const { entry } of gone) {
      expect(entry).toMatchObject({ parent: folder, contentClaim: "none", size: 0, times: [], attributes: {} });
      expect(fs.extentsOf(entry)).toEqual([]);
      expect(codes(entry)).toEqual(["ext/name-without-inode"]);
      expect(fs.entryOf(entry.key)).toMatchObject({ key: entry.key, name: entry.name, nameClaim: "deleted" });
    }
    expect(Array.from(fs.list(gone[1]!.entry))).toEqual([]);
    // Its inode is still told of, without a name.
    const number = volume.inodes.get("/folder/gone.bin")!;
    expect(fs.entryOf(`inode.${number}`)).toMatchObject({ size: 2039, nameClaim: "orphan" });
    expect(all(fs)).toEqual([]);
  });

  it.each([ext3!, checked!])("takes emptied inodes from the journal ($kind)", (options) => {
    const fs = opened(made(options));
    const entry = entryAt(fs, "/emptied.bin");
    expect(entry).toMatchObject({ nameClaim: "deleted", contentClaim: "unallocated", size: 4046 });
    expect(readRange(fs.open(entry), 0, 4046)).toEqual(told(4046, 10));
    expect(codes(entry)).toEqual(["ext/from-journal"]);
    expect(entry.findings[0]!.params).toEqual({ sequence: 7 });
  });

  it("does not give a deleted file the blocks of another", () => {
    const volume = made();
    const block = volume.blocksOf.get("/folder/gone.bin")![0]!;
    // The first block of an allocated file is now that of the deleted one.
    volume.bytes.writeUInt32LE(block, volume.inodePlace(volume.inodes.get("/last.txt")!) + 0x28);
    const fs = opened(volume);
    const entry = entryAt(fs, "/folder/gone.bin");
    expect(entry.contentClaim).toBe("partly-overwritten");
    expect(fs.extentsOf(entry).map(({ state }) => state)).toEqual(["overwritten", "intact"]);
    expect(readRange(fs.open(entry), 0, 1024)).toEqual(new Uint8Array(1024));
    expect(all(fs)).toEqual(["ext/bitmap-differs", "filesystem/lost-chains"]);
    expect(walk(fs).some(({ entry: each }) => codes(each).includes("filesystem/lost-chain"))).toBe(true);
  });

  it("reads a dirty journal in the place of what it is for", () => {
    const volume = made(ext3);
    volume.bytes.writeUInt32LE(volume.bytes.readUInt32LE(1024 + 0x60) | 4, 1024 + 0x60);
    writeJournal(volume, 1);
    const fs = opened(volume);
    expect(codes(fs)).toEqual(["ext/journal-applied", "filesystem/not-clean"]);
    // The inode is as it was before it was deleted: in use, and without a name.
    const number = volume.inodes.get("/emptied.bin")!;
    const entry = walk(fs).find(({ entry: each }) => each.key === `inode.${number}`)!.entry;
    expect(entry).toMatchObject({ contentClaim: "allocated", size: 4046 });
    expect(readRange(fs.open(entry), 0, 4046)).toEqual(told(4046, 10));
  });

  it("puts back the mark that the journal took out of a block", () => {
    const volume = made(ext3);
    const block = volume.blocksOf.get("/long.bin")![0]!;
    const copy = Buffer.alloc(1024, 7);
    copy.writeUInt32BE(0xc03b3998);
    volume.bytes.writeUInt32LE(volume.bytes.readUInt32LE(1024 + 0x60) | 4, 1024 + 0x60);
    writeJournal(volume, 1, new Map([[block, copy]]));
    const fs = opened(volume);
    const source = fs.open(entryAt(fs, "/long.bin"));
    expect(Buffer.from(readRange(source, 0, 1024)).equals(copy)).toBe(true);
    expect([...source.runsIn(0, 2048)].map(({ start, length }) => [start, length])[0]).toEqual([0, 1024]);
  });

  it("uses the copy of the superblock and of descriptors", () => {
    const volume = made({ ...checked!, blocks: 600 });
    // Where its numbers still tell where the copy is.
    volume.bytes[1024 + 0x70]! ^= 0xff;
    expect(codes(opened(volume))).toContain("filesystem/structure-replaced");
    const second = made({ ...checked!, blocks: 600 });
    second.bytes.fill(0, second.place(2), second.place(3));
    const fs = opened(second);
    expect(codes(fs)).toContain("ext/descriptors-replaced");
    expect(entryAt(fs, "/last.txt").size).toBe(11);
    for (const group of [0, 1])
      second.bytes.fill(0, second.place(second.groupStart(group) + 1), second.place(second.groupStart(group) + 2));
    expect(codes(opened(second))).toContain("ext/descriptors-lost");
  });

  it("refuses what says to be ext and leads nowhere", () => {
    const volume = made();
    for (const at of [1024, volume.place(257)]) volume.bytes.writeUInt32LE(0, at + 0x28);
    expect(() => opened(volume)).toThrow("filesystem/boot-damaged");
    expect(extFormat.open(new MemorySource(new Uint8Array(70_000)))).toBeNull();
  });

  const damages: readonly (readonly [string, (volume: ExtVolumeWriter) => void, typeof ext2])[] = [
    ["ext/unknown-features", ({ bytes }) => bytes.writeUInt32LE(0x8000_0002, 1024 + 0x60), ext2],
    ["ext/journal-elsewhere", ({ bytes }) => bytes.writeUInt32LE(0, 1024 + 0xe0), ext3],
    [
      "ext/journal-damaged",
      ({ bytes, blocksOf }) =>
        void bytes.fill(1, blocksOf.get("$Journal")![0]! * 1024, blocksOf.get("$Journal")![0]! * 1024 + 8),
      ext3,
    ],
    [
      "ext/checksum-wrong",
      ({ bytes }) => void (bytes[bytes.indexOf("MADE")]! ^= 1),
      { ...checked!, blocksPerGroup: 512 },
    ],
    ["ext/free-inodes", ({ bytes }) => bytes.writeUInt32LE(1, 1024 + 0x10), ext2],
    ["filesystem/free-count", ({ bytes }) => bytes.writeUInt32LE(1, 1024 + 0x0c), ext2],
    ["filesystem/media-errors", ({ bytes }) => bytes.writeUInt16LE(3, 1024 + 0x3a), ext2],
    ["filesystem/not-clean", ({ bytes }) => bytes.writeUInt16LE(0, 1024 + 0x3a), ext2],
    ["filesystem/hidden-data", ({ bytes }) => void bytes.write("hidden"), ext2],
    ["filesystem/structures-differ", (volume) => volume.bytes.writeUInt32LE(299, volume.place(257) + 4), ext2],
    ["ext/inode-bitmap-differs", (volume) => void (volume.bytes[volume.place(volume.bitmapOf(0, 1)) + 1] = 0), ext2],
    [
      "ext/bad-blocks",
      (volume) => {
        volume.bytes.writeUInt32LE(290, volume.inodePlace(1) + 0x28);
        volume.bytes.writeUInt32LE(2, volume.inodePlace(1) + 0x1c);
      },
      ext2,
    ],
  ];
  it.each(damages)("says %s", (code, damage, options) => {
    const volume = made(options);
    damage(volume);
    expect(all(opened(volume))).toContain(code);
  });

  const entryDamages: readonly (readonly [
    string,
    string,
    (volume: ExtVolumeWriter, at: number) => void,
    typeof ext2,
  ])[] = [
    ["ext/inode-checksum", "/long.bin", ({ bytes }, at) => void (bytes[at + 8]! ^= 1), checked],
    ["ext/type-differs", "/long.bin", ({ bytes }, at) => bytes.writeUInt16LE(0o120777, at), ext4],
    ["ext/map-damaged", "/long.bin", ({ bytes }, at) => bytes.writeUInt16LE(0, at + 0x28), ext4],
    ["ext/encrypted", "/long.bin", ({ bytes }, at) => bytes.writeUInt32LE(0x8_0800, at + 0x20), ext4],
    [
      "ext/no-inode",
      "/last.txt",
      (volume, at) => {
        volume.bytes.fill(0, at, at + 128);
        const number = volume.inodes.get("/last.txt")! - 1;
        volume.bytes[volume.place(volume.bitmapOf(0, 1)) + (number >> 3)]! &= ~(1 << (number & 7));
      },
      ext2,
    ],
    [
      "ext/parent-differs",
      "/folder",
      (volume) => volume.bytes.writeUInt32LE(17, volume.place(volume.blocksOf.get("/folder/")![0]!) + 12),
      ext2,
    ],
    [
      "filesystem/cross-linked",
      "/last.txt",
      (volume, at) => volume.bytes.writeUInt32LE(volume.blocksOf.get("/long.bin")![0]!, at + 0x28),
      ext2,
    ],
    ["filesystem/outside-volume", "/last.txt", ({ bytes }, at) => bytes.writeUInt32LE(5000, at + 0x28), ext2],
    ["filesystem/content-long", "/long.bin", ({ bytes }, at) => bytes.writeUInt32LE(100, at + 4), ext2],
    ["filesystem/time-invalid", "/long.bin", ({ bytes }, at) => bytes.writeUInt32LE(0xffff_ffff, at + 0x88), ext4],
    [
      "filesystem/size-beyond-volume",
      "/long.bin",
      ({ bytes }, at) => bytes.writeUInt32LE(0x7fff_ffff, at + 0x6c),
      ext4,
    ],
    [
      "filesystem/directory-damaged",
      "/folder",
      (volume) => volume.bytes.writeUInt16LE(3, volume.place(volume.blocksOf.get("/folder/")![0]!) + 28),
      ext2,
    ],
    [
      "filesystem/loop",
      "/long.bin",
      ({ bytes }, at) => bytes.writeUInt32LE(bytes.readUInt32LE(at + 0x58), at + 0x5c),
      ext2,
    ],
  ];
  it.each(entryDamages)("says %s of %s", (code, path, damage, options) => {
    const volume = made(options);
    damage(volume, volume.inodePlace(volume.inodes.get(path)!));
    const fs = opened(volume);
    expect(codes(entryAt(fs, path))).toContain(code);
    all(fs);
  });

  it("lists a file whose last name went while it was open", () => {
    const volume = made();
    const number = volume.inodes.get("/folder/gone.bin")!;
    volume.bytes[volume.place(volume.bitmapOf(0, 1)) + ((number - 1) >> 3)]! |= 1 << ((number - 1) & 7);
    const fs = opened(volume);
    const entry = entryAt(fs, "/folder/gone.bin");
    expect(entry).toMatchObject({ nameClaim: "deleted", contentClaim: "allocated", size: 2039 });
    expect(readRange(fs.open(entry), 0, 2039)).toEqual(told(2039, 5));
    expect(codes(entry)).toEqual(["ext/deleted-open"]);
  });

  it("says that fast commits were not applied", () => {
    const volume = made(ext3);
    const blocks = volume.blocksOf.get("$Journal")!;
    writeJournal(volume, 1);
    volume.bytes.writeUInt32LE(volume.bytes.readUInt32LE(1024 + 0x60) | 4, 1024 + 0x60);
    volume.bytes.writeUInt32BE(0x20, volume.place(blocks[0]!) + 0x28);
    volume.bytes.writeUInt32BE(2, volume.place(blocks[0]!) + 0x54);
    // A head, a removed name and a tail of the next transaction.
    const area = volume.place(blocks[15]!);
    for (const [at, value] of [9, 8, 0, 0, 8, 0, 5, 9].entries()) volume.bytes.writeUInt16LE(value, area + at * 2);
    volume.bytes.writeUInt32LE(0x0008_0008, area + 25);
    volume.bytes.writeUInt32LE(8, area + 29);
    const found = opened(volume).findings.find(({ code }) => code === "ext/fast-commits");
    expect(found?.params).toEqual({ commits: 1, inodes: 0, names: 1 });
  });
});

describe("parts of ext", () => {
  it("computes checksums as they are published", () => {
    const digits = Buffer.from("123456789");
    expect(~checksumFrom(0xffff_ffff, digits) >>> 0).toBe(0xe3069283);
    expect(crc16(0, digits)).toBe(0xbb3d);
  });

  it("writes times before 1970 and after 2038", () => {
    expect(timeText(-1, 5)).toBe("1969-12-31T23:59:59.000000005Z");
    expect(timeText(2 ** 32, -1)).toBe("2106-02-07T06:28:16Z");
  });

  it("spells lists of rights", () => {
    const list = Uint8Array.of(
      1,
      0,
      0,
      0,
      1,
      0,
      6,
      0,
      2,
      0,
      4,
      0,
      0xe8,
      3,
      0,
      0,
      4,
      0,
      4,
      0,
      0x10,
      0,
      4,
      0,
      0x20,
      0,
      0,
      0,
    );
    expect(aclText(list)).toBe("user::rw-,user:1000:r--,group::r--,mask::r--,other::---");
    expect(aclText(Uint8Array.of(9, 9))).toBeNull();
  });
});
