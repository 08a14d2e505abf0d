/**
 * The files of an image while they are written: under a `.partial` name, synced as they grow, renamed only when the image
 * was read again and found right. Nothing that is there is ever overwritten. A full disk makes the writer wait until there
 * is space, or go on in the next folder, taking the open segment along.
 */
import { join } from "node:path";
import { copyBytes } from "../../../native-free/bytes/copy-bytes.ts";
import { RingAborted } from "../../../workers/ring.ts";
import { imageSays } from "../../messages/en.ts";
import { exitCodes, OperatorError } from "../../messages/operator-error.ts";
import { errorCode } from "../../source/describe-entry.ts";
import { partialName } from "./image-plan.ts";
import { diskTargetFiles, type TargetFiles } from "./target-files.ts";

export interface WrittenSegment {
  /** Final name. */
  readonly file: string;
  readonly folder: string;
  readonly size: number;
}

/** What a writer says of its target while it works. */
export type TargetNote =
  | { readonly target: "waiting"; readonly folder: string; readonly needed: number }
  | { readonly target: "going-on"; readonly folder: string }
  | { readonly target: "moved"; readonly from: string; readonly to: string };

export interface SegmentFilesOptions {
  /** The first that is written to, then those for when one is full. */
  readonly folders: readonly string[];
  /** Plain file name of the n-th segment, from 1. */
  readonly nameOf: (number: number) => string;
  /** False ends with an OperatorError (exit 4) where it would wait for space. */
  readonly waitForSpace: boolean;
  readonly onNote: (note: TargetNote) => void;
  /** True when waiting makes no sense any more. */
  readonly isGivenUp: () => boolean;
  /** Segments that stand already, in order; the last one is open again, cut to its size. */
  readonly standing?: readonly WrittenSegment[];
  readonly files?: TargetFiles;
}

const bufferBytes = 1 << 20;
/** A sync is started each time so many bytes were written: what a power cut can take stays small, and no long one waits at the end. */
const syncEveryBytes = 128 << 20;
const spacePollMs = 500;
/** Below so much free space a writer that waits does not go on. */
const leastSpaceBytes = 8 << 20;

export class SegmentFiles {
  readonly #options: SegmentFilesOptions;
  readonly #files: TargetFiles;
  readonly #buffer = Buffer.allocUnsafeSlow(bufferBytes);
  readonly #done: WrittenSegment[] = [];
  #folder: number;
  #held = 0;
  #unsynced = 0;
  #syncing: Promise<void> | null = null;
  /** Of ended segments that a started sync may still be about to reach. */
  readonly #closeLater: number[] = [];
  #current: { descriptor: number; file: string; size: number } | null = null;

  /** Throws OperatorError where a standing segment cannot be opened. */
  constructor(options: SegmentFilesOptions) {
    this.#options = options;
    this.#files = options.files ?? diskTargetFiles;
    const standing = options.standing ?? [];
    const last = standing.at(-1);
    this.#done.push(...standing.slice(0, -1));
    this.#folder = last ? options.folders.indexOf(last.folder) : 0;
    if (last) this.#reopen(last);
  }

  /** Segments that are complete. */
  get segments(): readonly WrittenSegment[] {
    return this.#done;
  }

