/** A set of directory entries (exFAT specification, sections 6 and 7): a file with its stream and names, a structure, or what is left of a file. */
import { Buffer } from "node:buffer";
import type { EvidenceName } from "../../model/item.ts";
import { isDosDate } from "../dos-time.ts";
import * as layout from "./layouts.ts";
import type { ExfatVolume } from "./volume.ts";

const { type, slotBytes } = layout;
const mostSlots = layout.mostSecondaries + 1;
const mostNames = 17;
const noSlot = 0;
const nameBytes = layout.nameUnits * 2;

/** `remains`: a stream or names that lost the entry they belong to. `other`: a structure of the file system, known or not. */
export type SetKind = "file" | "remains" | "other";

/** One object that is filled anew for each set. Slot 0 is the first; 0 as the number of another slot means that there is none. */
export class EntrySet {
  readonly bytes = new Uint8Array(mostSlots * slotBytes);
  /** Of each slot in the volume. */
  readonly offsets = new Float64Array(mostSlots);
  count = 0;
  /** Slots that the set should have. */
  expected = 0;
  kind: SetKind = "other";
  deleted = false;
  /** Stands behind the end mark, where no system looks. */
  afterEnd = false;
  /** Number of the slot of the stream, -1 where it is not there. */
  stream = -1;
  names = 0;
  /** A type that is none was taken for what should stand in its place. */
  repaired = false;
  readonly file = layout.fileSlot.cursor();
  readonly streamEntry = layout.streamSlot.cursor();
  readonly #primary = layout.primarySlot.cursor();
  readonly #firstNames = new Int16Array(mostSlots);
  readonly #raw = Buffer.from(this.bytes.buffer);

  /** Of the first slot, with the bit that says that it is in use. */
  get type(): number {
    return this.bytes[0]! | layout.typeBits.inUse;
  }

  get offset(): number {
    return this.offsets[noSlot]!;
  }

  /** Whether all slots are there that the first one and the stream speak of. */
  get complete(): boolean {
    return this.kind !== "remains" && this.count >= this.expected && (this.kind !== "file" || this.stream === 1);
  }

  add(window: Uint8Array, at: number, offset: number): void {
    const to = this.count * slotBytes;
    for (let i = 0; i < slotBytes; i++) this.bytes[to + i] = window[at + i]!;
    this.offsets[this.count++] = offset;
  }

  /** To be told of the slot that was added last. */
  addStream(): void {
    this.stream = this.count - 1;
    this.streamEntry.over(this.bytes, this.stream * slotBytes);
  }

  addName(): void {
    if (this.names < mostNames) this.#firstNames[this.names++] = this.count - 1;
  }

  /** Names that the stream speaks of; of remains without it as many as come. */
  get namesNeeded(): number {
    return this.stream < 0 ? mostNames : Math.min(mostNames, Math.ceil(this.streamEntry.nameUnits / layout.nameUnits));
  }

  /** Units that are no text are kept in `bytes` as UTF-16LE. */
  name(): EvidenceName {
    let left = this.stream < 0 ? nameBytes * this.names : this.streamEntry.nameUnits * 2;
    let text = "";
    for (let i = 0; i < this.names && left > 0; i++, left -= nameBytes) {
      const from = this.#firstNames[i]! * slotBytes + layout.nameUnitsAt;
      text += this.#raw.toString("utf16le", from, from + Math.min(left, nameBytes));
    }
    return nameOf(this.stream < 0 ? text.replace(/\0.*$/s, "") : text);
  }

  /** Section 6.3.3; of a deleted set as it was when it was in use. */
  get checksumHolds(): boolean {
    const { bytes, count } = this;
    let sum = 0;
    for (let slot = 0; slot < count; slot++) {
      const end = (slot + 1) * slotBytes;
      for (let at = slot * slotBytes; at < end; at++) {
        if (at === 2 || at === 3) continue;
        const byte = (at & (slotBytes - 1)) === 0 ? bytes[at]! | layout.typeBits.inUse : bytes[at]!;
        sum = (((sum & 1) << 15) + (sum >>> 1) + byte) & 0xffff;
      }
    }
    return sum === this.#primary.over(bytes).checksum;
  }

  /** Numbers of the slots behind the names: benign secondary entries. */
  *further(): Generator<number> {
    for (let slot = 1; slot < this.count; slot++) {
      const each = this.bytes[slot * slotBytes]! | layout.typeBits.inUse;
      if ((each & layout.typeBits.benign) !== 0) yield slot;
    }
  }
}

/** Of text in which units may stand that are none. */
export function nameOf(text: string): EvidenceName {
  if (text.isWellFormed()) return { text, bytes: null };
  return { text: text.toWellFormed(), bytes: Buffer.from(text, "utf16le").toString("base64") };
}

const file = layout.fileSlot.cursor();
const stream = layout.streamSlot.cursor();
const secondary = layout.secondarySlot.cursor();

/** Whether 32 bytes can be the first entry of a file; what is only left over must also have dates that exist. */
export function isFile(window: Uint8Array, at: number, remains: boolean): boolean {
  const { attributes, secondaries, created, modified } = file.over(window, at);
  if ((attributes & ~layout.attributeMask) !== 0 || secondaries < 2) return false;
  return !remains || (isDate(created >>> 16) && isDate(modified >>> 16));
}

const isDate = (date: number): boolean => date === 0 || isDosDate(date);

/** Whether 32 bytes can be a stream, whatever their type says. */
export function isStream(volume: ExfatVolume, window: Uint8Array, at: number): boolean {
  const { flags, nameUnits, firstCluster, dataBytes, validBytes } = stream.over(window, at);
  if ((flags & ~3) !== 0 || nameUnits === 0) return false;
  if (firstCluster !== 0 && (firstCluster < 2 || firstCluster > volume.geometry.lastCluster)) return false;
  return (firstCluster !== 0 || dataBytes === 0) && dataBytes <= volume.geometry.size && validBytes <= dataBytes;
}

/** Whether 32 bytes can be a piece of a name: no control characters in it. */
export function isName(window: Uint8Array, at: number): boolean {
  if ((secondary.over(window, at).flags & ~3) !== 0) return false;
  for (let i = at + layout.nameUnitsAt; i < at + slotBytes; i += 2) {
    const unit = window[i]! | (window[i + 1]! << 8);
    if (unit === 0) return i > at + layout.nameUnitsAt;
    if (unit < 0x20) return false;
  }
  return true;
}

/** Types that begin a set whatever stands before them. */
export function beginsSet(each: number): boolean {
  const used = each | layout.typeBits.inUse;
  return (
    used === type.file || (used >= type.bitmap && used <= type.label) || used === type.guid || used === type.padding
  );
}
