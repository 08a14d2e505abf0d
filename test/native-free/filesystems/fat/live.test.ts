/** Volumes made by mkfs.fat and mtools while the tests run, against what was put in, `fls` and `icat`. */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { MemorySource, readRange } from "../../../../native-free/bytes/byte-source.ts";
import { fatFormat } from "../../../../native-free/filesystems/fat/format.ts";
import type { FileSystem } from "../../../../native-free/filesystems/file-system.ts";
import { told } from "../../../fixtures/filesystems/fat-volume.ts";
import { codes, walk } from "../../../fixtures/filesystems/walked.ts";

const absent = (tool: string): boolean => Boolean(spawnSync(tool, ["-V"]).error);
const noMakers = ["mkfs.vfat", "mcopy", "mdel"].some(absent);
const noTsk = absent("fls");

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), "vestige-fat-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const variants: readonly (readonly [name: string, megabytes: number, flags: readonly string[]])[] = [
  ["FAT12", 2, ["-F", "12"]],
  ["FAT12, one table, clusters of 32 KiB", 8, ["-F", "12", "-f", "1", "-s", "64"]],
  ["FAT16, sectors of 4096 bytes", 40, ["-F", "16", "-S", "4096", "-s", "1"]],
  ["FAT16", 16, ["-F", "16"]],
  ["FAT32", 40, ["-F", "32", "-s", "1", "-n", "MADE LIVE"]],
  ["FAT32, sectors of 1024 bytes", 70, ["-F", "32", "-S", "1024", "-s", "1"]],
];

const files: Readonly<Record<string, Uint8Array>> = {
  "/SHORT.TXT": told(700, 1),
  "/A rather long name with ümlauts.dat": told(70_001, 2),
  "/Folder/inside.bin": told(5000, 3),
  "/Folder/Deeper/bottom.bin": told(40_000, 4),
  "/lower.txt": told(3, 5),
  "/empty": new Uint8Array(0),
};
const gone = told(9000, 9);

/** The file of an image with the files above, one deleted, one renamed, one that fills the hole in part. */
function make(name: string, megabytes: number, flags: readonly string[]): string {
  const image = path.join(folder, `${name.replaceAll(/\W/g, "")}.img`);
  writeFileSync(image, Buffer.alloc(megabytes << 20));
  execFileSync("mkfs.vfat", [...flags, image]);
  const run = (tool: string, ...args: string[]): unknown =>
    execFileSync(tool, ["-i", image, ...args], { env: { ...process.env, MTOOLS_SKIP_CHECK: "1", LC_ALL: "C.UTF-8" } });
  const put = (bytes: Uint8Array, to: string): void => {
    const from = path.join(folder, "put");
    writeFileSync(from, bytes);
    run("mcopy", from, `::${to}`);
  };
  run("mmd", "::/Folder", "::/Folder/Deeper");
  for (const [to, bytes] of Object.entries(files)) put(bytes, to);
  put(gone, "/Deleted later.bin");
  put(told(100, 7), "/after.bin");
  run("mren", "::/after.bin", "::/renamed.bin");
  // Last, so that nothing takes its place.
  run("mdel", "::/Deleted later.bin");
  return image;
}

const opened = (image: string): FileSystem => fatFormat.open(new MemorySource(readFileSync(image)))!;

