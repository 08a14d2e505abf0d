/**
 * Registers a folder as an exhibit: walks it, hashes every file once, writes the manifest. The folder is read in place and
 * never written. Order and content of the manifest do not depend on the number of threads or on interruptions.
 */
import { existsSync } from "node:fs";
import { nameBytes } from "../../../native-free/model/forensic-path.ts";
import { Pool, PoolError } from "../../../workers/pool.ts";
import { entryUrl } from "../../../workers/entry-url.ts";
import { openDirectoryLister } from "../../platform/directory-listing.ts";
import { openAttributeReader } from "../../platform/extended-attributes.ts";
import { EntryDescriber } from "../../source/describe-entry.ts";
import { FolderReader } from "../../source/folder-reader.ts";
import { isoFromNanoseconds, type ManifestEntry } from "../../source/manifest-entry.ts";
import { manifestLines } from "../../source/read-manifest.ts";
import { walkFolder, type Walked } from "../../source/walk-folder.ts";
import { lineOf, tallyOf } from "./entry-line.ts";
import type { HashedBatch, HashThreadData } from "./hash-thread.ts";
import { ManifestFile, ManifestTotals, partialOf, type ManifestFacts } from "./manifest-file.ts";

export interface FolderAcquisitionOptions {
  readonly source: string;
  /** The `files.jsonl` to make. */
  readonly manifest: string;
  readonly workers: number;
  readonly signal: AbortSignal;
  /** Called often; must be cheap. */
  readonly onProgress: (entries: number, bytes: number) => void;
}

export interface FolderAcquisitionResult {
  /** Null where the signal stopped it; the partial manifest is kept. */
  readonly facts: ManifestFacts | null;
  readonly totals: ManifestTotals;
  /** Entries taken over from an interrupted acquisition. */
  readonly resumedEntries: number;
  readonly accessTimesKept: boolean;
}

/** Entries of a batch: a round trip to a thread costs 0.1 ms, a batch of small files a few ms. */
const batchEntries = 128;
/** How far reading may run ahead of the oldest unfinished batch; bounds memory. */
const batchesAhead = 32;
/** A read that hangs so long (a failing disk, a dead network share) costs its batch, not the run. */
const stallMs = 120_000;
/** How long an orderly stop waits for the batches that are being read. */
const stopPatienceMs = 2000;

export async function acquireFolder(options: FolderAcquisitionOptions): Promise<FolderAcquisitionResult> {
  const acquisition = new FolderAcquisition(options);
  try {
    return await acquisition.run();
  } finally {
    await acquisition.close();
  }
}

class FolderAcquisition {
  readonly #options: FolderAcquisitionOptions;
  readonly #reader: FolderReader;
  readonly #describer: EntryDescriber;
  readonly #pool: Pool<HashThreadData, readonly Uint8Array[], HashedBatch>;
  readonly #totals = new ManifestTotals();
  readonly #nowNs = BigInt(Date.now()) * 1_000_000n;
  #resumed = 0;

