/**
 * Runs a scan over threads and hands out what they find in the order of the plan, whatever the number of threads. What lies in a complete
 * file that began in the window before, and what was found under the name of a deleted file already, is not told twice.
 */
import { availableParallelism } from "node:os";
import { entryUrl } from "../../workers/entry-url.ts";
import { Pool, PoolError } from "../../workers/pool.ts";
import type { PlannedPart } from "./scan-plan.ts";
import { batchesOf } from "./scan-plan.ts";
import type {
  ScannedFeature,
  ScannedFile,
  ScannedTerm,
  ScanPlace,
  ScanResult,
  ScanTask,
  ScanThreadData,
} from "./scan-job.ts";

/** Without a sign of life a thread is lost; carvers and recognisers are bounded by count. */
const stallMs = 120_000;
/** Places of deleted files that are remembered; beyond, features may be told twice. */
const mostPlaces = 1_000_000;

export interface ScanHandlers {
  readonly feature: (found: ScannedFeature) => void;
  readonly term: (found: ScannedTerm) => void;
  readonly file: (found: ScannedFile, part: PlannedPart) => void;
  readonly failed: (item: string, code: string) => void;
  readonly bytes: (done: number) => void;
  readonly parts: (count: number) => void;
}

export interface ScanTotals {
  bytes: number;
  lost: number;
  cuts: number;
  failed: number;
}

/** One for each scan; `close` ends its threads. */
export class ScanRun {
  readonly #pool: Pool<ScanThreadData, ScanTask, ScanResult>;
  readonly #signal: AbortSignal;
  readonly #places = new Set<string>();
  /** By volume: end of the last complete file in the exhibit; by file of several stretches: in the file. */
  readonly #owned = new Map<string, number>();
  readonly totals: ScanTotals = { bytes: 0, lost: 0, cuts: 0, failed: 0 };

