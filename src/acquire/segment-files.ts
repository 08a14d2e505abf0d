/**
 * The files of an image while they are written: under a `.partial` name that never existed before, synced one by one, and
 * renamed only when the image was read again and found right. Nothing that is there is ever overwritten.
 */
import { closeSync, constants, existsSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import { syncFolder } from "../case/atomic-file.ts";
import { imageSays } from "../messages/en.ts";
import { exitCodes, OperatorError } from "../messages/operator-error.ts";
import { errorCode } from "../source/describe-entry.ts";

export interface WrittenSegment {
  /** Final name, beside its fellows. */
  readonly file: string;
  readonly size: number;
}

const bufferBytes = 1 << 20;

export function partialName(file: string): string {
  return `${file}.partial`;
}

export class SegmentFiles {
  readonly #folder: string;
  readonly #nameOf: (number: number) => string;
  readonly #buffer = Buffer.allocUnsafeSlow(bufferBytes);
  readonly #done: WrittenSegment[] = [];
  #held = 0;
  #current: { descriptor: number; file: string; size: number } | null = null;

  /** `nameOf`: plain file name of the n-th segment, from 1. */
  constructor(folder: string, nameOf: (number: number) => string) {
    this.#folder = folder;
    this.#nameOf = nameOf;
  }

  /** Segments that are complete. */
  get segments(): readonly WrittenSegment[] {
    return this.#done;
  }

  /** Throws OperatorError where the file cannot be made. */
  beginSegment(number: number): void {
    const file = this.#nameOf(number);
    const path = join(this.#folder, file);
    if (existsSync(path)) throw new OperatorError("target/exists", imageSays.targetExists(path));
    const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL;
    const descriptor = this.#guard(() => openSync(partialName(path), flags, 0o644));
    this.#current = { descriptor, file, size: 0 };
  }

  /** Appends; the array is not kept. Throws OperatorError: disk full (4), write refused (4), file too large. */
  write(bytes: Uint8Array): void {
    if (this.#held + bytes.length > bufferBytes) this.#flush();
    if (bytes.length >= bufferBytes >> 2) {
      this.#flush();
      return this.#writeAll(bytes, null);
    }
    this.#buffer.set(bytes, this.#held);
    this.#held += bytes.length;
  }

  /** Replaces bytes that were written before, at `at` in the open segment. */
  patch(at: number, bytes: Uint8Array): void {
    this.#flush();
    this.#writeAll(bytes, at);
  }

  /** Makes the open segment durable and closes it. */
  endSegment(): void {
    this.#flush();
    const { descriptor, file, size } = this.#open();
    this.#guard(() => fsyncSync(descriptor));
    this.#current = null;
    this.#guard(() => closeSync(descriptor));
    this.#done.push({ file, size });
  }

  /** Closes what an error left open; its bytes stay under the partial name. */
  abandon(): void {
    if (this.#current) closeSync(this.#current.descriptor);
    this.#current = null;
  }

  #flush(): void {
    if (this.#held === 0) return;
    const bytes = this.#buffer.subarray(0, this.#held);
    this.#held = 0;
    this.#writeAll(bytes, null);
  }

  /** `at` null appends. */
  #writeAll(bytes: Uint8Array, at: number | null): void {
    const current = this.#open();
    for (let done = 0; done < bytes.length;) {
      const position = (at ?? current.size) + (at === null ? 0 : done);
      const count = this.#guard(() => writeSync(current.descriptor, bytes, done, bytes.length - done, position));
      done += count;
      if (at === null) current.size += count;
    }
  }

  #open(): { descriptor: number; file: string; size: number } {
    if (!this.#current) throw new Error("no segment is open");
    return this.#current;
  }

  #guard<T>(act: () => T): T {
    try {
      return act();
    } catch (error) {
      throw targetError(error, this.#folder);
    }
  }
}

/** What the target's system refused, in the officer's words. */
function targetError(error: unknown, folder: string): unknown {
  const code = errorCode(error);
  if (code === "ENOSPC" || code === "EDQUOT") {
    return new OperatorError("target/full", imageSays.targetFull(folder), exitCodes.stopped);
  }
  if (code === "EFBIG") return new OperatorError("target/file-limit", imageSays.targetFileLimit(folder));
  return code === "error" ? error : new OperatorError("target/refused", imageSays.targetRefused(folder, code), 4);
}

/** Removes what an earlier, interrupted acquisition to the same names left. Returns the names. */
export function removePartials(folder: string, names: readonly string[]): void {
  for (const name of names) rmSync(join(folder, name));
}

/** Gives the verified segments their final names, durably. Throws OperatorError. */
export function nameSegments(folder: string, segments: readonly WrittenSegment[]): void {
  for (const { file } of segments) {
    const path = join(folder, file);
    if (existsSync(path)) throw new OperatorError("target/exists", imageSays.targetExists(path));
    try {
      renameSync(partialName(path), path);
    } catch (error) {
      throw targetError(error, folder);
    }
  }
  syncFolder(folder);
}
