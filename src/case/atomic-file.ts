/** Files that appear whole or not at all: temporary name in the same folder, fsync, rename, fsync of the folder. */
import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  unlinkSync,
  writeSync,
  constants,
} from "node:fs";
import { dirname } from "node:path";
import { caseSays } from "../messages/en.ts";
import { exitCodes, OperatorError } from "../messages/operator-error.ts";

/**
 * Writes `bytes` to `file` atomically and durably. A full disk is an OperatorError with exit 4, nothing is left behind. Only a
 * kill in between leaves `FILE.new-PID`, which nothing reads. No later write removes it: on storage that machines share, a
 * process number does not tell whether its writer still works.
 */
export function writeAtomically(file: string, bytes: Uint8Array | string, mode = 0o644): void {
  const temporary = `${file}.new-${process.pid}`;
  try {
    const descriptor = openSync(temporary, constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC, mode);
    try {
      const data = typeof bytes === "string" ? Buffer.from(bytes, "utf8") : bytes;
      for (let at = 0; at < data.length;) at += writeSync(descriptor, data, at);
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    renameSync(temporary, file);
    syncFolder(dirname(file));
  } catch (error) {
    if (existsSync(temporary)) unlinkSync(temporary);
    throw asOperatorError(error, dirname(file));
  }
}

/** Makes a rename or a new name in `folder` durable. */
export function syncFolder(folder: string): void {
  const descriptor = openSync(folder, constants.O_RDONLY);
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** A full or unwritable disk in the officer's words; anything else unchanged. */
export function asOperatorError(error: unknown, folder: string): unknown {
  const code = (error as NodeJS.ErrnoException | null)?.code;
  if (code === "ENOSPC" || code === "EDQUOT") {
    return new OperatorError("case/disk-full", caseSays.diskFull(folder), exitCodes.stopped);
  }
  if (code === "EACCES" || code === "EROFS" || code === "EPERM" || code === "ENOTDIR") {
    return new OperatorError("case/not-writable", caseSays.notWritable(folder, code));
  }
  return error;
}

/** Parses a JSON file of ours; unreadable or malformed is an OperatorError that names it. */
export function readJsonFile(file: string): unknown {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? String(error);
    throw new OperatorError("case/unreadable", caseSays.unreadable(file, code));
  }
  try {
    return JSON.parse(text);
  } catch {
    throw new OperatorError("case/damaged", caseSays.damagedFile(file, "not JSON"));
  }
}
