/**
 * Reading the files of a case for verification: what is absent is told apart from what may not be read. A refusal of the
 * system is an obstacle that the officer removes, never a change of the evidence.
 */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { sha256OfFile } from "../case/file-pieces.ts";
import { custodySays } from "../messages/en.ts";
import { OperatorError } from "../messages/operator-error.ts";

const absence: readonly unknown[] = ["ENOENT", "ENOTDIR"];

/** Runs `read`; gives `absent` where `file` is not there. Throws OperatorError where the system refuses to read it. */
export function readingOf<T, A>(file: string, absent: A, read: () => T): T | A {
  try {
    return read();
  } catch (error) {
    const { code, syscall } = error as NodeJS.ErrnoException;
    if (absence.includes(code)) return absent;
    if (code === undefined || syscall === undefined) throw error;
    throw new OperatorError("custody/unreadable", custodySays.unreadable(file, code));
  }
}

/** True where something lies at `path`. Throws OperatorError where that may not be known. */
export function isThere(path: string): boolean {
  return readingOf(path, false, () => statSync(path) !== undefined);
}

/** The bytes of a file, null where it is absent. Throws OperatorError where it may not be read. */
export function bytesOf(file: string): Buffer | null {
  return readingOf(file, null, () => readFileSync(file));
}

/** The names in a folder, sorted; [] where it is absent. Throws OperatorError where it may not be read. */
export function namesIn(folder: string): string[] {
  return readingOf(folder, [], () => readdirSync(folder).sort());
}

/** The names of the folders in a folder, sorted; [] where it is absent. Throws OperatorError where it may not be read. */
export function foldersIn(folder: string): string[] {
  const entries = readingOf(folder, [], () => readdirSync(folder, { withFileTypes: true }));
  return entries
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
}

/** SHA-256 (hex) of a file of any size, null where it is absent. Throws OperatorError where it may not be read. */
export function sha256Of(file: string): string | null {
  return readingOf(file, null, () => sha256OfFile(file));
}
