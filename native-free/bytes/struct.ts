/**
 * Binary layouts, declared once as tables and read through a reusable cursor:
 *
 *     const entry = struct("ewf.errorEntry", 8, { first: [0, u32, "sector"], count: [4, u32, "sectors"] });
 *     const cursor = entry.cursor();
 *     for (let at = 0; at < bytes.length; at += entry.size) total += cursor.over(bytes, at).count;
 *
 * Little-endian. Numbers are read and written without allocating; `bytes` and `ascii` fields allocate a view or a string.
 */
import { EvidenceError } from "../model/errors.ts";

const TWO_32 = 0x1_0000_0000;

/** How a field is read and written at an absolute offset of the window. */
export interface FieldType<T> {
  readonly size: number;
  read(window: DataView, at: number): T;
  write(window: DataView, at: number, value: T): void;
}

export const u8: FieldType<number> = {
  size: 1,
  read: (window, at) => window.getUint8(at),
  write: (window, at, value) => window.setUint8(at, value),
};

export const u16: FieldType<number> = {
  size: 2,
  read: (window, at) => window.getUint16(at, true),
  write: (window, at, value) => window.setUint16(at, value, true),
};

export const u32: FieldType<number> = {
  size: 4,
  read: (window, at) => window.getUint32(at, true),
  write: (window, at, value) => window.setUint32(at, value, true),
};

/** A number; reading one above 2^53 − 1 throws EvidenceError `structure/number-too-large`, writing one RangeError. */
export const u64: FieldType<number> = {
  size: 8,
  read(window, at) {
    const value = window.getUint32(at + 4, true) * TWO_32 + window.getUint32(at, true);
    if (value > Number.MAX_SAFE_INTEGER) throw new EvidenceError("structure/number-too-large");
    return value;
  },
  write(window, at, value) {
    if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`not a 64-bit size: ${value}`);
    window.setUint32(at, value % TWO_32, true);
    window.setUint32(at + 4, Math.floor(value / TWO_32), true);
  },
};

/** `size` bytes, borrowed from the window. Writing a shorter value leaves the rest as it is. */
export function bytes(size: number): FieldType<Uint8Array> {
  return {
    size,
    read: (window, at) => new Uint8Array(window.buffer, window.byteOffset + at, size),
    write(window, at, value) {
      if (value.length > size) throw new RangeError(`${value.length} bytes do not fit in ${size}`);
      new Uint8Array(window.buffer, window.byteOffset + at, size).set(value);
    },
  };
}

/** Text up to the first NUL, one character per byte; written padded with NULs. */
export function ascii(size: number): FieldType<string> {
  return {
    size,
    read(window, at) {
      let text = "";
      for (let i = 0; i < size; i++) {
        const code = window.getUint8(at + i);
        if (code === 0) break;
        text += String.fromCharCode(code);
      }
      return text;
    },
    write(window, at, value) {
      if (value.length > size) throw new RangeError(`"${value}" does not fit in ${size} bytes`);
      for (let i = 0; i < size; i++) window.setUint8(at + i, i < value.length ? value.charCodeAt(i) : 0);
    },
  };
}

/** Offset inside the record in bytes, type, and where the name does not say it: unit or meaning. */
type Field = readonly [
  offset: number,
  type: FieldType<number> | FieldType<string> | FieldType<Uint8Array>,
  meaning?: string,
];
type Layout = Readonly<Record<string, Field>>;
type ValueOf<F extends Field> = F[1] extends FieldType<infer T> ? T : never;

/** One record at a time, under the names of its fields. */
export type Cursor<L extends Layout> = { -readonly [K in keyof L]: ValueOf<L[K]> } & {
  /** Lays the cursor over the record at `at`; throws RangeError when the window does not hold all of it. */
  over(window: Uint8Array, at?: number): Cursor<L>;
};

export interface Struct<L extends Layout> {
  readonly name: string;
  /** Bytes of one record. */
  readonly size: number;
  /** Byte of each field in the record: for loops over very many records, which read with a view of their own. */
  readonly offsets: { readonly [K in keyof L]: number };
  /** A reusable cursor, over an empty record until `over` is called. Make one per loop, not one per record. */
  cursor(): Cursor<L>;
}

/** What the accessors of a cursor work on. */
class Window {
  bytes: Uint8Array;
  view: DataView;
  at = 0;
  readonly #name: string;
  readonly #size: number;

  constructor(name: string, size: number) {
    this.#name = name;
    this.#size = size;
    this.bytes = new Uint8Array(size);
    this.view = new DataView(this.bytes.buffer);
  }

  over(window: Uint8Array, at = 0): this {
    if (at < 0 || at + this.#size > window.length) throw new RangeError(`${this.#name} does not fit at ${at}`);
    if (window !== this.bytes) {
      this.bytes = window;
      this.view = new DataView(window.buffer, window.byteOffset, window.length);
    }
    this.at = at;
    return this;
  }
}

const reserved = new Set(["over", "bytes", "view", "at", "constructor"]);

/** Fields must lie inside the record, in order and without overlap: a wrong table fails when its module is loaded. */
function checkLayout(name: string, size: number, layout: Layout): void {
  let end = 0;
  for (const [field, [offset, type]] of Object.entries(layout)) {
    if (reserved.has(field)) throw new Error(`${name}.${field}: the name is taken`);
    if (!Number.isInteger(offset) || offset < end) throw new Error(`${name}.${field}: overlaps the field before it`);
    end = offset + type.size;
    if (end > size) throw new Error(`${name}.${field}: reaches past the ${size} bytes of the record`);
  }
}

/** Declares a layout; throws Error when fields overlap, are out of order or leave the record. */
export function struct<const L extends Layout>(name: string, size: number, layout: L): Struct<L> {
  checkLayout(name, size, layout);
  class Record extends Window {}
  for (const [field, [offset, type]] of Object.entries(layout)) {
    const { write } = type as FieldType<unknown>;
    Object.defineProperty(Record.prototype, field, {
      get: getterOf(type as FieldType<unknown>, offset),
      set(this: Window, value: unknown) {
        write(this.view, this.at + offset, value);
      },
    });
  }
  const offsets = Object.fromEntries(Object.entries(layout).map(([field, [offset]]) => [field, offset]));
  return {
    name,
    size,
    offsets: offsets as { [K in keyof L]: number },
    cursor: () => new Record(name, size) as unknown as Cursor<L>,
  };
}

/** The common types have getters of their own: a call that may be of any type costs more than the reading. */
function getterOf(type: FieldType<unknown>, offset: number): (this: Window) => unknown {
  if (type === u8) return getterOf8(offset);
  if (type === u16) return getterOf16(offset);
  if (type === u32) return getterOf32(offset);
  const { read } = type;
  return function (this: Window) {
    return read(this.view, this.at + offset);
  };
}

const getterOf8 = (offset: number) =>
  function (this: Window): number {
    return this.view.getUint8(this.at + offset);
  };
const getterOf16 = (offset: number) =>
  function (this: Window): number {
    return this.view.getUint16(this.at + offset, true);
  };
const getterOf32 = (offset: number) =>
  function (this: Window): number {
    return this.view.getUint32(this.at + offset, true);
  };
