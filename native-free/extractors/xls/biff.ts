/** Records of a workbook stream (MS-XLS 2.1.4), decrypted where it is protected (MS-XLS 2.2.10). */
import { type ByteSource, readRange } from "../../bytes/byte-source.ts";
import type { Extent } from "../../compound/extent-source.ts";

/** Numbers of records that are read (MS-XLS 2.3.1); older forms of cells differ in the upper byte alone. */
export const biff = {
  formula: 0x0006,
  eof: 0x000a,
  header: 0x0014,
  footer: 0x0015,
  externSheet: 0x0017,
  name: 0x0018,
  note: 0x001c,
  date1904: 0x0022,
  filePass: 0x002f,
  continued: 0x003c,
  codePage: 0x0042,
  writeAccess: 0x005c,
  object: 0x005d,
  columnInfo: 0x007d,
  boundSheet: 0x0085,
  multiRk: 0x00bd,
  extendedFormat: 0x00e0,
  sharedStrings: 0x00fc,
  labelShared: 0x00fd,
  richString: 0x00d6,
  drawingGroup: 0x00eb,
  textObject: 0x01b6,
  supBook: 0x01ae,
  hyperlink: 0x01b8,
  number: 0x0203,
  label: 0x0204,
  boolOrError: 0x0205,
  string: 0x0207,
  row: 0x0208,
  rk: 0x027e,
  format: 0x041e,
  sharedFormula: 0x04bc,
  begin: 0x0809,
} as const;

export interface BiffRecord {
  readonly type: number;
  /** Of the record's header in the stream. */
  readonly at: number;
  /** Borrowed until the next record is asked for. */
  readonly data: Uint8Array;
}

/** Decrypts the data of a record in place; `at` is the place of the data in the stream. */
export type RecordKey = (data: Uint8Array, at: number, type: number) => void;

/** Records that are never encrypted (MS-XLS 2.2.10): beginnings, protection itself, locks of shared workbooks. */
const plainTypes: ReadonlySet<number> = new Set([biff.begin, biff.filePass, 0x0194, 0x0195, 0x00e1, 0x0138, 0x0196]);
const windowBytes = 1 << 18;
const headerBytes = 4;

/** Every record up to the end of the stream or to where four zeros stand for one. */
export function* readRecords(stream: ByteSource, from: number, key: RecordKey | null): Generator<BiffRecord> {
  let window: Uint8Array = new Uint8Array(0);
  let base = from;
  for (let at = from; at + headerBytes <= stream.size;) {
    if (at - base + headerBytes > window.length) {
      base = at;
      window = readRange(stream, at, windowBytes);
    }
    const type = window[at - base]! | (window[at - base + 1]! << 8);
    const length = window[at - base + 2]! | (window[at - base + 3]! << 8);
    if (type === 0 && length === 0) return;
    if (at - base + headerBytes + length > window.length && base !== at) {
      base = at;
      window = readRange(stream, at, windowBytes);
    }
    const start = at - base + headerBytes;
    const data = key ? window.slice(start, start + length) : window.subarray(start, start + length);
    if (key && !plainTypes.has(type)) decrypt(key, data, at + headerBytes, type);
    yield { type, at, data };
    at += headerBytes + length;
  }
}

/** The place of a sheet stays readable. */
function decrypt(key: RecordKey, data: Uint8Array, at: number, type: number): void {
  const place = type === biff.boundSheet ? data.slice(0, 4) : null;
  key(data, at, type);
  if (place) data.set(place);
}

/** Whether a stream of records starts at the byte. */
export function isBegin(stream: ByteSource, at: number): boolean {
  const head = readRange(stream, at, 4);
  return head.length === 4 && head[0] === 0x09 && [0, 2, 4, 8].includes(head[1]!) && head[3] === 0;
}

/** Where the data of a record lie. */
export function extentOf(record: BiffRecord): Extent {
  return { at: record.at + headerBytes, length: record.data.length };
}
