/** The files of an image: opened when they are read, and closed again where very many are in use. */
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { basename } from "node:path";
import type { ByteSource, Run } from "../../native-free/bytes/byte-source.ts";
import { mediumSays } from "../messages/en.ts";
import { exitCodes, isOperatorError, OperatorError } from "../messages/operator-error.ts";
import { errorCode } from "./describe-entry.ts";
import { deviceBehind } from "./open-device.ts";

const mostOpen = 256;

/** Descriptors of the files of one image, the least recently used first. */
export class OpenFiles {
  readonly #open = new Map<string, number>();

  /** Throws what the system throws. */
  descriptorOf(path: string): number {
    const known = this.#open.get(path);
    if (known !== undefined) {
      this.#open.delete(path);
      this.#open.set(path, known);
      return known;
    }
    const descriptor = openSync(path, "r");
    this.#open.set(path, descriptor);
    if (this.#open.size > mostOpen) this.#close(this.#open.keys().next().value as string);
    return descriptor;
  }

  closeAll(): void {
    for (const path of [...this.#open.keys()]) this.#close(path);
  }

  #close(path: string): void {
    const descriptor = this.#open.get(path);
    this.#open.delete(path);
    if (descriptor !== undefined) closeSync(descriptor);
  }
}

/** A file of an image. Its own disk may fail, which is no damage of the image: an OperatorError, not a gap. */
export class SegmentSource implements ByteSource {
  readonly path: string;
  readonly size: number;
  readonly #files: OpenFiles;

  /** Throws OperatorError where it cannot be read. */
  constructor(path: string, files: OpenFiles) {
    this.path = path;
    this.#files = files;
    try {
      const descriptor = files.descriptorOf(path);
      this.size = deviceBehind(path, descriptor)?.size ?? fstatSync(descriptor).size;
    } catch (error) {
      if (isOperatorError(error)) throw error;
      throw new OperatorError("image/unreadable", mediumSays.segmentUnreadable(path, errorCode(error)));
    }
  }

  readInto(target: Uint8Array, at: number): number {
    const wanted = Math.max(0, Math.min(target.length, this.size - at));
    for (let filled = 0; filled < wanted;) {
      const got = this.#read(target, filled, wanted - filled, at + filled);
      if (got === 0) throw this.#changed();
      filled += got;
    }
    return wanted;
  }

  *runsIn(at: number, length: number): Iterable<Run> {
    const count = Math.max(0, Math.min(length, this.size - at));
    const place = { path: basename(this.path), offset: at, exact: true };
    if (count > 0) yield { start: at, length: count, kind: "data", place };
  }

  /** Throws OperatorError where the file has another size than when it was opened. */
  checkUnchanged(): void {
    const now = new SegmentSource(this.path, this.#files);
    if (now.size !== this.size) throw this.#changed();
  }

  #read(target: Uint8Array, offset: number, length: number, at: number): number {
    try {
      return readSync(this.#files.descriptorOf(this.path), target, offset, length, at);
    } catch (error) {
      const sentence = mediumSays.segmentGone(this.path, at, errorCode(error));
      throw new OperatorError("source/gone", sentence, exitCodes.stopped);
    }
  }

  #changed(): OperatorError {
    return new OperatorError("source/size-changed", mediumSays.segmentChanged(this.path), exitCodes.stopped);
  }
}
