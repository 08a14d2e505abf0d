/** Structures beside the files: orphans, checksums of blocks, copies, places where something can be hidden. */
import { describe, expect, it } from "vitest";
import { MemorySource, readRange } from "../../../../native-free/bytes/byte-source.ts";
import { crc16 } from "../../../../native-free/filesystems/ext/checksums.ts";
import { extFormat } from "../../../../native-free/filesystems/ext/format.ts";
import type { FileSystem, FileSystemEntry } from "../../../../native-free/filesystems/file-system.ts";
import type { Finding } from "../../../../native-free/model/findings.ts";
import { someFiles, told, variants } from "../../../fixtures/filesystems/ext-volume.ts";
import { ExtVolumeWriter } from "../../../fixtures/filesystems/ext-writer.ts";
import { codes, walk } from "../../../fixtures/filesystems/walked.ts";

const [ext2, , ext4, checked] = variants.map(([, options]) => options);
const made = (options = ext2!): ExtVolumeWriter => new ExtVolumeWriter(options, someFiles(options.blockBytes));
const opened = ({ bytes }: { bytes: Uint8Array }): FileSystem => extFormat.open(new MemorySource(bytes))!;
const entryAt = (fs: FileSystem, path: string): FileSystemEntry => walk(fs).find((each) => each.path === path)!.entry;

/** Findings of the file system after everything was looked at. */
function all(fs: FileSystem): readonly Finding[] {
  for (const entry of fs.entries()) void entry.findings;
  return fs.findings;
}

/** Puts an inode in use without links, at the begin of the list of orphans. */
function unlink(volume: ExtVolumeWriter, path: string, next: number): number {
  const number = volume.inodes.get(path)!;
  volume.bytes[volume.place(volume.bitmapOf(0, 1)) + ((number - 1) >> 3)]! |= 1 << ((number - 1) & 7);
  volume.bytes.writeUInt16LE(0, volume.inodePlace(number) + 0x1a);
  volume.bytes.writeUInt32LE(next, volume.inodePlace(number) + 0x14);
  volume.bytes.writeUInt32LE(number, 1024 + 0xe8);
  return number;
}

describe("the list of orphans of an ext volume", () => {
  it("is followed from the superblock through the times of deletion", () => {
    const volume = made();
    const last = unlink(volume, "/emptied.bin", 0);
    unlink(volume, "/folder/gone.bin", last);
    const fs = opened(volume);
    const entry = entryAt(fs, "/folder/gone.bin");
    expect(entry).toMatchObject({ nameClaim: "deleted", contentClaim: "allocated", size: 2039 });
    expect(entry.attributes).toMatchObject({ unlinked: "orphan list" });
    expect(entry.attributes["deleted-at"]).toBeUndefined();
    expect(codes(entry)).toEqual(["ext/deleted-open"]);
    expect(readRange(fs.open(entry), 0, 2039)).toEqual(told(2039, 5));
    expect(entryAt(fs, "/emptied.bin").attributes.unlinked).toBe("orphan list");
    expect(walk(fs).filter(({ entry: each }) => each.nameClaim === "orphan")).toEqual([]);
    expect(all(fs).find(({ code }) => code === "ext/orphans")?.params).toEqual({ inodes: 2 });
  });

  it.each([
    ["loop", (number: number): number => number],
    ["number", (): number => 900_000],
    ["not in use", (number: number): number => number + 40],
  ])("ends where it does not hold (%s)", (problem, next) => {
    const volume = made();
    const number = volume.inodes.get("/folder/gone.bin")!;
    unlink(volume, "/folder/gone.bin", next(number));
    const found = all(opened(volume)).find(({ code }) => code === "filesystem/structure-damaged");
    expect(found?.params).toEqual({ structure: "list of orphans", problem: `inode ${next(number)}: ${problem}` });
  });
});

describe("checksums of blocks of an ext volume", () => {
  it.each([
    [
      "/folder",
      "directory blocks",
      (volume: ExtVolumeWriter) => volume.place(volume.blocksOf.get("/folder/")![0]!) + 40,
    ],
    [
      "/scattered.bin",
      "extent blocks",
      // Behind the entries in use of the node.
      (volume: ExtVolumeWriter) =>
        volume.place(volume.bytes.readUInt32LE(volume.inodePlace(volume.inodes.get("/scattered.bin")!) + 0x38)) + 500,
    ],
  ])("are compared with what they hold (%s)", (path, structure, place) => {
    const volume = made(checked);
    volume.bytes[place(volume)]! ^= 1;
    const found = entryAt(opened(volume), path).findings.find(({ code }) => code === "ext/checksum-wrong");
    expect(found?.params).toMatchObject({ count: 1, structure });
  });
});

