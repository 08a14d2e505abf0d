/** Volumes made by mkfs.exfat and written by FUSE exFAT while the tests run, against what was put in, `fls` and `icat`. */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { MemorySource, readRange } from "../../../../native-free/bytes/byte-source.ts";
import { exfatFormat } from "../../../../native-free/filesystems/exfat/format.ts";
import type { FileSystem } from "../../../../native-free/filesystems/file-system.ts";
import { told } from "../../../fixtures/filesystems/fat-volume.ts";
import { codes, walk } from "../../../fixtures/filesystems/walked.ts";

const absent = (tool: string): boolean => Boolean(spawnSync(tool, ["-V"]).error);
const noMaker = absent("mkfs.exfat");

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), "vestige-exfat-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const opened = (image: string): FileSystem => exfatFormat.open(new MemorySource(readFileSync(image)))!;

function make(name: string, megabytes: number, flags: readonly string[]): string {
  const image = path.join(folder, name);
  writeFileSync(image, "");
  truncateSync(image, megabytes * 2 ** 20);
  execFileSync("mkfs.exfat", [...flags, image], { stdio: "ignore" });
  return image;
}

/** Runs with the volume mounted by FUSE exFAT, over a loop device, which it wants of root; false where that is not possible. */
function mounted(image: string, run: (at: string) => void): boolean {
  const at = path.join(folder, "mnt");
  mkdirSync(at, { recursive: true });
  const loop = spawnSync("losetup", ["-f", "--show", image], { encoding: "utf8" });
  if (loop.error || loop.status !== 0) return false;
  const device = loop.stdout.trim();
  try {
    if (spawnSync("mount.exfat-fuse", ["-o", "noatime", device, at]).status !== 0) return false;
    try {
      run(at);
    } finally {
      execFileSync("umount", [at]);
    }
    return true;
  } finally {
    execFileSync("losetup", ["-d", device]);
  }
}

describe.skipIf(noMaker)("volumes of mkfs.exfat (skipped where it is absent)", () => {
  it.each([
    ["small", 4, []],
    ["labelled", 8, ["-L", "MADE LIVE"]],
    ["clusters of 512 bytes", 8, ["-c", "512"]],
    ["clusters of 1 MiB", 64, ["-c", "1M"]],
    ["aligned to 4 MiB", 48, ["-b", "4M"]],
    ["packed bitmap", 16, ["--pack-bitmap"]],
  ] as const)("%s: every byte is understood, nothing is wrong", (name, megabytes, flags) => {
    const fs = opened(make(`${name.replaceAll(/\W/g, "")}.img`, megabytes, flags));
    const all = walk(fs);
    expect(all.filter(({ entry }) => entry.kind !== "metadata")).toEqual([]);
    for (const { entry } of all) expect(entry.findings).toEqual([]);
    const ranges = Array.from(fs.account());
    expect(ranges.filter((range) => range.class === "not-understood" || range.class === "content")).toEqual([]);
    expect(ranges.reduce((sum, { length }) => sum + length, 0)).toBe(megabytes * 2 ** 20);
    expect(codes(fs)).toEqual([]);
    expect(fs.label).toBe(flags[0] === "-L" ? "MADE LIVE" : null);
  });
});

const files: Readonly<Record<string, Uint8Array>> = {
  "/SHORT.TXT": told(700, 1),
  "/A rather long name with ümlauts and more.dat": told(70_001, 2),
  "/Folder/inside.bin": told(5000, 3),
  "/Folder/Deeper/bottom.bin": told(40_000, 4),
  "/empty": new Uint8Array(0),
};

/** Files that come and go: holes, a file that fills them, a deleted and a renamed one. */
function write(at: string): void {
  mkdirSync(path.join(at, "Folder/Deeper"), { recursive: true });
  for (const [to, bytes] of Object.entries(files)) writeFileSync(path.join(at, to), bytes);
  for (let i = 0; i < 20; i++) writeFileSync(path.join(at, `file number ${i}.bin`), told(3000 + i * 777, i));
  for (let i = 0; i < 20; i += 3) rmSync(path.join(at, `file number ${i}.bin`));
  writeFileSync(path.join(at, "after.bin"), told(100, 7));
  renameSync(path.join(at, "after.bin"), path.join(at, "renamed.bin"));
  writeFileSync(path.join(at, "fragmented.bin"), told(60_000, 99));
  writeFileSync(path.join(at, "Deleted later.bin"), told(9000, 9));
  rmSync(path.join(at, "Deleted later.bin"));
  // Nothing was ever written where it lies but itself.
  rmSync(path.join(at, "file number 19.bin"));
}

