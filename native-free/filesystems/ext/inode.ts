/** Inodes: one cursor that is laid over one record after the other. */
import type { ItemTime, TimeKind } from "../../model/item.ts";
import { checksumFrom, checksumNumber } from "./checksums.ts";
import type { Geometry } from "./geometry.ts";
import { readOnly } from "./features.ts";
import * as layout from "./layouts.ts";
import { unixTime } from "../unix-time.ts";
import { nanosecondsOf, secondsOf, timeText } from "./times.ts";

const two32 = 2 ** 32;
const { fileType, inodeFlag, extraReach } = layout;
/** The longest content that pointers of 32 bits to blocks can have. */
const mostBlocks = two32;
const mostNanoseconds = 999_999_999;

/** Beside the fields: what they mean together. Valid until the next `over`. */
export class Inode {
  readonly base = layout.inode.cursor();
  readonly #extra = layout.inodeExtra.cursor();
  readonly #geometry: Geometry;
  number = 0;
  /** Byte of the volume where it begins. */
  place = -1;
  window: Uint8Array = new Uint8Array(0);
  at = 0;
  /** Bytes behind the first 128 that hold fields; 0 in small inodes. */
  extraBytes = 0;

  constructor(geometry: Geometry) {
    this.#geometry = geometry;
  }

