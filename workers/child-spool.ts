/** Takes in the decoded stream of a child: hashes, histogram, and the bytes themselves, in memory or in a spool file. */
import { createHash, type Hash } from "node:crypto";
import { closeSync, openSync, unlinkSync, writeSync } from "node:fs";
import { MemorySource, type ByteSource } from "../native-free/bytes/byte-source.ts";
import { addToHistogram } from "../native-free/typing/entropy.ts";
import { FileSource } from "./file-source.ts";

/** Children up to this size stay in memory. */
const inMemoryBytes = 8 << 20;

export interface ContentFacts {
  readonly sha256: string;
  readonly sha1: string;
  readonly md5: string;
  /** Counts of the 256 byte values. */
  readonly histogram: Float64Array;
}

export class ChildSpool {
  readonly #spoolFile: () => string;
  readonly #hashes: readonly [Hash, Hash, Hash] = [createHash("sha256"), createHash("sha1"), createHash("md5")];
  readonly #histogram = new Float64Array(256);
  #pieces: Uint8Array[] = [];
  #size = 0;
  #descriptor: number | null = null;

  /** `spoolFile` names a fresh file below the work folder when one is needed. */
  constructor(spoolFile: () => string) {
    this.#spoolFile = spoolFile;
  }

  get size(): number {
    return this.#size;
  }

  /** Takes a piece; the array is copied where the caller may use it again. Throws the system's error on a full disk. */
  add(piece: Uint8Array): void {
    for (const hash of this.#hashes) hash.update(piece);
    addToHistogram(this.#histogram, piece);
    this.#size += piece.length;
    if (this.#descriptor === null && this.#size > inMemoryBytes) {
      this.#descriptor = openUnnamed(this.#spoolFile());
      for (const held of this.#pieces) this.#write(held);
      this.#pieces = [];
    }
    if (this.#descriptor === null) this.#pieces.push(new Uint8Array(piece));
    else this.#write(piece);
  }

  facts(): ContentFacts {
    const [sha256, sha1, md5] = this.#hashes.map((hash) => hash.digest("hex"));
    return { sha256, sha1, md5, histogram: this.#histogram };
  }

  /** The bytes as a source; `close` frees them. */
  open(path: string): { source: ByteSource; close: () => void } {
    if (this.#descriptor === null) {
      return { source: new MemorySource(Buffer.concat(this.#pieces), path), close: () => undefined };
    }
    const source = new FileSource(this.#descriptor, this.#size, path);
    return { source, close: () => source.close() };
  }

  /** Frees what was taken in where it is not opened. */
  discard(): void {
    this.#pieces = [];
    if (this.#descriptor !== null) closeSync(this.#descriptor);
    this.#descriptor = null;
  }

  #write(piece: Uint8Array): void {
    for (let at = 0; at < piece.length;) at += writeSync(this.#descriptor as number, piece, at);
  }
}

/** A file that is gone from the folder at once, so that no crash leaves it behind; elsewhere than on POSIX it stays until the unit's folder is cleared. */
function openUnnamed(file: string): number {
  const descriptor = openSync(file, "wx+", 0o600);
  try {
    unlinkSync(file);
  } catch (error) {
    if (process.platform !== "win32") throw error;
  }
  return descriptor;
}
