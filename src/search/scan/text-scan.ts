/**
 * The stored texts in which a term has a place. One thread reads them, in the order in which they come, so that all are of one moment; where
 * that takes long, others help with the scan. The call is synchronous: the reading thread scans, too, and waits without its event loop.
 */
import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import { copyBytes } from "../../../native-free/bytes/copy-bytes.ts";
import { entryUrl } from "../../../workers/entry-url.ts";
import { withCompileCache } from "../../../workers/compile-cache.ts";
import type { SpecialTerm } from "../query.ts";
import { ScanSlots, slotBytes, slotMemory, slotStates, slotTexts } from "./scan-slots.ts";
import type { ScanThreadData } from "./scan-thread.ts";
import { batchChars, textParts, TextScanner, type Batch } from "./text-scanner.ts";
import { wantedFor } from "./wanted.ts";

/** A text as it is stored. */
export interface StoredText {
  /** Number of its content. */
  readonly content: number;
  /** False: it repeats the end of another one, and may begin inside a word. */
  readonly isFirst: boolean;
  /** True: its end is repeated by another one. */
  readonly goesOn: boolean;
  /** UTF-16 units. */
  readonly chars: number;
  /** UTF-8, zstd. */
  readonly frame: Uint8Array;
}

export interface ScanOptions {
  /** All threads together, this one included; by default as many as the machine runs at a time. */
  readonly threads?: number;
  /** How long this thread scans alone. */
  readonly aloneMs?: number;
}

/** To start a thread takes about as long. */
const defaultAloneMs = 60;
const slotsPerThread = 4;
/** A thread that has had one batch for so long is lost, or this thread is as fast. */
const patienceMs = 5000;

/** Numbers of the contents. Throws DamagedText. */
export function contentsHolding(
  term: SpecialTerm,
  texts: Iterable<StoredText>,
  options: ScanOptions = {},
): Set<number> {
  const scan = new TextScan(term, options);
  try {
    for (const text of texts) if (!scan.found.has(text.content)) scan.add(text);
    scan.end();
    return scan.found;
  } finally {
    scan.close();
  }
}

class TextScan {
  readonly found = new Set<number>();
  readonly #term: SpecialTerm;
  readonly #scanner: TextScanner;
  readonly #threads: number;
  readonly #helpAt: number;
  #batch: Batch = newBatch(slotBytes);
  /** Contents of the texts of the batch. */
  #contents: number[] = [];
  /** UTF-16 units of the texts of the batch. */
  #chars = 0;
  #help: Helpers | null = null;

  constructor(term: SpecialTerm, options: ScanOptions) {
    this.#term = term;
    this.#scanner = new TextScanner(wantedFor(term));
    this.#threads = options.threads ?? availableParallelism();
    this.#helpAt = performance.now() + (options.aloneMs ?? defaultAloneMs);
  }

  add(text: StoredText): void {
    const { content, chars, frame } = text;
    if (frame.length > slotBytes) return this.#scanLarge(text);
    const hasRoom =
      this.#batch.count < slotTexts && this.#length + frame.length <= slotBytes && this.#chars + chars <= batchChars;
    if (!hasRoom) this.#flush();
    const { bytes, ends, parts, count } = this.#batch;
    const start = this.#length;
    copyBytes(frame, 0, frame.length, bytes, start);
    ends[count] = start + frame.length;
    parts[count] = partOf(text);
    this.#batch.count += 1;
    this.#contents.push(content);
    this.#chars += chars;
  }

  end(): void {
    this.#flush();
    this.#help?.end();
  }

  close(): void {
    this.#help?.close();
  }

  get #length(): number {
    const { ends, count } = this.#batch;
    return count === 0 ? 0 : (ends[count - 1] as number);
  }

  #scanLarge(text: StoredText): void {
    const { content, frame } = text;
    const parts = Uint8Array.of(partOf(text));
    this.#scan({ bytes: frame, ends: Uint32Array.of(frame.length), found: new Uint8Array(1), parts, count: 1 }, [
      content,
    ]);
  }

  #flush(): void {
    if (this.#batch.count === 0) return;
    if (!this.#help && this.#threads > 1 && performance.now() >= this.#helpAt) {
      this.#help = new Helpers(
        this.#term,
        this.#threads - 1,
        (batch, contents) => this.#keep(batch, contents),
        this.#scanner,
      );
    }
    if (this.#help) this.#help.give(this.#batch, this.#contents);
    else this.#scan(this.#batch, this.#contents);
    this.#batch.count = 0;
    this.#contents = [];
    this.#chars = 0;
  }

  #scan(batch: Batch, contents: readonly number[]): void {
    this.#scanner.scan(batch);
    this.#keep(batch, contents);
  }

  #keep({ found, count }: Batch, contents: readonly number[]): void {
    for (let at = 0; at < count; at += 1) if (found[at] === 1) this.found.add(contents[at] as number);
  }
}

