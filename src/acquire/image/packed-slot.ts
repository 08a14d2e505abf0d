/**
 * A slot between compression and writer: Int32 count of chunks; for each an Int32 of its stored length, negative where it
 * is compressed; then for each its digest (where the format keeps one) and its stored bytes.
 */

/** A chunk of an image as it is stored. */
export interface StoredChunk {
  readonly bytes: Uint8Array;
  readonly compressed: boolean;
  /** Of the chunk's own bytes, where the format keeps hashes of chunks. */
  readonly digest?: Uint8Array;
}

const wordBytes = 4;
/** A chunk that does not compress may be followed by a checksum. */
const checksumBytes = 4;

/** Bytes that hold the chunks of one slot of `slotBytes`, whatever they come to. */
export function packedSlotBytes(slotBytes: number, chunkBytes: number, digestBytes: number): number {
  const chunks = Math.ceil(slotBytes / chunkBytes);
  return wordBytes + chunks * (wordBytes + digestBytes + chunkBytes + checksumBytes);
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

  add({ bytes, compressed, digest }: StoredChunk): void {
    if (this.#next === this.#chunks) throw new Error("the slot has all its chunks");
    this.#next += 1;
    this.#view.setInt32(wordBytes * this.#next, compressed ? -bytes.length : bytes.length, true);
    if (digest) {
      this.#slot.set(digest, this.#at);
      this.#at += digest.length;
    }
    this.#slot.set(bytes, this.#at);
    this.#at += bytes.length;
  }

  get bytes(): number {
    return this.#at;
  }
}

/** The chunks of a slot in order; their bytes are borrowed from it. `digestBytes` as they were packed with. */
export function* unpackSlot(slot: Uint8Array, digestBytes = 0): Generator<StoredChunk> {
  const view = new DataView(slot.buffer, slot.byteOffset, slot.length);
  const chunks = view.getInt32(0, true);
  let at = wordBytes * (1 + chunks);
  for (let chunk = 1; chunk <= chunks; chunk++) {
    const word = view.getInt32(wordBytes * chunk, true);
    const length = Math.abs(word);
    const start = at + digestBytes;
    const stored = { bytes: slot.subarray(start, start + length), compressed: word < 0 };
    yield digestBytes === 0 ? stored : { ...stored, digest: slot.subarray(at, start) };
    at = start + length;
  }
}
