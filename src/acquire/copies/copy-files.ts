/**
 * Files copied so that nothing is lost in between: under a `.partial` name, block by block, what is there already compared
 * and kept, synced, read again, and only then given their names. Nothing that is there is overwritten.
 */
import { createHash } from "node:crypto";
import { constants, existsSync, renameSync, statSync } from "node:fs";
import { open, type FileHandle } from "node:fs/promises";
import { join } from "node:path";
import { syncFolder } from "../../case/atomic-file.ts";
import type { CopiedFile, CopyProblem } from "../../custody/copies.ts";
import { copySays } from "../../messages/en.ts";
import { exitCodes, isOperatorError, OperatorError } from "../../messages/operator-error.ts";
import { dropFromCache } from "../../platform/page-cache.ts";
import { errorCode } from "../../source/describe-entry.ts";

export interface FileToCopy {
  /** Absolute. */
  readonly from: string;
  /** Plain name in the copy. */
  readonly file: string;
  readonly size: number;
  /** Hex, as it is signed. */
  readonly sha256: string;
}

export interface CopyWatch {
  readonly signal: AbortSignal;
  /** Bytes that were just dealt with. */
  readonly onBytes: (count: number) => void;
}

const blockBytes = 4 << 20;

export function partialOf(file: string): string {
  return `${file}.partial`;
}

/**
 * Copies one file into `folder`. Throws OperatorError: the source is not what is signed (1), something else is there (2), the
 * target is full or refuses (4), interrupted (4).
 */
export async function copyFile(source: FileToCopy, folder: string, watch: CopyWatch): Promise<void> {
  const final = join(folder, source.file);
  if (existsSync(final)) return checkFinished(source, final, watch);
  const from = await openSource(source.from);
  try {
    const to = await guarded(folder, () => open(partialOf(final), constants.O_RDWR | constants.O_CREAT, 0o644));
    try {
      await pour(from, new Destination(to, statSync(partialOf(final)).size, folder), source, watch);
    } finally {
      await to.close();
    }
  } finally {
    await from.close();
  }
}

async function openSource(path: string): Promise<FileHandle> {
  try {
    return await open(path, constants.O_RDONLY);
  } catch (error) {
    throw sourceError(path, errorCode(error));
  }
}

function sourceError(path: string, problem: string): OperatorError {
  return new OperatorError("copy/source-unreadable", copySays.sourceUnreadable(path, problem));
}

/** A file with its final name was verified before it got it; it must still be the one that is signed. */
async function checkFinished(source: FileToCopy, final: string, watch: CopyWatch): Promise<void> {
  const problem = await checkFile(final, source, watch);
  if (problem !== null) throw new OperatorError("copy/occupied", copySays.otherFile(final));
}

/** Where the bytes go: what an interrupted copy left is compared, and kept up to the first difference. */
class Destination {
  readonly #handle: FileHandle;
  readonly #folder: string;
  readonly #buffer = Buffer.allocUnsafeSlow(blockBytes);
  #standing: number;

  constructor(handle: FileHandle, standing: number, folder: string) {
    this.#handle = handle;
    this.#standing = standing;
    this.#folder = folder;
  }

