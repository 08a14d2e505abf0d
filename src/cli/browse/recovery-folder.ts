/**
 * A folder of recovered contents: each once, in `ab/<sha256>`, with `manifest.jsonl` (a line about the source, then one for each file) and
 * `manifest.csv` for people. Contents are written under a temporary name and made durable before the lines that name them, so that an
 * interrupted recovery goes on where the manifest ends, whatever the instant at which it was ended.
 */
import { createHash, type Hash } from "node:crypto";
import { closeSync, existsSync, openSync, readdirSync, readSync, renameSync, statSync, unlinkSync } from "node:fs";
import { join } from "node:path";
import type { ByteSource } from "../../../native-free/bytes/byte-source.ts";
import { browseSays } from "../../messages/en.ts";
import { OperatorError } from "../../messages/operator-error.ts";
import type { Output } from "../output.ts";
import { lostIn, readStep, type LostRun } from "./content-hash.ts";
import { ManifestFile, type ManifestRow, type SourceRow } from "./recovery-manifest.ts";
import { makeFolder, syncFolder, syncPath, targetError, writeWhole } from "./target.ts";

/** What is written before it is made durable and its lines follow. */
const checkpointBytes = 64 * 2 ** 20;
const checkpointLines = 2000;
const stepBytes = 1 << 20;
const temporaryName = /^incoming-\d+$/;

export interface Tally {
  files: number;
  bytes: number;
}

export class RecoveryFolder {
  readonly path: string;
  /** By confidence, earlier starts included. */
  readonly counts = new Map<string, Tally>();
  /** Files that earlier starts recovered. */
  done = 0;
  readonly #output: Output;
  readonly #names: readonly string[];
  readonly #manifest: ManifestFile;
  /** Paths in the manifest. */
  readonly #paths = new Set<string>();
  /** Contents that the manifest names, or will: binary hashes as text. */
  readonly #known = new Set<string>();
  readonly #folders = new Set<string>();
  readonly #temporary: string;
  readonly #step = Buffer.alloc(stepBytes);
  #unsynced: string[] = [];
  #unsyncedBytes = 0;

  private constructor(path: string, manifest: ManifestFile, names: readonly string[], output: Output) {
    this.path = path;
    this.#manifest = manifest;
    this.#names = names;
    this.#output = output;
    this.#temporary = join(path, `incoming-${process.pid}`);
  }

