/** The stream of TNEF (MS-OXTNEF 2.1): attributes with checksums, and property lists inside of some (2.1.3.4). */
import { type ByteSource, MemorySource } from "../../bytes/byte-source.ts";
import { ExtentSource } from "../../compound/extent-source.ts";
import { struct, u16, u32, u8 } from "../../bytes/struct.ts";
import {
  decodeFixed,
  decodeString,
  fixedBytes,
  type MapiProperty,
  type MapiValue,
  propertyType,
} from "../../mapi/properties.ts";
import { namedKey } from "../../mapi/named-properties.ts";
import { mixedGuidText } from "../../bytes/guid.ts";
import { readRange } from "../../bytes/byte-source.ts";
import { Buffer } from "node:buffer";

const attributeHead = struct("tnef.attribute", 9, {
  level: [0, u8, "1 message, 2 attachment"],
  id: [1, u16],
  type: [3, u16],
  size: [5, u32, "bytes"],
});

export const streamHeadBytes = 6;
const checksumBytes = 2;

export interface Attribute {
  readonly level: number;
  readonly id: number;
  readonly at: number;
  readonly data: ByteSource;
  /** False where the sum of the bytes is another than the one that follows them. */
  readonly isIntact: boolean;
}

/** Attributes in order; `onCut` is called where the stream ends or breaks inside of one. */
export function* readAttributes(source: ByteSource, limitBytes: number, onCut: () => void): Generator<Attribute> {
  const cursor = attributeHead.cursor();
  for (let at = streamHeadBytes; at < source.size;) {
    const head = readRange(source, at, attributeHead.size);
    if (head.length < attributeHead.size) return onCut();
    const { level, id, size } = cursor.over(head);
    const start = at + attributeHead.size;
    if ((level !== 1 && level !== 2) || start + size > source.size) return onCut();
    yield { level, id, at, ...dataOf(source, start, size, limitBytes) };
    at = start + size + checksumBytes;
  }
}

/** What is larger than may be read whole stays where it is, and its sum is not looked at. */
function dataOf(
  source: ByteSource,
  at: number,
  size: number,
  limitBytes: number,
): Pick<Attribute, "data" | "isIntact"> {
  if (size > limitBytes) return { data: new ExtentSource(source, [{ at, length: size }], size), isIntact: true };
  const bytes = readRange(source, at, size);
  const sum = readRange(source, at + size, checksumBytes);
  const declared = sum.length === 2 ? sum[0]! | (sum[1]! << 8) : -1;
  return { data: new MemorySource(bytes), isIntact: sumOf(bytes) === declared };
}

function sumOf(bytes: Uint8Array): number {
  let sum = 0;
  for (let at = 0; at < bytes.length; at++) sum = (sum + bytes[at]!) & 0xffff;
  return sum;
}

/** Reads a list of properties: count, then tag, name and value of each, everything padded to four bytes. */
export class PropertyList {
  damaged = false;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #codePage: number;
  #at = 0;

  constructor(bytes: Uint8Array, codePage: number) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.#codePage = codePage;
  }

  /** Of one object. */
  properties(): MapiProperty[] {
    const found: MapiProperty[] = [];
    const count = this.#u32();
    for (let index = 0; index < count && !this.damaged; index++) {
      const property = this.#property();
      if (property && !this.damaged) found.push(property);
    }
    return found;
  }

  /** Of several objects, as the recipient table holds them. */
  rows(): MapiProperty[][] {
    const rows: MapiProperty[][] = [];
    const count = this.#u32();
    for (let index = 0; index < count && !this.damaged; index++) rows.push(this.properties());
    return rows;
  }

  #u32(): number {
    if (this.#at + 4 > this.#bytes.length) {
      this.damaged = true;
      return 0;
    }
    this.#at += 4;
    return this.#view.getUint32(this.#at - 4, true);
  }

  #take(size: number): Uint8Array {
    const start = this.#at;
    const end = start + size;
    if (end > this.#bytes.length) this.damaged = true;
    this.#at = Math.min(this.#bytes.length, end + ((4 - (size % 4)) % 4));
    return this.#bytes.subarray(start, Math.min(end, this.#bytes.length));
  }

  #property(): MapiProperty | null {
    const tag = this.#u32();
    const [id, type] = [tag >>> 16, tag & 0xffff];
    const name = id >= 0x8000 ? this.#name() : null;
    const single = type & ~propertyType.multiple;
    const isMultiple = (type & propertyType.multiple) !== 0;
    const size = fixedBytes(single);
    if (size === 0 && !isVariable(single)) {
      this.damaged = true;
      return null;
    }
    const count = isMultiple || size === 0 ? this.#u32() : 1;
    const values: MapiValue[] = [];
    for (let index = 0; index < count && !this.damaged; index++) {
      const value = size > 0 ? decodeFixed(single, this.#take(size)) : this.#variable(single);
      if (value !== null) values.push(value);
    }
    const value = isMultiple ? values : values[0];
    return value === undefined ? null : { id, type, value, name };
  }

  #name(): string {
    const guid = mixedGuidText(this.#take(16));
    if (this.#u32() === 0) return namedKey(guid, this.#u32());
    const text = Buffer.from(this.#take(this.#u32())).toString("utf16le").replace(/\0+$/, "");
    return namedKey(guid, text.slice(0, 500).toWellFormed());
  }

  #variable(type: number): MapiValue {
    const bytes = this.#take(this.#u32());
    if (type === propertyType.string8 || type === propertyType.unicode)
      return decodeString(type, bytes, this.#codePage);
    // An object begins with the GUID of its interface.
    return new MemorySource(type === propertyType.object ? bytes.subarray(16) : bytes);
  }
}

function isVariable(type: number): boolean {
  return (
    type === propertyType.string8 ||
    type === propertyType.unicode ||
    type === propertyType.binary ||
    type === propertyType.object
  );
}
