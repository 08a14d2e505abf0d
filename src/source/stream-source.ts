/** A stream (standard input, a pipe) as a source: each byte comes once, in order, until there are no more. */
import { readSync } from "node:fs";
import { mediumSays } from "../messages/en.ts";
import { exitCodes, OperatorError } from "../messages/operator-error.ts";
import type { AcquisitionSource, SourceErrors } from "./acquisition-source.ts";
import { errorCode } from "./describe-entry.ts";

/** How long to wait where whoever writes has nothing yet and the descriptor does not block. */
const pauseMs = 5;

export class StreamSource implements AcquisitionSource {
  readonly size = null;
  readonly sectorBytes = 512;
  readonly errors: SourceErrors = { badRanges: [], unstable: [], retried: 0 };
  readonly notes: readonly string[] = [];
  readonly #descriptor: number;
  readonly #clock = new Int32Array(new SharedArrayBuffer(4));
  #position = 0;
  #ended = false;

  /** The descriptor stays the caller's. */
  constructor(descriptor: number) {
    this.#descriptor = descriptor;
  }

  /** Blocks until `target` is full or the stream ends. Throws RangeError where `at` is not where the stream stands. */
  readInto(target: Uint8Array, at: number): number {
    if (at !== this.#position) throw new RangeError(`a stream stands at ${this.#position}, not at ${at}`);
    let filled = 0;
    while (filled < target.length && !this.#ended) {
      const got = this.#read(target, filled);
      if (got === 0) this.#ended = true;
      if (got === null) Atomics.wait(this.#clock, 0, 0, pauseMs);
      else filled += got;
    }
    this.#position += filled;
    return filled;
  }

  checkUnchanged(): void {
    // A stream announces nothing.
  }

  close(): void {
    // Standard input belongs to the process.
  }

  /** Null where there is nothing yet. */
  #read(target: Uint8Array, filled: number): number | null {
    try {
      return readSync(this.#descriptor, target, filled, target.length - filled, null);
    } catch (error) {
      const code = errorCode(error);
      if (code === "EAGAIN" || code === "EINTR") return null;
      // Windows says so where a pipe ends.
      if (code === "EOF") return 0;
      const sentence = mediumSays.streamBroke(this.#position + filled, code);
      throw new OperatorError("source/stream-broke", sentence, exitCodes.stopped);
    }
  }
}