describe.skipIf(noMakers)("volumes of mkfs.fat and mtools (skipped where they are absent)", () => {
  it.each(variants)("%s", (name, megabytes, flags) => {
    const fs = opened(make(name, megabytes, flags));
    expect(name.startsWith(fs.variant)).toBe(true);
    const all = walk(fs);
    const found = all.filter(({ entry }) => entry.kind === "file" && entry.nameClaim === "allocated");
    const contents = found.map(({ path: at, entry }) => [at, Buffer.from(readRange(fs.open(entry), 0, entry.size))]);
    expect(Object.fromEntries(contents)).toEqual(
      Object.fromEntries(
        Object.entries({ ...files, "/renamed.bin": told(100, 7) }).map(([at, bytes]) => [at, Buffer.from(bytes)]),
      ),
    );
    for (const { entry } of found) expect(entry.findings).toEqual([]);
    const deleted = all.find(({ path: at }) => at === "/Deleted later.bin")!.entry;
    expect(deleted).toMatchObject({ nameClaim: "deleted", contentClaim: "unallocated", size: 9000 });
    expect(Buffer.from(readRange(fs.open(deleted), 0, 9000)).equals(gone)).toBe(true);
    const ranges = Array.from(fs.account());
    expect(ranges.filter((range) => range.class === "not-understood")).toEqual([]);
    expect(ranges.reduce((sum, { length }) => sum + length, 0)).toBe(megabytes << 20);
    expect(codes(fs)).toEqual([]);
    if (flags.includes("-n")) expect(fs.label).toBe("MADE LIVE");
  });

  it.skipIf(noTsk)("lists what fls lists, with the bytes of icat", () => {
    const image = make("tsk", 40, ["-F", "32", "-s", "1"]);
    const body = execFileSync("fls", ["-r", "-p", "-m", "/", image], {
      encoding: "utf8",
      env: { ...process.env, TZ: "UTC" },
    });
    const fs = opened(image);
    const byPath = new Map(walk(fs).map(({ path: at, entry }) => [at, entry]));
    let compared = 0;
    for (const line of body.split("\n").filter((each) => each !== "" && !/\/\$/.test(each))) {
      const [, name = "", inode = "", , , , size = ""] = line.split("|");
      const entry = byPath.get(name.replace(/ \(deleted\)$/, ""));
      expect(entry, name).toBeDefined();
      // The old entry of the renamed file: TSK gives out what the new one owns.
      if (entry!.kind !== "file" || entry!.contentClaim === "overwritten") continue;
      expect(String(entry!.size), name).toBe(size);
      const bytes = execFileSync("icat", ["-r", image, inode], { maxBuffer: 1 << 24 });
      expect(Buffer.from(readRange(fs.open(entry!), 0, entry!.size)).equals(bytes), name).toBe(true);
      compared++;
    }
    expect(compared).toBe(8);
  });
});

describe.skipIf(noMakers || process.getuid?.() !== 0 || absent("mount"))(
  "a mounted volume (needs root, vfat and a loop device)",
  () => {
    it("reads as the kernel reads it after files came and went", ({ skip }) => {
      const image = path.join(folder, "mounted.img");
      const at = path.join(folder, "mnt");
      writeFileSync(image, Buffer.alloc(16 << 20));
      execFileSync("mkfs.vfat", ["-F", "16", image]);
      execFileSync("mkdir", ["-p", at]);
      if (spawnSync("mount", ["-o", "loop,utf8,tz=UTC", image, at]).status !== 0)
        return skip("vfat cannot be mounted here");
      try {
        const put = (name: string, length: number, seed: number): void =>
          writeFileSync(path.join(at, name), told(length, seed));
        for (let i = 0; i < 20; i++) put(`file number ${i}.bin`, 3000 + i * 777, i);
        for (let i = 0; i < 20; i += 3) rmSync(path.join(at, `file number ${i}.bin`));
        // Larger than the holes: it is fragmented around what stayed.
        put("fragmented.bin", 60_000, 99);
      } finally {
        execFileSync("umount", [at]);
      }
      const fs = opened(image);
      const all = walk(fs);
      const big = all.find(({ path: name }) => name === "/fragmented.bin")!.entry;
      expect(Buffer.from(readRange(fs.open(big), 0, big.size)).equals(told(60_000, 99))).toBe(true);
      expect(big.findings).toEqual([]);
      const deleted = all.filter(({ entry }) => entry.nameClaim === "deleted" && entry.kind === "file");
      expect(deleted.length).toBeGreaterThanOrEqual(6);
      for (const { entry } of deleted) {
        if (entry.contentClaim !== "unallocated") continue;
        const seed = Number(/number (\d+)/.exec(entry.name.text)?.[1]);
        expect(
          Buffer.from(readRange(fs.open(entry), 0, entry.size)).equals(told(entry.size, seed)),
          entry.name.text,
        ).toBe(true);
      }
    });
  },
);
