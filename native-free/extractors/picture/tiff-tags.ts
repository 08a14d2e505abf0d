/**
 * Directories of tags, as TIFF 6.0 section 2 has them: in EXIF, in TIFF and in most camera raws. Damage is remembered, never
 * thrown: what can be read of the rest is read.
 */
import { type ByteSource, readRange } from "../../bytes/byte-source.ts";

/** Bytes of a value by type: byte, ASCII, short, long, rational, signed ones, floats, directory. */
const typeBytes = [0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4];
const entryBytes = 12;
const mostEntries = 2048;
const mostDirectories = 64;
const longestText = 1 << 20;

interface Entry {
  readonly type: number;
  readonly count: number;
  /** Of its value in the source. */
  readonly at: number;
}

export class Tiff {
  readonly source: ByteSource;
  /** Offsets count from here. */
  readonly base: number;
  readonly little: boolean;
  damaged = false;
  readonly #seen = new Set<number>();

  /** `base`: of the byte order mark. */
  constructor(source: ByteSource, base: number) {
    this.source = source;
    this.base = base;
    this.little = readRange(source, base, 2)[0] === 0x49;
  }

  /** The first directory; null where there is none. */
  get first(): Directory | null {
    const head = this.view(this.base, 8);
    return head ? this.directory(head.getUint32(4, this.little)) : this.fail();
  }

  fail(): null {
    this.damaged = true;
    return null;
  }

  view(at: number, length: number): DataView | null {
    const bytes = readRange(this.source, at, length);
    return bytes.length < length ? null : new DataView(bytes.buffer, bytes.byteOffset, length);
  }

  /** The directory at an offset; null where there is none, or where it was read before. */
  directory(offset: number): Directory | null {
    if (offset < 8) return offset === 0 ? null : this.fail();
    return this.#seen.has(offset) || this.#seen.size >= mostDirectories
      ? null
      : this.directoryAt(offset, this.base + offset);
  }

  /** The same at a place of the source, for maker notes. */
  directoryAt(offset: number, at: number): Directory | null {
    this.#seen.add(offset);
    const count = this.view(at, 2)?.getUint16(0, this.little) ?? -1;
    const table = count < 0 || count > mostEntries ? null : this.view(at + 2, count * entryBytes);
    if (!table) return this.fail();
    const next = this.view(at + 2 + count * entryBytes, 4)?.getUint32(0, this.little) ?? 0;
    const entries = new Map<number, Entry>();
    for (let index = 0; index < count; index++) {
      const place = index * entryBytes;
      const tag = table.getUint16(place, this.little);
      const type = table.getUint16(place + 2, this.little);
      const values = table.getUint32(place + 4, this.little);
      const bytes = (typeBytes[type] ?? 0) * values;
      const inside = at + 2 + place + 8;
      if (!entries.has(tag)) {
        entries.set(tag, {
          type,
          count: values,
          at: bytes <= 4 ? inside : this.base + table.getUint32(place + 8, this.little),
        });
      }
    }
    return new Directory(this, entries, next);
  }
}

export class Directory {
  readonly tiff: Tiff;
  /** Offset of the directory behind it, 0 for none. */
  readonly next: number;
  readonly #entries: ReadonlyMap<number, Entry>;

  constructor(tiff: Tiff, entries: ReadonlyMap<number, Entry>, next: number) {
    this.tiff = tiff;
    this.#entries = entries;
    this.next = next;
  }

  has(tag: number): boolean {
    return this.#entries.has(tag);
  }

  count(tag: number): number {
    return this.#entries.get(tag)?.count ?? 0;
  }

  /** Where the value stands in the source, and its bytes; null where it does not lie in it. */
  place(tag: number): { at: number; length: number } | null {
    const entry = this.#entries.get(tag);
    if (!entry) return null;
    const length = (typeBytes[entry.type] ?? 0) * entry.count;
    if (length === 0) return null;
    return entry.at + length > this.tiff.source.size ? this.tiff.fail() : { at: entry.at, length };
  }

  /** Of any type; null where absent, longer than `limit` or outside. */
  bytes(tag: number, limit: number): Buffer | null {
    const place = this.place(tag);
    return place && place.length <= limit ? Buffer.from(readRange(this.tiff.source, place.at, place.length)) : null;
  }

  /** UTF-8 where it is that, else Latin-1; up to the first NUL, blanks around it left out. Null for nothing. */
  text(tag: number): string | null {
    const type = this.#entries.get(tag)?.type;
    const bytes = type === 2 || type === 1 || type === 7 || type === 13 ? this.bytes(tag, longestText) : null;
    if (!bytes) return null;
    const end = bytes.indexOf(0);
    const part = end < 0 ? bytes : bytes.subarray(0, end);
    const utf8 = part.toString("utf8");
    const text = (utf8.includes("\ufffd") ? part.toString("latin1") : utf8).trim();
    return text === "" ? null : text;
  }

  /** Up to `limit` numbers; rationals are divided, NaN for those over nothing. */
  numbers(tag: number, limit = 64): number[] {
    const entry = this.#entries.get(tag);
    const place = entry ? this.place(tag) : null;
    if (!entry || !place) return [];
    const count = Math.min(entry.count, limit);
    const view = this.tiff.view(place.at, count * typeBytes[entry.type]!);
    return view ? Array.from({ length: count }, (_, index) => numberAt(view, entry.type, index, this.tiff.little)) : [];
  }

  number(tag: number): number | null {
    const value = this.numbers(tag, 1)[0];
    return value === undefined || Number.isNaN(value) ? null : value;
  }
}

function numberAt(view: DataView, type: number, index: number, little: boolean): number {
  const at = index * typeBytes[type]!;
  switch (type) {
    case 3:
      return view.getUint16(at, little);
    case 4:
    case 13:
      return view.getUint32(at, little);
    case 5:
      return view.getUint32(at, little) / view.getUint32(at + 4, little);
    case 6:
      return view.getInt8(at);
    case 8:
      return view.getInt16(at, little);
    case 9:
      return view.getInt32(at, little);
    case 10:
      return view.getInt32(at, little) / view.getInt32(at + 4, little);
    case 11:
      return view.getFloat32(at, little);
    case 12:
      return view.getFloat64(at, little);
    default:
      return view.getUint8(at);
  }
}
