/** Where `cat --to` and `recover` write: never on the source or over something, and what goes wrong there in the officer's words. */
import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  realpathSync,
  renameSync,
  statSync,
  unlinkSync,
  writeSync,
} from "node:fs";
import { dirname, join, resolve, sep } from "node:path";
import { browseSays } from "../../messages/en.ts";
import { exitCodes, isOperatorError, OperatorError } from "../../messages/operator-error.ts";
import { deviceFamily, liesOn } from "../../platform/block-devices.ts";
import { deviceFolder } from "../../platform/linux-device.ts";
import type { OpenedEvidence } from "../../source/evidence.ts";
import type { Output } from "../output.ts";

/** Refuses a folder on the device that is read, or inside of an image that is a folder. `folder` exists. Throws OperatorError. */
export function checkApart({ path, found }: OpenedEvidence, folder: string, output: Output): void {
  const target = folderAt(folder, output);
  if (target === null) return;
  const source = statSync(path);
  const inside = (outer: string): boolean => target === outer || target.startsWith(outer + sep);
  const wrong = source.isBlockDevice()
    ? liesOn(target, deviceFamily(deviceFolder(source.rdev)))
    : source.isDirectory() && (inside(realpathSync(path)) || inside(realpathSync(resolve(join(found.folder)))));
  if (wrong) throw new OperatorError("target/on-source", browseSays.targetIsSource(output.safe(folder)));
}

/** Its real path; null where no folder is there. Throws OperatorError where it cannot be looked at. */
function folderAt(folder: string, output: Output): string | null {
  try {
    return statSync(folder, { throwIfNoEntry: false })?.isDirectory() ? realpathSync(folder) : null;
  } catch (error) {
    throw targetError(error, folder, output);
  }
}

/**
 * Makes a folder and those above it. Each is tried once: the recursive mkdir of Node.js begins anew without end where a folder that is there
 * takes no new ones and says so with ENOENT, as /proc does. Throws the error of the system.
 */
export function makeFolder(path: string): void {
  const missing: string[] = [];
  for (let at = resolve(path); !statSync(at, { throwIfNoEntry: false }); at = dirname(at)) {
    missing.push(at);
    if (dirname(at) === at) break;
  }
  for (const folder of missing.toReversed()) makeOne(folder);
  if (!statSync(path).isDirectory()) mkdirSync(path);
}

function makeOne(folder: string): void {
  try {
    mkdirSync(folder);
  } catch (error) {
    const isMade = (error as NodeJS.ErrnoException).code === "EEXIST" && statSync(folder).isDirectory();
    // Another process may have been faster.
    if (!isMade) throw error;
  }
}

/** Makes new names in `folder` durable. */
export function syncFolder(folder: string): void {
  syncPath(folder);
}

/** Makes the bytes of a file durable. */
export function syncPath(path: string): void {
  const descriptor = openSync(path, "r");
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** An error of writing below `path` as an OperatorError: exit 4 where the disk is full; anything else unchanged. */
export function targetError(error: unknown, path: string, output: Output): unknown {
  if (isOperatorError(error)) return error;
  const code = (error as NodeJS.ErrnoException | null)?.code ?? "";
  if (code === "ENOSPC" || code === "EDQUOT") {
    return new OperatorError("target/full", browseSays.recoverFull(output.safe(path)), exitCodes.stopped);
  }
  if (code === "EEXIST") return new OperatorError("target/exists", browseSays.targetExists(output.safe(path)));
  // Names of POSIX errors have no "_", unlike those of Node.js, which are faults of ours.
  if (!/^E[A-Z0-9]+$/.test(code)) return error;
  return new OperatorError("target/refused", browseSays.targetFailed(output.safe(path), code));
}

/** All bytes into an open file, or into a new file (one that is there is emptied). */
export function writeWhole(target: number | string, parts: readonly Uint8Array[]): void {
  const descriptor = typeof target === "number" ? target : openSync(target, "w", 0o644);
  try {
    for (const part of parts) {
      for (let at = 0, count; at < part.length; at += count) {
        count = writeSync(descriptor, part, at);
        if (count === 0) throw Object.assign(new Error("nothing is taken"), { code: "EIO" });
      }
    }
  } finally {
    if (typeof target === "string") closeSync(descriptor);
  }
}

/** Gives a finished file its name, never in the place of another. Where the file system has no links, it is looked first. */
export function giveName(temporary: string, path: string): void {
  try {
    linkSync(temporary, path);
    unlinkSync(temporary);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? "";
    if (code === "EEXIST" || !["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS"].includes(code)) throw error;
    if (existsSync(path)) throw Object.assign(new Error("exists", { cause: error }), { code: "EEXIST" });
    renameSync(temporary, path);
  }
}
