/** Attributes of a record, told apart and checked, so that whoever reads them later stays inside of the record. */
import * as layout from "./layouts.ts";
import type { Records } from "./records.ts";

export interface Attribute {
  readonly type: number;
  /** Number of the record that holds it, for `Records.at`. */
  readonly holder: number;
  /** Offset in that record. */
  readonly at: number;
  readonly length: number;
  readonly id: number;
  readonly nameLength: number;
  readonly nonResident: boolean;
}

const attribute = layout.attribute.cursor();
const resident = layout.residentValue.cursor();

const heads = layout.attribute.offsets;
const lengthAt = layout.valueAt + layout.residentValue.offsets.length;
const fromAt = layout.valueAt + layout.residentValue.offsets.from;
const runsAt = layout.valueAt + layout.clusterValue.offsets.runsAt;
const record = layout.fileRecord.offsets;

/** Where attributes may reach to, from the begin of the current record. */
export function usedBytes({ view, offset, recordBytes }: Records): number {
  const used = view.getUint32(offset + record.used, true);
  return used > view.getUint16(offset + record.firstAttribute, true) && used <= recordBytes ? used : recordBytes;
}

/**
 * Goes from attribute to attribute of the current record, without an object for each. Where the chain of them is damaged, it goes on with
 * whatever begins as an attribute again.
 */
export class AttributeWalk {
  /** Of the attribute that `next` has come to: its offset in the record, and what its head says. */
  at = 0;
  type = 0;
  length = 0;
  id = 0;
  nameLength = 0;
  nonResident = false;
  #view: DataView = new DataView(new ArrayBuffer(0));
  #offset = 0;
  #end = 0;
  #next = 0;
  #sound = true;
  #ended = false;

  /** Begins at the first attribute of the record that is current. */
  over(records: Records): this {
    const { view, offset } = records;
    this.#view = view;
    this.#offset = offset;
    this.#end = usedBytes(records);
    this.#next = view.getUint16(offset + record.firstAttribute, true);
    this.#sound = true;
    this.#ended = false;
    this.type = 0;
    return this;
  }

  /** False behind the last one. */
  next(): boolean {
    const [view, end] = [this.#view, this.#end];
    for (; this.#next + layout.residentBytes <= end; this.#next += 8) {
      const from = this.#offset + this.#next;
      const type = view.getUint32(from + heads.type, true);
      if (type === layout.endMark) {
        this.#ended = true;
        return false;
      }
      const length = view.getUint32(from + heads.length, true);
      if (isAttribute(view, from, type, length, this.#offset + end) && (this.#sound || type >= this.type)) {
        this.at = this.#next;
        this.type = type;
        this.length = length;
        this.id = view.getUint16(from + heads.id, true);
        this.nameLength = view.getUint8(from + heads.nameLength);
        this.nonResident = view.getUint8(from + heads.nonResident) === 1;
        this.#next += length;
        return true;
      }
      this.#sound = false;
    }
    return false;
  }

  /** Whether the chain was whole, once `next` was false. */
  get isWhole(): boolean {
    if (!this.#sound || this.#ended) return this.#sound;
    // The end mark may be cut off where the record is full; where a few bytes are left, only the mark may stand there.
    return this.#next + 8 > this.#end ? this.#next >= this.#end : isEnd(this.#view, this.#offset + this.#next);
  }
}

const isEnd = (view: DataView, at: number): boolean =>
  view.getUint16(at, true) === 0xffff && view.getUint8(at + 2) === 0xff;

/** Whether an attribute that can be read stands at `from`, and ends before `end`. */
function isAttribute(view: DataView, from: number, type: number, length: number, end: number): boolean {
  if (type === 0 || (type & 15) !== 0 || type > 0xffff || length < layout.residentBytes || from + length > end)
    return false;
  const nonResident = view.getUint8(from + heads.nonResident);
  if ((length & 7) !== 0 || nonResident > 1) return false;
  const nameLength = view.getUint8(from + heads.nameLength);
  if (nameLength > 0) {
    const nameAt = view.getUint16(from + heads.nameAt, true);
    if (nameAt < layout.residentBytes || nameAt + 2 * nameLength > length) return false;
  }
  if (nonResident === 0) {
    const value = view.getUint16(from + fromAt, true);
    return value >= layout.residentBytes && value + view.getUint32(from + lengthAt, true) <= length;
  }
  if (length < layout.nonResidentBytes) return false;
  const runs = view.getUint16(from + runsAt, true);
  return runs >= layout.nonResidentBytes && runs < length;
}

const walk = new AttributeWalk();

/** Appends the attributes of record `number`, which must be current. False where the chain of them is damaged. */
export function readAttributes(records: Records, number: number, out: Attribute[]): boolean {
  walk.over(records);
  while (walk.next()) {
    const { type, at, length, id, nameLength, nonResident } = walk;
    out.push({ type, holder: number, at, length, id, nameLength, nonResident });
  }
  return walk.isWhole;
}

/** Name of an attribute; the empty one for the unnamed. */
export function attributeName(records: Records, found: Attribute): string {
  if (found.nameLength === 0) return "";
  records.at(found.holder);
  const from = records.offset + found.at;
  const start = from + attribute.over(records.bytes, from).nameAt;
  return records.text.toString("utf16le", start, start + 2 * found.nameLength);
}

/** Offset of the value of a resident attribute in `Records.bytes`, whose record is made current; its length is `valueLength`. */
export function valueStart(records: Records, found: Attribute): number {
  records.at(found.holder);
  return valueStartAt(records, found.at);
}

/** The same of the attribute at `at` of the current record. */
export function valueStartAt({ view, offset }: Records, at: number): number {
  return offset + at + view.getUint16(offset + at + fromAt, true);
}

/** Bytes of the value of the resident attribute at `at` of the current record. */
export function valueLengthAt({ view, offset }: Records, at: number): number {
  return view.getUint32(offset + at + lengthAt, true);
}

export function valueLength(records: Records, found: Attribute): number {
  records.at(found.holder);
  return resident.over(records.bytes, records.offset + found.at + layout.valueAt).length;
}

/** A copy of the value of a resident attribute. */
export function valueBytes(records: Records, found: Attribute): Uint8Array {
  const start = valueStart(records, found);
  return records.bytes.slice(start, start + valueLength(records, found));
}

/** Flags of the attribute: `layout.attributeFlag`. */
export function flagsOf(records: Records, found: Attribute): number {
  records.at(found.holder);
  return attribute.over(records.bytes, records.offset + found.at).flags;
}
