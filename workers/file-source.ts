/** An open file as a ByteSource. */
import { closeSync, readSync } from "node:fs";
import type { ByteSource, Run } from "../native-free/bytes/byte-source.ts";

export class FileSource implements ByteSource {
  readonly size: number;
  readonly #descriptor: number;
  readonly #path: string;
  /** Where the file turned out to end before `size`; bytes from here on are named as missing. */
  #end: number;

  /** Owns `descriptor` until `close`. `path` is the forensic path of the file. */
  constructor(descriptor: number, size: number, path: string) {
    this.#descriptor = descriptor;
    this.size = size;
    this.#end = size;
    this.#path = path;
  }

  /** Throws the system's error where it refuses the read. */
  readInto(target: Uint8Array, at: number): number {
    const wanted = Math.max(0, Math.min(target.length, this.size - at));
    let filled = 0;
    while (filled < wanted) {
      const count = readSync(this.#descriptor, target, filled, wanted - filled, at + filled);
      if (count === 0) break;
      filled += count;
    }
    if (filled < wanted) {
      this.#end = Math.min(this.#end, at + filled);
      target.fill(0, filled, wanted);
    }
    return wanted;
  }

  /** True where the file ended early. */
  get isCut(): boolean {
    return this.#end < this.size;
  }

  *runsIn(at: number, length: number): Iterable<Run> {
    const end = Math.min(this.size, at + length);
    const cut = Math.max(at, Math.min(end, this.#end));
    const place = (offset: number) => ({ path: this.#path, offset, exact: true });
    if (cut > at) yield { start: at, length: cut - at, kind: "data", place: place(at) };
    if (end > cut) yield { start: cut, length: end - cut, kind: "missing", place: place(cut) };
  }

  close(): void {
    closeSync(this.#descriptor);
  }
}
