/** One block of a directory (chapter "Directory Entries"): its entries, and names that are only left over between them. */
import { Buffer } from "node:buffer";
import type { EvidenceName } from "../../model/item.ts";
import { nameFromBytes } from "../../model/forensic-path.ts";
import * as layout from "./layouts.ts";

/** The most records that fit a block of 64 KiB. */
const mostRecords = 8192;
/** Records that are tried to find where a damaged block goes on. */
const mostSteps = 1 << 15;
const slash = 0x2f;
const dot = 0x2e;

/** What holds for all blocks of a directory. */
export interface DirectoryRules {
  /** Whether entries have a type; without one the length of the name has 16 bits. */
  readonly typed: boolean;
  /** Bytes of a hash behind each name. */
  readonly hashBytes: number;
  readonly indexed: boolean;
  /** Names are ciphertext. */
  readonly encrypted: boolean;
  /** Highest inode number. */
  readonly inodes: number;
}

// Blocks have millions of records and places where one could be: read without a cursor.
const { inode: inodeAt, length: lengthAt, nameLength: nameLengthAt, type: typeAt } = layout.directoryRecord.offsets;
const rootIndex = layout.indexRoot.cursor();
const nodeIndex = layout.indexNode.cursor();

function recordBytes(nameLength: number, hashBytes: number): number {
  return ((layout.recordHeadBytes + nameLength + 3) & ~3) + hashBytes;
}

/** Reads one block after the other; what it found is valid until the next. */
export class DirectoryBlock {
  /** Entries and left-over names, as offsets in the window; `.` and `..` are not among them. */
  readonly at = new Int32Array(mostRecords);
  readonly live = new Uint8Array(mostRecords);
  count = 0;
  /** Stretches of the block that no system reads: pairs of begin and end in the window. */
  readonly gaps: number[] = [];
  /** Places that hold no record. */
  damaged = 0;
  /** What `.` and `..` say; 0 where they are not there. */
  self = 0;
  parent = 0;
  /** Where the block begins in the window. */
  start = 0;
  /** Of the record that says the checksum; −1 without one. */
  tail = -1;
  #window: Uint8Array = new Uint8Array(0);
  #view: DataView = new DataView(this.#window.buffer);
  #end = 0;
  #rules: DirectoryRules = { typed: true, hashBytes: 0, indexed: false, encrypted: false, inodes: 0 };

