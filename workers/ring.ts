/**
 * A stream of bytes between threads: one writer, several readers, each at a position of its own, over fixed slots in shared
 * memory. A slot is used again when every reader has released it, so the slowest reader sets the pace and memory stays
 * flat; nothing is allocated per slot.
 *
 * Shared memory: Int32 words (state, events of the writer, events of the readers, slots published, position of each
 * reader, filled bytes of each slot), then from the next multiple of 4096 the slots.
 */
import { copyBytes } from "../native-free/bytes/copy-bytes.ts";

/** What the threads of one ring share. Structured cloning passes it by reference. */
export interface RingMemory {
  readonly memory: SharedArrayBuffer;
  readonly slots: number;
  readonly slotBytes: number;
  readonly readers: number;
}

/** Thrown in every thread of a ring that was given up; the thread that gave it up knows why. */
export class RingAborted extends Error {
  readonly kind = "ring-aborted";
}

const words = { state: 0, written: 1, released: 2, published: 3, readers: 4 } as const;
const states = { open: 0, ended: 1, aborted: 2 } as const;
const pageBytes = 4096;

/** Memory for `slots` slots of `slotBytes` bytes, a multiple of 4. */
export function ringMemory(slots: number, slotBytes: number, readers: number): RingMemory {
  if (!(slots >= 1 && readers >= 1 && slotBytes >= 4 && slotBytes % 4 === 0)) throw new RangeError("not a ring");
  const memory = new SharedArrayBuffer(dataAt(slots, readers) + slots * slotBytes);
  return { memory, slots, slotBytes, readers };
}

function dataAt(slots: number, readers: number): number {
  return Math.ceil(((words.readers + readers + slots) * 4) / pageBytes) * pageBytes;
}

class RingSide {
  protected readonly words: Int32Array;
  protected readonly shape: RingMemory;
  /** One view per slot, made once. */
  protected readonly views: readonly Uint8Array[];

  constructor(shape: RingMemory) {
    const { memory, slots, readers, slotBytes } = shape;
    this.shape = shape;
    const at = dataAt(slots, readers);
    this.words = new Int32Array(memory, 0, words.readers + readers + slots);
    this.views = Array.from({ length: slots }, (_, slot) => new Uint8Array(memory, at + slot * slotBytes, slotBytes));
  }

  /** Gives the stream up: every thread of the ring gets `RingAborted` at its next step. */
  abort(): void {
    Atomics.store(this.words, words.state, states.aborted);
    this.wake(words.written);
    this.wake(words.released);
  }

  /** Slots published so far, for progress. */
  get published(): number {
    return Atomics.load(this.words, words.published);
  }

  protected lengthWord(slot: number): number {
    return words.readers + this.shape.readers + slot;
  }

  protected wake(event: number): void {
    Atomics.add(this.words, event, 1);
    Atomics.notify(this.words, event);
  }

  protected checkOpen(): void {
    if (Atomics.load(this.words, words.state) === states.aborted) throw new RingAborted("the stream was given up");
  }
}

/** Watches or gives up a ring without taking part in it. */
export class RingControl extends RingSide {
  get isAborted(): boolean {
    return Atomics.load(this.words, words.state) === states.aborted;
  }
}

export class RingWriter extends RingSide {
  /** The next free slot, all of it; waits for the slowest reader. Throws RingAborted. */
  acquire(): Uint8Array {
    const { slots } = this.shape;
    const next = this.published;
    for (;;) {
      const seen = Atomics.load(this.words, words.released);
      this.checkOpen();
      if (next - this.#slowest() < slots) return this.views[next % slots];
      Atomics.wait(this.words, words.released, seen);
    }
  }

  /** Hands the slot of the last `acquire` to the readers; its first `bytes` bytes are valid. */
  publish(bytes: number): void {
    const next = this.published;
    Atomics.store(this.words, this.lengthWord(next % this.shape.slots), bytes);
    Atomics.store(this.words, words.published, next + 1);
    this.wake(words.written);
  }

  /** Ends the stream: readers get null after the last slot. */
  end(): void {
    Atomics.compareExchange(this.words, words.state, states.open, states.ended);
    this.wake(words.written);
  }

  #slowest(): number {
    let least = Atomics.load(this.words, words.readers);
    for (let reader = 1; reader < this.shape.readers; reader++) {
      least = Math.min(least, Atomics.load(this.words, words.readers + reader));
    }
    return least;
  }
}

/**
 * Looks at slots as they pass without ever holding the stream up: what it is too late for is lost to it. Its copy of a slot
 * counts only where the writer did not come round to that slot meanwhile.
 */
export class RingObserver extends RingSide {
  #next = 0;
  /** Slots that passed unseen. */
  missed = 0;

  /**
   * Copies the next slot that `isWanted` into `target` (a slot large) and returns its number and bytes; null at the end of
   * the stream. Waits for slots that are not there yet. Throws RingAborted.
   */
  next(
    target: Uint8Array,
    isWanted: (slot: number) => boolean,
  ): { readonly slot: number; readonly bytes: number } | null {
    for (;;) {
      const seen = Atomics.load(this.words, words.written);
      this.checkOpen();
      const ended = Atomics.load(this.words, words.state) === states.ended;
      const { published } = this;
      if (this.#next < published) {
        this.#skipTo(published - this.shape.slots + 1);
        const slot = this.#next;
        this.#next += 1;
        if (!isWanted(slot)) continue;
        const bytes = Atomics.load(this.words, this.lengthWord(slot % this.shape.slots));
        copyBytes(this.views[slot % this.shape.slots], 0, bytes, target, 0);
        if (slot > this.published - this.shape.slots) return { slot, bytes };
        this.missed += 1;
      } else if (ended) {
        return null;
      } else {
        Atomics.wait(this.words, words.written, seen);
      }
    }
  }

  /** The writer may be filling the slot before `oldest`. */
  #skipTo(oldest: number): void {
    if (oldest <= this.#next) return;
    this.missed += oldest - this.#next;
    this.#next = oldest;
  }
}

export class RingReader extends RingSide {
  readonly #reader: number;
  #position = 0;

  /** `reader` is 0 … readers−1; each number is used by one thread only. */
  constructor(shape: RingMemory, reader: number) {
    super(shape);
    if (!(reader >= 0 && reader < shape.readers)) throw new RangeError("no such reader of the ring");
    this.#reader = reader;
  }

  /** Number of slots released so far: the index of the slot that `next` returns. */
  get position(): number {
    return this.#position;
  }

  /**
   * The bytes of the next slot, valid until `release`; null at the end of the stream. `beforeWaiting` is called where none
   * is there yet. Throws RingAborted.
   */
  next(beforeWaiting?: () => void): Uint8Array | null {
    for (;;) {
      const seen = Atomics.load(this.words, words.written);
      this.checkOpen();
      // In this order: what was published before the end is still delivered.
      const ended = Atomics.load(this.words, words.state) === states.ended;
      if (this.#position < this.published) return this.#view();
      if (ended) return null;
      beforeWaiting?.();
      Atomics.wait(this.words, words.written, seen);
    }
  }

  /** Gives the slot of the last `next` back. */
  release(): void {
    this.#position += 1;
    Atomics.store(this.words, words.readers + this.#reader, this.#position);
    this.wake(words.released);
  }

  #view(): Uint8Array {
    const slot = this.#position % this.shape.slots;
    const bytes = Atomics.load(this.words, this.lengthWord(slot));
    // Only the last slot of a stream is shorter, so this view is made once.
    return bytes === this.shape.slotBytes ? this.views[slot] : this.views[slot].subarray(0, bytes);
  }
}
