/**
 * An officer gets a disk on which a virtual machine's disk lies. She looks at it, finds the letter inside of it, takes it out,
 * and converts the machine's disk; then she gets an E01 set whose segments were renamed, of which one is gone.
 */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { copyFileSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Command, FlagValues } from "../../src/cli/command.ts";
import { exportCommand } from "../../src/cli/commands/export.ts";
import { infoCommand } from "../../src/cli/commands/info.ts";
import { readCommand } from "../../src/cli/commands/read.ts";
import { jsonLines, vestige } from "../fixtures/command.ts";
import { commandsHere } from "../fixtures/command-here.ts";
import { freshFolder } from "../fixtures/evidence-folder.ts";
import { mixedMedium } from "../fixtures/ewf-set.ts";
import { putEntry } from "../fixtures/volumes/partition-tables.ts";
import { runCommand } from "../fixtures/run-command.ts";

const base = freshFolder("any-image");
const run = commandsHere({ home: base, cwd: base });
/** In a process of its own: what it writes are the bytes of the evidence. */
const runApart = (...args: string[]) => vestige(args, { home: base, cwd: base });
const passwd = "root:x:0:0:root:/root:/bin/bash\nclerk:x:1000:1000:Clerk:/home/clerk:/bin/sh\n";
const letter = "The goods of container MSKU 907032 3 were relabelled.\n";
const at = (name: string): string => join(base, name);

function tool(name: string, ...args: string[]): boolean {
  const { status, error } = spawnSync(name, args, { cwd: base });
  return !error && status === 0;
}

/** A medium with one FAT partition from sector 2048 on, made of a volume. */
function partitioned(name: string, volume: string): void {
  const bytes = readFileSync(at(volume));
  const medium = Buffer.alloc(2048 * 512 + bytes.length);
  medium.set([0x00, 0, 0, 0, 0x06, 0, 0, 0], 446);
  medium.writeUInt32LE(2048, 454);
  medium.writeUInt32LE(bytes.length / 512, 458);
  medium.writeUInt16LE(0xaa55, 510);
  medium.set(bytes, 2048 * 512);
  writeFileSync(at(name), medium);
}

function volume(name: string, megabytes: number, files: readonly (readonly [path: string, from: string])[]): boolean {
  writeFileSync(at(name), Buffer.alloc(megabytes << 20));
  return tool("mkfs.vfat", name) && files.every(([path, from]) => tool("mcopy", "-i", name, from, `::${path}`));
}

/** False where the machine lacks the tools that make file systems. */
function makeMedia(): boolean {
  writeFileSync(at("letter.txt"), letter);
  if (!volume("inner.vol", 4, [["/LETTER.TXT", "letter.txt"]])) return false;
  partitioned("inner.raw", "inner.vol");
  if (!tool("qemu-img", "convert", "-O", "vmdk", "inner.raw", "disk.vmdk")) return false;
  if (!volume("outer.vol", 12, [["/disk.vmdk", "disk.vmdk"]])) return false;
  partitioned("outer.raw", "outer.vol");
  return true;
}

/** A Linux machine's disk on a Windows machine's: ext in VMDK in NTFS, in the second partition. False without the tools. */
function makeMachines(): boolean {
  mkdirSync(at("root/etc"), { recursive: true });
  writeFileSync(at("root/etc/passwd"), passwd);
  writeFileSync(at("linux.vol"), Buffer.alloc(8 << 20));
  if (!tool("mkfs.ext4", "-q", "-F", "-d", "root", "linux.vol")) return false;
  partitioned("linux.raw", "linux.vol");
  if (!tool("qemu-img", "convert", "-O", "vmdk", "linux.raw", "linux.vmdk")) return false;
  writeFileSync(at("windows.vol"), Buffer.alloc(24 << 20));
  if (!tool("mkntfs", "-q", "-F", "-f", "windows.vol")) return false;
  mkdirSync(at("mounted"));
  if (!tool("ntfs-3g", at("windows.vol"), at("mounted"))) return false;
  try {
    mkdirSync(at("mounted/vm"));
    copyFileSync(at("linux.vmdk"), at("mounted/vm/disk.vmdk"));
  } finally {
    // FUSE may still be writing: unmounting waits for it.
    for (let tries = 0; tries < 50 && !tool("umount", at("mounted")); tries++);
  }
  const [first, second] = [readFileSync(at("inner.vol")), readFileSync(at("windows.vol"))];
  const medium = Buffer.alloc(2048 * 512 + first.length + second.length);
  medium.set(first, 2048 * 512);
  medium.set(second, 2048 * 512 + first.length);
  putEntry(medium, 0, { index: 0, type: 0x06, first: 2048, count: first.length / 512 });
  putEntry(medium, 0, { index: 1, type: 0x07, first: 2048 + first.length / 512, count: second.length / 512 });
  writeFileSync(at("machines.raw"), medium);
  return true;
}

