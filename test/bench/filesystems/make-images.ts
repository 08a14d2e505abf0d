/** Makes the images that listing and hashing are measured on: with the tools of Debian, in a folder of the run. */
import { spawnSync } from "node:child_process";
import { closeSync, mkdirSync, openSync, readFileSync, rmSync, truncateSync, writeFileSync, writeSync } from "node:fs";
import path from "node:path";
import { makeMedium } from "../acquire/media.ts";

const filesPerFolder = 400;
const foldersPerFolder = 40;
/** One in so many files is deleted again, and has a further stream (NTFS). */
const deletedEvery = 97;
const streamEvery = 50;

/** Throws where the program fails. */
function run(program: string, args: readonly string[], input?: string): void {
  const { status, stderr, error } = spawnSync(program, args, {
    input: input ?? "",
    encoding: "utf8",
    maxBuffer: 1 << 28,
  });
  if (error || status !== 0) throw new Error(`${program} ${args.join(" ")} failed: ${error?.message ?? stderr}`);
}

const folderOf = (file: number): string => {
  const folder = Math.floor(file / filesPerFolder);
  return `area ${Math.floor(folder / foldersPerFolder)}/folder ${folder}`;
};
const nameOf = (file: number): string => `${folderOf(file)}/report number ${file}.${["docx", "pdf", "jpg"][file % 3]}`;

/** Small files with names as offices have them; every tenth has content. */
function fill(root: string, files: number): void {
  const text = Buffer.alloc(300, "a line of a report\n");
  for (let file = 0; file < files; file++) {
    if (file % filesPerFolder === 0) mkdirSync(path.join(root, folderOf(file)), { recursive: true });
    const descriptor = openSync(path.join(root, nameOf(file)), "w");
    if (file % 10 === 0) writeSync(descriptor, text);
    closeSync(descriptor);
  }
}

function emptyImage(image: string, bytes: number): void {
  writeFileSync(image, "");
  truncateSync(image, Math.ceil(bytes / 2 ** 20) * 2 ** 20);
}

/** mkfs.ext4 takes the folder; debugfs deletes, as nothing else does without mounting. */
export function makeExt4(image: string, scratch: string, files: number): void {
  const root = path.join(scratch, "tree");
  fill(root, files);
  emptyImage(image, files * 1024 + (files / filesPerFolder) * 65_536 + 2 ** 26);
  run("mkfs.ext4", ["-q", "-F", "-N", String(Math.ceil(files * 1.05 + 100)), "-d", root, image]);
  rmSync(root, { recursive: true });
  const gone = Array.from({ length: Math.floor(files / deletedEvery) }, (_, i) => `rm "/${nameOf(i * deletedEvery)}"`);
  run("debugfs", ["-w", "-f", "-", image], `${gone.join("\n")}\n`);
}

/** Written through ntfs-3g: with a further stream for some files, and some deleted. */
export function makeNtfs(image: string, scratch: string, files: number): void {
  emptyImage(image, files * 1400 + (files / filesPerFolder) * 65_536 + 2 ** 27);
  run("mkntfs", ["-F", "-Q", "-q", image]);
  const at = path.join(scratch, "mnt");
  mkdirSync(at);
  run("ntfs-3g", ["-o", "streams_interface=windows,noatime,big_writes", image, at]);
  try {
    fill(at, files);
    for (let file = 0; file < files; file += streamEvery) {
      writeFileSync(`${path.join(at, nameOf(file))}:Zone.Identifier`, "[ZoneTransfer]\r\nZoneId=3\r\n");
    }
    for (let file = 0; file < files; file += deletedEvery) rmSync(path.join(at, nameOf(file)));
  } finally {
    run("umount", [at]);
  }
}

/** Contents of 4 KiB to 4 MiB, a twentieth of them deleted. */
export function makeContents(image: string, scratch: string, bytes: number): void {
  const medium = path.join(scratch, "contents");
  makeMedium(medium, Math.min(bytes, 2 ** 28), "mixed");
  const pool = readFileSync(medium);
  rmSync(medium);
  const root = path.join(scratch, "tree");
  const names: string[] = [];
  for (let made = 0, file = 0; made < bytes; file++) {
    const size = Math.min(4096 * 2 ** (file % 11) + ((file * 97) % 4096), pool.length);
    const from = (file * 1_234_577) % Math.max(1, pool.length - size);
    const name = path.join(`folder ${Math.floor(file / filesPerFolder)}`, `content ${file}.bin`);
    if (file % filesPerFolder === 0) mkdirSync(path.join(root, path.dirname(name)), { recursive: true });
    // No two are equal, so that nothing is gained by writing one only once.
    const content = Buffer.from(pool.subarray(from, from + size));
    content.write(String(file).padStart(12), 0, "latin1");
    writeFileSync(path.join(root, name), content);
    names.push(name);
    made += size;
  }
  emptyImage(image, bytes * 1.15 + 2 ** 26);
  run("mkfs.ext4", ["-q", "-F", "-d", root, image]);
  rmSync(root, { recursive: true });
  const gone = names.filter((_, index) => index % 20 === 7).map((name) => `rm "/${name}"`);
  run("debugfs", ["-w", "-f", "-", image], `${gone.join("\n")}\n`);
}
