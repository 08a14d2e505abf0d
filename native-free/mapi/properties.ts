/**
 * Properties of MAPI objects (MS-OXCDATA 2.11, MS-OXPROPS): values as numbers, texts, times and bytes, in a bag by id. Shared
 * by what keeps such objects: Outlook messages as files, TNEF, personal folders.
 */
import { Buffer, isUtf8 } from "node:buffer";
import { type ByteSource, MemorySource, readRange } from "../bytes/byte-source.ts";
import { mixedGuidText } from "../bytes/guid.ts";
import { decodeCodePage } from "../compound/code-page.ts";
import { fileTimeText } from "../compound/file-time.ts";

/** Property types (MS-OXCDATA 2.11.1). */
export const propertyType = {
  int16: 0x0002,
  int32: 0x0003,
  float32: 0x0004,
  float64: 0x0005,
  currency: 0x0006,
  appTime: 0x0007,
  error: 0x000a,
  boolean: 0x000b,
  object: 0x000d,
  int64: 0x0014,
  string8: 0x001e,
  unicode: 0x001f,
  time: 0x0040,
  guid: 0x0048,
  binary: 0x0102,
  multiple: 0x1000,
} as const;

/** Times are ISO 8601 in UTC, GUIDs text, 64-bit numbers bigint, bytes a source. */
export type MapiValue = string | number | bigint | boolean | ByteSource | readonly MapiValue[];

export interface MapiProperty {
  readonly id: number;
  readonly type: number;
  readonly value: MapiValue;
  /** Of named properties (ids from 0x8000 on): `set/name` or `set/0x8208`, see `named-properties.ts`. */
  readonly name: string | null;
}

/** Bytes of a value of fixed size; 0 for those whose size varies. */
export function fixedBytes(type: number): number {
  switch (type) {
    case propertyType.int16:
    case propertyType.boolean:
      return 2;
    case propertyType.int32:
    case propertyType.float32:
    case propertyType.error:
      return 4;
    case propertyType.float64:
    case propertyType.currency:
    case propertyType.appTime:
    case propertyType.int64:
    case propertyType.time:
      return 8;
    case propertyType.guid:
      return 16;
    default:
      return 0;
  }
}

/** A value of fixed size; null for times that are not set and for types that have none. */
export function decodeFixed(type: number, bytes: Uint8Array): MapiValue | null {
  if (bytes.length < fixedBytes(type)) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  switch (type) {
    case propertyType.int16:
      return view.getInt16(0, true);
    case propertyType.boolean:
      return view.getUint16(0, true) !== 0;
    case propertyType.int32:
      return view.getInt32(0, true);
    case propertyType.float32:
      return view.getFloat32(0, true);
    case propertyType.float64:
    case propertyType.appTime:
      return view.getFloat64(0, true);
    case propertyType.currency:
    case propertyType.int64:
      return view.getBigInt64(0, true);
    case propertyType.time:
      return fileTimeText(view.getBigUint64(0, true));
    case propertyType.guid:
      return mixedGuidText(bytes);
    default:
      return null;
  }
}

/** Text without the zeros that end it. `codePage` 0: not known, told from the bytes. */
export function decodeString(type: number, bytes: Uint8Array, codePage: number): string {
  if (type === propertyType.unicode) {
    const text = Buffer.from(bytes.subarray(0, bytes.length & ~1)).toString("utf16le");
    return text.replace(/\0+$/, "").toWellFormed();
  }
  // Writers name UTF-8 for the net and store the text in the page of their system all the same.
  const isWide = (codePage === 0 || codePage === 65_001) && isUtf8(bytes);
  const page = codePage === 0 || codePage === 65_001 ? 1252 : codePage;
  const text = isWide ? Buffer.from(bytes).toString("utf8") : decodeCodePage(bytes, page);
  return text.replace(/\0+$/, "");
}

const isSource = (value: MapiValue | undefined): value is ByteSource =>
  typeof value === "object" && !Array.isArray(value) && "readInto" in value;

/** Properties of one object by id, and by name where they have one. The first of two with the same id counts. */
export class PropertyBag {
  readonly #byId = new Map<number, MapiProperty>();
  readonly #byName = new Map<string, MapiProperty>();

  constructor(properties: Iterable<MapiProperty>) {
    for (const property of properties) {
      if (!this.#byId.has(property.id)) this.#byId.set(property.id, property);
      if (property.name !== null && !this.#byName.has(property.name)) this.#byName.set(property.name, property);
    }
  }

  get all(): Iterable<MapiProperty> {
    return this.#byId.values();
  }

  /** By id, or by the name of a named property. */
  value(key: number | string): MapiValue | undefined {
    return (typeof key === "number" ? this.#byId.get(key) : this.#byName.get(key))?.value;
  }

  /** Null where there is none or only blanks. */
  text(key: number | string): string | null {
    const value = this.value(key);
    return typeof value === "string" && value.trim() !== "" ? value : null;
  }

  number(key: number | string): number | null {
    const value = this.value(key);
    return typeof value === "number" ? value : null;
  }

  /** Bytes; a text as UTF-8 where that is how it is stored. */
  source(key: number | string): ByteSource | null {
    const value = this.value(key);
    if (isSource(value)) return value;
    return typeof value === "string" && value !== "" ? new MemorySource(Buffer.from(value)) : null;
  }

  /** Up to `limit` bytes. */
  bytes(key: number | string, limit: number): Uint8Array | null {
    const source = this.source(key);
    return source === null ? null : readRange(source, 0, limit);
  }
}
