/** Volumes of mke2fs that the kernel wrote while the tests run, against what was put in, `fls` and `debugfs`. */
import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  closeSync,
  ftruncateSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { MemorySource, readRange } from "../../../../native-free/bytes/byte-source.ts";
import { extFormat } from "../../../../native-free/filesystems/ext/format.ts";
import type { FileSystem } from "../../../../native-free/filesystems/file-system.ts";
import { told } from "../../../fixtures/filesystems/ext-volume.ts";
import { codes, sha256Of, walk } from "../../../fixtures/filesystems/walked.ts";

const absent = (tool: string): boolean => Boolean(spawnSync(tool, ["-V"]).error);
const cannotMount = absent("mkfs.ext4") || absent("mount") || process.getuid?.() !== 0;

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), "vestige-ext-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const variants: readonly (readonly [name: string, megabytes: number, flags: readonly string[]])[] = [
  ["ext2", 12, ["-t", "ext2", "-b", "1024"]],
  ["ext3", 16, ["-t", "ext3", "-b", "1024", "-J", "size=2"]],
  ["ext4", 24, ["-t", "ext4", "-b", "4096", "-J", "size=4"]],
  [
    "ext4, inline data, without checksums",
    16,
    ["-t", "ext4", "-b", "1024", "-O", "inline_data,^metadata_csum,uninit_bg"],
  ],
  [
    "ext4, meta groups, sparse_super2",
    40,
    ["-t", "ext4", "-b", "1024", "-O", "meta_bg,^resize_inode,sparse_super2,^has_journal"],
  ],
  ["ext4, clusters", 40, ["-t", "ext4", "-b", "4096", "-O", "bigalloc,^has_journal", "-C", "65536"]],
];

const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");
const gone = told(30_000, 99);

interface Made {
  readonly image: string;
  /** SHA-256 by path. */
  readonly files: Readonly<Record<string, string>>;
  readonly modified: number;
}

function blank(image: string, megabytes: number): void {
  const file = openSync(image, "w");
  ftruncateSync(file, megabytes << 20);
  closeSync(file);
}

/** Null where the kernel does not mount it. */
function make(name: string, megabytes: number, flags: readonly string[]): Made | null {
  const image = path.join(folder, `${name.replaceAll(/\W/g, "")}.img`);
  const at = path.join(folder, "mnt");
  blank(image, megabytes);
  execFileSync("mkfs.ext4", ["-q", "-F", ...flags, image], { stdio: "pipe" });
  mkdirSync(at, { recursive: true });
  if (spawnSync("mount", ["-o", "loop", image, at]).status !== 0) return null;
  const files: Record<string, string> = {};
  const put = (to: string, bytes: Uint8Array): void => {
    writeFileSync(path.join(at, to), bytes);
    files[`/${to}`] = sha256(bytes);
  };
  let modified = 0;
  try {
    mkdirSync(path.join(at, "folder/below"), { recursive: true });
    for (let i = 0; i < 24; i++) put(`file ${i}`, told(i * 777, i));
    for (let i = 0; i < 24; i += 3) {
      rmSync(path.join(at, `file ${i}`));
      delete files[`/file ${i}`];
    }
    put("folder/large.bin", told(400_000, 30));
    put("folder/ünï 文件.txt", told(50, 31));
    for (let i = 0; i < 150; i++) put(`folder/below/an entry with quite a long name ${i}`, told(i % 3, i));
    linkSync(path.join(at, "folder/large.bin"), path.join(at, "second name"));
    files["/second name"] = files["/folder/large.bin"]!;
    symlinkSync("folder/large.bin", path.join(at, "short link"));
    symlinkSync("x".repeat(120), path.join(at, "long link"));
    renameSync(path.join(at, "file 1"), path.join(at, "renamed"));
    files["/renamed"] = files["/file 1"]!;
    delete files["/file 1"];
    const sparse = openSync(path.join(at, "sparse"), "w");
    ftruncateSync(sparse, 3_000_000);
    closeSync(sparse);
    files["/sparse"] = sha256(new Uint8Array(3_000_000));
    writeFileSync(path.join(at, "gone.bin"), gone);
    execFileSync("sync", ["-f", at]);
    rmSync(path.join(at, "gone.bin"));
    modified = statSync(path.join(at, "folder/large.bin")).mtimeMs;
  } finally {
    execFileSync("umount", [at]);
  }
  return { image, files, modified };
}

const opened = (image: string): FileSystem => extFormat.open(new MemorySource(readFileSync(image)))!;

