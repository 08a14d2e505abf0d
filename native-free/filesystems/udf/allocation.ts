/** Allocation descriptors (ECMA-167 4/12 and 4/14.14): where the content of a file entry lies. */
import * as layout from "./layouts.ts";
import { allocation, type FileRecord } from "./record.ts";
import { tagProblem } from "./tag.ts";
import type { UdfVolume } from "./volume.ts";

/** The two upper bits of a length. */
const extentType = { recorded: 0, allocated: 1, none: 2, next: 3 } as const;
const lengthMask = 0x3fff_ffff;
/** Of one extent of descriptors; what writers make is one block. */
const mostDescriptorBytes = 4 << 20;

/** `recorded`: bytes in the volume; `zeros`: blocks that are taken and not written; `none`: nothing is taken; `lost`: no such block. */
export const piece = { recorded: 0, zeros: 1, none: 2, lost: 3 } as const;
/** Numbers of one piece: kind, first block in the volume (-1 for none), bytes. */
export const pieceNumbers = 3;

export interface Allocation {
  /** In the order of the content, `pieceNumbers` each. */
  readonly pieces: readonly number[];
  /** Sum of the bytes. */
  readonly bytes: number;
  /** Blocks of further descriptors: first and how many. */
  readonly descriptorBlocks: readonly number[];
  /** Why descriptors are missing: a block that was met before, or does not hold any. */
  readonly cut: { readonly block: number; readonly problem: "loop" | "no descriptors" } | null;
  /** A block that the volume or the partition does not have; -1 for none. */
  readonly outside: number;
}

const short = layout.shortAd.cursor();
const long = layout.longAd.cursor();
const wideAd = layout.extendedAd.cursor();
const extent = layout.allocationExtent.cursor();

class Collector {
  readonly #volume: UdfVolume;
  readonly #record: FileRecord;
  readonly pieces: number[] = [];
  readonly descriptorBlocks: number[] = [];
  readonly #runs: number[] = [];
  bytes = 0;
  cut: Allocation["cut"] = null;
  outside = -1;

  constructor(volume: UdfVolume, record: FileRecord) {
    this.#volume = volume;
    this.#record = record;
  }

  collect(): Allocation {
    const { start, length } = this.#record.allocationArea;
    const seen = new Set<number>();
    let next = this.#area(this.#record.bytes, start, length);
    while (next !== null) {
      const block = this.#volume.placeOf(next.partition, next.block, this.#record.view);
      const bytes = seen.has(block) ? null : this.#extentOf(block, next.length);
      if (bytes === null) {
        this.cut = { block: block < 0 ? next.block : block, problem: seen.has(block) ? "loop" : "no descriptors" };
        break;
      }
      seen.add(block);
      this.descriptorBlocks.push(block, Math.max(1, Math.ceil(next.length / this.#volume.blockBytes)));
      const stated = extent.over(bytes).descriptorBytes;
      const room = bytes.length - layout.allocationExtent.size;
      next = this.#area(bytes, layout.allocationExtent.size, Math.min(stated, room));
    }
    const { pieces, bytes, descriptorBlocks, cut, outside } = this;
    return { pieces, bytes, descriptorBlocks, cut, outside };
  }

  /** The extent of descriptors at a block of the volume; null where there is none. */
  #extentOf(block: number, length: number): Uint8Array | null {
    const { blocks, blockBytes } = this.#volume;
    if (block < 0 || blocks.tagOf(block) !== layout.tagId.allocationExtent) return null;
    const bytes = blocks.bytes(block * blockBytes, Math.max(blockBytes, Math.min(length, mostDescriptorBytes)));
    return tagProblem(bytes, 0, null) === "checksum" ? null : bytes;
  }

  /** Reads descriptors up to an empty one; where they go on, null where they end. */
  #area(bytes: Uint8Array, start: number, length: number): { partition: number; block: number; length: number } | null {
    const kind = this.#record.allocation;
    const size =
      kind === allocation.short
        ? short
        : kind === allocation.long
          ? long
          : kind === allocation.extended
            ? wideAd
            : null;
    if (size === null) return null;
    const step = kind === allocation.short ? 8 : kind === allocation.long ? 16 : 20;
    for (let at = start; at + step <= start + length; at += step) {
      const { length: typed, block } = size.over(bytes, at);
      const type = typed >>> 30;
      const extentBytes = typed & lengthMask;
      if (extentBytes === 0) return null;
      const partition = size === short ? this.#record.partition : (size as typeof long).partition;
      if (type === extentType.next) return { partition, block, length: extentBytes };
      const used = kind === allocation.extended ? Math.min(extentBytes, wideAd.information) : extentBytes;
      this.#add(type, partition, block, used);
    }
    return null;
  }

  #add(type: number, partition: number, block: number, bytes: number): void {
    this.bytes += bytes;
    if (type === extentType.none) {
      this.pieces.push(piece.none, -1, bytes);
      return;
    }
    const { blockBytes } = this.#volume;
    const runs = this.#runs;
    runs.length = 0;
    this.#volume.addRuns(runs, partition, block, Math.ceil(bytes / blockBytes), this.#record.view);
    let left = bytes;
    for (let i = 0; i < runs.length; i += 2) {
      const place = runs[i]!;
      const here = Math.min(left, runs[i + 1]! * blockBytes);
      left -= here;
      const isLost = place < 0 || place + Math.ceil(here / blockBytes) > this.#volume.blocks.count;
      if (isLost && this.outside < 0) this.outside = place < 0 ? block : place;
      if (place < 0) this.pieces.push(piece.lost, -1, here);
      else this.pieces.push(type === extentType.recorded ? piece.recorded : piece.zeros, place, here);
    }
  }
}

/** Of an entry whose content is not inside it. */
export function allocationOf(volume: UdfVolume, record: FileRecord): Allocation {
  return new Collector(volume, record).collect();
}
