/** Group descriptors: read when asked for, from a copy where the first is wrong. */
import { incompatible, readOnly } from "./features.ts";
import { checksumFrom, checksumNumber, checksumWithHole, crc16 } from "./checksums.ts";
import { groupStart, hasSuper, superBlockOf, type Geometry } from "./geometry.ts";
import * as layout from "./layouts.ts";
import type { Windows } from "./windows.ts";

/** The descriptor of one group; one object, filled anew for each. */
interface GroupRecord {
  group: number;
  /** Blocks; 0 where no copy of the descriptor makes sense. */
  blockBitmap: number;
  inodeBitmap: number;
  inodeTable: number;
  /** Of clusters, as the descriptor counts them. */
  freeBlocks: number;
  freeInodes: number;
  /** Inodes at the end of the table that were never used. */
  unusedInodes: number;
  /** Neither bitmap nor table are in use. */
  inodesUnused: boolean;
  /** There is no bitmap of blocks yet: all are free but those of the group's own structures. */
  blocksUnused: boolean;
  blockBitmapChecksum: number;
  inodeBitmapChecksum: number;
  /** Which copy it was read from, by group; null where none makes sense. */
  copy: number | null;
  /** Whether the first one was not used. */
  isReplaced: boolean;
  /** Whether its own checksum is right; true without one. */
  checksumHolds: boolean;
}

const low = layout.groupDescriptor.cursor();
const high = layout.groupDescriptorHigh.cursor();
const checksumOffset = 0x1e;
/** Groups whose tables stand together in the first of them, by default; of a volume that is cut off they may all be there. */
const groupsTogether = 16;
/** Copies that are looked at before a descriptor is given up. */
const mostCopies = 6;

export class GroupTable {
  readonly #geometry: Geometry;
  readonly #windows: Windows;
  readonly #size: number;
  readonly #record: GroupRecord;
  readonly #perBlock: number;
  /** Groups below have their descriptors in one table behind the superblock. */
  readonly #together: number;
  /** First blocks of copies of the table: of groups with a superblock. */
  readonly #copies: readonly number[];
  readonly count: number;