let tools = false;
let machines = false;
beforeAll(() => {
  tools = makeMedia();
  machines = tools && makeMachines();
});
afterAll(() => rmSync(base, { recursive: true, force: true }));

const lacking = "needs mkfs.vfat, mcopy and qemu-img";
const inside = "p1/fat:/disk.vmdk/p1/fat:/LETTER.TXT";

describe("a Linux machine on a Windows disk", () => {
  const path = "p2/ntfs:/vm/disk.vmdk/p1/ext:/etc/passwd";

  it("gives its files under their forensic paths", async ({ skip }) => {
    if (!machines) return skip("needs mkfs.ext4, mkntfs, ntfs-3g with FUSE, and qemu-img");
    const told = await runApart("info", "machines.raw", "--json");
    expect(told.exit, told.stderr).toBe(0);
    expect(jsonLines(told).find(({ event }) => event === "nested")).toMatchObject({ path: "p2/ntfs:/vm/disk.vmdk" });
    const out = await runApart("export", "machines.raw", "--at", path, "--to", "-");
    expect(out.stdout).toBe(passwd);
    const listed = await run("ls", "machines.raw", "-r", "--at", "p2/ntfs:/vm/disk.vmdk/p1", "--json");
    expect(listed.stdout).toContain("etc/passwd");
  });

  it("tells of every byte which file it belongs to, through both file systems", async ({ skip }) => {
    if (!machines) return skip("needs mkfs.ext4, mkntfs, ntfs-3g with FUSE, and qemu-img");
    const medium = readFileSync(at("machines.raw"));
    const place = medium.indexOf(passwd);
    const read = await run("read", "machines.raw", String(place), "16", "--json");
    expect(jsonLines(read).find(({ event }) => event === "bytes")).toMatchObject({ path: "p2/ntfs:/vm/disk.vmdk" });
    const inner = await run("read", "machines.raw", "0", "16", "--at", path, "--json");
    expect(jsonLines(inner).find(({ event }) => event === "bytes")).toMatchObject({
      path,
      hex: Buffer.from(passwd).toString("hex").slice(0, 32),
    });
  });
});

