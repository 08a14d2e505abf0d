/**
 * Files that appear whole or not at all, from within the sandbox: it has no fsync, so they are written through to the disk and renamed
 * then. A power cut may lose the name; the file is made again then.
 */
import { closeSync, constants, openSync, renameSync, writeSync } from "node:fs";

const { O_WRONLY, O_CREAT, O_TRUNC, O_SYNC } = constants;

/** A file whose writes return when they are on the disk. */
export function openSynced(file: string): number {
  return openSync(file, O_WRONLY | O_CREAT | O_TRUNC | O_SYNC, 0o644);
}

export function writeAll(descriptor: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length;) at += writeSync(descriptor, bytes, at);
}

/** Throws what the system throws. */
export function writeSynced(file: string, text: string): void {
  const fresh = `${file}.new`;
  const descriptor = openSynced(fresh);
  try {
    writeAll(descriptor, Buffer.from(text, "utf8"));
  } finally {
    closeSync(descriptor);
  }
  renameSync(fresh, file);
}
