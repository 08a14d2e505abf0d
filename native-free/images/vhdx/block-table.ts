/** The block allocation table (MS-VHDX 2.5), and the bitmaps of sectors of differencing disks (2.4). */
import { bitAt, endOfBitRun } from "../../bytes/bit-run.ts";
import type { Claim } from "../file-claims.ts";
import type { ImageSegment } from "../image-format.ts";
import type { Extent } from "../mapped-image.ts";
import { TableWindows } from "../table-windows.ts";
import type { Region } from "./headers.ts";
import { blockStates, chunkSectors, megabyte } from "./layouts.ts";
import type { Metadata } from "./metadata.ts";

/** Blocks that are looked at to make one stretch of those that are not stored. */
const mostJoinedBlocks = 4096;
/** Bytes of a bitmap that are looked at to make one stretch. */
const mostBitmapBytes = 4096;
const entryBytes = 8;

/** A block that is not wholly there, by kind, and in blocks. */
export interface BlockCounts {
  outside: number;
  undefinedState: number;
  bitmapMissing: number;
}

interface Entry {
  readonly state: number;
  /** Of the file; 0 where the entry has none. May be more than any file has. */
  readonly offset: number;
  readonly reserved: number;
}

type AbsentKind = "sparse" | "below" | "missing" | "unknown";

export class BlockTable {
  readonly #file: ImageSegment;
  readonly #windows: TableWindows;
  readonly #region: Region;
  readonly #size: number;
  readonly #blockBytes: number;
  readonly #sectorBytes: number;
  readonly #differencing: boolean;
  /** Payload blocks that one bitmap block tells of. */
  readonly #ratio: number;
  readonly #blocks: number;
  /** The stretch that was looked for last: reading goes on inside of it. */
  #absent: Extent | null = null;

  constructor(file: ImageSegment, region: Region, metadata: Metadata) {
    this.#file = file;
    this.#windows = new TableWindows(file.source);
    this.#region = region;
    this.#size = metadata.size;
    this.#blockBytes = metadata.blockBytes;
    this.#sectorBytes = metadata.logicalSectorBytes;
    this.#differencing = metadata.hasParent;
    this.#ratio = (chunkSectors * this.#sectorBytes) / this.#blockBytes;
    this.#blocks = Math.ceil(metadata.size / metadata.blockBytes);
  }

  /** Entries that the medium needs (2.5). */
  get neededEntries(): number {
    if (this.#differencing) return Math.ceil(this.#blocks / this.#ratio) * (this.#ratio + 1);
    return this.#blocks === 0 ? 0 : this.#blocks + Math.floor((this.#blocks - 1) / this.#ratio);
  }

  /** Entries that there is room for. */
  get entries(): number {
    return Math.floor(this.#region.length / entryBytes);
  }

  #entry(index: number): Entry | null {
    if (index >= this.entries) return null;
    const at = this.#windows.find(this.#region.offset + index * entryBytes, entryBytes);
    if (at === -1) return null;
    const low = this.#windows.view.getUint32(at, true);
    const high = this.#windows.view.getUint32(at + 4, true);
    const rest = low % megabyte;
    return { state: rest & 7, reserved: rest >>> 3, offset: high * 2 ** 32 + low - rest };
  }

  #payload(block: number): Entry | null {
    return this.#entry(block + Math.floor(block / this.#ratio));
  }

  #bitmap(block: number): Entry | null {
    const chunk = Math.floor(block / this.#ratio);
    return this.#entry(chunk * (this.#ratio + 1) + this.#ratio);
  }

