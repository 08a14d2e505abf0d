/** Reads directories slot by slot into sets of entries, with what is left of deleted ones and what stands behind the end mark. */
import { viewRange } from "../../bytes/byte-source.ts";
import { beginsSet, EntrySet, isFile, isName, isStream } from "./entry-set.ts";
import * as layout from "./layouts.ts";
import type { ByteRange, ExfatVolume } from "./volume.ts";

const WINDOW_BYTES = 128 << 10;
const { slotBytes, type, typeBits } = layout;

/** What a directory says beside its entries; filled while it is read. */
export interface DirectoryNotes {
  /** Bytes up to the end mark, the mark left out; all where there is none. */
  used: number;
  /** Offset of the end mark in the volume, -1 where there is none. */
  endMark: number;
  /** Slots in use without an entry that could be understood. */
  damaged: number;
}

export const newNotes = (): DirectoryNotes => ({ used: 0, endMark: -1, damaged: 0 });

/** One reader for one thread of walking: the set that it yields is the same object every time. */
export class DirectoryReader {
  readonly #volume: ExfatVolume;
  readonly #set = new EntrySet();
  #notes: DirectoryNotes = newNotes();
  #ended = false;

  constructor(volume: ExfatVolume) {
    this.#volume = volume;
  }

  /** The sets in these stretches; `ended` where the stretches lie behind the end mark. */
  *sets(ranges: Iterable<ByteRange>, notes: DirectoryNotes, ended = false): Generator<EntrySet> {
    const set = this.#set;
    this.#notes = notes;
    this.#ended = ended;
    set.count = 0;
    for (const { start, length } of ranges) {
      for (let from = 0; from < length; from += WINDOW_BYTES) {
        const window = viewRange(this.#volume.source, start + from, Math.min(WINDOW_BYTES, length - from));
        for (let at = 0; at + slotBytes <= window.length; at += slotBytes) {
          const each = window[at]!;
          if (set.count > 0 && !this.#continues(window, at, each)) {
            if (this.#finish()) yield set;
            set.count = 0;
          }
          this.#take(window, at, start + from + at, each);
          if (set.count > 0 && set.count >= set.expected) {
            if (this.#finish()) yield set;
            set.count = 0;
          }
        }
      }
    }
    if (set.count > 0 && this.#finish()) yield set;
    set.count = 0;
  }

  /** Whether a slot belongs to the set at hand. */
  #continues(window: Uint8Array, at: number, each: number): boolean {
    const set = this.#set;
    const used = each | typeBits.inUse;
    if (this.#isSecondaryOf(each)) {
      if (set.kind === "remains") return used === type.name && set.names < set.namesNeeded;
      if (set.kind !== "file") return true;
      if (set.count === 1) return used === type.stream;
      return used !== type.stream && (used !== type.name || set.names < set.namesNeeded);
    }
    // A type that was damaged: what stands in its place tells what it is.
    if (set.deleted || set.kind !== "file" || beginsSet(each)) return false;
    if (set.count === 1)
      return isStream(this.#volume, window, at) && set.bytes[1]! * layout.nameUnits >= window[at + 3]!;
    return each !== 0 && set.names < set.namesNeeded && isName(window, at);
  }

  #take(window: Uint8Array, at: number, offset: number, each: number): void {
    const set = this.#set;
    if (each === 0 && set.count === 0) {
      if (!this.#ended) this.#notes.endMark = offset;
      this.#ended = true;
      return;
    }
    if (!this.#ended) this.#notes.used += slotBytes;
    if (set.count > 0) this.#append(window, at, offset, each);
    else this.#begin(window, at, offset, each);
  }

  #append(window: Uint8Array, at: number, offset: number, each: number): void {
    const set = this.#set;
    const used = each | typeBits.inUse;
    set.add(window, at, offset);
    if (set.kind === "file" && set.count === 2) {
      set.repaired ||= used !== type.stream;
      set.addStream();
      set.expected = Math.max(set.expected, 2 + set.namesNeeded);
    } else if (set.kind !== "other" && (used === type.name || !this.#isSecondaryOf(each))) {
      set.repaired ||= used !== type.name;
      set.addName();
    }
  }

  #isSecondaryOf(each: number): boolean {
    return (each & typeBits.secondary) !== 0 && ((each ^ this.#set.bytes[0]!) & typeBits.inUse) === 0;
  }

  #begin(window: Uint8Array, at: number, offset: number, each: number): void {
    const set = this.#set;
    const used = each | typeBits.inUse;
    const isRemains = (each & typeBits.secondary) !== 0;
    const deleted = (each & typeBits.inUse) === 0;
    const afterEnd = this.#ended;
    const isOld = deleted || afterEnd;
    const fits =
      used === type.file
        ? isFile(window, at, isOld)
        : used === type.stream
          ? isStream(this.#volume, window, at)
          : used === type.name
            ? isName(window, at)
            : !isOld || used === type.label || used === type.guid;
    if (!fits || (isRemains && used !== type.stream && used !== type.name)) {
      if (!isOld) this.#notes.damaged++;
      return;
    }
    set.kind = used === type.file ? "file" : isRemains ? "remains" : "other";
    set.deleted = deleted;
    set.afterEnd = afterEnd;
    set.stream = -1;
    set.names = 0;
    set.repaired = false;
    set.add(window, at, offset);
    if (used === type.stream) set.addStream();
    if (used === type.name) set.addName();
    const alone = used >= type.bitmap && used <= type.label;
    const secondaries = alone || used === type.padding ? 0 : window[at + 1]!;
    set.expected = 1 + (isRemains ? (set.stream < 0 ? layout.mostSecondaries : set.namesNeeded) : secondaries);
    if (set.kind === "file") set.file.over(set.bytes);
  }

  /** Whether the set at hand is worth being shown. */
  #finish(): boolean {
    const set = this.#set;
    if (set.kind === "other") return this.#isStructure();
    // Names that lost everything else are shown where they are a name; a first entry alone says no more than times.
    return set.kind === "file" || set.stream >= 0 || set.deleted || set.afterEnd || set.names > 0;
  }

  #isStructure(): boolean {
    const set = this.#set;
    const { type: used, bytes } = set;
    const known = used <= type.label || used === type.guid || used === type.padding;
    const isOld = set.deleted || set.afterEnd;
    // What is not known must at least be what it says: a set with its checksum.
    const holds = used === type.label ? isLabel(bytes) : known && used !== type.guid ? true : set.checksumHolds;
    const fits = (known && !isOld) || (holds && (used & typeBits.benign) !== 0) || (used === type.label && holds);
    if (!fits && !isOld) this.#notes.damaged += set.count;
    return fits;
  }
}

const label = layout.labelSlot.cursor();

function isLabel(bytes: Uint8Array): boolean {
  const { count, units } = label.over(bytes);
  if (count < 1 || count > layout.labelUnits) return false;
  for (let i = 0; i < count; i++) if ((units[2 * i]! | (units[2 * i + 1]! << 8)) < 0x20) return false;
  return true;
}

const file = layout.fileSlot.cursor();

/** Whether a cluster reads as a part of a directory: a set of a file begins in its first slots, after at most the end of another. */
export function looksLikeDirectory(volume: ExfatVolume, window: Uint8Array): boolean {
  const most = Math.min(window.length - 3 * slotBytes, 19 * slotBytes);
  for (let at = 0; at <= most; at += slotBytes) {
    const each = window[at]!;
    const inUse = each & typeBits.inUse;
    if ((each | typeBits.inUse) === type.file) {
      if (!isFile(window, at, true) || file.over(window, at).secondaries > 18 + 64) return false;
      const next = at + slotBytes;
      if (window[next] !== (inUse | (type.stream & 0x7f)) || !isStream(volume, window, next)) return false;
      return window[next + slotBytes] === (inUse | (type.name & 0x7f)) && isName(window, next + slotBytes);
    }
    const used = each | typeBits.inUse;
    if (used !== type.name && used !== type.stream && (each & (typeBits.secondary | typeBits.benign)) !== 0x60)
      return false;
  }
  return false;
}

/** Whether a directory ends inside of these bytes. */
export function hasEndMark(window: Uint8Array): boolean {
  for (let at = 0; at + slotBytes <= window.length; at += slotBytes) if (window[at] === 0) return true;
  return false;
}