describe.skipIf(cannotMount)("volumes that the kernel wrote (needs root, mke2fs and a loop device)", () => {
  it.for(variants)("%s", ([name, megabytes, flags], context) => {
    const made = make(name, megabytes, flags);
    if (made === null) return context.skip("this kernel does not mount it");
    const fs = opened(made.image);
    expect(fs.variant).toBe(name.slice(0, 4));
    const all = walk(fs);
    const files = all.filter(({ entry }) => entry.kind === "file" && entry.nameClaim === "allocated");
    expect(Object.fromEntries(files.map(({ path: at, entry }) => [at, sha256Of(fs.open(entry))]))).toEqual(made.files);
    for (const { path: at, entry } of all.filter((each) => each.entry.nameClaim === "allocated"))
      expect(codes(entry), at).toEqual([]);
    const target = (at: string): string | undefined => all.find((each) => each.path === at)?.entry.target?.text;
    expect(target("/short link")).toBe("folder/large.bin");
    expect(target("/long link")).toBe("x".repeat(120));
    const time = all.find((each) => each.path === "/folder/large.bin")!.entry.times[0]!.value;
    expect(Math.abs(Date.parse(time) - made.modified)).toBeLessThan(2);
    const ranges = Array.from(fs.account());
    expect(ranges.filter((range) => range.class === "not-understood")).toEqual([]);
    expect(ranges.filter(({ what }) => what === "lost blocks")).toEqual([]);
    expect(ranges.reduce((sum, { length }) => sum + length, 0)).toBe(megabytes << 20);
    expect(codes(fs)).toEqual([]);
    if (!fs.facts.some((fact) => String(fact.value).includes("has_journal"))) return;
    const deleted = all.find(({ path: at }) => at === "/gone.bin");
    expect(deleted?.entry).toMatchObject({ nameClaim: "deleted", contentClaim: "unallocated", size: 30_000 });
    expect(Buffer.from(readRange(fs.open(deleted!.entry), 0, 30_000)).equals(gone)).toBe(true);
    expect(codes(deleted!.entry)).toEqual(["ext/from-journal"]);
  });

  it.skipIf(absent("fls"))("names what fls names, and has what icat has", (context) => {
    const made = make("tsk", 16, ["-t", "ext4", "-b", "1024", "-J", "size=1"]);
    if (made === null) return context.skip("this kernel does not mount it");
    const fs = opened(made.image);
    const inodes = new Map(walk(fs).map(({ path: at, entry }) => [at, entry.attributes.inode]));
    let compared = 0;
    for (const line of execFileSync("fls", ["-r", "-p", "-u", made.image], { encoding: "utf8" }).split("\n")) {
      const [, inode = "", name = ""] = /^\S+ (\d+):\t(.+)$/.exec(line) ?? [];
      if (name === "" || name.startsWith("$") || name.endsWith("^")) continue;
      expect(inodes.get(`/${name}`), name).toBe(inode);
      compared++;
    }
    expect(compared).toBeGreaterThan(170);
    for (const at of ["/folder/large.bin", "/folder/ünï 文件.txt", "/renamed", "/sparse"]) {
      const content = execFileSync("icat", [made.image, inodes.get(at)!], { maxBuffer: 1 << 24 });
      expect(sha256(content), at).toBe(made.files[at]);
    }
  });

  it.skipIf(absent("debugfs"))("reads a checksummed dirty journal as debugfs replays it", (context) => {
    const image = path.join(folder, "dirty.img");
    const at = path.join(folder, "mnt");
    blank(image, 16);
    execFileSync("mkfs.ext4", ["-q", "-F", "-b", "1024", "-J", "size=2", image], { stdio: "pipe" });
    mkdirSync(at, { recursive: true });
    if (spawnSync("mount", ["-o", "loop", image, at]).status !== 0)
      return context.skip("this kernel does not mount it");
    const copy = path.join(folder, "snapshot.img");
    const open = [];
    try {
      for (let i = 0; i < 12; i++) writeFileSync(path.join(at, `file ${i}`), told(5000 + i, i));
      open.push(openSync(path.join(at, "file 3"), "r"));
      rmSync(path.join(at, "file 3"));
      execFileSync("sync", ["-f", at]);
      execFileSync("cp", [image, copy]);
    } finally {
      for (const file of open) closeSync(file);
      execFileSync("umount", [at]);
    }
    const fs = opened(copy);
    expect(codes(fs)).toEqual(["ext/journal-applied", "filesystem/not-clean"]);
    const all = walk(fs);
    expect(all.filter(({ entry }) => codes(entry).includes("ext/deleted-open")).length).toBe(1);
    expect(codes(fs)).toContain("ext/orphans");
    const files = all.filter(({ entry }) => entry.kind === "file" && entry.nameClaim === "allocated");
    const lines = (of: FileSystem, found: typeof files): string[] =>
      found.map(({ path: name, entry }) => `${name} ${entry.attributes.inode} ${sha256Of(of.open(entry))}`);
    const before = lines(fs, files);
    execFileSync("debugfs", ["-w", "-R", "jr", copy], { stdio: "pipe" });
    const after = opened(copy);
    const replayed = walk(after).filter(({ entry }) => entry.kind === "file" && entry.nameClaim === "allocated");
    expect(before.length).toBe(11);
    expect(lines(after, replayed)).toEqual(before);
  });
});
