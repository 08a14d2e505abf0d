/** File entries and extended file entries (ECMA-167 4/14.9 and 14.17), read field by field when asked. */
import type { ByteRange } from "./volume.ts";
import * as layout from "./layouts.ts";
import { tagIdAt, tagLocation, tagProblem, tagVersion } from "./tag.ts";

const icb = layout.icb.cursor();
const plain = layout.fileEntry.cursor();
const extended = layout.extendedFileEntry.cursor();

/** How the content is recorded: bits 0 to 2 of the flags of the ICB tag (4/14.6.8). */
export const allocation = { short: 0, long: 1, extended: 2, embedded: 3 } as const;

/** An address of an ICB: a block of the partition that the map of that index describes. */
export interface Address {
  readonly partition: number;
  readonly block: number;
}

/** One file entry. `bytes` is its block, borrowed for reading. */
export class FileRecord {
  /** Of the volume. */
  readonly block: number;
  /** Index of the partition map that its addresses without one belong to. */
  readonly partition: number;
  /** Which state of the disc it was found in: 0 the last, others those of earlier virtual allocation tables. */
  readonly view: number;
  readonly bytes: Uint8Array;
  readonly #extended: boolean;

  constructor(block: number, partition: number, view: number, bytes: Uint8Array, isExtended: boolean) {
    this.block = block;
    this.partition = partition;
    this.view = view;
    this.bytes = bytes;
    this.#extended = isExtended;
  }

  get #fields(): typeof plain | typeof extended {
    return this.#extended ? extended.over(this.bytes) : plain.over(this.bytes);
  }

  get isExtended(): boolean {
    return this.#extended;
  }
  get fileType(): number {
    return icb.over(this.bytes).fileType;
  }
  get strategy(): number {
    return icb.over(this.bytes).strategy;
  }
  get flags(): number {
    return icb.over(this.bytes).flags;
  }
  get allocation(): number {
    return this.flags & 7;
  }
  /** As recorded, which may be more than a number holds; see `size`. */
  get statedSize(): number {
    return this.#fields.size;
  }
  /** 0 for a size above 2^53, which is damage. */
  get size(): number {
    const { size } = this.#fields;
    return Number.isSafeInteger(size) ? size : 0;
  }
  get links(): number {
    return this.#fields.links;
  }
  get uid(): number {
    return this.#fields.uid;
  }
  get gid(): number {
    return this.#fields.gid;
  }
  get permissions(): number {
    return this.#fields.permissions;
  }
  get uniqueId(): number {
    return this.#fields.uniqueId;
  }
  get recordedBlocks(): number {
    return this.#fields.recordedBlocks;
  }
  get implementation(): Uint8Array {
    return this.#fields.implementation;
  }
  get accessed(): Uint8Array {
    return this.#fields.accessed;
  }
  get modified(): Uint8Array {
    return this.#fields.modified;
  }
  get changed(): Uint8Array {
    return this.#fields.changed;
  }
  get born(): Uint8Array | null {
    return this.#extended ? extended.over(this.bytes).born : null;
  }

  /** Entry of the file that holds further extended attributes. */
  get attributesFile(): Address | null {
    const { attributesLength, attributesBlock: block, attributesPartition: partition } = this.#fields;
    return attributesLength === 0 ? null : { partition, block };
  }
  /** Entry of the directory of named streams. */
  get streams(): Address | null {
    if (!this.#extended) return null;
    const { streamsLength, streamsBlock: block, streamsPartition: partition } = extended.over(this.bytes);
    return streamsLength === 0 ? null : { partition, block };
  }

  /** Extended attributes inside the entry, clipped to it. */
  get attributeArea(): ByteRange {
    const start = this.#extended ? layout.extendedFileEntry.size : layout.fileEntry.size;
    return { start, length: Math.min(this.#fields.attributeBytes, this.bytes.length - start) };
  }
  /** Allocation descriptors, or the content itself, inside the entry, clipped to it. */
  get allocationArea(): ByteRange {
    const before = this.attributeArea;
    const start = before.start + before.length;
    return { start, length: Math.min(this.#fields.allocationBytes, this.bytes.length - start) };
  }
  /** Whether its two areas are said to be longer than the block. */
  get isOverlong(): boolean {
    const { attributeBytes, allocationBytes } = this.#fields;
    const start = this.#extended ? layout.extendedFileEntry.size : layout.fileEntry.size;
    return start + attributeBytes + allocationBytes > this.bytes.length;
  }

  /** What is wrong with its tag; null for nothing. Of the location only that it is neither of `expected`. */
  problem(expected: readonly number[]): string | null {
    const problem = tagProblem(this.bytes, 0, null);
    if (problem !== null) return problem;
    return expected.includes(tagLocation(this.bytes, 0)) ? null : "location";
  }
}

/**
 * The file entry in a block; null where there is none. One whose tag is damaged counts where the rest of the block is as its CRC has it,
 * and one whose CRC is wrong counts where the tag holds.
 */
export function recordIn(block: number, partition: number, view: number, bytes: Uint8Array): FileRecord | null {
  let id = tagIdAt(bytes, 0);
  if (id === 0) id = damagedTagId(bytes);
  if (id !== layout.tagId.fileEntry && id !== layout.tagId.extendedFileEntry) return null;
  return new FileRecord(block, partition, view, bytes, id === layout.tagId.extendedFileEntry);
}

/** The checksum alone is wrong: one byte of the tag is, which may be that of the kind. */
function damagedTagId(bytes: Uint8Array): number {
  const version = tagVersion(bytes, 0);
  const low = bytes[0]!;
  const isEntry = bytes[1] === 1 && (low === 5 || low === 10) && (version === 2 || version === 3);
  const { strategy, fileType } = icb.over(bytes);
  const plausible = (strategy === 4 || strategy === 4096) && (fileType <= 13 || fileType >= 248);
  return isEntry && plausible ? low + 256 : 0;
}