  /** `first`: the block begins with `.` and `..`; `remains` false: left-over names are not looked for. */
  parse(window: Uint8Array, at: number, length: number, rules: DirectoryRules, first: boolean, remains = true): void {
    if (window !== this.#window) this.#view = new DataView(window.buffer, window.byteOffset, window.length);
    this.#window = window;
    this.#end = at + length;
    this.start = at;
    this.#rules = rules;
    this.count = this.damaged = this.self = this.parent = 0;
    this.tail = -1;
    this.gaps.length = 0;
    let from = at;
    while (from + layout.recordHeadBytes <= this.#end) {
      const size = this.#lengthAt(from);
      if (size < 0) {
        const next = this.#resume(from);
        this.damaged++;
        if (remains) this.#search(from, next);
        from = next;
        continue;
      }
      this.#record(from, size, first && from - at < 32, remains, at);
      from += size;
    }
  }

  nameLengthAt(at: number): number {
    const nameLength = this.#view.getUint8(at + nameLengthAt);
    return this.#rules.typed ? nameLength : nameLength + this.#view.getUint8(at + typeAt) * 256;
  }

  typeAt(at: number): number {
    return this.#rules.typed ? this.#view.getUint8(at + typeAt) & 0x0f : 0;
  }

  inodeAt(at: number): number {
    return this.#view.getUint32(at + inodeAt, true);
  }

  nameAt(at: number): EvidenceName {
    return nameOf(this.#window, at + layout.recordHeadBytes, this.nameLengthAt(at));
  }

  nameBytesAt(at: number): Uint8Array {
    const from = at + layout.recordHeadBytes;
    return this.#window.subarray(from, from + this.nameLengthAt(at));
  }

  /** Length of the record, −1 where there is none. A block of 64 KiB has lengths that 16 bits do not hold. */
  #lengthAt(at: number): number {
    const length = this.#view.getUint16(at + lengthAt, true);
    const stated = length === 0xffff || length === 0 ? 0x1_0000 : length;
    const nameLength = this.nameLengthAt(at);
    const used = this.inodeAt(at) === 0 ? layout.recordHeadBytes : layout.recordHeadBytes + nameLength;
    return (stated & 3) !== 0 || stated < used || at + stated > this.#end || nameLength > 255 ? -1 : stated;
  }

  #record(at: number, size: number, isHead: boolean, remains: boolean, start: number): void {
    const inode = this.inodeAt(at);
    const nameLength = this.nameLengthAt(at);
    if (inode === 0) {
      this.#unused(at, size, nameLength, this.#view.getUint8(at + typeAt), remains, at === start);
      return;
    }
    const used = recordBytes(nameLength, this.#rules.hashBytes);
    if (isHead && this.#isDots(at, nameLength)) {
      if (nameLength === 1) this.self = inode;
      else this.parent = inode;
      if (nameLength === 2 && this.#rules.indexed) this.#indexRoot(start, at + size, remains);
      else this.#gap(at + recordBytes(nameLength, 0), at + size, remains);
      return;
    }
    if (this.#isNameless(at, nameLength)) this.damaged++;
    else this.#add(at, true);
    this.#gap(at + used, at + size, remains);
  }

  /** A record without inode: the checksum, a node of the index, or an entry that was the first of its block. */
  #unused(at: number, size: number, nameLength: number, type: number, remains: boolean, isFirst: boolean): void {
    const isTail = size === layout.tailRecordBytes && type === layout.tailRecordType && at + size === this.#end;
    if (isTail) {
      this.tail = at;
      return;
    }
    if (isFirst && this.#rules.indexed && nameLength === 0 && at + size >= this.#end) {
      const { count, limit } = nodeIndex.over(this.#window, at);
      if (count > 0 && count <= limit) {
        this.#gap(Math.min(this.#end, at + 8 + count * layout.indexEntryBytes), this.#end - 8, remains);
        return;
      }
    }
    if (remains && nameLength > 0 && this.#isName(at, nameLength, at + size)) {
      this.#add(at, false);
      this.gaps.push(at + layout.recordHeadBytes, at + size);
      this.#search(at + recordBytes(nameLength, 0), at + size);
    } else this.#gap(at + layout.recordHeadBytes, at + size, remains);
  }

  #indexRoot(start: number, end: number, remains: boolean): void {
    const { count } = rootIndex.over(this.#window, start);
    const used = start + 0x20 + Math.max(1, count) * layout.indexEntryBytes;
    // Its last eight bytes may be a checksum.
    this.#gap(used, end - layout.indexEntryBytes, remains);
  }

  #gap(from: number, to: number, remains: boolean): void {
    if (from >= to) return;
    this.gaps.push(from, to);
    if (remains) this.#search(from, to);
  }

  #add(at: number, live: boolean): void {
    if (this.count === mostRecords) return;
    this.at[this.count] = at;
    this.live[this.count++] = live ? 1 : 0;
  }

  #isDots(at: number, nameLength: number): boolean {
    const from = at + layout.recordHeadBytes;
    if (nameLength > 2 || this.#window[from] !== dot) return false;
    return nameLength === 1 || (nameLength === 2 && this.#window[from + 1] === dot);
  }

  #isNameless(at: number, nameLength: number): boolean {
    if (nameLength === 0) return true;
    const from = at + layout.recordHeadBytes;
    if (this.#rules.encrypted) return false;
    for (let i = from; i < from + nameLength; i++) if (this.#window[i] === 0 || this.#window[i] === slash) return true;
    return false;
  }

  /** Names in bytes that belong to no entry, every four bytes. */
  #search(from: number, to: number): void {
    const view = this.#view;
    for (let at = from; at + layout.recordHeadBytes < to;) {
      const length = view.getUint16(at + lengthAt, true);
      // Most of it is zero. Names may be without an inode: some systems take it out of what they delete.
      if (length === 0) {
        at += 4;
        continue;
      }
      const nameLength = this.nameLengthAt(at);
      const used = recordBytes(nameLength, 0);
      const fits = (length & 3) === 0 && length >= used && at + length <= this.#end;
      if (fits && this.#isName(at, nameLength, to)) {
        this.#add(at, false);
        at += used;
      } else at += 4;
    }
  }

  #isName(at: number, nameLength: number, to: number): boolean {
    const type = this.#view.getUint8(at + typeAt);
    const from = at + layout.recordHeadBytes;
    if (this.inodeAt(at) > this.#rules.inodes || nameLength === 0 || nameLength > 255 || from + nameLength > to)
      return false;
    if (this.#rules.typed && (type === 0 || type > 7)) return false;
    if (this.#isDots(at, nameLength)) return false;
    if (this.#rules.encrypted) return true;
    for (let i = from; i < from + nameLength; i++) {
      const byte = this.#window[i]!;
      if (byte < 0x20 || byte === slash || byte === 0x7f) return false;
    }
    return true;
  }

  /** Where records go on behind damage: from there they lead to the end of the block; else that end. */
  #resume(from: number): number {
    let steps = mostSteps;
    for (let at = from + 4; at + layout.recordHeadBytes <= this.#end && steps > 0; at += 4) {
      let [next, records] = [at, 0];
      while (next + layout.recordHeadBytes <= this.#end && steps-- > 0) {
        const size = this.#lengthAt(next);
        if (size < 0 || (this.inodeAt(next) !== 0 && !this.#isName(next, this.nameLengthAt(next), next + size))) break;
        if (this.inodeAt(next) !== 0) records++;
        next += size;
      }
      if (next === this.#end && records > 0) return at;
    }
    return this.#end;
  }
}

/** Plain ASCII is told by its bytes and needs no decoder. */
function nameOf(window: Uint8Array, from: number, length: number): EvidenceName {
  let bits = 0;
  for (let i = from; i < from + length; i++) bits |= window[i]!;
  if (bits >= 0x80) return nameFromBytes(window.subarray(from, from + length));
  return { text: latin1Slice.call(window, from, from + length), bytes: null };
}

/** Takes any Uint8Array: one object less than a Buffer over the window. */
const { latin1Slice } = Buffer.prototype;
