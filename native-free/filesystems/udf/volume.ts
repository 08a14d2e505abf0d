/** A UDF volume as its readers see it: blocks, partitions, and file entries by address. */
import type { ByteSource } from "../../bytes/byte-source.ts";
import type { Blocks } from "./blocks.ts";
import * as layout from "./layouts.ts";
import { MetadataPartition, type PartitionMap } from "./partitions.ts";
import { recordIn, type Address, type FileRecord } from "./record.ts";
import { tagIdAt } from "./tag.ts";

export interface ByteRange {
  readonly start: number;
  readonly length: number;
}

/** Entries that indirect ones lead through: those of a file that was rewritten on media written once. */
const mostVersions = 4096;
const strategy4096 = 4096;
const indirect = layout.indirect.cursor();

export class UdfVolume {
  readonly blocks: Blocks;
  readonly source: ByteSource;
  readonly blockBytes: number;
  /** By index of the partition map; filled while a volume is opened. */
  readonly partitions: PartitionMap[];
  readonly #run: number[] = [];

  constructor(blocks: Blocks, partitions: PartitionMap[]) {
    this.blocks = blocks;
    this.source = blocks.source;
    this.blockBytes = blocks.blockBytes;
    this.partitions = partitions;
  }

  /** Appends place (-1 for none) and length of the runs that blocks of a partition lie in. */
  addRuns(out: number[], partition: number, block: number, count: number, view: number): void {
    const map = this.partitions[partition];
    if (map) map.addRuns(out, block, count, view);
    else out.push(-1, count);
  }

  /** Block of the volume; -1 for none. */
  placeOf(partition: number, block: number, view: number): number {
    const run = this.#run;
    run.length = 0;
    this.addRuns(run, partition, block, 1, view);
    const place = run[0]!;
    return place < this.blocks.count ? place : -1;
  }

  /** The file entry that stands for a file now; null where there is none. */
  recordAt(address: Address, view: number): FileRecord | null {
    const place = this.placeOf(address.partition, address.block, view);
    if (place < 0) return null;
    const record = recordIn(place, address.partition, view, this.blocks.read(place));
    if (record !== null && record.strategy !== strategy4096) return record;
    return this.versionsAt(address, view).at(-1) ?? this.#mirrored(address, view);
  }

  /** The copy of an entry that the mirror of a metadata partition holds. */
  #mirrored({ partition, block }: Address, view: number): FileRecord | null {
    const map = this.partitions[partition];
    const place = map instanceof MetadataPartition ? map.mirrorOf(block) : -1;
    return place < 0 ? null : recordIn(place, partition, view, this.blocks.read(place));
  }

  /**
   * The file entries that an ICB leads through, the last of which counts (ECMA-167 4/8.10.1, strategy 4096: each is followed by an indirect entry that
   * leads to the next).
   */
  versionsAt(address: Address, view: number): FileRecord[] {
    const out: FileRecord[] = [];
    const seen = new Set<number>();
    let { partition, block } = address;
    while (out.length < mostVersions) {
      const place = this.placeOf(partition, block, view);
      if (place < 0 || seen.has(place)) return out;
      seen.add(place);
      const bytes = this.blocks.read(place);
      const record = recordIn(place, partition, view, bytes);
      if (record !== null) {
        out.push(record);
        if (record.strategy !== strategy4096) return out;
        block++;
        continue;
      }
      if (tagIdAt(bytes, 0) !== layout.tagId.indirect || indirect.over(bytes).length === 0) return out;
      ({ block, partition } = indirect);
    }
    return out;
  }
}