describe("places of an ext volume that systems leave alone", () => {
  const places: readonly (readonly [string, (volume: ExtVolumeWriter) => number, typeof ext2])[] = [
    ["superblock", () => 1024 + 0x300, ext2],
    ["copies of the superblock", (volume) => volume.place(volume.groupStart(1)) + 2000, ext4],
    ["group descriptors", (volume) => volume.place(volume.firstData + 1) + 900, ext2],
    ["block bitmaps", (volume) => volume.place(volume.bitmapOf(0, 0)) + 700, ext2],
    ["inode bitmaps", (volume) => volume.place(volume.bitmapOf(0, 1)) + 70, ext2],
    ["reserved inode 9", (volume) => volume.inodePlace(9) + 0x40, ext2],
  ];
  it.each(places)("are looked into: %s", (area, place, options) => {
    const volume = made(options);
    volume.bytes.write("hid", place(volume));
    const found = all(opened(volume)).filter(({ code }) => code === "filesystem/hidden-data");
    expect(found.map(({ params }) => params)).toEqual([{ area, bytes: 3 }]);
    expect(place(volume)).toBeGreaterThanOrEqual(found[0]!.offset!);
    expect(place(volume)).toBeLessThan(found[0]!.offset! + found[0]!.length!);
  });

  it("finds a copy of the superblock that is in no usual place", () => {
    const volume = made(ext4);
    volume.bytes.fill(0, 0, 2048);
    const fs = opened(volume);
    expect(codes(fs)).toContain("filesystem/structure-replaced");
    expect(readRange(fs.open(entryAt(fs, "/last.txt")), 0, 11)).toEqual(told(11, 11));
    // A file that holds a superblock is none of the volume.
    const other = made(ext4);
    other.bytes.copyWithin(other.place(60), other.place(64), other.place(65));
    other.bytes.fill(0, 0, 2048);
    other.bytes.fill(0, other.place(64), other.place(65));
    expect(extFormat.open(new MemorySource(other.bytes))).toBeNull();
  });
});

/** CRC-16 of the first descriptor as `uninit_bg` has it. */
function descriptorSum(volume: ExtVolumeWriter): number {
  const at = volume.place(volume.firstData + 1);
  const uuid = volume.bytes.subarray(1024 + 0x68, 1024 + 0x78);
  return crc16(crc16(crc16(0xffff, uuid), new Uint8Array(4)), volume.bytes, at, at + 0x1e);
}

describe("records behind those that were ever used", () => {
  /** Says of the first group that only `used` of its records were. */
  function claimUnused(volume: ExtVolumeWriter, used: number): void {
    volume.bytes.writeUInt32LE(volume.bytes.readUInt32LE(1024 + 0x64) | 0x10, 1024 + 0x64);
    volume.bytes.writeUInt16LE(32 - used, volume.place(volume.firstData + 1) + 0x1c);
    volume.bytes.writeUInt16LE(descriptorSum(volume), volume.place(volume.firstData + 1) + 0x1e);
  }

  it("are searched, and those in use are found out", () => {
    const volume = made();
    claimUnused(volume, 12);
    const fs = opened(volume);
    expect(entryAt(fs, "/last.txt").size).toBe(11);
    expect(all(fs).find(({ code }) => code === "ext/unused-in-use")?.params.first).toBe(13);
  });

  it("are listed where nothing leads to them", () => {
    const volume = made();
    const number = 31;
    const from = volume.inodePlace(volume.inodes.get("/folder/gone.bin")!);
    volume.bytes.copyWithin(volume.inodePlace(number), from, from + 128);
    claimUnused(volume, 28);
    const fs = opened(volume);
    const key = `inode.${number}.${volume.inodePlace(number)}`;
    const entry = walk(fs).find((each) => each.entry.key === key)!.entry;
    expect(entry).toMatchObject({ nameClaim: "orphan", contentClaim: "partly-overwritten", size: 2039 });
    expect(fs.entryOf(key)).toMatchObject({ key, size: 2039 });
    const without = Array.from(fs.entries({ searchUnallocated: false }), (each) => each.key);
    expect(without).not.toContain(key);
  });
});