  constructor(data: ScanThreadData, workers: number | null, signal: AbortSignal) {
    this.#signal = signal;
    this.#pool = new Pool({
      entry: entryUrl(import.meta.url, "./scan-thread"),
      size: workers ?? availableParallelism(),
      dataFor: () => ({ data }),
      stallMs,
    });
  }

  async close(): Promise<void> {
    await this.#pool.close();
  }

  /** Scans everything. Rejects with PoolError where a thread fails over one part twice, with the reason of the signal when it is aborted. */
  async scan(parts: Iterable<PlannedPart>, handlers: ScanHandlers): Promise<void> {
    const batches = batchesOf(parts);
    const waiting = new Map<number, { readonly batch: PlannedPart[]; readonly result: ScanResult }>();
    let [next, told] = [0, 0];
    const serve = async (slot: number): Promise<void> => {
      for (let step = batches.next(); !step.done; step = batches.next()) {
        this.#signal.throwIfAborted();
        const order = next++;
        const batch = step.value;
        waiting.set(order, { batch, result: await this.#scanBatch(slot, batch) });
        for (let done = waiting.get(told); done; done = waiting.get(told)) {
          waiting.delete(told++);
          this.#tell(done.batch, done.result, handlers);
        }
      }
    };
    await Promise.all(Array.from({ length: this.#pool.size }, async (_, slot) => serve(slot)));
  }

  /** A part over which a thread is lost is tried once more alone, and is failed then. */
  async #scanBatch(slot: number, batch: readonly PlannedPart[]): Promise<ScanResult> {
    try {
      return await this.#pool.run(slot, { what: "scan", parts: batch });
    } catch (error) {
      if (!isLoss(error)) throw error;
      const results: ScanResult[] = [];
      for (const part of batch) results.push(await this.#scanAlone(slot, part));
      return joined(results);
    }
  }

  async #scanAlone(slot: number, part: PlannedPart): Promise<ScanResult> {
    try {
      return await this.#pool.run(slot, { what: "scan", parts: [part] });
    } catch (error) {
      // Where no thread has done anything yet, none can be started.
      if (!isLoss(error) || this.totals.bytes === 0) throw error;
      return { ...nothing, failed: [{ item: part.item, code: `engine/${error.code}` }] };
    }
  }

  /** SHA-256 of whole items, in their order; "" where one cannot be read. */
  async hash(parts: readonly PlannedPart[]): Promise<readonly string[]> {
    return (await this.#pool.run(0, { what: "hash", parts })).hashes;
  }

  /** Rejects with an error that has the system's code where that refuses. */
  async write(part: PlannedPart, file: ScannedFile, to: string): Promise<void> {
    const { failed } = await this.#pool.run(0, { what: "write", part, file, to });
    if (failed[0]) throw Object.assign(new Error("a carved file was not written"), { code: failed[0].code });
  }

  #tell(batch: readonly PlannedPart[], result: ScanResult, handlers: ScanHandlers): void {
    const byItem = new Map(batch.map((part) => [part.item, part]));
    for (const found of result.features) {
      if (
        this.#isNew(byItem.get(found.item), found, `${found.feature.kind} ${found.feature.value}`, found.feature.offset)
      ) {
        handlers.feature(found);
      }
    }
    for (const found of result.terms) {
      if (this.#isNew(byItem.get(found.item), found, `${found.term.list} ${found.term.entry}`, found.term.offset)) {
        handlers.term(found);
      }
    }
    for (const found of result.files) {
      const part = byItem.get(found.item);
      if (part && !this.#isOwned(part, found)) handlers.file(found, part);
    }
    for (const { item, code } of result.failed) handlers.failed(item, code);
    this.totals.bytes += result.bytes;
    this.totals.lost += result.lost;
    this.totals.cuts += result.cuts;
    this.totals.failed += result.failed.length;
    handlers.parts(batch.length);
    handlers.bytes(this.totals.bytes);
  }

  #isNew(part: PlannedPart | undefined, { exhibit, inside }: ScanPlace, what: string, offset: number): boolean {
    if (!part || exhibit === null || (!part.isDeleted && !part.isSpace)) return true;
    const key = `${exhibit} ${inside.length > 0 ? `${inside.join("!")} ${offset} `.replace(/@\d+/, "") : ""}${what}`;
    if (part.isSpace) return !this.#places.has(key);
    if (this.#places.has(key)) return false;
    if (this.#places.size < mostPlaces) this.#places.add(key);
    return true;
  }

  #isOwned(part: PlannedPart, file: ScannedFile): boolean {
    if (file.inside.length > 0) return false;
    // Windows of space are items of their own, stretches of a file are not.
    const holder = part.isSpace ? part.item.slice(0, part.item.lastIndexOf("#")) : part.item;
    const start = part.isSpace ? file.exhibit : file.offset;
    if (start === null) return false;
    const owned = this.#owned.get(holder) ?? 0;
    if (start < owned) return true;
    const last = part.isSpace ? file.extents?.at(-1) : file.pieces[0];
    if (file.verdict === "complete" && file.pieces.length === 1 && last && (part.isSpace || part.size > part.to)) {
      this.#owned.set(holder, Math.max(owned, last.start + last.length));
    }
    return false;
  }
}

const nothing: ScanResult = { features: [], terms: [], files: [], hashes: [], bytes: 0, lost: 0, cuts: 0, failed: [] };

function joined(results: readonly ScanResult[]): ScanResult {
  return results.reduce(
    (all, each) => ({
      ...{ features: [...all.features, ...each.features], terms: [...all.terms, ...each.terms] },
      ...{ files: [...all.files, ...each.files], hashes: [...all.hashes, ...each.hashes] },
      ...{ bytes: all.bytes + each.bytes, lost: all.lost + each.lost, cuts: all.cuts + each.cuts },
      failed: [...all.failed, ...each.failed],
    }),
    nothing,
  );
}

function isLoss(error: unknown): error is PoolError {
  return error instanceof PoolError && (error.code === "stalled" || error.code === "oom" || error.code === "exited");
}
