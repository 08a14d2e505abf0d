/**
 * Random access to bytes, whatever holds them: a file, a child of an archive, later an image, a volume, a run list.
 * Every layer implements and consumes this one contract, so that layers stack on each other.
 */

/** What stands behind a stretch of bytes. All but `data` and `sparse` make the item `partial`. */
export type RunKind = "data" | "sparse" | "unreadable" | "missing" | "unknown";

/** Whether bytes of this kind are not there as they were. */
export const isLost = (kind: RunKind): boolean => kind !== "data" && kind !== "sparse";

/** Where a byte lies in the layer below, leading back to the exhibit. `exact` is false inside decoded streams. */
export interface Place {
  readonly path: string;
  readonly offset: number;
  readonly exact: boolean;
}

/** A stretch of bytes of one kind; `start` and `length` in bytes of the source that named it. */
export interface Run {
  readonly start: number;
  readonly length: number;
  readonly kind: RunKind;
  readonly place: Place;
}

export interface ByteSource {
  /** Size in bytes, fixed for the life of the source. */
  readonly size: number;
  /**
   * Fills `target` with the bytes at `at`: always min(target.length, size − at) of them, and returns that number (0 at or
   * past the end). Bytes that do not exist are filled with zeros and named by `runsIn`.
   */
  readInto(target: Uint8Array, at: number): number;
  /** Names every byte of the range without reading it: runs in order, without gaps, clipped to the source. */
  runsIn(at: number, length: number): Iterable<Run>;
}

/** Bytes that are all in memory. The array is borrowed, not copied. */
export class MemorySource implements ByteSource {
  readonly size: number;
  readonly bytes: Uint8Array;
  readonly #path: string;

  constructor(bytes: Uint8Array, path = "-") {
    this.bytes = bytes;
    this.size = bytes.length;
    this.#path = path;
  }

  readInto(target: Uint8Array, at: number): number {
    const count = Math.max(0, Math.min(target.length, this.size - at));
    if (count > 0) target.set(this.bytes.subarray(at, at + count));
    return count;
  }

  *runsIn(at: number, length: number): Iterable<Run> {
    const count = Math.max(0, Math.min(length, this.size - at));
    if (count > 0) {
      yield { start: at, length: count, kind: "data", place: { path: this.#path, offset: at, exact: true } };
    }
  }
}

/** The first `length` bytes of a source (fewer when it is shorter), in a fresh array. */
export function readHead(source: ByteSource, length: number): Uint8Array {
  return readRange(source, 0, length);
}

/** Up to `length` bytes from `at`, in a fresh array that the caller owns. */
export function readRange(source: ByteSource, at: number, length: number): Uint8Array {
  const target = new Uint8Array(Math.max(0, Math.min(length, source.size - at)));
  source.readInto(target, at);
  return target;
}

/** The same for reading only: borrowed where the bytes already lie in memory, else in a fresh array. Do not write. */
export function viewRange(source: ByteSource, at: number, length: number): Uint8Array {
  if (!(source instanceof MemorySource)) return readRange(source, at, length);
  const { buffer, byteOffset } = source.bytes;
  // A plain Uint8Array, also where the source holds a Buffer: hot loops should see one kind of array.
  const start = Math.max(0, Math.min(at, source.size));
  return new Uint8Array(buffer, byteOffset + start, Math.max(0, Math.min(length, source.size - start)));
}

/**
 * The whole source as one array: borrowed when it already lies in memory, else read. For libraries that cannot read at
 * random. Returns null when the source is larger than `limitBytes`.
 */
export function readWhole(source: ByteSource, limitBytes: number): Uint8Array | null {
  if (source.size > limitBytes) return null;
  if (source instanceof MemorySource) return source.bytes;
  return readRange(source, 0, source.size);
}
