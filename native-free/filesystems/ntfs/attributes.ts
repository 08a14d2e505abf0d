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

const header = layout.fileRecord.cursor();
/** The head of the attribute that `isAttribute` has looked at last. */
export const attribute = layout.attribute.cursor();
const resident = layout.residentValue.cursor();
const clusters = layout.clusterValue.cursor();

/** Where attributes may reach to, from the begin of the current record. */
export function usedBytes(records: Records): number {
  const { used, firstAttribute } = header.over(records.bytes, records.offset);
  return used > firstAttribute && used <= records.recordBytes ? used : records.recordBytes;
}

/**
 * Appends the attributes of record `number`, which must be current. False where the chain of them is damaged: what was found before stands,
 * and behind it whatever begins as an attribute again.
 */
export function readAttributes(records: Records, number: number, out: Attribute[]): boolean {
  const { bytes, offset } = records;
  const end = usedBytes(records);
  let at = header.over(bytes, offset).firstAttribute;
  let sound = true;
  let before = 0;
  while (at + 8 <= end) {
    if (at + layout.residentBytes > end) return sound && isEnd(records, at);
    const found = isAttribute(records, at, end);
    const { type } = attribute;
    if (type === layout.endMark) return sound;
    if (!found || (!sound && type < before)) {
      sound = false;
      at += 8;
      continue;
    }
    const { length, id, nameLength, nonResident } = attribute;
    out.push({ type, holder: number, at, length, id, nameLength, nonResident: nonResident === 1 });
    before = type;
    at += length;
  }
  // The end mark may be cut off where the record is full.
  return sound && at >= end;
}

function isEnd({ bytes, offset }: Records, at: number): boolean {
  // Fewer bytes than an attribute are left: only the mark may stand there.
  return bytes[offset + at] === 0xff && bytes[offset + at + 1] === 0xff && bytes[offset + at + 2] === 0xff;
}

/** Whether an attribute that can be read stands at `at` of the current record. */
export function isAttribute({ bytes, offset }: Records, at: number, end: number): boolean {
  const { type, length, nonResident, nameLength, nameAt } = attribute.over(bytes, offset + at);
  if (type === 0 || type % 16 !== 0 || type > 0xffff || length < layout.residentBytes || at + length > end)
    return false;
  if (length % 8 !== 0 || nonResident > 1) return false;
  if (nameLength > 0 && (nameAt < layout.residentBytes || nameAt + 2 * nameLength > length)) return false;
  if (nonResident === 0) {
    resident.over(bytes, offset + at + layout.valueAt);
    return resident.from >= layout.residentBytes && resident.from + resident.length <= length;
  }
  if (length < layout.nonResidentBytes) return false;
  const { runsAt } = clusters.over(bytes, offset + at + layout.valueAt);
  return runsAt >= layout.nonResidentBytes && runsAt < length;
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
  const from = records.offset + found.at;
  return from + resident.over(records.bytes, from + layout.valueAt).from;
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
