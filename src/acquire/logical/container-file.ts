/** A container while it is written: one file, from its start to its end, cut back where something has to go again. */
import { closeSync, constants, fstatSync, fsyncSync, ftruncateSync, openSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import type { LogicalSink } from "../../../native-free/images/aff4l/writer.ts";
import { FileSource } from "../../../workers/file-source.ts";
import { asOperatorError } from "../../case/atomic-file.ts";

/** Small members are gathered; larger pieces go straight to the system. */
const bufferBytes = 1 << 20;

export class ContainerFile implements LogicalSink {
  readonly #folder: string;
  readonly #descriptor: number;
  readonly #buffer = Buffer.allocUnsafeSlow(bufferBytes);
  #held = 0;
  /** Bytes of the file in front of the buffer. */
  #at: number;

  /** Opens or makes `path`. Errors of this class are OperatorErrors where the disk is full (exit 4) or refuses. */
  constructor(path: string) {
    this.#folder = dirname(path);
    this.#descriptor = this.#attempt(() => openSync(path, constants.O_RDWR | constants.O_CREAT, 0o644));
    this.#at = fstatSync(this.#descriptor).size;
  }

  /** What the file held when it was opened; to be read before anything is written. Closed with the file. */
  source(): FileSource {
    return new FileSource(this.#descriptor, this.#at, "-");
  }

  write(bytes: Uint8Array): void {
    if (bytes.length > bufferBytes - this.#held) this.#flush();
    if (bytes.length >= bufferBytes) {
      this.#writeAt(bytes, this.#at);
      this.#at += bytes.length;
      return;
    }
    this.#buffer.set(bytes, this.#held);
    this.#held += bytes.length;
  }

  patch(at: number, bytes: Uint8Array): void {
    if (at >= this.#at) return this.#buffer.set(bytes, at - this.#at);
    if (at + bytes.length > this.#at) this.#flush();
    this.#writeAt(bytes, at);
  }

  cut(at: number): void {
    if (at >= this.#at) {
      this.#held = Math.min(this.#held, at - this.#at);
      return;
    }
    this.#attempt(() => ftruncateSync(this.#descriptor, at));
    this.#at = at;
    this.#held = 0;
  }

  /** Everything written so far is on the disk when this returns. */
  sync(): void {
    this.#flush();
    this.#attempt(() => fsyncSync(this.#descriptor));
  }

  /** What is still gathered is given up: `sync` first. */
  close(): void {
    closeSync(this.#descriptor);
  }

  #flush(): void {
    this.#writeAt(this.#buffer.subarray(0, this.#held), this.#at);
    this.#at += this.#held;
    this.#held = 0;
  }

  #writeAt(bytes: Uint8Array, at: number): void {
    this.#attempt(() => {
      for (let done = 0; done < bytes.length;) {
        done += writeSync(this.#descriptor, bytes, done, bytes.length - done, at + done);
      }
    });
  }

  #attempt<T>(act: () => T): T {
    try {
      return act();
    } catch (error) {
      throw asOperatorError(error, this.#folder);
    }
  }
}
