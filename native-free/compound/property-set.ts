/**
 * Property sets (MS-OLEPS 2.x): what a document says of itself. Values of the simple types and lists of strings are read;
 * pictures, blobs and references to other streams are not.
 */
import { Buffer } from "node:buffer";
import { type ByteSource, readRange } from "../bytes/byte-source.ts";
import { decodeCodePage, untilNul } from "./code-page.ts";
import { fileTimeText } from "./file-time.ts";

export interface Property {
  /** GUID of its set, hexadecimal in the order of the bytes. */
  readonly set: string;
  readonly id: number;
  /** Name from the set's dictionary; null where it has none. */
  readonly name: string | null;
  readonly value: string | number | boolean | { readonly ticks: bigint };
}

const mostBytes = 4 << 20;
const mostProperties = 4096;

/** All that can be read; empty where the stream is no property set. */
export function readPropertySets(stream: ByteSource): Property[] {
  const bytes = readRange(stream, 0, mostBytes);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (bytes.length < 48 || view.getUint16(0, true) !== 0xfffe) return [];
  const found: Property[] = [];
  const sets = Math.min(4, view.getUint32(24, true));
  for (let index = 0; index < sets && 48 + 20 * index <= bytes.length; index++) {
    const guid = Buffer.from(bytes.subarray(28 + 20 * index, 44 + 20 * index)).toString("hex");
    const start = view.getUint32(44 + 20 * index, true);
    if (start + 8 <= bytes.length) found.push(...new PropertySet(bytes, start, guid).read());
  }
  return found;
}

class PropertySet {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #start: number;
  readonly #guid: string;
  #codePage = 1252;

  constructor(bytes: Uint8Array, start: number, guid: string) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.#start = start;
    this.#guid = guid;
  }

  read(): Property[] {
    const places = this.#places();
    const page = places.get(1);
    if (page !== undefined && page + 6 <= this.#bytes.length) this.#codePage = this.#view.getUint16(page + 4, true);
    const names = this.#dictionary(places.get(0));
    const found: Property[] = [];
    for (const [id, at] of places) {
      if (id === 0 || id === 1 || id >= 0x8000_0000) continue;
      for (const value of this.#values(at)) found.push({ set: this.#guid, id, name: names.get(id) ?? null, value });
    }
    return found;
  }

  #places(): Map<number, number> {
    const count = Math.min(mostProperties, this.#view.getUint32(this.#start + 4, true));
    const places = new Map<number, number>();
    for (let i = 0, at = this.#start + 8; i < count && at + 8 <= this.#bytes.length; i++, at += 8) {
      const place = this.#start + this.#view.getUint32(at + 4, true);
      if (place + 8 <= this.#bytes.length) places.set(this.#view.getUint32(at, true), place);
    }
    return places;
  }

  /** Names of the properties of a set that users add to (MS-OLEPS 2.17). */
  #dictionary(at: number | undefined): Map<number, string> {
    const names = new Map<number, string>();
    if (at === undefined) return names;
    const count = Math.min(mostProperties, this.#view.getUint32(at, true));
    const wide = this.#codePage === 1200;
    for (let i = 0, place = at + 4; i < count && place + 8 <= this.#bytes.length; i++) {
      const length = this.#view.getUint32(place + 4, true) * (wide ? 2 : 1);
      if (length > this.#bytes.length - place - 8) break;
      names.set(this.#view.getUint32(place, true), this.#text(place + 8, length, wide));
      place += 8 + (wide ? (length + 3) & ~3 : length);
    }
    return names;
  }

  #text(at: number, length: number, wide: boolean): string {
    const bytes = this.#bytes.subarray(at, Math.min(this.#bytes.length, at + length));
    if (!wide) return decodeCodePage(untilNul(bytes), this.#codePage);
    return Buffer.from(bytes).toString("utf16le").split("\0")[0]!.toWellFormed();
  }

  #values(at: number): Property["value"][] {
    const type = this.#view.getUint16(at, true);
    if ((type & 0x1000) === 0) return this.#value(type, at + 4).value;
    const element = type & 0xfff;
    const count = Math.min(mostProperties, this.#view.getUint32(at + 4, true));
    const values: Property["value"][] = [];
    for (let i = 0, place = at + 8; i < count && place + 4 <= this.#bytes.length; i++) {
      const isVariant = element === 0x0c;
      const kind = isVariant ? this.#view.getUint16(place, true) : element;
      const { value, length } = this.#value(kind, isVariant ? place + 4 : place);
      if (length === 0) break;
      // Numbers in lists count headings; only the strings say something.
      values.push(...value.filter((one) => typeof one === "string"));
      place += length + (isVariant ? 4 : 0);
    }
    return values;
  }

  /** A value and the bytes that it takes; 0 bytes where it cannot be read. */
  #value(type: number, at: number): { value: Property["value"][]; length: number } {
    const left = this.#bytes.length - at;
    const simple = (length: number, read: () => Property["value"]) =>
      left >= length ? { value: [read()], length } : { value: [], length: 0 };
    const view = this.#view;
    switch (type) {
      case 0x02:
        return simple(4, () => view.getInt16(at, true));
      case 0x03:
      case 0x16:
        return simple(4, () => view.getInt32(at, true));
      case 0x13:
      case 0x17:
        return simple(4, () => view.getUint32(at, true));
      case 0x05:
        return simple(8, () => view.getFloat64(at, true));
      case 0x0b:
        return simple(4, () => view.getUint16(at, true) !== 0);
      case 0x40:
        return simple(8, () => ({ ticks: view.getBigUint64(at, true) }));
      case 0x1e:
      case 0x1f:
        return this.#string(type === 0x1f, at, left);
      default:
        return { value: [], length: 0 };
    }
  }

  #string(wide: boolean, at: number, left: number): { value: string[]; length: number } {
    if (left < 4) return { value: [], length: 0 };
    const length = this.#view.getUint32(at, true) * (wide ? 2 : 1);
    if (length > left - 4) return { value: [], length: 0 };
    const text = this.#text(at + 4, length, wide || this.#codePage === 1200);
    return { value: [text], length: 4 + ((length + 3) & ~3) };
  }
}

/** A value as text; null for an empty one or a time that is not set. */
export function valueText(value: Property["value"]): string | null {
  if (typeof value === "object") return fileTimeText(value.ticks);
  const text = String(value).trim();
  return text === "" ? null : text;
}
