/** The medium of a VDI image: a map names for each block of the medium a block of the file. */
import type { ByteSource } from "../../bytes/byte-source.ts";
import type { Fact } from "../../model/facts.ts";
import { finding, type Finding } from "../../model/findings.ts";
import { checkClaims } from "../file-claims.ts";
import type { ImageSegment } from "../image-format.ts";
import { MappedImage, type Extent } from "../mapped-image.ts";
import { TableWindows } from "../table-windows.ts";
import type { VdiHeader } from "./header.ts";
import { BLOCK_FREE, BLOCK_ZERO, mapEntry } from "./layouts.ts";

export interface VdiParts {
  readonly segment: ImageSegment;
  readonly header: VdiHeader;
  readonly below: ByteSource | null | undefined;
  readonly facts: readonly Fact[];
  readonly findings: readonly Finding[];
}

/** Blocks are joined up to this number. */
const MOST_JOINED = 64;

export class VdiImage extends MappedImage {
  readonly #segment: ImageSegment;
  readonly #header: VdiHeader;
  readonly #map: TableWindows;
  readonly #entry = mapEntry.cursor();
  #last: Extent = { kind: "sparse", start: 0, end: 0 };

  constructor({ segment, header, below, facts, findings }: VdiParts) {
    super({ format: "vdi", size: header.size, below, facts, findings });
    this.#segment = segment;
    this.#header = header;
    this.#map = new TableWindows(segment.source);
  }

  protected extentAt(at: number): Extent {
    if (at < this.#last.start || at >= this.#last.end) this.#last = this.#extent(at);
    return this.#last;
  }

  /** The block of the file that holds a block of the medium, or one of the two special values; −1 where the map ends. */
  #placeOf(block: number): number {
    if (block >= this.#header.blocks) return -1;
    const index = this.#map.find(this.#header.mapOffset + block * mapEntry.size, mapEntry.size);
    return index === -1 ? -1 : this.#entry.over(this.#map.window, index).block;
  }

  #extent(at: number): Extent {
    const { blockBytes, extraBytes, dataOffset } = this.#header;
    const block = Math.floor(at / blockBytes);
    const first = this.#placeOf(block);
    // Where the map ends it does so for all that follow.
    if (first === -1) return { kind: "missing", start: block * blockBytes, end: Infinity };
    const isStored = first >= 0 && first < BLOCK_ZERO;
    let count = 1;
    for (; count < MOST_JOINED && (block + count) * blockBytes < this.size; count++) {
      if (isStored && extraBytes > 0) break;
      if (this.#placeOf(block + count) !== (isStored ? first + count : first)) break;
    }
    const stretch = { start: block * blockBytes, end: (block + count) * blockBytes };
    if (isStored) {
      const offset = dataOffset + first * (blockBytes + extraBytes) + extraBytes;
      return { kind: "stored", ...stretch, segment: this.#segment, offset };
    }
    return { kind: first === BLOCK_FREE && this.below !== undefined ? "below" : "sparse", ...stretch };
  }

  /** Compares the map with the file and with the header. */
  protected override checkContainer(): void {
    const { blocks, allocated, bytes, mapOffset, dataOffset, blockBytes, extraBytes } = this.#header;
    const { size } = this.#segment.source;
    const whole = blockBytes + extraBytes;
    let used = 0;
    let outside = 0;
    const each = (visit: (at: number) => void) => {
      for (let block = 0; block < blocks; block++) {
        const place = this.#placeOf(block);
        if (place === -1) break;
        if (place < BLOCK_ZERO) visit(dataOffset + place * whole);
      }
    };
    each((at) => {
      used++;
      if (at + whole > size) outside++;
    });
    if (outside > 0) this.addFinding(finding("image/outside-file", { blocks: outside }));
    if (used !== allocated) {
      const problem = "number of blocks that are used";
      this.addFinding(finding("image/structure-damaged", { structure: "header", problem }));
    }
    const found = checkClaims(this.#segment, size, (claim) => {
      claim(0, bytes);
      claim(mapOffset, blocks * mapEntry.size);
      each((at) => claim(at, whole));
    });
    for (const each of found) this.addFinding(each);
  }
}