function newBatch(bytes: number): Batch {
  return {
    bytes: new Uint8Array(bytes),
    ends: new Uint32Array(slotTexts),
    found: new Uint8Array(slotTexts),
    parts: new Uint8Array(slotTexts),
    count: 0,
  };
}

function partOf({ isFirst, goesOn }: StoredText): number {
  return (isFirst ? 0 : textParts.later) | (goesOn ? textParts.goesOn : 0);
}

type Keep = (batch: Batch, contents: readonly number[]) => void;

/** A slot that is in use: contents of its texts, and since when. */
interface InUse {
  readonly contents: readonly number[];
  readonly since: number;
}

/** The threads beside this one. */
class Helpers {
  readonly #slots: ScanSlots;
  readonly #inUse: (InUse | null)[];
  readonly #keep: Keep;
  readonly #scanner: TextScanner;

  constructor(term: SpecialTerm, threads: number, keep: Keep, scanner: TextScanner) {
    const memory = slotMemory(threads * slotsPerThread);
    this.#slots = new ScanSlots(memory);
    this.#inUse = new Array<InUse | null>(memory.slots).fill(null);
    this.#keep = keep;
    this.#scanner = scanner;
    for (let thread = 0; thread < threads; thread += 1) startThread({ slots: memory, term });
  }

  /** Puts a batch into a slot; scans another one where none is free. */
  give(batch: Batch, contents: readonly number[]): void {
    const slot = this.#freeSlot();
    const target = this.#slots.batches[slot] as Batch;
    const length = batch.ends[batch.count - 1] as number;
    copyBytes(batch.bytes, 0, length, target.bytes, 0);
    target.ends.set(batch.ends.subarray(0, batch.count));
    target.parts.set(batch.parts.subarray(0, batch.count));
    target.count = batch.count;
    this.#inUse[slot] = { contents, since: performance.now() };
    this.#slots.fill(slot);
  }

  /** Returns when all slots were scanned. */
  end(): void {
    for (;;) {
      const seen = this.#slots.finished;
      this.#collect();
      if (this.#inUse.every((each) => each === null)) return;
      if (!this.#scanOne()) this.#wait(seen);
    }
  }

  close(): void {
    // The threads end by themselves when they see that; none is ended in the middle of something.
    this.#slots.stop();
  }

  #freeSlot(): number {
    for (;;) {
      const seen = this.#slots.finished;
      this.#collect();
      for (let slot = 0; slot < this.#inUse.length; slot += 1) {
        if (this.#inUse[slot] === null && this.#slots.stateOf(slot) === slotStates.free) return slot;
      }
      if (!this.#scanOne()) this.#wait(seen);
    }
  }

  /** Keeps what the threads found. */
  #collect(): void {
    for (let slot = 0; slot < this.#inUse.length; slot += 1) {
      const state = this.#slots.stateOf(slot);
      if (state !== slotStates.done && state !== slotStates.failed) continue;
      const use = this.#inUse[slot];
      const batch = this.#slots.batches[slot] as Batch;
      // Of a slot that was scanned here meanwhile nothing is waited for any more.
      if (use && state === slotStates.failed) this.#scanner.scan(batch);
      if (use) this.#keep(batch, use.contents);
      this.#inUse[slot] = null;
      this.#slots.release(slot);
    }
  }

  /** Scans a slot that no thread has taken yet. */
  #scanOne(): boolean {
    const slot = this.#slots.take();
    if (slot === null) return false;
    this.#scanner.scan(this.#slots.batches[slot] as Batch);
    this.#slots.finish(slot, slotStates.done);
    return true;
  }

  #wait(seen: number): void {
    this.#slots.waitForFinished(seen, patienceMs);
    const now = performance.now();
    for (let slot = 0; slot < this.#inUse.length; slot += 1) {
      const use = this.#inUse[slot];
      if (!use || now - use.since < patienceMs || this.#slots.stateOf(slot) !== slotStates.busy) continue;
      this.#scanInstead(slot, use);
    }
  }

  /** Scans a copy of what a thread keeps; the slot stays the thread's until it is finished, if ever. */
  #scanInstead(slot: number, { contents }: InUse): void {
    const { bytes, ends, parts, count } = this.#slots.batches[slot] as Batch;
    const found = new Uint8Array(slotTexts);
    const own = { bytes: bytes.slice(), ends: ends.slice(), found, parts: parts.slice(), count };
    this.#scanner.scan(own);
    this.#keep(own, contents);
    this.#inUse[slot] = null;
  }
}

function startThread(data: ScanThreadData): void {
  const shared = withCompileCache();
  const worker = new Worker(entryUrl(import.meta.url, "./scan-thread"), { workerData: data, ...shared });
  // What a lost thread had is scanned by the thread that waits for it.
  worker.on("error", () => undefined);
  worker.unref();
}
