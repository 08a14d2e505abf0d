/**
 * Reads the entries of a walk with threads that run ahead of the one writer, and gives them in the order of the walk. Memory
 * is a fixed number of arenas; a file is read once, whoever is ahead.
 */
import { packLimitBytes } from "../../../native-free/images/aff4l/entry.ts";
import { entryUrl } from "../../../workers/entry-url.ts";
import { Pool, PoolError } from "../../../workers/pool.ts";
import type { ManifestEntry } from "../../source/manifest-entry.ts";
import type { Walked } from "../../source/walk-folder.ts";
import { lineOf, tallyOf } from "../folder/entry-line.ts";
import type { Copied, CopiedEntry, CopyResult, CopyTask, CopyThreadData } from "./copy-thread.ts";

/** One entry of the walk. `bytes` are borrowed until the next one is asked for. */
export type ReadEntry =
  | { readonly entry: CopiedEntry; readonly bytes: Uint8Array | null }
  /** A large file: `stream` gives its pieces. */
  | { readonly large: Uint8Array };

export interface ReadAheadOptions extends CopyThreadData {
  readonly workers: number;
  readonly signal: AbortSignal;
  /** The entry of a path whose reading cost its thread; `code` is that of a PoolError. */
  readonly refused: (path: Uint8Array, code: string) => ManifestEntry;
}

type CopyPool = Pool<CopyThreadData, CopyTask, CopyResult>;

/** A read that hangs so long (a failing disk, a dead network share) costs its entry, not the run. */
const stallMs = 120_000;
/** How long an orderly stop waits for what is being read. */
const stopPatienceMs = 2000;
const mostEntries = 128;
/** Part of an arena that a batch is meant to fill. */
const aimBytes = packLimitBytes * 0.75;

interface Flight {
  readonly slot: number;
  readonly walked: readonly Walked[];
  readonly result: Promise<readonly Copied[]>;
}

/** Thrown where the signal ended the reading. */
export class ReadingStopped extends Error {}

export class ReadAhead {
  readonly #options: ReadAheadOptions;
  readonly #pool: CopyPool;
  /** For large files; made for the first of them. */
  #streams: CopyPool | null = null;
  readonly #arenas: readonly SharedArrayBuffer[];
  readonly #streamArenas: SharedArrayBuffer[] = [];
  /** Each thread takes one task at a time. */
  readonly #tails: Promise<unknown>[];
  #averageBytes = packLimitBytes / 32;
  readonly #giveUp = () => void setTimeout(() => void this.#closePools(), stopPatienceMs).unref();