  /** How a block reads that is not stored; null where it is stored, in part or as a whole. */
  #absentKind(entry: Entry | null): AbsentKind | null {
    if (!entry) return "missing";
    switch (entry.state) {
      case blockStates.notPresent:
        return this.#differencing ? "below" : "sparse";
      case blockStates.undefined:
      case blockStates.zero:
      case blockStates.unmapped:
        return "sparse";
      case blockStates.present:
      case blockStates.partlyPresent:
        // The header section lies in front of every block.
        return entry.offset < megabyte ? "unknown" : null;
      default:
        return "unknown";
    }
  }

  extentAt(at: number): Extent {
    if (this.#absent && this.#absent.start <= at && this.#absent.end > at) return this.#absent;
    const block = Math.floor(at / this.#blockBytes);
    const start = block * this.#blockBytes;
    const entry = this.#payload(block);
    const kind = this.#absentKind(entry);
    if (kind === null) return this.#stored(at, block, entry!);
    // Where one entry lies behind the end of the file, all that follow do.
    let after = entry ? block + 1 : this.#blocks;
    const last = Math.min(this.#blocks, block + mostJoinedBlocks);
    while (after < last && this.#absentKind(this.#payload(after)) === kind) after++;
    const found: Extent = { kind, start, end: after * this.#blockBytes };
    this.#absent = found;
    return found;
  }

  #stored(at: number, block: number, { state, offset }: Entry): Extent {
    const start = block * this.#blockBytes;
    const end = start + this.#blockBytes;
    if (!Number.isSafeInteger(offset + this.#blockBytes)) return { kind: "missing", start, end };
    if (state === blockStates.present) return { kind: "stored", start, end, segment: this.#file, offset };
    const bitmap = this.#bitmapBytes(block, Math.floor((at - start) / this.#sectorBytes));
    if (!bitmap) return { kind: "unknown", start, end };
    const { bytes, from, sector, sectors } = bitmap;
    const runEnd = endOfBitRun(bytes, from, Math.min(bytes.length * 8, from + sectors - sector), "least");
    const runStart = start + sector * this.#sectorBytes;
    const place = { start: runStart, end: runStart + (runEnd - from) * this.#sectorBytes };
    if (!bitAt(bytes, from, "least")) return { kind: "below", ...place };
    return { kind: "stored", ...place, segment: this.#file, offset: offset + sector * this.#sectorBytes };
  }

  /** The bitmap from `sector` of a block on, whose bit is at `from`; null where it is not there. */
  #bitmapBytes(block: number, sector: number) {
    const entry = this.#bitmap(block);
    if (entry?.state !== blockStates.present || entry.offset < megabyte) return null;
    const sectors = this.#blockBytes / this.#sectorBytes;
    const inChunk = (block % this.#ratio) * sectors + sector;
    const length = Math.min(mostBitmapBytes, Math.ceil((sectors - sector) / 8));
    const bytes = this.#windows.bytesAt(entry.offset + (inChunk >>> 3), length);
    return bytes && { bytes, from: inChunk & 7, sector, sectors };
  }

  /** Goes through the whole table. */
  count(): BlockCounts {
    const counts = { outside: 0, undefinedState: 0, bitmapMissing: 0 };
    for (let block = 0; block < this.#blocks; block++) {
      const entry = this.#payload(block);
      if (!entry) {
        counts.outside += this.#blocks - block;
        break;
      }
      const stored = this.#absentKind(entry) === null;
      const bytes = Math.min(this.#blockBytes, this.#size - block * this.#blockBytes);
      if (stored && entry.offset + bytes > this.#file.source.size) counts.outside++;
      const partly = entry.state === blockStates.partlyPresent;
      if (this.#absentKind(entry) === "unknown" || entry.reserved !== 0 || (partly && !this.#differencing)) {
        counts.undefinedState++;
      }
      if (stored && partly && !this.#bitmapBytes(block, 0)) counts.bitmapMissing++;
      if (block % this.#ratio === 0) this.#countBitmap(block, counts);
    }
    return counts;
  }

  #countBitmap(block: number, counts: BlockCounts): void {
    const entry = this.#bitmap(block);
    const allowed = this.#differencing && entry?.state === blockStates.present;
    if (entry && entry.state !== blockStates.notPresent && !allowed) counts.undefinedState++;
  }

  /** Blocks and bitmaps that are stored; of blocks that are in part the sectors that are. */
  claim(claim: Claim): void {
    for (let block = 0; block < this.#blocks; block++) {
      const entry = this.#payload(block);
      if (!entry) return;
      if (this.#absentKind(entry) === null) this.#claimBlock(claim, block, entry);
      const bitmap = block % this.#ratio === 0 && this.#differencing ? this.#bitmap(block) : null;
      if (bitmap?.state === blockStates.present) claim(bitmap.offset, megabyte);
    }
  }

  #claimBlock(claim: Claim, block: number, entry: Entry): void {
    const start = block * this.#blockBytes;
    const end = Math.min(start + this.#blockBytes, this.#size);
    for (let at = start; at < end;) {
      const extent = this.#stored(at, block, entry);
      if (extent.kind === "stored") claim(extent.offset, Math.min(extent.end, end) - extent.start);
      // Which sectors of it are meant is not known: all may be.
      else if (extent.kind === "unknown") claim(entry.offset, this.#blockBytes);
      at = extent.end;
    }
  }
}
