/**
 * Directories of TIFF and of what is built like it: camera raws, EXIF, multi-picture indexes, BigTIFF.
 * Spec: TIFF 6.0 section 2; BigTIFF (libtiff design document).
 */
import type { CarveWindow } from "../carve-window.ts";

export interface TiffEntry {
  readonly tag: number;
  readonly type: number;
  readonly count: number;
  /** Where the value stands in the window, in the entry itself or elsewhere. */
  readonly valueAt: number;
  /** Length of the value. */
  readonly bytes: number;
}

export interface TiffDirectory {
  readonly entries: readonly TiffEntry[];
  /** Offset of the next directory from the base; 0 for none. */
  readonly next: number;
  /** Exclusive, of the directory itself. */
  readonly end: number;
}

/** Bytes of one value by type: BYTE, ASCII, SHORT, LONG, RATIONAL, SBYTE, UNDEFINED, SSHORT, SLONG, SRATIONAL, FLOAT, DOUBLE, IFD. */
const typeBytes = [0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4, 0, 0, 8, 8, 8];
const entryLimit = 1024;

export class TiffReader {
  /** Where offsets count from. */
  readonly base: number;
  /** Magic number behind the byte order: 42, 43, or that of a camera. */
  readonly magic: number;
  /** Offset of the first directory. */
  readonly first: number;
  readonly #window: CarveWindow;
  readonly #end: number;
  readonly #little: boolean;
  readonly #big: boolean;

  private constructor(window: CarveWindow, base: number, end: number, little: boolean) {
    this.#window = window;
    this.base = base;
    this.#end = Math.min(end, window.end);
    this.#little = little;
    this.magic = this.u16(base + 2);
    this.#big = this.magic === 43;
    this.first = this.#big ? this.u64(base + 8) : this.u32(base + 4);
  }

  /** Null without a byte order at `base`. Offsets reach up to `end`. */
  static at(window: CarveWindow, base: number, end: number): TiffReader | null {
    const order = window.has(base, 8) ? window.u16be(base) : 0;
    if (order !== 0x4949 && order !== 0x4d4d) return null;
    return new TiffReader(window, base, end, order === 0x4949);
  }

  u16(at: number): number {
    return this.#little ? this.#window.u16(at) : this.#window.u16be(at);
  }
  u32(at: number): number {
    return this.#little ? this.#window.u32(at) : this.#window.u32be(at);
  }
  u64(at: number): number {
    return this.#little ? this.#window.u64(at) : this.#window.u64be(at);
  }

  /** The directory at an offset from the base; null where one of its entries cannot be. Values may lie behind the end. */
  directory(offset: number): TiffDirectory | null {
    const at = this.base + offset;
    const [countBytes, entryBytes, offsetBytes] = this.#big ? [8, 20, 8] : [2, 12, 4];
    if (offset < 8 || at + countBytes > this.#end) return null;
    const count = this.#big ? this.u64(at) : this.u16(at);
    const end = at + countBytes + count * entryBytes + offsetBytes;
    if (count === 0 || count > entryLimit || end > this.#end) return null;
    const entries: TiffEntry[] = [];
    for (let i = 0; i < count; i++) {
      const entry = this.#entry(at + countBytes + i * entryBytes);
      if (entry === null) return null;
      entries.push(entry);
    }
    return { entries, next: this.#big ? this.u64(end - 8) : this.u32(end - 4), end };
  }

  #entry(at: number): TiffEntry | null {
    const type = this.u16(at + 2);
    const each = typeBytes[type] ?? 0;
    if (each === 0) return null;
    const count = this.#big ? this.u64(at + 4) : this.u32(at + 4);
    const bytes = count * each;
    if (!Number.isSafeInteger(this.base + bytes)) return null;
    const inlineAt = this.#big ? at + 12 : at + 8;
    const inline = bytes <= (this.#big ? 8 : 4);
    const valueAt = inline ? inlineAt : this.base + (this.#big ? this.u64(inlineAt) : this.u32(inlineAt));
    return { tag: this.u16(at), type, count, valueAt, bytes };
  }

  /** The n-th number of a value of whole numbers; 0 for other types. */
  number(entry: TiffEntry, index = 0): number {
    const each = typeBytes[entry.type] as number;
    const at = entry.valueAt + index * each;
    if (index >= entry.count || at + each > this.#end) return 0;
    if (each === 1) return this.#window.u8(at);
    if (each === 2) return this.u16(at);
    return each === 4 ? this.u32(at) : this.u64(at);
  }

  /** A text value, up to 64 characters, one per byte. */
  text(entry: TiffEntry): string {
    const bytes = this.#window.view(entry.valueAt, Math.min(64, entry.bytes));
    let text = "";
    for (const byte of bytes) {
      if (byte === 0) break;
      text += String.fromCharCode(byte);
    }
    return text;
  }
}
