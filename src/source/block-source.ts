/**
 * A medium as a complete and exact stream: a read that fails is narrowed down to single logical sectors, each tried again
 * within a budget; what stays unreadable is filled with zeros and listed, its readable neighbours are kept. A medium that
 * ends early, changes its size or is gone is an OperatorError, never a shorter image.
 */
import { imageSays } from "../messages/en.ts";
import { exitCodes, OperatorError } from "../messages/operator-error.ts";
import { errorCode } from "./describe-entry.ts";
import type { Medium } from "./medium.ts";

/** Unreadable sectors in a row; `first` counted from the start of the medium in its logical sectors. */
export interface BadRange {
  readonly first: number;
  readonly count: number;
}

export interface RetryPolicy {
  /** Further tries of one sector. */
  readonly perSector: number;
  /** Further tries in all; after them a sector that fails is given up at once. */
  readonly inAll: number;
}

export const usualRetries: RetryPolicy = { perSector: 2, inAll: 4096 };

/** The medium's own answer that a place cannot be read; every other error ends the acquisition. */
const badSectorCodes: readonly string[] = ["EIO", "EREMOTEIO", "ENODATA", "EILSEQ", "EBADMSG"];

export class BlockSource {
  readonly size: number;
  readonly sectorBytes: number;
  readonly #medium: Medium;
  readonly #retries: RetryPolicy;
  readonly #bad: { first: number; count: number }[] = [];
  #retriesLeft: number;

  constructor(medium: Medium, retries: RetryPolicy = usualRetries) {
    this.#medium = medium;
    this.#retries = retries;
    this.#retriesLeft = retries.inAll;
    this.size = medium.size;
    this.sectorBytes = medium.sectorBytes;
  }

  /** Unreadable sectors so far, in the order of reading, neighbours joined. */
  get badRanges(): readonly BadRange[] {
    return this.#bad;
  }

  /** Tries that were repeated. */
  get retried(): number {
    return this.#retries.inAll - this.#retriesLeft;
  }

  /**
   * Fills `target` with the bytes at `at`, a multiple of the sector size; `at + target.length` must not pass `size`.
   * Throws OperatorError (exit 4) where the medium ends early, changed its size or is gone.
   */
  readInto(target: Uint8Array, at: number): void {
    this.#readPart(target, 0, target.length, at);
  }

  /** To be called at the end: a medium that grew or shrank meanwhile is not the one that was announced. */
  checkUnchanged(): void {
    const now = this.#medium.sizeNow();
    if (now === null) throw this.#gone("ENODEV");
    if (now === this.size) return;
    const sentence = imageSays.mediumResized(this.#medium.path, this.size, now);
    throw new OperatorError("source/size-changed", sentence, exitCodes.stopped);
  }

  close(): void {
    this.#medium.close();
  }

  /** Halves what cannot be read until single sectors are left: n bad sectors cost about n · log2(sectors) reads. */
  #readPart(target: Uint8Array, offset: number, length: number, at: number): void {
    if (this.#tryRead(target, offset, length, at)) return;
    const sectors = Math.ceil(length / this.sectorBytes);
    if (sectors === 1) return this.#readSector(target, offset, length, at);
    const half = (sectors >> 1) * this.sectorBytes;
    this.#readPart(target, offset, half, at);
    this.#readPart(target, offset + half, length - half, at + half);
  }

  #readSector(target: Uint8Array, offset: number, length: number, at: number): void {
    for (let tries = 0; tries < this.#retries.perSector && this.#retriesLeft > 0; tries++) {
      this.#retriesLeft -= 1;
      if (this.#tryRead(target, offset, length, at)) return;
    }
    target.fill(0, offset, offset + length);
    const sector = Math.floor(at / this.sectorBytes);
    const last = this.#bad.at(-1);
    if (last && last.first + last.count === sector) last.count += 1;
    else this.#bad.push({ first: sector, count: 1 });
  }

  /** False where the medium refused some of it. */
  #tryRead(target: Uint8Array, offset: number, length: number, at: number): boolean {
    let filled = 0;
    while (filled < length) {
      const got = this.#readOnce(target, offset + filled, length - filled, at + filled);
      if (got === null) return false;
      if (got === 0) {
        this.checkUnchanged();
        const sentence = imageSays.mediumShort(this.#medium.path, at + filled, this.size);
        throw new OperatorError("source/short", sentence, exitCodes.stopped);
      }
      filled += got;
    }
    return true;
  }

  #readOnce(target: Uint8Array, offset: number, length: number, at: number): number | null {
    try {
      return this.#medium.read(target, offset, length, at);
    } catch (error) {
      const code = errorCode(error);
      if (badSectorCodes.includes(code) && this.#medium.sizeNow() !== null) return null;
      throw this.#gone(code);
    }
  }

  #gone(code: string): OperatorError {
    return new OperatorError("source/gone", imageSays.mediumGone(this.#medium.path, code), exitCodes.stopped);
  }
}
