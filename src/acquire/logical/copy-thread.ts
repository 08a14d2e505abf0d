/**
 * Thread entry: reads entries of a folder once, hashes them in that same pass and hands their bytes back in shared memory:
 * small files packed as they will be written, a large one piece by piece as it is.
 */
import type { BigIntStats } from "node:fs";
import { hasContent, packLimitBytes, type EntryFacts } from "../../../native-free/images/aff4l/entry.ts";
import { packContent } from "../../../native-free/images/aff4l/pack.ts";
import { serveTasks } from "../../../workers/thread-port.ts";
import { openAttributeReader } from "../../platform/extended-attributes.ts";
import { EntryDescriber } from "../../source/describe-entry.ts";
import { FolderReader } from "../../source/folder-reader.ts";
import type { ManifestEntry } from "../../source/manifest-entry.ts";
import { lineOf, tallyOf, type EntryTally } from "../folder/entry-line.ts";
import { EntryHasher } from "../folder/read-entry.ts";

export interface CopyThreadData {
  readonly root: string;
  /** Start of the acquisition, nanoseconds since 1970. */
  readonly nowNs: bigint;
}

/** `arena` takes the bytes, `packLimitBytes` long at least. */
export type CopyTask =
  | { readonly what: "batch"; readonly paths: readonly Uint8Array[]; readonly arena: SharedArrayBuffer }
  /** Begins a large file, giving up the one before. */
  | { readonly what: "open"; readonly path: Uint8Array; readonly arena: SharedArrayBuffer }
  | { readonly what: "more"; readonly arena: SharedArrayBuffer };

/** An entry that was read. */
export interface CopiedEntry {
  readonly facts: EntryFacts;
  readonly line: string;
  readonly tally: EntryTally;
  /** Where its packed bytes lie in the arena. */
  readonly content: {
    readonly at: number;
    readonly length: number;
    readonly method: 0 | 8;
    readonly crc32: number;
  } | null;
}

/** `large`: a file that is to be read piece by piece; nothing of it was kept. */
export type Copied = CopiedEntry | "large";

export type CopyResult =
  /** As many of the paths as fit into the arena, at least one. */
  | { readonly copied: readonly Copied[] }
  /** Bytes at the start of the arena; `ended` with the last of them. */
  | { readonly bytes: number; readonly ended: CopiedEntry | null };

function copiedOf(entry: ManifestEntry, content: CopiedEntry["content"]): CopiedEntry {
  const { path, kind, size, sha256 } = entry;
  return { facts: { path, kind, size, sha256 }, line: lineOf(entry), tally: tallyOf(entry), content };
}

class BatchCopier {
  readonly #reader: FolderReader;
  readonly #hasher: EntryHasher;
  readonly #whole = Buffer.allocUnsafeSlow(packLimitBytes);

  constructor(reader: FolderReader, hasher: EntryHasher) {
    this.#reader = reader;
    this.#hasher = hasher;
  }

  copy(paths: readonly Uint8Array[], arena: Uint8Array): Copied[] {
    const copied: Copied[] = [];
    let used = 0;
    for (const path of paths) {
      const stat = this.#stat(path);
      const size = stat?.isFile() ? Number(stat.size) : 0;
      if (size > packLimitBytes) copied.push("large");
      else if (copied.length > 0 && used + size > arena.length) break;
      else {
        const entry = this.#read(path, stat, arena, used);
        copied.push(entry);
        if (entry !== "large" && entry.content) used += entry.content.length;
      }
    }
    return copied;
  }

  /** Null where the system refuses: the reading meets the same refusal and records it. */
  #stat(path: Uint8Array): BigIntStats | null {
    try {
      return this.#reader.stat(path);
    } catch {
      return null;
    }
  }

  #read(path: Uint8Array, stat: BigIntStats | null, arena: Uint8Array, at: number): Copied {
    const reading = this.#hasher.reading(path, stat);
    let filled = 0;
    for (;;) {
      const step = reading.next();
      if (step.done) {
        const entry = step.value;
        if (!hasContent(entry)) return copiedOf(entry, null);
        const { method, crc32, packed } = packContent(this.#whole.subarray(0, filled));
        if (at + packed.length > arena.length) return "large";
        arena.set(packed, at);
        return copiedOf(entry, { at, length: packed.length, method, crc32 });
      }
      if (filled + step.value.length > packLimitBytes) {
        // It grew after its size was asked for.
        reading.return(undefined as never);
        return "large";
      }
      this.#whole.set(step.value, filled);
      filled += step.value.length;
    }
  }
}

class StreamCopier {
  readonly #hasher: EntryHasher;
  #reading: Generator<Uint8Array, ManifestEntry> | null = null;
  /** A piece that did not fit any more. */
  #left: Uint8Array | null = null;

  constructor(hasher: EntryHasher) {
    this.#hasher = hasher;
  }

  open(path: Uint8Array): void {
    this.#reading?.return(undefined as never);
    this.#reading = this.#hasher.reading(path);
    this.#left = null;
  }

  fill(arena: Uint8Array): { bytes: number; ended: CopiedEntry | null } {
    if (!this.#reading) throw new Error("no file is open");
    let bytes = 0;
    for (;;) {
      const step = this.#left ? { done: false as const, value: this.#left } : this.#reading.next();
      this.#left = null;
      if (step.done) {
        this.#reading = null;
        return { bytes, ended: copiedOf(step.value, null) };
      }
      if (bytes + step.value.length > arena.length) {
        // Borrowed until the reading goes on, which the next call does.
        this.#left = step.value;
        return { bytes, ended: null };
      }
      arena.set(step.value, bytes);
      bytes += step.value.length;
    }
  }
}

await serveTasks<CopyThreadData, CopyTask, CopyResult>((data, heartbeat) => {
  const reader = new FolderReader(data.root);
  const describer = new EntryDescriber(reader, openAttributeReader(), data.nowNs);
  const hasher = new EntryHasher(reader, describer, () => heartbeat.beat());
  const batches = new BatchCopier(reader, hasher);
  const stream = new StreamCopier(hasher);
  return async (task) => {
    const arena = new Uint8Array(task.arena);
    if (task.what === "batch") return { copied: batches.copy(task.paths, arena) };
    if (task.what === "open") stream.open(task.path);
    return stream.fill(arena);
  };
});
