/**
 * Copies a folder into a logical AFF4 container: one walk, one read of every file, container and `files.jsonl` made side by
 * side. Interrupted, it continues with what is there in full in both; the bytes are those of an uninterrupted run.
 */
import { existsSync, renameSync } from "node:fs";
import { setImmediate as immediate } from "node:timers/promises";
import { TornContainer } from "../../../native-free/images/aff4l/resume.ts";
import type { VolumeFacts } from "../../../native-free/images/aff4l/turtle-text.ts";
import { Aff4LogicalWriter } from "../../../native-free/images/aff4l/writer.ts";
import { nameFromBytes } from "../../../native-free/model/forensic-path.ts";
import { openDirectoryLister } from "../../platform/directory-listing.ts";
import { openAttributeReader } from "../../platform/extended-attributes.ts";
import { EntryDescriber } from "../../source/describe-entry.ts";
import { FolderReader } from "../../source/folder-reader.ts";
import type { ManifestEntry } from "../../source/manifest-entry.ts";
import { manifestLines } from "../../source/read-manifest.ts";
import { walkFolder, type Walked } from "../../source/walk-folder.ts";
import { isUnchanged } from "../folder/acquire-folder.ts";
import { tallyOf } from "../folder/entry-line.ts";
import { ManifestFile, ManifestTotals, partialOf, type ManifestFacts } from "../folder/manifest-file.ts";
import { ContainerFile } from "./container-file.ts";
import type { CopiedEntry } from "./copy-thread.ts";
import { ReadAhead, ReadingStopped } from "./read-ahead.ts";

export interface CopyOptions {
  readonly source: string;
  /** The `files.jsonl` to make. */
  readonly manifest: string;
  /** The container to make, under the name that it has until it is verified. */
  readonly container: string;
  /** Decide the bytes of the container: the same when an acquisition is continued. */
  readonly facts: VolumeFacts;
  readonly workers: number;
  readonly signal: AbortSignal;
  /** Called often; must be cheap. */
  readonly onProgress: (entries: number, bytes: number) => void;
}

export interface CopyResult {
  /** Null where the signal stopped it; what is there is kept. */
  readonly manifest: ManifestFacts | null;
  readonly totals: ManifestTotals;
  /** Entries taken over from an interrupted acquisition. */
  readonly resumedEntries: number;
  readonly accessTimesKept: boolean;
  /** Contents that the container holds, and further occurrences of them. */
  readonly contents: number;
  readonly duplicates: number;
}

/** Throws OperatorError: disk full (exit 4), target refused. */
export async function copyFolder(options: CopyOptions): Promise<CopyResult> {
  const copy = new FolderCopy(options);
  try {
    return await copy.run();
  } finally {
    await copy.close();
  }
}

/** Bytes that are read of a torn container between two looks at the signal. */
const pauseBytes = 32 << 20;

class FolderCopy {
  readonly #options: CopyOptions;
  readonly #reader: FolderReader;
  readonly #describer: EntryDescriber;
  readonly #ahead: ReadAhead;
  readonly #container: ContainerFile;
  readonly #totals = new ManifestTotals();

  constructor(options: CopyOptions) {
    const { source, workers, signal, facts } = options;
    const nowNs = BigInt(Date.parse(facts.created)) * 1_000_000n;
    this.#options = options;
    this.#container = new ContainerFile(options.container);
    this.#reader = new FolderReader(source, openDirectoryLister());
    this.#describer = new EntryDescriber(this.#reader, openAttributeReader(), nowNs);
    const refused = (path: Uint8Array, code: string) => this.#describer.describeRefused(path, code);
    this.#ahead = new ReadAhead({ root: source, nowNs, workers, signal, refused });
  }

