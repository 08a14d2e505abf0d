/** Objects of Outlook data files: a node with its heap and subnodes, values of properties wherever they lie (MS-PST 2.3.3). */
import { type ByteSource, MemorySource, readRange } from "../bytes/byte-source.ts";
import {
  decodeFixed,
  decodeString,
  fixedBytes,
  type MapiProperty,
  type MapiValue,
  propertyType,
} from "../mapi/properties.ts";
import type { PstDatabase } from "./database.ts";
import { Heap, heapClient } from "./heap.ts";
import { NodeData, readSubnodes, type Subnode } from "./node-data.ts";

export interface ReadOptions {
  readonly names: ReadonlyMap<number, string>;
  /** For texts of one byte a character; 0 where it is not known. */
  readonly codePage: number;
  readonly textLimitBytes: number;
}

/** Values of one property that are kept, and properties of one object. */
const valueLimit = 10_000;
const propertyLimit = 20_000;

export class PstObject {
  readonly database: PstDatabase;
  readonly heap: Heap;
  readonly #place: Subnode;
  #subnodes: ReadonlyMap<number, Subnode> | null = null;

  private constructor(database: PstDatabase, place: Subnode, heap: Heap) {
    this.database = database;
    this.#place = place;
    this.heap = heap;
  }

  /** Null where the node holds no object of that client. */
  static open(database: PstDatabase, place: Subnode, client: number): PstObject | null {
    const heap = Heap.open(new NodeData(database, place.data), database, client);
    return heap === null ? null : new PstObject(database, place, heap);
  }

  get subnodes(): ReadonlyMap<number, Subnode> {
    return (this.#subnodes ??= readSubnodes(this.database, this.#place.sub));
  }

  /** A value that lies in the heap or in a subnode (HNID, 2.3.3.2); null where it is lost. */
  source(id: number): ByteSource | null {
    if (id === 0) return new MemorySource(new Uint8Array(0));
    if ((id & 0x1f) === 0) {
      const bytes = this.heap.item(id);
      return bytes === null ? null : new MemorySource(bytes);
    }
    const subnode = this.subnodes.get(id);
    if (!subnode) {
      this.database.damage.lost(`subnode ${id}`);
      return null;
    }
    return new NodeData(this.database, subnode.data);
  }
}

interface ObjectProperties {
  readonly properties: readonly MapiProperty[];
  /** Subnodes that hold objects, by the id of the property: attached messages, OLE storages. */
  readonly objects: ReadonlyMap<number, number>;
}

/** All properties of a property context (2.3.3). */
export function readProperties(object: PstObject, options: ReadOptions): ObjectProperties {
  const raw: { readonly id: number; readonly type: number; readonly at: Uint8Array; readonly reference: number }[] = [];
  const objects = new Map<number, number>();
  for (const { bytes, at, keyBytes, dataBytes } of object.heap.records(object.heap.root)) {
    if (keyBytes !== 2 || dataBytes !== 6 || raw.length >= propertyLimit) break;
    const view = new DataView(bytes.buffer, bytes.byteOffset + at, 8);
    const [id, type, reference] = [view.getUint16(0, true), view.getUint16(2, true), view.getUint32(4, true)];
    if (type !== propertyType.object) raw.push({ id, type, at: bytes.subarray(at + 4, at + 8), reference });
    else {
      const held = object.source(reference);
      if (held !== null && held.size >= 4) {
        objects.set(id, new DataView(readRange(held, 0, 4).buffer).getUint32(0, true));
      }
    }
  }
  const page = options.codePage || pageOf(raw);
  const properties: MapiProperty[] = [];
  for (const { id, type, at, reference } of raw) {
    const isInline = fixedBytes(type) > 0 && fixedBytes(type) <= 4;
    const value = isInline ? decodeFixed(type, at) : valueOf(object, type, reference, { ...options, codePage: page });
    if (value !== null) properties.push({ id, type, value, name: options.names.get(id) ?? null });
  }
  return { properties, objects };
}

/** PidTagMessageCodepage, then PidTagInternetCodepage. */
function pageOf(raw: readonly { readonly id: number; readonly type: number; readonly reference: number }[]): number {
  for (const wanted of [0x3ffd, 0x3fde]) {
    const found = raw.find(({ id, type }) => id === wanted && type === propertyType.int32);
    if (found && found.reference > 0 && found.reference < 0x10000 && found.reference !== 1200) return found.reference;
  }
  return 0;
}

/** A value that does not fit into four bytes. */
export function valueOf(object: PstObject, type: number, id: number, options: ReadOptions): MapiValue | null {
  const isKnown =
    fixedBytes(type) > 4 ||
    type === propertyType.string8 ||
    type === propertyType.unicode ||
    type === propertyType.binary ||
    (type & propertyType.multiple) !== 0;
  const source = isKnown ? object.source(id) : null;
  if (source === null) return null;
  if (type === propertyType.binary) return source;
  if ((type & propertyType.multiple) !== 0) return listOf(source, type & ~propertyType.multiple, options);
  if (fixedBytes(type) > 0) return decodeFixed(type, readRange(source, 0, fixedBytes(type)));
  return decodeString(type, readRange(source, 0, options.textLimitBytes), options.codePage);
}

/** 2.3.3.4.1 and 2. */
function listOf(source: ByteSource, type: number, options: ReadOptions): MapiValue | null {
  const bytes = readRange(source, 0, options.textLimitBytes);
  const values: MapiValue[] = [];
  const size = fixedBytes(type);
  if (size > 0) {
    for (let at = 0; at + size <= bytes.length && values.length < valueLimit; at += size) {
      const value = decodeFixed(type, bytes.subarray(at, at + size));
      if (value !== null) values.push(value);
    }
    return values;
  }
  if (type !== propertyType.string8 && type !== propertyType.unicode && type !== propertyType.binary) return null;
  if (bytes.length < 4) return values;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const count = Math.min(view.getUint32(0, true), valueLimit, Math.floor(bytes.length / 4) - 1);
  for (let index = 0; index < count; index++) {
    const start = view.getUint32(4 + index * 4, true);
    const end = index + 1 < count ? view.getUint32(8 + index * 4, true) : bytes.length;
    if (start > end || end > bytes.length) continue;
    const piece = bytes.subarray(start, end);
    values.push(type === propertyType.binary ? new MemorySource(piece) : decodeString(type, piece, options.codePage));
  }
  return values;
}

/** Opens a property context. */
export const openProperties = (database: PstDatabase, place: Subnode): PstObject | null =>
  PstObject.open(database, place, heapClient.properties);
