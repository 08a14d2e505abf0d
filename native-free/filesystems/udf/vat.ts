/** Virtual allocation tables of UDF 1.50 and of 2.00 and later (OSTA 2.2.11): the last one of the disc, and those before it. */
import type { ByteSource } from "../../bytes/byte-source.ts";
import { readRange } from "../../bytes/byte-source.ts";
import { contentOf } from "./content.ts";
import * as layout from "./layouts.ts";
import { entityName } from "./names.ts";
import type { PhysicalPartition, VirtualTable } from "./partitions.ts";
import { recordIn, type FileRecord } from "./record.ts";
import { tagProblem } from "./tag.ts";
import type { UdfVolume } from "./volume.ts";

const oldIdentifier = "*UDF Virtual Alloc Tbl";
const freeEntry = 0xffff_ffff;
const windowBytes = 64 << 10;
/** Earlier states that are followed. */
const mostTables = 1024;

const header = layout.vatHeader.cursor();
const trailer = layout.vatTrailer.cursor();

export class AllocationTable implements VirtualTable {
  readonly record: FileRecord;
  readonly count: number;
  /** Block of the partition that the entry of the table before is in; -1 for none. */
  readonly previous: number;
  readonly files: number | null;
  readonly directories: number | null;
  readonly #content: ByteSource;
  readonly #first: number;
  #window: Uint8Array = new Uint8Array(0);
  #windowAt = 0;

  constructor(
    record: FileRecord,
    content: ByteSource,
    place: { first: number; count: number; previous: number },
    counts: { files: number; directories: number } | null,
  ) {
    this.record = record;
    this.#content = content;
    this.#first = place.first;
    this.count = place.count;
    this.previous = place.previous === freeEntry ? -1 : place.previous;
    this.files = counts?.files ?? null;
    this.directories = counts?.directories ?? null;
  }

  blockOf(entry: number): number {
    const at = this.#first + entry * 4;
    if (at < this.#windowAt || at + 4 > this.#windowAt + this.#window.length) {
      this.#windowAt = at;
      this.#window = readRange(this.#content, at, Math.max(8, windowBytes));
    }
    const inside = at - this.#windowAt;
    const window = this.#window;
    const value =
      window[inside]! + window[inside + 1]! * 0x100 + window[inside + 2]! * 0x1_0000 + window[inside + 3]! * 0x100_0000;
    return value === freeEntry ? -1 : value;
  }
}

/** The table that a file entry holds; null where it holds none. */
export function tableIn(volume: UdfVolume, record: FileRecord): AllocationTable | null {
  const { fileType, size } = record;
  if (fileType !== layout.fileType.vat && fileType !== layout.fileType.unspecified) return null;
  const content = contentOf(volume, record);
  if (fileType === layout.fileType.unspecified) {
    if (size < layout.vatTrailer.size || size % 4 !== 0) return null;
    trailer.over(readRange(content, size - layout.vatTrailer.size, layout.vatTrailer.size));
    if (entityName(trailer.identifier) !== oldIdentifier) return null;
    const count = (size - layout.vatTrailer.size) / 4;
    return new AllocationTable(record, content, { first: 0, count, previous: trailer.previous }, null);
  }
  if (size < layout.vatHeader.size) return null;
  const { headerBytes, previous, files, directories } = header.over(readRange(content, 0, layout.vatHeader.size));
  if (headerBytes < layout.vatHeader.size || headerBytes > size) return null;
  const count = Math.floor((size - headerBytes) / 4);
  return new AllocationTable(record, content, { first: headerBytes, count, previous }, { files, directories });
}

/** The last table of a partition and the ones before it, newest first; none where there is none in the partition. */
export function findTables(volume: UdfVolume, partition: PhysicalPartition): AllocationTable[] {
  const last = lastTable(volume, partition);
  const out: AllocationTable[] = [];
  const seen = new Set<number>();
  let table = last;
  while (table !== null && out.length < mostTables && !seen.has(table.record.block)) {
    seen.add(table.record.block);
    out.push(table);
    table = table.previous < 0 ? null : tableAt(volume, partition, partition.start + table.previous);
  }
  return out;
}

/** Backward from the end: media that are not closed go on behind the table with blocks that were never written. It may be of a later session. */
function lastTable(volume: UdfVolume, partition: PhysicalPartition): AllocationTable | null {
  for (let block = volume.blocks.count - 1; block >= partition.start; block--) {
    const id = volume.blocks.tagOf(block);
    if (id !== layout.tagId.fileEntry && id !== layout.tagId.extendedFileEntry) continue;
    const table = tableAt(volume, partition, block);
    if (table !== null) return table;
  }
  return null;
}

function tableAt(volume: UdfVolume, partition: PhysicalPartition, block: number): AllocationTable | null {
  if (block >= volume.blocks.count) return null;
  const bytes = volume.blocks.read(block);
  const record = recordIn(block, partition.base, 0, bytes);
  if (record === null || tagProblem(bytes, 0, null) !== null) return null;
  return tableIn(volume, record);
}
