/**
 * A slot between compression and writer: Int32 count of chunks; for each an Int32 of its stored length, negative where it
 * is compressed; then the stored chunks back to back.
 */
import type { EncodedChunk } from "../../native-free/images/ewf/chunk-codec.ts";

const wordBytes = 4;
const checksumBytes = 4;

/** Bytes that hold the chunks of one slot of `slotBytes`, whatever they come to: a chunk never grows beyond its checksum. */
export function packedSlotBytes(slotBytes: number, chunkBytes: number): number {
  const chunks = Math.ceil(slotBytes / chunkBytes);
  return wordBytes + chunks * (wordBytes + chunkBytes + checksumBytes);
}

/** Fills one slot; returns its bytes. */
export class SlotPacker {
  readonly #view: DataView;
  readonly #slot: Uint8Array;
  readonly #chunks: number;
  #next = 0;
  #at: number;

  /** For `chunks` chunks. */
  constructor(slot: Uint8Array, chunks: number) {
    this.#slot = slot;
    this.#view = new DataView(slot.buffer, slot.byteOffset, slot.length);
    this.#chunks = chunks;
    this.#view.setInt32(0, chunks, true);
    this.#at = wordBytes * (1 + chunks);
  }

  add({ bytes, compressed }: EncodedChunk): void {
    if (this.#next === this.#chunks) throw new Error("the slot has all its chunks");
    this.#next += 1;
    this.#view.setInt32(wordBytes * this.#next, compressed ? -bytes.length : bytes.length, true);
    this.#slot.set(bytes, this.#at);
    this.#at += bytes.length;
  }

  get bytes(): number {
    return this.#at;
  }
}

/** The chunks of a slot in order; their bytes are borrowed from it. */
export function* unpackSlot(slot: Uint8Array): Generator<EncodedChunk> {
  const view = new DataView(slot.buffer, slot.byteOffset, slot.length);
  const chunks = view.getInt32(0, true);
  let at = wordBytes * (1 + chunks);
  for (let chunk = 1; chunk <= chunks; chunk++) {
    const word = view.getInt32(wordBytes * chunk, true);
    const length = Math.abs(word);
    yield { bytes: slot.subarray(at, at + length), compressed: word < 0 };
    at += length;
  }
}
