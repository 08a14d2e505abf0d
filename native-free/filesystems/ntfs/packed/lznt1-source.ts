/** Content of an attribute that NTFS compresses: units of 16 clusters, which take fewer where LZNT1 made them smaller. */
import type { ByteSource } from "../../../bytes/byte-source.ts";
import type { FileExtent } from "../../file-system.ts";
import { unpackLznt1 } from "./lznt1.ts";
import { PackedSource, type BadStretch, type HeldTo, type Units } from "./packed-source.ts";

/** 16 clusters of the largest size; a larger unit is a damaged number. */
const MOST_UNIT_BYTES = 32 << 20;

/** From somewhere on to before `end`: allocated, or a hole. */
interface Stretch {
  readonly hole: boolean;
  readonly end: number;
}

export class Lznt1Source extends PackedSource {
  readonly #extents: readonly FileExtent[] | null;
  /** Where each extent ends. */
  readonly #ends: Float64Array;

  /**
   * Over the run list of an attribute as a source: a unit that is one hole is zeros, one without a hole is stored plain, and of one
   * that ends with a hole what comes before is LZNT1. `unitBytes` of a unit; `initialized` is the valid data length, behind which all is
   * zero. Holes are the sparse runs of `stored`; give its `extents` too where the volume below may have sparse runs of its own (images
   * of disks that leave out zeros), which are none.
   */
  constructor(
    stored: ByteSource,
    size: number,
    unitBytes: number,
    initialized: number,
    extents: readonly FileExtent[] | null = null,
  ) {
    super(stored, size, unitBytes, initialized);
    this.#extents = extents;
    let end = 0;
    this.#ends = Float64Array.from(extents ?? [], ({ length }) => (end += length));
  }

  protected override unitsAt(unit: number): Units {
    const start = unit * this.unitBytes;
    if (start >= this.stored.size) return { kind: "missing", count: Math.ceil(this.size / this.unitBytes) - unit };
    const first = this.#stretchAt(start);
    const whole = Math.floor((first.end - start) / this.unitBytes);
    if (whole > 0)
      return first.hole ? { kind: "sparse", count: whole } : { kind: "plain", count: whole, offset: start };
    const end = Math.min(start + this.unitBytes, this.stored.size);
    let held = first.hole ? 0 : Math.min(first.end, end) - start;
    let holes = first.hole;
    let late = false;
    for (let at = first.end; at < end;) {
      const next = this.#stretchAt(at);
      if (next.hole) holes = true;
      else if (holes) late = true;
      else held = Math.min(next.end, end) - start;
      at = next.end;
    }
    if (!holes) return { kind: "plain", count: 1, offset: start };
    if (held > 0 && this.unitBytes <= MOST_UNIT_BYTES) return { kind: "packed", count: 1, offset: start, length: held };
    // Something behind a hole at the beginning cannot be unpacked: nothing says where a chunk begins.
    return { kind: late || held > 0 ? "unreadable" : "sparse", count: 1 };
  }

  #stretchAt(at: number): Stretch {
    if (this.#extents === null) {
      for (const { kind, start, length } of this.stored.runsIn(at, this.stored.size - at))
        return { hole: kind === "sparse", end: start + length };
      return { hole: true, end: this.stored.size };
    }
    let [low, high] = [0, this.#ends.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#ends[middle]! <= at) low = middle + 1;
      else high = middle;
    }
    const extent = this.#extents[low];
    return { hole: extent?.start === null && extent.state === "intact", end: this.#ends[low] ?? this.stored.size };
  }

  protected override unpackedSize(): number {
    return this.unitBytes;
  }

  protected override unpack(
    packed: Uint8Array,
    target: Uint8Array,
    heldTo: HeldTo,
  ): readonly Omit<BadStretch, "kind">[] {
    const bad: Omit<BadStretch, "kind">[] = [];
    unpackLznt1(packed, target, heldTo, (from, to) => bad.push({ from, to }));
    return bad;
  }
}
