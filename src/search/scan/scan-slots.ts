/**
 * Batches of stored texts that one thread fills and several scan, in shared memory. Any thread may take any full slot; what it found stands in
 * the slot. Of each slot: Int32 words (state, number of texts), where the texts end, what was found, which parts they are, the texts.
 * Before the slots three Int32 words: stop, slots filled so far, slots finished so far.
 */
import type { Batch } from "./text-scanner.ts";

/** What the threads share. */
export interface SlotMemory {
  readonly memory: SharedArrayBuffer;
  readonly slots: number;
}

/** `failed`: the thread could not scan it. */
export const slotStates = { free: 0, full: 1, busy: 2, done: 3, failed: 4 } as const;

/** Room of a slot. */
export const slotBytes = 1 << 20;
export const slotTexts = 1 << 12;

const words = { stop: 0, filled: 1, finished: 2 } as const;
const headBytes = 64;
const endsAt = 8;
const foundAt = endsAt + slotTexts * 4;
const partsAt = foundAt + slotTexts;
const dataAt = partsAt + slotTexts;
const strideBytes = dataAt + slotBytes;

export function slotMemory(slots: number): SlotMemory {
  return { memory: new SharedArrayBuffer(headBytes + slots * strideBytes), slots };
}

/** One side of the slots: every thread has its own. */
export class ScanSlots {
  readonly batches: readonly Batch[];
  readonly #words: Int32Array;
  readonly #heads: readonly Int32Array[];

  constructor({ memory, slots }: SlotMemory) {
    const at = Array.from({ length: slots }, (_, slot) => headBytes + slot * strideBytes);
    this.#words = new Int32Array(memory, 0, 3);
    this.#heads = at.map((start) => new Int32Array(memory, start, 2));
    this.batches = at.map((start) => ({
      bytes: new Uint8Array(memory, start + dataAt, slotBytes),
      ends: new Uint32Array(memory, start + endsAt, slotTexts),
      found: new Uint8Array(memory, start + foundAt, slotTexts),
      parts: new Uint8Array(memory, start + partsAt, slotTexts),
      count: 0,
    }));
  }

  stateOf(slot: number): number {
    return Atomics.load(this.#heads[slot] as Int32Array, 0);
  }

  /** Makes a slot full; its batch has been written. */
  fill(slot: number): void {
    const head = this.#heads[slot] as Int32Array;
    head[1] = (this.batches[slot] as Batch).count;
    Atomics.store(head, 0, slotStates.full);
    this.#tell(words.filled);
  }

  release(slot: number): void {
    Atomics.store(this.#heads[slot] as Int32Array, 0, slotStates.free);
  }

  /** A full slot, which is then this thread's; null where there is none. */
  take(): number | null {
    for (let slot = 0; slot < this.#heads.length; slot += 1) {
      const head = this.#heads[slot] as Int32Array;
      if (Atomics.compareExchange(head, 0, slotStates.full, slotStates.busy) !== slotStates.full) continue;
      (this.batches[slot] as Batch).count = head[1] as number;
      return slot;
    }
    return null;
  }

  finish(slot: number, state: typeof slotStates.done | typeof slotStates.failed): void {
    Atomics.store(this.#heads[slot] as Int32Array, 0, state);
    this.#tell(words.finished);
  }

  /** Scans full slots until it is told to stop. */
  serve(scan: (batch: Batch) => void): void {
    for (;;) {
      const seen = Atomics.load(this.#words, words.filled);
      if (Atomics.load(this.#words, words.stop) !== 0) return;
      const slot = this.take();
      if (slot === null) Atomics.wait(this.#words, words.filled, seen);
      else this.#scan(slot, scan);
    }
  }

  #scan(slot: number, scan: (batch: Batch) => void): void {
    try {
      scan(this.batches[slot] as Batch);
      this.finish(slot, slotStates.done);
    } catch {
      // The thread that filled it scans it again and meets the error itself.
      this.finish(slot, slotStates.failed);
    }
  }

  stop(): void {
    Atomics.store(this.#words, words.stop, 1);
    this.#tell(words.filled);
  }

  get finished(): number {
    return Atomics.load(this.#words, words.finished);
  }

  /** Returns when a slot is finished after `seen` were, or after that time. */
  waitForFinished(seen: number, limitMs: number): void {
    Atomics.wait(this.#words, words.finished, seen, limitMs);
  }

  #tell(word: number): void {
    Atomics.add(this.#words, word, 1);
    Atomics.notify(this.#words, word);
  }
}
