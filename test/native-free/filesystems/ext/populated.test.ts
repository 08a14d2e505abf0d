/** Volumes that mke2fs and debugfs filled, so that no kernel is needed: what kernels seldom make and what they refuse to mount. */
import { execFileSync, spawnSync } from "node:child_process";
import {
  closeSync,
  ftruncateSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { MemorySource, readRange } from "../../../../native-free/bytes/byte-source.ts";
import { extFormat } from "../../../../native-free/filesystems/ext/format.ts";
import type { FileSystem } from "../../../../native-free/filesystems/file-system.ts";
import { told } from "../../../fixtures/filesystems/ext-volume.ts";
import { codes, sha256Of, walk } from "../../../fixtures/filesystems/walked.ts";

const isAbsent = ["mke2fs", "debugfs", "e2fsck"].some((tool) => Boolean(spawnSync(tool, ["-V"]).error));
const many = 640;
const sparseBytes = 90_000_000;
let folder = "";

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), "vestige-ext-populated-"));
  const long = path.join(folder, "many/dir");
  mkdirSync(long, { recursive: true });
  // Long names, so that the index of the directory has a level below its root.
  for (let i = 0; i < many; i++) writeFileSync(path.join(long, `${"n".repeat(190)}${i}`), "");
  const few = path.join(folder, "few");
  mkdirSync(path.join(few, "dir"), { recursive: true });
  writeFileSync(path.join(few, "plain"), told(150_000, 1));
  writeFileSync(path.join(few, "dir/Inside"), told(70, 2));
  const sparse = openSync(path.join(few, "sparse"), "w");
  ftruncateSync(sparse, sparseBytes);
  writeSync(sparse, "far behind", sparseBytes - 10);
  closeSync(sparse);
  mkdirSync(path.join(folder, "value"));
  writeFileSync(path.join(folder, "value/v"), "v".repeat(1024));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function make(name: string, megabytes: number, from: string, flags: readonly string[]): string {
  const image = path.join(folder, `${name}.img`);
  const file = openSync(image, "w");
  ftruncateSync(file, megabytes << 20);
  closeSync(file);
  execFileSync("mke2fs", ["-q", "-F", ...flags, "-d", path.join(folder, from), image], { stdio: "pipe" });
  return image;
}

/** Directories get their index. Its status says whether it changed something. */
const rebuild = (image: string): void => void spawnSync("e2fsck", ["-fyD", image]);
const debug = (image: string, command: string): string =>
  execFileSync("debugfs", ["-w", "-R", command, image], { encoding: "utf8", stdio: "pipe" });
const opened = (image: string): FileSystem => extFormat.open(new MemorySource(readFileSync(image)))!;

/** Nothing is wrong with the volume and its entries in use, and every byte is understood. */
function expectSound(fs: FileSystem): void {
  for (const { path: at, entry } of walk(fs)) if (entry.nameClaim === "allocated") expect(codes(entry), at).toEqual([]);
  for (const range of fs.account()) expect(range.class).not.toBe("not-understood");
  expect(codes(fs)).toEqual([]);
}

describe.skipIf(isAbsent)("volumes filled by mke2fs (needs e2fsprogs)", () => {
  it.each([
    ["ext2, map of three levels", 8, ["-t", "ext2", "-b", "1024"]],
    ["ext4, blocks of 64 KiB", 24, ["-t", "ext4", "-b", "65536", "-O", "^has_journal"]],
  ])("%s", (name, megabytes, flags) => {
    const fs = opened(make(name.slice(0, 4), megabytes, "few", flags));
    const found = new Map(walk(fs).map(({ path: at, entry }) => [at, entry]));
    for (const at of ["/plain", "/dir/Inside"]) {
      expect(sha256Of(fs.open(found.get(at)!)), at).toBe(
        sha256Of(new MemorySource(readFileSync(path.join(folder, "few", at)))),
      );
    }
    const sparse = found.get("/sparse")!;
    expect(sparse.size).toBe(sparseBytes);
    expect(Buffer.from(readRange(fs.open(sparse), sparseBytes - 12, 12)).toString()).toBe("\0\0far behind");
    expectSound(fs);
  });

  it("directories with an index below its root, with checksums", () => {
    const image = make("index", 8, "many", ["-t", "ext4", "-b", "1024", "-O", "^has_journal", "-N", "800"]);
    rebuild(image);
    expect(debug(image, "htree_dump /dir")).toMatch(/Indirect levels: 1/);
    const fs = opened(image);
    expect(walk(fs).filter(({ path: at }) => at.startsWith("/dir/n")).length).toBe(many);
    expectSound(fs);
    const bytes = readFileSync(image);
    const block = Number(/^(\d+)/.exec(debug(image, "bmap /dir 100"))![1]);
    bytes[block * 1024 + 300]! ^= 1;
    const damaged = extFormat.open(new MemorySource(bytes))!;
    const entry = Array.from(damaged.list(null)).find(({ name }) => name.text === "dir")!;
    expect(entry.findings.map(({ params }) => params.structure)).toContain("directory blocks");
  });

  it("large attributes, casefolded and encrypted names, the orphan file", () => {
    const flags = ["-O", "ea_inode,casefold,encrypt,orphan_file", "-E", "encoding=utf8", "-J", "size=1"];
    const image = make("features", 16, "few", ["-t", "ext4", "-b", "1024", ...flags]);
    debug(image, `ea_set -f ${path.join(folder, "value/v")} /plain user.large`);
    debug(image, "set_inode_field /dir flags 0x40080000");
    const fs = opened(image);
    const found = new Map(walk(fs).map(({ path: at, entry }) => [at, entry]));
    expect(found.get("/plain")!.attributes["xattr.user.large"]).toBe("v".repeat(1024));
    expect(found.get("/dir")!.attributes.attributes).toContain("casefold");
    expect(found.get("/dir/Inside")!.size).toBe(70);
    expectSound(fs);
    debug(image, "set_inode_field /dir flags 0x80800");
    const encrypted = walk(opened(image)).find(({ path: at }) => at === "/dir/Inside")!.entry;
    expect(encrypted.findings.map(({ code, params }) => [code, params])).toEqual([["ext/encrypted", { what: "name" }]]);
  });

  it("the multiple mount protection", () => {
    const image = make("mmp", 4, "value", ["-t", "ext4", "-b", "1024", "-O", "mmp,^has_journal"]);
    expectSound(opened(image));
    const bytes = readFileSync(image);
    const block = Number(
      /MMP block number:\s+(\d+)/i.exec(
        execFileSync("debugfs", ["-R", "stats", image], { encoding: "utf8", stdio: "pipe" }),
      )![1],
    );
    bytes[block * 1024 + 200]! ^= 1;
    const damaged = extFormat.open(new MemorySource(bytes))!;
    Array.from(damaged.account());
    expect(damaged.findings.map(({ params }) => params.structure)).toContain("multiple mount protection");
  });
});
