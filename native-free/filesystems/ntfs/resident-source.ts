/** A value that lies in its record: the bytes as they were before the update sequence was put in, with their places in the volume. */
import type { ByteSource, Run } from "../../bytes/byte-source.ts";

export class ResidentSource implements ByteSource {
  readonly size: number;
  readonly #bytes: Uint8Array;
  readonly #places: ByteSource;

  /** `places` is the stretch of the volume that holds the value, as long as it. */
  constructor(bytes: Uint8Array, places: ByteSource) {
    this.#bytes = bytes;
    this.#places = places;
    this.size = bytes.length;
  }

  readInto(target: Uint8Array, at: number): number {
    const count = Math.max(0, Math.min(target.length, this.size - at));
    if (count > 0) target.set(this.#bytes.subarray(at, at + count));
    return count;
  }

  runsIn(at: number, length: number): Iterable<Run> {
    return this.#places.runsIn(at, length);
  }
}