  async put(bytes: Uint8Array, at: number): Promise<void> {
    await guarded(this.#folder, async () => {
      if (await this.#stands(bytes, at)) return;
      if (this.#standing > at) await this.#handle.truncate(at);
      this.#standing = Math.min(this.#standing, at);
      for (let done = 0; done < bytes.length;) {
        done += (await this.#handle.write(bytes, done, bytes.length - done, at + done)).bytesWritten;
      }
    });
  }

  async #stands(bytes: Uint8Array, at: number): Promise<boolean> {
    if (at + bytes.length > this.#standing) return false;
    const there = this.#buffer.subarray(0, await fill(this.#handle, this.#buffer.subarray(0, bytes.length), at));
    return Buffer.compare(there, bytes) === 0;
  }

  async finish(size: number): Promise<void> {
    await guarded(this.#folder, async () => {
      if (this.#standing > size) await this.#handle.truncate(size);
      await this.#handle.sync();
    });
  }
}

/** The next block is read while the one before is hashed and written. */
async function pour(from: FileHandle, to: Destination, source: FileToCopy, watch: CopyWatch): Promise<void> {
  const hash = createHash("sha256");
  let current = Buffer.allocUnsafeSlow(blockBytes);
  let next = Buffer.allocUnsafeSlow(blockBytes);
  const read = (buffer: Buffer, at: number): Promise<number> => {
    const reading = fill(from, buffer, at).catch((error: unknown) => {
      throw sourceError(source.from, errorCode(error));
    });
    // Heard of below, but not where writing fails first.
    reading.catch(() => undefined);
    return reading;
  };
  let at = 0;
  let count = await read(current, 0);
  while (count > 0) {
    stopIfAsked(watch.signal);
    const reading = read(next, at + count);
    const bytes = current.subarray(0, count);
    hash.update(bytes);
    await to.put(bytes, at);
    at += count;
    watch.onBytes(count);
    count = await reading;
    [current, next] = [next, current];
  }
  await to.finish(at);
  if (at !== source.size || hash.digest("hex") !== source.sha256) {
    throw new OperatorError("copy/exhibit-changed", copySays.exhibitChanged(source.from), exitCodes.loss);
  }
}

function stopIfAsked(signal: AbortSignal): void {
  if (signal.aborted) throw new OperatorError("copy/interrupted", copySays.interrupted(), exitCodes.stopped);
}

/** Fills `target` from `at`, fewer bytes at the end of the file only. */
async function fill(handle: FileHandle, target: Buffer, at: number): Promise<number> {
  let done = 0;
  while (done < target.length) {
    const { bytesRead } = await handle.read(target, done, target.length - done, at + done);
    if (bytesRead === 0) break;
    done += bytesRead;
  }
  return done;
}

/** What the target refused, in the officer's words. */
async function guarded<T>(folder: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    const code = errorCode(error);
    if (code === "ENOSPC" || code === "EDQUOT") {
      throw new OperatorError("copy/full", copySays.targetFull(folder), exitCodes.stopped);
    }
    if (code === "error") throw error;
    throw new OperatorError("copy/refused", copySays.targetRefused(folder, code), exitCodes.stopped);
  }
}

export interface FileProblem {
  readonly file: string;
  readonly problem: CopyProblem;
}

export interface FilesRead {
  readonly problems: readonly FileProblem[];
  /** True where the system was told to forget every file before it was read. */
  readonly cacheDropped: boolean;
}

/** Reads the files of a copy again and compares size and SHA-256; `nameOf` gives each its name on the disk. */
export async function checkFiles(
  folder: string,
  files: readonly CopiedFile[],
  watch: CopyWatch,
  nameOf: (file: string) => string = (file) => file,
): Promise<FilesRead> {
  const problems: FileProblem[] = [];
  let cacheDropped = true;
  for (const expected of files) {
    const problem = await checkFile(join(folder, nameOf(expected.file)), expected, watch, (dropped) => {
      cacheDropped &&= dropped;
    });
    if (problem !== null) problems.push({ file: expected.file, problem });
  }
  return { problems, cacheDropped };
}

const systemProblems: Readonly<Record<string, CopyProblem>> = {
  ENOENT: "missing",
  ENOTDIR: "missing",
  EIO: "unreadable",
};

/** Throws OperatorError where the file may not be read (2), or interrupted (4). */
async function checkFile(
  path: string,
  { size, sha256 }: Omit<CopiedFile, "file">,
  { signal, onBytes }: CopyWatch,
  onCache: (dropped: boolean) => void = () => undefined,
): Promise<CopyProblem | null> {
  let handle: FileHandle | null = null;
  try {
    handle = await open(path, constants.O_RDONLY);
    onCache(dropFromCache(handle.fd));
    if ((await handle.stat()).size !== size) return "size";
    const hash = createHash("sha256");
    const block = Buffer.allocUnsafeSlow(blockBytes);
    for (let at = 0, count = 1; count > 0; at += count) {
      stopIfAsked(signal);
      count = await fill(handle, block, at);
      hash.update(block.subarray(0, count));
      onBytes(count);
    }
    return hash.digest("hex") === sha256 ? null : "sha256";
  } catch (error) {
    if (isOperatorError(error)) throw error;
    const code = errorCode(error);
    const problem = systemProblems[code];
    if (problem !== undefined) return problem;
    if (code === "error") throw error;
    throw new OperatorError("copy/unreadable", copySays.copyUnreadable(path, code));
  } finally {
    await handle?.close();
  }
}

/** Gives verified files their names, durably; one that has its name keeps it. */
export function nameFiles(folder: string, files: readonly { readonly file: string }[]): void {
  for (const { file } of files) {
    const path = join(folder, file);
    if (!existsSync(path)) renameSync(partialOf(path), path);
  }
  syncFolder(folder);
}
