/** The medium of a VHD. */
import { endOfBitRun, bitAt } from "../../bytes/bit-run.ts";
import { finding } from "../../model/findings.ts";
import { checkClaims, type Claim } from "../file-claims.ts";
import type { ImageSegment } from "../image-format.ts";
import { MappedImage, type Extent, type MappedImageOptions } from "../mapped-image.ts";
import { TableWindows } from "../table-windows.ts";
import type { DynamicHeader } from "./dynamic-header.ts";
import type { Footer } from "./footer.ts";
import { footerBytes, headerLayout, noBlock, sectorBytes } from "./layouts.ts";

export interface VhdContent {
  /** All files as one. */
  readonly file: ImageSegment;
  readonly footer: Footer;
  /** Of the footers that are there. */
  readonly footersAt: readonly number[];
  /** Null for a fixed disk. */
  readonly header: DynamicHeader | null;
  /** Bytes of a fixed disk that lie in front of the footer. */
  readonly held: number;
}

/** Blocks that are looked at to make one stretch of those that are not stored. */
const mostJoinedBlocks = 4096;
/** Bytes of a bitmap that are looked at to make one stretch. */
const mostBitmapBytes = 4096;

export class VhdImage extends MappedImage {
  readonly uuid: string;
  /** Of the footer: seconds since 2000-01-01 UTC. */
  readonly timeStamp: number;
  readonly #content: VhdContent;
  readonly #blocks: Blocks | null;

  constructor(content: VhdContent, options: Omit<MappedImageOptions, "format" | "bytesPerSector">) {
    super({ format: "vhd", ...options });
    this.uuid = content.footer.uuid;
    this.timeStamp = content.footer.timeStamp;
    this.#content = content;
    this.#blocks = content.header && new Blocks(content.file, content.header, options.size);
  }

  /** What is not stored in a differencing disk is the parent's. */
  protected extentAt(at: number): Extent {
    if (this.#blocks)
      return this.#withinParent(at, this.#blocks.extentAt(at, this.below === undefined ? "sparse" : "below"));
    const { file, held } = this.#content;
    if (at < held) return { kind: "stored", start: 0, end: held, segment: file, offset: 0 };
    return { kind: "missing", start: held, end: this.size };
  }

  /** Parents are as large as their children: what lies behind the end of one was lost. */
  #withinParent(at: number, extent: Extent): Extent {
    const held = this.below?.size ?? this.size;
    if (extent.kind !== "below" || extent.end <= held) return extent;
    if (at < held) return { ...extent, end: held };
    return { kind: "missing", start: Math.max(extent.start, held), end: extent.end };
  }

  protected override checkContainer(): void {
    const { file } = this.#content;
    const outside = this.#blocks?.outside() ?? 0;
    if (outside > 0) this.addFinding(finding("image/outside-file", { blocks: outside }));
    const found = checkClaims(file, file.source.size, (claim) => this.#claimAll(claim));
    for (const each of found) this.addFinding(each);
  }

  #claimAll(claim: Claim): void {
    const { header, footersAt, held } = this.#content;
    for (const at of footersAt) claim(at, footerBytes);
    if (!header) {
      claim(0, Math.min(held, this.size));
      return;
    }
    claim(header.at, headerLayout.size);
    claim(header.tableOffset, roundUp(header.tableEntries * 4));
    for (const { at, length } of header.locators) claim(at, roundUp(length));
    this.#blocks?.claim(claim);
  }
}

const roundUp = (bytes: number): number => Math.ceil(bytes / sectorBytes) * sectorBytes;

/** Blocks of a dynamic or differencing disk: each its bitmap, a bit for a sector, then its sectors. */
class Blocks {
  readonly #file: ImageSegment;
  readonly #windows: TableWindows;
  readonly #tableOffset: number;
  /** Blocks of the medium that have an entry. */
  readonly #count: number;
  readonly #size: number;
  readonly #blockBytes: number;
  readonly #bitmapBytes: number;
  /** The stretch that was looked for last: reading goes on inside of it. */
  #absent: Extent | null = null;