  /** `size` in bytes of what there is of the volume. */
  constructor(geometry: Geometry, windows: Windows, size: number) {
    this.#geometry = geometry;
    this.#windows = windows;
    this.#size = size;
    this.#perBlock = Math.floor(geometry.blockBytes / geometry.descriptorBytes);
    const isMeta = (geometry.features.incompatible & incompatible.metaGroups) !== 0;
    this.#together = isMeta ? geometry.firstMetaGroup * this.#perBlock : Number.POSITIVE_INFINITY;
    this.#copies = copiesOf(geometry);
    // Descriptors that the volume cannot hold are of no group.
    const held = Math.ceil(size / (geometry.blockBytes * geometry.blocksPerGroup));
    const most = held * groupsTogether + 4096;
    this.count = Math.min(geometry.groups, Math.floor(size / geometry.descriptorBytes), most);
    this.#record = {
      ...{ group: -1, blockBitmap: 0, inodeBitmap: 0, inodeTable: 0, freeBlocks: 0, freeInodes: 0, unusedInodes: 0 },
      ...{ inodesUnused: false, blocksUnused: false, blockBitmapChecksum: 0, inodeBitmapChecksum: 0 },
      ...{ copy: 0, checksumHolds: true, isReplaced: false },
    };
  }

  /** The record of a group below `count`; the same object every time. */
  get(group: number): GroupRecord {
    const record = this.#record;
    if (record.group === group) return record;
    record.group = group;
    let [fallback, tried] = [-1, 0];
    for (const copy of this.#copiesFor(group)) {
      if (tried++ === mostCopies) break;
      if (!this.#read(record, group, copy)) continue;
      if (record.checksumHolds) return this.#from(record, copy, tried > 1);
      if (fallback < 0) fallback = copy;
    }
    // Where all that make sense have a wrong checksum, the first of them counts.
    if (fallback >= 0) {
      this.#read(record, group, fallback);
      return this.#from(record, fallback, true);
    }
    record.blockBitmap = record.inodeBitmap = record.inodeTable = 0;
    record.copy = null;
    return this.#from(record, null, true);
  }

  /** What a wrong descriptor or a copy says of use is not current. */
  #from(record: GroupRecord, copy: number | null, isOld: boolean): GroupRecord {
    record.copy = copy;
    record.isReplaced = isOld;
    if (isOld) {
      record.unusedInodes = 0;
      record.inodesUnused = record.blocksUnused = false;
    }
    return record;
  }

  /** Places of a descriptor in the volume. */
  *#copiesFor(group: number): Generator<number> {
    const { blockBytes, descriptorBytes } = this.#geometry;
    if (group < this.#together) {
      const at = group * descriptorBytes;
      for (const block of this.#copies) yield block * blockBytes + at;
      return;
    }
    const meta = Math.floor(group / this.#perBlock);
    const inside = (group % this.#perBlock) * descriptorBytes;
    for (const holder of [0, 1, this.#perBlock - 1]) {
      const block = metaDescriptorBlock(this.#geometry, meta * this.#perBlock + holder);
      if (block !== null) yield block * blockBytes + inside;
    }
  }

  /** False where there is none in this place. */
  #read(record: GroupRecord, group: number, place: number): boolean {
    const { descriptorBytes, blockBytes, blocks } = this.#geometry;
    if (place + descriptorBytes > this.#size) return false;
    const at = this.#windows.seek(place);
    low.over(this.#windows.bytes, at);
    const isWide = descriptorBytes >= layout.wideDescriptorBytes;
    high.over(this.#windows.bytes, isWide ? at + layout.descriptorBytes : at);
    const top = isWide ? 2 ** 32 : 0;
    const half = isWide ? 2 ** 16 : 0;
    record.blockBitmap = low.blockBitmap + high.blockBitmap * top;
    record.inodeBitmap = low.inodeBitmap + high.inodeBitmap * top;
    record.inodeTable = low.inodeTable + high.inodeTable * top;
    record.freeBlocks = low.freeBlocks + high.freeBlocks * half;
    record.freeInodes = low.freeInodes;
    record.unusedInodes = Math.min(low.unusedInodes + high.unusedInodes * half, this.#geometry.inodesPerGroup);
    record.inodesUnused = (low.flags & layout.groupFlag.inodesUnused) !== 0;
    record.blocksUnused = (low.flags & layout.groupFlag.blocksUnused) !== 0;
    if (!hasUninit(this.#geometry)) {
      record.unusedInodes = 0;
      record.inodesUnused = record.blocksUnused = false;
    }
    record.blockBitmapChecksum = low.blockBitmapChecksum + high.blockBitmapChecksum * half;
    record.inodeBitmapChecksum = low.inodeBitmapChecksum + high.inodeBitmapChecksum * half;
    record.checksumHolds = this.#checksum(group, at) === (this.#hasChecksum() ? low.checksum : 0);
    const tableBlocks = tableBlocksOf(this.#geometry);
    const { blockBitmap, inodeBitmap, inodeTable } = record;
    const inside = (block: number, count: number): boolean => block > 0 && block + count <= blocks;
    return (
      inside(blockBitmap, 1) &&
      inside(inodeBitmap, 1) &&
      inside(inodeTable, tableBlocks) &&
      inodeTable * blockBytes < Number.MAX_SAFE_INTEGER
    );
  }

  #hasChecksum(): boolean {
    return hasUninit(this.#geometry);
  }

  #checksum(group: number, at: number): number {
    const { seed, descriptorBytes, uuidBytes } = this.#geometry;
    const { bytes } = this.#windows;
    if (seed !== null) {
      return checksumWithHole(checksumNumber(seed, group), bytes, at, descriptorBytes, checksumOffset, 2) & 0xffff;
    }
    if (!this.#hasChecksum()) return 0;
    groupWord[0] = group & 0xff;
    groupWord[1] = (group >>> 8) & 0xff;
    groupWord[2] = (group >>> 16) & 0xff;
    groupWord[3] = group >>> 24;
    const head = crc16(crc16(crc16(0xffff, uuidBytes), groupWord), bytes, at, at + checksumOffset);
    return crc16(head, bytes, at + checksumOffset + 2, at + Math.max(descriptorBytes, checksumOffset + 2));
  }
}

const groupWord = new Uint8Array(4);

function hasUninit({ features }: Geometry): boolean {
  return (features.readOnly & (readOnly.groupChecksums | readOnly.checksums)) !== 0;
}

export function tableBlocksOf({ inodesPerGroup, inodeBytes, blockBytes }: Geometry): number {
  return Math.ceil((inodesPerGroup * inodeBytes) / blockBytes);
}

/** Blocks of the table of descriptors behind the superblock, without those kept for later. */
export function descriptorBlocks(geometry: Geometry): number {
  const perBlock = Math.floor(geometry.blockBytes / geometry.descriptorBytes);
  const all = Math.ceil(geometry.groups / perBlock);
  const isMeta = (geometry.features.incompatible & incompatible.metaGroups) !== 0;
  return isMeta ? Math.min(all, geometry.firstMetaGroup) : all;
}

/** Block with the descriptors of the meta group of a group, where the group holds such a copy; null where it holds none. */
export function metaDescriptorBlock(geometry: Geometry, group: number): number | null {
  const { features, blockBytes, descriptorBytes, firstMetaGroup, groups } = geometry;
  if ((features.incompatible & incompatible.metaGroups) === 0 || group >= groups) return null;
  const perBlock = Math.floor(blockBytes / descriptorBytes);
  const inside = group % perBlock;
  if (group < firstMetaGroup * perBlock || (inside > 1 && inside !== perBlock - 1)) return null;
  return hasSuper(geometry, group) ? superBlockOf(geometry, group) + 1 : groupStart(geometry, group);
}

/** First blocks of the table and of its copies. */
function copiesOf(geometry: Geometry): number[] {
  const found: number[] = [];
  for (let group = 0; group < geometry.groups && found.length < mostCopies; group = nextWithSuper(geometry, group)) {
    found.push(superBlockOf(geometry, group) + 1);
  }
  return found;
}

function nextWithSuper(geometry: Geometry, group: number): number {
  const [first, second] = geometry.backupGroups;
  for (let next = group + 1; next < group + 3000; next++) if (hasSuper(geometry, next)) return next;
  return Math.max(first, second) > group ? Math.max(first, second) : geometry.groups;
}

/** Checksum of a bitmap as the descriptor has it: of its bytes in use, in a descriptor of 32 bytes the low half. */
export function bitmapChecksum(
  { seed, descriptorBytes }: Geometry,
  bitmap: Uint8Array,
  at: number,
  length: number,
): number | null {
  if (seed === null) return null;
  const whole = checksumFrom(seed, bitmap, at, at + length);
  return descriptorBytes >= layout.wideDescriptorBytes ? whole : whole & 0xffff;
}
