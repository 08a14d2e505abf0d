/**
 * Deleted files on volumes that the systems' own drivers wrote: how many come back byte for byte, and how many come back as something that
 * never was a file, here and with tsk_recover. The table is recovery.md beside this file (`VESTIGE_RECORD=1` writes it); what drivers do
 * differs from version to version, so that the test holds the two against each other and not against the table.
 */
import { createHash } from "node:crypto";
import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, rmSync, unlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { MemorySource, readRange } from "../../native-free/bytes/byte-source.ts";
import { fileSystemFormats } from "../../native-free/filesystems/index.ts";
import { recoveryOf } from "../../native-free/filesystems/recovery.ts";
import { randomFrom } from "../conformance/mutate.ts";
import { freshFolder } from "../fixtures/evidence-folder.ts";
import { attachLoop, detachLoops } from "../fixtures/loop-device.ts";

const base = freshFolder("recovery");
const table = fileURLToPath(new URL("recovery.md", import.meta.url));
const rows = new Map<string, string>();
const imageBytes = 24 << 20;

function did(program: string, ...args: readonly string[]): boolean {
  const { status, error } = spawnSync(program, args, { cwd: base, stdio: "pipe" });
  return !error && status === 0;
}

/** A volume while it is written to. */
interface Open {
  write(name: string, bytes: Uint8Array): void;
  remove(name: string): void;
  makeFolder(name: string): void;
  close(): void;
}

/** A volume that can be written to through a driver, or by mtools. */
interface Written {
  readonly name: string;
  readonly format: string;
  readonly make: (image: string) => boolean;
  /** Null where the driver is not there. */
  readonly open: (image: string, at: string) => Open | null;
}

function mounted(at: string, unmount: () => void): Open {
  return {
    write: (name, bytes) => writeFileSync(join(at, name), bytes),
    remove: (name) => unlinkSync(join(at, name)),
    makeFolder(name) {
      mkdirSync(join(at, name));
    },
    close() {
      did("sync", "-f", at);
      unmount();
    },
  };
}

function byTools(image: string): Open | null {
  const must = (...command: readonly [string, ...string[]]): void => {
    if (!did(...command)) throw new Error(command.join(" "));
  };
  if (!did("mdir", "-i", image, "::")) return null;
  const file = join(base, "one.bin");
  return {
    write(name, bytes) {
      writeFileSync(file, bytes);
      must("mcopy", "-i", image, file, `::${name}`);
    },
    remove: (name) => must("mdel", "-i", image, `::${name}`),
    makeFolder: (name) => must("mmd", "-i", image, `::${name}`),
    close: () => undefined,
  };
}

function throughLoop(driver: string): Written["open"] {
  return (image, at) => {
    const device = attachLoop(image);
    if (device === null || !did(driver, device, at)) return null;
    return mounted(at, () => {
      unmounted(at);
      detachLoops();
    });
  };
}

function unmounted(at: string): void {
  // FUSE may still be writing.
  for (let tries = 0; tries < 100; tries++) if (did("umount", at)) return;
  throw new Error(`${at} stays mounted`);
}

const volumes: readonly Written[] = [
  ...["ext2", "ext3", "ext4"].map((name) => ({
    ...{ name, format: "ext", make: (image: string) => did(`mkfs.${name}`, "-q", "-F", image) },
    open: throughLoop("mount"),
  })),
  {
    ...{ name: "NTFS", format: "ntfs", make: (image) => did("mkntfs", "-q", "-F", "-f", image) },
    open: (image, at) => (did("ntfs-3g", image, at) ? mounted(at, () => unmounted(at)) : null),
  },
  {
    ...{ name: "exFAT", format: "exfat", make: (image) => did("mkfs.exfat", image) },
    open: throughLoop("mount.exfat-fuse"),
  },
  { ...{ name: "FAT16", format: "fat", make: (image) => did("mkfs.vfat", "-F", "16", image) }, open: byTools },
];

const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

