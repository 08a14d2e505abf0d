/** The medium of a QCOW image, or of a snapshot inside one. */
import { inflateBlock } from "../../kernels/inflate-block.ts";
import type { Fact } from "../../model/facts.ts";
import type { ByteSource } from "../../bytes/byte-source.ts";
import type { Finding } from "../../model/findings.ts";
import type { DiskImage, ImageSegment } from "../image-format.ts";
import { MappedImage, type Extent } from "../mapped-image.ts";
import type { TableWindows } from "../table-windows.ts";
import { checkQcow } from "./check.ts";
import { ClusterMap, type QcowTree } from "./cluster-map.ts";
import type { QcowHeader } from "./header.ts";
import { unpackZstd } from "./zstd-frames.ts";

/** What all media of one file share. */
export interface QcowFile {
  readonly segment: ImageSegment;
  readonly header: QcowHeader;
  readonly tables: TableWindows;
  /** Where the clusters are: the file itself or the external one; null where that is not there. */
  readonly data: ImageSegment | null;
  readonly below: ByteSource | null | undefined;
  /** Every tree of the file, the active one first. */
  readonly trees: readonly QcowTree[];
}

export interface QcowMedium {
  readonly tree: QcowTree;
  readonly facts: readonly Fact[];
  readonly findings: readonly Finding[];
  readonly others?: DiskImage["others"];
  /** The state of a machine: there is nothing below it. */
  readonly alone?: boolean;
}

/** Pieces are joined up to this number and size: a look-up should not cost more than it saves. */
const MOST_JOINED = 512;
const ENOUGH_BYTES = 4 << 20;

export class QcowImage extends MappedImage {
  readonly others: NonNullable<DiskImage["others"]>;
  readonly #file: QcowFile;
  readonly #map: ClusterMap;
  readonly #base: number;
  readonly #hasBelow: boolean;
  #last: Extent = { kind: "sparse", start: 0, end: 0 };

  constructor(file: QcowFile, { tree, facts, findings, others, alone = false }: QcowMedium) {
    super({ format: "qcow", size: tree.size, facts, findings, below: alone ? undefined : file.below });
    this.#file = file;
    this.#map = new ClusterMap(file.header, tree, file.tables);
    this.#base = tree.base;
    this.#hasBelow = !alone && file.below !== undefined;
    this.others = others ?? [];
  }

  protected extentAt(at: number): Extent {
    if (at < this.#last.start || at >= this.#last.end) this.#last = this.#extent(at);
    return this.#last;
  }

  #extent(at: number): Extent {
    const map = this.#map;
    const base = this.#base;
    map.look(at + base);
    const { kind, host, length } = map;
    const start = map.start - base;
    if (kind === "packed") {
      return { kind, start, end: map.end - base, segment: this.#file.segment, ...this.#packedPlace(host, length) };
    }
    const from = map.start;
    let { end } = map;
    for (let joined = 1; joined < MOST_JOINED && end - from < ENOUGH_BYTES && end - base < this.size; joined++) {
      map.look(end);
      if (map.kind !== kind || (kind === "stored" && map.host !== host + end - from)) break;
      ({ end } = map);
    }
    const stretch = { start, end: end - base };
    if (kind === "stored") {
      const segment = this.#file.data;
      return segment ? { kind, ...stretch, segment, offset: host } : { kind: "missing", ...stretch };
    }
    return { kind: kind === "below" && !this.#hasBelow ? "sparse" : kind, ...stretch };
  }

  /** The last sector of a packed cluster need not be all there: only the end of its stream is needed. */
  #packedPlace(offset: number, length: number): { offset: number; length: number } {
    const lacking = offset + length - this.#file.segment.source.size;
    return { offset, length: lacking > 0 && lacking < 512 ? length - lacking : length };
  }

  protected override unpack(packed: Uint8Array, target: Uint8Array): string | null {
    if (this.#file.header.zstd) return unpackZstd(packed, target) ? null : "zstd";
    const length = inflateBlock(packed, target, { raw: true });
    if (length === target.length) return null;
    return length === -1 ? "deflate" : "too short";
  }

  /** Compares all references of the file, those of snapshots included. */
  protected override checkContainer(): void {
    for (const found of checkQcow(this.#file)) this.addFinding(found);
  }
}
