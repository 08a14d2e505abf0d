/**
 * Reads past the page cache (O_DIRECT, open(2)). The cache reads whole pages, so that one bad sector of 512 bytes takes its
 * seven neighbours with it, and it answers a second read with what it kept of the first; a direct read does neither.
 */
import { closeSync, constants, openSync, readSync } from "node:fs";
import { copyBytes } from "../../native-free/bytes/copy-bytes.ts";
import { errorCode } from "./describe-entry.ts";

/** The part that is used of it; the types of Node lack it. */
declare const WebAssembly: { readonly Memory: new (pages: { initial: number }) => { readonly buffer: ArrayBuffer } };

const wasmPageBytes = 65_536;
/** Most bytes of one read. */
const bounceBytes = 4 * wasmPageBytes;

export class DirectReads {
  readonly #descriptor: number;
  readonly #alignment: number;
  /** Direct reads want a buffer aligned to sectors; the memory of WebAssembly begins at a page, those of Node do not. */
  readonly #bounce = new Uint8Array(new WebAssembly.Memory({ initial: bounceBytes / wasmPageBytes }).buffer);

  private constructor(descriptor: number, alignment: number) {
    this.#descriptor = descriptor;
    this.#alignment = alignment;
  }

  /** The system's error as a code where the medium cannot be opened so: `EINVAL` where its file system does not offer it. */
  static open(path: string, sectorBytes: number): DirectReads | string {
    // Only Linux has the flag.
    const flag = (constants as Partial<typeof constants>).O_DIRECT;
    if (flag === undefined) return "ENOTSUP";
    try {
      return new DirectReads(openSync(path, constants.O_RDONLY | flag), sectorBytes);
    } catch (error) {
      return errorCode(error);
    }
  }

  /** As `Medium.read`. Throws the system's error: `EINVAL` where the medium wants a larger alignment than its sectors. */
  read(target: Uint8Array, offset: number, length: number, at: number): number {
    const ahead = at % this.#alignment;
    const whole = Math.ceil((ahead + length) / this.#alignment) * this.#alignment;
    const got = readSync(this.#descriptor, this.#bounce, 0, Math.min(whole, bounceBytes), at - ahead);
    const count = Math.max(0, Math.min(length, got - ahead));
    copyBytes(this.#bounce, ahead, count, target, offset);
    return count;
  }

  close(): void {
    closeSync(this.#descriptor);
  }
}