describe.skipIf(noMaker || process.getuid?.() !== 0 || absent("mount.exfat-fuse"))(
  "a volume that FUSE exFAT wrote (needs root, mount.exfat-fuse and a loop device)",
  () => {
    it("reads as it was written, and as fls and icat read it", ({ skip }) => {
      const image = make("mounted.img", 16, ["-c", "4096"]);
      if (!mounted(image, write)) return skip("exFAT cannot be mounted here");
      const fs = opened(image);
      const all = walk(fs);
      const byPath = new Map(
        all.filter(({ entry }) => entry.nameClaim === "allocated").map(({ path: at, entry }) => [at, entry]),
      );
      const wanted: Record<string, Uint8Array> = {
        ...files,
        "/fragmented.bin": told(60_000, 99),
        "/renamed.bin": told(100, 7),
      };
      for (let i = 0; i < 19; i++) if (i % 3 !== 0) wanted[`/file number ${i}.bin`] = told(3000 + i * 777, i);
      const found = [...byPath].filter(([, { kind }]) => kind === "file");
      expect(found.map(([at]) => at).toSorted()).toEqual(Object.keys(wanted).toSorted());
      for (const [at, entry] of found) {
        expect(Buffer.from(readRange(fs.open(entry), 0, entry.size)).equals(wanted[at]!), at).toBe(true);
        expect(entry.findings, at).toEqual([]);
      }
      const ranges = Array.from(fs.account());
      expect(ranges.filter((range) => range.class === "not-understood")).toEqual([]);
      expect(codes(fs)).toEqual([]);
      const gone = all.filter(({ entry }) => entry.nameClaim === "deleted" && entry.kind === "file");
      expect(gone.length).toBeGreaterThanOrEqual(7);
      let intact = 0;
      for (const { entry } of gone) {
        if (entry.contentClaim !== "unallocated" || entry.size === 0) continue;
        const number = /number (\d+)/.exec(entry.name.text)?.[1];
        const seed = number === undefined ? 9 : Number(number);
        expect(
          Buffer.from(readRange(fs.open(entry), 0, entry.size)).equals(told(entry.size, seed)),
          entry.name.text,
        ).toBe(true);
        intact++;
      }
      expect(intact).toBeGreaterThan(0);
      if (!absent("fls")) compareWithTsk(fs, image, byPath.size);
    });
  },
);

/** Every allocated entry of `fls` with its size and the bytes of `icat`. */
function compareWithTsk(fs: FileSystem, image: string, least: number): void {
  const env = { ...process.env, TZ: "UTC" };
  const body = execFileSync("fls", ["-r", "-p", "-m", "/", image], { encoding: "utf8", env });
  const byPath = new Map(walk(fs).map(({ path: at, entry }) => [`${at} ${entry.nameClaim}`, entry]));
  let compared = 0;
  for (const line of body.split("\n").filter((each) => each !== "" && !/\/\$|Volume Label/.test(each))) {
    const [, name = "", inode = "", , , , size] = line.split("|");
    const deleted = / \(deleted(-realloc)?\)$/.exec(name);
    const entry = byPath.get(deleted ? `${name.slice(0, deleted.index)} deleted` : `${name} allocated`);
    expect(entry, name).toBeDefined();
    expect(String(entry!.size), name).toBe(size);
    if (!deleted) compared++;
    if (deleted || entry!.kind !== "file") continue;
    const bytes = execFileSync("icat", [image, inode], { maxBuffer: 1 << 24 });
    expect(Buffer.from(readRange(fs.open(entry!), 0, entry!.size)).equals(bytes), name).toBe(true);
  }
  // All but the structures.
  expect(compared).toBeGreaterThanOrEqual(least - 4);
}