describe("an image inside of an image", () => {
  it("is found, with its volumes, under its forensic path", async ({ skip }) => {
    if (!tools) return skip(lacking);
    const told = await run("info", "outer.raw", "--json");
    expect(told.exit, told.stderr).toBe(0);
    const events = jsonLines(told);
    const nested = events.find(({ event }) => event === "nested");
    expect(nested).toMatchObject({ path: "p1/fat:/disk.vmdk", format: "vmdk", problem: null });
    const volumes = events.filter(({ event }) => event === "volume").map(({ path }) => path);
    expect(volumes).toEqual(expect.arrayContaining(["p1", "gap1", "p1/fat:/disk.vmdk/p1"]));
    const text = await run("info", "outer.raw");
    expect(text.stdout).toMatch(/image inside: p1\/fat:\/disk\.vmdk/);
    expect((await run("info", "outer.raw", "--nested", "0")).stdout).toMatch(/deeper than --nested allows/);
  });

  it("shows the bytes of the letter, and to what bytes of the medium belong", async ({ skip }) => {
    if (!tools) return skip(lacking);
    const shown = await run("read", "outer.raw", "0", String(letter.length), "--at", inside, "--json");
    expect(shown.exit, shown.stderr).toBe(0);
    const bytes = jsonLines(shown).filter(({ event }) => event === "bytes");
    expect(Buffer.concat(bytes.map(({ hex }) => Buffer.from(String(hex), "hex"))).toString()).toBe(letter);
    const place = bytes[0]?.["place"] as { path: string; offset: number };
    expect(place.path).toBe("outer.raw");
    const outer = readFileSync(at("outer.raw"));
    expect(outer.subarray(place.offset, place.offset + 9).toString()).toBe("The goods");
    const owner = await run("read", "outer.raw", String(place.offset), "16");
    expect(owner.stdout).toMatch(/^# -\/p1\/fat:\/disk\.vmdk \+ /m);
    const table = await run("read", "outer.raw", "446", "16");
    expect(table.stdout).toMatch(/boot record/);
  });

  it("gives the letter and the inner volume out, the same bytes whatever the format", async ({ skip }) => {
    if (!tools) return skip(lacking);
    const streamed = await runApart("export", "outer.raw", "--at", inside, "--to", "-");
    expect([streamed.exit, streamed.stdout]).toEqual([0, letter]);
    const part = ["export", "outer.raw", "--at", "p1/fat:/disk.vmdk/p1"];
    for (const format of ["raw", "e01", "aff4"]) {
      const made = await run(...part, "--format", format, "--to", at(`out-${format}`), "--json");
      expect(made.exit, made.stderr).toBe(0);
      const sha256 = createHash("sha256")
        .update(readFileSync(at("inner.vol")))
        .digest("hex");
      expect(jsonLines(made).find(({ event }) => event === "acquisition")).toMatchObject({ hashes: { sha256 } });
    }
    expect(readFileSync(at("out-raw.raw")).equals(readFileSync(at("inner.vol")))).toBe(true);
    const range = await runApart(...part, "--range", "1s:0x200", "--to", "-");
    expect(range.exit).toBe(0);
  });

  it("refuses with one sentence what is not there", async ({ skip }) => {
    if (!tools) return skip(lacking);
    const medium = at("outer.raw");
    const bytes = [medium, "0", "16"];
    const cases: readonly (readonly [command: Command, args: string[], flags: FlagValues, words: RegExp])[] = [
      [readCommand, bytes, { at: "p9" }, /a volume at "p9"/],
      [readCommand, bytes, { at: "p1/fat:/none.txt" }, /a file at "none.txt"/],
      [readCommand, bytes, { at: "p1/ntfs:/x" }, /a file system at "ntfs"/],
      [readCommand, bytes, { at: "p1/fat:" }, /forensic path/],
      [readCommand, [medium, "0", "1T"], {}, /at most 67,108,864 bytes/],
      [readCommand, [medium, "20M", "16"], {}, /range inside/],
      [readCommand, [medium, "x", "1"], {}, /number of bytes/],
      [exportCommand, [medium], { to: "-", format: "e01" }, /--format raw/],
      [exportCommand, [medium], { to: "-", range: "5" }, /FROM:LENGTH/],
      [exportCommand, [medium], { to: "-", snapshot: "none" }, /snapshot or track/],
      [exportCommand, [medium], {}, /--to PATH/],
      [infoCommand, [base], {}, /a folder that is none/],
    ];
    for (const [command, args, flags, words] of cases) {
      await expect(runCommand(command, args, flags), String(words)).rejects.toThrow(words);
    }
    const told = await run("info", "absent.raw", "-q");
    expect(told.exit).toBe(2);
    expect(told.stderr.trim()).toMatch(/^vestige: Expected .* nothing there; check the path\.$/);
  });
});

describe("an E01 set that somebody handled", () => {
  const medium = mixedMedium(6 << 20);

  beforeAll(async () => {
    writeFileSync(at("m.raw"), medium);
    const made = await run("acquire", "m.raw", "--to", at("set"), "--format", "e01", "--segment-size", "1M");
    expect(made.exit, made.stderr).toBe(0);
  });

  const names = () =>
    ["E01", "E02", "E03", "E04", "E05"].map((ending) => `set.${ending}`).filter((name) => existsSync(at(name)));

  it("is whole although its segments were renamed, from any of them", async () => {
    expect(names().length).toBeGreaterThan(2);
    mkdirSync(at("renamed"));
    for (const [index, name] of names().entries()) copyFileSync(at(name), at(`renamed/scan ${9 - index}.bin`));
    for (const name of ["scan 9.bin", "scan 8.bin"]) {
      const told = await runApart("export", `renamed/${name}`, "--to", "-");
      expect(told.exit, told.stderr).toBe(0);
      expect(told.stderr).toContain(createHash("sha256").update(medium).digest("hex"));
    }
  });

  it("says which segment is missing, and gives the rest", async () => {
    // Out of the folder: beside it, it would be found by its content.
    mkdirSync(at("elsewhere"));
    renameSync(at("set.E02"), at("elsewhere/set.E02"));
    const told = await run("info", "set.E03", "--json");
    expect(told.exit).toBe(1);
    const events = jsonLines(told);
    const codes = events.filter(({ event }) => event === "finding").map(({ code }) => code);
    expect(codes).toContain("image/segment-missing");
    const { bytes } = events.find(({ event }) => event === "medium") as { bytes: Record<string, number> };
    expect(bytes["missing"] ?? bytes["unknown"]).toBeGreaterThan(0);
    const lost = events.filter(({ event }) => event === "lost").map(({ length }) => Number(length));
    expect(lost.reduce((sum, length) => sum + length, 0)).toBe(bytes["missing"] ?? bytes["unknown"]);
    const out = await run("export", "set.E01", "--to", at("rest"));
    expect(out.exit, out.stderr).toBe(1);
    const rest = readFileSync(at("rest.raw"));
    expect(rest.length).toBe(medium.length);
    expect(rest.subarray(0, 65536).equals(Buffer.from(medium.subarray(0, 65536)))).toBe(true);
  });
});
