/** What a committed folder cannot hold: links, pipes, unreadable, sparse and very deep files, names that are no text. */
import { Buffer } from "node:buffer";
import { execFileSync } from "node:child_process";
import {
  chmodSync,
  closeSync,
  ftruncateSync,
  linkSync,
  mkdirSync,
  openSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import path from "node:path";
import { awkwardNames, notUtf8Name, oddText } from "./names.ts";

/** Bytes of a path that the system takes in one call, the closing NUL included (Linux: PATH_MAX). */
const longestPath = 4_096;

/**
 * Adds the corners below `folder`, which exists. Returns what could not be made, each with its reason: the systems that
 * lack a corner are few and say so.
 */
export function makeCorners(folder: string): string[] {
  const base = path.join(folder, "corners");
  mkdirSync(base);
  const lacking: string[] = [];
  for (const [name, make] of Object.entries(corners)) {
    try {
      make(base);
    } catch (error) {
      lacking.push(`${name}: ${(error as Error).message}`);
    }
  }
  return lacking;
}

const corners: Readonly<Record<string, (base: string) => void>> = {
  "symbolic links": (base) => {
    mkdirSync(path.join(base, "loop"));
    symlinkSync("..", path.join(base, "loop", "up"));
    symlinkSync("self", path.join(base, "self"));
    symlinkSync("/etc/hostname", path.join(base, "outside"));
    symlinkSync("nowhere", path.join(base, "dangling"));
  },
  "hard links": (base) => {
    writeFileSync(path.join(base, "twin-a.txt"), "Two names, one file: Doppelgrund.\n");
    linkSync(path.join(base, "twin-a.txt"), path.join(base, "twin-b.txt"));
  },
  pipe: (base) => execFileSync("mkfifo", [path.join(base, "pipe")]),
  "unreadable file": (base) => {
    writeFileSync(path.join(base, "unreadable.txt"), "Nobody may read this.\n");
    chmodSync(path.join(base, "unreadable.txt"), 0);
  },
  "unreadable folder": (base) => {
    mkdirSync(path.join(base, "locked"));
    writeFileSync(path.join(base, "locked", "inside.txt"), "Nobody may come here.\n");
    chmodSync(path.join(base, "locked"), 0);
  },
  "empty folder": (base) => mkdirSync(path.join(base, "empty folder")),
  "sparse file": (base) => {
    const file = openSync(path.join(base, "sparse.bin"), "wx");
    ftruncateSync(file, 64 << 20);
    writeSync(file, Buffer.from("Sparsewhistle at the far end.\n"), 0, 30, (64 << 20) - 30);
    closeSync(file);
  },
  "awkward names": (base) => {
    mkdirSync(path.join(base, "awkward"));
    for (const [index, name] of awkwardNames.entries()) {
      writeFileSync(path.join(base, "awkward", name), oddText(index + 9).text);
    }
  },
  "name of 255 bytes": (base) => writeFileSync(path.join(base, "n".repeat(255)), "The longest name.\n"),
  "name that is no UTF-8": (base) => {
    const name = Buffer.concat([Buffer.from(`${base}/`), notUtf8Name]);
    writeFileSync(name, "The name is no text: Umlautklumpen.\n");
  },
  "path of 4,096 characters": makeLongPath,
};

/** A tree whose deepest file has a path below `base` of exactly the longest length, made step by step from inside. */
function makeLongPath(base: string): void {
  const before = process.cwd();
  try {
    process.chdir(base);
    const step = "d".repeat(200);
    let length = 0;
    while (longestPath - length > 255) {
      mkdirSync(step);
      process.chdir(step);
      length += step.length + 1;
    }
    writeFileSync("f".repeat(longestPath - length), "At the end of a long path: Abgrundnadel.\n");
  } finally {
    process.chdir(before);
  }
}
