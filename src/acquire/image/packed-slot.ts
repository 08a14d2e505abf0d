/**
 * A slot between compression and writer: Int32 count of chunks; for each an Int32 of its stored length, negative where it
 * is compressed; then for each its digest (where the format keeps one) and its stored bytes.
 */
import { copyBytes } from "../../../native-free/bytes/copy-bytes.ts";
import { EncodedChunk } from "../../../native-free/images/encoded-chunk.ts";

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
  readonly #digestBytes: number;
  #next = 0;
  #at: number;

  /** For `chunks` chunks with digests of `digestBytes`. */
  constructor(slot: Uint8Array, chunks: number, digestBytes: number) {
    this.#slot = slot;
    this.#view = new DataView(slot.buffer, slot.byteOffset, slot.length);
    this.#chunks = chunks;
    this.#digestBytes = digestBytes;
    this.#view.setInt32(0, chunks, true);
    this.#at = wordBytes * (1 + chunks);
  }

  add({ bytes, from, length, compressed, digests, digestFrom }: EncodedChunk): void {
    if (this.#next === this.#chunks) throw new Error("the slot has all its chunks");
    this.#next += 1;
    this.#view.setInt32(wordBytes * this.#next, compressed ? -length : length, true);
    copyBytes(digests, digestFrom, this.#digestBytes, this.#slot, this.#at);
    this.#at += this.#digestBytes;
    copyBytes(bytes, from, length, this.#slot, this.#at);
    this.#at += length;
  }

  get bytes(): number {
    return this.#at;
  }
}

/** Hands over the chunks of a slot in order; they are borrowed from it, and the cursor is one and the same. */
export class SlotUnpacker {
  readonly #digestBytes: number;
  readonly #chunk = new EncodedChunk();
  #view: DataView = new DataView(new ArrayBuffer(wordBytes));
  #next = 0;
  #at = 0;

  /** `digestBytes` as the slots were packed with. */
  constructor(digestBytes: number) {
    this.#digestBytes = digestBytes;
  }

  /** Begins with the first chunk of `slot`. */
  open(slot: Uint8Array): void {
    this.#view = new DataView(slot.buffer, slot.byteOffset, slot.length);
    this.#chunk.bytes = slot;
    this.#chunk.digests = slot;
    this.#next = 0;
    this.#at = wordBytes * (1 + this.#view.getInt32(0, true));
  }

  /** Null behind the last. */
  next(): EncodedChunk | null {
    if (this.#next === this.#view.getInt32(0, true)) return null;
    this.#next += 1;
    const word = this.#view.getInt32(wordBytes * this.#next, true);
    const chunk = this.#chunk;
    chunk.digestFrom = this.#at;
    chunk.from = this.#at + this.#digestBytes;
    chunk.length = Math.abs(word);
    chunk.compressed = word < 0;
    this.#at = chunk.from + chunk.length;
    return chunk;
  }
}
