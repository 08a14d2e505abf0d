/**
 * The few file operations that the journal's durability rests on, as an interface: tests fail the n-th of them, or drop
 * what was never synced, and see that no acknowledged entry is lost.
 */
import {
  closeSync,
  constants,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readSync,
  renameSync,
  statSync,
  writeSync,
} from "node:fs";
import { syncFolder } from "../case/atomic-file.ts";
import { namesIn, readingOf } from "./readable.ts";

/** The three that read throw OperatorError where the system refuses. */
export interface JournalFiles {
  /** Bytes, or null where the file is absent. */
  size(file: string): number | null;
  /** The bytes at `at`, fewer than `length` at the end of the file. */
  read(file: string, at: number, length: number): Uint8Array;
  /** Names in a folder, [] where it is absent. */
  list(folder: string): readonly string[];
  /** Adds bytes at the end by one write; makes the file where it is absent. Throws where not all were taken. */
  append(file: string, bytes: Uint8Array): void;
  /** Makes or replaces a file; not durable before `sync`. */
  write(file: string, bytes: Uint8Array): void;
  truncate(file: string, size: number): void;
  rename(from: string, to: string): void;
  /** fsync of a file's content. */
  sync(file: string): void;
  /** fsync of a folder's names. */
  syncFolder(folder: string): void;
  makeFolder(folder: string): void;
}

function withFile<T>(file: string, flags: number, act: (descriptor: number) => T): T {
  const descriptor = openSync(file, flags, 0o644);
  try {
    return act(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

function writeWhole(descriptor: number, bytes: Uint8Array): void {
  const taken = writeSync(descriptor, bytes);
  // A short write leaves a torn line; the next append keeps it aside.
  if (taken !== bytes.length) throw Object.assign(new Error("short write"), { code: "ENOSPC", syscall: "write" });
}

function readFrom(descriptor: number, at: number, length: number): Uint8Array {
  const target = Buffer.allocUnsafe(length);
  let filled = 0;
  while (filled < length) {
    const count = readSync(descriptor, target, filled, length - filled, at + filled);
    if (count === 0) break;
    filled += count;
  }
  return target.subarray(0, filled);
}

const { O_RDONLY, O_WRONLY, O_RDWR, O_CREAT, O_APPEND, O_TRUNC } = constants;

export const diskFiles: JournalFiles = {
  size: (file) => readingOf(file, null, () => statSync(file).size),
  read: (file, at, length) =>
    readingOf(file, new Uint8Array(0), () => withFile(file, O_RDONLY, (found) => readFrom(found, at, length))),
  list: namesIn,
  append: (file, bytes) => withFile(file, O_WRONLY | O_CREAT | O_APPEND, (descriptor) => writeWhole(descriptor, bytes)),
  write: (file, bytes) => withFile(file, O_WRONLY | O_CREAT | O_TRUNC, (descriptor) => writeWhole(descriptor, bytes)),
  truncate: (file, size) => withFile(file, O_RDWR, (descriptor) => ftruncateSync(descriptor, size)),
  rename: renameSync,
  sync: (file) => withFile(file, O_RDWR, fsyncSync),
  syncFolder,
  makeFolder: (folder) => mkdirSync(folder, { recursive: true }),
};

/** Writes a file under a temporary name, syncs it, renames it, syncs the folder: whole or not at all. */
export function writeDurably(files: JournalFiles, folder: string, file: string, bytes: Uint8Array): void {
  const temporary = `${file}.new`;
  files.write(temporary, bytes);
  files.sync(temporary);
  files.rename(temporary, file);
  files.syncFolder(folder);
}

export interface Line {
  /** Without the line feed. Borrowed: valid until the next one is asked for. */
  readonly bytes: Uint8Array;
  /** Offset of its first byte. */
  readonly start: number;
  /** False where the file ends without a line feed. */
  readonly terminated: boolean;
}

const chunkBytes = 1024 * 1024;

/**
 * The lines of a file from offset `from` to `to`, in order, with flat memory. A line longer than `limit` is cut into
 * pieces of that length, which no reader will take for an entry.
 */
export function* linesOf(files: JournalFiles, file: string, from: number, to: number, limit: number): Iterable<Line> {
  let start = from;
  let held: Uint8Array[] = [];
  let heldBytes = 0;
  for (let at = from; at < to;) {
    const chunk = files.read(file, at, Math.min(chunkBytes, to - at));
    if (chunk.length === 0) break;
    at += chunk.length;
    let begin = 0;
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, begin)) {
      const tail = chunk.subarray(begin, end);
      const bytes = held.length > 0 ? Buffer.concat([...held, tail]) : tail;
      yield { bytes, start, terminated: true };
      start += bytes.length + 1;
      held = [];
      heldBytes = 0;
      begin = end + 1;
    }
    if (begin < chunk.length) {
      held.push(chunk.subarray(begin));
      heldBytes += chunk.length - begin;
    }
    if (heldBytes > limit) {
      yield { bytes: Buffer.concat(held), start, terminated: true };
      start += heldBytes;
      held = [];
      heldBytes = 0;
    }
  }
  if (heldBytes > 0) yield { bytes: Buffer.concat(held), start, terminated: false };
}
