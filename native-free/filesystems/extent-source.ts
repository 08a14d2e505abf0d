/** A content as a source over its extents in a volume: the one run-list source of all file systems. */
import type { ByteSource, Run } from "../bytes/byte-source.ts";
import type { FileExtent } from "./file-system.ts";

export class ExtentSource implements ByteSource {
  readonly size: number;
  readonly #volume: ByteSource;
  readonly #extents: readonly FileExtent[];
  /** Where each extent begins in the content. */
  readonly #starts: Float64Array;

  /**
   * Extents without place are sparse, those that are missing or overwritten, and what lies behind the end of the volume, are
   * `missing`; all of them read as zeros.
   */
  constructor(volume: ByteSource, extents: readonly FileExtent[]) {
    this.#volume = volume;
    this.#extents = extents;
    this.#starts = new Float64Array(extents.length);
    let at = 0;
    for (const [index, { length }] of extents.entries()) {
      this.#starts[index] = at;
      at += length;
    }
    this.size = at;
  }

  readInto(target: Uint8Array, at: number): number {
    const count = Math.max(0, Math.min(target.length, this.size - at));
    let done = 0;
    for (let index = this.#indexOf(at); done < count; index++) {
      const inside = at + done - this.#starts[index]!;
      const length = Math.min(count - done, this.#extents[index]!.length - inside);
      const whole = done === 0 && length === target.length;
      this.#fill(whole ? target : target.subarray(done, done + length), this.#extents[index]!, inside);
      done += length;
    }
    return count;
  }

  *runsIn(at: number, length: number): Iterable<Run> {
    const end = Math.min(this.size, at + length);
    for (let index = this.#indexOf(at), from = at; from < end; index++) {
      const extent = this.#extents[index]!;
      const inside = from - this.#starts[index]!;
      const count = Math.min(end - from, extent.length - inside);
      if (count > 0) yield* this.#runsOf(extent, inside, from, count);
      from += count;
    }
  }

  #fill(target: Uint8Array, extent: FileExtent, inside: number): void {
    const held = isHeld(extent) ? this.#volume.readInto(target, extent.start + inside) : 0;
    if (held < target.length) target.fill(0, held);
  }

  *#runsOf(extent: FileExtent, inside: number, from: number, count: number): Iterable<Run> {
    const none = (start: number, length: number, kind: "sparse" | "missing", offset: number): Run => ({
      start,
      length,
      kind,
      place: { path: "-", offset, exact: false },
    });
    if (!isHeld(extent)) {
      const sparse = extent.start === null && extent.state === "intact";
      yield none(
        from,
        count,
        sparse ? "sparse" : "missing",
        (extent.start ?? from) + (extent.start === null ? 0 : inside),
      );
      return;
    }
    const first = extent.start + inside;
    const held = Math.max(0, Math.min(count, this.#volume.size - first));
    if (held > 0) for (const run of this.#volume.runsIn(first, held)) yield { ...run, start: run.start - first + from };
    if (held < count) yield none(from + held, count - held, "missing", first + held);
  }

  /** Index of the extent that holds a byte of the content. */
  #indexOf(at: number): number {
    let [low, high] = [0, this.#starts.length];
    while (high - low > 1) {
      const middle = (low + high) >>> 1;
      if (this.#starts[middle]! <= at) low = middle;
      else high = middle;
    }
    return low;
  }
}

function isHeld(extent: FileExtent): extent is FileExtent & { readonly start: number } {
  return extent.start !== null && extent.state !== "overwritten" && extent.state !== "missing";
}
