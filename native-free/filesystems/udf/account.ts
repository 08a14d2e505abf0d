/** Every byte of a UDF volume in one class. */
import { bitAt, endOfBitRun } from "../../bytes/bit-run.ts";
import type { ByteClass, ClassedRange } from "../file-system.ts";
import { RangeOwners } from "../range-owners.ts";
import { isoStructures } from "./iso-structures.ts";
import * as layout from "./layouts.ts";
import type { Opened } from "./opened.ts";
import { isInVolume } from "./opened.ts";
import { SparablePartition } from "./partitions.ts";
import { allocation, recordIn } from "./record.ts";
import { isIn, Survey } from "./survey.ts";
import { isDirectoryType } from "./tree.ts";

type What = readonly [ByteClass, string];
type Parts = Generator<ClassedRange>;

const unknown: What = ["unallocated", "outside of partitions"];

/** In order, from 0 to the end of the volume source or further. */
export function* classify(opened: Opened, survey: Survey): Parts {
  const accounting = new Accounting(opened, survey);
  const { count } = opened.volume.blocks;
  for (let block = 0; block < count;) {
    const next = survey.nextClaimed(block);
    if (next > block) yield* accounting.unclaimed(block, next);
    for (block = next; block < count && survey.isClaimed(block); block++) yield* accounting.claimed(block);
  }
}

/** Where the partitions and structures end: what lies behind is not of the file system. */
export function endOf({ volume, structures }: Opened): number {
  const { count } = volume.blocks;
  const ends = structures.map((each) => each.block + each.count);
  for (const map of volume.partitions) if (isInVolume(map)) ends.push(Math.min(count, map.start + map.count));
  return Math.min(count, Math.max(0, ...ends));
}

class Accounting {
  readonly #opened: Opened;
  readonly #survey: Survey;
  readonly #structures: readonly { block: number; end: number; what: string }[];
  readonly #iso: { readonly owners: RangeOwners; readonly metadata: number } | null;
  readonly #end: number;
  #structure = 0;
  #tail = 0;

  constructor(opened: Opened, survey: Survey) {
    this.#opened = opened;
    this.#survey = survey;
    this.#structures = opened.structures
      .map(({ block, count, what }) => ({ block, end: block + count, what }))
      .toSorted((a, b) => a.block - b.block || a.end - b.end);
    this.#end = endOf(opened);
    this.#iso = opened.recognition.bridge ? isoOwners(opened) : null;
  }

  *claimed(block: number): Parts {
    const { volume } = this.#opened;
    const survey = this.#survey;
    const start = block * volume.blockBytes;
    const length = volume.blockBytes;
    if (survey.structures.has(block)) {
      yield { start, length, class: "metadata", what: this.#structureAt(block) };
    } else if (survey.records.has(block)) yield* this.#record(block);
    else if (survey.descriptors.has(block)) {
      yield { start, length, class: "metadata", what: "allocation descriptors and attributes" };
    } else if (survey.directories.has(block)) yield* this.#used(block, "metadata", "directory", "directory slack");
    else if (survey.content.has(block)) yield* this.#used(block, "content", "file", "file slack");
    else yield { start, length, class: "slack", what: "file slack" };
  }

  #structureAt(block: number): string {
    const all = this.#structures;
    while (this.#structure + 1 < all.length && all[this.#structure]!.end <= block) this.#structure++;
    for (let i = this.#structure; i < all.length && all[i]!.block <= block; i++) {
      if (block < all[i]!.end) return all[i]!.what;
    }
    return "volume structure";
  }

  *#used(block: number, kind: ByteClass, what: string, slack: string): Parts {
    const { blockBytes } = this.#opened.volume;
    const used = this.#tailOf(block);
    const start = block * blockBytes;
    yield { start, length: used, class: kind, what };
    yield { start: start + used, length: blockBytes - used, class: "slack", what: slack };
  }

