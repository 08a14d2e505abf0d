/** Values of a record as text and bytes. SQLite, "Database File Format" 2.1. */
import { bytesOfType, readTypes, Varint } from "../../carving/databases/sqlite-cells.ts";

/** Encoding of the database's texts, as its header counts them: UTF-8, UTF-16 little-endian, big-endian. */
export type TextEncoding = 1 | 2 | 3;

/** Numbers are given as text, blobs as views of the record. */
export type Value = null | string | Uint8Array;

const types: number[] = [];
const varint = new Varint();

/** The values of a record in the order of its columns; null where it is no record. `cut` tells that the end is missing. */
export function recordValues(record: Uint8Array, encoding: TextEncoding): { values: Value[]; cut: boolean } | null {
  if (readTypes(record, 0, record.length, types) < 0 || types.length === 0) return null;
  varint.read(record, 0, record.length);
  let at = varint.value;
  const view = new DataView(record.buffer, record.byteOffset, record.length);
  const values: Value[] = [];
  let cut = false;
  for (const type of types) {
    const length = bytesOfType(type);
    const end = Math.min(at + length, record.length);
    if (at + length > record.length) cut = true;
    values.push(end - at < length && type < 12 ? null : valueOf(record, view, at, end, type, encoding));
    at = end;
  }
  return { values, cut };
}

function valueOf(bytes: Uint8Array, view: DataView, at: number, end: number, type: number, encoding: TextEncoding) {
  if (type >= 12) return type % 2 === 0 ? bytes.subarray(at, end) : textOf(bytes, at, end, encoding);
  switch (type) {
    case 0:
      return null;
    case 1:
      return String(view.getInt8(at));
    case 2:
      return String(view.getInt16(at));
    case 3:
      return String((view.getInt8(at) << 16) | view.getUint16(at + 1));
    case 4:
      return String(view.getInt32(at));
    case 5:
      return String(view.getInt16(at) * 0x1_0000_0000 + view.getUint32(at + 2));
    case 6:
      return String(view.getBigInt64(at));
    case 7:
      return String(view.getFloat64(at));
    default:
      return type === 8 ? "0" : "1";
  }
}

/** Text of a stretch; bytes that are no text become U+FFFD. */
export function textOf(bytes: Uint8Array, at: number, end: number, encoding: TextEncoding): string {
  const part = Buffer.from(bytes.buffer, bytes.byteOffset + at, end - at);
  if (encoding === 1) return part.toString("utf8");
  if (encoding === 2) return part.toString("utf16le").toWellFormed();
  return Buffer.from(part.subarray(0, part.length & ~1))
    .swap16()
    .toString("utf16le")
    .toWellFormed();
}