  /** Makes the folder, or opens that of an interrupted recovery of the same source. Throws OperatorError. */
  static open(path: string, source: SourceRow, names: readonly string[], output: Output): RecoveryFolder {
    try {
      makeFolder(path);
      const there = readdirSync(path).filter((name) => !temporaryName.test(name));
      if (there.length > 0 && !there.includes(ManifestFile.jsonName)) {
        throw new OperatorError("target/foreign", browseSays.foreignFolder(output.safe(path)));
      }
      const manifest = ManifestFile.open(path, source, output);
      const folder = new RecoveryFolder(path, manifest, names, output);
      manifest.readRows((row) => folder.#recall(row));
      for (const name of readdirSync(path)) if (temporaryName.test(name)) unlinkSync(join(path, name));
      return folder;
    } catch (error) {
      throw targetError(error, path, output);
    }
  }

  /** Different contents. */
  get contents(): number {
    return this.#known.size;
  }

  has(path: string): boolean {
    return this.#paths.has(path);
  }

  /** A file of which nothing can be recovered. Throws OperatorError. */
  note(row: ManifestRow): void {
    this.#add({ ...row, file: null, lost: [] });
  }

  /** Writes a content with zeros for what is not there; how many bytes that is. `onBytes` may wait. Throws OperatorError. */
  async take(row: ManifestRow, source: ByteSource, onBytes: (count: number) => Promise<void> | void): Promise<number> {
    const lost: LostRun[] = [];
    const digests = source.size <= stepBytes ? this.#small(source, lost) : await this.#large(source, lost, onBytes);
    if (source.size <= stepBytes) await onBytes(source.size);
    const missing = lost.reduce((sum, { length }) => sum + length, 0);
    const file = fileOf(digests["sha256"]!);
    const runs = lost.map(({ start, length, kind }) => ({ start, length, kind }));
    this.#add({ ...row, hashes: digests, missing, file, lost: runs });
    return missing;
  }

  /** Everything is durable, and `manifest.csv` is made. Throws OperatorError. */
  finish(): void {
    this.#guarded(() => {
      this.#checkpoint();
      this.#manifest.writeTable();
    });
  }

  /** What is not in the manifest yet is recovered again by the next start. */
  close(): void {
    this.#manifest.close();
    if (existsSync(this.#temporary)) unlinkSync(this.#temporary);
  }

  #small(source: ByteSource, lost: LostRun[]): Record<string, string> {
    const bytes = this.#step.subarray(0, source.readInto(this.#step.subarray(0, source.size), 0));
    lost.push(...lostIn(source));
    for (const { start, length } of lost) bytes.fill(0, start, start + length);
    const digests = digestsOf(this.#names.map((name) => [name, createHash(name).update(bytes)]));
    this.#guarded(() => {
      const sha256 = digests["sha256"]!;
      if (this.#isThere(sha256)) return;
      writeWhole(this.#temporary, [bytes]);
      this.#place(sha256, bytes.length);
    });
    return digests;
  }

  async #large(
    source: ByteSource,
    lost: LostRun[],
    onBytes: (count: number) => Promise<void> | void,
  ): Promise<Record<string, string>> {
    const hashes = this.#names.map((name) => [name, createHash(name)] as const);
    let descriptor = -1;
    this.#guarded(() => (descriptor = openSync(this.#temporary, "w", 0o644)));
    try {
      for (let at = 0; at < source.size;) {
        const bytes = readStep(source, at, this.#step, lost);
        for (const [, hash] of hashes) hash.update(bytes);
        this.#guarded(() => writeWhole(descriptor, [bytes]));
        at += bytes.length;
        await onBytes(bytes.length);
      }
    } finally {
      closeSync(descriptor);
    }
    const digests = digestsOf(hashes);
    this.#guarded(() => {
      if (this.#isThere(digests["sha256"]!)) unlinkSync(this.#temporary);
      else this.#place(digests["sha256"]!, source.size);
    });
    return digests;
  }

  /** A file of that name that no line names was written by a start that was cut off: it counts where its content is right. */
  #isThere(sha256: string): boolean {
    if (this.#known.has(binary(sha256))) return true;
    const path = join(this.path, fileOf(sha256));
    // Nothing but a file is read: others may have no end.
    if (!statSync(path, { throwIfNoEntry: false })?.isFile() || this.#hashOf(path) !== sha256) return false;
    this.#remember(sha256, path, 0);
    return true;
  }

  #hashOf(path: string): string {
    const hash = createHash("sha256");
    const part = Buffer.alloc(1 << 16);
    const descriptor = openSync(path, "r");
    try {
      for (let count; (count = readSync(descriptor, part)) > 0;) hash.update(part.subarray(0, count));
    } finally {
      closeSync(descriptor);
    }
    return hash.digest("hex");
  }

  #place(sha256: string, size: number): void {
    const folder = join(this.path, sha256.slice(0, 2));
    if (!this.#folders.has(folder)) {
      makeFolder(folder);
      this.#folders.add(folder);
    }
    const path = join(this.path, fileOf(sha256));
    renameSync(this.#temporary, path);
    this.#remember(sha256, path, size);
  }

  #remember(sha256: string, path: string, size: number): void {
    this.#known.add(binary(sha256));
    this.#unsynced.push(path);
    this.#unsyncedBytes += size;
  }

  #add(row: ManifestRow): void {
    this.#count(row);
    this.#paths.add(String(row["path"]));
    this.#manifest.hold(row);
    if (this.#manifest.held < checkpointLines && this.#unsyncedBytes < checkpointBytes) return;
    this.#guarded(() => this.#checkpoint());
  }

  #checkpoint(): void {
    const folders = new Set<string>();
    for (const path of this.#unsynced) {
      syncPath(path);
      folders.add(path.slice(0, -65));
    }
    for (const folder of folders) syncFolder(folder);
    if (folders.size > 0) syncFolder(this.path);
    this.#unsynced = [];
    this.#unsyncedBytes = 0;
    this.#manifest.write();
  }

  #recall(row: ManifestRow): void {
    this.#count(row);
    this.#paths.add(String(row["path"]));
    const file = row["file"];
    if (typeof file === "string") this.#known.add(binary(file.slice(3)));
    this.done += 1;
  }

  #count(row: ManifestRow): void {
    const word = String(row["confidence"]);
    const tally = this.counts.get(word) ?? { files: 0, bytes: 0 };
    tally.files += 1;
    tally.bytes += typeof row["missing"] === "number" ? Number(row["size"]) - row["missing"] : 0;
    this.counts.set(word, tally);
  }

  #guarded(work: () => unknown): void {
    try {
      work();
    } catch (error) {
      throw targetError(error, this.path, this.#output);
    }
  }
}

const fileOf = (sha256: string): string => `${sha256.slice(0, 2)}/${sha256}`;

/** A third of the memory of the hexadecimal text. */
const binary = (sha256: string): string => Buffer.from(sha256, "hex").toString("latin1");

function digestsOf(hashes: readonly (readonly [name: string, hash: Hash])[]): Record<string, string> {
  return Object.fromEntries(hashes.map(([name, hash]) => [name, hash.digest("hex")]));
}