  get #place(): string {
    return this.#options.folders[this.#folder];
  }

  #reopen({ file, size }: WrittenSegment): void {
    const descriptor = this.#guard(() => this.#files.open(this.#pathOf(file)));
    this.#guard(() => this.#files.truncate(descriptor, size));
    this.#current = { descriptor, file, size };
  }

  #pathOf(file: string): string {
    return join(this.#place, partialName(file));
  }

  /** Throws OperatorError where the file cannot be made. */
  beginSegment(number: number): void {
    const file = this.#options.nameOf(number);
    const path = join(this.#place, file);
    if (this.#files.exists(path)) throw new OperatorError("target/exists", imageSays.targetExists(path));
    this.#create(file);
  }

  #create(file: string): void {
    for (;;) {
      try {
        this.#current = { descriptor: this.#files.create(this.#pathOf(file)), file, size: 0 };
        return;
      } catch (error) {
        if (!isFull(error)) throw targetError(error, this.#place);
        if (!this.#nextFolder()) this.#waitForSpace(leastSpaceBytes);
      }
    }
  }

  /**
   * Appends `length` bytes of `bytes` from `from` on; the array is not kept. Throws OperatorError: disk full (4), write refused
   * (4), file too large.
   */
  write(bytes: Uint8Array, from = 0, length = bytes.length - from): void {
    if (this.#held + length > bufferBytes) this.#flush();
    if (length >= bufferBytes >> 2) {
      this.#flush();
      return this.#writeAll(bytes, from, length, null);
    }
    copyBytes(bytes, from, length, this.#buffer, this.#held);
    this.#held += length;
  }

  /** Replaces bytes that were written before, at `at` in the open segment. */
  patch(at: number, bytes: Uint8Array): void {
    this.#flush();
    this.#writeAll(bytes, 0, bytes.length, at);
  }

  /** Makes the open segment durable and closes it. */
  endSegment(): void {
    this.#flush();
    const { descriptor, file, size } = this.#open();
    this.#guard(() => this.#files.sync(descriptor));
    this.#current = null;
    if (this.#syncing) this.#closeLater.push(descriptor);
    else this.#guard(() => this.#files.close(descriptor));
    this.#done.push({ file, folder: this.#place, size });
  }

  /** Replaces bytes of a segment that has ended; makes them durable. */
  patchEnded(number: number, at: number, bytes: Uint8Array): void {
    const { file, folder } = this.#done[number - 1];
    const descriptor = this.#guard(() => this.#files.open(join(folder, partialName(file))));
    try {
      for (let done = 0; done < bytes.length;) {
        const rest = bytes.length - done;
        done += this.#guard(() => this.#files.write(descriptor, bytes, done, rest, at + done));
      }
      this.#guard(() => this.#files.sync(descriptor));
    } catch (error) {
      this.#closeAfterError(descriptor);
      throw error;
    }
    this.#guard(() => this.#files.close(descriptor));
  }

  /**
   * To be called between slots: now and then starts a sync of what was written, and waits for the one before. Null where
   * there is nothing to wait for. Rejects with OperatorError (4) where the system could not keep what it had taken.
   */
  syncNow(): Promise<void> | null {
    if (this.#unsynced < syncEveryBytes || this.#current === null) return null;
    this.#unsynced = 0;
    const before = this.#syncing;
    const { descriptor } = this.#current;
    const folder = this.#place;
    return (before ?? Promise.resolve()).then(() => {
      this.#closeEnded();
      if (this.#current?.descriptor !== descriptor) return;
      const started = Promise.withResolvers<void>();
      started.promise.catch(() => undefined);
      this.#files.startSync(descriptor, (error) =>
        error ? started.reject(targetError(error, folder)) : started.resolve(),
      );
      this.#syncing = started.promise;
    });
  }

  /** Waits for a sync that was started; to be called before the last segment ends. */
  async settle(): Promise<void> {
    await this.#syncing;
    this.#syncing = null;
    this.#closeEnded();
  }

  #closeEnded(): void {
    for (const descriptor of this.#closeLater.splice(0)) this.#guard(() => this.#files.close(descriptor));
  }

  /** Closes what an error left open; its bytes stay under the partial name. */
  abandon(): void {
    if (this.#current) this.#closeAfterError(this.#current.descriptor);
    this.#current = null;
    for (const descriptor of this.#closeLater.splice(0)) this.#closeAfterError(descriptor);
  }

  #closeAfterError(descriptor: number): void {
    try {
      this.#files.close(descriptor);
    } catch {
      // The error that led here is the one to be told; a close after it says nothing new.
    }
  }

  #flush(): void {
    if (this.#held === 0) return;
    const held = this.#held;
    this.#held = 0;
    this.#writeAll(this.#buffer, 0, held, null);
  }

  /** `at` null appends. */
  #writeAll(bytes: Uint8Array, from: number, length: number, at: number | null): void {
    for (let done = 0; done < length;) {
      const current = this.#open();
      const position = at === null ? current.size : at + done;
      const count = this.#writeSome(bytes, from + done, length - done, position);
      if (count === 0) {
        // Full: what is written already stays, the rest follows wherever there is space.
        if (!this.#nextFolder()) this.#waitForSpace(length - done + leastSpaceBytes);
        continue;
      }
      done += count;
      if (at === null) current.size += count;
    }
    this.#unsynced += length;
  }

  /** 0 where the target has no space. */
  #writeSome(bytes: Uint8Array, from: number, length: number, position: number): number {
    try {
      return this.#files.write(this.#open().descriptor, bytes, from, length, position);
    } catch (error) {
      if (isFull(error)) return 0;
      throw targetError(error, this.#place);
    }
  }

  /** Takes the open segment to the next folder that has room for it; false where there is none. */
  #nextFolder(): boolean {
    const { folders, onNote } = this.#options;
    const from = this.#place;
    for (let next = this.#folder + 1; next < folders.length; next++) {
      if (!this.#movedTo(folders[next])) continue;
      this.#folder = next;
      onNote({ target: "moved", from, to: folders[next] });
      return true;
    }
    return false;
  }

  /** False where the folder is full, too; the open segment then stays where it is. */
  #movedTo(to: string): boolean {
    const current = this.#current;
    if (!current) return true;
    const [old, moved] = [this.#place, to].map((folder) => join(folder, partialName(current.file))) as [string, string];
    for (const path of [moved, join(to, current.file)]) {
      if (this.#files.exists(path)) throw new OperatorError("target/exists", imageSays.targetExists(path));
    }
    let descriptor: number | null = null;
    try {
      this.#files.copy(old, moved);
      descriptor = this.#files.open(moved);
      // What the full disk had promised to write is only believed when it stands in the new place.
      this.#files.sync(descriptor);
      this.#files.syncFolder(to);
    } catch (error) {
      if (descriptor !== null) this.#closeAfterError(descriptor);
      if (!isFull(error)) throw targetError(error, to);
      if (this.#files.exists(moved)) this.#guard(() => this.#files.remove(moved));
      return false;
    }
    this.#guard(() => this.#files.remove(old));
    const left = current.descriptor;
    current.descriptor = descriptor;
    if (this.#syncing) this.#closeLater.push(left);
    else this.#guard(() => this.#files.close(left));
    return true;
  }

  #waitForSpace(needed: number): void {
    const folder = this.#place;
    const { waitForSpace, onNote, isGivenUp } = this.#options;
    if (!waitForSpace) throw new OperatorError("target/full", imageSays.targetFull(folder), exitCodes.stopped);
    onNote({ target: "waiting", folder, needed });
    const clock = new Int32Array(new SharedArrayBuffer(4));
    do {
      if (isGivenUp()) throw new RingAborted("given up while waiting for space");
      Atomics.wait(clock, 0, 0, spacePollMs);
    } while (this.#guard(() => this.#files.free(folder)) < needed);
    onNote({ target: "going-on", folder });
  }

  #open(): { descriptor: number; file: string; size: number } {
    if (!this.#current) throw new Error("no segment is open");
    return this.#current;
  }

  #guard<T>(act: () => T): T {
    try {
      return act();
    } catch (error) {
      throw targetError(error, this.#place);
    }
  }
}

/** The system's answer that a disk, or a share of it, is full. */
export function isFull(error: unknown): boolean {
  return ["ENOSPC", "EDQUOT"].includes(errorCode(error));
}

/** What the target's system refused, in the officer's words. */
export function targetError(error: unknown, folder: string): unknown {
  if (isFull(error)) return new OperatorError("target/full", imageSays.targetFull(folder), exitCodes.stopped);
  const code = errorCode(error);
  if (code === "EFBIG") return new OperatorError("target/file-limit", imageSays.targetFileLimit(folder));
  if (code === "error") return error;
  return new OperatorError("target/refused", imageSays.targetRefused(folder, code), exitCodes.stopped);
}
