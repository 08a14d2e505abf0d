/** The parts of a virtual disk, one for each of its extents. */
import { MemorySource } from "../../bytes/byte-source.ts";
import type { Finding } from "../../model/findings.ts";
import type { ImageSegment } from "../image-format.ts";
import type { Extent, PackedExtent } from "../mapped-image.ts";

/** From `start` to before `end`, in bytes of the medium. */
export interface DiskPart {
  readonly start: number;
  readonly end: number;
  /** The stretch that holds `at` (start ≤ at < end). */
  extentAt(at: number): Extent;
  unpack?(packed: Uint8Array, target: Uint8Array, extent: PackedExtent): string | null;
  /** What only reading all of its tables shows. */
  check?(): Finding[];
}

/** Bytes of a file as they are. */
export class FlatPart implements DiskPart {
  readonly start: number;
  readonly end: number;
  readonly segment: ImageSegment;
  /** In the file. */
  readonly offset: number;

  constructor(start: number, end: number, segment: ImageSegment, offset: number) {
    this.start = start;
    this.end = end;
    this.segment = segment;
    this.offset = offset;
  }

  extentAt(): Extent {
    const { start, end, segment, offset } = this;
    return { kind: "stored", start, end, segment, offset };
  }
}

/** What has no file: zeros, or a file that is not there, whose place stays named by it. */
export class EmptyPart implements DiskPart {
  readonly start: number;
  readonly end: number;
  readonly #extent: Extent;

  /** `name` is that of the missing file; null for zeros. */
  constructor(start: number, end: number, name: string | null) {
    this.start = start;
    this.end = end;
    const nothing = new MemorySource(new Uint8Array(0), name ?? "-");
    this.#extent =
      name === null
        ? { kind: "sparse", start, end }
        : { kind: "stored", start, end, segment: { name, source: nothing }, offset: 0 };
  }

  extentAt(): Extent {
    return this.#extent;
  }
}