  constructor(options: ReadAheadOptions) {
    this.#options = options;
    this.#pool = this.#poolOf(options.workers);
    this.#arenas = Array.from({ length: 2 * options.workers }, () => new SharedArrayBuffer(packLimitBytes));
    this.#tails = Array.from({ length: options.workers }, () => Promise.resolve());
    options.signal.addEventListener("abort", this.#giveUp, { once: true });
  }

  async close(): Promise<void> {
    this.#options.signal.removeEventListener("abort", this.#giveUp);
    await this.#closePools();
  }

  async #closePools(): Promise<void> {
    await Promise.all([this.#pool.close(), this.#streams?.close()]);
  }

  #poolOf(size: number): CopyPool {
    const { root, nowNs } = this.#options;
    return new Pool({
      entry: entryUrl(import.meta.url, "./copy-thread"),
      size,
      dataFor: () => ({ data: { root, nowNs } }),
      stallMs,
    });
  }

  /** Every entry of `walk` in order. Throws ReadingStopped. */
  async *entries(walk: Iterator<Walked>): AsyncGenerator<ReadEntry> {
    const flying: Flight[] = [];
    for (let next = 0, ended = false; ;) {
      while (!ended && flying.length < this.#arenas.length) {
        this.#checkSignal();
        const walked = take(walk, this.#batchEntries());
        ended = walked.length === 0;
        if (!ended) flying.push(this.#depart(walked, next++ % this.#arenas.length));
      }
      const flight = flying.shift();
      if (!flight) return;
      yield* this.#land(flight);
    }
  }

  #checkSignal(): void {
    if (this.#options.signal.aborted) throw new ReadingStopped();
  }

  #batchEntries(): number {
    return Math.max(1, Math.min(mostEntries, Math.floor(aimBytes / Math.max(1, this.#averageBytes))));
  }

  #depart(walked: readonly Walked[], slot: number): Flight {
    const result = this.#copy(slot, pathsOf(walked));
    // Whoever lands the flight sees the failure too.
    result.catch(() => undefined);
    return { slot, walked, result };
  }

  async *#land({ slot, walked, result }: Flight): AsyncGenerator<ReadEntry> {
    const arena = new Uint8Array(this.#arenas[slot] as SharedArrayBuffer);
    let copied = await result;
    let next = 0;
    for (const [index, { path, directory }] of walked.entries()) {
      if (directory) {
        yield { entry: plainEntry(directory), bytes: null };
        continue;
      }
      if (next === copied.length) {
        copied = await this.#copy(slot, pathsOf(walked.slice(index)));
        next = 0;
      }
      const entry = copied[next++] as Copied;
      if (entry === "large") yield { large: path };
      else {
        const { content } = entry;
        this.#averageBytes = this.#averageBytes * 0.98 + (entry.facts.size ?? 0) * 0.02;
        yield { entry, bytes: content && arena.subarray(content.at, content.at + content.length) };
      }
    }
  }

  /** The first of the paths, at least one where there are any. A thread that is lost costs one entry. */
  async #copy(slot: number, paths: readonly Uint8Array[]): Promise<readonly Copied[]> {
    if (paths.length === 0) return [];
    const arena = this.#arenas[slot] as SharedArrayBuffer;
    for (let count = paths.length; ; count = count >> 1) {
      try {
        const some = count === paths.length ? paths : paths.slice(0, count);
        const result = await this.#queued(slot % this.#options.workers, { what: "batch", paths: some, arena });
        return (result as { copied: readonly Copied[] }).copied;
      } catch (error) {
        const code = this.#lossOf(error);
        if (count === 1) return [plainEntry(this.#options.refused(paths[0] as Uint8Array, code))];
      }
    }
  }

  async #queued(thread: number, task: CopyTask): Promise<CopyResult> {
    const run = (this.#tails[thread] as Promise<unknown>).then(() => this.#pool.run(thread, task));
    this.#tails[thread] = run.catch(() => undefined);
    return run;
  }

  /** The code of a lost thread. Throws everything else on. */
  #lossOf(error: unknown): string {
    if (!(error instanceof PoolError) || error.code === "fault") throw error;
    if (error.code !== "closed") return error.code;
    this.#checkSignal();
    throw error;
  }

  /**
   * The pieces of a large file, each borrowed until the next is asked for; returns its entry. The next piece is read while the
   * caller has this one. Throws ReadingStopped.
   */
  async *stream(path: Uint8Array): AsyncGenerator<Uint8Array, CopiedEntry> {
    this.#streams ??= this.#poolOf(1);
    while (this.#streamArenas.length < 2) this.#streamArenas.push(new SharedArrayBuffer(packLimitBytes));
    const [first, second] = this.#streamArenas as [SharedArrayBuffer, SharedArrayBuffer];
    const run = (task: CopyTask) => {
      const result = (this.#streams as CopyPool).run(0, task);
      result.catch(() => undefined);
      return result as Promise<{ bytes: number; ended: CopiedEntry | null }>;
    };
    try {
      let pending = run({ what: "open", path, arena: first });
      for (let [arena, other] = [first, second]; ; [arena, other] = [other, arena]) {
        const { bytes, ended } = await pending;
        this.#checkSignal();
        if (!ended) pending = run({ what: "more", arena: other });
        yield new Uint8Array(arena, 0, bytes);
        if (ended) return ended;
      }
    } catch (error) {
      return plainEntry(this.#options.refused(path, this.#lossOf(error)));
    }
  }
}

function pathsOf(walked: readonly Walked[]): Uint8Array[] {
  return walked.filter(({ directory }) => directory === null).map(({ path }) => path);
}

function plainEntry(entry: ManifestEntry): CopiedEntry {
  const { path, kind, size, sha256 } = entry;
  return { facts: { path, kind, size, sha256 }, line: lineOf(entry), tally: tallyOf(entry), content: null };
}

function take(walk: Iterator<Walked>, count: number): Walked[] {
  const walked: Walked[] = [];
  while (walked.length < count) {
    const next = walk.next();
    if (next.done) break;
    walked.push(next.value);
  }
  return walked;
}