  async run(): Promise<CopyResult> {
    const taken = await this.#takeOver();
    if (taken === null) return this.#stoppedEarly();
    const { writer, file, kept } = taken;
    const walk = this.#walk();
    for (let passed = 0; passed < kept; passed++) walk.next();
    const complete = await this.#copyAll(walk, writer, file);
    const manifest = complete ? file.finish() : null;
    if (complete) writer.finish(() => entriesOf(this.#options.manifest));
    else file.pause();
    this.#container.sync();
    return {
      manifest,
      totals: this.#totals,
      resumedEntries: kept,
      accessTimesKept: this.#reader.keepsAccessTime,
      contents: writer.contents,
      duplicates: writer.duplicates,
    };
  }

  async close(): Promise<void> {
    await this.#ahead.close();
    this.#reader.close();
    this.#container.close();
  }

  #walk(): Generator<Walked> {
    return walkFolder(this.#reader, this.#describer);
  }

  /** Stopped before anything was changed. */
  #stoppedEarly(): CopyResult {
    const nothing = { resumedEntries: 0, contents: 0, duplicates: 0 };
    return { ...nothing, manifest: null, totals: this.#totals, accessTimesKept: this.#reader.keepsAccessTime };
  }

  /** Keeps what walk, lines and members agree on. Null where the signal stopped it; nothing is changed then. */
  async #takeOver(): Promise<{ writer: Aff4LogicalWriter; file: ManifestFile; kept: number } | null> {
    const { manifest, facts } = this.#options;
    const partial = partialOf(manifest);
    // The list was finished and the container was not.
    if (existsSync(manifest) && !existsSync(partial)) renameSync(manifest, partial);
    const torn = new TornContainer(this.#container.source(), facts);
    if (existsSync(partial) && !(await this.#keep(torn, partial))) return null;
    const { kept } = torn;
    let keepBytes = 0;
    if (kept > 0) for (const line of firstLines(partial, kept)) keepBytes = line.start + line.bytes.length + 1;
    const writer = new Aff4LogicalWriter(this.#container, facts, torn);
    const file = new ManifestFile(manifest, keepBytes);
    if (kept > 0) {
      for (const line of firstLines(partial, kept)) {
        file.keep(line.bytes);
        this.#totals.add(tallyOf(line.entry));
      }
    }
    return { writer, file, kept };
  }

  /** Reads what is there already, with pauses for progress and signals. False where the signal stopped it. */
  async #keep(torn: TornContainer, partial: string): Promise<boolean> {
    let bytes = 0;
    let pauseAt = pauseBytes;
    for (const entry of this.#agreed(partial)) {
      const keeping = torn.keep(entry);
      let step = keeping.next();
      for (; !step.done; step = keeping.next()) {
        bytes += step.value;
        if (bytes < pauseAt) continue;
        pauseAt = bytes + pauseBytes;
        this.#options.onProgress(torn.kept, bytes);
        await immediate();
        if (this.#options.signal.aborted) return false;
      }
      if (!step.value) break;
    }
    return !this.#options.signal.aborted;
  }

  /** Entries of the partial list as long as the folder still is what they say. */
  *#agreed(partial: string): Iterable<ManifestEntry> {
    const walk = this.#walk();
    for (const { entry } of manifestLines(partial)) {
      const walked = walk.next();
      if (walked.done || !isUnchanged(this.#reader, walked.value, entry)) return;
      yield entry;
    }
  }

  /** False where the signal stopped it. */
  async #copyAll(walk: Iterator<Walked>, writer: Aff4LogicalWriter, file: ManifestFile): Promise<boolean> {
    try {
      for await (const read of this.#ahead.entries(walk)) {
        if (this.#options.signal.aborted) return false;
        if ("large" in read) {
          this.#record(await this.#copyLarge(read.large, writer), file);
          continue;
        }
        const { facts, content } = read.entry;
        const packed = read.bytes && content;
        writer.add(facts, packed && { ...packed, size: facts.size ?? 0, packed: read.bytes });
        this.#record(read.entry, file);
      }
      return !this.#options.signal.aborted;
    } catch (error) {
      if (error instanceof ReadingStopped) return false;
      throw error;
    }
  }

  async #copyLarge(path: Uint8Array, writer: Aff4LogicalWriter): Promise<CopiedEntry> {
    const { entries, bytes } = this.#totals;
    const pieces = this.#ahead.stream(path);
    writer.begin(nameFromBytes(path));
    let copied = 0;
    try {
      for (;;) {
        const step = await pieces.next();
        if (step.done) {
          writer.end(step.value.facts);
          return step.value;
        }
        writer.append(step.value);
        copied += step.value.length;
        this.#options.onProgress(entries, bytes + copied);
      }
    } catch (error) {
      if (error instanceof ReadingStopped) writer.abandon();
      throw error;
    }
  }

  #record({ line, tally }: CopiedEntry, file: ManifestFile): void {
    file.add(line);
    this.#totals.add(tally);
    this.#options.onProgress(this.#totals.entries, this.#totals.bytes);
  }
}

function* firstLines(file: string, count: number) {
  let left = count;
  for (const line of manifestLines(file)) {
    if (left-- === 0) return;
    yield line;
  }
}

/** The entries of a finished list, in order. */
export function* entriesOf(manifest: string): Iterable<ManifestEntry> {
  for (const { entry } of manifestLines(manifest)) yield entry;
}