  over(number: number, place: number, window: Uint8Array, at: number): this {
    this.number = number;
    this.place = place;
    this.window = window;
    this.at = at;
    this.base.over(window, at);
    this.extraBytes = 0;
    if (this.#geometry.inodeBytes > layout.inodeBytes) {
      const { extraBytes } = this.#extra.over(window, at + layout.inodeBytes);
      if (extraBytes % 4 === 0 && extraBytes <= this.#geometry.inodeBytes - layout.inodeBytes)
        this.extraBytes = extraBytes;
    }
    return this;
  }

  get type(): number {
    return this.base.mode & fileType.mask;
  }

  get flags(): number {
    return this.base.flags;
  }

  has(flag: number): boolean {
    return (this.base.flags & flag) !== 0;
  }

  /** As stated: of damaged ones above 2^53. */
  get statedSize(): number {
    return this.base.sizeLow + (this.#hasSizeHigh() ? this.base.sizeHigh * two32 : 0);
  }

  #hasSizeHigh(): boolean {
    return this.type === fileType.file || this.type === fileType.directory;
  }

  /** Whether the size can be that of a content in blocks. */
  get isSizePossible(): boolean {
    return this.statedSize <= mostBlocks * this.#geometry.blockBytes;
  }

  get uid(): number {
    return this.base.uidLow + this.base.uidHigh * 0x1_0000;
  }

  get gid(): number {
    return this.base.gidLow + this.base.gidHigh * 0x1_0000;
  }

  get attributeBlock(): number {
    return this.base.attributesLow + this.base.attributesHigh * two32;
  }

  /** Units of 512 bytes that it says to take up; Infinity-free, for comparisons. */
  get sectors(): number {
    const { sectorsLow, sectorsHigh } = this.base;
    if ((this.#geometry.features.readOnly & readOnly.hugeFiles) === 0) return sectorsLow;
    const count = sectorsLow + sectorsHigh * two32;
    return this.has(inodeFlag.huge) ? (count * this.#geometry.blockBytes) / 512 : count;
  }

  get project(): number {
    return this.extraBytes >= extraReach.project ? this.#extra.project : 0;
  }

  /** Tells incarnations of one number apart. */
  get identity(): string {
    const born = this.extraBytes >= extraReach.bornExtra ? `${this.#extra.born}.${this.#extra.bornExtra}` : "";
    return `${this.base.generation}/${born}`;
  }

  /** Whether two incarnations of one number are the same, as `identity` tells them. */
  isSameFile(other: Inode): boolean {
    const has = this.extraBytes >= extraReach.bornExtra;
    if (this.base.generation !== other.base.generation || has !== other.extraBytes >= extraReach.bornExtra)
      return false;
    return !has || (this.#extra.born === other.#extra.born && this.#extra.bornExtra === other.#extra.bornExtra);
  }

  /** Whether the target of a link or a small content lies in the record itself. */
  get isFastLink(): boolean {
    return (
      this.type === fileType.symlink &&
      this.base.sizeLow < layout.mapBytes &&
      (this.base.flags & (inodeFlag.extents | inodeFlag.inline)) === 0
    );
  }

  get isInline(): boolean {
    return this.has(inodeFlag.inline);
  }

  /** Whether it is a content or a directory that is laid out in blocks. */
  get hasBlocks(): boolean {
    const { type } = this;
    if (type !== fileType.file && type !== fileType.directory && type !== fileType.symlink) return false;
    return !this.isInline && !this.isFastLink;
  }

  /** Whether everything is zero that a used one has. */
  get isBlank(): boolean {
    const { mode, links, deleted, changed } = this.base;
    return mode === 0 && links === 0 && deleted === 0 && changed === 0;
  }

  /** Those that can be; an attribute's inode has others in their fields, a reserved one that was never written has none. */
  times(invalid: { count: number } = { count: 0 }): ItemTime[] {
    const { modified, accessed, changed } = this.base;
    const out: ItemTime[] = [];
    if (this.has(inodeFlag.attributeValue) || (modified === 0 && accessed === 0 && changed === 0)) return out;
    const reach = this.extraBytes;
    const extra = this.#extra;
    addTime(out, invalid, "m", modified, reach >= extraReach.modified ? extra.modified : -1);
    addTime(out, invalid, "a", accessed, reach >= extraReach.accessed ? extra.accessed : -1);
    addTime(out, invalid, "c", changed, reach >= extraReach.changed ? extra.changed : -1);
    if (reach >= extraReach.born && extra.born !== 0)
      addTime(out, invalid, "b", extra.born, reach >= extraReach.bornExtra ? extra.bornExtra : -1);
    return out;
  }

  /** Null where nothing was recorded. */
  get deletedAt(): string | null {
    return this.base.deleted === 0 ? null : timeText(this.base.deleted, -1);
  }

  /** Whether the checksum is right; true without one. */
  get checksumHolds(): boolean {
    const { seed, inodeBytes } = this.#geometry;
    if (seed === null) return true;
    const { window, at } = this;
    const start = checksumNumber(checksumNumber(seed, this.number), this.base.generation);
    const hasHigh = this.extraBytes >= extraReach.checksum;
    let sum = checksumFrom(start, window, at, at + layout.checksumLowOffset);
    sum = checksumFrom(sum, hole, 0, 2);
    const middle = hasHigh ? layout.checksumHighOffset : inodeBytes;
    sum = checksumFrom(sum, window, at + layout.checksumLowOffset + 2, at + middle);
    if (hasHigh) {
      sum = checksumFrom(sum, hole, 0, 2);
      sum = checksumFrom(sum, window, at + layout.checksumHighOffset + 2, at + inodeBytes);
    }
    const low = this.base.checksumLow;
    return hasHigh ? sum === low + this.#extra.checksumHigh * 0x1_0000 : (sum & 0xffff) === low;
  }
}

/** Whether a record says of itself that it is in use. */
export function isAlive({ base, type }: Inode): boolean {
  return base.links > 0 && base.deleted === 0 && base.changed !== 0 && type !== 0;
}

const hole = new Uint8Array(2);

/** `more`: the field with further bits and nanoseconds; −1 where there is none. */
function addTime(out: ItemTime[], invalid: { count: number }, kind: TimeKind, field: number, more: number): void {
  const nanoseconds = more < 0 ? -1 : nanosecondsOf(more);
  if (nanoseconds > mostNanoseconds) invalid.count++;
  else out.push(unixTime(kind, "ext", secondsOf(field, more < 0 ? 0 : more), nanoseconds));
}