  /** Bytes used of a block; blocks are asked for in order. */
  #tailOf(block: number): number {
    const { tails } = this.#survey;
    let used = this.#opened.volume.blockBytes;
    for (; this.#tail < tails.length; this.#tail++) {
      const tail = Survey.tailOf(tails[this.#tail]!);
      if (tail.block > block) break;
      // Two that share a block: what either uses.
      if (tail.block === block) used = tail.used;
    }
    return used;
  }

  *#record(block: number): Parts {
    const { volume } = this.#opened;
    const start = block * volume.blockBytes;
    const record = recordIn(block, 0, 0, volume.blocks.read(block));
    const area = record?.allocationArea ?? { start: volume.blockBytes, length: 0 };
    const isEmbedded = record?.allocation === allocation.embedded;
    const used = isEmbedded ? Math.min(area.length, record!.size) : 0;
    const head = isEmbedded ? area.start : area.start + area.length;
    yield { start, length: head, class: "metadata", what: "file entry" };
    const isDirectory = record !== null && isDirectoryType(record.fileType);
    yield {
      start: start + head,
      length: used,
      class: isDirectory ? "metadata" : "content",
      what: isDirectory ? "directory" : "file",
    };
    const end = head + used;
    yield { start: start + end, length: volume.blockBytes - end, class: "slack", what: "file entry slack" };
  }

  /** Blocks that nothing claims. */
  *unclaimed(from: number, to: number): Parts {
    const { blockBytes } = this.#opened.volume;
    for (let block = from; block < to;) {
      const [[kind, what], end] = this.#unclaimedAt(block, to);
      yield { start: block * blockBytes, length: (end - block) * blockBytes, class: kind, what };
      block = end;
    }
  }

  /** What a block is, and where that ends. */
  #unclaimedAt(block: number, to: number): readonly [What, number] {
    const { volume, spaces, metadataRuns } = this.#opened;
    const iso = this.#isoAt(block);
    if (iso !== null) return [iso, block + 1];
    const systemEnd = Math.floor(layout.recognitionAt / volume.blockBytes);
    if (block < systemEnd) return [["metadata", "system area"], Math.min(to, systemEnd)];
    const limit = this.#iso === null ? to : block + 1;
    if (isIn(metadataRuns, block)) return [["metadata", "metadata partition"], block + 1];
    for (const { partition, bits, count } of spaces) {
      const index = block - partition.start;
      if (index < 0 || index >= count) continue;
      const run = partition.start + endOfBitRun(bits, index, count, "least");
      const isFree = bitAt(bits, index, "least");
      if (partition instanceof SparablePartition && partition.isDefective(block)) {
        return [["unallocated", "defective packets"], block + 1];
      }
      if (!isFree && this.#survey.once.size > 0) {
        const isGone = this.#survey.once.has(block);
        return [isGone ? ["unallocated", "blocks of deleted entries"] : ["content", "lost blocks"], block + 1];
      }
      const ends = metadataRuns.length > 0 && !isFree ? block + 1 : Math.min(limit, run);
      return [isFree ? ["unallocated", "free blocks"] : ["content", "lost blocks"], ends];
    }
    for (const map of volume.partitions) {
      if (!isInVolume(map) || block < map.start || block >= map.start + map.count) continue;
      return [["unallocated", "free blocks"], Math.min(limit, map.start + map.count)];
    }
    for (const map of volume.partitions) {
      if (map instanceof SparablePartition && map.isSpare(block)) return [["metadata", "spare packets"], block + 1];
    }
    if (block >= this.#end) return [["slack", "volume slack"], limit];
    const hasSpare = volume.partitions.some((map) => map instanceof SparablePartition && map.spared.size > 0);
    return [unknown, hasSpare ? block + 1 : Math.min(limit, this.#nextPartition(block))];
  }

  #nextPartition(block: number): number {
    let next = this.#end;
    for (const map of this.#opened.volume.partitions) {
      if (isInVolume(map) && map.start > block) next = Math.min(next, map.start);
    }
    return next;
  }

  #isoAt(block: number): What | null {
    if (this.#iso === null) return null;
    const owner = this.#iso.owners.ownerOf(block * this.#opened.volume.blockBytes);
    if (owner < 0) return null;
    return owner < this.#iso.metadata ? ["metadata", "ISO 9660 structures"] : ["content", "ISO 9660 files"];
  }
}

function isoOwners({ volume }: Opened): { owners: RangeOwners; metadata: number } {
  const { metadata, content } = isoStructures(volume.source);
  const all = [...metadata, ...content];
  return { owners: new RangeOwners(all.length, (owner) => [all[owner]!]), metadata: metadata.length };
}
