/** Fills a ring: first with what an interrupted acquisition wrote already, then from the medium. Nothing is allocated per slot. */
import { createHash, type Hash } from "node:crypto";
import type { ByteSource } from "../../../native-free/bytes/byte-source.ts";
import { imageSays } from "../../messages/en.ts";
import { OperatorError } from "../../messages/operator-error.ts";
import { RingWriter, type RingMemory } from "../../../workers/ring.ts";
import type { AcquisitionSource, SourceErrors } from "../../source/acquisition-source.ts";

/** Said while the medium is read: everything that could not be read so far. */
export interface ErrorsNote {
  readonly errors: SourceErrors;
}
/** Said when what was there has been read again; the reader then waits to be told to go on. */
export interface ReplayedNote {
  readonly replayed: number;
}

export interface Pumped {
  /** Bytes of the medium. */
  readonly size: number;
  readonly paddedBytes: number;
  /** Where bytes were added: what came, to be compared with who sent it; SHA-256 in hex. */
  readonly received: { readonly bytes: number; readonly sha256: string } | null;
  readonly errors: SourceErrors;
  /** What is wrong with the source beside that, as sentences. */
  readonly notes: readonly string[];
}

export interface PumpOptions {
  readonly source: AcquisitionSource;
  readonly ring: RingMemory;
  /** The first bytes of the medium as they were written, `size` of them. */
  readonly replay: ByteSource | null;
  /** Counts notes of errors: added to before the slot that they belong to is handed on. */
  readonly counter: Int32Array;
  /** A stream that ends within a sector is filled up with zeros. */
  readonly wholeSectors: boolean;
  readonly note: (value: ErrorsNote | ReplayedNote) => void;
  /** Resolves when reading may go on behind the replay. */
  readonly mayGoOn: () => Promise<unknown>;
}

/** Throws OperatorError (the source's) and RingAborted. The source stays open. */
export async function pump(options: PumpOptions): Promise<Pumped> {
  const { source, replay, note, mayGoOn } = options;
  const ring = new RingWriter(options.ring);
  const { slotBytes } = options.ring;
  let at = 0;
  if (replay) {
    for (; at + slotBytes <= replay.size; at += slotBytes) {
      replay.readInto(ring.acquire(), at);
      ring.publish(slotBytes);
    }
    note({ replayed: at });
    await mayGoOn();
  }
  const reader = new SlotReader(options);
  for (;;) {
    const slot = ring.acquire();
    const known = Math.max(0, Math.min(slotBytes, (replay?.size ?? 0) - at));
    if (known > 0) replay?.readInto(slot.subarray(0, known), at);
    const count = reader.fill(slot, known, at);
    if (count > 0) ring.publish(count);
    at += count;
    if (count < slotBytes || at === source.size) break;
  }
  if (at === 0 && source.size === null) throw new OperatorError("source/empty-stream", imageSays.emptyStream());
  source.checkUnchanged();
  ring.end();
  const { padded, received } = reader;
  return { size: at, paddedBytes: padded, received, errors: source.errors, notes: source.notes };
}

class SlotReader {
  readonly #options: PumpOptions;
  #told: SourceErrors;
  padded = 0;
  received: Pumped["received"] = null;
  /** Only a stream can turn out to need padding. */
  readonly #came: Hash | null;

  constructor(options: PumpOptions) {
    this.#options = options;
    this.#told = options.source.errors;
    this.#came = options.source.size === null && options.wholeSectors ? createHash("sha256") : null;
  }

  /** Fills the slot from `known` on; returns the bytes that are in it. */
  fill(slot: Uint8Array, known: number, at: number): number {
    const { source, wholeSectors } = this.#options;
    const wanted = source.size === null ? slot.length : Math.min(slot.length, source.size - at);
    const target = known === 0 && wanted === slot.length ? slot : slot.subarray(known, wanted);
    const count = known + (target.length === 0 ? 0 : source.readInto(target, at + known));
    this.#tellErrors();
    this.#came?.update(slot.subarray(0, count));
    const over = count % source.sectorBytes;
    if (over === 0 || source.size !== null || !wholeSectors) return count;
    this.padded = source.sectorBytes - over;
    this.received = this.#came && { bytes: at + count, sha256: this.#came.digest("hex") };
    slot.fill(0, count, count + this.padded);
    return count + this.padded;
  }

  #tellErrors(): void {
    const { source, counter, note } = this.#options;
    const { errors } = source;
    if (errors === this.#told) return;
    this.#told = errors;
    note({ errors });
    Atomics.add(counter, 0, 1);
  }
}
