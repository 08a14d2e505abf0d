/** Records of a PowerPoint stream (MS-PPT 2.3.1): a tree of containers and atoms. */
import { Buffer } from "node:buffer";

/** Numbers of records that are read (MS-PPT 2.13.24). */
export const rt = {
  document: 0x03e8,
  slide: 0x03ee,
  slideAtom: 0x03ef,
  notes: 0x03f0,
  notesAtom: 0x03f1,
  slidePersist: 0x03f3,
  mainMaster: 0x03f8,
  slideInfo: 0x03f9,
  drawing: 0x040c,
  sound: 0x07e6,
  soundData: 0x07e7,
  outlineReference: 0x0f9e,
  textChars: 0x0fa0,
  textBytes: 0x0fa8,
  cString: 0x0fba,
  headersFooters: 0x0fd9,
  externalObjects: 0x0409,
  hyperlink: 0x0fd7,
  slideList: 0x0ff0,
  userEdit: 0x0ff5,
  currentUser: 0x0ff6,
  oleStorage: 0x1011,
  persistDirectory: 0x1772,
  comment: 0x2ee0,
  commentAtom: 0x2ee1,
  cryptSession: 0x2f14,
} as const;

export interface PptRecord {
  readonly type: number;
  readonly instance: number;
  readonly isContainer: boolean;
  /** Of the header. */
  readonly at: number;
  /** First byte of the data, and the byte behind the last. */
  readonly start: number;
  readonly end: number;
}

const headerBytes = 8;

/** The record at the byte; cut where the bytes end, null where there is no whole header. */
export function recordAt(bytes: Uint8Array, at: number): PptRecord | null {
  if (at < 0 || at + headerBytes > bytes.length) return null;
  const kind = bytes[at]! | (bytes[at + 1]! << 8);
  const type = bytes[at + 2]! | (bytes[at + 3]! << 8);
  const length = bytes[at + 4]! + bytes[at + 5]! * 2 ** 8 + bytes[at + 6]! * 2 ** 16 + bytes[at + 7]! * 2 ** 24;
  const start = at + headerBytes;
  return {
    type,
    instance: kind >>> 4,
    isContainer: (kind & 15) === 15,
    at,
    start,
    end: Math.min(bytes.length, start + length),
  };
}

/** Records between two bytes, one level deep. */
export function* recordsIn(bytes: Uint8Array, from: number, to: number): Generator<PptRecord> {
  for (let at = from; at + headerBytes <= to;) {
    const record = recordAt(bytes, at);
    if (record === null) return;
    yield { ...record, end: Math.min(record.end, to) };
    at = record.end;
  }
}

const deepest = 32;

/** Every record below one, containers before what they hold. */
export function* recordsBelow(bytes: Uint8Array, parent: PptRecord, depth = 0): Generator<PptRecord> {
  for (const record of recordsIn(bytes, parent.start, parent.end)) {
    yield record;
    if (record.isContainer && depth < deepest) yield* recordsBelow(bytes, record, depth + 1);
  }
}

/** Text of an atom; null where it is none. */
export function textOf(bytes: Uint8Array, { type, start, end }: PptRecord): string | null {
  if (type === rt.textChars || type === rt.cString)
    return tidy(Buffer.from(bytes.subarray(start, end)).toString("utf16le"));
  // The lower halves of UTF-16 units whose upper halves are zero.
  return type === rt.textBytes ? tidy(Buffer.from(bytes.subarray(start, end)).toString("latin1")) : null;
}

function tidy(text: string): string {
  // eslint-disable-next-line no-control-regex
  return text
    .replace(/[\r\u000b]/g, "\n")
    .replace(/[\u0000-\u0008\u000c\u000e-\u001f]/g, "")
    .toWellFormed();
}