/** Writes, deletes and overwrites; the hashes of all files that were deleted, and of all that ever were. */
function live(volume: Open): { readonly deleted: Set<string>; readonly all: Set<string> } {
  const random = randomFrom(7);
  const contents = new Map<string, string>();
  const write = (name: string, bytes: number): void => {
    const content = Buffer.alloc(bytes);
    for (let i = 0; i < bytes; i++) content[i] = random() & 0xff;
    volume.write(name, content);
    contents.set(name, sha256(content));
  };
  volume.makeFolder("papers");
  for (let i = 0; i < 48; i++) write(`${i % 3 === 0 ? "papers/" : ""}file-${i}.bin`, 1200 + (random() % 90_000));
  did("sync");
  const deleted = new Set<string>();
  for (const [index, name] of [...contents.keys()].entries()) {
    if (index % 2 === 0) continue;
    volume.remove(name);
    deleted.add(contents.get(name)!);
  }
  did("sync");
  for (let i = 0; i < 2; i++) write(`late-${i}.bin`, 60_000 + (random() % 90_000));
  return { deleted, all: new Set(contents.values()) };
}

interface Tally {
  readonly right: number;
  /** With content, equal to no file that ever was. */
  readonly wrong: number;
}

function byVestige(
  image: string,
  format: string,
  truth: ReturnType<typeof live>,
): Tally & { readonly partial: number } {
  const source = new MemorySource(new Uint8Array(readFileSync(image)));
  const fileSystem = fileSystemFormats.find(({ registration }) => registration.id === format)!.open(source)!;
  const right = new Set<string>();
  let [wrong, partial] = [0, 0];
  for (const entry of fileSystem.entries()) {
    if (entry.kind !== "file" || entry.nameClaim === "allocated" || entry.size === 0) continue;
    const { confidence } = recoveryOf(entry, fileSystem.extentsOf(entry));
    if (confidence === "none") continue;
    const hash = sha256(readRange(fileSystem.open(entry), 0, entry.size));
    if (truth.deleted.has(hash)) right.add(hash);
    else if (confidence === "certain") wrong += truth.all.has(hash) ? 0 : 1;
    else partial += 1;
  }
  return { right: right.size, wrong, partial };
}

/** Null without tsk_recover. */
function bySleuthkit(image: string, truth: ReturnType<typeof live>): Tally | null {
  const out = `${image}.tsk`;
  mkdirSync(out);
  if (!did("tsk_recover", image, out)) return null;
  const files = readdirSync(out, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const hashes = files
    .map((file) => readFileSync(join(file.parentPath, file.name)))
    .filter((bytes) => bytes.length > 0)
    .map(sha256);
  const right = new Set(hashes.filter((hash) => truth.deleted.has(hash)));
  return { right: right.size, wrong: hashes.filter((hash) => !truth.all.has(hash)).length };
}

afterAll(() => {
  detachLoops();
  rmSync(base, { recursive: true, force: true });
  if (process.env["VESTIGE_RECORD"] !== "1" || rows.size !== volumes.length) return;
  const head = [
    "# Deleted files that come back",
    "",
    "Made by `test/differential/recovery.test.ts` on volumes written, deleted from and overwritten through the drivers of Linux (ext), ntfs-3g,",
    "exfat-fuse and mtools (FAT). *Right*: files of the deleted ones that come back byte for byte. *Wrong*: contents that never were a file, given out as",
    "whole; Vestige gives what may be mixed or lacks parts as partial, and says so.",
    "",
    "| File system | Deleted | Vestige: right | wrong | partial | tsk_recover: right | wrong |",
    "| --- | --- | --- | --- | --- | --- | --- |",
  ];
  writeFileSync(table, `${[...head, ...volumes.map(({ name }) => rows.get(name)!)].join("\n")}\n`);
});

describe.each(volumes)("deleted files of $name", ({ name, format, make, open }) => {
  it("come back at least as often as with tsk_recover, and never as something else", ({ skip }) => {
    const image = join(base, `${name}.img`);
    const at = join(base, `${name}.mounted`);
    mkdirSync(at);
    writeFileSync(image, Buffer.alloc(imageBytes));
    if (!make(image)) return skip(`needs mkfs of ${name}`);
    const volume = open(image, at);
    if (!volume) return skip(`needs root and a driver of ${name}, or mtools`);
    let truth: ReturnType<typeof live>;
    try {
      truth = live(volume);
    } finally {
      volume.close();
    }
    const [own, other] = [byVestige(image, format, truth), bySleuthkit(image, truth)];
    const theirs = other ? `${other.right} | ${other.wrong}` : "– | –";
    rows.set(name, `| ${name} | ${truth.deleted.size} | ${own.right} | ${own.wrong} | ${own.partial} | ${theirs} |`);
    expect(own.wrong).toBe(0);
    if (other) expect(own.right).toBeGreaterThanOrEqual(other.right);
  });
});
