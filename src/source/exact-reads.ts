/**
 * Reads of a medium that either fill what was asked for or say where the medium refused. Whatever is not the answer "this
 * place cannot be read" is an OperatorError (exit 4): the medium ended early, changed its size, or is gone.
 */
import { mediumSays } from "../messages/en.ts";
import { exitCodes, OperatorError } from "../messages/operator-error.ts";
import { errorCode } from "./describe-entry.ts";
import type { Medium } from "./medium.ts";

/**
 * The medium's own answer that a place cannot be read (Linux, `blk_errors`: medium, target, protection, time-out, anything).
 * Every other error (ENODEV, ENXIO, ENOLINK …) ends the acquisition.
 */
const badSectorCodes: readonly string[] = ["EIO", "EREMOTEIO", "ENODATA", "EILSEQ", "EBADMSG", "ETIMEDOUT"];

export class ExactReads {
  readonly #medium: Medium;

  constructor(medium: Medium) {
    this.#medium = medium;
  }

  /** Bytes that were read from `at` on, `length` unless a place could not be read. `again`: past the cache. */
  read(target: Uint8Array, offset: number, length: number, at: number, again = false): number {
    let filled = 0;
    while (filled < length) {
      const got = this.#readOnce(target, offset + filled, length - filled, at + filled, again);
      if (got === null) return filled;
      if (got === 0) throw this.#ended(at + filled);
      filled += got;
    }
    return length;
  }

  /** Throws where the medium is gone or states another size than when it was opened. `at`: where reading stands. */
  checkUnchanged(at: number): void {
    const now = this.#medium.sizeNow();
    const { path, size } = this.#medium;
    if (now === null || (now === 0 && size > 0)) throw this.#gone(at, "ENODEV");
    if (now === size) return;
    throw new OperatorError("source/size-changed", mediumSays.mediumResized(path, size, now), exitCodes.stopped);
  }

  #readOnce(target: Uint8Array, offset: number, length: number, at: number, again: boolean): number | null {
    const medium = this.#medium;
    try {
      return again ? medium.readAgain(target, offset, length, at) : medium.read(target, offset, length, at);
    } catch (error) {
      const code = errorCode(error);
      if (!badSectorCodes.includes(code)) throw this.#gone(at, code);
    }
    // A medium that was unplugged or cut answers like one with bad sectors.
    this.checkUnchanged(at);
    return null;
  }

  #ended(at: number): OperatorError {
    this.checkUnchanged(at);
    const { path, size } = this.#medium;
    return new OperatorError("source/short", mediumSays.mediumShort(path, at, size), exitCodes.stopped);
  }

  #gone(at: number, code: string): OperatorError {
    return new OperatorError("source/gone", mediumSays.mediumGone(this.#medium.path, at, code), exitCodes.stopped);
  }
}