  constructor(options: FolderAcquisitionOptions) {
    this.#options = options;
    this.#reader = new FolderReader(options.source, openDirectoryLister());
    this.#describer = new EntryDescriber(this.#reader, openAttributeReader(), this.#nowNs);
    this.#pool = new Pool({
      entry: entryUrl(import.meta.url, "./hash-thread"),
      size: options.workers,
      dataFor: () => ({ data: { root: options.source, nowNs: this.#nowNs } }),
      stallMs,
    });
  }

  async run(): Promise<FolderAcquisitionResult> {
    const walked = walkFolder(this.#reader, this.#describer);
    const { file, first } = this.#takeOver(walked);
    const complete = await this.#hashAll(chain(first, walked), file);
    if (!complete) file.pause();
    return {
      facts: complete ? file.finish() : null,
      totals: this.#totals,
      resumedEntries: this.#resumed,
      accessTimesKept: this.#reader.keepsAccessTime,
    };
  }

  async close(): Promise<void> {
    await this.#pool.close();
    this.#reader.close();
  }

  /** Keeps the lines of an interrupted acquisition as long as walk and lines agree; `first` is the first entry to read. */
  #takeOver(walked: Generator<Walked>): { file: ManifestFile; first: Walked | null } {
    const partial = partialOf(this.#options.manifest);
    if (!existsSync(partial)) return { file: new ManifestFile(this.#options.manifest, 0), first: null };
    let keepBytes = 0;
    let first: Walked | null = null;
    let agreed = 0;
    for (const line of manifestLines(partial)) {
      const next = walked.next();
      first = next.done ? null : next.value;
      if (first === null || !isUnchanged(this.#reader, first, line.entry)) break;
      first = null;
      agreed += 1;
      keepBytes = line.start + line.bytes.length + 1;
    }
    const file = new ManifestFile(this.#options.manifest, keepBytes);
    for (const line of manifestLines(partial)) {
      if (this.#resumed === agreed) break;
      file.keep(line.bytes);
      this.#totals.add(tallyOf(line.entry));
      this.#resumed += 1;
    }
    return { file, first };
  }

  /** Hands batches to the threads and writes their lines in walk order. False where the signal stopped it. */
  async #hashAll(entries: Iterable<Walked>, file: ManifestFile): Promise<boolean> {
    const source = batches(entries)[Symbol.iterator]();
    const finished = new Map<number, HashedBatch>();
    let taken = 0;
    let written = 0;
    let stopped = false;
    let wake: (() => void)[] = [];
    const serve = async (slot: number): Promise<void> => {
      while (!stopped) {
        while (taken - written >= batchesAhead && !stopped) await new Promise<void>((resolve) => wake.push(resolve));
        const next = stopped || this.#options.signal.aborted ? { done: true as const } : source.next();
        if (next.done) break;
        const index = taken++;
        const batch = await this.#hashBatch(slot, next.value);
        if (batch === null) {
          stopped = true;
          for (const resume of wake.splice(0)) resume();
          break;
        }
        finished.set(index, batch);
        for (let batch = finished.get(written); batch; batch = finished.get(written)) {
          finished.delete(written++);
          this.#write(batch, file);
        }
        for (const resume of wake.splice(0)) resume();
      }
    };
    // What is being read when the officer stops may be hours long: it is given up and read again.
    const giveUp = () => setTimeout(() => void this.#pool.close(), stopPatienceMs).unref();
    this.#options.signal.addEventListener("abort", giveUp, { once: true });
    try {
      await Promise.all(Array.from({ length: this.#pool.size }, (_, slot) => serve(slot)));
    } finally {
      this.#options.signal.removeEventListener("abort", giveUp);
      stopped = true;
      wake.forEach((resume) => resume());
      wake = [];
    }
    return !this.#options.signal.aborted;
  }

  #write(batch: HashedBatch, file: ManifestFile): void {
    for (const line of batch.lines) file.add(line);
    for (const tally of batch.tallies) this.#totals.add(tally);
    this.#options.onProgress(this.#totals.entries, this.#totals.bytes);
  }

  /**
   * Directories are described already; the rest goes to the thread. A thread that is lost costs one entry. Null where the
   * signal stopped it.
   */
  async #hashBatch(slot: number, batch: readonly Walked[]): Promise<HashedBatch | null> {
    const paths = batch.filter((walked) => walked.directory === null).map((walked) => walked.path);
    let hashed: HashedBatch;
    try {
      hashed = await this.#hashPaths(slot, paths);
    } catch (error) {
      if (this.#options.signal.aborted && error instanceof PoolError && error.code === "closed") return null;
      throw error;
    }
    let next = 0;
    const lines: string[] = [];
    const tallies = [];
    for (const { directory } of batch) {
      lines.push(directory ? lineOf(directory) : hashed.lines[next]);
      tallies.push(directory ? tallyOf(directory) : hashed.tallies[next]);
      if (!directory) next += 1;
    }
    return { lines, tallies };
  }

  async #hashPaths(slot: number, paths: readonly Uint8Array[]): Promise<HashedBatch> {
    if (paths.length === 0) return { lines: [], tallies: [] };
    try {
      return await this.#pool.run(slot, paths);
    } catch (error) {
      if (!(error instanceof PoolError) || error.code === "closed" || error.code === "fault") throw error;
      if (paths.length > 1) {
        const halves = [paths.slice(0, paths.length >> 1), paths.slice(paths.length >> 1)];
        const [a, b] = [await this.#hashPaths(slot, halves[0]), await this.#hashPaths(slot, halves[1])];
        return { lines: [...a.lines, ...b.lines], tallies: [...a.tallies, ...b.tallies] };
      }
      const entry = this.#describer.describeRefused(paths[0], error.code);
      return { lines: [lineOf(entry)], tallies: [tallyOf(entry)] };
    }
  }
}

/** True where the entry is what its line says, by everything that lstat tells. Failed entries are read again. */
export function isUnchanged(reader: FolderReader, walked: Walked, line: ManifestEntry): boolean {
  if (Buffer.compare(walked.path, nameBytes(line.path)) !== 0 || line.status === "failed") return false;
  try {
    const stat = reader.stat(walked.path);
    return (
      line.inode === stat.ino.toString() &&
      line.device === stat.dev.toString() &&
      line.times.m === isoFromNanoseconds(stat.mtimeNs) &&
      line.times.c === isoFromNanoseconds(stat.ctimeNs) &&
      (line.kind !== "file" || line.size === Number(stat.size))
    );
  } catch {
    return false;
  }
}

function* chain(first: Walked | null, rest: Iterable<Walked>): Generator<Walked> {
  if (first) yield first;
  yield* rest;
}

function* batches(entries: Iterable<Walked>): Generator<Walked[]> {
  let batch: Walked[] = [];
  for (const walked of entries) {
    batch.push(walked);
    if (batch.length < batchEntries) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}