  constructor(file: ImageSegment, header: DynamicHeader, size: number) {
    this.#file = file;
    this.#windows = new TableWindows(file.source);
    this.#tableOffset = header.tableOffset;
    this.#blockBytes = header.blockBytes;
    this.#bitmapBytes = roundUp(Math.ceil(header.blockBytes / sectorBytes / 8));
    this.#count = Math.min(header.tableEntries, Math.ceil(size / header.blockBytes));
    this.#size = size;
  }

  /** Sector in the file where a block begins, `noBlock`; null where its entry lies behind the end of the file. */
  #entry(block: number): number | null {
    const index = this.#windows.find(this.#tableOffset + block * 4, 4);
    return index === -1 ? null : this.#windows.view.getUint32(index);
  }

  extentAt(at: number, absent: "sparse" | "below"): Extent {
    if (this.#absent && this.#absent.start <= at && this.#absent.end > at) return this.#absent;
    const block = Math.floor(at / this.#blockBytes);
    const start = block * this.#blockBytes;
    const entry = block < this.#count ? this.#entry(block) : null;
    if (entry === null) return { kind: "missing", start, end: this.#size };
    if (entry !== noBlock) return this.#stored(at, start, entry * sectorBytes, absent);
    let after = block + 1;
    while (after < Math.min(this.#count, block + mostJoinedBlocks) && this.#entry(after) === noBlock) after++;
    const found: Extent = { kind: absent, start, end: after * this.#blockBytes };
    this.#absent = found;
    return found;
  }

  /** A stretch of equal bits of the block that is at `offset` of the file and at `start` of the medium. */
  #stored(at: number, start: number, offset: number, absent: "sparse" | "below"): Extent {
    const sector = Math.floor((at - start) / sectorBytes);
    const first = sector >>> 3;
    const sectors = this.#blockBytes / sectorBytes;
    const bitmap = this.#windows.bytesAt(offset + first, Math.min(mostBitmapBytes, Math.ceil(sectors / 8) - first));
    if (!bitmap) return { kind: "missing", start, end: start + this.#blockBytes };
    const from = sector & 7;
    const after = endOfBitRun(bitmap, from, Math.min(bitmap.length * 8, sectors - first * 8), "most");
    const runStart = start + sector * sectorBytes;
    const end = runStart + (after - from) * sectorBytes;
    if (!bitAt(bitmap, from, "most")) return { kind: absent, start: runStart, end };
    const stored = offset + this.#bitmapBytes + sector * sectorBytes;
    return { kind: "stored", start: runStart, end, segment: this.#file, offset: stored };
  }

  /** Blocks that are not wholly within the file. */
  outside(): number {
    let count = 0;
    for (let block = 0; block < this.#count; block++) {
      const entry = this.#entry(block);
      // Where one entry lies behind the end of the file, all that follow do.
      if (entry === null) return count + this.#count - block;
      if (entry === noBlock) continue;
      const bytes = Math.min(this.#blockBytes, roundUp(this.#size - block * this.#blockBytes));
      if (entry * sectorBytes + this.#bitmapBytes + bytes > this.#file.source.size) count++;
    }
    return count;
  }

  /** Bitmaps, and the sectors that they say are stored: what lies in the others is nobody's. */
  claim(claim: Claim): void {
    for (let block = 0; block < this.#count; block++) {
      const entry = this.#entry(block);
      if (entry === null) return;
      if (entry === noBlock) continue;
      claim(entry * sectorBytes, this.#bitmapBytes);
      const start = block * this.#blockBytes;
      const end = Math.min(start + this.#blockBytes, this.#size);
      for (let at = start; at < end;) {
        const extent = this.#stored(at, start, entry * sectorBytes, "sparse");
        if (extent.kind === "stored") claim(extent.offset, roundUp(extent.end - extent.start));
        at = extent.end;
      }
    }
  }
}
