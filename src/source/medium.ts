/**
 * A device or file opened for reading only. Size and sector size come from the system; every read says how many bytes it
 * got, and throws the system's error where it is refused. `BlockSource` makes an exact and complete stream of it.
 */
import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";
import { mediumSays } from "../messages/en.ts";
import { OperatorError } from "../messages/operator-error.ts";
import { errorCode } from "./describe-entry.ts";
import { DirectReads } from "./direct-reads.ts";
import { deviceBehind, type OpenDevice } from "./open-device.ts";

export interface Medium {
  readonly path: string;
  /** Bytes, as the system stated them when the medium was opened. */
  readonly size: number;
  /** Bytes of a logical sector, the smallest part that can fail alone. */
  readonly sectorBytes: number;
  /** Reads up to `length` bytes at `at` into `target` from `offset`; 0 is the end. Throws the system's error. */
  read(target: Uint8Array, offset: number, length: number, at: number): number;
  /** The same past the page cache where the system can, so that single sectors fail alone and are really read again. */
  readAgain(target: Uint8Array, offset: number, length: number, at: number): number;
  /** Why `readAgain` goes through the cache all the same (the system's error); null where it does not, or never ran. */
  readonly cachedBecause: string | null;
  /** The size that the system states now; null where the medium is gone. */
  sizeNow(): number | null;
  close(): void;
}

const fileSectorBytes = 512;

/** Opens a block device or a regular file. Throws OperatorError where it cannot be read. */
export function openMedium(path: string): Medium {
  let descriptor: number;
  try {
    descriptor = openSync(path, constants.O_RDONLY);
  } catch (error) {
    throw new OperatorError("source/unreadable", mediumSays.mediumUnreadable(path, errorCode(error)));
  }
  return new SystemMedium(path, descriptor);
}

class SystemMedium implements Medium {
  readonly path: string;
  readonly size: number;
  readonly sectorBytes: number;
  readonly #descriptor: number;
  /** Null for a file. */
  readonly #device: OpenDevice | null;
  #direct: DirectReads | null = null;
  #cachedBecause: string | null = null;

  constructor(path: string, descriptor: number) {
    this.path = path;
    this.#descriptor = descriptor;
    this.#device = deviceBehind(path, descriptor);
    this.size = this.#device?.size ?? fstatSync(descriptor).size;
    this.sectorBytes = this.#device?.sectorBytes ?? fileSectorBytes;
  }

  get cachedBecause(): string | null {
    return this.#cachedBecause;
  }

  read(target: Uint8Array, offset: number, length: number, at: number): number {
    return readSync(this.#descriptor, target, offset, length, at);
  }

  readAgain(target: Uint8Array, offset: number, length: number, at: number): number {
    if (this.#direct === null && this.#cachedBecause === null) this.#openDirect();
    if (this.#direct === null) return this.read(target, offset, length, at);
    try {
      return this.#direct.read(target, offset, length, at);
    } catch (error) {
      if (errorCode(error) !== "EINVAL") throw error;
      this.#direct.close();
      this.#direct = null;
      this.#cachedBecause = "EINVAL";
      return this.read(target, offset, length, at);
    }
  }

  sizeNow(): number | null {
    if (this.#device !== null) return this.#device.sizeNow();
    return fstatSync(this.#descriptor).size;
  }

  close(): void {
    this.#direct?.close();
    closeSync(this.#descriptor);
  }

  #openDirect(): void {
    const direct = DirectReads.open(this.path, this.sectorBytes);
    if (typeof direct === "string") this.#cachedBecause = direct;
    else this.#direct = direct;
  }
}
