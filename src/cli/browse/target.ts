/** Where `cat --to` and `recover` write: never on the source or over something, and what goes wrong there in the officer's words. */
import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  openSync,
  realpathSync,
  renameSync,
  statSync,
  unlinkSync,
  writeSync,
} from "node:fs";
import { join, resolve, sep } from "node:path";
import { browseSays } from "../../messages/en.ts";
import { exitCodes, isOperatorError, OperatorError } from "../../messages/operator-error.ts";
import { deviceFamily, liesOn } from "../../platform/block-devices.ts";
import { deviceFolder } from "../../platform/linux-device.ts";
import type { OpenedEvidence } from "../../source/evidence.ts";
import type { Output } from "../output.ts";

/** Refuses a folder on the device that is read, or inside of an image that is a folder. `folder` exists. Throws OperatorError. */
export function checkApart({ path, found }: OpenedEvidence, folder: string, output: Output): void {
  const there = statSync(folder, { throwIfNoEntry: false });
  if (!there?.isDirectory()) return;
  const target = realpathSync(folder);
  const source = statSync(path);
  const inside = (outer: string): boolean => target === outer || target.startsWith(outer + sep);
  const wrong = source.isBlockDevice()
    ? liesOn(target, deviceFamily(deviceFolder(source.rdev)))
    : source.isDirectory() && (inside(realpathSync(path)) || inside(realpathSync(resolve(join(found.folder)))));
  if (wrong) throw new OperatorError("target/on-source", browseSays.targetIsSource(output.safe(folder)));
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
  const refused = ["EACCES", "EROFS", "EPERM", "ENOTDIR", "ENOENT", "EISDIR", "EFBIG", "EIO", "ENAMETOOLONG"];
  if (!refused.includes(code)) return error;
  return new OperatorError("target/refused", browseSays.targetFailed(output.safe(path), code));
}

/** All bytes into an open file, or into a new file (one that is there is emptied). */
export function writeWhole(target: number | string, parts: readonly Uint8Array[]): void {
  const descriptor = typeof target === "number" ? target : openSync(target, "w", 0o644);
  try {
    for (const part of parts) for (let at = 0; at < part.length;) at += writeSync(descriptor, part, at);
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
