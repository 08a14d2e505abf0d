/** Reads one entry of a folder once, with three hashes in the same pass, and says how that went. Runs in hash threads. */
import { createHash, hash } from "node:crypto";
import { closeSync, fstatSync, readSync, type BigIntStats } from "node:fs";
import { finding, type Finding } from "../../../native-free/model/findings.ts";
import { errorCode, kindOf, specialTypeOf, type EntryDescriber, type Outcome } from "../../source/describe-entry.ts";
import type { FolderReader } from "../../source/folder-reader.ts";
import type { ManifestEntry } from "../../source/manifest-entry.ts";

/** 256 KiB: beyond it reads from the page cache get slower, below it the calls cost more. */
const bufferBytes = 256 * 1024;
const emptyOutcome: Outcome = { status: "done", reason: null, digests: null, size: null, findings: [] };

export class EntryHasher {
  readonly #reader: FolderReader;
  readonly #describer: EntryDescriber;
  readonly #beat: () => void;
  readonly #buffer = Buffer.allocUnsafeSlow(bufferBytes);

  /** `beat` is called for every buffer that was read. */
  constructor(reader: FolderReader, describer: EntryDescriber, beat: () => void) {
    this.#reader = reader;
    this.#describer = describer;
    this.#beat = beat;
  }

  /** The manifest entry of `path`. Never throws for what the system refuses or what changes meanwhile. */
  read(path: Uint8Array): ManifestEntry {
    const reading = this.reading(path);
    for (;;) {
      const step = reading.next();
      if (step.done) return step.value;
    }
  }

  /**
   * The same, piece by piece: yields the bytes of a file as they are read, each piece borrowed until the next is asked for.
   * One entry at a time; ended early (`return`) it closes the file. `known` is what `lstat` said just before.
   */
  *reading(path: Uint8Array, known: BigIntStats | null = null): Generator<Uint8Array, ManifestEntry> {
    let stat: BigIntStats;
    try {
      stat = known ?? this.#reader.stat(path);
    } catch (error) {
      return this.#describer.describeRefused(path, errorCode(error));
    }
    return this.#describer.describe(path, stat, yield* this.#outcome(path, stat));
  }

  *#outcome(path: Uint8Array, stat: BigIntStats): Generator<Uint8Array, Outcome> {
    switch (kindOf(stat)) {
      case "file":
        return yield* this.#readFile(path, stat);
      case "symlink":
        return { ...emptyOutcome, status: "skipped", reason: "symlink", findings: [finding("folder/symlink")] };
      case "special":
        return {
          ...emptyOutcome,
          status: "skipped",
          reason: "special",
          findings: [finding("folder/special", { type: specialTypeOf(stat) })],
        };
      case "directory":
        // It was a file when its folder was listed; what it holds now was not walked.
        return changed("kind");
    }
  }

  *#readFile(path: Uint8Array, before: BigIntStats): Generator<Uint8Array, Outcome> {
    let descriptor: number;
    try {
      descriptor = this.#reader.open(path);
    } catch (error) {
      const code = errorCode(error);
      // ELOOP or ENOENT after lstat: something else took its place.
      return code === "ELOOP" || code === "ENOENT" ? changed("name") : unreadable(code, null);
    }
    try {
      const opened = fstatSync(descriptor, { bigint: true });
      if (opened.dev !== before.dev || opened.ino !== before.ino || !opened.isFile()) return changed("name");
      const read = yield* this.#hash(descriptor);
      if ("code" in read) return unreadable(read.code, read.size);
      const what = differenceOf(before, fstatSync(descriptor, { bigint: true }), read.size);
      const findings: Finding[] = what === null ? [] : [finding("folder/changed-while-read", { what })];
      const status = what === null ? "done" : "partial";
      return { status, reason: what === null ? null : "changed", findings, size: read.size, digests: read };
    } finally {
      closeSync(descriptor);
    }
  }

  /** The three digests of everything up to the end of the file, or the system's refusal and how far it came. */
  *#hash(
    descriptor: number,
  ): Generator<
    Uint8Array,
    { md5: string; sha1: string; sha256: string; size: number } | { code: string; size: number }
  > {
    let size = 0;
    try {
      const first = readSync(descriptor, this.#buffer, 0, bufferBytes, null);
      this.#beat();
      const second =
        first < bufferBytes && first > 0 ? readSync(descriptor, this.#buffer, first, bufferBytes - first, null) : 0;
      if (first + second < bufferBytes && (first === 0 || second === 0)) {
        const whole = this.#buffer.subarray(0, first);
        if (first > 0) yield whole;
        return digestAtOnce(whole);
      }
      const md5 = createHash("md5");
      const sha1 = createHash("sha1");
      const sha256 = createHash("sha256");
      for (let count = first + second; count > 0; count = readSync(descriptor, this.#buffer, 0, bufferBytes, null)) {
        const piece = this.#buffer.subarray(0, count);
        md5.update(piece);
        sha1.update(piece);
        sha256.update(piece);
        size += count;
        this.#beat();
        yield piece;
      }
      return { md5: md5.digest("hex"), sha1: sha1.digest("hex"), sha256: sha256.digest("hex"), size };
    } catch (error) {
      return { code: errorCode(error), size };
    }
  }
}

/** Most files fit one buffer: three calls without hash objects. */
function digestAtOnce(bytes: Uint8Array) {
  return { md5: hash("md5", bytes), sha1: hash("sha1", bytes), sha256: hash("sha256", bytes), size: bytes.length };
}

function changed(what: string): Outcome {
  const findings = [finding("folder/changed-while-read", { what })];
  return { ...emptyOutcome, status: "failed", reason: "changed", findings };
}

function unreadable(error: string, size: number | null): Outcome {
  const findings = [finding("folder/unreadable", { error })];
  return { ...emptyOutcome, status: "failed", reason: "unreadable", size, findings };
}

function differenceOf(before: BigIntStats, after: BigIntStats, read: number): string | null {
  if (before.size !== after.size || BigInt(read) !== after.size) return "size";
  if (before.mtimeNs !== after.mtimeNs) return "modification time";
  return before.ctimeNs === after.ctimeNs ? null : "change time";
}
